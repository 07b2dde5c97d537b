"""What concurrent clients of a broker saw, and the check that it is a history that may happen.

Every operation is noted when its answer is known: acknowledged, refused, or unknown (the connection broke, so it may or
may not have happened).
"""
import collections
import threading


class History:
    def __init__(self):
        self.lock = threading.Lock()
        self.created = {}  # job id -> payload, acknowledged
        self.grants = collections.defaultdict(list)  # job id -> [(time, attempt, lease id, worker)]
        self.finished = collections.defaultdict(list)  # job id -> [(lease id, result, acknowledged or None)]

    def note_created(self, job_id, payload):
        with self.lock:
            self.created[job_id] = payload

    def note_grant(self, when, job, worker):
        with self.lock:
            self.grants[job["id"]].append((when, job["attempt"], job["lease_id"], worker))

    def note_finish(self, job_id, lease_id, result, acknowledged):
        with self.lock:
            self.finished[job_id].append((lease_id, result, acknowledged))

    def violations(self, final_jobs, lease_seconds):
        """@param final_jobs job id -> job object after everything came to rest."""
        found = []
        for job_id, payload in self.created.items():
            job = final_jobs.get(job_id)
            if job is None:
                found.append(f"{job_id}: acknowledged, then lost")
            elif job["payload"] != payload:
                found.append(f"{job_id}: its payload changed")
            elif job["status"] != "done":
                found.append(f"{job_id}: never done: {job['status']} {job['error']}")
        for job_id, finishes in self.finished.items():
            counted = {(lease, result) for lease, result, ok in finishes if ok}
            if len(counted) > 1:
                found.append(f"{job_id}: two results were accepted: {sorted(counted)}")
            for lease, result in counted:
                if job_id in final_jobs and final_jobs[job_id]["result"] != result:
                    found.append(f"{job_id}: the accepted result {result} was lost")
        for job_id, grants in self.grants.items():
            grants = sorted(grants, key=lambda g: g[1])
            attempts = [attempt for _, attempt, _, _ in grants]
            if len(set(attempts)) != len(attempts):
                found.append(f"{job_id}: attempt granted twice: {attempts}")
            if len({lease for _, _, lease, _ in grants}) != len(grants):
                found.append(f"{job_id}: a lease id was used twice")
            for (first, _, _, _), (second, _, _, _) in zip(grants, grants[1:]):
                # A restarted broker gives a full term, so a lease never ends earlier than one term after its grant.
                if second - first < lease_seconds - 1.0:
                    found.append(f"{job_id}: granted again after {second - first:.2f} s, within a live lease")
        return found
