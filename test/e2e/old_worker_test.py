#!/usr/bin/env python3
"""A runner and a bot of the base contract, as they were written years ago in Python, work at our broker unchanged."""
import json
import threading
import time
import unittest
import urllib.error
import urllib.request

from broker_process import BrokerProcess
from patience import patient

DEADLINE_SECONDS = patient(30)


def http_json(method, url, headers, body=None):
    """@returns (status, JSON)"""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json", **headers}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=patient(15)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


class OldBot:
    """Creates a job and looks at it until it has ended. It knows no events, no waiting and no added key."""

    def __init__(self, broker):
        self.url, self.headers = f"http://127.0.0.1:{broker.port}", broker.bot_headers

    def create(self, command, payload="", requires=None):
        body = {"command": command, "payload": payload}
        if requires is not None:
            body["requires"] = requires
        status, answer = http_json("POST", self.url + "/jobs", self.headers, body)
        assert status == 200 and answer["status"] == "queued", answer
        return answer["id"]

    def look(self, job_id):
        status, job = http_json("GET", f"{self.url}/jobs/{job_id}", self.headers)
        assert status == 200, job
        return job

    def until(self, job_id, *wanted):
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end:
            if (job := self.look(job_id))["status"] in wanted:
                return job
            time.sleep(0.02)
        raise AssertionError(f"not {wanted} within {DEADLINE_SECONDS} s: {job}")

    def wait(self, job_id):
        return self.until(job_id, "done", "failed")


class OldWorker:
    """Claims, works, reports, over and over, without a lease id, a boot id, a heartbeat or a long poll.
    @param caps as the header says it; None sends none"""

    def __init__(self, broker, name, caps=None):
        self.url = f"http://127.0.0.1:{broker.port}"
        self.headers = {**broker.worker_headers, "X-Worker-Id": name}
        if caps is not None:
            self.headers["X-Worker-Caps"] = caps
        self.name, self.did, self.answers = name, [], []
        self.ending = threading.Event()
        self.thread = None

    def claim(self):
        status, answer = http_json("GET", self.url + "/jobs/next", self.headers)
        assert status == 200, answer
        return answer["job"]

    def report(self, job, verb, body):
        return http_json("POST", f"{self.url}/jobs/{job['id']}/{verb}", self.headers, body)

    def work(self, job):
        if job["command"] == "ping":
            return self.report(job, "result", {"result": "pong: " + job["payload"]})
        return self.report(job, "fail", {"error": "unknown command: " + job["command"]})

    def run(self):
        while not self.ending.is_set():
            job = self.claim()
            if job is None:
                self.ending.wait(0.02)
                continue
            self.did.append(job["id"])
            self.answers.append(self.work(job))

    def start(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def stop(self):
        self.ending.set()
        self.thread.join(20)


class OldWorkerTest(unittest.TestCase):
    def house(self, **env):
        """@returns a broker of its own and a bot"""
        broker = BrokerProcess(**env).start()
        self.addCleanup(broker.stop)
        return broker, OldBot(broker)

    def worker(self, broker, name, caps=None):
        worker = OldWorker(broker, name, caps).start()
        self.addCleanup(worker.stop)
        return worker

    def test_a_ping_goes_there_and_back(self):
        broker, bot = self.house()
        worker = self.worker(broker, "old-1")
        job = bot.wait(bot.create("ping", "hello ü"))
        self.assertEqual((job["status"], job["result"], job["error"]), ("done", "pong: hello ü", None))
        self.assertEqual((job["worker_id"], job["lease_until"]), ("old-1", None))
        worker.stop()  # the job may be seen as done before its worker has read the answer
        self.assertEqual(worker.answers, [(200, {"ok": True, "status": "done"})])

    def test_a_claim_without_wait_is_answered_at_once(self):
        broker, _ = self.house()
        begun = time.monotonic()
        self.assertIsNone(OldWorker(broker, "old-1").claim())
        self.assertLess(time.monotonic() - begun, 5)

    def test_a_failure_is_told(self):
        broker, bot = self.house()
        self.worker(broker, "old-1")
        job = bot.wait(bot.create("plan_echo", "x"))
        self.assertEqual((job["status"], job["result"]), ("failed", None))
        self.assertEqual(job["error"], "unknown command: plan_echo")

    def test_jobs_go_where_their_caps_are(self):
        broker, bot = self.house()
        wanted = {bot.create("ping", cap, {"caps": [cap]}): cap for cap in ("llm:vllm", "llm:jetson") for _ in range(5)}
        text = bot.create("ping", "text", '{"caps": ["llm:vllm", "repo_tools"]}')
        nobodys = bot.create("ping", "nobody", {"caps": ["llm:vllm", "absent"]})
        vllm = self.worker(broker, "old-vllm", '["llm:vllm", "repo_tools"]')
        jetson = self.worker(broker, "old-jetson", " llm:jetson , repo_tools,")
        for job_id, cap in wanted.items():
            self.assertEqual(bot.wait(job_id)["worker_id"], "old-" + cap[4:])
        self.assertEqual(bot.wait(text)["worker_id"], "old-vllm")
        self.assertEqual(bot.look(nobodys)["status"], "queued")
        self.assertEqual(len(vllm.did + jetson.did), 11)

    def test_two_old_workers_share_the_queue_and_no_job_is_done_twice(self):
        broker, bot = self.house()
        jobs = [bot.create("ping", str(number)) for number in range(40)]
        workers = [self.worker(broker, f"old-{number}") for number in range(2)]
        for number, job_id in enumerate(jobs):
            self.assertEqual(bot.wait(job_id)["result"], f"pong: {number}")
        self.assertEqual(sorted(workers[0].did + workers[1].did), sorted(jobs))

    def test_the_job_of_a_worker_that_went_away_is_done_by_another(self):
        broker, bot = self.house(LEASE_SECONDS="1")
        job_id = bot.create("ping", "again")
        gone = OldWorker(broker, "old-gone").claim()
        self.assertEqual((gone["id"], gone["status"], gone["worker_id"]), (job_id, "running", "old-gone"))
        queued = bot.until(job_id, "queued")
        for key in ("started_at", "lease_until", "finished_at", "result", "error", "worker_id"):
            self.assertIsNone(queued[key], key)
        self.worker(broker, "old-heir")
        job = bot.wait(job_id)
        self.assertEqual((job["result"], job["worker_id"]), ("pong: again", "old-heir"))

    def test_a_slow_worker_cannot_end_the_job_of_another(self):
        broker, bot = self.house(LEASE_SECONDS="3")
        job_id = bot.create("ping", "slow")
        slow, heir = OldWorker(broker, "old-slow"), OldWorker(broker, "old-heir")
        first = slow.claim()
        bot.until(job_id, "queued")
        second = heir.claim()
        self.assertEqual(slow.work(first), (409, {"detail": "lease lost"}))
        self.assertEqual(bot.look(job_id)["status"], "running")
        self.assertEqual(heir.work(second), (200, {"ok": True, "status": "done"}))
        self.assertEqual(bot.look(job_id)["worker_id"], "old-heir")

    def test_saying_it_twice_changes_nothing(self):
        broker, bot = self.house()
        worker = OldWorker(broker, "old-1")
        job_id = bot.create("ping", "once")
        job = worker.claim()
        self.assertEqual(worker.work(job), (200, {"ok": True, "status": "done"}))
        self.assertEqual(worker.work(job), (200, {"ok": True, "status": "done"}))
        note = {"ok": True, "status": "done", "note": "already done; fail ignored"}
        self.assertEqual(worker.report(job, "fail", {"error": "late"}), (200, note))
        self.assertEqual(bot.look(job_id)["result"], "pong: once")

    def test_a_worker_without_a_name_works_too(self):
        broker, bot = self.house()
        worker = OldWorker(broker, "")
        job_id = bot.create("ping", "nameless")
        self.assertEqual(worker.work(worker.claim()), (200, {"ok": True, "status": "done"}))
        job = bot.wait(job_id)
        self.assertEqual((job["result"], job["worker_id"]), ("pong: nameless", None))

    def test_an_old_worker_and_a_new_one_share_a_queue(self):
        broker, bot = self.house()
        jobs = [bot.create("ping", str(number)) for number in range(10)]
        job = broker.claim(wait=5, X_Worker_Id="new", X_Worker_Boot_Id="boot-1")
        self.worker(broker, "old-1")
        for job_id in set(jobs) - {job["id"]}:
            self.assertEqual(bot.wait(job_id)["worker_id"], "old-1")
        self.assertEqual(OldWorker(broker, "old-2").work(job)[0], 409)
        done = broker.worker("POST", f"/jobs/{job['id']}/result", {"result": "new"}, X_Lease_Id=job["lease_id"])
        self.assertEqual(done[0], 200)


if __name__ == "__main__":
    unittest.main()
