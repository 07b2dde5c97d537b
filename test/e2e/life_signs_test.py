#!/usr/bin/env python3
"""What systemd hears of the programs over a real notify socket: READY, signs of life while the actors answer and none when
they hang, STOPPING. And that tokens may come as systemd's credentials."""
import pathlib
import socket
import tempfile
import threading
import unittest

from broker_process import BrokerProcess
from patience import patient
from runner_process import RunnerProcess, wait_until

WATCHDOG_SECONDS = 0.6
PATIENCE_SECONDS = patient(60)


class Manager:
    """systemd's end of the socket."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.folder.name + "/notify")
        self.env = {"NOTIFY_SOCKET": self.folder.name + "/notify", "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1e6))}

    def heard(self, seconds=PATIENCE_SECONDS):
        """@returns the next message, None when none comes"""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(4096).decode()
        except TimeoutError:
            return None

    def wait_for(self, text):
        while (message := self.heard()) is not None:
            if text in message:
                return message
        raise AssertionError(f"never heard: {text}")

    def stop(self):
        self.socket.close()
        self.folder.cleanup()


class LifeSigns(unittest.TestCase):
    def setUp(self):
        self.manager = Manager()
        self.addCleanup(self.manager.stop)

    def broker(self, program="openclaw-broker", **env):
        broker = BrokerProcess(program, **self.manager.env, **env).start()
        self.addCleanup(broker.stop)
        return broker

    def test_a_broker_is_ready_lives_and_stops(self):
        broker = self.broker()
        self.assertEqual(self.manager.heard(), "READY=1")
        self.assertEqual(self.manager.heard(), "WATCHDOG=1\nSTATUS=0 jobs queued, 0 running")
        broker.create()
        self.manager.wait_for("WATCHDOG=1\nSTATUS=1 jobs queued, 0 running")
        self.assertEqual(broker.terminate(), 0)
        self.manager.wait_for("STOPPING=1")

    def test_a_runner_is_ready_lives_and_stops(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        runner = RunnerProcess(f"http://127.0.0.1:{broker.port}", **self.manager.env, WORKER_SLOTS="2").start()
        self.addCleanup(runner.stop)
        self.assertEqual(self.manager.heard(), "READY=1")
        self.assertEqual(self.manager.heard(), "WATCHDOG=1\nSTATUS=0 of 2 slots busy")
        self.assertEqual(runner.terminate(), 0)
        self.manager.wait_for("STOPPING=1")

    def test_a_broker_whose_actors_hang_gives_no_more_signs(self):
        broker = self.broker("crooked_broker", BUG="hang_at_claim")
        self.manager.wait_for("WATCHDOG=1")
        broker.create()

        def claim_in_vain():
            try:
                broker.claim(X_Worker_Id="w", X_Worker_Caps="repo_tools")
            except OSError:
                pass
        claim = threading.Thread(target=claim_in_vain)
        claim.start()
        wait_until(lambda: any("event=actors_silent" in line for line in broker.log), "the broker's own complaint")
        while self.manager.heard(0.001):  # what was said before
            pass
        self.assertIsNone(self.manager.heard(4 * WATCHDOG_SECONDS))
        self.assertIsNone(broker.process.poll(), "it is systemd that ends it")
        broker.kill()
        claim.join()

    def test_tokens_come_as_credentials(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "tokens").write_text("BOT_TOKEN=from-credentials-1\nWORKER_TOKEN='worker-secret-1'\n")
            broker = BrokerProcess(CREDENTIALS_DIRECTORY=folder, BOT_TOKEN=None, WORKER_TOKEN=None).start()
            self.addCleanup(broker.stop)
            self.assertEqual(broker.call("GET", "/jobs", {"X-Bot-Token": "from-credentials-1"})[0], 200)
            self.assertEqual(broker.call("GET", "/jobs", {"X-Bot-Token": "bot-secret-1"})[0], 401)


if __name__ == "__main__":
    unittest.main()
