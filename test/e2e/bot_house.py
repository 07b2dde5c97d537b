"""A bot at work: the fake Discord, a broker, a worker that answers every ping, and what all scenarios look at."""
import time
import unittest

from bot_process import BotProcess
from broker_process import BrokerProcess
from fake_discord_process import BOT, CHANNEL, WAIT_SECONDS_MAX, FakeDiscord
from openclaw_process import PythonWorker

QUIET_SECONDS = 0.7  # how long nothing more may come before a test believes that nothing does


class BotHouse(unittest.TestCase):
    """Each test has a fake Discord and a bot of its own; broker and worker are shared."""

    @classmethod
    def setUpClass(cls):
        cls.broker = BrokerProcess().start()
        cls.addClassCleanup(cls.broker.stop)
        cls.worker = PythonWorker(cls.broker, cls.answer)
        cls.addClassCleanup(cls.worker.stop)

    @staticmethod
    def answer(job):
        return "result", "pong: " + job["payload"]

    def setUp(self):
        self.fake = FakeDiscord(rate_limits=False, identify_window_s=0, interaction_answer_s=90)
        self.addCleanup(self.fake.stop)

    def start_bot(self, **env):
        """@returns a bot that is logged in"""
        bot = BotProcess(self.fake, self.broker, **env)
        self.addCleanup(bot.stop)
        return bot.start()

    def finals(self, text, channel=CHANNEL):
        """@returns the messages of the bot that say exactly this"""
        return [x for x in self.fake.read(channel) if x["author"]["id"] == BOT and x["content"] == text]

    def wait_until(self, condition, what="it"):
        end = time.monotonic() + WAIT_SECONDS_MAX
        while not (value := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not happen; the channel:\n" + "\n".join(
                    f"{x['author']['username']}: {x['content'][:200]}" for x in self.fake.read()))
            time.sleep(0.05)
        return value

    def wait_for_answers(self, *words, channel=CHANNEL):
        for word in words:
            self.wait_until(lambda w=word: self.finals("pong: " + w, channel), f"the answer to ping {word}")

    def settled(self):
        """Returns when the bot has asked nothing of Discord for a while."""
        last, since = self.fake.now(), time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            time.sleep(0.1)
            if (now := self.fake.now()) != last:
                last, since = now, time.monotonic()

    def assert_answered_once(self, *words, channel=CHANNEL, messages=None):
        """Each of `ping WORD` has one answer and nothing besides.
        @param messages how many the bot has in the channel; None: one a word"""
        self.wait_for_answers(*words, channel=channel)
        self.settled()
        said = [x["content"] for x in self.fake.read(channel) if x["author"]["id"] == BOT]
        self.assertEqual(sorted(x for x in said if x.startswith("pong: ")), sorted("pong: " + x for x in words))
        self.assertEqual(len(said), len(words) if messages is None else messages, said)

    def ops_of(self, after, *ops):
        return [x["op"] for x in self.fake.find(after, kind="frame") if x["op"] in ops]
