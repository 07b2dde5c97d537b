"""What `openclaw smoke` looks at: a broker, and runners with llm:vllm and llm:jetson that scripts stop and start."""
import json
import os
import pathlib
import signal
import tempfile

from broker_process import BIN, BrokerProcess
from openclaw_process import make_repository, openclaw
from patience import patient
from runner_process import StandInModel, wait_until
from service_host import is_running

START = """#!/bin/sh
set -a
. {folder}/runner.env
{bin}/openclaw-runner >>{folder}/runner.log 2>&1 &
echo $! >{folder}/runner.pid
"""
STOP = """#!/bin/sh
pid=$(cat {folder}/runner.pid)
kill -TERM "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
"""


class SmokeRunner:
    """@param settings variables of the runner"""

    def __init__(self, test, root, broker, worker_id, **settings):
        self.folder = pathlib.Path(root) / worker_id
        make_repository(self.folder / "src" / "openclaw-broker")
        (self.folder / "repos.json").write_text(json.dumps({"openclaw-broker": "openclaw-broker"}))
        model = StandInModel()
        test.addCleanup(model.stop)
        wanted = {"BROKER_URL": f"http://127.0.0.1:{broker.port}", "WORKER_TOKEN": "worker-secret-1",
                  "WORKER_ID": worker_id, "RUNNER_STATE_DIR": self.folder / "state", "POLL_INTERVAL_SEC": "1",
                  "RUNNER_REPOS_BASE": self.folder / "src", "RUNNER_REPO_ALLOWLIST": self.folder / "repos.json",
                  **model.env, **settings}
        (self.folder / "runner.env").write_text("".join(f"{key}='{value}'\n" for key, value in wanted.items()))
        self.start, self.stop = self.put("start", START), self.put("stop", STOP)
        test.addCleanup(self.end)
        os.spawnl(os.P_WAIT, self.start, self.start)

    def put(self, name, text):
        path = self.folder / name
        path.write_text(text.format(folder=self.folder, bin=BIN))
        path.chmod(0o755)
        return str(path)

    def is_up(self):
        pid = self.folder / "runner.pid"
        return pid.exists() and pid.read_text().strip().isdigit() and is_running(int(pid.read_text()))

    def end(self):
        if self.is_up():
            os.kill(int((self.folder / "runner.pid").read_text()), signal.SIGTERM)
            wait_until(lambda: not self.is_up(), "the end of a runner")


class SmokeHouse:
    """@param wsl, jetson settings of the two runners, where they differ from the runbook's"""

    def __init__(self, test, wsl=None, jetson=None):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.broker = BrokerProcess(LEASE_SECONDS="2").start()
        test.addCleanup(self.broker.stop)
        self.wsl = SmokeRunner(test, self.root, self.broker, "wsl-vllm",
                               **{"WORKER_CAPS": "repo_tools,llm:vllm", "LLM_CAP": "llm:vllm", **(wsl or {})})
        self.jetson = SmokeRunner(test, self.root, self.broker, "jetson-llm",
                                  **{"WORKER_CAPS": "repo_tools,llm:jetson", "LLM_CAP": "llm:jetson", **(jetson or {})})
        wait_until(lambda: sum(any(cap.startswith("llm:") for cap in x["caps"]) for x in self.workers()) == 2,
                   "two workers with models")

    def workers(self):
        return self.broker.bot("GET", "/workers")[1]["workers"]

    def switch(self):
        """The options that have smoke stop and start the Jetson."""
        return ["--stop-jetson", self.jetson.stop, "--start-jetson", self.jetson.start]

    def smoke(self, *options, timeout=patient(240), **env):
        return openclaw(self.broker, "smoke", *options, timeout=timeout, env=env)
