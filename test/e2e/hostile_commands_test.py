#!/usr/bin/env python3
"""Hostile words in chat, in payloads and in a model's calls, at hostile repositories: nothing outside of a repository is
told, no program of a repository is started, nothing is changed. The whole way: command line, broker, runner, git and rg."""
import json
import tempfile
import unittest

from broker_process import BrokerProcess
from held_model import HeldModel, tool_call
from hostile_house import ODD_PATHS, PATHS, QUERIES, REPOS, SECRET, HostileHouse
from openclaw_process import openclaw
from patience import patient
from runner_process import RunnerProcess, wait_until

LEAKS = (SECRET, "root:x:0", "repositoryformatversion", "ref: refs/")
CHAT_SECONDS_MAX = patient(240)


class HostileCommandsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.house = HostileHouse(folder.name)
        cls.broker = BrokerProcess().start()
        cls.addClassCleanup(cls.broker.stop)
        cls.model = HeldModel()
        cls.addClassCleanup(cls.model.stop)
        cls.runner = RunnerProcess(f"http://127.0.0.1:{cls.broker.port}", WORKER_SLOTS="4", LLM_TOOL_LOOP_MAX_STEPS="100",
                                   RUNNER_REPOS_BASE=str(cls.house.repos),
                                   RUNNER_REPO_ALLOWLIST=str(cls.house.root / "repos.json"), **cls.model.env).start()
        cls.addClassCleanup(cls.runner.stop)
        cls.before = cls.house.seen()

    def setUp(self):
        self.assertFalse(self.house.mark.exists())

    def tearDown(self):
        self.assertFalse(self.house.mark.exists(), "a program of a repository was started")
        self.assertEqual(self.house.seen(), self.before)

    def assertNothingLeaks(self, text, where):
        for leak in LEAKS:
            self.assertNotIn(leak, text, where)

    def do(self, jobs):
        """@param jobs pairs of a command and a payload; @returns what the broker tells of them when all have ended"""
        ids = [self.broker.create(command=command, payload=json.dumps(payload)) for command, payload in jobs]
        ended = []
        for job_id, what in zip(ids, jobs):
            wait_until(lambda: self.broker.job(job_id)["status"] in ("done", "failed"), what, 60)
            job = self.broker.job(job_id)
            told = json.dumps([job["result"], job["error"], self.broker.bot("GET", f"/jobs/{job_id}/events?after=0")[1]])
            self.assertNothingLeaks(told, what)
            ended.append(job)
        return ended

    def test_lines_of_chat(self):
        house, lines = self.house, ["cat sample hello.txt", "grep sample LEASE_SECONDS", "repostat sample", "last sample"]
        lines += ["cat sample " + path for path in house.words(PATHS)]
        lines += ['grep sample "TOP|root:x|repositoryformat|refs/" ' + path for path in list(house.words(PATHS))[::3]]
        lines += [f'grep sample "{query}"' for query in house.words(QUERIES)]
        for repo in [*house.words(REPOS), "gitfile", "gitsymlink", "worktree", "alternates", "linked"]:
            lines += [f"repostat {repo}", f"last {repo}", f"cat {repo} secret.txt", f'grep {repo} "TOP"']
        lines += [f"{word} {path}" for word in ("approve", "status", "cancel", "retry") for path in PATHS[:12]]
        self.assertGreaterEqual(len(lines), 300)
        said = openclaw(self.broker, "chat", stdin="".join(line + "\n" for line in lines), timeout=CHAT_SECONDS_MAX)
        self.assertNothingLeaks(said.stdout + said.stderr, "chat")
        for right in ("LEASE_SECONDS is a number", "Begin sample", "main"):
            self.assertIn(right, said.stdout)
        listed, cursor = [], ""
        while cursor is not None:
            page = self.broker.bot("GET", "/jobs?limit=100" + (f"&cursor={cursor}" if cursor else ""))[1]
            listed, cursor = listed + page["jobs"], page.get("next_cursor")
        jobs = [job for job in listed if job["command"].startswith("repo_")]
        self.assertGreaterEqual(len(jobs), 250)
        self.assertEqual({job["status"] for job in jobs}, {"done", "failed"})
        for job in jobs:
            self.assertNothingLeaks(json.dumps(self.broker.job(job["id"])["result"]), job["id"])

    def test_payloads(self):
        paths = [*self.house.words(PATHS), *ODD_PATHS]
        jobs = [("repo_readfile", {"repo": "sample", "path": path, "start": 1, "end": 400}) for path in paths]
        jobs += [("repo_grep", {"repo": "sample", "query": "TOP|root:x|refs/", "path": path}) for path in ODD_PATHS]
        jobs += [("repo_grep", {"repo": "sample", "query": query}) for query in ODD_PATHS]
        jobs += [(command, {"repo": repo}) for repo in ODD_PATHS for command in ("repo_status", "repo_last_commit")]
        jobs += [("repo_readfile", payload) for payload in (
            {"repo": "sample", "path": ["../../outside/secret.txt"]}, {"repo": {"path": "/"}, "path": "etc/passwd"},
            {"repo": "sample", "path": "hello.txt", "start": -10**18, "end": 10**18}, ["sample", "leak"], "leak", None)]
        ended = self.do(jobs)
        self.assertGreaterEqual(len(ended), 200)
        read = [job for job in ended if job["command"] == "repo_readfile" and job["status"] == "done"]
        self.assertLess(len(read), len(paths) / 4)

    def test_calls_of_a_model(self):
        texts = [*self.house.words(PATHS), *ODD_PATHS]
        calls = [tool_call("repo_readfile", repo="sample", path=path) for path in texts]
        calls += [tool_call("repo_grep", repo="sample", query=query) for query in self.house.words(QUERIES)]
        calls += [tool_call(name, repo=repo) for repo in self.house.words(REPOS) for name in ("repo_status", "repo_last_commit")]
        calls += [tool_call(name, command=str(self.house.canary)) for name in ("run", "shell", "../canary", "repo_list;canary")]
        self.assertGreaterEqual(len(calls), 150)
        asked = len(self.model.requests)

        def answer(request):
            number = json.loads(request["messages"][1]["content"].split()[-1])
            return "ok" if request["messages"][-1]["role"] == "tool" else calls[number]
        self.model.answer = answer
        for job in self.do([("llm_task", {"prompt": f"call number {number}"}) for number in range(len(calls))]):
            self.assertIn(job["status"], ("done", "failed"))
        heard = [message["content"] for _, request in self.model.requests[asked:] for message in request["messages"][2:]]
        self.assertGreaterEqual(len(heard), len(calls))
        for text in heard:
            self.assertNothingLeaks(text or "", "what the model heard")

    def test_the_traps_are_real(self):
        """What the other tests protect from happens to a careless reader, on this machine too."""
        with tempfile.TemporaryDirectory() as folder:
            house = HostileHouse(folder)
            house.git(house.repos / "sample", "status")
            self.assertTrue(house.mark.exists())
            self.assertIn(SECRET, (house.repos / "sample" / "leak").read_text())
            self.assertIn(SECRET, house.git(house.repos / "gitfile", "log").stdout)


if __name__ == "__main__":
    unittest.main()
