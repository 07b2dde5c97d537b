"""Rules of Discord that clients of others know how not to break, and what a test may do to the fake besides."""
import http.client
import json
import unittest
import urllib.parse

from fake_discord_process import ALICE, CHANNEL, GUILD, FakeDiscord

APPLICATION = "900000000000000001"


class Bot:
    """A bot that says to REST what a test wants, as it is."""

    def __init__(self, fake):
        self.host = urllib.parse.urlsplit(fake.api).netloc
        self.headers = {"Authorization": "Bot " + fake.token, "User-Agent": "DiscordBot (https://example.org, 1.0)",
                        "Content-Type": "application/json"}

    def call(self, method, path, body=None, **headers):
        """@returns (status, JSON, headers); a header that is None is not sent"""
        wanted = {**self.headers, **{key.replace("_", "-"): value for key, value in headers.items()}}
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, "/api/v10" + path, body if body is None else json.dumps(body),
                               {key: value for key, value in wanted.items() if value is not None})
            answer = connection.getresponse()
            content = answer.read()
            is_json = answer.headers.get("Content-Type") == "application/json"
            return answer.status, json.loads(content) if is_json else content, answer.headers
        finally:
            connection.close()

    def send(self, **body):
        return self.call("POST", f"/channels/{CHANNEL}/messages", body)


class Rules(unittest.TestCase):
    def setUp(self):
        self.fake = FakeDiscord(rate_limits=False)
        self.addCleanup(self.fake.stop)
        self.fake.post("/clock", scale=0.001)  # the time of the fake goes on only where a test says so
        self.bot = Bot(self.fake)

    def refused(self, answer):
        status, body, _ = answer
        return status, body["code"]

    # -- who may ask -----------------------------------------------------------------------------------------------

    def test_a_wrong_token_and_a_nameless_client_are_refused(self):
        self.assertEqual(self.refused(self.bot.call("GET", "/users/@me", Authorization="Bot wrong")), (401, 0))
        self.assertEqual(self.refused(self.bot.call("GET", "/users/@me", User_Agent="curl/8")), (403, 40333))

    def test_what_is_not_there_and_what_is_no_form_is_told(self):
        self.assertEqual(self.refused(self.bot.call("GET", "/nothing/here")), (404, 0))
        self.assertEqual(self.refused(self.bot.call("PUT", "/users/@me")), (405, 0))
        self.assertEqual(self.refused(self.bot.call("GET", "/channels/1")), (404, 10003))
        self.assertEqual(self.refused(self.bot.call("GET", f"/channels/{CHANNEL}/messages/1")), (404, 10008))
        unnamed = self.bot.call("POST", f"/channels/{CHANNEL}/messages", {"content": "a"}, Content_Type=None)
        self.assertEqual(self.refused(unnamed), (400, 50035))

    # -- forms -----------------------------------------------------------------------------------------------------

    def test_each_field_that_is_too_long_is_named(self):
        def button(**more):
            return [{"type": 1, "components": [{"type": 2, "style": 4, "label": "x", "custom_id": "a", **more}]}]

        long = [("content", {"content": "🦊" * 2001}), ("nonce", {"content": "a", "nonce": "n" * 26}),
                ("embeds", {"embeds": [{"description": "d" * 4000}, {"description": "d" * 2001}]}),
                ("embeds", {"embeds": [{"title": "t" * 257}]}),
                ("components", {"content": "a", "components": button(label="l" * 81)}),
                ("components", {"content": "a", "components": button(custom_id="c" * 101)}),
                ("allowed_mentions", {"content": "a", "allowed_mentions": {"parse": ["users"], "users": [ALICE]}})]
        for field, body in long:
            with self.subTest(body=str(body)[:60]):
                status, answer, _ = self.bot.send(**body)
                self.assertEqual((status, answer["code"], list(answer["errors"])), (400, 50035, [field]))
        self.assertEqual(self.bot.send(content="🦊" * 2000)[0], 200)

    def test_allowed_mentions_decide_who_is_notified_also_by_an_edit(self):
        words = f"<@{ALICE}> and @everyone"
        loud = self.bot.send(content=words)[1]
        quiet = self.bot.send(content=words, allowed_mentions={"parse": []})[1]
        self.assertEqual((loud["mention_everyone"], [x["id"] for x in loud["mentions"]]), (True, [ALICE]))
        self.assertEqual((quiet["mention_everyone"], quiet["mentions"]), (False, []))
        edited = self.bot.call("PATCH", f"/channels/{CHANNEL}/messages/{quiet['id']}", {"content": words})[1]
        self.assertTrue(edited["mention_everyone"])

    def test_a_message_older_than_an_hour_bears_few_edits(self):
        message = self.bot.send(content="first")[1]
        path = f"/channels/{CHANNEL}/messages/{message['id']}"
        self.fake.set(old_message_edits_max=1)
        self.fake.advance(3700)
        self.assertEqual(self.bot.call("PATCH", path, {"content": "second"})[0], 200)
        self.assertEqual(self.refused(self.bot.call("PATCH", path, {"content": "third"})), (429, 30046))

    def test_a_message_of_another_is_neither_edited_nor_deleted(self):
        path = f"/channels/{CHANNEL}/messages/{self.fake.say('mine')['id']}"
        self.assertEqual(self.refused(self.bot.call("PATCH", path, {"content": "ours"})), (403, 50005))
        self.assertEqual(self.refused(self.bot.call("DELETE", path)), (403, 50013))

    def test_a_reply_to_what_is_gone_is_sent_only_where_that_may_be(self):
        gone = {"message_id": 1500000000000000001}
        self.assertEqual(self.refused(self.bot.send(content="a", message_reference=gone)), (400, 50035))
        sent = self.bot.send(content="a", message_reference={**gone, "fail_if_not_exists": False})
        self.assertEqual((sent[0], sent[1]["type"], "message_reference" in sent[1]), (200, 0, False))

    def test_where_history_may_not_be_read_it_is_empty(self):
        said = self.fake.say("seen by people")
        self.fake.call("PATCH", f"/channels/{CHANNEL}", {"denied": ["READ_MESSAGE_HISTORY"]})
        self.assertEqual(self.bot.call("GET", f"/channels/{CHANNEL}/messages")[1], [])
        replied = self.bot.send(content="a", message_reference={"message_id": said["id"]})
        self.assertEqual(self.refused(replied), (400, 160002))

    # -- limits ----------------------------------------------------------------------------------------------------

    def test_every_answer_tells_its_bucket_and_a_bucket_is_of_one_channel(self):
        self.fake.set(rate_limits=True)
        other = self.fake.post("/channels", name="ops")["id"]
        answers = [self.bot.send(content="a") for _ in range(6)]
        self.assertEqual([x[2]["X-RateLimit-Remaining"] for x in answers], ["4", "3", "2", "1", "0", "0"])
        self.assertEqual([x[0] for x in answers], [200] * 5 + [429])
        self.assertEqual(answers[5][2]["X-RateLimit-Scope"], "user")
        self.assertGreaterEqual(int(answers[5][2]["Retry-After"]), answers[5][1]["retry_after"])
        self.assertEqual(self.bot.call("POST", f"/channels/{other}/messages", {"content": "a"})[0], 200)
        self.fake.advance(6)
        self.assertEqual(self.bot.send(content="a")[0], 200)

    def test_a_global_block_spares_the_callbacks(self):
        self.fake.post("/rate_limits/block", scope="global", seconds=60)
        status, body, headers = self.bot.call("GET", "/users/@me")
        self.assertEqual((status, body["global"], headers["X-RateLimit-Global"]), (429, True, "true"))
        self.assertEqual(self.refused(self.bot.call("POST", "/interactions/1/x/callback", {"type": 4})), (404, 10062))
        self.fake.advance(61)
        self.assertEqual(self.bot.call("GET", "/users/@me")[0], 200)

    def test_too_many_invalid_requests_bring_cloudflare(self):
        self.fake.set(invalid_requests_max=3)
        for _ in range(3):
            self.bot.call("GET", "/users/@me", Authorization="Bot wrong")
        status, body, headers = self.bot.call("GET", "/users/@me")
        self.assertEqual((status, headers["Via"], b"1015" in body), (429, None, True))

    # -- faults ----------------------------------------------------------------------------------------------------

    def test_a_message_whose_answer_is_lost_is_there(self):
        self.fake.fault("drop", when="after", method="POST", content="lost")
        with self.assertRaises(http.client.RemoteDisconnected):
            self.bot.send(content="lost answer")
        self.fake.fault("drop", method="POST")
        with self.assertRaises(http.client.RemoteDisconnected):
            self.bot.send(content="never there")
        self.assertEqual([x["content"] for x in self.fake.read()], ["lost answer"])
        self.assertEqual([x["accepted"] for x in self.fake.find(kind="rest", method="POST")], [True, False])

    def test_a_fault_may_leave_out_every_hint(self):
        self.fake.fault("rate_limit", without=["Retry-After", "X-RateLimit-*", "body"])
        status, body, headers = self.bot.send(content="a")
        self.assertEqual((status, body, headers["Retry-After"], headers["X-RateLimit-Remaining"]), (429, b"", None, None))

    def test_half_an_answer_is_no_answer(self):
        self.fake.fault("truncate", when="after")
        with self.assertRaises(http.client.IncompleteRead):
            self.bot.send(content="a")

    # -- interactions ----------------------------------------------------------------------------------------------

    def begun(self):
        self.bot.call("PUT", f"/applications/{APPLICATION}/guilds/{GUILD}/commands",
                      [{"name": "status", "description": "What runs"}])
        begun = self.fake.post("/interactions/command", name="status")
        return begun["id"], self.fake.call("GET", f"/interactions/{begun['id']}")["token"]

    def test_an_interaction_is_answered_once_and_its_token_dies(self):
        number, token = self.begun()
        webhook, callback = f"/webhooks/{APPLICATION}/{token}", f"/interactions/{number}/{token}/callback"
        nobody = {"Authorization": None}
        self.assertEqual(self.refused(self.bot.call("POST", webhook, {"content": "early"}, **nobody)), (404, 10015))
        answer = self.bot.call("POST", callback + "?with_response=true", {"type": 5}, **nobody)[1]
        self.assertEqual(answer["interaction"]["response_message_id"], answer["resource"]["message"]["id"])
        self.assertEqual(self.refused(self.bot.call("POST", callback, {"type": 5}, **nobody)), (400, 40060))
        edited = self.bot.call("PATCH", webhook + "/messages/%40original", {"content": "two run"}, **nobody)
        self.assertEqual((edited[0], edited[1]["content"]), (200, "two run"))
        self.fake.advance(901)
        self.assertEqual(self.refused(self.bot.call("POST", webhook, {"content": "late"}, **nobody)), (401, 50027))
        self.assertEqual(self.bot.call("PATCH", f"/channels/{CHANNEL}/messages/{edited[1]['id']}",
                                       {"content": "three run"})[0], 200)

    def test_a_command_that_discord_would_not_take_is_refused(self):
        path = f"/applications/{APPLICATION}/commands"
        option = {"name": "a", "description": "b", "type": 3}
        for command in ({"name": "Ask", "description": "x"}, {"name": "ask", "description": ""},
                        {"name": "ask", "description": "x", "options": [option, {**option, "name": "c", "required": True}]}):
            self.assertEqual(self.refused(self.bot.call("PUT", path, [command])), (400, 50035))
        self.assertEqual(self.bot.call("PUT", path, [{"name": "ask", "description": "x"}])[0], 200)
        self.assertEqual(self.bot.call("PUT", path, [])[1], [])
        self.fake.set(command_creates_max=1)
        self.assertEqual(self.refused(self.bot.call("PUT", path, [{"name": "ask", "description": "x"}])), (429, 30034))


if __name__ == "__main__":
    unittest.main(verbosity=2)
