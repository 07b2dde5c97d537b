#!/usr/bin/env python3
"""Whatever a model, a repository or its endpoint says of our tokens and of other people's keys, neither a result, an event,
the broker's store, the disk of the runner nor any log shows them."""
import base64
import json
import pathlib
import unittest
import urllib.parse

from broker_process import BrokerProcess
from held_model import HeldModel, tool_call
from runner_process import RunnerProcess, git, wait_until

WORKER_TOKEN = "wt+0123456789/abcdef-worker"
API_KEY = "key-of-the-model-0123456789"
GITHUB_TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
AWS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRETS = (WORKER_TOKEN, API_KEY, GITHUB_TOKEN, AWS_KEY)
OURS = (WORKER_TOKEN, API_KEY)


def base64_of(text):
    return base64.b64encode(text.encode()).decode()


# What is said of our own tokens, and of it what may not be seen: base64 of a longer text has the middle of them in it.
SAID = [form for secret in OURS for form in (base64_of(secret), base64_of("x:" + secret), urllib.parse.quote(secret, safe=""))]
HIDDEN = [*SECRETS, *(form[4:-8] for form in SAID)]
EVERYTHING = "Here: " + ", ".join([*SECRETS, *SAID]) + " and that was it."

class SecretsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = BrokerProcess(WORKER_TOKEN=WORKER_TOKEN, LOG_LEVEL="debug").start()
        cls.addClassCleanup(cls.broker.stop)
        cls.model = HeldModel()
        cls.addClassCleanup(cls.model.stop)
        cls.runner = RunnerProcess(f"http://127.0.0.1:{cls.broker.port}", WORKER_TOKEN=WORKER_TOKEN, LLM_API_KEY=API_KEY,
                                   LOG_LEVEL="debug", **cls.model.env)
        cls.addClassCleanup(cls.runner.stop)
        repo = cls.runner.root / "repos" / "sample"
        (repo / "secrets.txt").write_text("token marker\n" + EVERYTHING + "\n")
        git(repo, "add", ".")
        git(repo, "commit", "-q", "-m", "Hide " + WORKER_TOKEN)
        (repo / (API_KEY + ".txt")).write_text("named after a key, token marker\n")
        cls.runner.start()

    def ended(self, command, payload):
        """@returns what the broker tells of a job that has ended, its payload left out: that is its producer's own word"""
        job_id = self.broker.create(command=command, payload=payload if isinstance(payload, str) else json.dumps(payload))
        wait_until(lambda: self.broker.job(job_id)["status"] in ("done", "failed"), command)
        told = self.broker.job(job_id)
        del told["payload"]
        events = self.broker.bot("GET", f"/jobs/{job_id}/events?after=0")[1]["events"]
        self.assertNothingShows(json.dumps([told, events], ensure_ascii=False), command)
        return told, events

    def assertNothingShows(self, text, where):
        for secret in HIDDEN:
            self.assertNotIn(secret, text, where)
            self.assertNotIn(json.dumps(secret)[1:-1], text, where)

    def ask(self, answer, piece=7):
        self.model.answer, self.model.piece = answer, piece
        asked = len(self.model.requests)
        told, events = self.ended("llm_task", {"prompt": "tell me"})
        self.assertGreater(len(self.model.requests), asked)
        return told, events

    # -- what a model says ------------------------------------------------------------------------------------------

    def test_an_answer_is_redacted_however_it_is_cut(self):
        for piece in (1, 2, 5, 7, 16, 1000):
            told, events = self.ask(lambda request: EVERYTHING, piece)
            self.assertEqual(told["status"], "done")
            final = json.loads(told["result"])["final"]
            self.assertIn("Here: ***", final)
            self.assertIn("and that was it.", final)
            shown = "".join(event["data"].get("text", "") for event in events if event["type"] == "delta")
            self.assertNothingShows(shown, f"deltas put together, pieces of {piece}")
            self.assertIn("Here: ***", shown)

    def test_thoughts_are_redacted(self):
        self.ask(lambda request: {"reasoning_content": EVERYTHING, "content": "<think>" + EVERYTHING + "</think>ok"})

    def test_arguments_of_tool_calls_are_redacted(self):
        escaped = tool_call("repo_grep", repo="sample", query="QUERY")
        function = escaped["tool_calls"][0]["function"]
        function["arguments"] = function["arguments"].replace("QUERY", "".join(f"\\u{ord(c):04x}" for c in WORKER_TOKEN))
        for call in (tool_call("repo_grep", repo="sample", query=EVERYTHING), escaped, tool_call(WORKER_TOKEN, a=API_KEY)):
            def answer(request, call=call):
                return "ok" if request["messages"][-1]["role"] == "tool" else call
            _, events = self.ask(answer)
            self.assertLessEqual({"tool_call", "tool_result", "checkpoint"}, {event["type"] for event in events})

    def test_what_tools_found_is_redacted(self):
        calls = [tool_call("repo_grep", repo="sample", query="token marker"),
                 tool_call("repo_readfile", repo="sample", path="secrets.txt"),
                 tool_call("repo_readfile", repo="sample", path=API_KEY + ".txt"),
                 tool_call("repo_last_commit", repo="sample"), tool_call("repo_status", repo="sample")]
        for call in calls:
            def answer(request, call=call):
                last = request["messages"][-1]
                return "I found: " + last["content"] if last["role"] == "tool" else call
            _, events = self.ask(answer)
            self.assertIn("tool_result", {event["type"] for event in events})

    def test_no_model_is_told_our_tokens(self):
        def answer(request):
            last = request["messages"][-1]
            return "ok" if last["role"] == "tool" else tool_call("repo_readfile", repo="sample", path="secrets.txt")
        asked = len(self.model.requests)
        self.ask(answer)
        for headers, request in self.model.requests[asked:]:
            self.assertEqual(headers["Authorization"], "Bearer " + API_KEY)
            for secret in OURS:
                self.assertNotIn(secret, json.dumps(request, ensure_ascii=False))

    def test_errors_of_the_endpoint_are_redacted(self):
        body = json.dumps({"error": {"message": "wrong key: " + EVERYTHING, "type": WORKER_TOKEN}})
        for answer in ((401, body), (401, EVERYTHING), (400, body), (404, EVERYTHING), (500, body)):
            told, _ = self.ask(lambda request, answer=answer: answer)
            self.assertEqual(told["status"], "failed")

    # -- what commands find -----------------------------------------------------------------------------------------

    def test_results_of_commands_are_redacted(self):
        for command, payload in [
                ("ping", EVERYTHING), ("plan_echo", EVERYTHING), ("approve_echo", WORKER_TOKEN),
                ("repo_grep", {"repo": "sample", "query": "token marker"}),
                ("repo_grep", {"repo": "sample", "query": "(" + WORKER_TOKEN}),
                ("repo_readfile", {"repo": "sample", "path": "secrets.txt"}),
                ("repo_readfile", {"repo": "sample", "path": "../" + WORKER_TOKEN}),
                ("repo_readfile", {"repo": API_KEY, "path": "x"}),
                ("repo_last_commit", {"repo": "sample"}), ("repo_status", {"repo": "sample"}),
                ("llm_task", "{" + EVERYTHING)]:
            self.ended(command, payload)

    # -- what is logged and kept ------------------------------------------------------------------------------------

    def test_a_worker_named_like_a_token_is_not_logged_by_that_name(self):
        headers = {"X-Worker-Token": WORKER_TOKEN, "X-Worker-Id": WORKER_TOKEN, "X-Worker-Caps": "nobody-else"}
        job_id = self.broker.create(requires={"caps": ["nobody-else"]})
        self.assertEqual(self.broker.call("GET", "/jobs/next", headers)[1]["job"]["id"], job_id)
        self.broker.call("POST", f"/jobs/{job_id}/fail", headers, {"error": "x"})
        wait_until(lambda: any(job_id in line and "worker_id=***" in line for line in list(self.broker.log)), "a line")

    @classmethod
    def tearDownClass(cls):
        """By now every test has left its marks."""
        cls.runner.terminate()
        cls.broker.terminate()
        places = {"the broker's log": "".join(cls.broker.log), "the runner's log": "".join(cls.runner.log)}
        for path in pathlib.Path(cls.runner.state).rglob("*"):
            if path.is_file() and path.parent.name != "plans":  # a plan is its producer's own word
                places[str(path)] = path.read_bytes().decode("latin-1")
        for where, text in places.items():
            for secret in HIDDEN:
                assert secret not in text, f"{where} shows a secret"
        assert "event=job_claimed" in places["the broker's log"]
        assert "event=job_claimed" in places["the runner's log"]


if __name__ == "__main__":
    unittest.main()
