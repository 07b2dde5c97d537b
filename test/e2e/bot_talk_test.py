"""What people see of the bot when all goes well: progress, long answers, threads, presence, manners."""
import json
import threading
import unittest

from bot_house import BotHouse
from fake_discord_process import ALICE, BOT, CHANNEL

FENCE = "```"


def code(lines):
    return "\n".join(["Here it is:", FENCE + "python", *(f"print({x})  # 🦊 a line of code" for x in range(lines)), FENCE])


class Talk(BotHouse):
    may_answer = threading.Event()

    @classmethod
    def answer(cls, job):
        word = job["payload"]
        if word.startswith("slow"):
            cls.may_answer.wait(60)
        if word.startswith("code"):
            return "result", code(int(word.split("-")[1]))
        return "result", "pong: " + word

    def setUp(self):
        super().setUp()
        self.may_answer.set()
        self.addCleanup(self.may_answer.set)

    def said(self, channel=CHANNEL):
        return [x for x in self.fake.read(channel) if x["author"]["id"] == BOT]

    def test_a_long_answer_is_cut_where_no_fence_breaks(self):
        self.start_bot()
        self.fake.say("ping code-100")
        self.wait_until(lambda: any("print(99)" in x["content"] for x in self.said()))
        self.settled()
        parts = [x["content"] for x in self.said()]
        self.assertGreater(len(parts), 1)
        for part in parts:
            self.assertLessEqual(len(part.encode("utf-16-le")) // 2, 2000)
            self.assertEqual(part.count(FENCE) % 2, 0)
        lines = [x for part in parts for x in part.splitlines() if x.startswith("print(")]
        self.assertEqual(lines, [x for x in code(100).splitlines() if x.startswith("print(")])

    def test_a_very_long_answer_comes_as_a_file_as_well(self):
        self.start_bot()
        self.fake.say("ping code-2000")
        files = self.wait_until(lambda: [f for x in self.said() for f in x["files"]], "a file")
        self.settled()
        self.assertEqual(len(files), 1)
        self.assertEqual(files[0]["text"], code(2000))
        self.assertLessEqual(len(self.said()), 3)

    def test_after_a_while_it_says_that_a_job_still_runs_and_the_answer_comes(self):
        self.may_answer.clear()
        self.start_bot(JOB_POLL_TIMEOUT_SEC="1")
        self.fake.say("ping slow")
        self.wait_until(lambda: any("Still running. Job ID: " in v["content"] for x in self.said() for v in x["versions"]))
        self.fake.wait(kind="typing", channel=CHANNEL)
        self.may_answer.set()
        self.assert_answered_once("slow")

    def test_a_job_may_have_a_thread_of_its_own(self):
        self.start_bot(BOT_JOB_THREADS="1")
        asked = self.fake.say("ping word")["id"]
        self.wait_until(lambda: asked in [x["id"] for x in self.fake.call("GET", "/world")["channels"]], "a thread")
        self.wait_until(lambda: self.finals("pong: word", asked), "the answer in the thread")
        self.fake.say("ping more", asked)
        self.wait_until(lambda: self.finals("pong: more", asked), "the answer to what is said in the thread")
        self.settled()
        self.assertEqual(self.finals("pong: word"), [])

    def test_threads_of_an_allowed_channel_are_allowed_and_others_are_not(self):
        self.start_bot()
        inside = self.fake.post("/channels", name="inside", parent=CHANNEL)["id"]
        elsewhere = self.fake.post("/channels", name="elsewhere")["id"]
        outside = self.fake.post("/channels", name="outside", parent=elsewhere)["id"]
        self.fake.say("ping out", outside)
        self.fake.say("ping in", inside)
        self.assert_answered_once("in", channel=inside)
        self.assertEqual(len(self.fake.read(outside)), 1)

    def test_a_mention_in_front_is_taken_off(self):
        self.start_bot()
        self.fake.say(f"<@{BOT}> ping word")
        self.fake.say(f"<@!{BOT}>  ping again")
        self.assert_answered_once("word", "again")

    def test_without_the_content_it_hears_whoever_mentions_it(self):
        self.fake.set(bot_sees_content=False)
        self.start_bot()
        self.fake.say("ping unseen")
        self.fake.say(f"<@{BOT}> ping seen")
        self.fake.say("ping alone", self.fake.dm())
        self.wait_for_answers("seen")
        self.wait_for_answers("alone", channel=self.fake.dm())

    def test_its_presence_follows_what_runs(self):
        self.may_answer.clear()
        self.start_bot()
        self.fake.say("ping slow")
        self.wait_until(lambda: any(json.dumps(x["d"]["activities"]).count("1 running")
                                    for x in self.fake.find(kind="frame", op=3)), "a presence that says so")

    def test_jobs_too_close_to_each_other_are_refused_with_a_sentence_once_a_minute(self):
        self.start_bot(BOT_COOLDOWN_SECONDS="3600")
        for word in ("one", "two", "three", "four"):
            self.fake.say("ping " + word)
        self.wait_for_answers("one")
        self.settled()
        sentences = [x["content"] for x in self.said() if x["content"] != "pong: one"]
        self.assertEqual(len(sentences), 1, sentences)

    def test_an_edit_of_a_request_changes_nothing(self):
        self.may_answer.clear()
        self.start_bot()
        asked = self.fake.say("ping slow")
        self.fake.wait_sent()
        self.fake.call("PATCH", f"/channels/{CHANNEL}/messages/{asked['id']}", {})
        self.fake.call("PATCH", f"/channels/{CHANNEL}/messages/{asked['id']}", {"content": "ping other"})
        self.may_answer.set()
        self.wait_for_answers("slow")
        self.settled()
        self.assertEqual(self.finals("pong: other"), [])
        self.assertEqual(len(self.finals("pong: slow")), 1)

    def test_the_first_start_answers_nothing_of_old(self):
        self.fake.say("ping old")
        self.start_bot()
        self.fake.say("ping new")
        self.assert_answered_once("new")

    def test_what_is_older_than_an_hour_is_not_answered_any_more(self):
        now = self.fake.call("GET", "/clock")["now"]
        self.fake.say("ping old", at=now - 9000)
        bot = self.start_bot()
        self.settled()  # it has read the channel, up to what is old
        bot.kill()
        self.fake.wait(kind="disconnect")
        self.fake.post("/gateway/forget")  # what was missed stands in the channel only
        self.fake.say("ping stale", at=now - 4000)
        self.fake.say("ping late", at=now - 3000)
        self.fake.say("ping fresh")
        bot.start()
        self.assert_answered_once("late", "fresh")

    def test_two_people_are_answered_each(self):
        bob = self.fake.post("/users", name="bob")["id"]
        self.start_bot(ALLOWLIST_USER_ID=bob, ALLOWED_USER_ID=ALICE, BOT_MAX_CONCURRENT="1")
        for number in range(3):
            self.fake.say(f"ping a{number}")
            self.fake.say(f"ping b{number}", user=bob)
        self.assert_answered_once(*(f"{who}{x}" for who in "ab" for x in range(3)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
