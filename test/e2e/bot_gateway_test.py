"""The bot and its connection to Discord: whatever happens to it, every request is answered, and once."""
import signal
import unittest

from bot_house import BotHouse
from bot_process import BotProcess
from fake_discord_process import ALICE, CHANNEL

IDENTIFY, RESUME = 2, 6


class Interrupted(BotHouse):
    def interrupted(self, end, expected_ops):
        """Something is asked while the connection ends; the bot comes back by these ops and answers it."""
        bot = self.start_bot()
        self.fake.say("ping before")
        self.wait_for_answers("before")
        before = self.fake.now()
        self.fake.post("/gateway/hold")  # what is said now has a number, and is still on its way
        self.fake.say("ping meanwhile")
        end()
        self.fake.wait(before, kind="session")
        self.wait_for_answers("meanwhile")
        self.assertEqual(self.ops_of(before, IDENTIFY, RESUME), expected_ops)
        self.fake.say("ping after")
        self.assert_answered_once("before", "meanwhile", "after")
        self.assertIsNone(bot.process.poll())

    def test_it_resumes_after_a_close_for_no_known_reason(self):
        self.interrupted(lambda: self.fake.close_gateway(4000), [RESUME])

    def test_it_resumes_when_the_server_goes_away(self):
        self.interrupted(lambda: self.fake.close_gateway(1001), [RESUME])

    def test_it_resumes_after_a_cut_line(self):
        self.interrupted(lambda: self.fake.post("/gateway/drop"), [RESUME])

    def test_it_resumes_when_it_is_told_to_reconnect(self):
        self.interrupted(lambda: self.fake.post("/gateway/reconnect"), [RESUME])

    def test_it_resumes_where_an_invalid_session_may_be(self):
        self.interrupted(lambda: self.fake.post("/gateway/invalid_session", resumable=True), [RESUME])

    def test_it_finds_what_was_said_where_the_session_is_gone(self):
        self.interrupted(lambda: self.fake.post("/gateway/invalid_session", resumable=False), [IDENTIFY])

    def test_it_identifies_anew_after_a_number_that_discord_does_not_know(self):
        self.interrupted(lambda: self.fake.close_gateway(4007), [IDENTIFY])

    def test_it_identifies_anew_where_a_resume_is_refused(self):
        def end():
            self.fake.set(resumes=False)
            self.fake.close_gateway(4000)

        self.interrupted(end, [RESUME, IDENTIFY])

    def test_it_finds_what_was_said_while_the_gateway_was_away(self):
        def end():
            self.fake.set(accepts=False)
            self.fake.post("/gateway/drop")
            self.fake.advance(600)  # longer than a session lives
            self.fake.set(accepts=True)

        self.interrupted(end, [RESUME, IDENTIFY])

    def test_it_leaves_a_connection_whose_heartbeats_nobody_answers(self):
        self.fake.set(heartbeat_interval_ms=1500)
        self.start_bot()
        before = self.fake.now()
        self.fake.set(acks=False)
        left = self.fake.wait(before, kind="disconnect")[0]
        self.fake.set(acks=True)
        self.assertIsNone(left["code_of_ours"])
        self.assertNotIn(left["code"], (1000, 1001))
        self.assertTrue(self.fake.wait(left["n"], kind="session")[0]["resumed"])
        self.fake.say("ping again")
        self.assert_answered_once("again")

    def test_it_answers_at_once_where_a_heartbeat_is_asked_for(self):
        self.start_bot()
        before = self.fake.now()
        self.fake.post("/gateway/heartbeat")
        self.fake.wait(before, kind="frame", op=1)

    def test_a_slow_answer_does_not_hold_up_the_heartbeat(self):
        self.fake.set(heartbeat_interval_ms=1000)
        self.start_bot()
        held = self.fake.fault("hold", method="POST", route="/channels/{channel}/messages")
        self.fake.say("ping slowly")
        asked = self.fake.wait(kind="rest", fault=held)[0]
        self.fake.wait(asked["n"], count=3, kind="frame", op=1)
        self.fake.release(held)
        self.assert_answered_once("slowly")


class Disordered(BotHouse):
    def test_what_comes_twice_is_done_once(self):
        self.start_bot()
        self.fake.post("/gateway/faults", copies=2)
        self.fake.say("ping twice")
        self.wait_for_answers("twice")
        self.fake.post("/gateway/replay", last=5)
        self.fake.say("ping more")
        self.assert_answered_once("twice", "more")

    def test_what_a_resume_brings_again_is_done_once(self):
        self.fake.set(resume_overlap=5)
        self.start_bot()
        self.fake.say("ping once")
        self.wait_for_answers("once")
        before = self.fake.now()
        self.fake.close_gateway(4000)
        self.fake.wait(before, kind="session", resumed=True)
        self.fake.say("ping more")
        self.assert_answered_once("once", "more")

    def test_what_comes_in_another_order_is_all_done(self):
        self.start_bot()
        self.fake.post("/gateway/hold")
        for word in ("one", "two", "three"):
            self.fake.say("ping " + word)
        self.fake.post("/gateway/release", order="reversed")
        self.assert_answered_once("one", "two", "three")

    def test_frames_that_say_nothing_to_it_are_passed_over(self):
        self.start_bot()
        self.fake.post("/gateway/dispatch", t="SOMETHING_NEW", d={"x": [None]})
        self.fake.post("/gateway/dispatch", t="MESSAGE_CREATE", d={"id": "1"})
        self.fake.post("/gateway/dispatch", t="MESSAGE_CREATE", d=None)
        self.fake.post("/gateway/raw", text='{"op":99,"d":{}}')
        self.fake.say("ping still")
        self.assert_answered_once("still")


class Ended(BotHouse):
    def test_fatal_codes_end_it_with_one_sentence(self):
        for code in (4004, 4010, 4011, 4012, 4013, 4014):
            with self.subTest(code=code):
                bot = self.start_bot()
                before = self.fake.now()
                self.fake.close_gateway(code)
                self.assertNotEqual(bot.wait(), 0)
                self.assertEqual(self.fake.find(before, kind="connect"), [])
                self.assertEqual(sum(x.startswith("openclaw-bot: ") for x in bot.log), 1, bot.log[-3:])

    def test_without_the_intent_it_says_which_switch_is_meant(self):
        self.fake.set(message_content=False)
        before = self.fake.now()
        bot = self.start_unready()
        self.assertNotEqual(bot.wait(), 0)
        self.assertIn("Message Content Intent", "".join(bot.log))
        self.assertEqual(len(self.fake.find(before, kind="connect")), 1)

    def test_a_wrong_token_ends_it_and_is_not_in_the_log(self):
        bot = self.start_unready(DISCORD_TOKEN="a.wrong.token-of-somebody")
        self.assertNotEqual(bot.wait(), 0)
        self.assertNotIn("a.wrong.token", "".join(bot.log))
        self.assertLessEqual(len(self.fake.find(kind="rest", status=401)), 3)

    def start_unready(self, **env):
        """@returns a bot that need not come to a session"""
        bot = BotProcess(self.fake, self.broker, **env)
        self.addCleanup(bot.stop)
        bot.launch()
        return bot

    def test_no_identifies_left_means_waiting(self):
        self.fake.set(identify_remaining=0, identify_reset_after_ms=3_600_000)
        bot = self.start_unready()
        self.fake.wait(kind="rest", route="/gateway/bot")
        self.settled()
        self.assertEqual(self.fake.find(kind="frame", op=IDENTIFY), [])
        self.assertIsNone(bot.process.poll())

    def test_a_restart_goes_on_with_the_session(self):
        bot = self.start_bot()
        self.fake.say("ping before")
        self.wait_for_answers("before")
        self.settled()
        self.assertEqual(bot.terminate(), 0)
        self.fake.say("ping meanwhile")
        before = self.fake.now()
        bot.start()
        self.assertEqual(self.ops_of(before, IDENTIFY, RESUME), [RESUME])
        self.assert_answered_once("before", "meanwhile")

    def test_a_person_who_ends_it_ends_the_session(self):
        bot = self.start_bot()
        bot.process.send_signal(signal.SIGINT)
        self.assertEqual(bot.wait(), 0)
        self.assertEqual(self.fake.wait(kind="disconnect")[0]["code"], 1000)
        self.assertEqual(self.fake.call("GET", "/gateway")["sessions"], [])

    def test_what_was_said_while_it_was_dead_for_long_is_answered(self):
        bot = self.start_bot()
        self.fake.say("ping before")
        direct = self.fake.dm(ALICE)
        self.fake.say("ping alone", direct)
        self.wait_for_answers("before")
        self.wait_for_answers("alone", channel=direct)
        bot.kill()
        self.fake.advance(600)
        for place in (CHANNEL, direct):
            self.fake.say(f"ping in {place}", place)
        bot.start()
        self.assert_answered_once("before", f"in {CHANNEL}")
        self.assert_answered_once("alone", f"in {direct}", channel=direct)


if __name__ == "__main__":
    unittest.main(verbosity=2)
