#!/usr/bin/env python3
"""The check of histories finds bugs: brokers that have one each (test/support/crooked_broker_main.cpp) are given to the
clients of history_load.py, and the check must say which promise was broken. The same program without a bug breaks none."""
import concurrent.futures
import dataclasses
import re
import time
import unittest

from broker_process import BrokerProcess
from history_load import HABITS, WORKERS, Load
from job_history import History

LEASE_SECONDS = 1
JOBS = 100
AT_A_TIME = 5
HISTORIES_MAX = 20  # a bug need not show in every history


@dataclasses.dataclass
class Bug:
    name: str
    said: str  # what the check must say of it
    habits: list = dataclasses.field(default_factory=lambda: HABITS)  # of the workers that bring it out
    lease_told: int = LEASE_SECONDS
    restarts: bool = False
    seconds: float = 0  # how long it needs to show
    rest_seconds_max: float = None


BUGS = [
    Bug("lose_at_restart", "I1: job .* was acknowledged and is lost", restarts=True),
    Bug("answer_before_commit", "I1: job .* was acknowledged and is lost"),
    Bug("change_priorities", "I1: job .*: its priority changed from"),
    Bug("change_results", "I2: job .*: nobody sent its result"),
    Bug("forget_results", "I2: job .*: two results were accepted"),
    Bug("believe_stale_leases", "I2: job .*: two results were accepted", ["late", "finish"], seconds=3),
    Bug("grant_twice", "I3: lease .* was granted twice"),
    Bug("reuse_leases", "I3: lease .* was granted twice"),
    Bug("none", "I3: job .* was granted again .* s after a lease of 4 s began", ["drop"], lease_told=4, seconds=3),
    Bug("ignore_caps", "I4: job .* needs .* and went to"),
    Bug("let_younger_pass", "I6: job .* went before the older job"),
    Bug("count_no_attempts", "I7: attempt 3 of 2", ["drop"], seconds=4),
    Bug("bring_back_cancelled", "I8: job .* was retried, and nobody asked for it"),
    Bug("forget_keys", "I9: key .* stands for"),
    Bug("drop_events", "I11: its events have gaps"),
    Bug("forget_progress", "I11: job .*: the acknowledged event", ["report"]),
    Bug("never_offer", "I12: job .* is queued for ever, though a worker can do it", rest_seconds_max=5),
]


def history_of(bug, number=0):
    """@param number another one each @returns what the check says of a while with this broker"""
    broker = BrokerProcess(program="crooked_broker", BUG=bug.name, LEASE_SECONDS=str(LEASE_SECONDS))
    try:
        broker.start()
        history = History(bug.lease_told)
        load = Load(broker, broker, history, f"{bug.name} {number}", bug.habits)
        load.start()
        load.wait_for(JOBS)
        time.sleep(bug.seconds)
        if bug.restarts:
            broker.kill()
            broker.start()
        return history.violations(load.come_to_rest(bug.rest_seconds_max), WORKERS)
    finally:
        broker.stop()


def look_for(bug):
    """@returns the sentence that names it, None when no history has one"""
    for number in range(HISTORIES_MAX):
        for line in history_of(bug, number):
            if re.match(bug.said, line):
                return line
    return None


class SeededBugs(unittest.TestCase):
    def test_a_broker_without_a_bug_breaks_no_promise(self):
        self.assertEqual(history_of(Bug("none", "", restarts=True)), [])

    def test_each_bug_is_found_and_named(self):
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            for bug, found in zip(BUGS, pool.map(look_for, BUGS)):
                with self.subTest(bug=bug.name):
                    self.assertIsNotNone(found, f"nobody said: {bug.said}")
                    print(f"{bug.name}: {found}")


if __name__ == "__main__":
    unittest.main()
