#!/usr/bin/env python3
"""The scripts of deploy/ that set up a machine, whole, on a machine in a folder (service_host.py): onboarding twice, dry
runs, an update that works and one that is taken back, uninstalling. And the units' walls, as far as systemd counts them."""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import unittest

from broker_process import BIN, ROOT
from openclaw_process import make_repository
from patience import patient
from runner_process import wait_until
from service_host import ServiceHost, is_running

RUN_SECONDS_MAX = patient(180)
EXPOSURE_MAX = 1.5
SCRIPTS = ["onboard_broker.sh", "onboard_runner.sh", "onboard_bot.sh", "install_runner_systemd.sh", "update.sh",
           "uninstall.sh", "runner/start.sh", "make_inspect_certs.sh"]
UNWELL = """
import http.server, os, socket, sys
class Unwell(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(500)
server = http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Unwell)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])
server.serve_forever()
"""  # a broker that starts and is not well
HAS_BOT = (BIN / "openclaw-bot").exists()


def run_script(script, *arguments, stdin="", env=None):
    return subprocess.run([ROOT / "deploy" / script, *map(str, arguments)], env=env or {"PATH": os.environ["PATH"]},
                          cwd="/", text=True, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=RUN_SECONDS_MAX, check=False)


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def tree_of(folder):
    """Path -> mode and content, of everything below."""
    return {str(path.relative_to(folder)): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
            for path in sorted(folder.rglob("*"))}


class MachineTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name) / "a machine"
        self.root.mkdir()
        self.host = ServiceHost(self.root)
        self.addCleanup(self.host.stop_all)

    def deploy(self, script, *arguments, stdin="", code=0, build=BIN.parent):
        result = run_script(script, *arguments, "--root", self.root, "--build-dir", build, stdin=stdin,
                            env=self.host.environment())
        self.assertEqual(result.returncode, code, result.stdout)
        return result.stdout

    def file(self, path):
        return self.root / path.lstrip("/")

    def broker_here(self):
        """A broker that runs. @returns its port"""
        port = free_port()
        self.deploy("onboard_broker.sh", "--port", port, "--no-start")
        with open(self.file("/etc/openclaw/broker.env"), "a", encoding="utf-8") as env:
            env.write(f"BROKER_DB='{self.file('/var/lib/openclaw-broker/broker.db')}'\n")
        self.deploy("onboard_broker.sh")
        return port

    def health(self, port):
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        link.request("GET", "/health")
        status = link.getresponse().status
        link.close()
        return status

    def secret(self, path, key):
        return re.search(rf"^{key}=(.+)$", self.file(path).read_text(), re.M)[1]


    def build_with(self, broker):
        """Another build: its broker is this script, "" for the real one."""
        build = pathlib.Path(tempfile.mkdtemp(dir=self.root))
        shutil.copytree(BIN, build / "bin", ignore=lambda folder, names: [n for n in names if not n.startswith("openclaw")])
        real = build / "bin" / "openclaw-broker"
        real.unlink()
        real.write_text("#!/bin/sh\n" + (broker or f'exec "{BIN}/openclaw-broker" "$@"\n'))
        real.chmod(0o755)
        return build


class Broker(MachineTest):
    def test_it_is_set_up_and_runs_and_again(self):
        port = self.broker_here()
        self.assertEqual(self.health(port), 200)
        for name in ("broker.env", "broker.tokens"):
            self.assertEqual(stat.S_IMODE(self.file("/etc/openclaw/" + name).stat().st_mode), 0o600)
        tokens = {key: self.secret("/etc/openclaw/broker.tokens", key) for key in ("BOT_TOKEN", "WORKER_TOKEN", "ADMIN_TOKEN")}
        self.assertEqual(len(set(tokens.values())), 3)
        self.assertTrue(all(re.fullmatch("[0-9a-f]{64}", token) for token in tokens.values()))
        before = tree_of(self.root / "etc")
        said = self.deploy("onboard_broker.sh")
        self.assertEqual(tree_of(self.root / "etc"), before)
        self.assertIn("keep /etc/openclaw/broker.tokens", said)
        for token in tokens.values():
            self.assertNotIn(token, said + self.host.log("openclaw-broker.service") + (self.host.run / "calls").read_text())
        self.assertIn("openclaw-broker:", self.file("/etc/passwd").read_text())

    def test_without_a_build_it_makes_one(self):
        clone = self.root / "clone"
        shutil.copytree(ROOT / "deploy", clone / "deploy")
        (self.root / "bin").mkdir()
        cmake = self.root / "bin" / "cmake"  # stands in for minutes of compiling
        cmake.write_text('#!/bin/sh\nset -e\necho "$PWD $*" >>"$HOST_ROOT/cmake.calls"\n[ "$1" != --build ] || '
                         f'{{ mkdir -p build/release/bin; cp "{BIN}"/openclaw* build/release/bin; }}\n')
        cmake.chmod(0o755)
        env = {**self.host.environment(), "PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        result = subprocess.run([clone / "deploy" / "onboard_broker.sh", "--root", self.root, "--no-start"], env=env,
                                cwd="/", text=True, capture_output=True, timeout=RUN_SECONDS_MAX, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual((self.root / "cmake.calls").read_text(),
                         f"{clone} --preset release\n{clone} --build --preset release\n")
        self.assertTrue(self.file("/opt/openclaw/current/bin/openclaw-broker").exists())

    def test_wrong_values_are_told_and_not_written(self):
        wrong = {("onboard_broker.sh", "--port", "eight"): "BROKER_PORT",
                 ("onboard_broker.sh", "--allow-address", "everybody"): "not everybody",
                 ("onboard_runner.sh", "--broker-url", "vps:8000"): "BROKER_URL",
                 ("onboard_runner.sh", "--llm-base-url", "ftp://here/v1"): "LLM_BASE_URL",
                 ("install_runner_systemd.sh", "--user", "nobody-of-this-name"): "no user nobody-of-this-name"}
        if HAS_BOT:
            wrong["onboard_bot.sh", "one", "--users", "alice"] = "ALLOWED_USER_ID"
        for command, word in wrong.items():
            self.assertIn(word, self.deploy(*command, code=64))
            self.assertEqual(list(self.file("/etc/openclaw").glob("*")), [], command)
        self.deploy("onboard_broker.sh", "--port", "eight", "--dry-run", code=64)

    def test_a_dry_run_changes_nothing(self):
        run = self.host.run
        scripts = [["onboard_broker.sh"], ["onboard_runner.sh", "--llm-cap", "llm:vllm"], ["install_runner_systemd.sh"]]
        for script, *arguments in scripts + [["onboard_bot.sh", "one"]] * HAS_BOT:
            before = tree_of(self.root)
            said = self.deploy(script, *arguments, "--dry-run")
            self.assertIn("would install release", said)
            self.assertEqual(tree_of(self.root), before, script)
        said = self.deploy("install_runner_systemd.sh", "--repos-base", "/srv/src", "--llm-base-url", "http://10.1.2.3/v1", "--dry-run")
        for name in ("repos", "addresses"):
            self.assertIn(f"would write /etc/systemd/system/openclaw-runner.service.d/{name}.conf", said)
        self.assertFalse((run / "calls").exists())
        self.broker_here()
        before, calls = tree_of(self.root / "etc"), (run / "calls").read_text()
        for script, *arguments in (["update.sh"], ["uninstall.sh", "all", "--purge"], ["onboard_broker.sh", "--port", "1"]):
            said = self.deploy(script, *arguments, "--dry-run")
            self.assertEqual(tree_of(self.root / "etc"), before, script)
            self.assertEqual("would remove /opt/openclaw\n" in said, script == "uninstall.sh", said)
        changing = [line for line in (run / "calls").read_text()[len(calls):].splitlines() if "list-units" not in line]
        self.assertEqual(changing, [])

    def test_a_dry_run_tells_of_services_that_the_tokens_at_hand_let_start(self):
        said = self.deploy("install_runner_systemd.sh", "--token-file", "-", "--dry-run", stdin="a.token\n")
        self.assertIn("would start openclaw-runner.service", said)
        self.assertNotIn("put WORKER_TOKEN into", said)
        if HAS_BOT:
            self.deploy("onboard_broker.sh", "--no-start")
            said = self.deploy("onboard_bot.sh", "one", "--users", "7", "--discord-token-file", "-", "--dry-run", stdin="x.y.z\n")
            self.assertIn("would start openclaw-bot@one.service", said)
            self.assertNotIn("run this again", said)

    def test_uninstalling_keeps_the_settings_and_purging_keeps_nothing(self):
        self.broker_here()
        self.deploy("onboard_runner.sh", "--no-start")
        self.deploy("uninstall.sh", "broker")
        self.assertIsNone(self.host.pid("openclaw-broker.service"))
        self.assertTrue(self.file("/opt/openclaw/current").is_symlink(), "the runner needs it")
        self.assertTrue(self.file("/etc/openclaw/broker.tokens").exists())
        self.deploy("uninstall.sh", "all", "--purge")
        left = [path for path in tree_of(self.root) if "openclaw" in path and not path.startswith("run/")]
        self.assertEqual(left, [])
        self.assertNotIn("openclaw", self.file("/etc/passwd").read_text())


class Runner(MachineTest):
    def runner_here(self):
        """A broker and a runner that run. @returns the broker's port and the folder of repositories"""
        port = self.broker_here()
        base = self.root / "src"
        make_repository(base / "openclaw-broker")
        arguments = ["--broker-url", f"http://127.0.0.1:{port}", "--worker-id", "box-7", "--llm-cap", "llm:jetson",
                     "--repos-base", base, "--example", "jetson"]
        said = self.deploy("install_runner_systemd.sh", *arguments)
        self.assertIn("put WORKER_TOKEN into /etc/openclaw/runner.tokens", said)
        with open(self.file("/etc/openclaw/runner.env"), "a", encoding="utf-8") as env:
            env.write(f"RUNNER_STATE_DIR='{self.file('/var/lib/openclaw-runner/state')}'\n"
                      f"RUNNER_REPO_ALLOWLIST='{self.file('/etc/openclaw/repos.json')}'\n")
        token = self.secret("/etc/openclaw/broker.tokens", "WORKER_TOKEN")
        said = self.deploy("install_runner_systemd.sh", "--token-file", "-", stdin=token + "\n")
        self.assertNotIn(token, said)
        return port, base

    def test_an_update_drains_it_first_and_resumes_it(self):
        port, _ = self.runner_here()
        tokens = self.file("/etc/openclaw/broker.tokens")
        said = self.deploy("update.sh", "--drain", tokens, "--settle-seconds", "0", build=self.build_with(""))
        self.assertIn("drain the worker", said)
        self.assertNotIn(self.secret("/etc/openclaw/broker.tokens", "ADMIN_TOKEN"), said)
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        link.request("GET", "/workers", headers={"X-Bot-Token": self.secret("/etc/openclaw/broker.tokens", "BOT_TOKEN")})
        workers = json.loads(link.getresponse().read())["workers"]
        link.close()
        self.assertEqual([(worker["worker_id"], worker["draining"]) for worker in workers], [("box-7", False)])
        self.assertRegex(self.host.log("openclaw-broker.service"), r"event=worker_drain\S* .*box-7")

    def test_it_is_set_up_and_claims(self):
        port, base = self.runner_here()
        self.assertIn("worker_id=box-7", self.host.log("openclaw-runner.service"))
        unit = self.file("/etc/systemd/system/openclaw-runner.service.d/repos.conf").read_text()
        self.assertIn(f'BindReadOnlyPaths="-{base}"', unit)
        cli = {"PATH": os.environ["PATH"], "HOME": str(self.root), "BROKER_URL": f"http://127.0.0.1:{port}",
               "BOT_TOKEN": self.secret("/etc/openclaw/broker.tokens", "BOT_TOKEN")}
        answer = subprocess.run([BIN / "openclaw", "run", "grep openclaw-broker LEASE_SECONDS"], env=cli, text=True,
                                capture_output=True, timeout=patient(60), check=False)
        self.assertIn("docs/CONFIG.md", answer.stdout, answer.stderr)

    def test_a_folder_of_repositories_may_have_any_name_that_systemd_can_be_told(self):
        self.deploy("onboard_runner.sh", "--repos-base", "/srv/my repos, 100%", "--no-start")
        drop_in = self.file("/etc/systemd/system/openclaw-runner.service.d/repos.conf").read_text()
        self.assertEqual(drop_in, '[Service]\nBindReadOnlyPaths="-/srv/my repos, 100%%"\n')
        self.assertIn("without quotes", self.deploy("onboard_runner.sh", "--repos-base", '/srv/"mine"', "--no-start", code=1))

    def test_addresses_of_the_house_are_allowed_and_others_are_not(self):
        self.deploy("onboard_runner.sh", "--broker-url", "http://100.64.1.2:8000", "--llm-base-url",
                    "http://192.168.7.8:8000/v1", "--allow-address", "192.168.7.1", "--no-start")
        drop_in = self.file("/etc/systemd/system/openclaw-runner.service.d/addresses.conf").read_text()
        self.assertEqual(drop_in, "[Service]\nIPAddressAllow=192.168.7.1 192.168.7.8\n")

    def test_without_systemd_a_script_starts_it(self):
        port = self.broker_here()
        self.deploy("onboard_runner.sh", "--kind", "script", "--broker-url", f"http://127.0.0.1:{port}")
        self.assertTrue(self.file("/etc/logrotate.d/openclaw-runner").exists())
        (self.root / "runner.env").write_text(f"BROKER_URL=http://127.0.0.1:{port}\nWORKER_ID=wsl-vllm\n"
                                              f"RUNNER_STATE_DIR='{self.root}/state'\n")
        tokens = self.root / "runner.tokens"
        tokens.write_text("WORKER_TOKEN=" + self.secret("/etc/openclaw/broker.tokens", "WORKER_TOKEN"))
        logs = self.file("/var/log/openclaw-runner")
        arguments = ["--build-dir", BIN.parent, "--log-dir", logs]
        env = {"PATH": os.environ["PATH"], "RUNNER_ENV": str(self.root / "runner.env")}
        self.addCleanup(run_script, "runner/start.sh", "--stop", *arguments, env=env)
        before = tree_of(self.root)
        self.assertIn("would start", run_script("runner/start.sh", "--dry-run", *arguments, env=env).stdout)
        self.assertEqual(tree_of(self.root), before)
        for expected in ("started; its log", "running; its log"):
            result = run_script("runner/start.sh", *arguments, env=env)
            self.assertEqual(result.returncode, 0, result.stdout)
            self.assertIn(expected, result.stdout)
        log = logs / "runner.log"
        pid = int((logs / "run/start.pid").read_text().split()[0])
        child = int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
        os.kill(child, 9)
        wait_until(lambda: log.read_text().count("event=runner_started") == 2, "a new start after a crash")
        self.assertEqual(run_script("runner/start.sh", "--stop", *arguments, env=env).returncode, 0)
        self.assertFalse(is_running(pid))
        self.assertIn("event=runner_stopped", log.read_text())
        self.assertIn("started", run_script("runner/start.sh", *arguments, env=env).stdout)
        pid = int((logs / "run/start.pid").read_text().split()[0])
        self.deploy("uninstall.sh", "runner")
        self.assertFalse(is_running(pid))
        self.assertTrue(log.exists())


@unittest.skipUnless(HAS_BOT, "no openclaw-bot is built")
class Bot(MachineTest):
    def test_it_is_set_up_beside_another(self):
        self.broker_here()
        for name in ("one", "two"):
            said = self.deploy("onboard_bot.sh", name, "--users", "123456789012345678", "--no-start")
            self.assertIn("put both tokens into", said)
            said = self.deploy("onboard_bot.sh", name, "--discord-token-file", "-", "--no-start", stdin="discord-" + name)
            self.assertNotIn("discord-" + name, said)
            path = f"/etc/openclaw/bot-{name}.tokens"
            self.assertEqual(stat.S_IMODE(self.file(path).stat().st_mode), 0o600)
            self.assertEqual(self.secret(path, "DISCORD_TOKEN"), "discord-" + name)
            self.assertEqual(self.secret(path, "BOT_TOKEN"), self.secret("/etc/openclaw/broker.tokens", "BOT_TOKEN"))
        self.assertEqual(run_script("onboard_bot.sh", "../x", "--dry-run").returncode, 64)


class Update(MachineTest):
    def release(self):
        return os.readlink(self.file("/opt/openclaw/current"))

    def test_a_new_release_runs_and_the_old_one_can_come_back(self):
        port = self.broker_here()
        first, pid = self.release(), self.host.pid("openclaw-broker.service")
        self.assertIn("runs already", self.deploy("update.sh"))
        self.deploy("update.sh", "--settle-seconds", "0", build=self.build_with(""))
        self.assertNotEqual(self.release(), first)
        self.assertNotEqual(self.host.pid("openclaw-broker.service"), pid)
        self.assertEqual(self.health(port), 200)
        self.deploy("update.sh", "--back", "--settle-seconds", "0")
        self.assertEqual(self.release(), first)
        self.assertEqual(self.health(port), 200)

    def test_without_a_release_before_there_is_no_way_back(self):
        port = self.broker_here()
        first = self.release()
        for dry in ([], ["--dry-run"]):
            said = self.deploy("update.sh", "--back", "--settle-seconds", "0", *dry, code=1)
            self.assertIn("there is no release before", said)
            self.assertNotIn("swap", said)
        self.assertEqual((self.release(), self.health(port)), (first, 200))

    def test_a_release_that_does_not_start_is_taken_back(self):
        port = self.broker_here()
        first = self.release()
        build = self.build_with('[ "$1" = --version ] && echo openclaw-broker 9.9.9 && exit 0\nexit 70\n')
        said = self.deploy("update.sh", "--settle-seconds", "0", build=build, code=1)
        self.assertIn("the update was taken back", said)
        self.assertEqual(self.release(), first)
        self.assertEqual(self.health(port), 200)


    def test_a_release_that_runs_but_is_not_well_is_taken_back(self):
        port = self.broker_here()
        first = self.release()
        build = self.build_with(f'[ "$1" != --version ] || exec echo openclaw-broker 9.9.9\nexec python3 -c "{UNWELL}" {port}\n')
        said = self.deploy("update.sh", "--settle-seconds", "0", build=build, code=1)
        self.assertIn("the broker does not answer /health", said)
        self.assertIn("the update was taken back", said)
        self.assertEqual((self.release(), self.health(port)), (first, 200))
        self.assertIn("there is no release before", self.deploy("update.sh", "--back", code=1))

    def test_a_swap_that_fails_is_no_update(self):
        port = self.broker_here()
        first = self.release()
        self.file("/opt/openclaw/current.new").mkdir()
        said = self.deploy("update.sh", "--settle-seconds", "0", build=self.build_with(""), code=1)
        self.assertNotIn("is in use\n", said)
        self.assertEqual((self.release(), self.health(port)), (first, 200))

    def test_who_is_interrupted_can_go_back(self):
        port = self.broker_here()
        first = self.release()
        update = subprocess.Popen([ROOT / "deploy" / "update.sh", "--root", self.root, "--build-dir", self.build_with(""),
                                   "--settle-seconds", "600"], env=self.host.environment(), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, start_new_session=True)
        wait_until(lambda: self.release() != first, "the swap")
        os.killpg(update.pid, signal.SIGTERM)
        update.wait()
        self.deploy("update.sh", "--back", "--settle-seconds", "0")
        self.assertEqual((self.release(), self.health(port)), (first, 200))


class Units(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze here")
    def test_their_exposure_is_small(self):
        for unit in sorted((ROOT / "deploy" / "systemd").glob("*.service")):
            said = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
                                  capture_output=True, text=True, check=False)
            found = re.search(r"exposure level for \S+: ([0-9.]+)", said.stdout)
            self.assertTrue(found, said.stdout + said.stderr)
            self.assertLessEqual(float(found[1]), EXPOSURE_MAX, unit.name)


class Scripts(unittest.TestCase):
    def test_each_explains_itself_and_refuses_what_it_does_not_know(self):
        for script in SCRIPTS:
            said = run_script(script, "--help")
            self.assertEqual(said.returncode, 0, script)
            self.assertIn("usage: deploy/", said.stdout)
            self.assertEqual(run_script(script, "--no-such-option", "x").returncode, 64, script)

    @unittest.skipUnless(shutil.which("shellcheck"), "no shellcheck here")
    def test_shellcheck_has_nothing_to_say(self):
        scripts = [path for path in [*(ROOT / "deploy").rglob("*.sh"), ROOT / "test" / "run"] if os.access(path, os.X_OK)]
        self.assertGreater(len(scripts), len(SCRIPTS))  # what they source is looked at with them
        result = subprocess.run(["shellcheck", "-x", *(path.relative_to(ROOT) for path in scripts)], cwd=ROOT, text=True,
                                capture_output=True, check=False)
        self.assertEqual(result.stdout, "")


if __name__ == "__main__":
    unittest.main()
