#!/usr/bin/env python3
"""What happens when leases run out, limits are reached and the broker ends; each with a broker of its own."""
import http.client
import re
import socket
import threading
import time
import unittest

from broker_process import BrokerProcess, read_all
from part_b_test import Later
from patience import patient


class LeaseTest(unittest.TestCase):
    def broker(self, **env):
        broker = BrokerProcess(**env).start()
        self.addCleanup(broker.stop)
        return broker

    def test_an_expired_lease_makes_the_job_queued_and_a_late_result_counts(self):
        broker = self.broker(LEASE_SECONDS="1")
        job_id = broker.create(payload="p")
        job = broker.claim(X_Worker_Id="w1")
        deadline = time.monotonic() + patient(10)
        while (shown := broker.job(job_id))["status"] != "queued":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        for key in ("started_at", "lease_until", "finished_at", "result", "error", "worker_id"):
            self.assertIsNone(shown[key], key)
        late = broker.worker("POST", f"/jobs/{job_id}/result", {"result": "r"}, X_Lease_Id=job["lease_id"])
        self.assertEqual(late, (200, {"ok": True, "status": "done", "late": True}))

    def test_a_late_failure_counts_too(self):
        broker = self.broker(LEASE_SECONDS="1")
        job_id = broker.create()
        lease = broker.claim(X_Worker_Id="w1")["lease_id"]
        page = broker.bot("GET", f"/jobs/{job_id}/events?after=2&wait=60")[1]
        self.assertEqual([event["why"] for event in page["events"]], ["lease_expired"])
        late = broker.worker("POST", f"/jobs/{job_id}/fail", {"error": "no"}, X_Lease_Id=lease)
        self.assertEqual(late, (200, {"ok": True, "status": "failed", "late": True}))
        self.assertEqual(broker.job(job_id)["error"], "no")

    def test_a_late_result_after_a_new_claim_is_refused(self):
        broker = self.broker(LEASE_SECONDS="1")
        job_id = broker.create()
        first = broker.claim(X_Worker_Id="w1")
        self.assertEqual(first["id"], job_id)
        second = broker.claim(wait=10, X_Worker_Id="w2")
        self.assertEqual((second["id"], second["attempt"]), (job_id, 2))
        late = broker.worker("POST", f"/jobs/{job_id}/result", {"result": "r"}, X_Lease_Id=first["lease_id"])
        self.assertEqual(late, (409, {"detail": "lease lost"}))
        types = [event["type"] for event in broker.bot("GET", f"/jobs/{job_id}/events")[1]["events"]]
        self.assertIn("late_result", types)

    def test_the_last_expired_lease_buries_the_job(self):
        broker = self.broker(LEASE_SECONDS="1")
        job_id = broker.create(max_attempts=2)
        for _ in range(2):
            self.assertIsNotNone(broker.claim(wait=10, X_Worker_Id="w1"))
        deadline = time.monotonic() + patient(10)
        while (job := broker.job(job_id))["status"] != "failed":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertEqual((job["outcome"], job["error"]), ("dead", "gave up after 2 attempts: last seen on w1"))

    def test_a_new_boot_frees_the_jobs_of_the_old_one(self):
        broker = self.broker()
        job_id = broker.create()
        self.assertEqual(broker.claim(X_Worker_Id="w1", X_Worker_Boot_Id="boot-1")["id"], job_id)
        newer = broker.create()
        again = broker.claim(wait=10, X_Worker_Id="w1", X_Worker_Boot_Id="boot-2")
        self.assertEqual((again["id"], again["attempt"]), (job_id, 2))
        self.assertEqual(broker.claim(X_Worker_Id="w1", X_Worker_Boot_Id="boot-2")["id"], newer)

    def test_the_queue_has_a_cap_and_tokens_have_a_rate(self):
        broker = self.broker(MAX_QUEUED_JOBS="2", RATE_LIMIT_JOBS_PER_MIN="4")
        for _ in range(2):
            broker.create()
        for _ in range(2):
            self.assertEqual(broker.bot("POST", "/jobs", {"command": "ping"}), (429, {"detail": "job queue limit reached"}))
        status, headers, content = broker.exchange("POST", "/jobs", broker.bot_headers, {"command": "ping"})
        self.assertEqual((status, content), (429, b'{"detail":"rate limit exceeded"}'))
        self.assertGreater(int(headers["Retry-After"]), 0)
        broker.terminate()
        log = "".join(broker.log)
        self.assertEqual(log.count("event=job_rejected reason=queue_cap"), 2)
        self.assertEqual(log.count("event=job_rejected reason=rate_limit"), 1)

    def test_jobs_survive_a_kill(self):
        broker = self.broker()
        ids = [broker.create(payload=str(i)) for i in range(20)]
        broker.claim(X_Worker_Id="w1")
        broker.kill()
        broker.start()
        self.assertEqual(broker.job(ids[0])["status"], "running")
        self.assertEqual([broker.job(job_id)["payload"] for job_id in ids], [str(i) for i in range(20)])
        self.assertEqual(broker.claim()["id"], ids[1])

    def test_sigterm_answers_held_claims_and_ends_with_0(self):
        broker = self.broker()
        held = [Later(lambda: broker.claim(wait=30, X_Worker_Caps="none")) for _ in range(5)]
        idle = socket.create_connection(("127.0.0.1", broker.port))
        while broker.bot("GET", "/queue")[1]["waiting_claims"] < 5:
            time.sleep(0.02)
        begun = time.monotonic()
        self.assertEqual(broker.terminate(), 0)
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual([call.result() for call in held], [None] * 5)
        self.assertEqual(read_all(idle), b"")
        idle.close()

    def test_sigterm_under_load_keeps_every_job_that_was_answered_for(self):
        broker = self.broker()
        answered, enough = [], threading.Event()
        def create():
            try:
                while True:
                    status, answer = broker.bot("POST", "/jobs", {"command": "ping"})
                    if status != 200:  # it is going down
                        return
                    answered.append(answer["id"])
                    if len(answered) > 100:
                        enough.set()
            except (OSError, http.client.HTTPException):
                pass
        makers = [threading.Thread(target=create) for _ in range(8)]
        for maker in makers:
            maker.start()
        self.assertTrue(enough.wait(60))
        self.assertEqual(broker.terminate(), 0)
        for maker in makers:
            maker.join()
        broker.start()
        self.assertEqual([broker.job(job_id)["status"] for job_id in answered], ["queued"] * len(answered))

    def test_a_claim_writes_its_audit_lines_and_no_input_forges_one(self):
        broker = self.broker()
        job_id = broker.create(payload="very secret payload")
        broker.raw(f"GET /jobs/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Worker-Token: worker-secret-1\r\n"
                   f"X-Worker-Id: w event=job_done job_id=x\u202e\r\n\r\n")
        broker.worker("POST", f"/jobs/{job_id}/fail", {"error": "e\nevent=job_done"})
        broker.bot("POST", "/jobs", {"command": "x\nevent=job_done"})
        broker.terminate()
        log = "".join(broker.log)
        for line in (f"event=job_created job_id={job_id}", f"event=job_claimed job_id={job_id}",
                     f"event=job_failed job_id={job_id}", "event=job_rejected reason=invalid_command"):
            self.assertIn(line, log)
        for word in ("secret", "\u202e"):
            self.assertNotIn(word, log)
        forged = [line for line in broker.log if re.sub(r'"[^"]*"', "", line).count("event=job_done")]
        self.assertEqual(forged, [])


if __name__ == "__main__":
    unittest.main()
