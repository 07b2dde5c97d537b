#!/usr/bin/env python3
"""LOG_FORMAT=json of the programs that keep a log: one object a line, the same events."""
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from broker_process import BIN, BrokerProcess
from patience import patient


def lines_of(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


class LogFormat(unittest.TestCase):
    def until(self, condition, seconds=patient(60)):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not happen")
            time.sleep(0.05)

    def test_a_broker_logs_json(self):
        broker = BrokerProcess().start()  # to have a port that is free
        broker.terminate()
        self.addCleanup(broker.folder.cleanup)
        log = broker.folder.name + "/log"
        broker.env.update(LOG_FORMAT="json", LOG_FILE=log, BROKER_PORT=str(broker.port))
        broker.process = subprocess.Popen([BIN / "openclaw-broker"], env=broker.env)
        self.addCleanup(broker.process.kill)
        self.until(lambda: os.path.exists(log) and "broker_started" in pathlib.Path(log).read_text())
        job = broker.create()
        lease = broker.claim(X_Worker_Id='w "1" event=forged')["lease_id"]
        broker.worker("POST", f"/jobs/{job}/result", {"result": "r"}, X_Lease_Id=lease)
        broker.process.send_signal(signal.SIGTERM)
        self.assertEqual(broker.process.wait(30), 0)
        lines = lines_of(log)
        self.assertTrue(all(line["program"] == "openclaw-broker" and line["level"] and line["ts"].endswith("Z")
                            for line in lines))
        events = {line["event"]: line for line in lines}
        self.assertEqual(events["broker_started"]["port"], str(broker.port))
        self.assertEqual(events["job_created"]["job_id"], job)
        self.assertEqual(events["job_created"]["command"], "ping")
        self.assertEqual(events["job_claimed"]["attempt"], "1")
        self.assertEqual(events["job_claimed"]["worker_id"], 'w "1" event=forged')
        self.assertIn("broker_stopped", events)

    def test_a_runner_logs_json(self):
        broker = BrokerProcess()
        self.addCleanup(broker.folder.cleanup)
        env = {"PATH": os.environ["PATH"], "BROKER_URL": "http://127.0.0.1:9", "WORKER_TOKEN": "worker-secret-1", "WORKER_ID": "w1",
               "RUNNER_STATE_DIR": broker.folder.name + "/state", "LOG_FORMAT": "json", "LOG_FILE": broker.folder.name + "/log"}
        runner = subprocess.Popen([BIN / "openclaw-runner"], env=env)
        self.addCleanup(runner.kill)
        self.until(lambda: os.path.exists(env["LOG_FILE"]) and pathlib.Path(env["LOG_FILE"]).read_text().count("\n") > 1)
        runner.terminate()
        runner.wait(60)
        lines = lines_of(env["LOG_FILE"])
        self.assertTrue(all(line["program"] == "runner" and line["event"] for line in lines), lines)

    def test_another_format_is_no_configuration(self):
        broker = BrokerProcess(LOG_FORMAT="xml")
        self.addCleanup(broker.folder.cleanup)
        done = subprocess.run([BIN / "openclaw-broker"], env=broker.env, capture_output=True, text=True, timeout=patient(60))
        self.assertEqual((done.returncode, done.stderr), (78, "openclaw-broker: LOG_FORMAT: must be text or json\n"))


if __name__ == "__main__":
    unittest.main()
