#!/usr/bin/env python3
"""The base contract of the broker's HTTP interface, row by row, against the real program (docs/HTTP_API.md, part A)."""
import json
import time
import unittest
import uuid

from broker_process import BrokerProcess
from shared_broker import SharedBroker

KEYS = {"id", "created_at", "started_at", "finished_at", "lease_until", "status", "command", "payload", "result", "error",
        "worker_id", "requires"}
COMMANDS = ["ping", "capabilities", "plan_echo", "approve_echo", "repo_list", "repo_status", "repo_last_commit",
            "repo_grep", "repo_readfile", "llm_task"]
UNKNOWN = str(uuid.uuid4())


class PartA(SharedBroker):
    def claim(self, *more, **headers):
        return self.broker.claim(X_Worker_Caps=json.dumps([self.cap(), *more]), **headers)

    def refused(self, answer, status, detail):
        self.assertEqual(answer, (status, {"detail": detail}))

    # -- identity --------------------------------------------------------------------------------------------------

    def test_health_needs_no_token(self):
        status, body = self.broker.call("GET", "/health")
        self.assertEqual((status, body["ok"], body["ts_bound"]), (200, True, True))

    def test_bodies_are_json_in_utf8(self):
        _, headers, _ = self.broker.exchange("GET", "/health")
        self.assertEqual(headers["Content-Type"].replace(" ", "").lower(), "application/json;charset=utf-8")

    def test_wrong_or_missing_tokens_are_refused(self):
        for headers in ({}, {"X-Bot-Token": ""}, {"X-Bot-Token": "no"}, {"X-Bot-Token": "bot-secret-12"},
                        {"X-Bot-Token": "worker-secret-1"}, {"X-Worker-Token": "worker-secret-1"}):
            self.refused(self.broker.call("POST", "/jobs", headers, {"command": "ping"}), 401, "bad bot token")
            self.refused(self.broker.call("GET", f"/jobs/{UNKNOWN}", headers), 401, "bad bot token")
        for headers in ({}, {"X-Worker-Token": "no"}, {"X-Bot-Token": "bot-secret-1"}):
            self.refused(self.broker.call("GET", "/jobs/next", headers), 401, "bad worker token")
            for verb in ("result", "fail"):
                self.refused(self.broker.call("POST", f"/jobs/{UNKNOWN}/{verb}", headers, {}), 401, "bad worker token")

    def test_the_token_is_checked_before_the_body(self):
        self.refused(self.broker.call("POST", "/jobs", {}, "not json"), 401, "bad bot token")
        self.refused(self.broker.call("POST", "/jobs", {}, "x" * 600_000), 401, "bad bot token")

    def test_a_broker_without_tokens_says_so(self):
        broker = BrokerProcess(BOT_TOKEN=" ", WORKER_TOKEN=None).start()
        self.addCleanup(broker.stop)
        self.refused(broker.call("GET", f"/jobs/{UNKNOWN}", {"X-Bot-Token": ""}), 500, "BOT_TOKEN not configured")
        self.refused(broker.call("GET", "/jobs/next", {"X-Worker-Token": "x"}), 500, "WORKER_TOKEN not configured")

    # -- creating --------------------------------------------------------------------------------------------------

    def test_every_known_command_makes_a_job(self):
        for command in COMMANDS:
            status, body = self.broker.bot("POST", "/jobs", {"command": f"  {command} ", "requires": {"caps": ["none"]}})
            self.assertEqual((status, body["status"]), (200, "queued"))
            self.assertEqual(self.broker.job(body["id"])["command"], command)

    def test_a_new_job_has_every_key(self):
        before = int(time.time())
        job = self.broker.job(self.create(payload="pay"))
        self.assertLessEqual(KEYS, job.keys())
        self.assertEqual(job["status"], "queued")
        self.assertEqual(job["payload"], "pay")
        self.assertIsInstance(job["created_at"], int)
        self.assertGreaterEqual(job["created_at"], before)
        uuid.UUID(job["id"])
        for key in ("started_at", "finished_at", "lease_until", "result", "error", "worker_id"):
            self.assertIsNone(job[key], key)

    def test_create_refuses_in_the_order_of_the_contract(self):
        def post(body, **more):
            return self.broker.bot("POST", "/jobs", body, **more)
        big = "x" * 600_000
        self.refused(post(big), 413, "request body too large")
        for text in ("nope", "{", b"\xff\xfe", '{"command": "ping\xff"}'.encode("latin-1"), " ", "[" * 100_000):
            self.refused(post(text), 400, "invalid JSON")
        for body in ("", {}, {"command": ""}, {"command": "rm"}, {"command": None}, {"command": "PING"},
                     {"command": "x", "payload": "y" * 300_000}):
            self.refused(post(body), 400, "invalid command")
        wide = json.dumps({"command": "ping", "payload": "é" * 131_073, "requires": "r" * 3_000}, ensure_ascii=False)
        self.refused(post(wide.encode()), 400, "payload too large")
        self.refused(post({"command": "ping", "requires": "r" * 2_049}), 400, "requires too large")

    def test_wrong_shapes_are_422_and_name_the_field(self):
        for body, field in (([], "object"), (5, "object"), ({"command": 5}, "command"),
                            ({"command": "ping", "payload": 5}, "payload"),
                            ({"command": "ping", "payload": {"a": 1}}, "payload"),
                            ('{"command": "ping", "requires": 1e999}', "requires")):
            status, answer = self.broker.bot("POST", "/jobs", body)
            self.assertEqual(status, 422)
            self.assertIn(field, answer["detail"])

    def test_limits_hold_to_the_byte(self):
        self.create(payload="x" * 262_144)
        self.broker.bot("POST", "/jobs", {"command": "ping", "requires": "r" * 2_048})
        self.refused(self.broker.bot("POST", "/jobs", {"command": "ping", "payload": "x" * 262_145}), 400,
                     "payload too large")
        body = json.dumps({"command": "nope", "pad": ""})
        fill = "x" * (524_288 - len(body))
        exact = json.dumps({"command": "nope", "pad": fill})
        self.assertEqual(len(exact), 524_288)
        self.refused(self.broker.bot("POST", "/jobs", exact), 400, "invalid command")
        self.refused(self.broker.bot("POST", "/jobs", exact + " "), 413, "request body too large")

    def test_a_chunked_body_has_the_same_limit(self):
        head = ("POST /jobs HTTP/1.1\r\nHost: x\r\nX-Bot-Token: bot-secret-1\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        answer = self.broker.raw(head.encode() + piece * 9 + b"0\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:80])

    def test_null_and_absent_payloads_are_empty(self):
        self.assertEqual(self.broker.job(self.create())["payload"], "")
        self.assertEqual(self.broker.job(self.create(payload=None))["payload"], "")

    def test_requires_is_stored_as_text(self):
        for value, stored in (({"caps": ["zz"]}, {"caps": ["zz"]}), ('{"caps":["zz"]}', {"caps": ["zz"]})):
            job = self.broker.job(self.broker.create(requires=value))
            self.assertIsInstance(job["requires"], str)
            self.assertEqual(json.loads(job["requires"]), stored)

    # -- reading ---------------------------------------------------------------------------------------------------

    def test_unknown_jobs_are_404(self):
        for job_id in (UNKNOWN, "nope", "..", "%2e%2e", "x" * 200):
            self.refused(self.broker.bot("GET", f"/jobs/{job_id}"), 404, "job not found")
        for verb in ("result", "fail"):
            body = {"result": "r", "error": "e"}
            self.refused(self.broker.worker("POST", f"/jobs/{UNKNOWN}/{verb}", body), 404, "job not found")
            self.refused(self.broker.worker("POST", f"/jobs/nope/{verb}", body), 404, "job not found")

    def test_unknown_routes_and_methods(self):
        self.refused(self.broker.call("GET", "/nope"), 404, "Not Found")
        self.refused(self.broker.call("GET", f"/jobs/{UNKNOWN}/nope"), 404, "Not Found")
        status, headers, _ = self.broker.exchange("DELETE", "/jobs")
        self.assertEqual(status, 405)
        self.assertIn("POST", headers["Allow"])
        self.assertEqual(self.broker.exchange("POST", "/jobs/next")[0], 405)

    # -- claiming --------------------------------------------------------------------------------------------------

    def test_a_claim_takes_the_oldest_job(self):
        first, second = self.create(payload="1"), self.create(payload="2")
        before = int(time.time())
        job = self.claim(X_Worker_Id="  w-1 ")
        self.assertEqual((job["id"], job["status"], job["worker_id"]), (first, "running", "w-1"))
        self.assertGreaterEqual(job["started_at"], before)
        self.assertAlmostEqual(job["lease_until"], job["started_at"] + 60, delta=1)
        self.assertEqual(self.claim()["id"], second)
        self.assertIsNone(self.claim())
        self.assertIsNone(self.broker.job(second)["worker_id"])

    def test_worker_caps_are_json_or_a_list(self):
        name = self.cap()
        for cap, header in ((name, f'["{name}", "x", " "]'), (name, f" x , {name} ,, "), (name, f"[x,{name}"),
                            (f'["{name}"', f'["{name}", y')):  # the last two begin with [ but are no JSON
            job_id = self.broker.create(requires={"caps": [cap]})
            job = self.broker.claim(X_Worker_Caps=header)
            self.assertEqual(job and job["id"], job_id, header)

    def test_a_job_needs_all_its_caps(self):
        self.broker.create(requires={"caps": [self.cap(), "other:cap", "  "]})
        self.assertIsNone(self.claim())
        self.assertIsNotNone(self.claim("other:cap", "third"))

    def test_a_job_that_nobody_serves_blocks_nobody(self):
        for _ in range(120):
            self.broker.create(requires={"caps": ["absent:cap"]})
        wanted = self.create()
        self.assertEqual(self.claim()["id"], wanted)

    # -- finishing -------------------------------------------------------------------------------------------------

    def running(self):
        self.create()
        return self.claim(X_Worker_Id="w-1")["id"]

    def finish(self, job_id, verb, body):
        return self.broker.worker("POST", f"/jobs/{job_id}/{verb}", body)

    def test_result_ends_a_running_job(self):
        job_id = self.running()
        self.assertEqual(self.finish(job_id, "result", {"result": " r "}), (200, {"ok": True, "status": "done"}))
        job = self.broker.job(job_id)
        self.assertEqual((job["status"], job["result"], job["lease_until"]), ("done", " r ", None))
        self.assertEqual(job["worker_id"], "w-1")
        self.assertIsNotNone(job["started_at"])
        self.assertIsNotNone(job["finished_at"])

    def test_fail_ends_a_running_job(self):
        for body, stored in (({"error": "  boom \n"}, "boom"), ({"error": "  "}, "unknown"), ({}, "unknown"),
                             ("", "unknown"), ({"error": None}, "unknown")):
            job_id = self.running()
            self.assertEqual(self.finish(job_id, "fail", body), (200, {"ok": True, "status": "failed"}))
            job = self.broker.job(job_id)
            self.assertEqual((job["status"], job["error"], job["lease_until"]), ("failed", stored, None))

    def test_a_done_job_stays_done(self):
        job_id = self.running()
        self.finish(job_id, "result", {"result": "first"})
        self.assertEqual(self.finish(job_id, "result", {"result": "second"}), (200, {"ok": True, "status": "done"}))
        self.assertEqual(self.finish(job_id, "fail", {"error": "late"}),
                         (200, {"ok": True, "status": "done", "note": "already done; fail ignored"}))
        job = self.broker.job(job_id)
        self.assertEqual((job["status"], job["result"], job["error"]), ("done", "first", None))

    def test_a_failed_job_stays_failed(self):
        job_id = self.running()
        self.finish(job_id, "fail", {"error": "first"})
        self.assertEqual(self.finish(job_id, "fail", {"error": "second"}), (200, {"ok": True, "status": "failed"}))
        self.assertEqual(self.finish(job_id, "result", {"result": "late"}),
                         (200, {"ok": True, "status": "failed", "note": "already failed; result ignored"}))
        job = self.broker.job(job_id)
        self.assertEqual((job["status"], job["result"], job["error"]), ("failed", None, "first"))

    def test_a_queued_job_takes_no_result_but_a_failure(self):
        job_id = self.create()
        self.refused(self.finish(job_id, "result", {"result": "x"}), 400, "job not in running state: queued")
        self.assertEqual(self.finish(job_id, "fail", {"error": "no"}), (200, {"ok": True, "status": "failed"}))
        self.assertIsNone(self.claim())

    def test_wrong_shapes_of_results(self):
        job_id = self.running()
        for verb, body, field in (("result", {}, "result"), ("result", "", "result"), ("result", {"result": 5}, "result"),
                                  ("result", [], "object"), ("result", {"result": None}, "result"),
                                  ("fail", {"error": 5}, "error"), ("fail", [], "object")):
            status, answer = self.finish(job_id, verb, body)
            self.assertEqual(status, 422, (verb, body))
            self.assertIn(field, answer["detail"])
        self.refused(self.finish(job_id, "result", "nope"), 400, "invalid JSON")
        self.assertEqual(self.broker.job(job_id)["status"], "running")

    def test_a_result_may_have_four_megabytes(self):
        job_id = self.running()
        self.refused(self.finish(job_id, "result", {"result": "x" * 4_194_305}), 413, "request body too large")
        text = "é\n" * 1_398_101  # more bytes as JSON than as text
        self.assertEqual(self.finish(job_id, "result", {"result": text})[0], 200)
        self.assertEqual(self.broker.job(job_id)["result"], text)


if __name__ == "__main__":
    unittest.main()
