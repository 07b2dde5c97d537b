"""Concurrent clients of a broker that do what producers, workers and people do, well and badly, and note all of it in a
history (job_history.py): mixed caps and priorities, keys, repeats, late results, lost leases, cancels and retries."""
import http.client
import json
import random
import threading
import time
import uuid

from patience import patient

WORKERS = {"w1": ["a"], "w2": ["a", "b"], "w3": ["b"], "w4": ["a", "b", "c"]}
NEEDED = [[], ["a"], ["b"], ["a", "b"], ["c"]]
HABITS = ["finish"] * 5 + ["fail", "release", "drop", "late", "report", "renew"]
REST_SECONDS_MAX = patient(120)


class Client:
    """One keep-alive connection that opens itself again after a broken one. @param endpoint has a `port`"""

    def __init__(self, endpoint, headers):
        self.endpoint, self.headers, self.connection = endpoint, headers, None

    def call(self, method, path, body=None, **headers):
        """@returns (status, JSON), or None when the connection broke: nobody knows whether it happened."""
        headers = {key.replace("_", "-"): value for key, value in headers.items() if value is not None}
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.endpoint.port, timeout=patient(60))
            text = None if body is None else json.dumps(body)
            self.connection.request(method, path, text, {**self.headers, **headers, "Content-Type": "application/json"})
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            time.sleep(0.01)
            return None

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Load:
    """@param endpoint where its clients connect to @param broker whose headers they use
    @param habits what its workers do with a job, by chance"""

    def __init__(self, endpoint, broker, history, seed, habits=HABITS):
        self.endpoint, self.broker, self.history, self.seed = endpoint, broker, history, seed
        self.habits = habits
        self.producing, self.working = threading.Event(), threading.Event()
        self.careful = threading.Event()  # from then on workers finish what they get
        self.known, self.threads, self.workers = [], [], []

    def start(self, producers=3, meddlers=1):
        self.producing.set()
        self.working.set()
        bot, worker = self.broker.bot_headers, self.broker.worker_headers
        self.threads = [self.begin(self.produce, f"p{i}", bot) for i in range(producers)]
        self.threads += [self.begin(self.meddle, f"m{i}", bot) for i in range(meddlers)]
        self.workers = [self.begin(self.work, name, worker) for name in WORKERS]

    def begin(self, role, name, headers):
        def live():
            client = Client(self.endpoint, headers)
            role(name, client, random.Random(f"{self.seed}{name}"))
            client.close()

        thread = threading.Thread(target=live, daemon=True)
        thread.start()
        return thread

    def wait_for(self, jobs):
        """Until so many jobs have been acknowledged."""
        while len(self.known) < jobs:
            time.sleep(0.01)

    def come_to_rest(self, seconds_max=None):
        """No new jobs, careful workers, until every job is at its end. @returns job id -> (job object, events)"""
        self.producing.clear()
        for thread in self.threads:
            thread.join()
        self.careful.set()
        reader = Client(self.broker, self.broker.bot_headers)
        deadline = time.monotonic() + (seconds_max or REST_SECONDS_MAX)
        while time.monotonic() < deadline:
            queue = reader.call("GET", "/queue")
            if queue and queue[0] == 200 and queue[1]["queued"] + queue[1]["running"] == 0:
                break
            time.sleep(0.05)
        self.working.clear()
        for thread in self.workers:
            thread.join()
        final = read_all(reader)
        reader.close()
        return final

    # -- roles --------------------------------------------------------------------------------------------------------

    def produce(self, name, client, dice):
        number = 0
        while self.producing.is_set():
            number += 1
            payload = f"{name}-{number}"
            key = f"key-{payload}" if dice.random() < 0.5 else None
            asked = {"payload": payload, "caps": dice.choice(NEEDED), "priority": dice.choice([0, 0, 5]),
                     "requester": name, "max_attempts": dice.choice([2, 3, 50])}
            for _ in range(1 if key is None else dice.choice([1, 1, 3])):
                operation = self.create(client, asked, key)
                while key and operation.outcome == "unknown" and self.producing.is_set():
                    operation = self.create(client, asked, key)
                if operation.outcome == "ok":
                    self.known.append(operation.answer["id"])
            time.sleep(dice.uniform(0, 0.02))

    def create(self, client, asked, key):
        body = {"command": "ping", **asked, "requires": {"caps": asked["caps"]}}
        del body["caps"]
        return self.history.run("create", lambda: client.call("POST", "/jobs", body, Idempotency_Key=key),
                                key=key, **asked)

    def meddle(self, _, client, dice):
        while self.producing.is_set():
            if self.known:
                job_id, kind = dice.choice(self.known[-50:]), dice.choice(["cancel", "retry", "read", "read"])
                what = ("GET", f"/jobs/{job_id}") if kind == "read" else ("POST", f"/jobs/{job_id}/{kind}")
                self.history.run(kind, lambda what=what: client.call(*what), job_id)
            time.sleep(dice.uniform(0, 0.03))

    def work(self, name, client, dice):
        caps = WORKERS[name]
        who = {"X_Worker_Id": name, "X_Worker_Caps": ",".join(caps)}
        while self.working.is_set():
            wait = dice.choice([0, 0, 1])
            claim = self.history.run("claim", lambda wait=wait: client.call("GET", f"/jobs/next?wait={wait}", **who),
                                     worker=name, caps=caps)
            job = claim.answer.get("job") if claim.outcome == "ok" else None
            if job:
                self.live_with(Grant(client, self.history, job, who), dice)
            elif wait == 0:
                time.sleep(0.01)

    def live_with(self, grant, dice):
        habit = "finish" if self.careful.is_set() else dice.choice(self.habits)
        if habit == "drop":
            return
        if habit in ("report", "renew"):
            grant.report() if habit == "report" else grant.renew()
        if habit == "late":
            time.sleep(self.history.lease_seconds + 0.3)
        getattr(grant, habit if habit in ("fail", "release") else "finish")()


class Grant:
    """A job in a worker's hands."""

    def __init__(self, client, history, job, who):
        self.client, self.history, self.job = client, history, job
        self.headers = {"X_Worker_Id": who["X_Worker_Id"], "X_Lease_Id": job["lease_id"]}
        self.lease = job["lease_id"]

    def say(self, kind, path, body=None, **asked):
        """Until it has an answer, as runners do."""
        for _ in range(100):
            operation = self.history.run(
                kind, lambda: self.client.call("POST", f"/jobs/{self.job['id']}/{path}", body, **self.headers),
                self.job["id"], lease=self.lease, **asked)
            if operation.outcome != "unknown":
                return
            time.sleep(0.02)

    def finish(self):
        text = f"{self.job['payload']} done under {self.lease}"
        self.say("finish", "result", {"result": text}, text=text)

    def fail(self):
        self.say("fail", "fail", {"error": f"failed under {self.lease}"})

    def release(self):
        self.say("release", "release")

    def renew(self):
        self.say("renew", "heartbeat")

    def report(self):
        data = {"note": str(uuid.uuid4())}
        self.say("progress", "events", {"type": "status", "data": data}, data=data)


def read_all(client):
    """@returns job id -> (job object, events)"""
    final, cursor = {}, ""
    while cursor is not None:
        page = certainly(client, f"/jobs?limit=200{cursor and '&cursor=' + cursor}")
        for listed in page["jobs"]:
            job_id, events, after = listed["id"], [], 0
            while news := certainly(client, f"/jobs/{job_id}/events?after={after}")["events"]:
                events += news
                after = events[-1]["sequence"]
            final[job_id] = certainly(client, f"/jobs/{job_id}"), events
        cursor = page["next_cursor"]
    return final


def certainly(client, path):
    for _ in range(100):
        answer = client.call("GET", path)
        if answer and answer[0] == 200:
            return answer[1]
        time.sleep(0.05)
    raise AssertionError(f"no answer to GET {path}: {answer}")
