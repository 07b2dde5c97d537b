"""A broker with the dashboard open in a real browser: what the tests of the page share."""
import os
import pathlib
import unittest

from broker_process import BrokerProcess
from browser_process import BrowserProcess

PICTURES = os.environ.get("DASHBOARD_PICTURES")  # a folder for screenshots that somebody wants to look at
ALARMS = ("Content Security Policy", "Refused to", "TrustedHTML", "TrustedScript", "Uncaught", "violates")


class Dashboard(unittest.TestCase):
    """One browser for all tests of a file, one broker for each test."""

    browser = None

    @classmethod
    def setUpClass(cls):
        if Dashboard.browser is None:
            Dashboard.browser = BrowserProcess()
            unittest.addModuleCleanup(Dashboard.browser.stop)

    def setUp(self):
        self.broker = BrokerProcess().start()
        self.addCleanup(self.broker.stop)
        self.url = f"http://127.0.0.1:{self.broker.port}/"
        self.page = self.browser
        self.page.prefer()
        self.page.resize(1280, 800)
        self.addCleanup(self.page.open, "about:blank")

    def tearDown(self):
        """Nothing was blocked, and no script failed: neither ever happens with a page that is right."""
        alarms = [line for line in self.page.console() if any(x in line for x in ALARMS)]
        self.assertEqual(alarms, [])

    def sign_in(self, token="bot-secret-1"):
        self.page.open(self.url)
        self.page.type("#token", token + "\ue007")
        self.page.wait_for_text("#link-words", "Live")

    def ask(self, text, whom=""):
        self.page.choose("#ask-whom", whom)
        self.page.run("document.querySelector('#ask-text').value = ''")
        self.page.type("#ask-text", text)
        self.page.click("#ask-send")

    def open_job(self, job_id):
        self.page.run("location.hash = 'job/' + arguments[0]", job_id)

    def own_token(self, role, name):
        status, made = self.broker.call("POST", "/tokens", self.broker.admin_headers, {"role": role, "name": name})
        self.assertEqual(status, 200, made)
        return made

    def picture(self, name):
        if PICTURES:
            pathlib.Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.picture(pathlib.Path(PICTURES) / f"{name}.png")
