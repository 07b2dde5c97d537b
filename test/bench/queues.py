"""The queues that are measured: each a process of its own on loopback, in an empty folder, with durable writes."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("CLAW_BIN", ROOT / "build" / "release" / "bin"))
TOKENS = {"BOT_TOKEN": "bench-bot-token", "WORKER_TOKEN": "bench-worker-token"}
START_SECONDS_MAX = 30


class Queue:
    """`with Queue(kind) as queue` starts it, ends it and removes its folder."""

    def __init__(self, kind):
        self.kind = kind
        self.folder = tempfile.TemporaryDirectory(prefix="claw-bench-")
        self.process, self.port = None, ""

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def start(self):
        """Again after `stop`: on the same folder. @returns itself, once it answers"""
        if self.kind == "claw":
            env = {"PATH": os.environ["PATH"], "BROKER_DB": self.folder.name, "BROKER_PORT": "0", **TOKENS}
            self.process = subprocess.Popen([BIN / "openclaw-broker", "--log-level", "warn"], env=env,
                                            stderr=subprocess.PIPE, text=True)
            self.port = self._port_of_broker()
        else:
            self.port = free_port()
            self.process = subprocess.Popen(self._command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self._wait_until_it_listens()
        return self

    def _command(self):
        if self.kind == "redis":
            return ["redis-server", "--bind", "127.0.0.1", "--port", self.port, "--dir", self.folder.name,
                    "--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        return ["beanstalkd", "-l", "127.0.0.1", "-p", self.port, "-b", self.folder.name, "-f", "0"]

    def _port_of_broker(self):
        for line in self.process.stderr:
            if found := re.search(r"event=broker_started.*\bport=(\d+)", line):
                return found[1]
        raise SystemExit("bench: the broker did not start")

    def _wait_until_it_listens(self):
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", int(self.port)), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"bench: {self.kind} did not start")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        if self.process.stderr:
            self.process.stderr.close()

    def load(self, phase, connections, length):
        """@returns what queue_load says of a phase"""
        out = subprocess.run([BIN / "queue_load", self.kind, self.port, phase, str(connections), str(length)],
                             env=TOKENS, check=True, capture_output=True, text=True)
        return json.loads(out.stdout)


def free_port():
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return str(link.getsockname()[1])


def what_is_missing():
    """@returns a sentence where the programs are not built, else None"""
    for program in ("openclaw-broker", "queue_load"):
        if not (BIN / program).exists():
            return f"{BIN / program} is not there: cmake --preset release && cmake --build --preset release"
    return None


def is_installed(kind):
    return kind == "claw" or shutil.which({"redis": "redis-server"}.get(kind, kind)) is not None
