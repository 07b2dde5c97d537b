"""Runs the fake Discord of test/fake_discord as a process, and speaks its control API (CONTROL.md there)."""
import http.client
import json
import os
import pathlib
import subprocess
import sys
import urllib.parse

from patience import patient

TEST = pathlib.Path(__file__).resolve().parents[1]
BOT, GUILD, CHANNEL, ALICE = "900000000000000001", "300000000000000003", "400000000000000004", "200000000000000002"
TESTER, TESTER_TOKEN = "900000000000000009", "OTAwMDAwMDAwMDAwMDAwMDA5.Gfake2.not_a_secret_of_anybody_either"
WAIT_SECONDS_MAX = patient(60)
MESSAGES = "/channels/{channel}/messages"
MESSAGE = "/channels/{channel}/messages/{message}"


class FakeDiscord:
    """@param options of `python3 -m fake_discord`, e.g. "--scale", "10"  @param settings to begin with"""

    def __init__(self, *options, **settings):
        self.process = subprocess.Popen([sys.executable, "-m", "fake_discord", "--until-eof", *options], cwd=TEST,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the fake Discord did not start")
        told = json.loads(line)
        self.api, self.gateway, self.token = told["api"], told["gateway"], told["token"]
        self.control_port = int(told["control"].rsplit(":", 1)[1])
        if settings:
            self.set(**settings)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=15)
        self.process.stdout.close()

    def call(self, method, path, body=None):
        """One request of the control API. @returns what it answers"""
        connection = http.client.HTTPConnection("127.0.0.1", self.control_port, timeout=WAIT_SECONDS_MAX + 30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            content = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise AssertionError(f"{method} {path}: {answer.status} {content}")
        return content

    def post(self, path, /, **body):
        return self.call("POST", path, body)

    # -- what people do --------------------------------------------------------------------------------------------

    def say(self, content, channel=CHANNEL, **more):
        """@returns the message of a person"""
        return self.post(f"/channels/{channel}/messages", content=content, **more)

    def dm(self, user=ALICE):
        """@returns the id of the DM channel of this person and the bot"""
        return self.post(f"/dms/{user}")["id"]

    def read(self, channel=CHANNEL):
        """@returns the messages that a person sees there, from the oldest on"""
        return self.call("GET", f"/channels/{channel}/messages")

    def interact(self, kind, **wish):
        """kind: command, autocomplete or button. @returns the interaction as its person sees it once it is answered"""
        begun = self.post("/interactions/" + kind, **wish)
        return self.interaction(begun["id"])

    def interaction(self, number, until="deferred"):
        """@param until "answered" waits for what comes after "thinking.." """
        return self.call("GET", f"/interactions/{number}?wait_s={WAIT_SECONDS_MAX}&until={until}")

    # -- what goes wrong -------------------------------------------------------------------------------------------

    def set(self, **settings):
        return self.post("/settings", **settings)

    def advance(self, seconds):
        return self.post("/clock", advance_s=seconds)

    def fault(self, do, /, **more):
        """@returns its id"""
        return self.post("/faults", do=do, **more)["id"]

    def release(self, fault):
        return self.call("DELETE", f"/faults/{fault}")

    def close_gateway(self, code, **more):
        return self.post("/gateway/close", code=code, **more)

    # -- what the bot did ------------------------------------------------------------------------------------------

    def now(self):
        """@returns the number of the last entry of the journal, to look only at what comes after it"""
        return self.call("GET", "/journal?last=true")["n"]

    def find(self, after=0, **wanted):
        """@returns the entries of the journal with these fields"""
        return self.call("GET", "/journal?" + urllib.parse.urlencode({"after": after, **texts(wanted)}))

    def wait(self, after=0, count=1, **wanted):
        """Waits for entries of the journal, e.g. wait(kind="frame", op=2). @returns them"""
        query = {"after": after, "count": count, "wait_s": WAIT_SECONDS_MAX, **texts(wanted)}
        found = self.call("GET", "/journal?" + urllib.parse.urlencode(query))
        if len(found) < count:
            raise AssertionError(f"{len(found)} of {count} came: {wanted}; the last entries:\n" + "\n".join(
                json.dumps({k: v for k, v in x.items() if k != "headers"})[:300] for x in self.find(after)[-12:]))
        return found

    def wait_sent(self, after=0, count=1, channel=CHANNEL):
        """Waits until so many messages of the bot are accepted. @returns the bodies that it sent"""
        return [x["json"] for x in self.wait(after, count, kind="rest", method="POST", route=MESSAGES, channel=channel,
                                             accepted=True)]


def texts(wanted):
    return {key: str(value).lower() if isinstance(value, bool) else value for key, value in wanted.items()}
