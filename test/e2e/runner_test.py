#!/usr/bin/env python3
"""A broker and a runner that die at bad moments: no work is lost, none is done twice."""
import json
import time
import unittest

from broker_process import BrokerProcess
from held_model import HeldModel
from runner_process import RunnerProcess, wait_until


class RunnerTest(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess().start()
        self.addCleanup(self.broker.stop)
        self.model = HeldModel(lambda request: "the answer to " + request["messages"][-1]["content"])
        self.addCleanup(self.model.stop)
        self.runner = RunnerProcess(f"http://127.0.0.1:{self.broker.port}", **self.model.env).start()
        self.addCleanup(self.runner.stop)

    # -- steps -----------------------------------------------------------------------------------------------------

    def job_in_the_middle(self, **more):
        """@returns the id of a job that the runner works on: its model has been asked and holds its answer back"""
        self.model.hold()
        job_id = self.broker.create(command="llm_task", payload=json.dumps({"prompt": "question 1"}), **more)
        wait_until(lambda: self.model.requests, "a question to the model")
        return job_id

    def result_that_nobody_takes(self):
        """@returns the id of a job whose result lies in the runner's outbox, for its broker has been killed"""
        job_id = self.job_in_the_middle()
        self.broker.kill()
        self.model.let_go()
        wait_until(self.runner.kept, "a kept result")
        return job_id

    def events(self, job_id):
        return self.broker.bot("GET", f"/jobs/{job_id}/events?after=0")[1]["events"]

    def counts(self, job_id, kind):
        return sum(event["type"] == kind for event in self.events(job_id))

    def done(self, job_id):
        """@returns the job when it has ended well"""
        job = wait_until(lambda: (x := self.broker.job(job_id))["status"] in ("done", "failed") and x, "an end")
        self.assertEqual(job["status"], "done", job)
        self.assertIn("the answer to", job["result"])
        self.assertEqual(self.counts(job_id, "done"), 1)
        return job

    def still_works(self):
        """The next job is done as ever. By then whatever was to go wrong with the first one has."""
        asked = len(self.model.requests)
        self.done(self.broker.create(command="llm_task", payload=json.dumps({"prompt": "question 2"})))
        self.assertEqual(len(self.model.requests), asked + 1)

    # -- the broker dies ---------------------------------------------------------------------------------------------

    def test_a_result_outlives_the_death_of_the_broker(self):
        job_id = self.result_that_nobody_takes()
        self.broker.start()
        self.assertEqual(self.done(job_id)["attempt"], 1)
        self.assertEqual(self.counts(job_id, "claimed"), 1)
        wait_until(lambda: not self.runner.kept(), "an empty outbox")
        self.still_works()

    def test_a_broker_that_comes_back_in_time_notices_nothing(self):
        job_id = self.job_in_the_middle()
        self.broker.kill()
        self.broker.start()
        self.model.let_go()
        self.assertEqual(self.done(job_id)["attempt"], 1)
        self.assertEqual(self.counts(job_id, "requeued"), 0)
        self.assertEqual(self.runner.kept(), [])

    # -- the runner dies -----------------------------------------------------------------------------------------------

    def test_a_job_outlives_the_death_of_its_runner(self):
        job_id = self.job_in_the_middle()
        self.runner.kill()
        self.model.let_go()
        begun = time.monotonic()
        self.runner.start()
        self.assertEqual(self.done(job_id)["attempt"], 2)
        self.assertLess(time.monotonic() - begun, 30, "it waited for the lease, which lasts 60 s")
        self.assertEqual((self.counts(job_id, "claimed"), self.counts(job_id, "requeued")), (2, 1))
        self.still_works()

    def test_a_runner_that_is_told_to_end_gives_its_job_back(self):
        job_id = self.job_in_the_middle(max_attempts=1)
        begun = time.monotonic()
        self.assertEqual(self.runner.terminate(), 0)
        self.assertLess(time.monotonic() - begun, 10)
        job = self.broker.job(job_id)
        self.assertEqual((job["status"], job["worker_id"]), ("queued", None))
        self.model.let_go()
        self.runner.start()
        self.done(job_id)  # its only attempt was not spent

    # -- both die ------------------------------------------------------------------------------------------------------

    def delivered_and_not_redone(self, job_id):
        self.assertEqual(self.done(job_id)["attempt"], 1)
        self.assertEqual(self.counts(job_id, "claimed"), 1)
        self.assertEqual(len(self.model.requests), 1)
        wait_until(lambda: not self.runner.kept(), "an empty outbox")
        self.still_works()

    def test_a_kept_result_is_delivered_by_the_next_runner(self):
        job_id = self.result_that_nobody_takes()
        self.runner.kill()
        self.broker.start()
        self.assertEqual(self.broker.job(job_id)["status"], "running")
        self.runner.start()
        self.delivered_and_not_redone(job_id)

    def test_a_kept_result_is_delivered_by_a_runner_that_was_there_first(self):
        job_id = self.result_that_nobody_takes()
        self.runner.kill()
        self.runner.start()
        wait_until(lambda: sum("event=report_delayed" in line for line in list(self.runner.log)) >= 3, "failed tries")
        self.broker.start()
        self.delivered_and_not_redone(job_id)

    def test_a_kept_result_counts_although_its_lease_has_run_out(self):
        self.broker.stop()
        self.runner.stop()
        self.broker = BrokerProcess(LEASE_SECONDS="1").start()
        self.addCleanup(self.broker.stop)
        self.runner = RunnerProcess(f"http://127.0.0.1:{self.broker.port}", **self.model.env).start()
        self.addCleanup(self.runner.stop)
        job_id = self.result_that_nobody_takes()
        self.runner.kill()
        self.broker.start()
        wait_until(lambda: self.broker.job(job_id)["status"] == "queued", "the end of the lease")
        self.runner.start()
        self.delivered_and_not_redone(job_id)


if __name__ == "__main__":
    unittest.main()
