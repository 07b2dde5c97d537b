"""Runs the real openclaw-bot against the fake Discord and a real broker."""
import tempfile
import time

from fake_discord_process import ALICE, CHANNEL
from logged_process import BIN, LoggedProcess
from patience import patient


class BotProcess(LoggedProcess):
    """@param env more variables of the bot; None takes one away. Its state stays over restarts."""

    def __init__(self, fake, broker, **env):
        folder = tempfile.TemporaryDirectory()
        super().__init__(BIN / "openclaw-bot",
                         {"DISCORD_TOKEN": fake.token, "DISCORD_API_URL": fake.api,
                          "BROKER_URL": f"http://127.0.0.1:{broker.port}", "BOT_TOKEN": "bot-secret-1",
                          "ALLOWED_USER_ID": ALICE, "ALLOWED_CHANNEL_ID": CHANNEL, "BOT_COOLDOWN_SECONDS": "0",
                          "BOT_MAX_CONCURRENT": "20", "BOT_STATE_DIR": folder.name + "/state",
                          "BOT_SLASH_COMMANDS": "0", **env}, folder)
        self.fake = fake

    def start(self):
        """Returns when the fake Discord has taken it on: a session is there, new or resumed."""
        before = self.fake.now()
        self.launch()
        self.fake.wait(before, kind="session")
        return self

    def wait_for_log(self, part, seconds=patient(60)):
        end = time.monotonic() + seconds
        while not self.has_logged(part):
            if time.monotonic() > end:
                raise AssertionError(f"no {part} in the log:\n" + "".join(self.log[-30:]))
            time.sleep(0.02)
