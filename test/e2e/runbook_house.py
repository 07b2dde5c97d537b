"""The three machines of docs/MULTI_WORKER_LLM_SMOKE.md in folders, each with a clone whose scripts set up its folder,
and stand-ins for sudo, systemctl and journalctl."""
import os
import pathlib
import re
import subprocess
import tempfile

from broker_process import BIN, ROOT
from deploy_test import free_port
from openclaw_process import make_repository
from patience import patient
from runner_process import StandInModel
from service_host import ServiceHost

COMMAND_SECONDS_MAX = patient(240)
SYSTEM_PATHS = re.compile(r"(?<![\w.}])(/etc/openclaw|/var/lib|/var/log|/home)(?=/)")
STAND_INS = {
    "sudo": '#!/bin/sh\nexec "$@"\n',
    "systemctl": '#!/bin/sh\nexec "$CLAW_SYSTEMCTL" "$@"\n',
    "journalctl": '#!/bin/sh\n[ "$1" = -u ] && [ "$3 $4" = "-o cat" ] && exec cat "$HOST_ROOT/run/services/$2.log"\n',
    "openclaw": f'#!/bin/sh\nexec "{BIN}/openclaw" "$@"\n',
}


class Machine:
    """@param places what stands in the runbook -> what it is here"""

    def __init__(self, root, places):
        self.root, self.places = pathlib.Path(root), places
        self.host = ServiceHost(self.root)
        self.clone = self.root / "openclaw-broker"
        self.etc = self.root / "etc" / "openclaw"
        self.etc.mkdir(parents=True)
        self.make_clone()
        self.env = {**self.host.environment(), "PATH": f"{self.root}/stand-ins:{os.environ['PATH']}",
                    "HOME": str(self.root), "USER": "operator", "VPS": "127.0.0.1", "VLLM_MODEL": "scripted-stand-in",
                    "JETSON_MODEL": "scripted-stand-in"}

    def make_clone(self):
        (self.clone / "deploy" / "runner").mkdir(parents=True)
        for script in [*(ROOT / "deploy").glob("onboard_*.sh"), ROOT / "deploy" / "install_runner_systemd.sh"]:
            self.put_program(self.clone / "deploy" / script.name,
                             f'#!/bin/sh\nexec "{script}" --root "{self.root}" --build-dir "{BIN.parent}" "$@"\n')
        self.put_program(self.clone / "deploy" / "runner" / "start.sh",
                         f'#!/bin/sh\nexec "{ROOT}/deploy/runner/start.sh" --env-file "{self.etc}/runner.env" '
                         f'--log-dir "{self.root}/var/log/openclaw-runner" --build-dir "{BIN.parent}" "$@"\n')
        make_repository(self.clone)
        for name, text in STAND_INS.items():
            self.put_program(self.root / "stand-ins" / name, text)

    @staticmethod
    def put_program(path, text):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def here(self, command):
        for there, here in self.places.items():
            command = command.replace(there, here)
        return SYSTEM_PATHS.sub(lambda found: str(self.root) + found[1], command)

    def run(self, command, codes=(0,)):
        """@returns what it says on standard output"""
        done = subprocess.run(["bash", "-c", self.here(command)], cwd=self.clone, env=self.env, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS_MAX, check=False)
        if done.returncode not in codes:
            raise AssertionError(f"{command}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout


class RunbookHouse:
    """@param discord a fake one"""

    def __init__(self, test, discord):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        root, port = pathlib.Path(folder.name), free_port()
        models = [StandInModel(), StandInModel()]
        for model in models:
            test.addCleanup(model.stop)
        wsl, jetson = (model.env["LLM_BASE_URL"].removeprefix("http://") for model in models)
        broker = {"$VPS:8000": f"$VPS:{port}"}
        self.vps = Machine(root / "vps", broker)
        self.wsl = Machine(root / "wsl", {**broker, "127.0.0.1:8000/v1": wsl + "/v1"})
        self.jetson = Machine(root / "jetson", {**broker, "127.0.0.1:8080/v1": jetson + "/v1"})
        self.vps.put_program(self.vps.root / "stand-ins" / "ssh",
                             f'#!/bin/sh\n[ "$1" = jetson ] && shift && HOST_ROOT="{self.jetson.root}" exec "$@"\n')
        for machine in (self.vps, self.wsl, self.jetson):
            test.addCleanup(machine.host.stop_all)
        test.addCleanup(self.wsl.run, "deploy/runner/start.sh --stop")
        self.put_settings(port, discord)

    def put_settings(self, port, discord):
        """What differs on machines in folders; the rest is the runbook's."""
        (self.vps.clone / "discord.token").write_text(discord.token + "\n")
        (self.vps.etc / "broker.env").write_text(f"BROKER_PORT={port}\nLEASE_SECONDS=6\n"
                                                 f"BROKER_DB={self.vps.root}/var/lib/openclaw-broker/broker.db\n")
        (self.vps.etc / "bot-main.env").write_text(f"DISCORD_API_URL={discord.api}\nBOT_COOLDOWN_SECONDS=0\n"
                                                   "BOT_MAX_CONCURRENT=9\nJOB_POLL_TIMEOUT_SEC=5\n")
        for machine in (self.wsl, self.jetson):
            (machine.etc / "runner.env").write_text(f"RUNNER_STATE_DIR={machine.root}/var/lib/openclaw-runner/state\n"
                                                    f"RUNNER_REPO_ALLOWLIST={machine.etc}/repos.json\n")

    def machines(self, name):
        return [self.wsl, self.jetson] if name == "workers" else [getattr(self, name)]

    def carry_tokens(self):
        """What the operator does by hand after section 3."""
        for machine in (self.wsl, self.jetson):
            name = ("wsl" if machine is self.wsl else "jetson") + ".token"
            file = self.vps.clone / name
            if file.exists():
                file.rename(machine.clone / name)
