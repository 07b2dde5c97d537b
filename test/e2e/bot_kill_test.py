"""The bot is killed at each thing that it says, before and after Discord has it: nothing is lost and nothing said twice."""
import threading
import unittest

from bot_house import BotHouse
from fake_discord_process import BOT, CHANNEL

LINES = 100  # of a long answer: three messages
NONCE_WINDOW_S = 300
SLOW_JOB_S = 21  # longer than 20 seconds: the answer is a new message


def line(word, number):
    return f"{word} line {number} of an answer that is long enough"


class Killed(BotHouse):
    may_answer = threading.Event()

    @classmethod
    def answer(cls, job):
        word = job["payload"]
        if word.startswith("slow"):
            cls.may_answer.wait(60)
        if word.startswith("short"):
            return "result", "pong: " + word
        return "result", "\n".join(line(word, x) for x in range(LINES))

    def killed_at(self, said, word, when, restart_after_s):
        """Kills the bot where it says this, then starts it again.
        @param when "before": Discord does not have it; "after": Discord has it, and the bot does not know"""
        fault = self.fake.fault("hold", content=said, when=when)
        asked = self.fake.say("ping " + word)
        self.fake.wait(kind="rest", fault=fault)
        self.bot.kill()
        self.fake.release(fault)
        self.fake.advance(restart_after_s)
        self.bot.start()
        return asked

    def parts_of(self, word):
        """@returns the messages of the bot that have to do with the request"""
        asked = next(x["id"] for x in self.fake.read() if x["content"] == "ping " + word)
        return [x for x in self.fake.read() if x["author"]["id"] == BOT and (
            word in x["content"] or (x.get("message_reference") or {}).get("message_id") == asked)]

    def whole(self, word):
        return line(word, LINES - 1) in "".join(x["content"] for x in self.parts_of(word))

    def killed_everywhere(self, restart_after_s):
        self.bot = self.start_bot()
        stages = {"status": "Job created", "first": "line 0 of", "second": "line 60 of", "third": f"line {LINES - 1} of"}
        for stage, said in stages.items():
            for when in ("before", "after"):
                word = f"{stage}-{when}"
                with self.subTest(word):
                    self.killed_at(said if stage == "status" else f"{word} {said}", word, when, restart_after_s)
                    self.wait_until(lambda w=word: self.whole(w), "the answer to " + word)
                    self.settled()
                    parts = self.parts_of(word)
                    said_lines = "\n".join(x["content"] for x in parts).replace("```", "").splitlines()
                    told = [x for x in said_lines if x.startswith(word + " line ")]
                    self.assertEqual(told, [line(word, x) for x in range(LINES)])
                    self.assertEqual(len(parts), 3, [x["content"][:60] for x in parts])

    def test_killed_at_every_message_and_back_at_once(self):
        self.killed_everywhere(0)

    def test_killed_at_every_message_and_back_when_discord_has_forgotten_the_nonces(self):
        self.killed_everywhere(2 * NONCE_WINDOW_S)

    def test_killed_at_a_late_answer_which_is_a_message_of_its_own(self):
        self.may_answer.clear()
        self.addCleanup(self.may_answer.set)
        threading.Timer(SLOW_JOB_S, self.may_answer.set).start()
        self.bot = self.start_bot()
        word = "slow"
        self.killed_at(line(word, 0), word, "after", 2 * NONCE_WINDOW_S)
        self.wait_until(lambda: self.whole(word), "the answer")
        self.settled()
        self.assertEqual([line(word, 0) in x["content"] for x in self.parts_of(word)].count(True), 1)

    def test_killed_as_it_reads_a_request_that_it_has_not_answered(self):
        self.bot = self.start_bot()
        fault = self.fake.fault("hold", method="PUT")  # the sign that it is seen
        self.fake.say("ping short-seen")
        self.fake.wait(kind="rest", fault=fault)
        self.bot.kill()
        self.fake.release(fault)
        self.bot.start()
        self.assert_answered_once("short-seen")

    def test_killed_again_and_again_while_many_ask(self):
        self.bot = self.start_bot()
        words = []
        for number in range(6):
            words += [f"short-{number}-{x}" for x in range(3)]
            for word in words[-3:]:
                self.fake.say("ping " + word)
            self.fake.wait(count=3 * number + 1, kind="rest", method="POST", channel=CHANNEL, accepted=True)
            self.bot.kill()
            self.bot.start()
        self.assert_answered_once(*words)


class Twins(BotHouse):
    def test_two_with_one_token_answer_once(self):
        first, second = self.start_bot(), self.start_bot(INSTANCE_NAME="second")
        words = [f"w{x}" for x in range(6)]
        for word in words:
            self.fake.say("ping " + word)
        self.assert_answered_once(*words)
        first.kill()
        self.fake.say("ping left")
        self.assert_answered_once(*words, "left")
        self.assertIsNone(second.process.poll())


if __name__ == "__main__":
    unittest.main(verbosity=2)
