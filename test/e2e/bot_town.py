"""A fake Discord, a broker, a runner with a repository, and bots between them."""
import re

from bot_process import BotProcess
from broker_process import BrokerProcess
from fake_discord_process import BOT, CHANNEL, FakeDiscord
from runner_process import RunnerProcess, wait_until


class TownBot(BotProcess):
    def connected(self):
        """Starts it. Returns when it has a session, a new one or the old one."""
        seen = len(self.log)
        self.launch()
        wait_until(lambda: re.search("event=session_(ready|resumed)", "".join(self.log[seen:])), "a session", 60)
        return self


class BotTown:
    """@param test whose end is theirs  @param runner_env more variables of the runner, which is not started yet"""

    def __init__(self, test, **runner_env):
        self.test = test
        self.discord = FakeDiscord()
        test.addCleanup(self.discord.stop)
        self.broker = BrokerProcess().start()
        test.addCleanup(self.broker.stop)
        self.runner = RunnerProcess(f"http://127.0.0.1:{self.broker.port}", **runner_env)
        test.addCleanup(self.runner.stop)

    def bot(self, **env):
        """@returns a bot that is not started"""
        bot = TownBot(self.discord, self.broker, **{"BOT_SLASH_COMMANDS": "1", **env})
        self.test.addCleanup(bot.stop)
        return bot

    def jobs(self):
        return self.broker.bot("GET", "/jobs?limit=200")[1]["jobs"]

    def said(self, channel=CHANNEL):
        """@returns what the bot has said in a channel, as it stands now"""
        return [x["content"] for x in self.discord.read(channel) if x["author"]["id"] == BOT]

    def heard(self, question, what, channel=CHANNEL):
        """Waits until what the bot has said satisfies a question. @returns all that it has said"""
        try:
            wait_until(lambda: question(self.said(channel)), what, 60)
        except AssertionError as late:
            raise AssertionError(f"{late}; the bot has said {self.said(channel)}") from None
        return self.said(channel)
