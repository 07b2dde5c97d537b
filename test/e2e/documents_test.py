#!/usr/bin/env python3
"""The env examples in the tree are what deploy/make_documents.py writes from the tables of variables, and none of them
holds a secret."""
import pathlib
import re
import subprocess
import tempfile
import unittest

from broker_process import BIN, ROOT


class Documents(unittest.TestCase):
    def test_the_tree_holds_what_the_programs_say(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([ROOT / "deploy/make_documents.py", "--bin", BIN, "--to", folder], check=True)
            made = [file for file in sorted(pathlib.Path(folder).rglob("*")) if file.is_file()]
            self.assertGreaterEqual(len(made), 3)
            for file in made:
                kept = ROOT / file.relative_to(folder)
                self.assertEqual(kept.read_text(), file.read_text(), f"{kept}: run deploy/make_documents.py")

    def test_an_example_sets_no_secret_and_is_understood(self):
        for file in sorted((ROOT / "deploy/env.examples").iterdir()):
            self.assertNotRegex(file.read_text(), re.compile(r"^#?\s*[A-Z_]*(TOKEN|API_KEY)=", re.M), file.name)
            program = "openclaw-" + re.match("[a-z]+", file.name)[0]
            if (BIN / program).exists():
                result = subprocess.run([BIN / program, "--env-file", file, "--print-config"], text=True,
                                        env={"WORKER_TOKEN": "w-1", "BOT_TOKEN": "b-1", "DISCORD_TOKEN": "d-1",
                                             "ALLOWED_USER_ID": "123456789012345678"}, capture_output=True, check=False)
                self.assertEqual(result.returncode, 0, file.name + result.stderr)


if __name__ == "__main__":
    unittest.main()
