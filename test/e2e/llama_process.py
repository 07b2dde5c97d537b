"""Starts and stops a real llama-server, which LLAMA_SERVER names, on a free port."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request

from runner_process import wait_until

LOAD_SECONDS_MAX = 180


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class LlamaProcess:
    """@param model the path of a GGUF file"""

    def __init__(self, model, name, context_tokens):
        self.folder = tempfile.TemporaryDirectory()
        self.name = name
        self.port = free_port()
        self.log = pathlib.Path(self.folder.name) / "log"
        self.command = [os.environ["LLAMA_SERVER"], "--model", str(model), "--alias", name, "--ctx-size",
                        str(context_tokens), "--parallel", "1", "--host", "127.0.0.1", "--port", str(self.port), "--jinja"]
        self.env = {"LLM_BASE_URL": f"http://127.0.0.1:{self.port}/v1", "LLM_MODEL": name}
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_until(lambda: self.get("/health") is not None or self.process.poll() is not None, "a model", LOAD_SECONDS_MAX)
        if self.process.poll() is not None:
            raise AssertionError("llama-server did not start:\n" + self.log.read_text(errors="replace")[-2000:])
        return self

    def get(self, path):
        """@returns the JSON of the answer; None while there is none"""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def is_at_work(self):
        return any(slot.get("is_processing") for slot in self.get("/slots") or [])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.folder.cleanup()
