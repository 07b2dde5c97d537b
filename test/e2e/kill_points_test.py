#!/usr/bin/env python3
"""The broker dies at every kill point (actors/ports/kill_point.hpp) of every way to write. After a restart all that it
had acknowledged is there, the change under way is there or not as the point says, nothing is done twice when its client
asks again, and the broker serves.

KILL_ROUNDS=N goes N times through all points of a batch for every way, instead of through one of them."""
import concurrent.futures
import os
import signal
import unittest

import kill_scenarios
from kill_scenarios import SCENARIOS, Scenario
from mortal_broker import MortalBroker, kill_points
from prune_scenario import Prune

ROUNDS = int(os.environ.get("KILL_ROUNDS", "0"))
AT_A_TIME = 3

# The points of a batch, and whether its changes are there after a kill (what the kernel has outlives the program).
OF_A_BATCH = {"batch_begun": False, "journal_half_written": False, "journal_written": True, "journal_flushed": True,
              "batch_shown": True}
OF_A_CHANGE = {"asked": False, "committed": True, "told": True}
OF_SETTLING = ("settle_begun", "settle_half_put", "settle_put", "settle_committed", "journal_file_freed")
OF_A_START = ("journal_read", "journal_recovered")
OF_AN_END = ("stopping", "stopped", "journal_ended")
NOBODY = {"caps": ["nobody"]}


def matrix():
    """@returns [(scenario, points, whether the change is there)]"""
    cells = []
    for number, scenario in enumerate([*SCENARIOS, Prune]):
        before = [f"{scenario.path}_told"] * scenario.passes
        for point, happened in OF_A_CHANGE.items():
            cells.append((scenario, [*before, f"{scenario.path}_{point}"], happened))
        of_a_batch = list(OF_A_BATCH.items())
        for point, happened in of_a_batch * ROUNDS or [of_a_batch[number % len(of_a_batch)]]:
            cells.append((scenario, [*before, f"{scenario.path}_asked", point], happened))
    for point in OF_SETTLING:
        cells.append((kill_scenarios.Settle, ["create_told", "create_told", point], True))
    return cells


class KillPoints(unittest.TestCase):
    def setUp(self):
        self.broker = MortalBroker()
        self.addCleanup(self.broker.stop)

    def test_every_way_to_write_survives_a_kill_at_every_point(self):
        def die(cell):
            scenario, points, happened = cell
            try:
                scenario(points).run(happened)
            except Exception as why:  # noqa: BLE001: it is shown with the others, below
                return f"{scenario.__name__} killed at {' '.join(points)}: {type(why).__name__}: {why}"
            return None

        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            wrong = [said for said in pool.map(die, matrix()) if said]
        self.assertEqual(wrong, [], "\n" + "\n\n".join(wrong))

    def test_no_point_of_the_list_is_left_out(self):
        visited = {points[-1] for _, points, _ in matrix()}
        elsewhere = {"journal_opened", "journal_file_full", *OF_A_START, *OF_AN_END}
        self.assertEqual(sorted(visited | elsewhere), sorted(kill_points()))

    def test_a_first_start_that_is_killed_is_begun_again(self):
        self.assertFalse(self.broker.begin(["journal_opened"]))
        self.broker.begin()
        Scenario.serves(self.broker)

    def test_a_start_that_is_killed_while_it_recovers_is_begun_again(self):
        for point in OF_A_START:
            self.broker.begin(["create_told", "create_asked", "journal_flushed"])
            kept = self.broker.create(payload="kept", requires=NOBODY)
            self.broker.ask("POST", "/jobs", {"command": "ping", "payload": point, "requires": NOBODY})
            self.assertTrue(self.broker.dies())
            self.assertFalse(self.broker.begin([point]), f"it never came to {point}")
            self.broker.begin()
            jobs = self.broker.all_jobs()
            self.assertEqual([job["payload"] for job, _ in jobs.values() if job["payload"] == point], [point])
            self.assertIn(kept, jobs)
            Scenario.serves(self.broker)
            self.broker.terminate()

    def test_a_kill_while_a_full_file_of_the_journal_waits_loses_nothing(self):
        self.broker.begin(["journal_file_full"])
        acknowledged = set()
        large = {"command": "ping", "payload": "p" * 20_000, "requires": NOBODY}
        while answer := self.broker.ask("POST", "/jobs", large):
            acknowledged.add(answer[1]["id"])
        self.assertTrue(self.broker.dies())
        self.broker.begin()
        self.assertLessEqual(acknowledged, set(self.broker.all_jobs()))
        Scenario.serves(self.broker)

    def test_a_kill_in_the_middle_of_an_end_in_good_order_loses_nothing(self):
        for point in OF_AN_END:
            self.broker.begin([point])
            done = Scenario.serves(self.broker)
            waiting = self.broker.create(requires=NOBODY)
            held = self.broker.later("GET", "/jobs/next?wait=60", X_Worker_Caps="other")
            self.broker.process.send_signal(signal.SIGTERM)
            self.assertTrue(self.broker.dies(), f"it never came to {point}")
            held.join()
            self.broker.begin()
            jobs = self.broker.all_jobs()
            self.assertEqual((jobs[done][0]["result"], jobs[waiting][0]["status"]), ("served", "queued"))
            self.assertEqual(self.broker.broken_rules(), [])
            self.broker.terminate()


if __name__ == "__main__":
    unittest.main()
