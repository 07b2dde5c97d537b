#!/usr/bin/env python3
"""A broker whose files may not grow any more: new jobs are answered 503 with a reason, jobs that are there are read, kept
and finished, and it goes on by itself when there is room."""
import json
import os
import resource
import stat
import unittest

from broker_process import BrokerProcess

LIMIT_BYTES = 18 << 20  # above the files of the journal, which have their size from the start
PAYLOAD = "p" * 250_000
JOBS_MAX = 1_000


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess()
        self.addCleanup(self.broker.stop)

    def limit_files(self, most):
        resource.prlimit(self.broker.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def create(self):
        body = {"command": "ping", "payload": PAYLOAD}
        status, headers, content = self.broker.exchange("POST", "/jobs", self.broker.bot_headers, body)
        return status, headers, json.loads(content)

    def test_a_broker_without_room_answers_503_and_finishes_what_it_has(self):
        broker = self.broker.start()
        self.limit_files(LIMIT_BYTES)
        ids = []
        while (answer := self.create())[0] == 200 and len(ids) < JOBS_MAX:
            ids.append(answer[2]["id"])
        status, headers, said = answer
        self.assertEqual((status, said), (503, {"detail": "the broker's store is full"}))
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertGreater(len(ids), 5)
        for number, job_id in enumerate(ids[:10]):
            job = broker.claim(X_Worker_Id="w1")
            self.assertEqual((job["id"], job["payload"]), (job_id, PAYLOAD))
            lease = {"X_Lease_Id": job["lease_id"]}
            self.assertEqual(broker.worker("POST", f"/jobs/{job_id}/heartbeat", **lease)[0], 200)
            self.assertEqual(broker.worker("POST", f"/jobs/{job_id}/events",
                                           {"type": "checkpoint", "data": {"step": number}}, **lease)[0], 200)
            self.assertEqual(broker.worker("POST", f"/jobs/{job_id}/result", {"result": "r" * 1_000}, **lease),
                             (200, {"ok": True, "status": "done"}))
            self.assertEqual(self.create()[0], 503)
        self.assertEqual(broker.bot("GET", "/jobs?limit=500")[1]["jobs"][0]["id"], ids[-1])
        self.limit_files(resource.RLIM_INFINITY)
        self.assertEqual(self.create()[0], 200)
        broker.kill()
        broker.start()
        self.assertEqual([broker.job(job_id)["status"] for job_id in ids],
                         ["done"] * 10 + ["queued"] * (len(ids) - 10))

    def test_all_that_it_writes_is_its_owners_alone(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.broker.start()
        store = self.broker.folder.name + "/db"
        self.assertEqual(stat.S_IMODE(os.stat(store).st_mode), 0o700)
        files = [f"{store}/{name}" for name in os.listdir(store)]
        self.assertGreater(len(files), 5)
        for path in files:
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600, path)


if __name__ == "__main__":
    unittest.main()
