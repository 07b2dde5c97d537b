"""The bot and Discord's REST: errors before and after acceptance, limits, refusals; every answer comes, and once."""
import unittest

from bot_house import BotHouse
from fake_discord_process import ALICE, BOT, CHANNEL, MESSAGE, MESSAGES

SEND, EDIT = {"method": "POST", "route": MESSAGES}, {"method": "PATCH", "route": MESSAGE}


class Faulty(BotHouse):
    def answered_despite(self, do, where, **more):
        """One fault strikes what the bot says of a job; its person sees one answer."""
        self.start_bot()
        fault = self.fake.fault(do, **where, **more)
        self.fake.say("ping word")
        self.fake.wait(kind="rest", fault=fault)
        self.assert_answered_once("word")
        return [x for x in self.fake.find(kind="rest", **where)]

    def test_a_send_that_fails_is_tried_again(self):
        asked = self.answered_despite("answer", SEND, status=503, times=2)
        self.assertEqual([x["status"] for x in asked], [503, 503, 200])
        self.assertEqual(len({x["json"]["nonce"] for x in asked if x["json"]}), 1)

    def test_a_send_that_is_accepted_and_answered_with_502_comes_once(self):
        self.answered_despite("answer", SEND, status=502, when="after")

    def test_a_send_whose_answer_is_lost_comes_once(self):
        self.answered_despite("drop", SEND, when="after", times=2)

    def test_a_send_whose_answer_is_cut_off_comes_once(self):
        self.answered_despite("truncate", SEND, when="after")

    def test_an_answer_that_is_html_is_no_answer(self):
        self.answered_despite("answer", SEND, status=200, body="<html>nothing</html>", when="after")

    def test_an_edit_that_fails_is_tried_again(self):
        for do, more in (("answer", {"status": 502}), ("drop", {}), ("answer", {"status": 502, "when": "after"})):
            with self.subTest(do=do, **more):
                self.fake.stop()
                self.setUp()
                self.answered_despite(do, EDIT, **more)

    def test_a_slow_answer_is_waited_for(self):
        self.answered_despite("slow", SEND, delay_s=3, when="after")

    def missed_despite(self, do, **more):
        """What was said in an absence is answered although the channel's history cannot be read at first."""
        bot = self.start_bot()
        self.fake.say("ping before")
        self.wait_for_answers("before")
        self.settled()
        bot.kill()
        self.fake.wait(kind="disconnect")
        self.fake.post("/gateway/forget")
        self.fake.say("ping missed")
        fault = self.fake.fault(do, method="GET", route=MESSAGES, **more)
        bot.start()
        self.fake.wait(kind="rest", fault=fault)
        self.assert_answered_once("before", "missed")

    def test_a_history_that_fails_is_read_again(self):
        self.missed_despite("answer", status=503, times=4)

    def test_a_history_that_is_cut_off_is_read_again(self):
        self.missed_despite("truncate", times=2)

    def test_a_history_of_html_is_no_empty_one(self):
        self.missed_despite("answer", status=200, body="<html>nothing</html>")

    def test_a_history_that_is_limited_is_read_later(self):
        self.missed_despite("rate_limit", retry_after=1)


class Limited(BotHouse):
    def least_wait(self, asked):
        """@returns seconds between the refusal and the next try"""
        first, second = asked[:2]
        self.assertEqual((first["status"], second["status"]), (429, 200))
        return second["monotonic"] - first["monotonic"]

    def limited(self, **more):
        self.start_bot()
        fault = self.fake.fault("rate_limit", **SEND, retry_after=1.3, **more)
        self.fake.say("ping word")
        self.fake.wait(kind="rest", fault=fault)
        self.assert_answered_once("word")
        return self.fake.find(kind="rest", **SEND)

    def test_it_waits_as_long_as_a_429_says(self):
        self.assertGreaterEqual(self.least_wait(self.limited()), 1.29)

    def test_it_takes_the_body_alone_or_the_header_alone(self):
        self.assertGreaterEqual(self.least_wait(self.limited(without=["Retry-After", "X-RateLimit-*"])), 1.29)
        self.fake.stop()
        self.setUp()
        self.assertGreaterEqual(self.least_wait(self.limited(without=["body", "X-RateLimit-*"])), 1.29)

    def test_it_waits_a_while_where_a_429_says_nothing(self):
        self.assertGreater(self.least_wait(self.limited(without=["body", "Retry-After", "X-RateLimit-*"])), 0.2)

    def test_a_global_limit_holds_everything_but_the_callbacks(self):
        self.start_bot()
        fault = self.fake.fault("rate_limit", **SEND, scope="global", retry_after=2)
        self.fake.say("ping word")
        self.fake.say("ping alone", self.fake.dm())
        refused = self.fake.wait(kind="rest", fault=fault)[0]
        self.assert_answered_once("word")
        soon = [x for x in self.fake.find(refused["n"], kind="rest") if x["monotonic"] < refused["monotonic"] + 1.9]
        self.assertLessEqual(len(soon), 4, [x["path"] for x in soon])  # those that were under way already

    def test_many_requests_keep_to_the_buckets(self):
        self.fake.set(rate_limits=True)
        self.start_bot()
        words = [f"w{x}" for x in range(8)]
        for word in words:
            self.fake.say("ping " + word)
        self.assert_answered_once(*words)
        refused = self.fake.find(kind="rest", status=429)
        self.assertLessEqual(len(refused), 3, [x["route"] for x in refused])

    def test_cloudflare_is_left_alone_for_minutes(self):
        self.start_bot()
        fault = self.fake.fault("cloudflare", times="always", retry_after=120, method="POST")
        self.fake.say("ping word")
        self.fake.wait(kind="rest", fault=fault)
        self.settled()
        self.settled()
        self.assertLessEqual(len(self.fake.find(kind="rest", fault=fault)), 3)


class Refused(BotHouse):
    def test_a_channel_without_the_right_to_send_is_not_asked_in_a_loop(self):
        self.start_bot()
        self.fake.call("PATCH", f"/channels/{CHANNEL}", {"denied": ["SEND_MESSAGES"]})
        for number in range(5):
            self.fake.say(f"ping {number}")
        self.fake.wait(kind="rest", status=403)
        self.settled()
        self.assertLessEqual(len(self.fake.find(kind="rest", status=403)), 20)
        self.fake.say("ping alone", self.fake.dm())
        self.wait_until(lambda: self.finals("pong: alone", self.fake.dm()))

    def test_a_status_message_that_is_deleted_does_not_take_the_answer_along(self):
        held = self.fake.fault("hold", **EDIT)
        self.start_bot()
        self.fake.say("ping word")
        self.fake.wait(kind="rest", fault=held)
        status = self.fake.read()[-1]
        self.fake.call("DELETE", f"/channels/{CHANNEL}/messages/{status['id']}")
        self.fake.release(held)
        self.assert_answered_once("word")

    def test_a_request_that_is_deleted_is_answered_without_a_reference(self):
        held = self.fake.fault("hold", **SEND)
        self.start_bot()
        asked = self.fake.say("ping word")
        self.fake.wait(kind="rest", fault=held)
        self.fake.call("DELETE", f"/channels/{CHANNEL}/messages/{asked['id']}")
        self.fake.release(held)
        self.settled()
        self.assertLessEqual(len(self.finals("pong: word")), 1)
        self.fake.say("ping next")
        self.wait_until(lambda: self.finals("pong: next"))

    def test_strangers_bots_webhooks_and_system_messages_are_not_heard(self):
        self.start_bot()
        stranger = self.fake.post("/users", name="mallory")["id"]
        robot = self.fake.post("/users", name="robot", bot=True)["id"]
        self.fake.say("ping stranger", user=stranger)
        self.fake.say("ping robot", user=robot)
        self.fake.say("ping webhook", webhook=True)
        self.fake.say("ping pinned", type=6)
        elsewhere = self.fake.post("/channels", name="elsewhere")["id"]
        self.fake.say("ping elsewhere", elsewhere)
        self.fake.say("ping heard")
        self.assert_answered_once("heard")
        self.assertEqual(len(self.fake.read(elsewhere)), 1)

    def test_a_stranger_is_refused_once_in_a_direct_message(self):
        self.start_bot()
        stranger = self.fake.post("/users", name="mallory")["id"]
        direct = self.fake.dm(stranger)
        for word in ("one", "two", "three"):
            self.fake.say("ping " + word, direct)
        self.wait_until(lambda: len(self.fake.read(direct)) > 3, "a refusal")
        self.settled()
        said = [x["content"] for x in self.fake.read(direct) if x["author"]["id"] == BOT]
        self.assertEqual(len(said), 1, said)
        self.assertNotIn("pong", said[0])

    def test_nobody_is_notified_by_what_a_worker_says(self):
        self.start_bot()
        self.fake.say(f"ping @everyone <@{ALICE}> <@&1>")
        answer = self.wait_until(lambda: self.finals(f"pong: @everyone <@{ALICE}> <@&1>"))[0]
        self.assertEqual((answer["mentions"], answer["mention_everyone"], answer["mention_roles"]), ([], False, []))
        for sent in self.fake.find(kind="rest", accepted=True):
            if sent["method"] in ("POST", "PATCH") and (sent["json"] or {}).get("content"):
                self.assertEqual(sent["json"]["allowed_mentions"]["parse"], [])

    def test_the_tokens_never_come_back(self):
        bot = self.start_bot()
        self.fake.say("ping " + self.fake.token)
        self.fake.say("ping bot-secret-1")
        self.fake.say("ping bot-\u200bsec\u00adret\u2060-1")  # people would read it all the same
        self.wait_until(lambda: len(self.finals("pong: ***")) == 3)
        self.settled()
        told = "".join(bot.log) + "".join(v["content"] for x in self.fake.read() if x["author"]["id"] == BOT
                                          for v in x["versions"])
        self.assertNotIn(self.fake.token, told)
        self.assertNotIn("bot-secret-1", told)


if __name__ == "__main__":
    unittest.main(verbosity=2)
