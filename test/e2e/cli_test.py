#!/usr/bin/env python3
"""`openclaw` against the real broker: answers, exit codes, --json, env files, a pipe and a terminal; then the whole house
with the runner and the stand-in model."""
import json
import os
import pathlib
import pty
import re
import select
import signal
import stat
import subprocess
import time
import unittest

from broker_process import BIN, BrokerProcess
from openclaw_process import House, PythonWorker, openclaw
from patience import patient


def answer(job):
    if job["command"] == "ping":
        return "result", "pong: " + job["payload"]
    if job["command"] == "llm_task":
        prompt = json.loads(job["payload"])["prompt"]
        return "result", json.dumps({"final": "You said " + prompt, "tool_calls": [], "model": "m",
                                     "worker_id": "python", "safety": {}})
    return "fail", "repo not allowlisted"


class Cli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = BrokerProcess().start()
        cls.addClassCleanup(cls.broker.stop)
        cls.worker = PythonWorker(cls.broker, answer)
        cls.addClassCleanup(cls.worker.stop)

    def run_cli(self, *arguments, **more):
        return openclaw(self.broker, *arguments, **more)

    def check(self, result, code, out=None):
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        if out is not None:
            self.assertEqual(result.stdout, out)

    def test_an_answer_goes_to_stdout_and_progress_to_stderr(self):
        result = self.run_cli("ask", "how are you")
        self.check(result, 0, "You said how are you\n")
        self.assertIn("claimed by python", result.stderr)
        self.assertIn("m · python", result.stderr)
        self.assertNotIn("\x1b", result.stdout + result.stderr)

    def test_any_line_of_the_language_runs(self):
        self.check(self.run_cli("run", "PING hello  you"), 0, "pong: hello  you\n")
        self.check(self.run_cli("run", "ask", "hello"), 0, "You said hello\n")
        self.check(self.run_cli("ask", "-", stdin="from a pipe"), 0, "You said from a pipe\n")

    def test_a_failed_job_is_exit_code_1(self):
        result = self.run_cli("-q", "run", "repostat nothing")
        self.check(result, 1, "")
        self.assertEqual(result.stderr, "Job failed: repo not allowlisted\n")

    def test_wrong_usage_is_exit_code_64(self):
        for words in ([], ["dance"], ["run", "dance"], ["run", "grep r"], ["ask", "vllm:"], ["jobs", "--timeout", "x"]):
            self.check(self.run_cli(*words), 64, "")

    def test_no_broker_is_exit_code_3(self):
        result = self.run_cli("ask", "hi", env={"BROKER_URL": "http://127.0.0.1:1"})
        self.check(result, 3, "")
        self.assertIn("Is the broker running?", result.stderr)

    def test_a_wrong_token_is_exit_code_4_and_is_not_shown(self):
        result = self.run_cli("ask", "hi", env={"BOT_TOKEN": "not-the-token-at-all"})
        self.check(result, 4, "")
        self.assertNotIn("not-the-token-at-all", result.stderr)

        for words in (["status"], ["status", "--json"]):
            self.check(self.run_cli(*words, env={"BOT_TOKEN": "not-the-token-at-all"}), 4)

    def test_no_token_is_exit_code_78(self):
        self.check(self.run_cli("jobs", env={"BOT_TOKEN": None}), 78, "")

    def test_an_address_that_cannot_be_is_exit_code_78(self):
        result = self.run_cli("jobs", env={"BROKER_URL": "http://127.0.0.1:99999"})
        self.check(result, 78, "")
        self.assertIn("BROKER_URL must name a port from 1 to 65535", result.stderr)

    def test_an_answer_that_cannot_be_written_is_exit_code_74(self):
        for words in (["jobs", "--json"], ["--help"]):
            with open("/dev/full", "w", encoding="ascii") as full:
                result = self.run_cli(*words, stdout=full)
            self.assertEqual(result.returncode, 74, result.stderr)
            self.assertIn("could be written to standard output", result.stderr)

    def test_a_file_that_never_ends_is_refused(self):
        self.check(self.run_cli("--env-file", "/dev/zero", "jobs"), 78)
        self.check(self.run_cli("transcript", "/dev/zero"), 2)
        self.check(self.run_cli("ask", "-", stdin="x" * 300_000), 64)

    def test_time_that_is_up_is_exit_code_5_and_the_job_goes_on(self):
        result = self.run_cli("ask", "jetson: hi", "--timeout", "1")
        self.check(result, 5, "")
        job = re.search(r"Job ID: (\S+)", result.stderr)[1]
        self.assertIn("queued", self.run_cli("status", job).stdout)
        self.check(self.run_cli("cancel", job), 0)
        self.check(self.run_cli("status", job), 1)
        self.check(self.run_cli("retry", job), 0)
        self.check(self.run_cli("cancel", job), 0)

    def test_no_such_job_is_exit_code_2(self):
        for verb in ("status", "cancel", "retry", "events"):
            self.check(self.run_cli(verb, "00000000-0000-7000-8000-000000000000"), 2, "")

    def test_json_is_one_document(self):
        for words in (["ask", "hi"], ["run", "ping hi"], ["run", "help"], ["help"], ["jobs"], ["workers"], ["queue"], ["whoami"],
                      ["status"]):
            result = self.run_cli(*words, "--json")
            self.check(result, 0)
            self.assertIsInstance(json.loads(result.stdout), dict)
        chat = self.run_cli("--json", "chat", stdin="help\nping one\njobs\n").stdout
        self.assertEqual([sorted(json.loads(line))[0] for line in chat.splitlines()], ["help", "answer", "jobs"])
        left = self.run_cli("--json", "--timeout", "1", "ask", "jetson: hi")
        self.check(left, 5)
        self.check(self.run_cli("cancel", json.loads(left.stdout)["id"]), 0)
        job = json.loads(self.run_cli("ask", "hi", "--json").stdout)
        self.assertEqual(job["answer"], "You said hi")
        self.assertEqual(job["status"], "done")

    def test_characters_that_act_on_a_terminal_are_escaped_in_json_and_left_out_of_text(self):
        odd = "a\u009b31m b\u202e c\U000e0001"
        answered = self.run_cli("ask", odd, "--json")
        job = json.loads(answered.stdout)
        self.assertEqual(job["answer"], f"You said {odd}")
        for words in (["ask", odd], ["status", job["id"]], ["jobs"], ["events", job["id"]]):
            for result in (self.run_cli(*words, "--json"), self.run_cli(*words)):
                self.check(result, 0)
                self.assertNotRegex(result.stdout + result.stderr, "[\u0080-\u009f\u202e\U000e0001]")

    def test_a_job_can_be_looked_up_later(self):
        job = self.run_cli("ask", "hi", "--no-wait").stdout.strip()
        events = self.run_cli("events", job)
        self.check(events, 0)
        self.assertIn("claimed by python", events.stdout)
        self.assertIn("You said hi", self.run_cli("status", job).stdout)
        self.assertIn(job, self.run_cli("jobs").stdout)
        self.assertIn(job, self.run_cli("jobs", "--status", "done").stdout)
        failed = json.loads(self.run_cli("jobs", "--status", "failed", "--json").stdout)["jobs"]
        self.assertNotIn(job, [x["id"] for x in failed])
        self.check(self.run_cli("jobs", "--status", "lost"), 2)
        lines = self.run_cli("events", job, "--json").stdout.splitlines()
        self.assertEqual([json.loads(line)["type"] for line in lines][0], "created")
        self.assertIn("python", self.run_cli("workers").stdout)

    def test_settings_come_from_an_env_file(self):
        file = pathlib.Path(self.broker.folder.name) / "my settings.env"
        file.write_text(f"BROKER_URL='http://127.0.0.1:{self.broker.port}'\nBOT_TOKEN=bot-secret-1\n")
        bare = {"BROKER_URL": None, "BOT_TOKEN": None}
        self.check(self.run_cli("run", "ping x", "--env-file", str(file), env=bare), 0, "pong: x\n")
        self.check(self.run_cli("run", "ping x", env={**bare, "OPENCLAW_ENV": str(file)}), 0, "pong: x\n")

    def test_our_own_token_is_never_shown(self):
        self.check(self.run_cli("run", "ping bot-secret-1"), 0, "pong: ***\n")
        self.assertNotIn("bot-secret-1", self.run_cli("run", "ping bot-secret-1", "--json").stdout)

    def test_chat_reads_a_pipe(self):
        result = self.run_cli("-q", "chat", stdin="ping one\n\nnonsense\nping two\nquit\nping three\n")
        self.check(result, 0, "pong: one\npong: two\n")
        self.assertIn("Commands:", result.stderr)

    def start_on_terminal(self, *arguments):
        """@returns (process, the terminal's other end)"""
        ours, theirs = pty.openpty()
        env = {"PATH": os.environ["PATH"], "HOME": self.broker.folder.name, "TERM": "dumb", "BOT_TOKEN": "bot-secret-1",
               "BROKER_URL": f"http://127.0.0.1:{self.broker.port}"}
        process = subprocess.Popen([BIN / "openclaw", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=env,
                                   start_new_session=True)
        os.close(theirs)
        self.addCleanup(os.close, ours)
        return process, ours

    def read_until(self, terminal, wanted, seconds=patient(20)):
        seen, end = "", time.monotonic() + seconds
        while wanted not in seen and time.monotonic() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    seen += os.read(terminal, 4096).decode(errors="replace")
                except OSError:
                    break
        self.assertIn(wanted, seen)
        return seen

    def test_chat_on_a_terminal_keeps_a_private_history(self):
        process, terminal = self.start_on_terminal("chat")
        self.read_until(terminal, "openclaw> ")
        os.write(terminal, b"ping typed\r")
        self.read_until(terminal, "pong: typed")
        os.write(terminal, b"quit\r")
        self.assertEqual(process.wait(timeout=patient(20)), 0)
        history = pathlib.Path(self.broker.folder.name) / ".local/state/openclaw/history"
        self.assertIn("ping", history.read_text())
        self.assertEqual(stat.S_IMODE(history.stat().st_mode), 0o600)

    def test_ctrl_c_at_the_prompt_leaves_with_exit_code_130(self):
        process, terminal = self.start_on_terminal("chat")
        self.read_until(terminal, "openclaw> ")
        os.write(terminal, b"ping ty")
        self.read_until(terminal, "ping ty")
        process.send_signal(signal.SIGINT)
        self.read_until(terminal, "\n")
        self.assertEqual(process.wait(timeout=patient(20)), 130)

    def test_ctrl_c_twice_cancels_the_job(self):
        process, terminal = self.start_on_terminal("ask", "jetson: wait for ever")
        job = re.search(r"job (\S+?),", self.read_until(terminal, "queued"))[1]
        process.send_signal(signal.SIGINT)
        self.read_until(terminal, "again cancels")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=patient(20)), 130)
        self.assertEqual(self.broker.job(job)["outcome"], "cancelled")


class WholeHouse(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess().start()
        self.addCleanup(self.broker.stop)
        self.house = House(self.broker)
        self.addCleanup(self.house.stop)

    def test_a_question_is_answered_with_tool_calls(self):
        result = openclaw(self.broker, "ask", "What repos are configured on this worker?")
        self.assertEqual(result.returncode, 0, result.stderr + self.house.logs())
        self.assertIn("openclaw-broker", result.stdout)
        self.assertIn("tool repo_list", result.stderr)
        result = openclaw(self.broker, "ask", "house: Search for \"LEASE_SECONDS\" and summarize what it does")
        self.assertEqual(result.returncode, 0, result.stderr + self.house.logs())
        self.assertIn("docs/CONFIG.md", result.stdout)
        self.assertRegex(result.stderr, r"tool repo_grep .*LEASE_SECONDS")
        self.assertRegex(result.stderr, r"tool repo_grep ok, \d+ ms")
        result = openclaw(self.broker, "run", "repos")
        self.assertEqual(result.stdout, "- openclaw-broker\n")
        result = openclaw(self.broker, "ask", "Read ../../etc/passwd")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertNotIn("root:", result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
