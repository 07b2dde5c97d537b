#!/usr/bin/env python3
"""Our runner does every command for a broker that knows only the base contract."""
import json
import time
import unittest

from held_model import HeldModel
from old_broker import OldBroker
from runner_process import RunnerProcess, StandInModel, wait_until

EVENTS_LINKS = 2  # the one that reports and the one that asks whether a job is still wanted each learn it for themselves


class RunnerAtAnOldBroker(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = OldBroker()
        cls.model = StandInModel()
        cls.runner = RunnerProcess(cls.broker.url, WORKER_CAPS="gpu", LLM_CAP="llm:vllm", **cls.model.env).start()

    @classmethod
    def tearDownClass(cls):
        cls.runner.stop()
        cls.model.stop()
        cls.broker.stop()

    def do(self, command, payload="", requires=None):
        if not isinstance(payload, str):
            payload = json.dumps(payload)
        job_id = self.broker.create(command, payload, requires)
        return wait_until(lambda: (job := self.broker.job(job_id))["status"] in ("done", "failed") and job, command)

    def result(self, command, payload="", requires=None):
        job = self.do(command, payload, requires)
        self.assertEqual(job["status"], "done", job)
        return job["result"]

    def error(self, command, payload=""):
        job = self.do(command, payload)
        self.assertEqual(job["status"], "failed", job)
        return job["error"]

    def data(self, command, payload=""):
        envelope = json.loads(self.result(command, payload))
        self.assertTrue(envelope["ok"])
        self.assertEqual(set(envelope), {"ok", "worker_id", "command", "repo", "truncated", "data", "error"})
        self.assertEqual((envelope["worker_id"], envelope["command"]), ("box-1", command))
        return envelope["data"]

    def test_a_ping_is_answered(self):
        self.assertEqual(self.result("ping", "hello you"), "pong: hello you")

    def test_the_capabilities_are_told(self):
        told = json.loads(self.result("capabilities"))
        self.assertEqual(told["worker_id"], "box-1")
        for name in ("ping", "repo_grep", "llm_task", "llm:vllm"):
            self.assertIn(name, told["capabilities"])
        self.assertTrue(told["version"])

    def test_caps_go_out_as_a_json_array(self):
        self.result("ping", requires=json.dumps({"caps": ["gpu", "llm:vllm", "repo_tools"]}))
        claim = next(headers for _, path, headers in self.broker.requests if path == "/jobs/next")
        self.assertEqual(json.loads(claim["X-Worker-Caps"]), ["gpu", "llm:vllm", "repo_tools"])
        self.assertEqual(claim["X-Worker-Id"], "box-1")

    def test_a_plan_is_approved_by_its_id(self):
        plan = json.loads(self.result("plan_echo", "paint the house"))
        self.assertEqual(plan["type"], "plan")
        self.assertEqual(plan["summary"], "Echo plan for: paint the house")
        approval = json.loads(self.result("approve_echo", plan["plan_id"]))
        self.assertEqual((approval["status"], approval["applied"]), ("approved", False))
        self.assertTrue((self.runner.state / "plans" / (plan["plan_id"] + ".json")).exists())
        self.assertEqual(self.error("approve_echo", "../../etc/passwd"), "unknown plan_id")

    def test_a_repository_is_read(self):
        repos = self.data("repo_list")["repos"]
        self.assertEqual([x["name"] for x in repos], ["sample"])
        status = self.data("repo_status", {"repo": "sample"})
        self.assertEqual((status["branch"], status["dirty"]), ("main", False))
        self.assertEqual(self.data("repo_last_commit", {"repo": "sample"})["subject"], "Say hello")
        matches = self.data("repo_grep", {"repo": "sample", "query": "lease_seconds"})["matches"]
        self.assertEqual(str(matches).strip(), "hello.txt:2:LEASE_SECONDS is a number")
        excerpt = self.data("repo_readfile", {"repo": "sample", "path": "hello.txt", "start": 2, "end": 2})
        self.assertEqual(excerpt["content"].strip(), "LEASE_SECONDS is a number")

    def test_failures_are_told_word_for_word(self):
        for payload, sentence in [
                ({"repo": "other"}, "repo not allowlisted"), ({}, "repo required"),
                ("{not json", "payload must be valid JSON")]:
            self.assertEqual(self.error("repo_status", payload), sentence)
        for path, sentence in [("../x", "path must be relative and not contain .."), ("", "path required"),
                               ("nothing.txt", "not a file or not found")]:
            self.assertEqual(self.error("repo_readfile", {"repo": "sample", "path": path}), sentence)

    def test_a_question_is_answered_with_tools(self):
        report = json.loads(self.result("llm_task", {"prompt": "What repos are configured on this worker?"}))
        self.assertIn("sample", report["final"])
        self.assertEqual([(x["name"], x["status"]) for x in report["tool_calls"]], [("repo_list", "ok")])
        self.assertEqual((report["worker_id"], report["model"]), ("box-1", "scripted-stand-in"))

    def test_a_task_without_prompt_fails(self):
        self.assertEqual(self.error("llm_task", "{"), "llm_task payload must be valid JSON")
        self.assertEqual(self.error("llm_task", {}), "llm_task payload must include prompt")

    def test_what_the_broker_does_not_know_is_asked_for_once(self):
        self.result("llm_task", {"prompt": "What repos are configured on this worker?"})
        self.result("llm_task", {"prompt": "What repos are configured on this worker?"})
        asked = [path.rsplit("/", 1)[1] for method, path, _ in self.broker.requests if method == "POST"]
        self.assertLessEqual(asked.count("events"), EVENTS_LINKS)


class RunnerWithoutAdditions(unittest.TestCase):
    """What the base contract lacks is asked for once, and its 404 harms no job."""

    def house(self, **broker_limits):
        """@returns an old broker, a model that holds its answers back, and a runner"""
        broker, model = OldBroker(**broker_limits), HeldModel()
        self.addCleanup(broker.stop)
        self.addCleanup(model.stop)
        runner = RunnerProcess(broker.url, **model.env).start()
        self.addCleanup(runner.stop)
        return broker, model, runner

    def job_in_the_middle(self, broker, model):
        """@returns the id of a job whose question waits at the model"""
        model.hold()
        asked = len(model.requests)
        job_id = broker.create("llm_task", json.dumps({"prompt": "hello"}))
        wait_until(lambda: len(model.requests) > asked, "a question to the model")
        return job_id

    def done(self, broker, job_id):
        return wait_until(lambda: broker.job(job_id)["status"] == "done", "a result")

    @staticmethod
    def asked(broker, verb):
        return sum(path.endswith("/" + verb) for _, path, _ in list(broker.requests))

    def test_claims_that_are_not_held_come_every_poll_interval(self):
        broker, _, _ = self.house()
        begun = time.monotonic()
        wait_until(lambda: self.asked(broker, "next") >= 4, "four claims")
        self.assertGreater(time.monotonic() - begun, 2)  # POLL_INTERVAL_SEC is 1

    def test_a_job_without_heartbeats_is_finished(self):
        broker, model, runner = self.house(lease_seconds=3)
        for _ in range(2):
            job_id = self.job_in_the_middle(broker, model)
            wait_until(lambda: self.asked(broker, "heartbeat"), "a heartbeat")
            model.let_go()
            self.done(broker, job_id)
        self.assertEqual(self.asked(broker, "heartbeat"), 1)
        self.assertIn(self.asked(broker, "events"), (1, EVENTS_LINKS))
        self.assertEqual(len(model.requests), 2)
        self.assertFalse(runner.has_logged("event=run_stopped"))

    def test_a_job_that_cannot_be_given_back_comes_back_by_its_lease(self):
        broker, model, runner = self.house(lease_seconds=1)
        job_id = self.job_in_the_middle(broker, model)
        self.assertEqual(runner.terminate(), 0)
        self.assertEqual(broker.job(job_id)["status"], "running")
        self.assertLessEqual(self.asked(broker, "release"), 1)
        model.let_go()
        runner.start()
        self.done(broker, job_id)
        self.assertEqual(self.asked(broker, "result"), 1)


class RunnerWithoutModel(unittest.TestCase):
    def test_a_question_fails_with_a_plain_sentence(self):
        broker = OldBroker()
        runner = RunnerProcess(broker.url).start()
        self.addCleanup(broker.stop)
        self.addCleanup(runner.stop)
        job_id = broker.create("llm_task", json.dumps({"prompt": "hello"}))
        wait_until(lambda: broker.job(job_id)["status"] == "failed", "a failure")
        self.assertEqual(broker.job(job_id)["error"], "LLM not configured (set LLM_BASE_URL and LLM_MODEL)")
        self.assertEqual(runner.terminate(), 0)


if __name__ == "__main__":
    unittest.main()
