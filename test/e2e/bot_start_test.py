#!/usr/bin/env python3
"""What the bot refuses to start with, and what systemd hears of it."""
import subprocess
import unittest

from bot_town import BotTown
from broker_process import BIN
from life_signs_test import Manager
from patience import patient


class BotStartTest(unittest.TestCase):
    def setUp(self):
        self.town = BotTown(self)

    def refused(self, bot):
        """@returns what it says when it does not start with these settings"""
        ended = subprocess.run([BIN / "openclaw-bot"], env=bot.env, capture_output=True, text=True, timeout=patient(60))
        self.assertEqual(ended.returncode, 78, ended.stderr)
        return ended.stderr

    def test_the_token_goes_to_no_other_machine_unless_that_is_meant(self):
        for url, sentence in (("https://discord.example.org/api", "DISCORD_API_ALLOW_REMOTE=1"),
                              ("http://discord.example.org/api", "must begin with https://")):
            self.assertIn(sentence, self.refused(self.town.bot(DISCORD_API_URL=url)))

    def test_wrong_settings_are_all_named_at_once(self):
        said = self.refused(self.town.bot(DISCORD_TOKEN=None, BOT_TOKEN=None, ALLOWED_USER_ID=None,
                                          ALLOWED_CHANNEL_ID="general"))
        for sentence in ("DISCORD_TOKEN is required", "BOT_TOKEN is required", "ALLOWED_USER_ID", "ALLOWED_CHANNEL_ID"):
            self.assertIn(sentence, said)

    def test_one_instance_has_its_state_to_itself(self):
        bot = self.town.bot().connected()
        self.assertIn("another bot", self.refused(bot))

    def test_systemd_hears_that_it_is_ready_lives_and_stops(self):
        manager = Manager()
        self.addCleanup(manager.stop)
        bot = self.town.bot(**manager.env).connected()
        self.assertEqual(manager.heard(), "READY=1")
        manager.wait_for("WATCHDOG=1\nSTATUS=0 requests under way")
        self.assertEqual(bot.terminate(), 0)
        manager.wait_for("STOPPING=1")


if __name__ == "__main__":
    unittest.main()
