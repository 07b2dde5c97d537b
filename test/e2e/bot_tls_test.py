"""The bot gives its token only to a Discord whose certificate holds."""
import tempfile
import unittest

from bot_house import BotHouse
from bot_process import BotProcess
from certificates import Authority
from fake_discord_process import FakeDiscord


class Tls(BotHouse):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.ours, cls.theirs = Authority(folder.name), Authority(folder.name, "somebody")

    def setUp(self):
        pass  # each test has a fake with a certificate of its own

    def serve(self, certificate, key):
        self.fake = FakeDiscord("--tls-cert", certificate, "--tls-key", key, "--name", "localhost", rate_limits=False)
        self.addCleanup(self.fake.stop)

    def test_it_talks_over_tls_and_resumes_over_it(self):
        self.serve(*self.ours.sign("localhost"))
        self.start_bot(DISCORD_CA_FILE=str(self.ours.file))
        self.fake.say("ping safely")
        self.assert_answered_once("safely")
        before = self.fake.now()
        self.fake.close_gateway(4000)
        self.fake.wait(before, kind="session", resumed=True)

    def refused(self, **env):
        """The bot tries, and says nothing to this server."""
        bot = BotProcess(self.fake, self.broker, **env)
        self.addCleanup(bot.stop)
        bot.launch()
        bot.wait_for_log("certificate")
        self.assertEqual(self.fake.find(kind="rest") + self.fake.find(kind="connect"), [])
        self.assertNotIn(self.fake.token, "".join(bot.log))

    def test_a_certificate_of_an_unknown_authority_is_refused(self):
        self.serve(*self.theirs.sign("localhost"))
        self.refused(DISCORD_CA_FILE=str(self.ours.file))

    def test_without_a_file_the_systems_authorities_count(self):
        self.serve(*self.ours.sign("localhost"))
        self.refused()

    def test_a_certificate_for_another_host_is_refused(self):
        self.serve(*self.ours.sign("elsewhere.example"))
        self.refused(DISCORD_CA_FILE=str(self.ours.file))

    def test_a_certificate_that_has_expired_is_refused(self):
        self.serve(*self.ours.sign("localhost", days=-1))
        self.refused(DISCORD_CA_FILE=str(self.ours.file))


if __name__ == "__main__":
    unittest.main(verbosity=2)
