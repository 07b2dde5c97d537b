#!/usr/bin/env python3
"""Ended jobs leave the real broker where RETENTION_ variables say so: whole, told, and whatever kills it meanwhile."""
import json
import pathlib
import re
import unittest

from broker_process import BrokerProcess
from openclaw_process import openclaw, wait_for
from patience import patient
from prometheus_text import Metrics

PRUNES = {"RETENTION_DRY_RUN": "0", "RETENTION_EVERY_SECONDS": "1"}
SECONDS_MAX = patient(60)


class Retention(unittest.TestCase):
    def broker(self, **env):
        broker = BrokerProcess(**env)
        self.addCleanup(broker.stop)
        return broker.start()

    def finish_jobs(self, broker, count, **more):
        """@returns the ids"""
        ids = []
        for n in range(count):
            ids.append(broker.create(payload=f"payload {n}", **more))
            job = broker.claim()
            status, answer = broker.worker("POST", f"/jobs/{job['id']}/result", {"result": "r" * 1000})
            self.assertEqual((status, answer["status"]), (200, "done"))
        return ids

    def wait_until_gone(self, broker, ids):
        wait_for(lambda: all(broker.bot("GET", f"/jobs/{x}")[0] == 404 for x in ids), broker.process, SECONDS_MAX)

    def lines(self, broker, event):
        return [line for line in broker.log if f"event={event} " in line]

    def verify(self, broker, folder):
        answer = openclaw(broker, "--json", "verify", str(folder), timeout=SECONDS_MAX)
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
        return json.loads(answer.stdout)["counts"]

    def test_the_oldest_of_too_many_ended_jobs_go_and_the_store_and_its_backup_stay_whole(self):
        broker = self.broker(RETENTION_MAX_JOBS="3", **PRUNES)
        waiting = broker.create(requires={"caps": ["nobody"]})
        ids = self.finish_jobs(broker, 8)
        self.wait_until_gone(broker, ids[:5])
        for path in ("", "/events", "/explain"):
            self.assertEqual(broker.bot("GET", f"/jobs/{ids[0]}{path}"), (404, {"detail": "job not found"}))
        self.assertEqual(broker.bot("POST", f"/jobs/{ids[0]}/retry"), (404, {"detail": "job not found"}))
        self.assertEqual(broker.worker("POST", f"/jobs/{ids[0]}/result", {"result": "late"})[0], 404)
        status, _, _ = broker.exchange("GET", f"/jobs/{ids[0]}/events",
                                       {**broker.bot_headers, "Accept": "text/event-stream", "Last-Event-ID": "2"})
        self.assertEqual(status, 404)
        listed = [job["id"] for job in broker.bot("GET", "/jobs")[1]["jobs"]]
        self.assertEqual(listed, [*reversed(ids[5:]), waiting])
        self.assertEqual([broker.job(x)["result"] for x in ids[5:]], ["r" * 1000] * 3)
        wait_for(lambda: len(self.lines(broker, "job_pruned")) >= 5, broker.process, SECONDS_MAX)
        page = Metrics(broker.exchange("GET", "/metrics", broker.bot_headers)[2].decode())
        self.assertEqual([page.value("openclaw_jobs_pruned_total", reason=x) for x in ("age", "count", "size")],
                         [0, 5, 0])
        told = sorted(re.search(r"job_id=(\S+) reason=count", line)[1] for line in self.lines(broker, "job_pruned"))
        self.assertEqual(told, sorted(ids[:5]))
        place = pathlib.Path(broker.folder.name)
        counts = self.verify(broker, place / "db")
        self.assertEqual((counts["jobs"], counts["problems"]), (4, 0))
        self.assertEqual(openclaw(broker, "backup", str(place / "backup"), "--db", str(place / "db")).returncode, 0)
        self.assertEqual(self.verify(broker, place / "backup")["jobs"], 4)
        self.assertEqual(broker.terminate(), 0)
        broker.start()
        self.assertEqual(len(broker.bot("GET", "/jobs")[1]["jobs"]), 4)

    def test_ended_jobs_go_when_they_are_too_old_and_a_key_keeps_its_job_for_a_day(self):
        broker = self.broker(RETENTION_MAX_AGE_SECONDS="1", **PRUNES)
        body = {"command": "ping", "payload": "keyed"}
        key = {"Idempotency-Key": "k"}
        keyed = broker.bot("POST", "/jobs", body, **key)[1]["id"]
        broker.claim()
        broker.worker("POST", f"/jobs/{keyed}/result", {"result": "kept"})
        ids = self.finish_jobs(broker, 2)
        self.wait_until_gone(broker, ids)
        again = broker.bot("POST", "/jobs", body, **key)
        self.assertEqual((again[0], again[1]["id"], again[1]["status"]), (200, keyed, "done"))
        self.assertTrue(all("reason=age" in line for line in self.lines(broker, "job_pruned")))
        wait_for(lambda: any("kept=1" in line for line in self.lines(broker, "retention_round")), broker.process,
                 SECONDS_MAX)

    def test_ended_jobs_go_until_the_rest_fits(self):
        broker = self.broker()
        ids = self.finish_jobs(broker, 60, tags={"size": "s" * 3000})
        broker.terminate()
        broker.env.update(RETENTION_MAX_BYTES="200000", **PRUNES)
        broker.start()
        self.wait_until_gone(broker, ids[:10])
        self.assertTrue(all("reason=size" in line for line in self.lines(broker, "job_pruned")))
        wait_for(lambda: self.lines(broker, "retention_round"), broker.process, SECONDS_MAX)
        self.assertEqual(broker.job(ids[-1])["status"], "done")

    def test_with_limits_alone_what_would_go_is_only_told(self):
        broker = self.broker(RETENTION_MAX_JOBS="1", RETENTION_EVERY_SECONDS="1")
        wait_for(lambda: any("jobs_max=1 dry_run=true" in line for line in self.lines(broker, "retention_on")),
                 broker.process, SECONDS_MAX)
        ids = self.finish_jobs(broker, 4)
        wait_for(lambda: any("would_be_pruned=3" in line for line in self.lines(broker, "retention_round")),
                 broker.process, SECONDS_MAX)
        page = Metrics(broker.exchange("GET", "/metrics", broker.bot_headers)[2].decode())
        self.assertEqual(page.value("openclaw_jobs_pruned_total", reason="count"), 0)
        told = [re.search(r"job_id=(\S+)", line)[1] for line in self.lines(broker, "job_would_be_pruned")]
        self.assertEqual(sorted(told), sorted(ids[:3]))
        self.assertEqual([broker.job(x)["status"] for x in ids], ["done"] * 4)

    def test_a_broker_without_limits_says_nothing_of_it(self):
        self.assertEqual(self.lines(self.broker(), "retention_on"), [])

    def test_a_broker_killed_while_it_prunes_has_each_job_whole_or_not_at_all(self):
        broker = self.broker()
        ids = self.finish_jobs(broker, 400)
        broker.terminate()
        broker.env.update(RETENTION_MAX_JOBS="5", **PRUNES)
        for _ in range(2):
            before = len(self.lines(broker, "job_pruned"))
            broker.start()
            ids += self.finish_jobs(broker, 10)  # so that there is something to prune each time
            wait_for(lambda n=before: len(self.lines(broker, "job_pruned")) > n, broker.process, SECONDS_MAX)
            broker.kill()
            told = {re.search(r"job_id=(\S+)", line)[1] for line in self.lines(broker, "job_pruned")}
            counts = self.verify(broker, pathlib.Path(broker.folder.name) / "db")
            self.assertEqual(counts["problems"], 0)
            self.assertLessEqual(counts["jobs"], len(ids) - len(told))
            self.assertGreaterEqual(counts["jobs"], 5)
        broker.start()
        self.wait_until_gone(broker, ids[:-5])
        self.assertEqual([broker.job(x)["result"] for x in ids[-5:]], ["r" * 1000] * 5)
        self.finish_jobs(broker, 1)


if __name__ == "__main__":
    unittest.main()
