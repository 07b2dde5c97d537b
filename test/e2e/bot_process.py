"""Runs the real openclaw-bot against the fake Discord and a real broker."""
import os
import signal
import subprocess
import tempfile
import threading
import time

from broker_process import BIN
from fake_discord_process import ALICE, CHANNEL

END_SECONDS_MAX = 20


class BotProcess:
    """@param env more variables of the bot; None takes one away. Its state stays over restarts."""

    def __init__(self, fake, broker, **env):
        self.fake, self.folder = fake, tempfile.TemporaryDirectory()
        wanted = {"PATH": os.environ["PATH"], "DISCORD_TOKEN": fake.token, "DISCORD_API_URL": fake.api,
                  "BROKER_URL": f"http://127.0.0.1:{broker.port}", "BOT_TOKEN": "bot-secret-1", "ALLOWED_USER_ID": ALICE,
                  "ALLOWED_CHANNEL_ID": CHANNEL, "BOT_COOLDOWN_SECONDS": "0", "BOT_MAX_CONCURRENT": "20",
                  "BOT_STATE_DIR": self.folder.name + "/state", "BOT_SLASH_COMMANDS": "0", **env}
        self.env = {key: value for key, value in wanted.items() if value is not None}
        self.process, self.log = None, []

    def start(self):
        """Returns when the fake Discord has taken it on: a session is there, new or resumed."""
        before = self.fake.now()
        self.launch()
        self.fake.wait(before, kind="session")
        return self

    def launch(self):
        self.process = subprocess.Popen([BIN / "openclaw-bot"], env=self.env, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()

    def _read(self, process):
        for line in process.stderr:
            self.log.append(line)

    def kill(self):
        """As a power cut would: SIGKILL."""
        return self._end(signal.SIGKILL)

    def terminate(self):
        """SIGTERM. @returns the exit code"""
        return self._end(signal.SIGTERM)

    def _end(self, number):
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        """Waits for its end. @returns the exit code"""
        code = self.process.wait(timeout=END_SECONDS_MAX)
        self.reader.join()
        self.process.stderr.close()
        return code

    def wait_for_log(self, part, seconds=60):
        end = time.monotonic() + seconds
        while not any(part in line for line in self.log):
            if time.monotonic() > end:
                raise AssertionError(f"no {part} in the log:\n" + "".join(self.log[-30:]))
            time.sleep(0.02)

    def stop(self):
        if self.process is not None and self.process.returncode is None:
            self.kill()
        self.folder.cleanup()
