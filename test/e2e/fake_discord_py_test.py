"""discord.py, the distribution's python3-discord, takes the fake Discord for Discord."""
import unittest

import discord_peers
from client_at_fake import ClientAtFake
from fake_discord_process import MESSAGES


class DiscordPy(ClientAtFake, unittest.TestCase):
    install, client = staticmethod(discord_peers.find_discord_py), staticmethod(discord_peers.discord_py)

    def test_the_gateway_is_spoken_as_a_zlib_stream(self):
        self.assertEqual(self.fake.find(kind="connect")[0]["query"]["compress"], "zlib-stream")

    def test_a_dispatch_that_comes_twice_is_heard_twice(self):
        self.fake.post("/gateway/faults", copies=2)
        self.addCleanup(self.fake.post, "/gateway/faults", copies=1)
        said = self.say("twice")["id"]
        self.peer.wait("message", id=said)
        self.peer.wait("message", id=said)

    def test_a_429_of_cloudflare_is_told_from_one_of_the_api(self):
        self.fake.fault("cloudflare", method="POST", route=MESSAGES)
        refused = self.peer.end(self.peer.begin("send", channel=self.channel, content="once"))
        self.assertEqual((refused["event"], refused["status"]), ("failed", 429))
        self.assertEqual(len(self.rest(method="POST", route=MESSAGES)), 1)

if __name__ == "__main__":
    unittest.main(verbosity=2)
