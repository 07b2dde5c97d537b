"""Runs the real `openclaw` against a broker, and the other programs of a small house: a runner and the stand-in model."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

from broker_process import BIN
from patience import patient

WAIT_SECONDS_MAX = patient(60)


def openclaw(broker, *arguments, env=None, stdin="", stdout=subprocess.PIPE, timeout=WAIT_SECONDS_MAX):
    """@returns the finished process with stdout and stderr as text"""
    settings = {"PATH": os.environ["PATH"], "HOME": broker.folder.name, "USER": "tester",
                "BROKER_URL": f"http://127.0.0.1:{broker.port}", "BOT_TOKEN": "bot-secret-1", **(env or {})}
    settings = {key: value for key, value in settings.items() if value is not None}
    return subprocess.run([BIN / "openclaw", *arguments], env=settings, input=stdin, text=True, stdout=stdout,
                          stderr=subprocess.PIPE, timeout=timeout, cwd=broker.folder.name, check=False)


class PythonWorker:
    """A worker of the base contract: answers every job by `answer(job)`, which returns ("result" or "fail", text)."""

    def __init__(self, broker, answer, caps="repo_tools"):
        self.broker, self.answer = broker, answer
        self.headers = {"X_Worker_Id": "python", "X_Worker_Caps": caps}
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self):
        while not self.ending.is_set():
            try:
                job = self.broker.claim(wait=1, **self.headers)
            except TimeoutError:
                continue  # the machine is that slow
            if job is None:
                continue
            kind, text = self.answer(job)
            body = {"result": text} if kind == "result" else {"error": text}
            self.broker.worker("POST", f"/jobs/{job['id']}/{kind}", body, **self.headers)

    def stop(self):
        self.ending.set()
        self.thread.join(timeout=10)


def make_repository(folder):
    """A small git repository with a commit. @returns its path"""
    folder = pathlib.Path(folder)
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "CONFIG.md").write_text("# Configuration\n\n- LEASE_SECONDS: how long a claimed job stays (60).\n")
    git = ["git", "-C", str(folder), "-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Begin"]):
        subprocess.run([*git, *arguments], check=True, env={"PATH": os.environ["PATH"], "HOME": str(folder)})
    return folder


class House:
    """A runner with one repository on its allowlist, and the stand-in model, for a broker that runs."""

    def __init__(self, broker):
        self.folder = tempfile.TemporaryDirectory()
        self.processes = []
        state = pathlib.Path(self.folder.name)
        model = self._start("openclaw-stand-in-model", ["--port-file", str(state / "port")], {})
        port = wait_for(lambda: (state / "port").is_file() and (state / "port").read_text().strip(), model)
        make_repository(state / "src" / "openclaw-broker")
        (state / "repos.json").write_text(json.dumps({"openclaw-broker": "openclaw-broker"}))
        self._start("openclaw-runner", [], {
            "BROKER_URL": f"http://127.0.0.1:{broker.port}", "WORKER_TOKEN": "worker-secret-1", "WORKER_ID": "house",
            "LLM_CAP": "llm:house", "RUNNER_STATE_DIR": str(state / "state"), "RUNNER_REPOS_BASE": str(state / "src"),
            "RUNNER_REPO_ALLOWLIST": str(state / "repos.json"), "LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "LLM_MODEL": "scripted-stand-in"})

    def _start(self, program, arguments, env):
        with open(pathlib.Path(self.folder.name) / (program + ".log"), "ab") as log:
            process = subprocess.Popen([BIN / program, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                       env={"PATH": os.environ["PATH"], "HOME": self.folder.name, **env})
        self.processes.append(process)
        return process

    def logs(self):
        return "".join(f.read_text() for f in pathlib.Path(self.folder.name).glob("*.log"))

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=patient(15))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.folder.cleanup()


def wait_for(condition, process, seconds=patient(20)):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError("it did not happen")
