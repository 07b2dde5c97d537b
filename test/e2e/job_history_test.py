#!/usr/bin/env python3
"""The check of histories itself: a good history passes, and each planted impossibility is found and named."""
import copy
import unittest

from job_history import History, Operation

CAPS = {"w1": ["a"], "w2": ["a", "b"]}


def event(sequence, kind, attempt=0, worker=None, why=None, data=None):
    return {"sequence": sequence, "type": kind, "attempt": attempt, "worker_id": worker, "why": why, "data": data}


def job_of(job_id, payload, events, **more):
    return {"id": job_id, "payload": payload, "priority": 0, "requester": "p", "max_attempts": 3, "status": "done",
            "outcome": "done", "attempt": 2, "result": None, "events": events, **more}


class Story:
    """Job 1: claimed, expired, claimed again, reported, done; a late result refused. Job 2: claimed after job 1, done."""

    def __init__(self):
        self.history = History(lease_seconds=3)
        self.first = self.create("1", "one", key="k", at=0)
        self.create("2", "two", key=None, at=1)
        self.claim("1", "w1", "l1", number=2, attempt=1, at=2)
        self.second_claim = self.claim("1", "w2", "l2", number=4, attempt=2, at=6)
        self.claim("2", "w1", "l3", number=2, attempt=1, at=7)
        self.add("progress", "1", 8, {"ok": True}, lease="l2", data={"n": 1})
        self.stale = self.add("finish", "1", 9, {}, outcome="fail", lease="l1", text="stale")
        self.add("finish", "1", 9, {"status": "done"}, lease="l2", text="one done")
        self.add("finish", "2", 9, {"status": "done"}, lease="l3", text="two done")
        self.final = {
            "1": (job_of("1", "one", 6, result="one done"),
                  [event(1, "created"), event(2, "claimed", 1, "w1"), event(3, "requeued", 1, "w1", "lease_expired"),
                   event(4, "claimed", 2, "w2"), event(5, "status", 2, "w2", data={"n": 1}), event(6, "done", 2, "w2")]),
            "2": (job_of("2", "two", 3, attempt=1, result="two done"),
                  [event(1, "created"), event(2, "claimed", 1, "w1"), event(3, "done", 1, "w1")])}

    def add(self, kind, job_id, at, answer, outcome="ok", **asked):
        self.history.operations.append(Operation(kind, job_id, asked, at, at + 0.1, outcome, answer))
        return self.history.operations[-1]

    def create(self, job_id, payload, key, at):
        return self.add("create", "", at, {"id": job_id}, payload=payload, key=key, caps=["a"], priority=0,
                        requester="p", max_attempts=3)

    def claim(self, job_id, worker, lease, number, attempt, at):
        job = {"id": job_id, "lease_id": lease, "events": number, "attempt": attempt}
        return self.add("claim", "", at, {"job": job}, worker=worker, caps=CAPS[worker])

    def job(self, job_id):
        return self.final[job_id][0]

    def events(self, job_id):
        return self.final[job_id][1]


class JobHistoryTest(unittest.TestCase):
    def setUp(self):
        self.story = Story()

    def finds(self, words):
        found = self.story.history.violations(self.story.final, CAPS)
        self.assertTrue(any(words in line for line in found), f"{words!r} is not in {found}")

    def test_a_good_history_passes(self):
        self.assertEqual(self.story.history.violations(self.story.final, CAPS), [])

    def test_an_operation_without_an_answer_may_have_happened_or_not(self):
        for x in self.story.history.operations:
            if x.kind in ("finish", "progress"):
                x.outcome = "unknown"
        self.assertEqual(self.story.history.violations(self.story.final, CAPS), [])

    def test_a_lost_job_is_found(self):
        del self.story.final["2"]
        self.finds("I1: job 2 was acknowledged and is lost")

    def test_a_changed_payload_is_found(self):
        self.story.job("2")["payload"] = "else"
        self.finds("I1: job 2: its payload changed from two to else")

    def test_a_job_of_nobody_is_found(self):
        self.story.final["9"] = copy.deepcopy(self.story.final["2"])
        self.story.final["9"][0]["payload"] = "else"
        self.finds("I9: job 9 was created by nobody")

    def test_two_jobs_of_one_key_are_found(self):
        self.story.final["9"] = copy.deepcopy(self.story.final["1"])
        self.finds("I9: key k stands for 2 jobs: ['1', '9']")

    def test_a_changed_result_is_found(self):
        self.story.job("1")["result"] = "stale"
        self.finds("I2: job 1: the accepted result one done became stale")

    def test_two_accepted_results_are_found(self):
        self.story.stale.outcome, self.story.stale.answer = "ok", {"status": "done"}
        self.finds("I2: job 1: two results were accepted")

    def test_a_second_end_is_found(self):
        self.story.events("2").append(event(4, "failed", 1, "w1"))
        self.story.job("2").update(status="failed", outcome="failed", events=4)
        self.finds("I2: it ended (failed) when it had ended already: done [job 2]")

    def test_a_done_job_that_runs_again_is_found(self):
        self.story.add("read", "1", 10, {"status": "done"})
        self.story.add("read", "1", 11, {"status": "running"})
        self.finds("I2: job 1 was done, then running")

    def test_a_lease_of_two_workers_is_found(self):
        self.story.claim("1", "w1", "l2", number=4, attempt=2, at=8)
        self.finds("I3: lease l2 was granted twice")

    def test_a_claim_within_a_live_lease_is_found(self):
        self.story.second_claim.invoked = self.story.second_claim.ended = 4
        self.finds("I3: job 1 was granted again 2.00 s after a lease of 3 s began")

    def test_a_claim_of_a_running_job_is_found(self):
        del self.story.events("1")[2]
        self.finds("I3: it was claimed while running [job 1]")

    def test_a_grant_without_the_caps_is_found(self):
        self.story.first.asked["caps"] = ["b"]
        self.finds("I4: job 1 needs ['b'] and went to w1 with ['a']")

    def test_a_repeated_attempt_is_found(self):
        self.story.events("1")[3]["attempt"] = 1
        self.finds("I5: attempt 1 follows 1 [job 1]")

    def test_a_grant_that_the_events_do_not_know_is_found(self):
        self.story.events("1")[3]["worker_id"] = "w1"
        self.finds("I5: job 1: w2 has attempt 2, but event")

    def test_a_job_that_was_passed_over_is_found(self):
        self.story.history.operations = [x for x in self.story.history.operations if x.kind != "claim"]
        self.story.claim("2", "w1", "l3", number=2, attempt=1, at=2)
        self.story.claim("1", "w1", "l1", number=2, attempt=1, at=4)
        self.finds("I6: job 2 went before the older job 1, which waited")

    def test_an_attempt_too_many_is_found(self):
        self.story.first.asked["max_attempts"] = 1
        self.finds("I7: attempt 2 of 1 [job 1]")

    def test_a_cancelled_job_that_is_done_is_found(self):
        self.story.add("cancel", "2", 3, {"outcome": "cancelled", "status": "failed"})
        self.finds("I8: job 2 was cancelled and is done")

    def test_a_cancel_that_nobody_asked_for_is_found(self):
        self.story.events("2")[2]["type"] = "cancelled"
        self.story.job("2").update(status="failed", outcome="cancelled")
        self.finds("I8: job 2 was cancelled, and nobody asked for it")

    def test_a_dropped_event_is_found(self):
        del self.story.events("1")[4]
        self.finds("I11: its events have gaps: [1, 2, 3, 4, 6] [job 1]")
        self.finds("I11: job 1: the acknowledged event {'n': 1} is lost")

    def test_progress_of_a_lease_that_is_over_is_found(self):
        self.story.events("1").insert(3, event(4, "status", 1, "w1"))
        self.finds("I11: progress of attempt 1 while queued in attempt 1 [job 1]")

    def test_a_job_that_waits_for_ever_is_found(self):
        del self.story.events("2")[1:]
        self.story.job("2").update(status="queued", outcome=None, attempt=0, events=1)
        self.finds("I12: job 2 is queued for ever, though a worker can do it")


if __name__ == "__main__":
    unittest.main()
