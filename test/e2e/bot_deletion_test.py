"""Requests whose messages people delete while the bot is dead: what waits is taken back, what runs goes on."""
import threading
import unittest

from bot_house import BotHouse
from fake_discord_process import CHANNEL


class Deletion(BotHouse):
    may_answer = threading.Event()

    @classmethod
    def answer(cls, job):
        cls.may_answer.wait(60)
        return "result", "pong: " + job["payload"]

    def setUp(self):
        super().setUp()
        self.may_answer.clear()
        self.addCleanup(self.may_answer.set)

    def deleted_while_dead(self, word, forgotten, **env):
        """`first` runs, then `word` waits; its message is deleted while the bot is dead.
        @param forgotten the session is over as well, and what was told meanwhile with it"""
        bot = self.start_bot(**env)
        self.fake.say("ping first")
        self.fake.wait_sent(count=1)
        asked = self.fake.say("ping " + word)["id"]
        self.fake.wait_sent(count=2)
        self.settled()
        bot.kill()
        self.fake.wait(kind="disconnect")
        self.fake.call("DELETE", f"/channels/{CHANNEL}/messages/{asked}")
        if forgotten:
            self.fake.post("/gateway/forget")
        before = self.fake.now()
        bot.start()
        self.settled()
        looks = self.fake.find(before, kind="rest", method="GET", path=f"/api/v10/channels/{CHANNEL}/messages/{asked}")
        self.assertLessEqual(len(looks), 1)
        self.may_answer.set()
        self.wait_for_answers("first")
        self.settled()

    def held(self, forgotten):
        self.deleted_while_dead("held", forgotten, BOT_MAX_CONCURRENT="1")
        self.assertEqual(self.finals("pong: held"), [])
        self.assertEqual(len(self.finals("Taken back.")), 1)

    def queued(self, forgotten):
        self.deleted_while_dead("queued", forgotten)
        self.assertEqual(self.finals("pong: queued"), [])
        self.wait_until(lambda: any("was cancelled" in x["content"] for x in self.fake.read()), "the end")

    def test_one_that_waited_for_its_turn_in_a_session_that_goes_on(self):
        self.held(forgotten=False)

    def test_one_that_waited_for_its_turn_in_a_session_that_is_over(self):
        self.held(forgotten=True)

    def test_one_whose_job_waited_in_a_session_that_goes_on(self):
        self.queued(forgotten=False)

    def test_one_whose_job_waited_in_a_session_that_is_over(self):
        self.queued(forgotten=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
