#!/usr/bin/env python3
"""Every command in README.md and docs/ARCHITECTURE.md is run by a test: each fenced bash line stands in the table below,
with what runs it, and what can be run here is run."""
import os
import re
import subprocess
import tempfile
import unittest

from broker_process import BIN, ROOT, BrokerProcess
from openclaw_process import PythonWorker
from patience import patient

# command line -> what runs it
RUN_BY = {
    "deploy/quickstart.sh": "e2e_quickstart, and --dry-run here",
    "deploy/quickstart.sh --stop": "e2e_quickstart, and here",
    "test/run": "continuous integration (.ci/run); --help here",
    'build/release/bin/openclaw ask "Where is the lease of a job renewed?"': "here",
    "build/release/bin/openclaw chat": "here",
    "build/release/bin/openclaw jobs": "here",
}


def commands_of(document):
    text = (ROOT / document).read_text()
    for block in re.findall(r"^```(?:bash|sh|shell|console)\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            if line.strip() and not line.startswith("#"):
                yield line.strip()


class Readme(unittest.TestCase):
    def test_every_command_is_run_by_a_test(self):
        found = [*commands_of("README.md"), *commands_of("docs/ARCHITECTURE.md")]
        self.assertEqual(set(found) - set(RUN_BY), set(), "commands that nobody tests")
        self.assertEqual(set(RUN_BY) - set(found), set(), "commands that no document has any more")

    def test_links_lead_somewhere(self):
        for document in ("README.md", "docs/ARCHITECTURE.md"):
            folder = (ROOT / document).parent
            for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / document).read_text()):
                self.assertTrue((folder / target).exists(), f"{document}: {target}")

    def test_the_openclaw_lines_work(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        worker = PythonWorker(broker, lambda job: ("result", '{"final": "Here."}'))
        self.addCleanup(worker.stop)
        env = {"PATH": os.environ["PATH"], "HOME": broker.folder.name, "BOT_TOKEN": "bot-secret-1",
               "BROKER_URL": f"http://127.0.0.1:{broker.port}"}
        for line in RUN_BY:
            if not line.startswith("build/release/bin/"):
                continue
            line = line.replace("build/release/bin/openclaw", f"'{BIN}/openclaw'")
            result = subprocess.run(["bash", "-c", line], env=env, input="help\n", text=True, capture_output=True,
                                    timeout=patient(60), cwd=broker.folder.name, check=False)
            self.assertEqual(result.returncode, 0, line + "\n" + result.stderr)

    def test_the_scripts_work(self):
        for script in ("deploy/quickstart.sh --dry-run", "test/run --help", "deploy/install_packages.sh --help"):
            subprocess.run(["bash", "-c", script], cwd=ROOT, check=True, capture_output=True, timeout=patient(60))
        with tempfile.TemporaryDirectory() as data:
            subprocess.run([ROOT / "deploy/quickstart.sh", "--stop", "--data-dir", data], check=True, timeout=patient(60),
                           capture_output=True)


if __name__ == "__main__":
    unittest.main()
