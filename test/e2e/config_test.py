#!/usr/bin/env python3
"""docs/CONFIG.md holds the tables that the programs themselves print, to the letter."""
import subprocess
import unittest

from broker_process import BIN, ROOT


class ConfigTest(unittest.TestCase):
    def test_the_document_holds_each_programs_table(self):
        document = (ROOT / "docs" / "CONFIG.md").read_text()
        for program in ("openclaw-broker", "openclaw-runner", "openclaw-bot"):
            printed = subprocess.run([BIN / program, "--help-markdown"], capture_output=True, text=True, check=True)
            self.assertIn("LOG_LEVEL", printed.stdout)
            self.assertIn(f"## {program}\n\n{printed.stdout}", document + "\n",
                          f"put the output of {program} --help-markdown under its heading in docs/CONFIG.md")


if __name__ == "__main__":
    unittest.main()
