#!/usr/bin/env python3
"""The additions to the base contract, against the real program (docs/HTTP_API.md, part B)."""
import json
import socket
import threading
import time
import unittest

from patience import patient
from shared_broker import SharedBroker


class Later(threading.Thread):
    """A call under way in a thread of its own."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.took = work, None
        self.start()

    def run(self):
        begun = time.monotonic()
        self.value = self.work()
        self.took = time.monotonic() - begun

    def result(self):
        self.join(20)
        return self.value


class PartB(SharedBroker):
    def until(self, condition, seconds=patient(10)):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not happen")
            time.sleep(0.02)

    def waiting_claims(self):
        return self.broker.bot("GET", "/queue")[1]["waiting_claims"]

    # -- long poll -------------------------------------------------------------------------------------------------

    def test_a_waiting_job_explains_itself(self):
        job = self.create()
        told = self.broker.bot("GET", f"/jobs/{job}/explain")[1]
        self.assertIn(f"It waits for a worker that has {self.cap()}.", told["summary"])
        self.assertEqual((told["missing_caps"], told["jobs_before"], told["attempts"]), ([self.cap()], 0, []))
        self.broker.claim(X_Worker_Id="explained", X_Worker_Caps=self.cap())
        told = self.broker.bot("GET", f"/jobs/{job}/explain")[1]
        self.assertRegex(told["summary"], r"It runs on explained for \d+ seconds?, attempt 1 of 5")
        self.assertEqual([(a["attempt"], a["worker_id"], a["end"]) for a in told["attempts"]], [(1, "explained", None)])
        self.assertEqual(self.broker.bot("GET", "/jobs/01890000-0000-7000-8000-000000000000/explain")[0], 404)

    def test_a_drained_worker_gets_nothing_until_it_is_resumed(self):
        name = "worker/with a blank"
        path = "/workers/worker%2Fwith%20a%20blank"
        self.broker.claim(X_Worker_Id=name, X_Worker_Caps=self.cap())
        status, shown = self.broker.bot("POST", f"{path}/drain")
        self.assertEqual((status, shown["worker_id"], shown["draining"]), (200, name, True))
        job = self.create()
        self.assertIsNone(self.broker.claim(X_Worker_Id=name, X_Worker_Caps=self.cap()))
        self.assertFalse(self.broker.bot("POST", f"{path}/resume")[1]["draining"])
        self.assertEqual(self.broker.claim(X_Worker_Id=name, X_Worker_Caps=self.cap())["id"], job)
        self.assertEqual(self.broker.bot("POST", "/workers/nobody/drain"), (404, {"detail": "worker not found"}))

    def test_times_and_tags_come_back_and_count(self):
        now = int(time.time())
        later = self.create(not_before=now + 3600, tags={"channel": "general"})
        shown = self.broker.bot("GET", f"/jobs/{later}")[1]
        self.assertEqual((shown["not_before"], shown["deadline"], shown["tags"]),
                         (now + 3600, None, {"channel": "general"}))
        soon = self.create(deadline=now + 3600)
        self.assertEqual(self.broker.claim(X_Worker_Caps=self.cap())["id"], soon)
        self.assertIsNone(self.broker.claim(X_Worker_Caps=self.cap()))
        missed = self.create(deadline=now - 1)
        events = self.broker.bot("GET", f"/jobs/{missed}/events?after=1&wait=10")[1]["events"]
        self.assertEqual([e["why"] for e in events], ["deadline passed"])
        self.assertEqual(self.broker.job(missed)["error"], "deadline passed")

    def test_a_held_claim_gets_the_job_at_once(self):
        held = Later(lambda: self.claim(wait=20))
        self.until(lambda: self.waiting_claims() >= 1)
        job_id = self.create()
        self.assertEqual(held.result()["id"], job_id)
        self.assertLess(held.took, 10)

    def test_a_held_claim_ends_with_no_job(self):
        held = Later(lambda: self.claim(wait=1))
        self.assertIsNone(held.result())
        self.assertGreaterEqual(held.took, 0.9)

    def test_wait_must_be_a_number_up_to_60(self):
        for wait in ("61", "-1", "x", "nan"):
            status, body = self.broker.worker("GET", f"/jobs/next?wait={wait}")
            self.assertEqual(status, 422)
            self.assertIn("wait", body["detail"])

    def test_a_claimer_that_went_away_loses_no_job(self):
        request = (f"GET /jobs/next?wait=30 HTTP/1.1\r\nHost: x\r\nX-Worker-Token: worker-secret-1\r\n"
                   f"X-Worker-Caps: {self.cap()}\r\n\r\n").encode()
        for _ in range(20):
            before = self.waiting_claims()
            link = socket.create_connection(("127.0.0.1", self.broker.port))
            link.sendall(request)
            self.until(lambda: self.waiting_claims() > before)
            link.close()  # and the job comes while the news of that is on its way
            job_id = self.create()
            def there():
                job = self.claim()
                return job is not None and job["id"] == job_id
            self.until(there, 5)

    # -- fencing ---------------------------------------------------------------------------------------------------

    def test_every_claim_has_a_lease_and_an_attempt(self):
        self.create()
        job = self.claim()
        self.assertEqual(job["attempt"], 1)
        self.assertTrue(job["lease_id"])

    def test_a_wrong_lease_is_refused(self):
        job_id = self.create()
        job = self.claim(X_Worker_Id="w1")
        for verb, body in (("heartbeat", {}), ("result", {"result": "r"}), ("fail", {"error": "e"}),
                           ("events", {"type": "status", "data": {}}), ("release", {})):
            answer = self.broker.worker("POST", f"/jobs/{job_id}/{verb}", body, X_Lease_Id="wrong", X_Worker_Id="w1")
            self.assertEqual(answer, (409, {"detail": "lease lost"}), verb)
        other = self.broker.worker("POST", f"/jobs/{job_id}/result", {"result": "r"}, X_Worker_Id="w2")
        self.assertEqual(other[0], 409)
        for _ in range(2):  # a lost reply costs nothing
            answer = self.broker.worker("POST", f"/jobs/{job_id}/result", {"result": "r"}, X_Lease_Id=job["lease_id"])
            self.assertEqual(answer, (200, {"ok": True, "status": "done"}))

    def test_a_heartbeat_renews_the_lease(self):
        job_id = self.create()
        job = self.claim()
        status, body = self.broker.worker("POST", f"/jobs/{job_id}/heartbeat", "", X_Lease_Id=job["lease_id"])
        self.assertEqual((status, body["ok"], body["cancel"]), (200, True, False))
        self.assertGreaterEqual(body["lease_until"], job["lease_until"])

    def test_a_released_job_is_free_and_no_attempt_is_spent(self):
        job_id = self.create()
        job = self.claim()
        self.assertEqual(self.broker.worker("POST", f"/jobs/{job_id}/release", {}, X_Lease_Id=job["lease_id"])[0], 200)
        again = self.claim()
        self.assertEqual((again["id"], again["attempt"]), (job_id, 1))
        self.assertNotEqual(again["lease_id"], job["lease_id"])

    # -- cancel, retry -----------------------------------------------------------------------------------------------

    def test_cancel_of_a_queued_job_ends_it(self):
        job_id = self.create()
        status, job = self.broker.bot("POST", f"/jobs/{job_id}/cancel")
        self.assertEqual((status, job["status"], job["outcome"]), (200, "failed", "cancelled"))
        self.assertIsNone(self.claim())

    def test_cancel_of_a_running_job_reaches_the_runner(self):
        job_id = self.create()
        lease = self.claim()["lease_id"]
        self.assertEqual(self.broker.bot("POST", f"/jobs/{job_id}/cancel")[0], 200)
        status, body = self.broker.worker("POST", f"/jobs/{job_id}/heartbeat", {}, X_Lease_Id=lease)
        self.assertTrue(status == 200 and body["cancel"], (status, body))
        answer = self.broker.worker("POST", f"/jobs/{job_id}/result", {"result": "r"}, X_Lease_Id=lease)
        self.assertEqual(answer[1].get("note"), "already failed; result ignored")

    def test_retry_makes_a_failed_job_queued(self):
        job_id = self.create()
        self.assertEqual(self.broker.bot("POST", f"/jobs/{job_id}/retry")[0], 409)
        lease = self.claim()["lease_id"]
        self.broker.worker("POST", f"/jobs/{job_id}/fail", {"error": "e"}, X_Lease_Id=lease)
        status, job = self.broker.bot("POST", f"/jobs/{job_id}/retry")
        self.assertEqual((status, job["status"], job["outcome"]), (200, "queued", None))
        self.assertEqual(self.claim()["id"], job_id)

    def test_cancel_and_retry_of_unknown_jobs(self):
        for verb in ("cancel", "retry"):
            self.assertEqual(self.broker.bot("POST", f"/jobs/00000000-0000-7000-8000-000000000000/{verb}"),
                             (404, {"detail": "job not found"}))

    # -- events ------------------------------------------------------------------------------------------------------

    def lived(self):
        """A job with a whole life."""
        job_id = self.create()
        lease = self.claim(X_Worker_Id="w1")["lease_id"]
        events = [{"type": "status", "data": {"what": "thinking"}}, {"type": "delta", "data": {"text": "a\nb"}}]
        status, body = self.broker.worker("POST", f"/jobs/{job_id}/events", events, X_Lease_Id=lease)
        self.assertEqual((status, body["ok"], body["cancel"]), (200, True, False))
        self.broker.worker("POST", f"/jobs/{job_id}/events", {"type": "checkpoint", "data": {"step": 1}}, X_Lease_Id=lease)
        return job_id, lease

    def test_the_events_tell_the_life_of_a_job(self):
        job_id, lease = self.lived()
        self.broker.worker("POST", f"/jobs/{job_id}/result", {"result": "r"}, X_Lease_Id=lease)
        status, page = self.broker.bot("GET", f"/jobs/{job_id}/events")
        self.assertEqual(status, 200)
        types = [event["type"] for event in page["events"]]
        self.assertEqual(types, ["created", "claimed", "status", "delta", "checkpoint", "done"])
        self.assertEqual([event["sequence"] for event in page["events"]], list(range(1, 7)))
        self.assertEqual(page["events"][2]["data"], {"what": "thinking"})
        self.assertEqual(page["next"], 6)
        rest = self.broker.bot("GET", f"/jobs/{job_id}/events?after=4")[1]
        self.assertEqual([event["sequence"] for event in rest["events"]], [5, 6])
        self.assertEqual(self.broker.bot("GET", f"/jobs/{job_id}/events?after=6&wait=10")[1], {"events": [], "next": 6})

    def test_a_page_of_events_can_be_waited_for(self):
        job_id, lease = self.lived()
        held = Later(lambda: self.broker.bot("GET", f"/jobs/{job_id}/events?after=5&wait=15"))
        time.sleep(0.2)
        self.broker.worker("POST", f"/jobs/{job_id}/result", {"result": "r"}, X_Lease_Id=lease)
        _, page = held.result()
        self.assertEqual([event["type"] for event in page["events"]], ["done"])
        self.assertLess(held.took, 10)

    def test_a_stream_of_events_ends_with_the_job(self):
        job_id, lease = self.lived()
        head = {**self.broker.bot_headers, "Accept": "text/event-stream", "Last-Event-ID": "3"}
        stream = Later(lambda: self.broker.exchange("GET", f"/jobs/{job_id}/events", head))
        time.sleep(0.2)
        self.broker.worker("POST", f"/jobs/{job_id}/result", {"result": "r"}, X_Lease_Id=lease)
        status, headers, content = stream.result()
        self.assertEqual((status, headers["Content-Type"]), (200, "text/event-stream"))
        frames = [dict(line.split(": ", 1) for line in frame.split("\n")) for frame in content.decode().split("\n\n")
                  if frame and not frame.startswith(":")]
        self.assertEqual([(frame.get("id"), frame["event"]) for frame in frames],
                         [("4", "delta"), ("5", "checkpoint"), ("6", "done"), (None, "end")])
        self.assertEqual(json.loads(frames[-1]["data"])["result"], "r")

    def test_wrong_events_are_refused(self):
        job_id, lease = self.lived()
        for body, field in (({"type": "created", "data": {}}, "type"), ({"type": "delta", "data": 5}, "data"),
                            (5, "event"), ([5], "event")):
            status, answer = self.broker.worker("POST", f"/jobs/{job_id}/events", body, X_Lease_Id=lease)
            self.assertEqual(status, 422)
            self.assertIn(field, answer["detail"])

    def test_a_checkpoint_travels_with_the_next_claim(self):
        job_id, lease = self.lived()
        self.broker.worker("POST", f"/jobs/{job_id}/release", {}, X_Lease_Id=lease)
        self.assertEqual(self.claim()["checkpoint"], {"step": 1})

    # -- listing -----------------------------------------------------------------------------------------------------

    def test_jobs_are_listed_newest_first_in_pages(self):
        ids = [self.create(requester=self.cap()) for _ in range(5)]
        seen, cursor = [], ""
        for _ in range(10):
            page = self.broker.bot("GET", f"/jobs?requester={self.cap()}&limit=2&cursor={cursor}")[1]
            seen += [job["id"] for job in page["jobs"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        self.assertEqual(seen, ids[::-1])
        for query in ("limit=0", "limit=501", "status=nope", "cursor=x"):
            self.assertEqual(self.broker.bot("GET", f"/jobs?{query}")[0], 422)

    def test_workers_and_queue_are_shown(self):
        self.create()
        waiting = self.broker.bot("GET", "/queue")[1]["waiting"]
        mine = [depth for depth in waiting if depth["caps"] == [self.cap()]]
        self.assertEqual((mine[0]["queued"], mine[0]["servable"]), (1, False))
        job = self.claim(X_Worker_Id="shown", X_Worker_Version="1.2")
        workers = {worker["worker_id"]: worker for worker in self.broker.bot("GET", "/workers")[1]["workers"]}
        worker = workers["shown"]
        self.assertEqual((worker["caps"], worker["version"], worker["running"]), ([self.cap()], "1.2", [job["id"]]))


if __name__ == "__main__":
    unittest.main()
