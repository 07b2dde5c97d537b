"""A broker that dies at a kill point (test/support/mortal_broker_main.cpp), and what its clients say to it. They hear no
answer when it dies under them."""
import http.client
import json
import signal
import subprocess
import threading

from broker_process import BIN, BrokerProcess
from job_life import broken_rules
from patience import patient

DEATH_SECONDS_MAX = patient(60)


def kill_points():
    """@returns the names of the closed list"""
    return subprocess.run([BIN / "mortal_broker", "--kill-points"], capture_output=True, text=True,
                          check=True).stdout.split()


class MortalBroker(BrokerProcess):
    def __init__(self, **env):
        super().__init__(program="mortal_broker", **env)

    def begin(self, kill_at=()):
        """Starts it. @param kill_at it dies when it has come to these points, in this order; () never
        @returns False when it died before it listened"""
        self.port, self.env["BROKER_PORT"] = 0, "0"
        self.env.pop("KILL_AT", None)
        if kill_at:
            self.env["KILL_AT"] = " ".join(kill_at)
        try:
            self.start()
        except AssertionError:
            if not kill_at or self.process.returncode != -signal.SIGKILL:
                raise
            return False
        return True

    def dies(self):
        """Waits for it. @returns whether it was killed"""
        try:
            self.process.wait(DEATH_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            return False
        self.reader.join()
        self.process.stderr.close()
        return self.process.returncode == -signal.SIGKILL

    def attempt(self, method, path, headers, body=None):
        """@returns (status, JSON), or None when no answer came"""
        try:
            return self.call(method, path, headers, body, timeout=DEATH_SECONDS_MAX)
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return None

    def ask(self, method, path, body=None, **headers):
        return self.attempt(method, path, {**self.bot_headers, **dashed(headers)}, body)

    def say(self, method, path, body=None, **headers):
        return self.attempt(method, path, {**self.worker_headers, **dashed(headers)}, body)

    def later(self, *what, **more):
        thread = threading.Thread(target=lambda: self.say(*what, **more), daemon=True)
        thread.start()
        return thread

    def all_jobs(self):
        """@returns job id -> (job, events)"""
        jobs, cursor = {}, ""
        while cursor is not None:
            page = self.bot("GET", f"/jobs?limit=100{cursor and '&cursor=' + cursor}")[1]
            for listed in page["jobs"]:
                events, after = [], 0
                while news := self.bot("GET", f"/jobs/{listed['id']}/events?after={after}")[1]["events"]:
                    events += news
                    after = events[-1]["sequence"]
                jobs[listed["id"]] = self.job(listed["id"]), events
            cursor = page["next_cursor"]
        return jobs

    def broken_rules(self):
        return [f"{job_id}: {wrong}" for job_id, (job, events) in self.all_jobs().items()
                for wrong in broken_rules(job, events)]


def dashed(headers):
    return {key.replace("_", "-"): value for key, value in headers.items()}
