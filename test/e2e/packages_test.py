#!/usr/bin/env python3
"""The Debian packages that cpack makes of this build: what is in them, the unit and the man page of each, and what lintian
says. test/booted installs and purges them."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from broker_process import BIN

SERVICES = {"openclaw-broker": "openclaw-broker.service", "openclaw-runner": "openclaw-runner.service",
            "openclaw-bot": "openclaw-bot@.service"}
PROGRAMS = [name for name in ("openclaw", *SERVICES) if (BIN / name).exists()]


@unittest.skipUnless(shutil.which("cpack") and shutil.which("dpkg-deb"), "no cpack or dpkg-deb here")
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        subprocess.run(["cpack", "--config", BIN.parent / "CPackConfig.cmake", "-B", cls.folder.name], check=True,
                       cwd=cls.folder.name, capture_output=True)
        cls.packages = {file.name.partition("_")[0]: file for file in pathlib.Path(cls.folder.name).glob("*.deb")}

    def unpacked(self, name):
        folder = pathlib.Path(self.folder.name) / "unpacked" / name
        if not folder.exists():
            folder.parent.mkdir(exist_ok=True)
            subprocess.run(["dpkg-deb", "-R", self.packages[name], folder], check=True)
        return folder

    def test_there_is_one_for_each_program(self):
        self.assertEqual(set(self.packages), set(PROGRAMS))
        for name in PROGRAMS:
            folder = self.unpacked(name)
            self.assertTrue((folder / "usr/bin" / name).exists())
            page = folder / f"usr/share/man/man1/{name}.1.gz"
            said = subprocess.run(["zcat", page], capture_output=True, text=True, check=True).stdout
            self.assertIn(".SH SYNOPSIS", said)
            helped = subprocess.run([BIN / name, "--help"], capture_output=True, text=True, check=True).stdout
            for word in set(re.findall(r"--[a-z][a-z-]+[a-z]\b", helped)):
                self.assertIn(word.replace("-", "\\-"), said, f"{name}: its page does not know {word}")

    def test_the_command_lines_page_knows_the_options_of_its_subcommands(self):
        page = self.unpacked("openclaw") / "usr/share/man/man1/openclaw.1.gz"
        said = subprocess.run(["zcat", page], capture_output=True, text=True, check=True).stdout
        for words in (["smoke"], ["trace"], ["inspect"], ["inspect", "events"], ["token", "create"]):
            helped = subprocess.run([BIN / "openclaw", *words, "--help"], capture_output=True, text=True, check=True).stdout
            for word in re.findall(r"^  (?:-\w,)?(--[a-z-]+)", helped.partition("Examples:")[0], re.M):
                self.assertTrue(word == "--help" or word.replace("-", "\\-") in said, f"{words}: {word}")

    def test_a_services_unit_runs_the_packaged_program(self):
        for name, unit in SERVICES.items():
            if name not in PROGRAMS:
                continue
            text = (self.unpacked(name) / "usr/lib/systemd/system" / unit).read_text()
            self.assertIn(f"ExecStart=/usr/bin/{name} --env-file", text)
            self.assertIn(f"ExecPaths=/usr/bin/{name} ", text)
            self.assertNotIn("/opt/", text)
            for script in ("postinst", "prerm", "postrm"):
                file = self.unpacked(name) / "DEBIAN" / script
                self.assertNotRegex(file.read_text(), "@[A-Z_]+@")
                subprocess.run(["sh", "-n", file], check=True)

    def test_a_packaged_command_makes_the_certificates_for_inspection(self):
        """In a copy of the package's files, away from the sources."""
        folder = self.unpacked("openclaw")
        command = folder / "usr/sbin/openclaw-inspect-certs"
        root = pathlib.Path(self.folder.name) / "machine"
        said = subprocess.run([command, "--root", root, "--service", "openclaw-broker.service"], capture_output=True, text=True,
                              check=False)
        self.assertEqual((said.returncode, said.stderr), (0, ""), said.stdout)
        made = {f"{name}.{kind}" for name in ("ca", "node", "operator") for kind in ("crt", "key")}
        self.assertEqual({path.name for path in (root / "etc/openclaw/inspect").iterdir()}, made)
        self.assertIn("LoadCredential=node.key:/etc/openclaw/inspect/node.key",
                      (root / "etc/systemd/system/openclaw-broker.service.d/inspect.conf").read_text())
        helped = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
        self.assertTrue(helped.startswith("usage: openclaw-inspect-certs "), helped)
        page = subprocess.run(["zcat", folder / "usr/share/man/man8/openclaw-inspect-certs.8.gz"], capture_output=True, text=True,
                              check=True).stdout
        for word in re.findall(r"--[a-z-]+", helped):
            self.assertIn(word.replace("-", "\\-"), page)

    def test_packaged_commands_set_up_what_their_packages_run(self):
        """In copies of the packages' files, away from the sources, which are the machines that are set up."""
        options = {"broker": ["--host", "100.64.0.7"],
                   "runner": ["--repos-base", "/srv/src", "--broker-url", "http://10.1.2.3:8000", "--token-file", "-"],
                   "bot": ["one", "--users", "7", "--bot-token-file", "-"]}
        for name, unit in SERVICES.items():
            if name not in PROGRAMS:
                continue
            part = name.removeprefix("openclaw-")
            machine = pathlib.Path(self.folder.name) / "machines" / part
            shutil.copytree(self.unpacked(name), machine, symlinks=True)
            command = [machine / f"usr/sbin/openclaw-onboard-{part}", *options[part], "--root", machine]
            for _ in range(2):
                said = subprocess.run(command, input="a.token\n", capture_output=True, text=True, check=False)
                self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
            self.assertIn(f"use /usr/bin/{name}, which is there", said.stdout)
            self.assertFalse((machine / "opt").exists() or (machine / "etc/systemd/system" / unit).exists())
            settings = machine / "etc/openclaw" / f"{part.replace('bot', 'bot-one')}.env"
            self.assertRegex(settings.read_text(), "(?m)^(BROKER_HOST=100.64.0.7|RUNNER_REPOS_BASE=/srv/src|ALLOWED_USER_ID=7)$")
            helped = subprocess.run([command[0], "--help"], capture_output=True, text=True, check=True).stdout
            self.assertTrue(helped.startswith(f"usage: openclaw-onboard-{part} "), helped)
            page = subprocess.run(["zcat", machine / f"usr/share/man/man8/openclaw-onboard-{part}.8.gz"], capture_output=True,
                                  text=True, check=True).stdout
            for word in re.findall(r"--[a-z-]+", helped):
                self.assertIn(word.replace("-", "\\-"), page)
        drop_ins = pathlib.Path(self.folder.name) / "machines/runner/etc/systemd/system/openclaw-runner.service.d"
        self.assertIn('BindReadOnlyPaths="-/srv/src"', (drop_ins / "repos.conf").read_text())
        self.assertIn("IPAddressAllow=10.1.2.3", (drop_ins / "addresses.conf").read_text())

    @unittest.skipUnless(shutil.which("shellcheck"), "no shellcheck here")
    def test_shellcheck_has_nothing_to_say_of_what_installs_and_removes(self):
        scripts = [script for name in PROGRAMS for script in sorted((self.unpacked(name) / "DEBIAN").glob("p*"))]
        self.assertIn("postrm", {script.name for script in scripts})
        said = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
        self.assertEqual(said.stdout, "")

    @unittest.skipUnless(shutil.which("lintian"), "no lintian here")
    def test_lintian_has_nothing_to_say(self):
        said = subprocess.run(["lintian", "--allow-root", *self.packages.values()], capture_output=True, text=True, check=False)
        self.assertEqual(re.findall("^[EW]: .*", said.stdout, re.M), [])


if __name__ == "__main__":
    unittest.main()
