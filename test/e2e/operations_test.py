#!/usr/bin/env python3
"""The commands of docs/OPERATIONS.md, all of them and in their order, on a machine in a folder. `sudo` and `systemctl` are
stand-ins there, deploy/ gets the folder as --root, and paths of the system lie in it."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from broker_process import BIN, ROOT
from deploy_test import free_port
from openclaw_process import make_repository
from patience import patient
from service_host import ServiceHost

SYSTEM_PATHS = re.compile(r"(?<![\w.])(/etc/openclaw|/var/lib|/srv)(?=/)")
STAND_INS = {
    "sudo": '#!/bin/sh\n[ "$1" != -u ] || shift 2\nexec "$@"\n',
    "systemctl": '#!/bin/sh\nexec "$CLAW_SYSTEMCTL" "$@"\n',
    "openclaw": '#!/bin/sh\nexec "{bin}/openclaw" "$@"\n',
}


def commands_of(document):
    for block in re.findall(r"^```bash\n(.*?)^```", (ROOT / document).read_text(), re.M | re.S):
        yield from block.splitlines()


class Operations(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.host = ServiceHost(self.root)
        self.addCleanup(self.host.stop_all)
        self.port, self.inspect_port = free_port(), free_port()
        self.token = ""
        make_repository(self.root / "srv" / "repos" / "openclaw-broker")
        settings = self.root / "etc" / "openclaw"
        settings.mkdir(parents=True)
        (settings / "broker.env").write_text(f"BROKER_PORT={self.port}\nBROKER_DB={self.root}/var/lib/openclaw-broker/broker.db\n")
        (settings / "runner.env").write_text(f"RUNNER_STATE_DIR={self.root}/var/lib/openclaw-runner/state\n"
                                             f"RUNNER_REPO_ALLOWLIST={settings}/repos.json\n")
        self.clone = self.root / "clone"
        self.make_clone()
        self.env = {**self.host.environment(), "PATH": f"{self.root}/stand-ins:{os.environ['PATH']}", "HOME": str(self.root),
                    "BROKER_URL": f"http://127.0.0.1:{self.port}", "BROKER_DB": f"{self.root}/var/lib/openclaw-broker/broker.db"}

    def make_clone(self):
        """A clone whose scripts set up the folder, and the stand-ins."""
        (self.clone / "deploy").mkdir(parents=True)
        subprocess.run(["git", "init", "-q", self.clone], check=True)
        for script in (ROOT / "deploy").glob("*.sh"):
            stand_in = self.clone / "deploy" / script.name
            stand_in.write_text(f'#!/bin/sh\nexec "{script}" --root "{self.root}" --build-dir "{BIN.parent}" "$@"\n')
            stand_in.chmod(0o755)
        (self.root / "stand-ins").mkdir()
        for name, text in STAND_INS.items():
            file = self.root / "stand-ins" / name
            file.write_text(text.replace("{bin}", str(BIN)))
            file.chmod(0o755)

    def here(self, command):
        command = SYSTEM_PATHS.sub(lambda found: str(self.root) + found[1], command)
        command = command.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}").replace("8010", str(self.inspect_port))
        return command.replace(" KID", " " + self.token.partition(".")[0]) if command.endswith(" KID") else command

    def test_every_command_works(self):
        commands = list(commands_of("docs/OPERATIONS.md"))
        self.assertGreater(len(commands), 20)
        for command in commands:
            if command.endswith("doctor --env-file /etc/openclaw/runner.env"):
                self.assertEqual(self.run_command(command, codes=(0, 1)).returncode, 1, "there is no model")
                continue
            said = self.run_command(command).stdout
            if "token create" in command:
                self.token = said.split()[0]
                (self.clone / "new.token").write_text(self.token + "\n")
            if command.endswith(" workers"):
                self.assertIn("jetson-1", said)
        self.assertEqual([path for path in self.root.glob("etc/openclaw/*")], [])
        self.assertFalse((self.root / "opt/openclaw").exists())

    def run_command(self, command, codes=(0,)):
        result = subprocess.run(["bash", "-c", self.here(command)], cwd=self.clone, env=self.env, text=True, capture_output=True,
                                timeout=patient(120), check=False)
        self.assertIn(result.returncode, codes, f"{command}\n{result.stdout}{result.stderr}")
        return result

    def test_links_lead_somewhere(self):
        for document in ("docs/OPERATIONS.md", "docs/SECURITY.md"):
            for target in re.findall(r"\]\(([^)#:]+)", (ROOT / document).read_text()):
                self.assertTrue((ROOT / "docs" / target).exists(), f"{document}: {target}")


if __name__ == "__main__":
    unittest.main()
