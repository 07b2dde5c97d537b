#!/usr/bin/env python3
"""More of the additions to the base contract, row by row: idempotent create, scheduling, queue facts, explain, streams that
go on, and what a cancelled runner hears. Beside part_b_test.py."""
import json
import socket
import threading
import time
import unittest

from broker_process import BrokerProcess
from patience import patient
from shared_broker import SharedBroker


class Stream:
    """A stream of events as a client reads it, frame by frame."""

    def __init__(self, broker, job, last=None, after=None):
        self.link = socket.create_connection(("127.0.0.1", broker.port), timeout=patient(60))
        resume = f"Last-Event-ID: {last}\r\n" if last is not None else ""
        query = f"?after={after}" if after is not None else ""
        self.link.sendall((f"GET /jobs/{job}/events{query} HTTP/1.0\r\nHost: x\r\nX-Bot-Token: bot-secret-1\r\n"
                           f"Accept: text/event-stream\r\n{resume}\r\n").encode())
        self.lines = self.link.makefile("r", encoding="utf-8", newline="\n")
        self.head = []
        while line := self.lines.readline().strip():
            self.head.append(line)

    def frame(self):
        """@returns {"id", "event", "data"}, {} at the end"""
        fields = {}
        while line := self.lines.readline():
            if line == "\n":
                if fields:
                    return fields
            elif not line.startswith(":"):
                name, value = line.rstrip("\n").split(": ", 1)
                fields[name] = json.loads(value) if name == "data" else value
        return fields

    def close(self):
        self.lines.close()
        self.link.close()


class Additions(SharedBroker):
    # -- create --------------------------------------------------------------------------------------------------------

    def test_a_key_may_have_255_bytes_and_no_more(self):
        body = {"command": "ping", "requires": {"caps": [self.cap()]}}
        for key, status in (("k", 200), ("k" * 255, 200), ("k" * 256, 422), ("", 422)):
            self.assertEqual(self.broker.bot("POST", "/jobs", body, **{"Idempotency-Key": key})[0], status, len(key))

    def test_a_key_gives_the_same_job_across_a_restart_and_whatever_became_of_it(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        create = lambda payload: broker.bot("POST", "/jobs", {"command": "ping", "payload": payload}, **{"Idempotency-Key": "once"})
        first = create("p")[1]["id"]
        broker.kill()
        broker.start()
        self.assertEqual(create("p")[1]["id"], first)
        self.assertEqual(create("q")[0], 409)
        lease = broker.claim()["lease_id"]
        broker.worker("POST", f"/jobs/{first}/result", {"result": "r"}, X_Lease_Id=lease)
        again = create("p")[1]
        self.assertEqual((again["id"], again["status"]), (first, "done"))
        self.assertIsNone(broker.claim())

    def test_creates_that_come_together_with_one_key_make_one_job(self):
        ids, body = [], {"command": "ping", "requires": {"caps": [self.cap()]}}
        ask = lambda: ids.append(self.broker.bot("POST", "/jobs", body, **{"Idempotency-Key": self.cap()})[1]["id"])
        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(ids), len(set(ids))), (16, 1))

    def test_a_create_says_whether_and_when_it_will_be_served(self):
        ask = lambda: self.broker.bot("POST", "/jobs", {"command": "ping", "requires": {"caps": [self.cap()]}})[1]
        first, second = ask(), ask()
        self.assertEqual((first["servable"], first["position"], second["position"]), (False, 1, 2))
        self.claim(X_Worker_Id="served")
        self.assertTrue(ask()["servable"])

    # -- scheduling ----------------------------------------------------------------------------------------------------

    def test_a_higher_priority_goes_first_and_age_decides_among_equals(self):
        jobs = [self.create(priority=p) for p in (0, -100, 100, 0, 100)]
        taken = [self.claim()["id"] for _ in jobs]
        self.assertEqual(taken, [jobs[i] for i in (2, 4, 0, 3, 1)])

    def test_no_requester_starves_another(self):
        flood = [self.create(requester="flood") for _ in range(20)]
        one = self.create(requester="quiet")
        taken = [self.claim()["id"] for _ in range(3)]
        self.assertIn(one, taken)
        self.assertIn(flood[0], taken)

    def test_fair_share_counts_running_time_and_not_jobs(self):
        for requester in ("brief",) * 4 + ("long",) * 2:
            self.create(requester=requester)
        end = lambda job: self.broker.worker("POST", f"/jobs/{job['id']}/result", {"result": ""}, X_Lease_Id=job["lease_id"])
        begun, taken = time.monotonic(), []
        held = None
        while held is None or sum(job["requester"] == "brief" for job in taken) < 3:
            job = self.claim()
            taken.append(job)
            if job["requester"] == "long" and held is None:
                held = job  # it runs longer than all the others together, however slow this machine is
                time.sleep(1 + 2 * (time.monotonic() - begun))
            end(job)
        # Three brief ones have run and one long one: by jobs it would be the turn of `long`.
        self.assertEqual([job["requester"] for job in taken].count("long"), 1)
        self.assertEqual(self.claim()["requester"], "brief")

    def test_a_job_is_not_claimed_before_its_time_and_then_is(self):
        job = self.create(not_before=int(time.time()) + 2)
        self.assertIsNone(self.claim())
        held = self.claim(wait=30)
        self.assertEqual(held["id"], job)
        self.assertGreaterEqual(time.time(), self.broker.job(job)["not_before"])

    # -- figures -------------------------------------------------------------------------------------------------------

    def test_the_queue_tells_depth_age_and_who_can_serve(self):
        mine = lambda: [depth for depth in self.broker.bot("GET", "/queue")[1]["waiting"] if depth["caps"] == [self.cap()]]
        self.create()
        self.create()
        depth = mine()[0]
        self.assertEqual((depth["queued"], depth["servable"]), (2, False))
        self.assertGreaterEqual(depth["oldest_age_s"], 0)
        self.assertAlmostEqual(depth["oldest_created_at"], time.time(), delta=300)
        self.claim(X_Worker_Id="able")
        self.assertEqual((mine()[0]["queued"], mine()[0]["servable"]), (1, True))
        self.claim(X_Worker_Id="able")
        self.assertEqual(mine(), [])

    def test_a_waiting_job_tells_who_could_serve_it_and_what_goes_first(self):
        other = self.cap() + ":other"
        self.broker.claim(X_Worker_Id="half", X_Worker_Caps=self.cap())
        before = [self.broker.create(requires={"caps": [self.cap(), other]}) for _ in range(2)]
        job = self.broker.create(requires={"caps": [self.cap(), other]})
        explain = lambda: self.broker.bot("GET", f"/jobs/{job}/explain")[1]
        told = explain()
        self.assertEqual((told["required_caps"], told["missing_caps"]), (sorted([self.cap(), other]), [other]))
        workers = {worker["worker_id"]: worker for worker in told["workers"]}
        self.assertEqual((workers["half"]["missing_caps"], workers["half"]["can_serve"]), ([other], False))
        self.assertAlmostEqual(workers["half"]["last_seen"], time.time(), delta=300)
        self.assertEqual((told["jobs_before"], told["attempts"]), (2, []))
        self.broker.claim(X_Worker_Id="whole", X_Worker_Caps=f"{self.cap()},{other}")
        told = explain()
        workers = {worker["worker_id"]: worker for worker in told["workers"]}
        self.assertEqual((workers["whole"]["can_serve"], workers["whole"]["running"]), (True, 1))
        self.assertEqual((told["missing_caps"], told["jobs_before"]), ([], 1))
        self.assertEqual(self.broker.job(before[0])["worker_id"], "whole")
        self.assertIn("1 job goes first, and 1 worker can serve it (whole)", told["summary"])

    def test_a_worker_is_shown_from_first_to_last_and_while_its_claim_is_held(self):
        shown = lambda: next((w for w in self.broker.bot("GET", "/workers")[1]["workers"] if w["worker_id"] == "seen"), None)
        begun = int(time.time())
        held = threading.Thread(target=self.claim, kwargs={"wait": 60, "X_Worker_Id": "seen"})
        held.start()
        while not (worker := shown()) or not worker["polling"]:
            time.sleep(0.02)
        self.assertEqual((worker["live"], worker["draining"], worker["running"]), (True, False, []))
        self.assertTrue(begun <= worker["first_seen"] <= worker["last_seen"] <= time.time(), worker)
        job = self.create()
        held.join()
        after = shown()
        self.assertEqual((after["polling"], after["running"], after["first_seen"]), (False, [job], worker["first_seen"]))

    def test_a_dead_job_explains_its_attempts(self):
        broker = BrokerProcess(LEASE_SECONDS="1").start()
        self.addCleanup(broker.stop)
        job = broker.create(max_attempts=2)
        for attempt in (1, 2):
            self.assertEqual(broker.claim(wait=30, X_Worker_Id=f"w{attempt}")["attempt"], attempt)
        deadline = time.monotonic() + 60
        while broker.job(job)["status"] == "running":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        shown = broker.job(job)
        self.assertEqual((shown["status"], shown["outcome"]), ("failed", "dead"))
        self.assertEqual(shown["error"], "gave up after 2 attempts: last seen on w2")
        told = broker.bot("GET", f"/jobs/{job}/explain")[1]
        self.assertEqual([(a["attempt"], a["worker_id"], a["end"]) for a in told["attempts"]],
                         [(1, "w1", "lease_expired"), (2, "w2", "buried")])
        self.assertIsNone(told["jobs_before"])

    def test_a_page_of_jobs_can_be_narrowed_by_every_filter(self):
        job = self.create(requester=self.cap())
        self.claim(X_Worker_Id="narrow")
        ids = lambda query: [x["id"] for x in self.broker.bot("GET", f"/jobs?{query}")[1]["jobs"]]
        for query in ("status=running", "command=ping", "worker_id=narrow", "limit=500"):
            self.assertIn(job, ids(query), query)
        for query in ("status=done", "command=llm_task", "worker_id=other", "requester=other"):
            self.assertNotIn(job, ids(query), query)
        self.assertEqual(ids(f"requester={self.cap()}&status=running&command=ping&worker_id=narrow"), [job])

    # -- events --------------------------------------------------------------------------------------------------------

    def test_a_stream_that_broke_goes_on_where_it_was(self):
        job = self.create()
        stream = Stream(self.broker, job)
        self.assertIn("Content-Type: text/event-stream", stream.head)
        self.assertEqual((stream.frame()["event"]), "created")
        lease = self.claim()["lease_id"]
        seen = stream.frame()
        self.assertEqual((seen["id"], seen["event"], seen["data"]["type"]), ("2", "claimed", "claimed"))
        stream.close()
        post = lambda text: self.broker.worker("POST", f"/jobs/{job}/events", {"type": "delta", "data": {"text": text}}, X_Lease_Id=lease)
        post("missed")
        again = Stream(self.broker, job, last=seen["id"])
        self.assertEqual(again.frame()["data"]["data"], {"text": "missed"})
        post("two\nlines")  # while it listens
        self.assertEqual(again.frame()["data"]["data"], {"text": "two\nlines"})
        self.broker.worker("POST", f"/jobs/{job}/result", {"result": "r"}, X_Lease_Id=lease)
        self.assertEqual(again.frame()["event"], "done")
        end = again.frame()
        self.assertEqual((end["event"], end["data"]["result"], "id" in end), ("end", "r", False))
        self.assertEqual(again.frame(), {})
        again.close()
        for late in (Stream(self.broker, job, after=4), Stream(self.broker, job, last=4, after=1)):
            self.assertEqual([late.frame()["event"] for _ in range(2)], ["done", "end"])
            late.close()

    def test_streams_of_unknown_jobs_and_wrong_numbers_are_refused(self):
        head = {**self.broker.bot_headers, "Accept": "text/event-stream"}
        self.assertEqual(self.broker.call("GET", "/jobs/01890000-0000-7000-8000-000000000000/events", head)[0], 404)
        self.assertEqual(self.broker.call("GET", f"/jobs/{self.create()}/events?after=-1", head)[0], 422)

    def test_progress_of_every_type_comes_back_as_it_was_sent(self):
        job = self.create()
        lease = self.claim(X_Worker_Id="talks")["lease_id"]
        sent = [{"type": kind, "data": {"kind": kind, "deep": [{"n": 1.5, "text": "\u00e4\n"}, None]}}
                for kind in ("status", "delta", "tool_call", "tool_result", "usage", "checkpoint")]
        status, told = self.broker.worker("POST", f"/jobs/{job}/events", sent, X_Lease_Id=lease)
        self.assertEqual((status, told), (200, {"ok": True, "sequence": 8, "cancel": False}))
        page = self.broker.bot("GET", f"/jobs/{job}/events?after=2")[1]
        checkpoint = sent[-1].copy()
        sent[-1]["data"] = None  # it is kept for the next claim alone
        self.assertEqual([{"type": event["type"], "data": event["data"]} for event in page["events"]], sent)
        self.broker.worker("POST", f"/jobs/{job}/release", X_Lease_Id=lease)
        self.assertEqual(self.claim()["checkpoint"], checkpoint["data"])
        self.assertEqual({(event["worker_id"], event["attempt"]) for event in page["events"]}, {("talks", 1)})

    def test_a_cancelled_runner_hears_of_it_with_its_next_event(self):
        job = self.create()
        lease = self.claim()["lease_id"]
        event = {"type": "status", "data": {}}
        self.assertFalse(self.broker.worker("POST", f"/jobs/{job}/events", event, X_Lease_Id=lease)[1]["cancel"])
        self.broker.bot("POST", f"/jobs/{job}/cancel")
        self.assertTrue(self.broker.worker("POST", f"/jobs/{job}/events", event, X_Lease_Id=lease)[1]["cancel"])
        ended = self.broker.worker("POST", f"/jobs/{job}/result", {"result": "r"}, X_Lease_Id=lease)
        self.assertEqual(ended, (200, {"ok": True, "status": "failed", "note": "already failed; result ignored"}))
        self.assertEqual(self.broker.job(job)["outcome"], "cancelled")

    def test_a_result_for_a_dead_job_is_refused_and_remembered(self):
        broker = BrokerProcess(LEASE_SECONDS="1", MAX_ATTEMPTS="1").start()
        self.addCleanup(broker.stop)
        job = broker.create()
        lease = broker.claim()["lease_id"]
        broker.bot("GET", f"/jobs/{job}/events?after=2&wait=60")
        self.assertEqual(broker.worker("POST", f"/jobs/{job}/result", {"result": "r"}, X_Lease_Id=lease),
                         (409, {"detail": "lease lost"}))
        types = [event["type"] for event in broker.bot("GET", f"/jobs/{job}/events")[1]["events"]]
        self.assertEqual(types, ["created", "claimed", "buried", "late_result"])
        self.assertEqual(broker.bot("POST", f"/jobs/{job}/retry")[1]["status"], "queued")
        self.assertEqual(broker.claim()["attempt"], 1)


if __name__ == "__main__":
    unittest.main()
