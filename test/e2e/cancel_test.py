#!/usr/bin/env python3
"""A cancel from wherever it comes ends the question to the model and the program that a tool runs, long before the next
renewal of the lease (which is 20 s away) would tell of it."""
import json
import os
import pathlib
import shutil
import time
import unittest

from broker_process import BIN, BrokerProcess
from held_model import HeldModel, tool_call
from runner_process import RunnerProcess, wait_until

SOON_SECONDS = 10  # it takes half of one; the machine may be busy


def programs_at(path):
    """@returns the ids of the processes that run this program"""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "exe") == str(path):
                found.append(int(entry.name))
        except OSError:
            pass  # it has ended, or is not ours
    return found


class CancelTest(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess().start()
        self.addCleanup(self.broker.stop)
        self.model = HeldModel(lambda request: tool_call("repo_grep", repo="sample", query="word"))
        self.addCleanup(self.model.stop)

    def runner(self, **env):
        runner = RunnerProcess(f"http://127.0.0.1:{self.broker.port}", **self.model.env, **env)
        self.addCleanup(runner.stop)
        folder = runner.root / "bin"
        folder.mkdir()
        self.sleeper = folder / "rg"
        shutil.copy(BIN / "sleeping-program", self.sleeper)
        runner.env["PATH"] = f"{folder}:{runner.env['PATH']}"
        return runner.start()

    def create(self, **more):
        return self.broker.create(command="llm_task", payload=json.dumps({"prompt": "where is it?"}), **more)

    def asks_the_model(self, **more):
        """@returns the id of a job whose question to the model is not answered"""
        self.model.hold()
        job_id = self.create(**more)
        wait_until(lambda: self.model.requests, "a question to the model")
        return job_id

    def runs_a_program(self, **more):
        """@returns the id of a job whose tool call runs a program that does not end"""
        job_id = self.create(**more)
        wait_until(lambda: programs_at(self.sleeper), "a running program")
        return job_id

    def soon(self, question, what):
        begun = time.monotonic()
        wait_until(question, what)
        self.assertLess(time.monotonic() - begun, SOON_SECONDS, what)

    def cancel(self, job_id):
        self.assertEqual(self.broker.bot("POST", f"/jobs/{job_id}/cancel")[0], 200)

    def state(self, job_id):
        job = self.broker.job(job_id)
        return job["status"], job["outcome"]

    def test_a_person_ends_a_question_to_the_model(self):
        self.runner()
        job_id = self.asks_the_model()
        self.cancel(job_id)
        self.soon(lambda: self.model.left == 1, "the end of the question")
        self.assertEqual(self.state(job_id), ("failed", "cancelled"))

    def test_a_person_ends_a_program(self):
        self.runner()
        job_id = self.runs_a_program()
        self.cancel(job_id)
        self.soon(lambda: not programs_at(self.sleeper), "the end of the program")

    def test_a_lost_lease_ends_a_question_and_reports_nothing(self):
        self.runner()
        job_id = self.asks_the_model()
        lease = self.broker.job(job_id)["lease_id"]
        self.broker.worker("POST", f"/jobs/{job_id}/release", {}, X_Lease_Id=lease)
        self.soon(lambda: self.model.left == 1, "the end of the question")
        wait_until(lambda: len(self.model.requests) == 2, "the next attempt")
        self.assertEqual(self.broker.job(job_id)["status"], "running")

    def test_a_lost_lease_ends_a_program(self):
        self.runner()
        job_id = self.runs_a_program()
        first = programs_at(self.sleeper)
        lease = self.broker.job(job_id)["lease_id"]
        self.broker.worker("POST", f"/jobs/{job_id}/release", {}, X_Lease_Id=lease)
        self.soon(lambda: not set(first) & set(programs_at(self.sleeper)), "the end of the program")

    def test_the_deadline_ends_a_program(self):
        self.runner(RESULT_TIMEOUT_SEC="4", RUNNER_CMD_TIMEOUT_SECONDS="60")
        job_id = self.runs_a_program()
        self.soon(lambda: not programs_at(self.sleeper), "the end of the program")
        wait_until(lambda: self.broker.job(job_id)["status"] in ("done", "failed"), "an end")

    def test_a_signal_ends_both_and_spends_no_attempt(self):
        runner = self.runner(WORKER_SLOTS="2")
        asking = self.asks_the_model(max_attempts=1)
        searching = self.broker.create(command="repo_grep", payload=json.dumps({"repo": "sample", "query": "word"}),
                                       max_attempts=1)
        wait_until(lambda: programs_at(self.sleeper), "a running program")
        self.assertEqual(runner.terminate(), 0)
        self.assertEqual(programs_at(self.sleeper), [])
        self.soon(lambda: self.model.left == 1, "the end of the question")
        for job_id in (asking, searching):
            job = self.broker.job(job_id)
            self.assertEqual((job["status"], job["worker_id"]), ("queued", None))


if __name__ == "__main__":
    unittest.main()
