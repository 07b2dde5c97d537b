#!/usr/bin/env python3
"""`openclaw smoke` runs the rows of the runbook on two runners and says what it found. That it can fail is shown, too."""
import json
import os
import pty
import signal
import subprocess
import threading
import unittest

from bot_process import BotProcess
from broker_process import BIN
from fake_discord_process import BOT, CHANNEL, TESTER, TESTER_TOKEN, FakeDiscord
from patience import patient
from runner_process import wait_until
from smoke_house import SmokeHouse

AWAY = "ask jetson: What is 2+2?"
JETSON = 'ask jetson: Search for "WORKER_CAPS" and summarize how it is used'
ON_VLLM, ON_JETSON = (f"its state, from a worker with llm:{model}" for model in ("vllm", "jetson"))
VLLM = 'ask vllm: Search for "LEASE_SECONDS" and summarize what it does'


def rows_of(done):
    """@returns line -> row; of a repository on one worker: what is expected -> row"""
    return {row["expected"] if row["line"].startswith("repostat") and row["section"] == 6 else row["line"]: row
            for row in json.loads(done.stdout)["rows"]}


class Smoke(unittest.TestCase):
    def verdicts(self, done, code):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return {line: row["verdict"] for line, row in rows_of(done).items()}

    def test_all_rows_pass_the_stopped_jetson_included(self):
        house = SmokeHouse(self)
        report = house.root / "report.md"
        done = house.smoke("--report", str(report), *house.switch())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[-1], "14 of 14 rows passed")
        self.assertEqual([line.split()[0] for line in lines[:-1]], ["pass"] * 14)
        self.assertRegex(done.stdout, r"(?m)^pass     8  ask vllm: Search .* · wsl-vllm · ")
        self.assertRegex(done.stdout, r"(?m)^pass     9  ask jetson: What .* · jetson-llm · ")
        self.assertIn("stopping the Jetson's runner", done.stderr)
        self.check_report(report.read_text(), house)
        self.assertTrue(house.jetson.is_up())
        again = house.smoke("--report", str(report))
        self.assertEqual((again.returncode, again.stdout), (78, ""), again.stderr)

    def check_report(self, text, house):
        self.assertIn("**14 of 14 rows passed**", text)
        self.assertRegex(text, r"\| wsl-vllm \| \d.* \| llm:vllm,repo\\_tools \| scripted-stand-in \|")
        self.assertRegex(text, r"\| jetson-llm \| \d.* \| llm:jetson,repo\\_tools \| scripted-stand-in \|")
        self.assertRegex(text, r"\| ask vllm: Search .* \| llm:vllm \| wsl-vllm \|")
        self.assertRegex(text, r"\| ask jetson: What .* \| llm:jetson \| jetson-llm \|")
        self.assertRegex(text, r"(?m)^ +\d.*wsl-vllm +tool repo_grep \{.*LEASE_SECONDS.*: ok$")
        self.assertRegex(text, r"jetson-llm asked `POST /chat/completions` .* the model scripted-stand-in \d+ times")
        jobs = house.broker.bot("GET", "/jobs?limit=50")[1]["jobs"]
        self.assertEqual(len(jobs), 12)
        for job in jobs:
            self.assertIn(job["id"], text)
        for secret in ("bot-secret-1", "worker-secret-1", "admin-secret-1"):
            self.assertNotIn(secret, text)

    def test_without_commands_and_terminal_the_away_row_is_skipped(self):
        house = SmokeHouse(self)
        done = house.smoke("--json")
        verdicts = self.verdicts(done, 1)
        self.assertEqual(verdicts.pop(AWAY), "skipped")
        self.assertEqual(set(verdicts.values()), {"pass"})
        said = json.loads(done.stdout)
        self.assertFalse(said["ok"])
        self.assertEqual({x["worker_id"]: x["model"] for x in said["workers"]},
                         {"wsl-vllm": "scripted-stand-in", "jetson-llm": "scripted-stand-in"})

    def test_a_person_at_the_terminal_may_stop_the_jetson(self):
        house = SmokeHouse(self)
        ours, theirs = pty.openpty()
        env = {"PATH": os.environ["PATH"], "HOME": str(house.root), "BOT_TOKEN": "bot-secret-1",
               "BROKER_URL": f"http://127.0.0.1:{house.broker.port}"}
        process = subprocess.Popen([BIN / "openclaw", "smoke", "--json"], env=env, stdin=theirs, stderr=theirs,
                                   stdout=subprocess.PIPE, text=True)
        os.close(theirs)
        shown = []
        reader = threading.Thread(target=self.read_terminal, args=(ours, shown), daemon=True)
        reader.start()
        wait_until(lambda: "Stop the Jetson's runner now" in "".join(shown), "the request to stop it", 60)
        subprocess.run([house.jetson.stop], check=True)
        wait_until(lambda: "Start the Jetson's runner again" in "".join(shown), "the request to start it", 60)
        subprocess.run([house.jetson.start], check=True)
        stdout, _ = process.communicate(timeout=patient(120))
        self.assertEqual(process.returncode, 0, "".join(shown))
        self.assertTrue(json.loads(stdout)["ok"])

    @staticmethod
    def read_terminal(fd, shown):
        try:
            while data := os.read(fd, 4096):
                shown.append(data.decode(errors="replace"))
        except OSError:  # the other end is closed
            os.close(fd)

    def test_a_runner_with_the_wrong_cap_fails_the_rows_of_its_model(self):
        house = SmokeHouse(self, jetson={"WORKER_CAPS": "repo_tools,llm:vllm", "LLM_CAP": "llm:vllm"})
        done = house.smoke("--json", "--timeout", "5", *house.switch())
        verdicts = self.verdicts(done, 1)
        wrong = {line for line, verdict in verdicts.items() if verdict == "fail"}
        self.assertEqual(wrong, {"workers", ON_JETSON, JETSON, AWAY, "all jobs"})
        rows = rows_of(done)
        self.assertIn("no live worker has llm:jetson", rows["workers"]["why"])
        self.assertIn("It waits for a worker that has llm:jetson", rows[JETSON]["why"])
        self.assertEqual({x["status"] for x in house.broker.bot("GET", "/jobs?limit=50")[1]["jobs"]}, {"done", "failed"})

    def test_a_runner_with_both_caps_is_told(self):
        house = SmokeHouse(self, wsl={"WORKER_CAPS": "repo_tools,llm:vllm,llm:jetson", "LLM_CAP": ""})
        done = house.smoke("--json", "--timeout", "20")
        self.assertEqual(self.verdicts(done, 1)["workers"], "fail")
        self.assertIn("wsl-vllm has both caps", rows_of(done)["workers"]["why"])

    def test_a_missing_repository_fails_the_rows_that_need_it(self):
        house = SmokeHouse(self)
        done = house.smoke("--json", "--repo", "not-there")
        verdicts = self.verdicts(done, 1)
        wrong = {line for line, verdict in verdicts.items() if verdict == "fail"}
        self.assertEqual(wrong, {ON_VLLM, ON_JETSON, "repos", "repostat not-there", "cat not-there ../../etc/passwd"})
        self.assertIn("not-there is not among the repositories", rows_of(done)["repos"]["why"])

    def test_a_worker_without_the_repository_is_found_whoever_claims_the_other_rows(self):
        house = SmokeHouse(self, jetson={"RUNNER_REPO_ALLOWLIST": "/not/there"})
        rows = rows_of(house.smoke("--json"))
        self.assertEqual((rows[ON_VLLM]["verdict"], rows[ON_VLLM]["worker_id"]), ("pass", "wsl-vllm"))
        self.assertEqual((rows[ON_JETSON]["verdict"], rows[ON_JETSON]["worker_id"]), ("fail", "jetson-llm"))
        self.assertIn("repo not allowlisted", rows[ON_JETSON]["why"])

    def test_a_broker_that_goes_takes_nothing_out_of_the_report(self):
        house = SmokeHouse(self)
        stop = house.jetson.put("stop-both", f"#!/bin/sh\n{house.jetson.stop}\nkill -KILL {house.broker.process.pid}\n")
        self.addCleanup(house.broker.process.stderr.close)
        report = house.root / "report.md"
        done = house.smoke("--report", str(report), "--stop-jetson", stop, "--start-jetson", house.jetson.start)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^FAIL     9  ask jetson: .*cannot reach the broker")
        self.assertRegex(report.read_text(), r"\| ask vllm: Search .* \| llm:vllm \| wsl-vllm \|")
        self.assertRegex(report.read_text(), r"the model scripted-stand-in [1-9]\d* times")

    def test_a_jetson_that_cannot_be_stopped_fails_its_row_and_is_started(self):
        house = SmokeHouse(self)
        done = house.smoke("--json", "--stop-jetson", "false", "--start-jetson", f"touch {house.root}/started")
        self.assertEqual(self.verdicts(done, 1)[AWAY], "fail")
        self.assertEqual(rows_of(done)[AWAY]["why"], "false ended with 1")
        self.assertTrue((house.root / "started").exists())

    def test_through_discord_the_bot_must_say_what_the_jobs_answered(self):
        house = SmokeHouse(self)
        discord = FakeDiscord("--tester-token", TESTER_TOKEN)
        self.addCleanup(discord.stop)
        bot = BotProcess(discord, house.broker, ALLOWED_BOT_ID=TESTER, BOT_COOLDOWN_SECONDS="3",
                         BOT_MAX_CONCURRENT="1", JOB_POLL_TIMEOUT_SEC="2")
        self.addCleanup(bot.stop)
        bot.start()
        report = house.root / "report.md"
        place = {"DISCORD_API_URL": discord.api, "SMOKE_DISCORD_TOKEN": TESTER_TOKEN}
        done = house.smoke("--discord", CHANNEL, "--report", str(report), *house.switch(), **place)
        said = discord.read(CHANNEL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + json.dumps([x["content"] for x in said]))
        self.assertIn("14 of 14 rows passed", done.stdout)
        self.assertEqual(sum(x["author"]["id"] == TESTER for x in said), 10)
        self.assertIn(f"asking as discord:{TESTER}", report.read_text())
        self.assertEqual({x["requester"] for x in house.broker.bot("GET", "/jobs?limit=50")[1]["jobs"]},
                         {f"discord:{TESTER}"})
        for text in (report.read_text(), done.stdout, done.stderr):
            self.assertNotIn(TESTER_TOKEN, text)
        self.check_without_bot(house, bot, discord, place)

    def check_without_bot(self, house, bot, discord, place):
        """What nobody answers fails, though the workers are well."""
        bot.terminate()
        before = len([x for x in discord.read(CHANNEL) if x["author"]["id"] == BOT])
        ours = subprocess.Popen([BIN / "openclaw", "smoke", "--json", "--discord", CHANNEL], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={"PATH": os.environ["PATH"], "HOME": str(house.root), "BOT_TOKEN": "bot-secret-1",
                                     "BROKER_URL": f"http://127.0.0.1:{house.broker.port}", **place})
        told = next(line for line in ours.stderr if "FAIL" in line)
        ours.send_signal(signal.SIGINT)
        stdout, _ = ours.communicate(timeout=patient(60))
        self.assertIn("our bot made no job of it, and said nothing", told)
        self.assertEqual(ours.returncode, 130)
        self.assertEqual({x["verdict"] for x in json.loads(stdout)["rows"]}, {"pass", "fail", "skipped"})
        self.assertEqual(len([x for x in discord.read(CHANNEL) if x["author"]["id"] == BOT]), before)

    def test_wrong_usage_and_an_absent_broker_have_their_exit_codes(self):
        house = SmokeHouse(self)
        self.assertEqual(house.smoke("--stop-jetson", "true").returncode, 64)
        self.assertEqual(house.smoke("--repo", "two words").returncode, 64)
        self.assertEqual(house.smoke(BOT_TOKEN="a-wrong-token").returncode, 4)
        self.assertEqual(house.smoke(BROKER_URL="http://127.0.0.1:1").returncode, 3)
        self.assertEqual(house.smoke("--discord", "no-id").returncode, 64)
        self.assertIn("SMOKE_DISCORD_TOKEN", house.smoke("--discord", CHANNEL).stderr)
        elsewhere = house.smoke("--discord", CHANNEL, SMOKE_DISCORD_TOKEN="t-1", DISCORD_API_URL="https://example.org/api")
        self.assertEqual((elsewhere.returncode, "DISCORD_API_ALLOW_REMOTE" in elsewhere.stderr), (78, True))


if __name__ == "__main__":
    unittest.main()
