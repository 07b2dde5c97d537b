#!/usr/bin/env python3
"""`openclaw trace` tells the whole life of a job across broker, runners and logs, also to trace viewers."""
import json
import pathlib
import re
import tempfile
import unittest

from broker_process import BrokerProcess
from openclaw_process import House, openclaw

LEASE_SECONDS = 2


class TraceTest(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess(LEASE_SECONDS=str(LEASE_SECONDS)).start()
        self.addCleanup(self.broker.stop)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def trace(self, job, *words, code=0):
        done = openclaw(self.broker, "trace", job, *words)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def a_job_that_was_lost_once(self):
        job = self.broker.create(payload="bot-secret-1", requester="so\x1b[2J")
        self.assertEqual(self.broker.claim(X_Worker_Id="mortal")["id"], job)
        again = self.broker.claim(wait=30, X_Worker_Id="steady")  # the lease of the first runs out meanwhile
        headers = {"X_Worker_Id": "steady", "X_Lease_Id": again["lease_id"]}
        grep = {"id": "a", "name": "repo_grep", "args": {"query": "bot-secret-1"}, "step": 1}
        events = [{"type": "status", "data": {"status": "asking_model", "why": "step 1"}},
                  {"type": "tool_call", "data": grep},
                  {"type": "tool_result", "data": {"id": "a", "name": "repo_grep", "status": "ok", "ms": 17}}]
        self.broker.worker("POST", f"/jobs/{job}/events", events, **headers)
        self.broker.worker("POST", f"/jobs/{job}/result", {"result": "pong"}, **headers)
        return job

    def test_a_lost_lease_and_a_second_attempt_are_told(self):
        job = self.a_job_that_was_lost_once()
        text = self.trace(job)
        for line in (r"broker +created\n", r"\d\.\d{3}  broker  waits for a worker\n",
                     r"\d\.\d{3}  mortal  attempt 1: requeued: \w+\n", r"steady  attempt 2: done\n",
                     r"steady    model: step 1\n", r" 0\.017  steady    tool repo_grep {\"query\":\"\*\*\*\"}: ok\n",
                     r"broker  done\n"):
            self.assertRegex(text, line)
        self.assertNotIn("bot-secret-1", text)
        self.assertNotIn("\x1b", text)

    def test_a_script_gets_json(self):
        job = self.a_job_that_was_lost_once()
        told = json.loads(self.trace(job, "--json"))
        attempts = [x for x in told["entries"] if x["kind"] == "attempt"]
        self.assertEqual([(x["node"], x["failed"]) for x in attempts], [("mortal", True), ("steady", False)])
        self.assertGreaterEqual(attempts[0]["until_ms"] - attempts[0]["from_ms"], LEASE_SECONDS * 1000 - 100)
        self.assertEqual(told["job"]["attempt"], 2)
        self.assertEqual([x["from_ms"] for x in told["entries"]], sorted(x["from_ms"] for x in told["entries"]))

    def test_a_trace_viewer_gets_a_file_and_an_old_one_is_kept(self):
        job = self.a_job_that_was_lost_once()
        file = self.folder / "trace.json"
        self.trace(job, "--chrome", file)
        events = json.loads(file.read_text())["traceEvents"]
        names = {x["pid"]: x["args"]["name"] for x in events if x["name"] == "process_name"}
        self.assertEqual(sorted(names.values()), ["broker", "worker mortal", "worker steady"])
        whole = [x for x in events if x["ph"] == "X"]
        self.assertEqual(sum(x["cat"] == "attempt" for x in whole), 2)
        self.assertTrue(all(x["dur"] >= 0 and x["ts"] > 1e15 for x in whole))
        self.assertEqual([x["ph"] for x in events if x.get("cat") == "tool"], ["b", "e"])
        self.trace(job, "--chrome", file, code=78)

    def test_the_logs_of_all_nodes_stand_in_the_line_and_tell_of_delivery(self):
        house = House(self.broker)
        self.addCleanup(house.stop)
        asked = openclaw(self.broker, "ask", "--json", 'Search for "LEASE_SECONDS"')
        job = json.loads(asked.stdout)["id"]
        bot = self.folder / "bot.log"
        bot.write_text("Nov 25 17:50:07 vps openclaw-bot[7]: 2100-01-01T00:00:00.000Z info openclaw-bot "
                       f"event=answer_delivered job_id={job} message=7 parts=1\n")
        broker = self.folder / "broker.log"
        broker.write_text("".join(self.broker.log))
        runner = next(pathlib.Path(house.folder.name).glob("openclaw-runner.log"))
        text = self.trace(job, "--log", bot, "--log", broker, "--log", runner)
        self.assertRegex(text, r"openclaw-broker +job_claimed: .*worker_id=house")
        self.assertRegex(text, r"(?m) runner +tool_called: .*tool=repo_grep")
        self.assertRegex(text, r"house +tool repo_grep .*LEASE_SECONDS.*: ok")
        self.assertTrue(re.search(r"openclaw-bot +answer_delivered: message=7 parts=1\n$", text), text)

    def test_what_is_not_there_is_said(self):
        self.trace("no-such-job", code=2)
        job = self.broker.create()
        self.trace(job, "--log", self.folder / "none.log", code=64)
        text = self.trace(job)
        self.assertRegex(text, r"\.\.\.  broker  waits for a worker")
        self.assertIn("\nIt waits for a worker: none is connected. ", text)


if __name__ == "__main__":
    unittest.main()
