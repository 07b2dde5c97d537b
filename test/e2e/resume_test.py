#!/usr/bin/env python3
"""A runner is killed in step 4 of 6: another one, with another model, goes on from there."""
import json
import os
import time
import unittest

from broker_process import BrokerProcess
from held_model import HeldModel, tool_call
from runner_process import RunnerProcess, wait_until

STEPS = 6
ROUNDS = int(os.environ.get("RESUME_ROUNDS", "3"))


def next_step(request):
    """Looks for something new in each step, then answers."""
    taken = sum(message["role"] == "assistant" and bool(message.get("tool_calls")) for message in request["messages"])
    if taken == STEPS or not request.get("tools"):
        return f"found after {taken} steps"
    return tool_call("repo_grep", repo="sample", query=f"word {taken + 1}")


class ResumeTest(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess(LEASE_SECONDS="2").start()
        self.addCleanup(self.broker.stop)

    def model(self):
        model = HeldModel(next_step)
        self.addCleanup(model.stop)
        return model

    def runner(self, name, model, model_name):
        env = {**model.env, "LLM_MODEL": model_name}
        runner = RunnerProcess(f"http://127.0.0.1:{self.broker.port}", WORKER_ID=name, LLM_TOOL_LOOP_MAX_STEPS="7", **env)
        self.addCleanup(runner.stop)
        return runner.start()

    def events(self, job_id, kind):
        events = self.broker.bot("GET", f"/jobs/{job_id}/events?after=0&limit=1000")[1]["events"]
        return [event for event in events if event["type"] == kind]

    def in_step_four(self, model):
        """The model has been asked for its fourth step, and what the first three found is with the broker: it goes out
        before the news."""
        model.hold_from(4)
        job_id = self.broker.create(command="llm_task", payload=json.dumps({"prompt": "where are the words?"}))
        wait_until(lambda: len(model.requests) == 4, "the question for step 4")
        wait_until(lambda: any(x["data"].get("why") == "step 4" for x in self.events(job_id, "status")), "news of step 4")
        return job_id

    def done(self, job_id):
        job = wait_until(lambda: (x := self.broker.job(job_id))["status"] in ("done", "failed") and x, "an end")
        self.assertEqual(job["status"], "done", job)
        return json.loads(job["result"])

    def test_another_worker_with_another_model_goes_on_after_a_kill(self):
        first, second = self.model(), self.model()
        begun = self.runner("box-1", first, "tiny")
        job_id = self.in_step_four(first)
        begun.kill()
        other = self.runner("box-2", second, "huge")
        result = self.done(job_id)

        self.assertEqual(result["final"], "found after 6 steps")
        self.assertEqual(len(second.requests), 4)  # steps 4, 5, 6 and the answer
        self.assertEqual([call["args"]["query"] for call in result["tool_calls"]],
                         [f"word {n + 1}" for n in range(STEPS)])
        called = [event["data"]["args"]["query"] for event in self.events(job_id, "tool_call")]
        self.assertEqual(sorted(called), sorted(set(called)), "a call was made again")
        self.assertFalse(any("event=tool_called" in line and " step=3 " in line for line in other.log))
        self.assertEqual(result["workers"], [{"worker_id": "box-1", "model": "tiny", "steps": 3},
                                             {"worker_id": "box-2", "model": "huge", "steps": 3}])
        self.assertEqual((result["worker_id"], result["model"]), ("box-2", "huge"))

    def killed_at_once(self, number):
        """The runner dies the moment the question of its fourth step arrives: nothing but that step may be lost."""
        first, second = self.model(), self.model()
        begun = self.runner(f"first-{number}", first, "tiny")
        first.hold_from(4)
        job_id = self.broker.create(command="llm_task", payload=json.dumps({"prompt": "where are the words?"}))
        end = time.monotonic() + 60
        while len(first.requests) < 4 and time.monotonic() < end:
            time.sleep(0.0005)
        begun.kill()
        other = self.runner(f"second-{number}", second, "huge")
        result = self.done(job_id)
        other.stop()
        self.assertEqual(result["workers"], [{"worker_id": f"first-{number}", "model": "tiny", "steps": 3},
                                             {"worker_id": f"second-{number}", "model": "huge", "steps": 3}])
        self.assertEqual([call["args"]["query"] for call in result["tool_calls"]],
                         [f"word {n + 1}" for n in range(STEPS)])
        self.assertEqual(sum("event=tool_called" in line for line in other.log), 3, "a call was made again")

    def test_a_kill_at_any_moment_of_a_step_loses_that_step_alone(self):
        for number in range(ROUNDS):
            with self.subTest(number):
                self.killed_at_once(number)

    def test_a_worker_that_comes_back_goes_on_as_itself(self):
        model = self.model()
        runner = self.runner("box-1", model, "tiny")
        job_id = self.in_step_four(model)
        runner.kill()
        model.let_go()
        runner.start()
        result = self.done(job_id)
        self.assertEqual(result["workers"], [{"worker_id": "box-1", "model": "tiny", "steps": 6}])
        self.assertEqual(len(model.requests), 8)  # step 4 was asked for twice


if __name__ == "__main__":
    unittest.main()
