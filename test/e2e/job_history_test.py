#!/usr/bin/env python3
"""The history check itself: each kind of violation, planted, is found, and a good history passes."""
import unittest

from job_history import History


def good():
    history = History()
    history.note_created("a", "pa")
    history.note_grant(0.0, {"id": "a", "attempt": 1, "lease_id": "l1"}, "w1")
    history.note_grant(5.0, {"id": "a", "attempt": 2, "lease_id": "l2"}, "w2")
    history.note_finish("a", "l1", "r1", False)
    history.note_finish("a", "l2", "r2", True)
    return history, {"a": {"payload": "pa", "status": "done", "result": "r2", "error": None}}


class JobHistoryTest(unittest.TestCase):
    def finds(self, history, jobs, words):
        found = history.violations(jobs, 3)
        self.assertTrue(any(words in line for line in found), f"{words!r} not in {found}")

    def test_a_good_history_passes(self):
        history, jobs = good()
        self.assertEqual(history.violations(jobs, 3), [])

    def test_lost_and_changed_jobs_are_found(self):
        history, jobs = good()
        self.finds(history, {}, "lost")
        self.finds(history, {"a": {**jobs["a"], "payload": "x"}}, "payload changed")
        self.finds(history, {"a": {**jobs["a"], "status": "queued"}}, "never done")

    def test_lost_and_double_results_are_found(self):
        history, jobs = good()
        self.finds(history, {"a": {**jobs["a"], "result": "r1"}}, "was lost")
        history.note_finish("a", "l1", "r1", True)
        self.finds(history, jobs, "two results")

    def test_two_live_leases_are_found(self):
        history, jobs = good()
        history.note_grant(6.0, {"id": "a", "attempt": 3, "lease_id": "l3"}, "w3")
        self.finds(history, jobs, "within a live lease")

    def test_repeated_attempts_and_lease_ids_are_found(self):
        history, jobs = good()
        history.note_grant(20.0, {"id": "a", "attempt": 2, "lease_id": "l2"}, "w3")
        self.finds(history, jobs, "attempt granted twice")
        self.finds(history, jobs, "lease id was used twice")


if __name__ == "__main__":
    unittest.main()
