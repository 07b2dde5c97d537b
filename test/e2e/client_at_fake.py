"""What every client does at the fake Discord as at Discord: it logs in, talks, comes back, obeys."""
from fake_discord_process import ALICE, CHANNEL, GUILD, MESSAGES, FakeDiscord
from patience import patient

PATIENCE_S = patient(90)  # the fake's, instead of three seconds: the machine may be slow


class ClientAtFake:
    """What every client does. Tests share a client that is logged in, and have a channel each."""

    @classmethod
    def setUpClass(cls):
        cls.install()
        cls.fake = FakeDiscord(rate_limits=False, interaction_answer_s=PATIENCE_S)
        cls.addClassCleanup(cls.fake.stop)
        cls.peer = cls.client(cls.fake)
        cls.addClassCleanup(cls.peer.stop)
        cls.peer.wait("ready", guilds=1)

    def setUp(self):
        self.channel = self.fake.post("/channels", name="of this test")["id"]
        self.begin = self.fake.now()
        self.addCleanup(self.fake.call, "DELETE", "/faults")

    def client_of_my_own(self):
        """For a test that leaves the client, or the fake, as nobody else wants it."""
        self.fake = FakeDiscord(rate_limits=False)
        self.addCleanup(self.fake.stop)
        self.peer = self.client(self.fake)
        self.addCleanup(self.peer.stop)
        self.peer.wait("ready", guilds=1)
        self.channel, self.begin = CHANNEL, self.fake.now()

    def say(self, content):
        """@returns the message of a person in this test's channel"""
        return self.fake.say(content, self.channel)

    def rest(self, after=None, **wanted):
        return self.fake.find(self.begin if after is None else after, kind="rest", **wanted)

    # -- talking ---------------------------------------------------------------------------------------------------

    def test_messages_of_a_server_and_of_a_dm_arrive(self):
        in_server = self.say("to a server")
        in_dm = self.fake.say("to you alone", self.fake.dm())
        self.assertEqual(self.peer.wait("message", id=in_server["id"])["guild"], GUILD)
        heard = self.peer.wait("message", id=in_dm["id"])
        self.assertEqual((heard["content"], heard["guild"], heard["author"]), ("to you alone", None, ALICE))

    def test_it_replies_edits_and_deletes(self):
        asked = self.say("a question")
        reply = self.peer.do("reply", channel=self.channel, message=asked["id"], content="an answer")
        self.peer.do("edit", channel=self.channel, message=reply["id"], content="a better answer")
        shown = self.fake.read(self.channel)[-1]
        self.assertEqual([x["content"] for x in shown["versions"]], ["an answer", "a better answer"])
        self.assertEqual(shown["referenced_message"]["id"], asked["id"])
        self.assertTrue(self.peer.wait("update", id=reply["id"], content="a better answer")["edited"])
        self.peer.do("delete", channel=self.channel, message=reply["id"])
        self.peer.wait("delete", id=reply["id"])
        self.assertEqual([x["id"] for x in self.fake.read(self.channel)], [asked["id"]])

    def test_it_reacts_types_and_begins_a_thread(self):
        asked = self.say("a question")["id"]
        self.peer.do("react", channel=self.channel, message=asked, emoji="👀")
        self.peer.do("typing", channel=self.channel)
        self.assertEqual(self.peer.do("thread", channel=self.channel, message=asked, name="about it"),
                         {"id": asked, "parent": self.channel})
        self.assertEqual(self.fake.read(self.channel)[0]["reactions"][0]["emoji"]["name"], "👀")
        self.fake.wait(kind="typing", channel=self.channel)
        in_thread = self.fake.say("more of it", asked)["id"]
        self.assertEqual(self.peer.wait("message", id=in_thread)["channel"], asked)

    def test_it_sends_a_file(self):
        self.assertEqual(self.peer.do("file", channel=self.channel, content="whole", name="job.md", text="Füße\n")["files"],
                         ["job.md"])
        self.assertEqual(self.fake.read(self.channel)[-1]["files"][0]["text"], "Füße\n")

    def test_it_reads_the_history_after_a_message_by_pages(self):
        first = self.say("first")["id"]
        later = [self.fake.say(f"number {x}", self.channel, silent=True)["id"] for x in range(120)]
        read = {x["id"] for x in self.peer.do("history", channel=self.channel, after=first)}
        self.assertEqual(read, set(later[:len(read)]))
        self.assertGreaterEqual(len(read), 100)

    def test_it_writes_to_a_person_and_is_told_who_blocks_it(self):
        self.peer.do("dm", user=ALICE, content="a word")
        self.assertEqual(self.fake.read(self.fake.dm())[-1]["content"], "a word")
        self.fake.call("PATCH", f"/users/{ALICE}", {"dms": False})
        self.addCleanup(self.fake.call, "PATCH", f"/users/{ALICE}", {"dms": True})
        refused = self.peer.end(self.peer.begin("dm", user=ALICE, content="another"))
        self.assertEqual((refused["event"], refused["code"]), ("failed", 50007))

    def test_its_presence_arrives(self):
        self.peer.do("presence", state="2 running")
        self.assertEqual(self.fake.wait(kind="frame", op=3)[0]["d"]["status"], "idle")

    # -- slash commands --------------------------------------------------------------------------------------------

    def register(self):
        option = {"name": "prompt", "description": "What to say", "type": 3, "required": True, "autocomplete": False}
        commands = [{"name": x, "description": "A command", "options": [option]} for x in ("quick", "slow")]
        self.assertEqual(sorted(self.peer.do("register", guild=GUILD, commands=commands)), ["quick", "slow"])

    def test_a_slash_command_is_answered_at_once_for_its_person_only(self):
        self.register()
        seen = self.fake.interact("command", channel=self.channel, name="quick", options={"prompt": "why?"})
        self.assertEqual((seen["state"], seen["original"]["content"], seen["original"]["ephemeral"]),
                         ("answered", "at once: why?", True))
        self.assertEqual(self.fake.read(self.channel), [])

    def test_a_slash_command_is_answered_later_by_an_edit_and_followed_up(self):
        self.register()
        seen = self.fake.interact("command", channel=self.channel, name="slow", options={"prompt": "why?"})
        self.peer.wait("answered", id=seen["id"])
        seen = self.fake.interaction(seen["id"], until="answered")
        self.assertEqual([x["content"] for x in seen["original"]["versions"]], ["", "edited: why?"])
        self.assertEqual([(x["content"], x["ephemeral"]) for x in seen["followups"]], [("a follow-up", True)])
        self.assertEqual([x["content"] for x in self.fake.read(self.channel)], ["edited: why?"])
        calls = [x for x in self.rest() if "/interactions/" in x["path"] or "/webhooks/" in x["path"]]
        self.assertEqual([x["status"] // 100 for x in calls], [2, 2, 2])

    def test_an_answer_after_its_deadline_is_too_late(self):
        self.register()
        held = self.fake.fault("hold", path="/callback")
        begun = self.fake.post("/interactions/command", channel=self.channel, name="quick", options={"prompt": "why?"})
        self.fake.wait(kind="rest", fault=held)
        self.fake.advance(PATIENCE_S + 1)
        self.fake.release(held)
        self.assertEqual(self.peer.wait("refused", id=begun["id"])["code"], 10062)
        self.assertEqual(self.fake.interaction(begun["id"])["state"], "failed")

    # -- refusals --------------------------------------------------------------------------------------------------

    def test_it_is_told_why_a_message_is_refused(self):
        for content, code in (("x" * 2001, 50035), ("   ", 50006)):
            refused = self.peer.end(self.peer.begin("send", channel=self.channel, content=content))
            self.assertEqual((refused["event"], refused["code"], refused["status"]), ("failed", code, 400))
        self.fake.call("PATCH", f"/channels/{self.channel}", {"denied": ["SEND_MESSAGES"]})
        refused = self.peer.end(self.peer.begin("send", channel=self.channel, content="may I?"))
        self.assertEqual((refused["code"], refused["status"]), (50013, 403))

    def test_it_waits_as_long_as_a_429_says(self):
        self.fake.fault("rate_limit", retry_after=1.2, method="POST", route=MESSAGES)
        self.peer.do("send", channel=self.channel, content="patiently")
        first, second = self.rest(method="POST", route=MESSAGES)
        self.assertEqual((first["status"], second["status"]), (429, 200))
        self.assertGreaterEqual(second["monotonic"] - first["monotonic"], 1.19)

    def test_it_keeps_to_what_the_buckets_say(self):
        self.fake.set(rate_limits=True)
        self.addCleanup(self.fake.set, rate_limits=False)
        for number in [self.peer.begin("send", channel=self.channel, content=f"number {x}") for x in range(7)]:
            self.assertEqual(self.peer.end(number)["event"], "done")
        self.assertEqual(len(self.fake.read(self.channel)), 7)
        times = [x["monotonic"] for x in self.rest(method="POST", route=MESSAGES, status=200)]
        self.assertGreaterEqual(times[-1] - times[0], 4.9)

    def test_it_tries_again_after_a_502(self):
        self.fake.fault("answer", status=502, method="POST", route=MESSAGES)
        self.peer.do("send", channel=self.channel, content="at last")
        self.assertEqual([x["status"] for x in self.rest(method="POST", route=MESSAGES)], [502, 200])

    # -- coming back -----------------------------------------------------------------------------------------------

    def resumes_after(self, end, *arguments, **more):
        """Ends the connection while something is said; it must be heard, over a resume."""
        before = self.fake.now()
        self.fake.post("/gateway/hold")
        said = self.say("while you were away")["id"]
        end(*arguments, **more)
        self.peer.wait("message", id=said)
        self.peer.wait("resumed")
        found = [x["op"] for x in self.fake.find(before, kind="frame") if x["op"] in (2, 6)]
        self.assertEqual(found, [6])
        for opened in self.fake.find(before, kind="connect"):
            self.assertEqual((opened["query"]["v"], opened["query"]["encoding"]), ("10", "json"))
            self.assertIn("/resume/", opened["path"])

    def test_it_resumes_after_a_close_for_no_known_reason(self):
        self.resumes_after(self.fake.close_gateway, 4000)

    def test_it_resumes_after_a_cut_line(self):
        self.resumes_after(self.fake.post, "/gateway/drop")

    def test_it_resumes_when_it_is_told_to_reconnect(self):
        self.resumes_after(self.fake.post, "/gateway/reconnect")

    def test_it_resumes_where_an_invalid_session_may_be(self):
        self.resumes_after(self.fake.post, "/gateway/invalid_session", resumable=True)

    def test_it_identifies_anew_where_the_session_is_gone(self):
        self.client_of_my_own()
        before = self.fake.now()
        self.fake.post("/gateway/invalid_session", resumable=False)
        self.fake.wait(before, kind="frame", op=2)
        self.peer.wait("ready", guilds=1)
        self.peer.wait("message", id=self.say("after")["id"])

    def test_it_leaves_a_connection_whose_heartbeats_nobody_answers(self):
        self.client_of_my_own()
        self.fake.set(heartbeat_interval_ms=500)
        self.fake.post("/gateway/drop")  # the next hello tells the shorter interval
        self.peer.wait("resumed")
        before = self.fake.now()
        self.fake.set(acks=False)
        left = self.fake.wait(before, kind="disconnect")[0]
        self.fake.set(acks=True)
        self.assertIsNone(left["code_of_ours"])
        self.assertNotIn(left["code"], (1000, 1001))
        self.peer.wait("resumed")

    def test_it_stops_where_the_code_is_fatal(self):
        self.client_of_my_own()
        before = self.fake.now()
        self.fake.close_gateway(4014)
        self.peer.wait("stopped")
        self.assertEqual(self.fake.find(before, kind="connect"), [])
