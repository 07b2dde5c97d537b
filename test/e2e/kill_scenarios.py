"""Every way in which the broker writes, as a short life of one job: what leads there, the request under which the broker
dies, and what must be true after the restart, whether the change happened or not."""
import time

from mortal_broker import MortalBroker

W1 = {"X_Worker_Id": "w1", "X_Worker_Caps": "subject"}


class Scenario:
    path = ""  # of the change, as kill points name it
    passes = 0  # how often changes of this path are made on the way to it
    env = {}
    kinds = ["created"]  # events of the job before the change ...
    kind = None  # ... and the one that the change adds

    def __init__(self, points):
        self.points, self.broker = points, MortalBroker(**self.env)

    def run(self, happened):
        try:
            self.get_there()
            self.act()
            assert self.broker.dies(), "it never came to this point"
            self.broker.begin()
            self.look(happened)
            self.go_on(happened)
            self.look_at_all()
        finally:
            self.broker.stop()

    def get_there(self):
        self.broker.begin(self.points)
        self.anchor = self.serves(self.broker)
        self.lead()

    @staticmethod
    def serves(broker):
        """A whole life of a job. @returns its id"""
        job_id = broker.create(payload="anchor", requires={"caps": ["anchor"]})
        job = broker.claim(X_Worker_Id="w0", X_Worker_Caps="anchor")
        assert job and job["id"] == job_id, job and job["id"]
        answer = broker.worker("POST", f"/jobs/{job_id}/result", {"result": "served"}, X_Lease_Id=job["lease_id"])
        assert answer[0] == 200 and answer[1]["status"] == "done", answer
        return job_id

    def lead(self):
        self.id = self.create()

    def act(self):
        raise NotImplementedError

    def look(self, happened):
        """The job has the events that it must have: the change is there once, or not at all."""
        expected = [*self.kinds, self.kind] if happened and self.kind else self.kinds
        self.same(self.types(), expected)

    def go_on(self, happened):
        """The clients do what clients do after an answer that never came."""

    def look_at_all(self):
        self.same(self.broker.broken_rules(), [])
        if self.anchor:
            anchor = self.broker.job(self.anchor)
            self.same((anchor["status"], anchor["result"]), ("done", "served"))
        self.serves(self.broker)

    # -- words of the scenarios ---------------------------------------------------------------------------------------

    @staticmethod
    def same(found, expected):
        assert found == expected, f"{found} is not {expected}"

    def create(self, **more):
        return self.broker.create(payload="subject", requires={"caps": ["subject"]}, **more)

    def claim(self, boot="b1", wait=None):
        job = self.broker.claim(wait, **W1, X_Worker_Boot_Id=boot)
        assert job, "no job to claim"
        self.lease = {"X_Lease_Id": job["lease_id"], "X_Worker_Id": "w1"}
        return job

    def post(self, what, body=None, lease=None):
        """A worker's request that may be the broker's last."""
        return self.broker.say("POST", f"/jobs/{self.id}/{what}", body, **(lease or self.lease))

    def finish(self, result="subject done"):
        self.same(self.post("result", {"result": result}), (200, {"ok": True, "status": "done"}))
        self.same(self.broker.job(self.id)["result"], result)

    def types(self):
        return [event["type"] for event in self.broker.bot("GET", f"/jobs/{self.id}/events")[1]["events"]]

    def find(self):
        found = [job_id for job_id, (job, _) in self.broker.all_jobs().items() if job["payload"] == "subject"]
        assert len(found) <= 1, f"created {len(found)} times"
        return found[0] if found else None


class Create(Scenario):
    path, passes = "create", 1
    body = {"command": "ping", "payload": "subject", "requires": {"caps": ["subject"]}}

    def lead(self):
        pass

    def act(self):
        self.broker.ask("POST", "/jobs", self.body, Idempotency_Key="k")

    def look(self, happened):
        self.id = self.find()
        self.same(self.id is not None, happened)

    def go_on(self, happened):
        again = self.broker.ask("POST", "/jobs", self.body, Idempotency_Key="k")
        self.same(again[0], 200)
        self.same(self.find(), again[1]["id"])
        self.same(self.id in (None, again[1]["id"]), True)


class Settle(Create):
    """Killed on the way from the journal to LMDB."""

    def act(self):
        super().act()
        while self.broker.ask("POST", "/jobs", {**self.body, "payload": "more to settle"}):
            pass


class Claim(Scenario):
    path, passes, kind = "claim", 1, "claimed"

    def act(self):
        self.broker.say("GET", "/jobs/next", **W1, X_Worker_Boot_Id="b1")

    def go_on(self, happened):
        self.same(self.claim("b2", wait=30)["attempt"], 1 + happened)
        self.finish()


class Birth(Claim):
    """A claim that is held gets a new job in the commit that makes it."""
    path, passes = "birth", 0

    def lead(self):
        self.held = self.broker.later("GET", "/jobs/next?wait=60", **W1, X_Worker_Boot_Id="b1")
        while self.broker.bot("GET", "/queue")[1]["waiting_claims"] == 0:
            time.sleep(0.01)

    def act(self):
        self.broker.ask("POST", "/jobs", Create.body)
        self.held.join()

    def look(self, happened):
        self.id = self.find()
        self.same(self.id and self.types(), ["created", "claimed"] if happened else None)

    def go_on(self, happened):
        if not happened:
            self.id = self.create()
        super().go_on(happened)


class Renew(Scenario):
    path, kinds = "renew", ["created", "claimed"]

    def lead(self):
        super().lead()
        self.claim()

    def act(self):
        self.post("heartbeat")

    def go_on(self, happened):
        self.same(self.post("heartbeat")[0], 200)
        self.finish()


class RenewAtStart(Renew):
    """A job that runs gets a full term when the broker starts."""

    def get_there(self):
        self.broker.begin()
        self.anchor = self.serves(self.broker)
        self.lead()
        self.broker.kill()

    def act(self):
        self.broker.begin(self.points)


class Progress(Scenario):
    path, kinds = "progress", ["created", "claimed"]
    batch = [{"type": "status", "data": {"phase": "working"}}, {"type": "checkpoint", "data": {"step": 1}}]

    def lead(self):
        super().lead()
        self.claim()

    def act(self):
        self.post("events", self.batch)

    def look(self, happened):
        self.same(self.types(), [*self.kinds, *(["status", "checkpoint"] if happened else [])])

    def go_on(self, happened):
        self.same(self.post("release"), (200, {"ok": True}))
        self.same(self.claim()["checkpoint"], {"step": 1} if happened else None)
        self.finish()


class Finish(Renew):
    path, passes, kind = "finish", 1, "done"

    def act(self):
        self.post("result", {"result": "subject done"})

    def go_on(self, happened):
        self.same(self.broker.job(self.id)["result"], "subject done" if happened else None)
        self.finish()
        self.same(self.post("result", {"result": "another"})[0], 200)
        self.same(self.broker.job(self.id)["result"], "subject done")


class FinishLate(Finish):
    """The lease that ended last, of a job that nobody has claimed since."""
    kinds = ["created", "claimed", "requeued"]

    def lead(self):
        super().lead()
        self.same(self.post("release"), (200, {"ok": True}))

    def finish(self, result="subject done"):
        self.same(self.post("result", {"result": result})[0], 200)


class Fail(Renew):
    path, kind = "fail", "failed"

    def act(self):
        self.post("fail", {"error": "no"})

    def go_on(self, happened):
        self.same(self.post("fail", {"error": "no"}), (200, {"ok": True, "status": "failed"}))
        self.same((self.broker.job(self.id)["error"], self.types().count("failed")), ("no", 1))


class Overdue(Scenario):
    path, kind = "fail", "failed"

    def lead(self):
        self.id = self.create(deadline=int(time.time()) + 2)

    def act(self):
        pass  # its time comes

    def look(self, happened):
        if happened:
            super().look(happened)

    def go_on(self, happened):
        while self.broker.job(self.id)["status"] != "failed":
            time.sleep(0.05)
        self.same((self.broker.job(self.id)["error"], self.types()), ("deadline passed", ["created", "failed"]))


class Release(Renew):
    path, kind = "release", "requeued"

    def act(self):
        self.post("release")

    def go_on(self, happened):
        self.same(self.post("release"), (200, {"ok": True}))
        self.same((self.types().count("requeued"), self.claim()["attempt"]), (1, 1))
        self.finish()


class Requeue(Renew):
    """The runner of the job is started anew, so its lease ends."""
    path, kind = "requeue", "requeued"

    def act(self):
        self.broker.say("GET", "/jobs/next?wait=60", **W1, X_Worker_Boot_Id="b2")

    def go_on(self, happened):
        self.same(self.claim("b3", wait=30)["attempt"], 2)
        self.same(self.types(), ["created", "claimed", "requeued", "claimed"])
        self.finish()


class Expire(Requeue):
    """The term of the lease passes."""
    env = {"LEASE_SECONDS": "1"}

    def get_there(self):
        self.broker.begin(self.points)
        self.anchor = None  # its lease might end too
        self.lead()

    def act(self):
        pass

    def look(self, happened):
        if happened:
            super().look(happened)

    def finish(self, result="subject done"):
        pass  # its new lease may have ended already


class Bury(Renew):
    path, kind = "bury", "buried"

    def create(self, **more):
        return super().create(max_attempts=1, **more)

    def act(self):
        self.broker.say("GET", "/jobs/next?wait=60", **W1, X_Worker_Boot_Id="b2")

    def go_on(self, happened):
        while self.broker.job(self.id)["status"] != "failed":
            self.same(self.broker.claim(**W1, X_Worker_Boot_Id="b3"), None)
        self.same((self.broker.job(self.id)["outcome"], self.types()), ("dead", ["created", "claimed", "buried"]))


class Cancel(Scenario):
    path, kind = "cancel", "cancelled"

    def act(self):
        self.broker.ask("POST", f"/jobs/{self.id}/cancel")

    def go_on(self, happened):
        self.same(self.broker.ask("POST", f"/jobs/{self.id}/cancel")[1]["outcome"], "cancelled")
        self.same((self.types().count("cancelled"), self.broker.claim(**W1)), (1, None))


class CancelRunning(Cancel):
    kinds = ["created", "claimed"]

    def lead(self):
        super().lead()
        self.claim()

    def go_on(self, happened):
        super().go_on(happened)
        self.same(self.post("heartbeat")[1]["cancel"], True)
        self.same(self.post("result", {"result": "too late"})[1]["status"], "failed")


class Retry(Renew):
    path, kinds, kind = "retry", ["created", "claimed", "failed"], "retried"

    def lead(self):
        super().lead()
        self.post("fail", {"error": "no"})

    def act(self):
        self.broker.ask("POST", f"/jobs/{self.id}/retry")

    def go_on(self, happened):
        self.same(self.broker.ask("POST", f"/jobs/{self.id}/retry")[0], 409 if happened else 200)
        self.same((self.types().count("retried"), self.claim()["attempt"]), (1, 1))
        self.finish()


class LateResult(Renew):
    path, kinds, kind = "late_result", ["created", "claimed", "requeued", "claimed"], "late_result"

    def lead(self):
        super().lead()
        self.stale = self.lease
        self.claim("b2", wait=30)

    def act(self):
        self.post("result", {"result": "stale"}, self.stale)

    def go_on(self, happened):
        self.same(self.post("result", {"result": "stale"}, self.stale), (409, {"detail": "lease lost"}))
        self.finish()


SCENARIOS = [Create, Claim, Birth, Renew, RenewAtStart, Progress, Finish, FinishLate, Fail, Overdue, Release,
             Requeue, Expire, Bury, Cancel, CancelRunning, Retry, LateResult]
