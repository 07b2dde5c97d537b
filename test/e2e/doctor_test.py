#!/usr/bin/env python3
"""`openclaw doctor` finds what is wrong with a runner's set-up and says what to change."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from broker_process import BIN, BrokerProcess
from held_model import HeldModel, tool_call
from patience import patient
from runner_process import RunnerProcess

NAMES = {"configuration", "broker", "clock", "worker token", "caps", "state folder", "git", "rg", "kernel confinement",
         "allowlist", "repo sample", "llm endpoint", "llm model", "llm context", "llm answer", "llm stream", "llm tools",
         "llm cancel"}


def good_model(request):
    """A model that calls the tool which it is told to use, and counts its prompt with the tools."""
    return tool_call("repo_list") if request.get("tools") else "ok " * 30


class DoctorTest(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess().start()
        self.addCleanup(self.broker.stop)

    def model(self, answer=good_model, **options):
        model = HeldModel(answer, **options)
        self.addCleanup(model.stop)
        return model

    def examine(self, model, *words, **env):
        """@returns (exit code, findings by name, the whole output)"""
        url = f"http://127.0.0.1:{self.broker.port}"
        runner = RunnerProcess(url, **{"LLM_CAP": "llm:held", **(model.env if model else {}), **env})
        self.addCleanup(runner.stop)
        file = pathlib.Path(runner.folder.name) / "runner.env"
        file.write_text("".join(f'{key}="{value}"\n' for key, value in runner.env.items() if key != "PATH"))
        done = subprocess.run([BIN / "openclaw", "doctor", "--env-file", file, *(words or ["--json"])],
                              env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=patient(120))
        self.assertNotIn("worker-secret-1", done.stdout)
        if words:
            return done.returncode, {}, done.stdout
        found = json.loads(done.stdout)
        self.assertEqual(found["ok"], done.returncode == 0, found)
        return done.returncode, {x["name"]: x for x in found["findings"]}, done.stdout

    def test_a_good_set_up_is_good(self):
        model = self.model(usage=True)
        code, found, _ = self.examine(model)
        self.assertEqual(code, 0, found)
        self.assertEqual(set(found), NAMES)
        bad = {name: x for name, x in found.items() if x["verdict"] != "ok"}
        self.assertLessEqual(set(bad), {"rg", "kernel confinement"}, bad)
        self.assertIn("native", found["llm tools"]["found"])
        self.assertEqual(self.broker.bot("GET", "/workers")[1]["workers"], [], "it must not look like a worker")

    def test_no_job_is_claimed(self):
        job_id = self.broker.create(command="ping", payload="x")
        self.examine(self.model())
        self.assertEqual(self.broker.job(job_id)["attempt"], 0)

    def test_a_person_gets_lines_with_advice(self):
        code, _, text = self.examine(self.model(), "-q", WORKER_TOKEN="worker-secret-10")
        self.assertEqual(code, 1)
        self.assertRegex(text, r"(?m)^bad +worker token: .*\n +-> set WORKER_TOKEN")
        self.assertRegex(text, r"(?m)^ok +git: /")

    def test_a_broker_that_is_away(self):
        code, found, _ = self.examine(self.model(), BROKER_URL="http://127.0.0.1:9")
        self.assertEqual((code, found["broker"]["verdict"]), (1, "bad"))
        self.assertIn("BROKER_URL", found["broker"]["advice"])
        self.assertEqual(found["worker token"]["verdict"], "skipped")

    def test_an_endpoint_that_is_away(self):
        code, found, _ = self.examine(self.model(), LLM_BASE_URL="http://127.0.0.1:9")
        self.assertEqual((code, found["llm endpoint"]["verdict"]), (1, "bad"))
        self.assertIn("LLM_BASE_URL", found["llm endpoint"]["advice"])
        self.assertEqual(found["llm tools"]["verdict"], "skipped")

    def test_a_wrong_name_of_the_model(self):
        code, found, _ = self.examine(self.model(), LLM_MODEL="hold")
        self.assertEqual((code, found["llm model"]["advice"]), (1, "set LLM_MODEL=held"))

    def test_a_server_that_drops_tools_without_a_word(self):
        model = self.model(lambda request: "I cannot", usage="blind to tools")
        code, found, _ = self.examine(model)
        self.assertEqual((code, found["llm tools"]["verdict"]), (1, "bad"))
        self.assertIn("--jinja", found["llm tools"]["advice"])

    def test_a_server_that_refuses_tools(self):
        refusal = '{"error": {"message": "\\"auto\\" tool choice requires --enable-auto-tool-choice and --tool-call-parser"}}'
        model = self.model(lambda request: (400, refusal) if request.get("tools") else "ok")
        _, found, _ = self.examine(model)
        self.assertEqual(found["llm tools"]["verdict"], "warning")
        self.assertIn("--enable-auto-tool-choice", found["llm tools"]["advice"])

    def test_calls_that_come_as_text(self):
        call = '<tool_call>{"name": "repo_list", "arguments": {}}</tool_call>'
        _, found, _ = self.examine(self.model(lambda request: call if request.get("tools") else "ok"))
        self.assertEqual(found["llm tools"]["verdict"], "warning")
        self.assertIn("as text", found["llm tools"]["found"])

    def test_a_repository_that_is_not_there(self):
        code, found, _ = self.examine(self.model(), RUNNER_REPOS_BASE="/usr")
        self.assertEqual((code, found["repo sample"]["verdict"]), (1, "bad"))
        self.assertIn("RUNNER_REPO_ALLOWLIST", found["repo sample"]["advice"])

    def test_a_base_that_is_not_there(self):
        _, found, _ = self.examine(self.model(), RUNNER_REPOS_BASE="/not/there")
        self.assertEqual(found["repo sample"]["found"], "there is no folder /not/there")

    def test_the_state_folder_stays_as_it_is(self):
        """A runner may be at work in it, as another user."""
        model = self.model(usage=True)
        with tempfile.TemporaryDirectory() as folder:
            kept = pathlib.Path(folder) / "state" / "shadow" / "of-a-runner"
            kept.mkdir(parents=True)
            code, found, _ = self.examine(model, RUNNER_STATE_DIR=f"{folder}/state")
            self.assertEqual((code, found["repo sample"]["verdict"]), (0, "ok"))
            self.assertEqual(list(pathlib.Path(folder, "state").rglob("*")), [kept.parent, kept])
            code, found, _ = self.examine(model, RUNNER_STATE_DIR=f"{folder}/not/yet/there")
            self.assertEqual((code, found["state folder"]["found"]), (0, f"{folder}/not/yet/there, will be made"))
            self.assertFalse(pathlib.Path(folder, "not").exists())

    @unittest.skipUnless(os.geteuid() == 0, "another user's folder needs root")
    def test_a_repository_that_the_runners_user_cannot_read(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chown(folder, 65534, 65534)
            runner = RunnerProcess("http://127.0.0.1:9", RUNNER_STATE_DIR=folder)
            self.addCleanup(runner.stop)
            (runner.root / "repos" / "sample").chmod(0o750)
            env = {**runner.env, "HOME": folder}
            done = subprocess.run([BIN / "openclaw", "doctor", "--json"], env=env, capture_output=True, text=True, timeout=120)
            found = {x["name"]: x for x in json.loads(done.stdout)["findings"]}["repo sample"]
            self.assertIn(f"cannot read {runner.root}/repos/sample", found["found"])
            self.assertIn("chmod -R o+rX", found["advice"])

    def test_a_wrong_configuration_is_told_whole(self):
        code, found, text = self.examine(self.model(), LLM_TEMPERATURE="9", WORKER_SLOTS="many")
        self.assertEqual(code, 78)
        self.assertIn("LLM_TEMPERATURE", text)
        self.assertIn("WORKER_SLOTS", text)

    def test_no_model_at_all(self):
        code, found, _ = self.examine(None)
        self.assertEqual((code, found["caps"]["verdict"], found["llm endpoint"]["verdict"]), (1, "bad", "warning"))


if __name__ == "__main__":
    unittest.main()
