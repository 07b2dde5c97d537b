"""discord.js, from npm, takes the fake Discord for Discord."""
import tempfile
import unittest

import discord_peers
from certificates import Authority
from client_at_fake import ClientAtFake
from fake_discord_process import MESSAGES, FakeDiscord


class DiscordJs(ClientAtFake, unittest.TestCase):
    install, client = staticmethod(discord_peers.install_discord_js), staticmethod(discord_peers.discord_js)

    def test_a_nonce_is_sent_once_within_the_window(self):
        wish = {"channel": self.channel, "content": "once", "nonce": "j42-0", "enforceNonce": True}
        first = self.peer.do("send", **wish)
        self.assertEqual(self.peer.do("send", **wish)["id"], first["id"])
        self.fake.advance(600)
        self.assertNotEqual(self.peer.do("send", **wish)["id"], first["id"])
        self.assertEqual(len(self.fake.read(self.channel)), 2)

    def test_a_message_that_is_answered_with_502_once_it_is_there_comes_once(self):
        self.fake.fault("answer", status=502, when="after", method="POST", route=MESSAGES)
        self.peer.do("send", channel=self.channel, content="once", nonce="j42-1", enforceNonce=True)
        self.assertEqual([x["content"] for x in self.fake.read(self.channel)], ["once"])
        self.assertEqual([x["status"] for x in self.rest(method="POST", route=MESSAGES)], [502, 200])

    def test_a_global_limit_holds_every_route(self):
        self.fake.fault("rate_limit", retry_after=1.5, scope="global", method="POST", route=MESSAGES)
        sent = self.peer.begin("send", channel=self.channel, content="patiently")
        refused = self.fake.wait(self.begin, kind="rest", status=429)[0]
        self.peer.wait("limited")
        self.peer.do("typing", channel=self.channel)
        self.peer.end(sent)
        later = self.rest(refused["n"])
        self.assertGreaterEqual(min(x["monotonic"] for x in later) - refused["monotonic"], 1.49)
    def test_typing_an_option_brings_choices(self):
        option = {"name": "model", "description": "Which", "type": 3, "autocomplete": True}
        self.peer.do("register", commands=[{"name": "ask", "description": "Asks", "options": [option]}])
        seen = self.fake.interact("autocomplete", name="ask", focused="model", options={"model": "vl"})
        self.assertEqual(seen["choices"], [{"name": "vl (2 waiting)", "value": "vl-value"}])

    def test_a_button_changes_its_message(self):
        button = {"type": 2, "style": 4, "label": "Cancel", "custom_id": "q1:cancel:42"}
        sent = self.peer.do("send", channel=self.channel, content="queued", components=[{"type": 1, "components": [button]}])
        seen = self.fake.interact("button", channel=self.channel, message=sent["id"], label="Cancel")
        self.assertEqual(seen["state"], "answered")
        shown = self.fake.read(self.channel)[-1]
        self.assertEqual((shown["content"], shown["components"]), ("pressed q1:cancel:42", []))

    def test_it_talks_over_tls_to_whom_it_trusts_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            ours = Authority(folder)
            certificate, key = ours.sign("localhost")
            fake = FakeDiscord("--tls-cert", certificate, "--tls-key", key, "--name", "localhost")
            self.addCleanup(fake.stop)
            stranger = discord_peers.discord_js(fake)
            self.addCleanup(stranger.stop)
            self.assertIn("certificate", stranger.wait("stopped")["why"])
            friend = discord_peers.discord_js(fake, NODE_EXTRA_CA_CERTS=str(ours.file))
            self.addCleanup(friend.stop)
            friend.wait("ready", guilds=1)
            friend.wait("message", id=fake.say("safely")["id"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
