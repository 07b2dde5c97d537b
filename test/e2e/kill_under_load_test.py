#!/usr/bin/env python3
"""Kills the broker with SIGKILL ten times under concurrent clients, while a proxy loses requests and answers and sends
requests twice: the history of what the clients saw keeps every promise of the broker.

KILLS=N kills it so many times."""
import os
import random
import time
import unittest

from broker_process import BrokerProcess
from chaos_proxy import ChaosProxy
from history_load import WORKERS, Load
from job_history import History

KILLS = int(os.environ.get("KILLS", "10"))
LEASE_SECONDS = 2
SEED = int(os.environ.get("SEED", random.randrange(1 << 30)))


class KillUnderLoad(unittest.TestCase):
    def test_ten_kills_lose_nothing(self):
        broker = BrokerProcess(LEASE_SECONDS=str(LEASE_SECONDS))
        broker.start()
        self.addCleanup(broker.stop)
        proxy = ChaosProxy(broker, SEED, chance=0.03)
        self.addCleanup(proxy.stop)
        history, chance = History(LEASE_SECONDS), random.Random(SEED)
        load = Load(proxy, broker, history, SEED)
        load.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.3, 0.9))
            broker.kill()
            broker.start()
        proxy.calm()
        final = load.come_to_rest()
        violations = history.violations(final, WORKERS)
        self.assertEqual(violations, [], f"seed {SEED}\n" + "\n".join(violations))
        self.assertGreater(len(final), 100, "the load was no load")
        for trouble in (proxy.lost_requests, proxy.lost_answers, proxy.doubled):
            self.assertGreater(trouble, 0)


if __name__ == "__main__":
    unittest.main()
