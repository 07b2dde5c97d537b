"""What concurrent clients of a broker did and saw, and the check that it may have happened: the promises of
docs/ARCHITECTURE.md, "Invariants", held against it.

Every operation is noted with when it was invoked, when it ended, and how: `ok` and `fail` are answers; `unknown` is no
answer (the connection broke, the broker was killed), so it may have happened or not. What was sent once may have been
doubled on its way.
"""
import collections
import dataclasses
import threading
import time

from job_life import PROGRESS, broken_rules


@dataclasses.dataclass
class Operation:
    kind: str  # create, claim, renew, progress, finish, fail, release, cancel, retry, read
    job_id: str = ""
    asked: dict = dataclasses.field(default_factory=dict)  # what the request said, see the checks
    invoked: float = 0.0
    ended: float = 0.0
    outcome: str = "unknown"
    answer: dict = dataclasses.field(default_factory=dict)


class History:
    def __init__(self, lease_seconds):
        self.lease_seconds = lease_seconds
        self.operations = []
        self.lock = threading.Lock()

    def run(self, kind, call, job_id="", **asked):
        """Does it and notes it. @param call answers (status, JSON) or None @returns its operation"""
        operation = Operation(kind, job_id, asked, invoked=time.monotonic())
        answer = call()
        operation.ended = time.monotonic()
        if answer and answer[0] < 500:
            operation.outcome = "ok" if answer[0] == 200 else "fail"
            operation.answer = answer[1]
        with self.lock:
            self.operations.append(operation)
        return operation

    def of(self, *kinds):
        return [x for x in self.operations if x.kind in kinds]

    def violations(self, final, worker_caps):
        """@param final job id -> (job object, events) after everything came to rest
        @param worker_caps worker id -> caps, of those who still work then
        @returns what cannot be, a sentence each, which begins with the promise that it breaks"""
        return sorted(set(Check(self, final, worker_caps).all()))


class Check:
    def __init__(self, history, final, worker_caps):
        self.history, self.final, self.worker_caps = history, final, worker_caps
        self.by_payload = {x.asked["payload"]: x for x in reversed(history.of("create"))}
        self.created = {}  # job id -> the request that was answered first
        for x in sorted(history.of("create"), key=lambda x: x.ended):
            if x.outcome == "ok":
                self.created.setdefault(x.answer["id"], x)
        self.caps_of = {x.asked["worker"]: set(x.asked["caps"]) for x in history.of("claim")}
        self.grants = collections.defaultdict(dict)  # job id -> number of the claimed event -> the claim
        self.asked = collections.defaultdict(set)  # job id -> kinds of requests
        for x in history.operations:
            self.asked[x.job_id].add(x.kind)  # refused ones too: the second of two may be refused since the first was not

    def all(self):
        for rule in (self.nothing_is_lost, self.keys_are_kept, self.every_grant_is_good, self.leases_do_not_overlap,
                     self.one_result_counts, self.first_come_first_served, self.progress_is_kept,
                     self.every_life_is_legal, self.everything_comes_to_rest):
            yield from rule()

    # -- I1, I9 -------------------------------------------------------------------------------------------------------

    def nothing_is_lost(self):
        for job_id, x in self.created.items():
            job = self.final.get(job_id, (None,))[0]
            if job is None:
                yield f"I1: job {job_id} was acknowledged and is lost"
                continue
            for field in ("payload", "priority", "requester"):
                if job[field] != x.asked[field]:
                    yield f"I1: job {job_id}: its {field} changed from {x.asked[field]} to {job[field]}"

    def keys_are_kept(self):
        ids = collections.defaultdict(set)
        for x in self.history.of("create"):
            if x.outcome == "ok":
                ids[x.asked["payload"]].add(x.answer["id"])
        for job_id, (job, _) in self.final.items():
            if job["payload"] not in self.by_payload:
                yield f"I9: job {job_id} was created by nobody"
            ids[job["payload"]].add(job_id)
        for payload, found in ids.items():  # each create has a payload of its own, and repeats it with its key
            key = self.by_payload[payload].asked["key"] if payload in self.by_payload else None
            if key and len(found) > 1:
                yield f"I9: key {key} stands for {len(found)} jobs: {sorted(found)}"

    # -- I3, I4, I5 ---------------------------------------------------------------------------------------------------

    def every_grant_is_good(self):
        leases = {}
        for x in self.history.of("claim"):
            job = x.answer.get("job") if x.outcome == "ok" else None
            if not job:
                continue
            lease, numbers = job["lease_id"], self.grants[job["id"]]
            if lease in leases:
                yield f"I3: lease {lease} was granted twice: job {leases[lease]}, job {job['id']}"
            leases[lease] = job["id"]
            numbers[job["events"]] = x
            events = self.final.get(job["id"], (None, []))[1]
            event = next((e for e in events if e["sequence"] == job["events"]), None)
            if event and (event["type"], event["attempt"], event["worker_id"]) != ("claimed", job["attempt"],
                                                                                   x.asked["worker"]):
                yield f"I5: job {job['id']}: {x.asked['worker']} has attempt {job['attempt']}, but event {event} says else"
        for job_id, (_, events) in self.final.items():
            needed = self.needed(job_id)
            for event in events:
                had = self.caps_of.get(event["worker_id"]) if event["type"] == "claimed" else None
                if had is not None and not needed <= had:
                    yield f"I4: job {job_id} needs {sorted(needed)} and went to {event['worker_id']} with {sorted(had)}"

    def needed(self, job_id):
        create = self.by_payload.get(self.final[job_id][0]["payload"])
        return set(create.asked["caps"]) if create else set()

    def leases_do_not_overlap(self):
        """A lease lives at least one term from when its claim was sent, unless something else ended it."""
        for job_id, grants in self.grants.items():
            events = self.final.get(job_id, (None, []))[1]
            numbers = sorted(grants)
            for first, second in zip(numbers, numbers[1:]):
                ends = [e for e in events if first < e["sequence"] < second and e["type"] == "requeued"]
                expired = ends and all(e["why"] == "lease_expired" for e in ends)
                passed = grants[second].ended - grants[first].invoked
                if expired and passed < self.history.lease_seconds:
                    yield (f"I3: job {job_id} was granted again {passed:.2f} s after a lease of "
                           f"{self.history.lease_seconds} s began")

    # -- I2, I8 -------------------------------------------------------------------------------------------------------

    def one_result_counts(self):
        counted = collections.defaultdict(set)
        sent = collections.defaultdict(set)
        for x in self.history.of("finish"):
            if x.outcome != "fail":
                sent[x.job_id].add(x.asked["text"])
            if x.outcome == "ok" and x.answer.get("status") == "done":
                counted[x.job_id].add(x.asked["text"])
        for job_id, texts in counted.items():
            job = self.final.get(job_id, (None,))[0]
            if len(texts) > 1:
                yield f"I2: job {job_id}: two results were accepted: {sorted(texts)}"
            elif job and job["result"] not in texts:
                yield f"I2: job {job_id}: the accepted result {sorted(texts)[0]} became {job['result']}"
        for job_id, (job, _) in self.final.items():
            if job["status"] == "done" and job["result"] not in sent[job_id]:
                yield f"I2: job {job_id}: nobody sent its result {job['result']}"
        yield from self.ends_are_final()

    def ends_are_final(self):
        seen = {}
        for x in sorted(self.history.of("read", "cancel"), key=lambda x: x.ended):
            job = x.answer if x.outcome == "ok" else {}
            if x.job_id in seen and x.invoked > seen[x.job_id].ended and job and job["status"] != "done":
                yield f"I2: job {x.job_id} was done, then {job['status']}"
            if job.get("status") == "done":
                seen.setdefault(x.job_id, x)
        for x in self.history.of("cancel"):
            job = self.final.get(x.job_id, (None,))[0]
            cancelled = x.outcome == "ok" and x.answer["outcome"] == "cancelled"
            if cancelled and job and job["status"] == "done" and "retry" not in self.asked[x.job_id]:
                yield f"I8: job {x.job_id} was cancelled and is done"

    # -- I6 -----------------------------------------------------------------------------------------------------------

    def first_come_first_served(self):
        """Within jobs of the same caps, priority and requester nobody goes before an older one that surely waited."""
        waits = collections.defaultdict(list)  # lane -> [(job id, since, until)]
        for job_id, x in self.created.items():
            for since, until in self.surely_waiting(job_id, x):
                waits[lane_of(x)].append((job_id, since, until))
        for job_id, grants in self.grants.items():
            if job_id not in self.created:
                continue
            for claim in grants.values():
                for other, since, until in waits[lane_of(self.created[job_id])]:
                    if other < job_id and since < claim.invoked and claim.ended < until:
                        yield f"I6: job {job_id} went before the older job {other}, which waited"

    def surely_waiting(self, job_id, create):
        events = self.final.get(job_id, (None, []))[1]
        begins = {1: create.ended}  # number of the event -> when its client knew of it
        for x in self.history.of("release"):
            number = next((n for n, c in self.grants[x.job_id].items()
                           if x.job_id == job_id and c.answer["job"]["lease_id"] == x.asked["lease"]), None)
            after = next((e for e in events if number and e["sequence"] > number and e["type"] not in PROGRESS), None)
            if x.outcome == "ok" and after and after["type"] == "requeued":
                begins[after["sequence"]] = min(x.ended, begins.get(after["sequence"], x.ended))
        for number, since in begins.items():
            following = events[number] if number < len(events) else None
            if following and following["type"] == "claimed" and following["sequence"] in self.grants[job_id]:
                yield since, self.grants[job_id][following["sequence"]].invoked

    # -- I5, I7, I11, I12 ---------------------------------------------------------------------------------------------

    def progress_is_kept(self):
        for x in self.history.of("progress"):
            events = self.final.get(x.job_id, (None, []))[1]
            if x.outcome == "ok" and not any(e["data"] == x.asked["data"] for e in events):
                yield f"I11: job {x.job_id}: the acknowledged event {x.asked['data']} is lost"

    def every_life_is_legal(self):
        for job_id, (job, events) in self.final.items():
            create = self.by_payload.get(job["payload"])
            for wrong in broken_rules(job, events, create and create.asked["max_attempts"]):
                yield f"{wrong} [job {job_id}]"
            for kind, request in (("retried", "retry"), ("cancelled", "cancel")):
                if any(e["type"] == kind for e in events) and request not in self.asked[job_id]:
                    yield f"I8: job {job_id} was {kind}, and nobody asked for it"

    def everything_comes_to_rest(self):
        for job_id, (job, _) in self.final.items():
            needed = self.needed(job_id)
            servable = any(needed <= set(caps) for caps in self.worker_caps.values())
            if servable and job["status"] not in ("done", "failed"):
                yield f"I12: job {job_id} is {job['status']} for ever, though a worker can do it"
            if not servable and job["status"] == "running":
                yield f"I12: job {job_id} runs, though no worker can do it"


def lane_of(create):
    return tuple(sorted(create.asked["caps"])), create.asked["priority"], create.asked["requester"]
