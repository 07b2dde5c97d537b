#!/usr/bin/env python3
"""GET /metrics and GET /ready of the real program."""
import resource
import socket
import time
import unittest

from broker_process import BrokerProcess, read_all
from patience import patient
from prometheus_text import Metrics


class WatchedBroker(BrokerProcess):
    def metrics(self):
        status, headers, content = self.exchange("GET", "/metrics", self.bot_headers)
        assert status == 200, content
        assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", headers["Content-Type"]
        return Metrics(content.decode())


class MetricsTest(unittest.TestCase):
    def setUp(self):
        self.broker = WatchedBroker(LEASE_SECONDS="1", RATE_LIMIT_JOBS_PER_MIN="6").start()
        self.addCleanup(self.broker.stop)

    def until(self, condition, seconds=patient(20)):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not happen")
            time.sleep(0.05)

    def test_a_life_of_jobs_is_counted(self):
        broker = self.broker
        first, second, third = (broker.create(requires={"caps": ["a"]}) for _ in range(3))
        for body, status in (({"command": "dance"}, 400), ("{", 400), ({"command": "ping", "tags": 1}, 422)):
            self.assertEqual(broker.bot("POST", "/jobs", body)[0], status)
        shown = broker.metrics()
        self.assertEqual(shown.value("openclaw_jobs", status="queued"), 3)
        self.assertEqual(shown.value("openclaw_queue_jobs", caps="a"), 3)
        self.assertEqual(shown.value("openclaw_queue_unservable_jobs"), 3)
        lease = broker.claim(X_Worker_Id="w1", X_Worker_Caps="a", X_Worker_Version="1")["lease_id"]
        self.assertEqual(broker.worker("POST", f"/jobs/{first}/result", {"result": "r"}, X_Lease_Id=lease)[0], 200)
        expired = broker.claim(X_Worker_Id="w1", X_Worker_Caps="a")["lease_id"]
        self.until(lambda: broker.metrics().value("openclaw_jobs_requeued_total", reason="lease_expired") == 1)
        late = broker.worker("POST", f"/jobs/{second}/fail", {"error": "e"}, X_Lease_Id=expired)
        self.assertTrue(late[1]["late"], late)
        broker.claim(X_Worker_Id="w2", X_Worker_Caps="a")
        lost = broker.worker("POST", f"/jobs/{third}/result", {"result": "r"}, X_Lease_Id="another")
        self.assertEqual(lost[0], 409)
        self.assertEqual(broker.worker("POST", f"/jobs/{third}/result", {"result": "r"}, X_Worker_Id="w2")[0], 200)
        shown = broker.metrics()
        for name, labels, value in (
                ("openclaw_jobs_created_total", {}, 3), ("openclaw_claims_granted_total", {}, 3),
                ("openclaw_jobs_ended_total", {"outcome": "done"}, 2),
                ("openclaw_jobs_ended_total", {"outcome": "failed"}, 1),
                ("openclaw_leases_lost_total", {}, 1), ("openclaw_results_late_total", {}, 1),
                ("openclaw_results_lost_total", {}, 1), ("openclaw_legacy_calls_total", {}, 1),
                ("openclaw_creates_rejected_total", {"reason": "invalid_command"}, 1),
                ("openclaw_creates_rejected_total", {"reason": "invalid_json"}, 1),
                ("openclaw_creates_rejected_total", {"reason": "invalid_shape"}, 1),
                ("openclaw_http_requests_total", {"route": "POST /jobs", "status": "200"}, 3),
                ("openclaw_http_requests_total", {"route": "POST /jobs/{id}/result", "status": "409"}, 1),
                ("openclaw_store_up", {}, 1), ("openclaw_store_takes_new_jobs", {}, 1)):
            self.assertEqual(shown.value(name, **labels), value, (name, labels))
        for name in ("openclaw_store_bytes", "openclaw_store_room_bytes", "process_resident_memory_bytes",
                     "process_open_fds", "process_max_fds", "process_cpu_seconds_total", "process_threads",
                     "openclaw_commit_seconds_count", "openclaw_commit_changes_sum", "openclaw_http_connections"):
            self.assertGreater(shown.value(name), 0, name)
        self.assertAlmostEqual(shown.value("process_start_time_seconds"), time.time(), delta=300)
        self.assertEqual(shown.series("openclaw_build_info")[0]["version"],
                         broker.call("GET", "/health")[1]["version"])

    def test_a_rate_limit_and_workers_are_shown(self):
        broker = self.broker
        held = socket.create_connection(("127.0.0.1", broker.port))
        self.addCleanup(held.close)
        held.sendall(b"GET /jobs/next?wait=60 HTTP/1.1\r\nHost: x\r\nX-Worker-Token: worker-secret-1\r\n"
                     b"X-Worker-Id: w9\r\nX-Worker-Caps: gpu,a\r\n\r\n")
        self.until(lambda: broker.metrics().value("openclaw_claims_waiting") == 1)
        self.assertEqual(broker.metrics().value("openclaw_workers_live", caps="a,gpu"), 1)
        self.assertEqual([broker.bot("POST", "/jobs", {"command": "ping", "requires": {"caps": ["x"]}})[0]
                          for _ in range(8)].count(429), 2)
        self.assertEqual(broker.metrics().value("openclaw_creates_rejected_total", reason="rate_limit"), 2)
        self.broker.bot("POST", "/workers/w9/drain")
        self.assertEqual(broker.metrics().value("openclaw_workers_draining"), 1)

    def test_no_stranger_makes_series(self):
        before = len(self.broker.metrics().samples)
        for i in range(60):
            self.broker.call("GET", f"/nothing/{i}", {"X-Worker-Token": f"t{i}"})
            self.broker.worker("GET", "/jobs/next", X_Worker_Id=f"worker-{i}", X_Worker_Caps=f"cap-{i}")
            self.broker.bot("GET", f"/jobs/01890000-0000-7000-8000-{i:012d}")
        shown = self.broker.metrics()
        self.assertLessEqual(len(shown.samples) - before, 80)  # 21 of workers, the rest of three routes
        self.assertEqual(shown.value("openclaw_workers_live", caps="(others)"), 40)
        self.assertFalse([labels for _, labels in shown.samples for _, value in labels if "worker-1" in value])


class ReadyTest(unittest.TestCase):
    def test_a_started_broker_is_ready_without_a_token(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        status, answer = broker.call("GET", "/ready")
        self.assertEqual((status, answer["ready"]), (200, True), answer)
        self.assertEqual(set(answer["checks"]), {"store", "commits", "queue", "clock"})
        self.assertTrue(all(check == {"ok": True, "why": None} for check in answer["checks"].values()))

    def test_a_broker_without_room_for_new_jobs_says_so_until_there_is(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        job = broker.create()
        resource.prlimit(broker.process.pid, resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
        status, answer = broker.call("GET", "/ready")
        self.assertEqual((status, answer["ready"], answer["checks"]["store"]["ok"]), (503, False, False), answer)
        self.assertEqual(answer["detail"], "not ready: the store has no room for new jobs; free disk space")
        self.assertEqual(broker.bot("GET", f"/jobs/{job}")[0], 200)  # reads go on
        self.assertEqual(broker.call("GET", "/health")[0], 200)
        status, _, page = broker.exchange("GET", "/metrics", broker.bot_headers)
        self.assertEqual(Metrics(page.decode()).value("openclaw_store_takes_new_jobs"), 0)
        resource.prlimit(broker.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        self.assertEqual(broker.call("GET", "/ready")[0], 200)

    def test_a_broker_that_is_stopping_is_not_ready(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        with socket.create_connection(("127.0.0.1", broker.port), timeout=10) as link:
            link.sendall(b"GET /jobs/next?wait=30 HTTP/1.1\r\nHost: x\r\nX-Worker-Token: worker-secret-1\r\n\r\n")
            time.sleep(0.2)
            broker.process.terminate()
            self.assertIn(b'{"job":null}', read_all(link))
        with self.assertRaises(OSError):
            broker.call("GET", "/ready", timeout=5)


if __name__ == "__main__":
    unittest.main()
