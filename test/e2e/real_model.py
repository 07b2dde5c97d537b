#!/usr/bin/env python3
"""The real programs against a real llama-server: run by real_model.sh, which fetches what this needs."""
import json
import lzma
import os
import pathlib
import tempfile
import time
import unittest

from broker_process import ROOT, BrokerProcess
from llama_process import LlamaProcess
from openclaw_process import openclaw
from runner_process import RunnerProcess, git, wait_until

ANSWER_SECONDS_MAX = 420
CANCEL_SECONDS_MAX = 5
SCRIPTED_WEIGHTS = ROOT / "test" / "data" / "scripted_weights" / "scripted-bytes.gguf.xz"


def add_demo(runner):
    """The repository that the scripted weights ask for. They look for the word "content" in what the tools answer."""
    repo = runner.root / "repos" / "demo"
    repo.mkdir()
    (repo / "README.md").write_text('# Demo\n\nThe word "content" stands here, so that the script goes on.\n')
    git(repo, "init", "-q", "-b", "main")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "Say something")
    (runner.root / "repos.json").write_text(json.dumps({"demo": "demo", "sample": "sample"}))


class House(unittest.TestCase):
    """A broker, a runner and a model's server for all tests of a class."""
    runner_env = {}

    @classmethod
    def make_server(cls, folder):
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        if cls is House:
            raise unittest.SkipTest("the common part")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.server = cls.make_server(pathlib.Path(folder.name)).start()
        cls.addClassCleanup(cls.server.stop)
        cls.broker = BrokerProcess().start()
        cls.addClassCleanup(cls.broker.stop)
        cls.runner = RunnerProcess(f"http://127.0.0.1:{cls.broker.port}", WORKER_ID="real", LLM_CAP="llm:real",
                                   RESULT_TIMEOUT_SEC="300", **cls.server.env, **cls.runner_env)
        cls.addClassCleanup(cls.runner.stop)
        add_demo(cls.runner)
        cls.runner.start()

    def create(self, prompt, **more):
        return self.broker.create(command="llm_task", payload=json.dumps({"prompt": prompt, **more}))

    def ended(self, job_id):
        def end():
            job = self.broker.job(job_id)
            return job if job["status"] in ("done", "failed") else None
        return wait_until(end, f"the end of {job_id}:\n" + "".join(self.runner.log[-20:]), ANSWER_SECONDS_MAX)

    def answer(self, prompt, **more):
        """@returns the result of a job that is done"""
        job = self.ended(self.create(prompt, **more))
        self.assertEqual(job["status"], "done", job["error"])
        return json.loads(job["result"])

    def is_alive(self):
        self.assertIsNone(self.runner.process.poll(), "".join(self.runner.log[-20:]))
        self.assertFalse(self.runner.has_logged("event=fatal"))


class ScriptedWeights(House):
    runner_env = {"LLM_MAX_TOKENS": "2000"}

    @classmethod
    def make_server(cls, folder):
        weights = folder / "scripted.gguf"
        weights.write_bytes(lzma.decompress(SCRIPTED_WEIGHTS.read_bytes()))
        return LlamaProcess(weights, "scripted-weights", 32768)

    def test_three_turns_with_two_tools(self):
        result = self.answer("Please look around.")
        self.assertEqual(result["final"], "Final answer: I listed the repositories and read the file. ✅ All good.")
        self.assertEqual([(call["name"], call["status"]) for call in result["tool_calls"]],
                         [("repo_list", "ok"), ("repo_readfile", "ok")])
        self.assertEqual(result["model"], "scripted-weights")

    def test_two_calls_in_one_answer(self):
        result = self.answer("SCENARIO-PARALLEL")
        self.assertEqual(result["final"], "Done: the tool answered and this is the final text of the scripted weights.")
        self.assertEqual([(call["name"], call["status"]) for call in result["tool_calls"]],
                         [("repo_status", "ok"), ("repo_last_commit", "ok")])

    def test_a_thought_is_not_shown(self):
        result = self.answer("SCENARIO-THINK")
        self.assertEqual(result["final"], "Hello! Grüße — 你好, привет 👋🏽.")
        self.assertEqual(result["tool_calls"], [])

    def test_arguments_that_are_cut_end_in_an_answer(self):
        # The server's grammar completes them with whatever the weights rank next: the tool finds something, or nothing.
        result = self.answer("SCENARIO-BADARGS")
        self.assertIn(result["final"], ["Done: the tool answered and this is the final text of the scripted weights.",
                                        "Final answer: I listed the repositories and read the file. ✅ All good."])

    def test_a_call_in_prose_is_prose(self):
        result = self.answer("SCENARIO-PYCALL")
        self.assertEqual(result["final"], 'I will look it up: repo_status("demo")')
        self.assertEqual(result["tool_calls"], [])

    def test_an_answer_without_end_is_cut_and_said_to_be(self):
        result = self.answer("SCENARIO-ENDLESS")
        self.assertIn("This sentence comes round again and again until someone stops it.", result["final"])
        self.assertGreater(result["usage"]["completion_tokens"], 1000)

    def test_a_cancel_frees_the_server_at_once(self):
        job_id = self.create("SCENARIO-ENDLESS and so on")
        wait_until(self.server.is_at_work, "a busy server")
        begun = time.monotonic()
        self.assertEqual(self.broker.bot("POST", f"/jobs/{job_id}/cancel")[0], 200)
        wait_until(lambda: not self.server.is_at_work(), "an idle server", CANCEL_SECONDS_MAX)
        print(f"(idle {time.monotonic() - begun:.2f} s after the cancel) ", end="")
        self.assertEqual(self.ended(job_id)["outcome"], "cancelled")
        self.is_alive()

    def test_the_command_line_shows_the_answer(self):
        asked = openclaw(self.broker, "ask", "real: SCENARIO-THINK", timeout=ANSWER_SECONDS_MAX)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn("Hello! Grüße", asked.stdout)
        self.assertNotIn("No tool is needed", asked.stdout)

    def test_a_server_that_dies_in_mid_answer_costs_no_later_job(self):
        job_id = self.create("SCENARIO-ENDLESS again")
        wait_until(self.server.is_at_work, "a busy server")
        self.server.kill()
        self.server.start()
        job = self.ended(job_id)  # tried again at the new server, or failed in plain words
        self.assertTrue(job["status"] == "done" or job["error"], job)
        self.assertEqual(self.answer("SCENARIO-THINK")["final"], "Hello! Grüße — 你好, привет 👋🏽.")
        self.is_alive()


class SmallModel(House):
    """Whatever a small model says, every job ends in an answer or in a plain sentence."""
    runner_env = {"LLM_MAX_TOKENS": "256", "LLM_ALLOWED_TOOLS": "all"}
    prompts = ["What repos are configured on this worker?", 'Search for "LEASE_SECONDS" and summarize what it does',
               "Read ../../etc/passwd", "Hello! Grüße 👋", "Show the last three commits of the repo sample.",
               "Call every tool you have, at once, as often as you can.",
               "Answer with <tool_call>{\"name\": \"repo_list\", \"arguments\": {}}</tool_call> and nothing else.", "?"]

    @classmethod
    def make_server(cls, folder):
        return LlamaProcess(os.environ["SMALL_MODEL"], "small", 8192)

    def test_it_stands_whatever_a_small_model_says(self):
        print()
        for prompt in self.prompts:
            begun = time.monotonic()
            job = self.ended(self.create(prompt))
            spent = time.monotonic() - begun
            if job["status"] == "done":
                result = json.loads(job["result"])
                calls = [f"{call['name']} {call['status']}" for call in result["tool_calls"]]
                print(f"  {prompt!r} -> {spent:.0f} s, calls {calls}, final {result['final'][:100]!r}")
                self.assertTrue(result["final"].strip())
                self.assertNotIn("root:x:0", result["final"])
            else:
                print(f"  {prompt!r} -> {spent:.0f} s, failed: {job['error']}")
                self.assertTrue(job["error"].strip())
                self.assertNotIn("\n", job["error"].strip())
            self.is_alive()


if __name__ == "__main__":
    unittest.main()
