"""Slash commands and buttons of the bot, as Discord shows them to people, also when something goes wrong."""
import threading
import unittest

from bot_house import BotHouse
from fake_discord_process import ALICE, BOT, CHANNEL, GUILD

MINUTES_16_S = 960  # the token of an interaction has died


class SlowWorker(BotHouse):
    may_answer = threading.Event()

    @classmethod
    def answer(cls, job):
        if job["payload"].startswith("slow"):
            cls.may_answer.wait(60)
        return ("fail", "no such thing") if job["payload"].startswith("bad") else ("result", "pong: " + job["payload"])

    def setUp(self):
        super().setUp()
        self.may_answer.set()
        self.addCleanup(self.may_answer.set)


class Slash(SlowWorker):
    def start(self, **env):
        self.bot = self.start_bot(BOT_SLASH_COMMANDS="1", BOT_SLASH_GUILD_ID=GUILD, **env)
        self.wait_until(lambda: self.fake.call("GET", "/commands"), "the registration")

    def seen(self, begun, text):
        """Waits until this stands in the answer or in a message of the channel. @returns the interaction"""
        def there():
            now = self.fake.interaction(begun["id"])
            shown = [now["original"] or {}, *now["followups"], *self.fake.read()]
            return any(text in x.get("content", "") for x in shown) and now

        return self.wait_until(there, text)

    def test_the_commands_are_registered_once_and_not_at_every_start(self):
        self.start()
        self.assertIn("ask", [x["name"] for x in self.fake.call("GET", "/commands")])
        self.bot.terminate()
        before = self.fake.now()
        self.bot.start()
        self.settled()
        self.assertEqual(self.fake.find(before, kind="rest", method="PUT"), [])

    def test_a_command_is_deferred_and_then_answered(self):
        self.start()
        begun = self.fake.interact("command", name="ping", options={"text": "word"})
        self.assertEqual(begun["answer"]["type"], 5)
        self.assertFalse(self.seen(begun, "pong: word")["original"]["ephemeral"])
        self.settled()
        self.assertEqual([x["content"] for x in self.fake.read()], ["pong: word"])

    def test_what_is_for_one_person_is_seen_by_that_person_alone(self):
        self.start()
        begun = self.fake.interact("command", name="help")
        self.assertTrue(self.seen(begun, "ping")["original"]["ephemeral"])
        self.assertEqual(self.fake.read(), [])

    def test_a_job_that_outlives_the_token_is_answered_in_the_channel(self):
        self.may_answer.clear()
        self.start()
        begun = self.fake.interact("command", name="ping", options={"text": "slow"})
        self.seen(begun, "Job created")
        self.fake.advance(MINUTES_16_S)
        self.may_answer.set()
        self.seen(begun, "pong: slow")
        self.settled()
        self.assertEqual(len(self.finals("pong: slow")), 1)
        self.fake.say("ping after")
        self.wait_until(lambda: self.finals("pong: after"))

    def test_a_stranger_is_refused_where_nobody_else_sees_it(self):
        self.start()
        stranger = self.fake.post("/users", name="mallory")["id"]
        begun = self.fake.interact("command", name="ping", options={"text": "word"}, user=stranger)
        self.assertTrue(begun["original"]["ephemeral"])
        self.settled()
        self.assertNotIn("pong", self.fake.interaction(begun["id"])["original"]["content"])
        self.assertEqual(self.fake.read(), [])

    def test_an_option_is_completed_from_what_is_known(self):
        self.start()
        done = self.fake.interact("command", name="ping", options={"text": "word"})
        self.seen(done, "pong: word")
        choices = self.fake.interact("autocomplete", name="status", focused="job_id")["choices"]
        self.assertIsNotNone(choices)
        self.assertLessEqual(len(choices), 25)

    def test_a_command_whose_callback_is_accepted_and_lost_is_answered_once(self):
        self.start()
        self.fake.fault("drop", path="/callback", when="after")
        begun = self.fake.interact("command", name="ping", options={"text": "word"})
        self.seen(begun, "pong: word")
        self.settled()
        self.assertEqual(len(self.finals("pong: word")), 1)

    def test_a_command_that_is_killed_with_the_bot_is_answered_after_the_restart(self):
        self.may_answer.clear()
        self.start()
        begun = self.fake.interact("command", name="ping", options={"text": "slow"})
        self.seen(begun, "Job created")
        self.bot.kill()
        self.may_answer.set()
        self.bot.start()
        self.seen(begun, "pong: slow")
        self.settled()
        self.assertEqual(len(self.finals("pong: slow")), 1)


class Buttons(SlowWorker):
    def status_of(self, word):
        """Asks for something slow. @returns its status message, with a button on it"""
        self.may_answer.clear()
        self.fake.say("ping slow-" + word)
        return self.wait_until(lambda: [x for x in self.fake.read() if x["author"]["id"] == BOT and x["components"]])[0]

    def labels(self, message):
        return [b["label"] for x in self.fake.read() if x["id"] == message for row in x["components"]
                for b in row["components"]]

    def test_cancel_cancels_and_says_so(self):
        self.bot = self.start_bot()
        status = self.status_of("a")
        self.assertEqual(self.fake.interact("button", message=status["id"], label="Cancel")["state"], "deferred")
        self.wait_until(lambda: "Cancel" not in self.labels(status["id"]), "the cancelling")
        self.may_answer.set()
        self.wait_until(lambda: any("cancelled" in x["content"] for x in self.fake.read()))

    def test_cancel_works_after_a_kill(self):
        self.bot = self.start_bot()
        status = self.status_of("b")
        self.bot.kill()
        self.bot.start()
        self.fake.interact("button", message=status["id"], label="Cancel")
        self.wait_until(lambda: "Cancel" not in self.labels(status["id"]), "the cancelling")
        self.may_answer.set()
        self.wait_until(lambda: any("ancelled" in x["content"] for x in self.fake.read()))

    def test_a_button_of_another_is_refused_privately(self):
        bob, carol = (self.fake.post("/users", name=x)["id"] for x in ("bob", "carol"))
        self.bot = self.start_bot(ALLOWED_USER_ID=ALICE, ALLOWLIST_USER_ID=f"{bob},{carol}")
        self.may_answer.clear()
        self.fake.say("ping slow-c", user=bob)
        status = self.wait_until(lambda: [x for x in self.fake.read() if x["components"]])[0]
        pressed = self.fake.interact("button", message=status["id"], label="Cancel", user=carol)
        self.assertTrue(pressed["original"]["ephemeral"])
        self.may_answer.set()
        self.assert_answered_once("slow-c")

    def test_retry_queues_a_failed_job_again(self):
        self.bot = self.start_bot()
        self.fake.say("ping bad")
        failed = self.wait_until(lambda: [x for x in self.fake.read() if any(
            b["label"] == "Retry" for row in x["components"] for b in row["components"])])[0]
        before = self.fake.now()
        self.fake.interact("button", message=failed["id"], label="Retry")
        self.fake.wait(before, kind="rest", method="PATCH", accepted=True)
        self.wait_until(lambda: "no such thing" in self.fake.read()[-1]["content"])

    def test_a_button_that_nobody_knows_is_answered_kindly(self):
        self.bot = self.start_bot()
        button = {"type": 2, "style": 4, "label": "Old", "custom_id": "q0:what:1"}
        old = self.fake.say("of an older bot", user=BOT, components=[{"type": 1, "components": [button]}])
        pressed = self.fake.interact("button", message=old["id"], label="Old")
        self.assertTrue(pressed["original"]["ephemeral"])

    def test_a_request_that_waits_is_taken_back_by_deleting_it(self):
        self.bot = self.start_bot(BOT_MAX_CONCURRENT="1")
        self.status_of("d")
        waits = self.fake.say("ping short-e")
        self.settled()
        self.fake.call("DELETE", f"/channels/{CHANNEL}/messages/{waits['id']}")
        self.settled()
        self.may_answer.set()
        self.wait_until(lambda: self.finals("pong: slow-d"))
        self.settled()
        self.assertEqual(self.finals("pong: short-e"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
