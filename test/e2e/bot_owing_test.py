"""The bot is killed when it has told Discord that it heard a button or a command, and has done nothing for it yet."""
import contextlib
import signal
import unittest

from bot_interaction_test import SlowWorker
from fake_discord_process import ALICE, BOT, CHANNEL, GUILD


class Owing(SlowWorker):
    @contextlib.contextmanager
    def broker_stands_still(self):
        """What is asked of the broker meanwhile is read by it later, or never."""
        self.broker.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.broker.process.send_signal(signal.SIGCONT)

    def asked(self, text, label):
        """@returns the message of the bot that got the button"""
        self.fake.say(text)
        shows = lambda x: x["author"]["id"] == BOT and any(b["label"] == label for row in x["components"]
                                                          for b in row["components"])
        return self.wait_until(lambda: [x for x in self.fake.read() if shows(x)], label)[-1]

    def pressed_and_killed(self, message, label):
        with self.broker_stands_still():
            pressed = self.fake.interact("button", message=message["id"], label=label)
            self.assertEqual(pressed["state"], "deferred")
            self.bot.kill()
        self.bot.start()

    def events(self):
        """@returns the types of the events of the newest job"""
        job = self.broker.bot("GET", "/jobs?limit=1")[1]["jobs"][0]
        return [x["type"] for x in self.broker.bot("GET", f"/jobs/{job['id']}/events")[1]["events"]]

    def said(self):
        return [x["content"] for x in self.fake.read(CHANNEL) if x["author"]["id"] == BOT]

    def private_words(self):
        return self.fake.find(kind="rest", method="POST", route="/webhooks/{application}/{token}")

    def test_a_cancel_that_was_heard_is_done_once(self):
        self.bot = self.start_bot()
        self.may_answer.clear()
        self.pressed_and_killed(self.asked("ping slow", "Cancel"), "Cancel")
        self.wait_until(lambda: any("was cancelled" in x for x in self.said()), "a word on it")
        self.may_answer.set()
        self.settled()
        self.assertEqual(self.events().count("cancelled"), 1)
        self.assertEqual(sum("was cancelled" in x for x in self.said()), 1)
        self.assertEqual(self.private_words(), [])

    def test_a_retry_that_was_heard_is_done_once_also_where_the_job_fails_again(self):
        self.bot = self.start_bot()
        self.pressed_and_killed(self.asked("ping bad", "Retry"), "Retry")
        self.wait_until(lambda: self.events().count("failed") == 2, "the second failure")
        self.wait_until(lambda: any("no such thing" in x for x in self.said()), "a word on it")
        self.settled()
        self.assertEqual(self.events().count("retried"), 1)
        self.assertEqual(sum("no such thing" in x for x in self.said()), 1, self.said())
        self.assertEqual(self.private_words(), [])

    def command_and_killed(self, how):
        """Kills the bot while `how` holds. Its person has been shown that the bot thinks."""
        self.bot = self.start_bot(BOT_SLASH_COMMANDS="1", BOT_SLASH_GUILD_ID=GUILD)
        self.wait_until(lambda: self.fake.call("GET", "/commands"), "the registration")
        with how:
            begun = self.fake.interact("command", name="ping", options={"text": "word"}, user=ALICE)
            self.assertEqual(begun["answer"]["type"], 5)
            self.bot.kill()
        self.bot.start()
        self.assert_answered_once("word")
        self.assertEqual(self.fake.interaction(begun["id"])["original"]["content"], "pong: word")
        self.assertEqual(self.events().count("created"), 1)

    def test_a_command_that_was_heard_is_answered_where_the_broker_had_no_job_of_it(self):
        self.command_and_killed(self.broker_stands_still())

    def test_a_command_is_answered_where_only_discord_knows_that_it_was_heard(self):
        self.command_and_killed(self.held("/callback"))

    @contextlib.contextmanager
    def held(self, path):
        """Discord has it, and the bot does not know."""
        fault = self.fake.fault("hold", path=path, when="after")
        yield
        self.fake.release(fault)


if __name__ == "__main__":
    unittest.main(verbosity=2)
