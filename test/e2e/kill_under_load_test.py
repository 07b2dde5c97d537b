#!/usr/bin/env python3
"""Kills the broker with SIGKILL ten times under load: no acknowledged job or result is lost, none is done twice, no two
leases of a job live at the same time."""
import http.client
import json
import random
import threading
import time
import unittest

from broker_process import BrokerProcess
from job_history import History

KILLS = 10
LEASE_SECONDS = 3
SEED = random.randrange(1 << 30)


class Client:
    """One keep-alive connection that opens itself again after a broken one."""

    def __init__(self, broker):
        self.broker, self.connection = broker, None

    def call(self, method, path, headers, body=None):
        """@returns (status, JSON), or None when the connection broke: nobody knows whether it happened."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.broker.port, timeout=20)
            text = None if body is None else json.dumps(body)
            self.connection.request(method, path, text, {**headers, "Content-Type": "application/json"})
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            time.sleep(0.01)
            return None


class KillUnderLoad(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess(LEASE_SECONDS=str(LEASE_SECONDS), MAX_ATTEMPTS="100")
        self.broker.start()
        self.addCleanup(self.broker.stop)
        self.history = History()
        self.producing = threading.Event()
        self.producing.set()
        self.working = threading.Event()
        self.working.set()

    def produce(self, name):
        client, number = Client(self.broker), 0
        while self.producing.is_set():
            number += 1
            payload = f"{name}-{number}"
            answer = client.call("POST", "/jobs", self.broker.bot_headers, {"command": "ping", "payload": payload})
            if answer and answer[0] == 200:
                self.history.note_created(answer[1]["id"], payload)
            time.sleep(0.005)

    def work(self, name):
        client = Client(self.broker)
        headers = {**self.broker.worker_headers, "X-Worker-Id": name}
        while self.working.is_set():
            answer = client.call("GET", "/jobs/next?wait=1", headers)
            if not answer or answer[0] != 200 or not answer[1]["job"]:
                continue
            job = answer[1]["job"]
            self.history.note_grant(time.monotonic(), job, name)
            self.finish(client, headers, job, f"{name} did {job['payload']} in attempt {job['attempt']}")

    def finish(self, client, headers, job, result):
        headers = {**headers, "X-Lease-Id": job["lease_id"]}
        for _ in range(40):
            answer = client.call("POST", f"/jobs/{job['id']}/result", headers, {"result": result})
            if answer and answer[0] in (200, 409):
                counted = answer[0] == 200 and answer[1].get("status") == "done"
                self.history.note_finish(job["id"], job["lease_id"], result, counted)
                return
            time.sleep(0.05)

    def final_jobs(self):
        client, jobs = Client(self.broker), {}
        deadline = time.monotonic() + 60
        waiting = set(self.history.created)
        while waiting and time.monotonic() < deadline:
            for job_id in list(waiting):
                answer = client.call("GET", f"/jobs/{job_id}", self.broker.bot_headers)
                if answer and answer[0] == 200:
                    jobs[job_id] = answer[1]
                    if answer[1]["status"] in ("done", "failed"):
                        waiting.discard(job_id)
                elif answer and answer[0] == 404:
                    waiting.discard(job_id)
            time.sleep(0.1)
        return jobs

    def test_ten_kills_lose_nothing(self):
        chance = random.Random(SEED)
        producers = [threading.Thread(target=self.produce, args=(f"p{i}",)) for i in range(4)]
        workers = [threading.Thread(target=self.work, args=(f"w{i}",)) for i in range(4)]
        for thread in producers + workers:
            thread.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.3, 0.9))
            self.broker.kill()
            self.broker.start()
        self.producing.clear()
        for thread in producers:
            thread.join()  # what they were just told is acknowledged too
        jobs = self.final_jobs()
        self.working.clear()
        for thread in workers:
            thread.join()
        violations = self.history.violations(jobs, LEASE_SECONDS)
        self.assertEqual(violations, [], f"seed {SEED}")
        self.assertGreater(len(self.history.created), 100, "the load was no load")


if __name__ == "__main__":
    unittest.main()
