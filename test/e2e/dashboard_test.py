#!/usr/bin/env python3
"""The dashboard in a real Chromium, with the real broker and runner: asking, watching, cancelling, retrying, and what
it does when the broker is gone."""
import json
import unittest

from dashboard_house import Dashboard
from held_model import HeldModel, tool_call
from runner_process import RunnerProcess


class Asking(Dashboard):
    def run_worker(self, model):
        runner = RunnerProcess(self.url.rstrip("/"), WORKER_ID="wsl-1", LLM_CAP="llm:vllm", **model.env)
        self.addCleanup(runner.stop)
        return runner.start()

    def test_a_question_is_asked_watched_and_answered(self):
        model = HeldModel(lambda request: "It says that LEASE_SECONDS is a number." if len(request["messages"]) > 2
                          else tool_call("repo_grep", repo="sample", query="LEASE_SECONDS"))
        self.addCleanup(model.stop)
        model.env["LLM_BASE_URL"] += "/v1"
        model.hold_from(2)
        self.sign_in()
        self.run_worker(model)
        self.page.wait_for_text("#workers-list", "wsl-1")
        self.page.wait_for(lambda: self.page.run(
            "return [...document.querySelector('#ask-whom').options].some((x) => x.text === 'vllm')"), "a live vllm")
        self.ask("What is LEASE_SECONDS?", "llm:vllm")
        self.page.wait_for_text("#job-events", "repo_grep")  # while it runs: the model holds its second answer back
        self.page.wait_for_text("#job-events .call-end", "bytes")
        self.assertEqual(self.page.text("#job-card .state"), "running")
        self.assertIn('{"query":"LEASE_SECONDS","repo":"sample"}', self.page.text("#job-events"))
        self.assertIn("Attempt 1 begins on wsl-1", self.page.text("#job-events"))
        self.page.wait_for_text("#jobs-list .state", "running")
        self.picture("running")
        model.let_go()
        self.page.wait_for_text("#job-card .state", "done")  # its text stands there as it is written, before that
        self.assertIn("It says that LEASE_SECONDS is a number.", self.page.text("#job-answer"))
        self.assertEqual(self.page.text("#job-title"), "What is LEASE_SECONDS?")
        self.assertIn("1 tool call", self.page.text("#job-answer + .hint"))
        self.assertIn("It was done by wsl-1", self.page.text("#job-summary"))
        self.assertIn("llm:vllm", self.page.text("#job-card .facts"))
        self.picture("answered")

    def test_text_is_shown_while_it_is_written(self):
        self.sign_in()
        job = self.broker.create(command="llm_task", payload=json.dumps({"prompt": "Write."}))
        self.open_job(job)
        lease = self.broker.claim(X_Worker_Id="pen")["lease_id"]

        def tell(*events):
            list_of_events = [{"type": kind, "data": data} for kind, data in events]
            status, answer = self.broker.worker("POST", f"/jobs/{job}/events", list_of_events, X_Lease_Id=lease)
            self.assertEqual(status, 200, answer)

        tell(("status", {"status": "prefill", "why": "40 %"}))
        self.page.wait_for_text("#job-card .now", "The model reads the prompt: 40 %")
        tell(("delta", {"text": "Let me look. "}), ("tool_call", {"id": "1", "name": "repo_list", "args": {}}),
             ("tool_result", {"id": "1", "name": "repo_list", "status": "error", "error": "no such repo", "ms": 3}),
             ("delta", {"text": "Once "}), ("delta", {"text": "upon a time"}))
        self.page.wait_for_text("#job-answer", "Once upon a time")
        self.assertIn("Let me look.", self.page.text("#job-events .said"))
        self.assertIn("failed: no such repo", self.page.text("#job-events .call"))
        end = {"result": "Once upon a time, there was an end."}
        self.broker.worker("POST", f"/jobs/{job}/result", end, X_Lease_Id=lease)
        self.page.wait_for_text("#job-answer", "there was an end.")
        self.page.wait_for_text("#job-card .state", "done")

    def test_where_streams_do_not_come_through_pages_are_asked_for(self):
        self.sign_in()
        self.page.run("const real = fetch; window.fetch = (path, x) => x.headers.Accept === 'text/event-stream'"
                      " ? Promise.reject(new TypeError('no streams')) : real(path, x)")
        job = self.broker.create(payload="slowly")
        self.open_job(job)
        lease = self.broker.claim(X_Worker_Id="pen")["lease_id"]
        self.page.wait_for_text("#job-events", "Attempt 1 begins on pen")
        self.broker.worker("POST", f"/jobs/{job}/result", {"result": "pong: slowly"}, X_Lease_Id=lease)
        self.page.wait_for_text("#job-answer", "pong: slowly")

    def test_a_job_says_why_it_waits_and_is_cancelled_and_retried(self):
        self.sign_in()
        self.ask("Who can?", "llm:jetson")
        self.page.wait_for_text("#job-summary", "It waits for a worker that has llm:jetson.")
        self.page.wait_for_text("#queue-list", "no live worker has this")
        self.picture("waiting")
        self.page.click("#job-card .job-buttons button")
        self.page.wait_for_text("#job-summary", "It was cancelled.")
        self.page.wait_for_text("#job-card .state", "cancelled")
        self.page.wait_for_text("#queue-empty", "Nothing waits.")
        self.page.press("r")
        self.page.wait_for_text("#job-card .state", "waiting")
        self.page.wait_for_text("#job-events", "Queued again by hand")
        self.broker.claim(X_Worker_Id="late-1", X_Worker_Caps="llm:jetson")
        self.page.wait_for_text("#job-card .state", "running")
        self.page.press("c")
        self.page.wait_for_text("#job-card .state", "cancelled")
        job = self.page.run("return location.hash").removeprefix("#job/")
        self.broker.bot("POST", f"/jobs/{job}/retry")  # by somebody else
        self.page.wait_for_text("#job-card .state", "waiting")

    def test_a_line_of_the_command_language_is_run(self):
        self.sign_in()
        self.ask("dance", "command")
        self.page.wait_for_text("#ask-trouble", "Commands: ask, urgo, repos")
        self.ask("help", "command")
        self.page.wait_for_text("#ask-trouble", "repostat <repo>")
        self.ask("whoami", "command")
        self.page.wait_for_text("#ask-trouble", "role shared")
        self.ask("grep sample \"two words\" docs", "command")
        self.page.wait_for_text("#job-title", "repo_grep docs two words sample")
        job = self.page.run("return location.hash").removeprefix("#job/")
        self.assertEqual(self.broker.job(job)["requester"], "dashboard")
        self.ask(f"cancel {job}", "command")
        self.page.wait_for_text("#job-card .state", "cancelled")

    def test_a_drained_worker_says_so_and_is_resumed(self):
        self.sign_in()
        self.broker.claim(X_Worker_Id="box-1", X_Worker_Caps="repo_tools",
                          X_Worker_Notes="llm:vllm is left out: it is down")
        self.page.wait_for_text("#workers-list .notes", "llm:vllm is left out: it is down")
        self.page.click("#workers-list button[aria-label='Drain box-1']")
        self.page.wait_for_text("#workers-list", "drained: it gets no new jobs")
        self.page.click("#workers-list button[aria-label='Resume box-1']")
        self.page.wait_for(lambda: "drained" not in self.page.text("#workers-list"), "a worker in service")

    def test_a_broker_that_goes_away_is_missed_and_found_again(self):
        self.sign_in()
        job = self.broker.create(payload="before")
        self.open_job(job)
        self.page.wait_for_text("#jobs-list", "ping before")
        self.broker.kill()
        self.page.wait_for_text("#link-words", "The broker does not answer. Trying again in")
        self.assertIn("ping before", self.page.text("#jobs-list"))
        self.picture("gone")
        self.broker.start()
        self.page.wait_for_text("#link-words", "Live")
        self.assertEqual(self.page.text("#news"), "The broker is back.")
        lease = self.broker.claim(X_Worker_Id="w")["lease_id"]
        self.page.wait_for_text("#job-events", "Attempt 1 begins on w")  # the events go on as well
        self.broker.worker("POST", f"/jobs/{job}/result", {"result": "after"}, X_Lease_Id=lease)
        self.page.wait_for_text("#job-answer", "after")

    def test_thousands_of_jobs_come_page_by_page_and_narrowed(self):
        for number in range(95):
            self.broker.create(payload=f"number {number}")
        self.sign_in()
        self.page.wait_for_text("#jobs-list", "number 94")
        count = "return document.querySelectorAll('#jobs-list li').length"
        self.assertEqual(self.page.run(count), 40)
        self.page.click("#page-older")
        self.page.wait_for_text("#jobs-list", "number 54")
        self.page.click("#page-older")
        self.page.wait_for_text("#jobs-list", "number 14")
        self.page.wait_for(lambda: self.page.run(count) == 15, "the last page")
        self.assertTrue(self.page.run("return document.querySelector('#page-older').disabled"))
        self.page.click("#page-newer")
        self.page.wait_for_text("#jobs-list", "number 54")
        self.page.press("5")
        self.page.wait_for_text("#jobs-empty", "No job has failed.")
        self.page.press("2")
        self.page.wait_for_text("#jobs-list", "number 94")


if __name__ == "__main__":
    unittest.main()
