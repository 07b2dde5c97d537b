"""Starts and stops the real openclaw-runner with a state folder and a repository of its own, and the scripted stand-in
model."""
import json
import os
import pathlib
import subprocess
import tempfile
import time

from logged_process import BIN, LoggedProcess
from patience import patient

DEADLINE_SECONDS = patient(30)


def wait_until(question, what, seconds=DEADLINE_SECONDS):
    """@returns the first answer of `question` that counts as true"""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def git(folder, *words):
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1",
           "GIT_AUTHOR_NAME": "A Tester", "GIT_AUTHOR_EMAIL": "a@example.org",
           "GIT_COMMITTER_NAME": "A Tester", "GIT_COMMITTER_EMAIL": "a@example.org"}
    subprocess.run(["git", *words], cwd=folder, env=env, check=True, capture_output=True)


class RunnerProcess(LoggedProcess):
    """@param env more variables of the runner; None takes one away."""

    def __init__(self, broker_url, **env):
        folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(folder.name)
        self.state = self.root / "state"
        super().__init__(BIN / "openclaw-runner",
                         {"BROKER_URL": broker_url, "WORKER_TOKEN": "worker-secret-1", "WORKER_ID": "box-1",
                          "RUNNER_STATE_DIR": str(self.state), "POLL_INTERVAL_SEC": "1",
                          "RUNNER_REPOS_BASE": str(self.root / "repos"),
                          "RUNNER_REPO_ALLOWLIST": str(self.root / "repos.json"), **env}, folder)
        self.make_repo()

    def make_repo(self):
        repo = self.root / "repos" / "sample"
        repo.mkdir(parents=True)
        (repo / "hello.txt").write_text("one\nLEASE_SECONDS is a number\nthree\n")
        git(repo, "init", "-q", "-b", "main")
        git(repo, "add", ".")
        git(repo, "commit", "-q", "-m", "Say hello")
        (self.root / "repos.json").write_text(json.dumps({"sample": "sample"}))

    def start(self):
        self.launch()
        wait_until(lambda: self.has_logged("event=runner_started") or self.process.poll() is not None, "a runner")
        if self.process.poll() is not None:
            raise AssertionError("the runner did not start:\n" + "".join(self.log))
        return self

    def kept(self):
        """The files of results that could not be delivered."""
        return list((self.state / "outbox").glob("*.json"))


class StandInModel:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        port_file = pathlib.Path(self.folder.name) / "port"
        self.process = subprocess.Popen([BIN / "openclaw-stand-in-model", "--port-file", port_file],
                                        stdout=subprocess.DEVNULL)
        port = wait_until(lambda: port_file.exists() and port_file.read_text().strip(), "the stand-in model")
        self.env = {"LLM_BASE_URL": f"http://127.0.0.1:{port}", "LLM_MODEL": "scripted-stand-in"}

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()
