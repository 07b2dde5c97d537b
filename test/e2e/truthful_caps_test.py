#!/usr/bin/env python3
"""A runner advertises its model only while the model's endpoint answers, and serves the rest all the time."""
import json
import pathlib
import tempfile
import unittest

from broker_process import BrokerProcess
from held_model import HeldModel
from prometheus_text import Metrics
from runner_process import RunnerProcess, wait_until


class TruthfulCapsTest(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess().start()
        self.addCleanup(self.broker.stop)
        self.url = f"http://127.0.0.1:{self.broker.port}"

    def runner(self, model, **env):
        runner = RunnerProcess(self.url, LLM_CAP="llm:held", **model.env, **env)
        self.addCleanup(runner.stop)
        return runner.start()

    def worker(self):
        workers = self.broker.bot("GET", "/workers")[1]["workers"]
        return workers[0] if workers else None

    def advertises(self, *caps):
        """@returns the worker when these are its caps"""
        wanted = sorted(caps)
        return wait_until(lambda: (x := self.worker()) and x["caps"] == wanted and x, f"the caps {wanted}")

    def ended(self, job_id):
        return wait_until(lambda: (x := self.broker.job(job_id))["status"] in ("done", "failed") and x, "an end")

    def told(self):
        """@returns what the worker says it can do"""
        return json.loads(self.ended(self.broker.create(command="capabilities"))["result"])["capabilities"]

    def test_a_cap_comes_and_goes_with_the_endpoint(self):
        model = HeldModel()
        port = model.server.server_port
        model.stop()
        self.runner(model)
        worker = self.advertises("repo_tools")
        self.assertIn("llm:held withdrawn: 127.0.0.1", worker["notes"])
        self.assertIn("sample", self.ended(self.broker.create(command="repo_list"))["result"])
        self.assertNotIn("llm:held", self.told())

        job_id = self.broker.create(command="llm_task", payload=json.dumps({"prompt": "what?"}),
                                    requires={"caps": ["llm:held"]})
        back = HeldModel(port=port)
        self.addCleanup(back.stop)
        self.assertEqual(self.ended(job_id)["status"], "done")
        self.assertIsNone(self.advertises("llm:held", "repo_tools")["notes"])
        self.assertIn("llm:held", self.told())

        back.stop()
        self.assertIn("llm:held", self.advertises("repo_tools")["notes"])

    def test_figures_about_the_model_are_kept_in_a_file(self):
        model = HeldModel()
        self.addCleanup(model.stop)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = pathlib.Path(folder.name) / "model.prom"
        runner = self.runner(model, RUNNER_METRICS_FILE=str(file))
        self.ended(self.broker.create(command="llm_task", payload=json.dumps({"prompt": "what?"}),
                                      requires={"caps": ["llm:held"]}))
        self.assertEqual(runner.terminate(), 0)
        page, name = Metrics(file.read_text()), model.env["LLM_MODEL"]
        self.assertEqual(page.value("openclaw_model_up", model=name), 1)
        self.assertEqual(page.value("openclaw_model_requests_total", model=name, status="ok"), len(model.requests))
        self.assertEqual(page.value("openclaw_model_requests_total", model=name, status="timed_out"), 0)
        self.assertEqual(page.value("openclaw_model_request_seconds_count", model=name), len(model.requests))

    def test_work_goes_on_when_the_cap_is_withdrawn(self):
        model = HeldModel()
        self.addCleanup(model.stop)
        runner = self.runner(model, WORKER_SLOTS="2")
        model.hold()
        job_id = self.broker.create(command="llm_task", payload=json.dumps({"prompt": "what?"}))
        wait_until(lambda: model.requests, "a question to the model")
        model.fail_probes(503)
        self.advertises("repo_tools")
        self.assertTrue(runner.has_logged("event=endpoint_down"))
        self.assertEqual(self.broker.job(job_id)["status"], "running")
        model.let_go()
        job = self.ended(job_id)
        self.assertEqual((job["status"], job["attempt"]), ("done", 1))


class SlotsTest(unittest.TestCase):
    def test_two_slots_work_on_two_jobs_with_a_lease_each(self):
        broker = BrokerProcess(LEASE_SECONDS="2").start()
        self.addCleanup(broker.stop)
        model = HeldModel()
        self.addCleanup(model.stop)
        runner = RunnerProcess(f"http://127.0.0.1:{broker.port}", WORKER_SLOTS="2", LLM_MAX_REQUESTS="2", **model.env)
        self.addCleanup(runner.stop)
        runner.start()
        model.hold()
        jobs = [broker.create(command="llm_task", payload=json.dumps({"prompt": f"question {n}"})) for n in range(3)]
        wait_until(lambda: len(model.requests) == 2, "two questions at once")
        first = [broker.job(job_id) for job_id in jobs]
        self.assertEqual([job["status"] for job in first], ["running", "running", "queued"])
        self.assertNotEqual(first[0]["lease_id"], first[1]["lease_id"])
        wait_until(lambda: all(broker.job(x["id"])["lease_until"] > x["lease_until"] + 2 for x in first[:2]),
                   "renewals of both leases")
        model.let_go()
        for job_id in jobs:
            job = wait_until(lambda j=job_id: (x := broker.job(j))["status"] in ("done", "failed") and x, "an end")
            self.assertEqual((job["status"], job["attempt"]), ("done", 1), job)

    def test_further_jobs_wait_for_their_turn_at_the_model(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        model = HeldModel()
        self.addCleanup(model.stop)
        runner = RunnerProcess(f"http://127.0.0.1:{broker.port}", WORKER_SLOTS="3", **model.env)
        self.addCleanup(runner.stop)
        runner.start()
        model.hold()
        jobs = [broker.create(command="llm_task", payload=json.dumps({"prompt": f"question {n}"})) for n in range(3)]
        wait_until(lambda: [broker.job(x)["status"] for x in jobs] == ["running"] * 3, "three jobs at once")
        waits = lambda job_id: "another job" in json.dumps(broker.bot("GET", f"/jobs/{job_id}/events?after=0")[1])
        wait_until(lambda: sum(waits(job_id) for job_id in jobs) == 2, "word of the queue from two jobs")
        self.assertEqual(len(model.requests), 1)
        model.let_go()
        for job_id in jobs:
            wait_until(lambda j=job_id: broker.job(j)["status"] == "done", "an answer")
        self.assertEqual(model.most_at_once, 1)


if __name__ == "__main__":
    unittest.main()
