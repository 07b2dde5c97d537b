#!/usr/bin/env python3
"""Tokens of single clients, against the real programs: who may do what, rotation, revocation while something is held,
and that no secret is anywhere but with its owner."""
import http.client
import json
import os
import pathlib
import random
import stat
import time
import unittest

from broker_process import BrokerProcess
from openclaw_process import openclaw
from part_b_test import Later
from patience import patient

REVOKED_WITHIN_SECONDS = 30  # it takes milliseconds; a held request would take 60 s
NOBODYS = {"caps": ["nobody"]}


def bot(token):
    return {"X-Bot-Token": token}


def worker(token, **more):
    return {"X-Worker-Token": token, **{key.replace("_", "-"): value for key, value in more.items()}}


class IdentityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = BrokerProcess(LOG_LEVEL="debug").start()
        cls.addClassCleanup(cls.broker.stop)
        cls.secrets = []
        cls.names = 0

    def admin(self, method, path, body=None):
        return self.broker.call(method, path, self.broker.admin_headers, body)

    def make(self, role, name=None, **more):
        """@returns (kid, token) of a new one"""
        type(self).names += 1
        status, made = self.admin("POST", "/tokens", {"role": role, "name": name or f"n{self.names}", **more})
        self.assertEqual(status, 200, made)
        self.secrets.append(made["token"].split(".")[1])
        return made["kid"], made["token"]

    def revoke(self, kid):
        self.assertEqual(self.admin("DELETE", f"/tokens/{kid}")[0], 200)

    def create(self, token, **more):
        status, made = self.broker.call("POST", "/jobs", bot(token), {"command": "ping", "requires": NOBODYS, **more})
        self.assertEqual(status, 200, made)
        return made["id"]

    def until(self, condition, seconds=patient(20)):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not happen")
            time.sleep(0.02)

    # -- wrong tokens ------------------------------------------------------------------------------------------------

    def test_five_hundred_wrong_tokens_get_one_and_the_same_answer(self):
        _, good = self.make("bot")
        _, of_worker = self.make("worker")
        gone_kid, gone = self.make("bot")
        self.revoke(gone_kid)
        draw = random.Random(500)
        wrong = [of_worker, gone, "worker-secret-1", "bot-secret-", "bot-secret-12", "BOT-SECRET-1", good.upper(),
                 good.split(".")[0], good.split(".")[0] + ".", "." + good.split(".")[1], good + good, good[::-1],
                 "oc" + "0" * 14 + "." + good.split(".")[1], "x" * 12_000]
        while len(wrong) < 500:
            at = draw.randrange(len(good))
            wrong.append(draw.choice([good[:at], good[at + 1:], good[:at] + draw.choice("xyz-") + good[at + 1:],
                                      good[:at] + "g" + good[at:]]))
        answers = set()
        connection = http.client.HTTPConnection("127.0.0.1", self.broker.port, timeout=30)
        self.addCleanup(connection.close)
        for token in wrong:
            connection.request("GET", "/jobs?limit=1", headers=bot(token))
            answer = connection.getresponse()
            fields = tuple((key, value) for key, value in answer.getheaders() if key != "Date")
            answers.add((answer.status, fields, answer.read()))
        self.assertEqual({(status, body) for status, _, body in answers}, {(401, b'{"detail":"bad bot token"}')})
        self.assertEqual(len(answers), 1, "the heads differ")
        self.assertEqual(self.broker.call("GET", "/jobs?limit=1", bot(good))[0], 200)

    def test_a_token_with_a_nul_or_of_a_mebibyte_opens_nothing(self):
        _, good = self.make("bot")
        for token in (good + "\0", good[:20] + "\0" + good[20:], "x" * 1_048_576):
            told = self.broker.raw(f"GET /jobs HTTP/1.1\r\nHost: x\r\nX-Bot-Token: {token}\r\nConnection: close\r\n\r\n")
            self.assertIn(told[9:12], (b"400", b"401", b"431", b""))

    # -- what each role may --------------------------------------------------------------------------------------------

    def test_every_role_may_what_the_document_says(self):
        tokens = {role: self.make(role)[1] for role in ("bot", "read-only", "admin", "worker")}
        asks = {"read": ("GET", "/jobs?limit=1"), "queue": ("GET", "/queue"), "create": ("POST", "/jobs"),
                "drain": ("POST", "/workers/nobody/drain"), "tokens": ("GET", "/tokens"), "claim": ("GET", "/jobs/next")}
        met = {}
        for role, token in tokens.items():
            for what, (method, path) in asks.items():
                headers = worker(token) if what == "claim" else bot(token)
                body = {"command": "ping", "requires": NOBODYS} if what == "create" else None
                met[role, what] = self.broker.call(method, path, headers, body)[0]
        self.assertEqual(met, {(role, what): status for role, row in {
            "bot": (200, 200, 200, 403, 403, 401), "read-only": (200, 200, 403, 403, 403, 401),
            "admin": (200, 200, 200, 404, 200, 401), "worker": (401, 401, 401, 401, 401, 200),
        }.items() for what, status in zip(asks, row)})

    def test_a_bot_knows_only_its_own_jobs(self):
        _, mine = self.make("bot", "mine")
        _, others = self.make("bot")
        job = self.create(mine)
        for path in ("", "/explain", "/events"):
            self.assertEqual(self.broker.call("GET", f"/jobs/{job}{path}", bot(mine))[0], 200)
            self.assertEqual(self.broker.call("GET", f"/jobs/{job}{path}", bot(others)), (404, {"detail": "job not found"}))
        self.assertEqual(self.broker.call("POST", f"/jobs/{job}/cancel", bot(others))[0], 404)
        listed = [x["id"] for x in self.broker.call("GET", "/jobs?limit=500", bot(mine))[1]["jobs"]]
        self.assertEqual(listed, [job])
        self.assertEqual(self.broker.call("GET", "/jobs?limit=500", bot(others))[1]["jobs"], [])
        self.assertEqual(self.broker.job(job)["owner"], "mine")
        self.assertEqual(self.broker.job(self.broker.create(requires=NOBODYS))["owner"], "legacy")
        self.assertEqual(self.broker.call("POST", f"/jobs/{job}/cancel", bot(mine))[1]["outcome"], "cancelled")

    def test_two_bots_may_use_one_idempotency_key(self):
        ids = set()
        for token in (self.make("bot")[1], self.make("bot")[1]):
            for _ in range(2):
                headers = {**bot(token), "Idempotency-Key": "message-1"}
                ids.add(self.broker.call("POST", "/jobs", headers, {"command": "ping", "requires": NOBODYS})[1]["id"])
        self.assertEqual(len(ids), 2)

    def test_a_bound_worker_is_held_to_its_name_and_caps(self):
        _, token = self.make("worker", worker_id="jetson-9", caps=["cap:bound", "repo_tools"])
        job = self.broker.create(requires={"caps": ["cap:bound"]})
        claim = lambda **more: self.broker.call("GET", "/jobs/next", worker(token, **more))
        self.assertEqual(claim(X_Worker_Id="jetson-8")[0], 403)
        self.assertEqual(claim(X_Worker_Caps="cap:bound,cap:more")[0], 403)
        got = claim()[1]["job"]
        self.assertEqual((got["id"], got["worker_id"]), (job, "jetson-9"))

    def test_a_worker_acts_only_on_jobs_that_it_leases(self):
        tokens = [self.make("worker")[1] for _ in range(2)]
        job = self.broker.create(requires={"caps": ["cap:leased"]})
        got = self.broker.call("GET", "/jobs/next", worker(tokens[0], X_Worker_Caps="cap:leased"))[1]["job"]
        self.assertEqual(got["id"], job)
        for headers in (worker(tokens[1]), worker(tokens[1], X_Lease_Id=got["lease_id"]), self.broker.worker_headers):
            for verb, body in (("result", {"result": "no"}), ("fail", {"error": "no"}), ("heartbeat", {}),
                               ("release", {}), ("events", [])):
                self.assertEqual(self.broker.call("POST", f"/jobs/{job}/{verb}", headers, body),
                                 (409, {"detail": "lease lost"}))
        self.assertEqual(self.broker.call("POST", f"/jobs/{job}/result", worker(tokens[0]), {"result": "yes"})[0], 200)
        self.assertEqual(self.broker.job(job)["result"], "yes")

    # -- rotation and revocation ---------------------------------------------------------------------------------------

    def test_a_token_is_rotated_without_a_pause(self):
        first_kid, first = self.make("bot", "rotated")
        _, second = self.make("bot", "rotated")
        status, told = self.admin("POST", "/tokens", {"role": "bot", "name": "rotated"})
        self.assertEqual((status, "two tokens" in told["detail"]), (409, True), told)
        job = self.create(first)
        self.assertEqual(self.broker.call("GET", f"/jobs/{job}", bot(second))[0], 200)
        self.revoke(first_kid)
        self.assertEqual(self.broker.call("GET", f"/jobs/{job}", bot(first))[0], 401)
        self.assertEqual(self.broker.call("GET", f"/jobs/{job}", bot(second))[0], 200)

    def test_what_is_held_ends_when_its_token_is_revoked(self):
        worker_kid, of_worker = self.make("worker")
        bot_kid, of_bot = self.make("bot")
        job = self.create(of_bot)
        claim = Later(lambda: self.broker.call("GET", "/jobs/next?wait=60", worker(of_worker), timeout=90))
        page = Later(lambda: self.broker.call("GET", f"/jobs/{job}/events?after=1&wait=60", bot(of_bot), timeout=90))
        stream = http.client.HTTPConnection("127.0.0.1", self.broker.port, timeout=90)
        self.addCleanup(stream.close)
        stream.request("GET", f"/jobs/{job}/events", headers={**bot(of_bot), "Accept": "text/event-stream"})
        events = stream.getresponse()
        self.assertTrue(events.readline().startswith(b"id: 1"))
        self.until(lambda: self.broker.bot("GET", "/queue")[1]["waiting_claims"] == 1)
        time.sleep(0.2)  # for the page, of which nothing can be seen from here
        begun = time.monotonic()
        self.revoke(worker_kid)
        self.revoke(bot_kid)
        rest = events.read()
        self.assertEqual(claim.result(), (401, {"detail": "bad worker token"}))
        self.assertEqual(page.result(), (401, {"detail": "bad bot token"}))
        self.assertLess(time.monotonic() - begun, REVOKED_WITHIN_SECONDS)
        self.assertNotIn(b"event: end", rest)
        self.until(lambda: self.broker.bot("GET", "/queue")[1]["waiting_claims"] == 0)

    def test_the_jobs_of_a_revoked_worker_are_queued_again(self):
        kid, token = self.make("worker", worker_id="lost-1", caps=["cap:lost"])
        job = self.broker.create(requires={"caps": ["cap:lost"]})
        lease = self.broker.call("GET", "/jobs/next", worker(token))[1]["job"]["lease_id"]
        self.revoke(kid)
        self.until(lambda: self.broker.job(job)["status"] == "queued")
        events = self.broker.bot("GET", f"/jobs/{job}/events")[1]["events"]
        self.assertEqual((events[-1]["type"], events[-1]["why"]), ("requeued", "token_revoked"))
        headers = worker(token, X_Lease_Id=lease)
        self.assertEqual(self.broker.call("POST", f"/jobs/{job}/result", headers, {"result": "late"})[0], 401)
        again = self.broker.claim(X_Worker_Caps="cap:lost")
        self.assertEqual((again["id"], again["attempt"]), (job, 1))

    def test_an_expired_token_is_wrong(self):
        for seconds in (2, 8, 32):  # the first may be over before it is asked for
            body = {"role": "bot", "name": "short", "expires_at": int(time.time()) + seconds}
            status, made = self.admin("POST", "/tokens", body)
            if status == 200:
                break
        token = made["token"]
        self.until(lambda: self.broker.call("GET", "/jobs?limit=1", bot(token))[0] == 401, seconds=patient(60))
        states = {x["state"] for x in self.admin("GET", "/tokens")[1]["tokens"]}
        self.assertIn("expired", states)

    # -- the command line ----------------------------------------------------------------------------------------------

    def token(self, *arguments, env=None):
        return openclaw(self.broker, "token", *arguments, env=env or {"ADMIN_TOKEN": "admin-secret-1"})

    def test_the_command_line_makes_lists_and_revokes(self):
        made = self.token("create", "--role", "worker", "--name", "cli-made", "--worker-id", "w7", "--caps", "a,b",
                          "--expires", "90d")
        self.assertEqual(made.returncode, 0, made.stderr)
        token = made.stdout.strip()
        kid, secret = token.split(".")
        self.secrets.append(secret)
        self.assertNotIn(secret, made.stderr)
        listed = self.token("list")
        self.assertRegex(listed.stdout, rf"{kid} +worker +cli-made +active .* in 90 days +w7 a,b")
        self.assertNotIn(secret, listed.stdout)
        shown = [x for x in json.loads(self.token("list", "--json").stdout)["tokens"] if x["kid"] == kid]
        self.assertEqual((shown[0]["worker_id"], shown[0]["caps"]), ("w7", ["a", "b"]))
        self.assertEqual(self.broker.call("GET", "/jobs/next", worker(token))[0], 200)
        gone = self.token("revoke", kid, "--json")
        self.assertEqual((gone.returncode, json.loads(gone.stdout)["state"]), (0, "revoked"))
        self.assertEqual(self.broker.call("GET", "/jobs/next", worker(token))[0], 401)
        self.assertEqual(self.token("revoke", kid).returncode, 2)

    def test_the_command_line_ends_as_documented(self):
        for arguments, code in ((("create", "--role", "root", "--name", "x"), 64), (("create", "--role", "bot"), 64),
                                (("create", "--role", "bot", "--name", "x", "--expires", "soon"), 64), ((), 64),
                                (("create", "--role", "bot", "--name", "a b"), 2), (("--help",), 0)):
            self.assertEqual(self.token(*arguments).returncode, code, arguments)
        for env, code in (({"ADMIN_TOKEN": "wrong-secret"}, 4), ({"BOT_TOKEN": None}, 78)):
            self.assertEqual(self.token("list", env=env).returncode, code, env)
        self.assertEqual(self.token("list", env={"BOT_TOKEN": "admin-secret-1"}).returncode, 0)

    def test_the_command_line_asks_with_a_token_of_its_own(self):
        _, token = self.make("bot", "cli-bot")
        asked = openclaw(self.broker, "--no-wait", "run", "ping hello", env={"BOT_TOKEN": token})
        self.assertEqual(asked.returncode, 0, asked.stderr)
        job = asked.stdout.strip()
        self.assertEqual(self.broker.job(job)["owner"], "cli-bot")
        self.broker.bot("POST", f"/jobs/{job}/cancel")  # anyone could claim it

    # -- at rest -------------------------------------------------------------------------------------------------------

    def test_tokens_survive_a_kill_and_their_secrets_are_nowhere(self):
        _, kept = self.make("bot", "kept")
        gone_kid, gone = self.make("bot", "gone")
        job = self.create(kept)
        self.revoke(gone_kid)
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.broker.call("GET", f"/jobs/{job}", bot(kept))[0], 200)
        self.assertEqual(self.broker.call("GET", "/jobs?limit=1", bot(gone))[0], 401)
        for _ in range(2):  # also what an operator types into a job is no way into the log
            self.broker.call("GET", f"/jobs/{kept}", bot(kept))
        log = "".join(self.broker.log)
        self.assertIn(f"event=token_created kid={kept.split('.')[0]} role=bot principal=kept by=legacy", log)
        self.assertIn(f"event=token_revoked kid={gone_kid} role=bot principal=gone by=legacy", log)
        for secret in self.secrets:
            self.assertNotIn(secret, log)
        for path in pathlib.Path(self.broker.env["BROKER_DB"]).rglob("*"):
            content = path.read_bytes()
            for secret in self.secrets:
                self.assertNotIn(secret.encode(), content, path)
                self.assertNotIn(bytes.fromhex(secret), content, path)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, path)


if __name__ == "__main__":
    unittest.main()
