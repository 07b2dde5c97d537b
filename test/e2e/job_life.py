"""What the events of one job must look like, whatever happened to the broker and to its clients: the life of a job as
actors/domain/job.hpp draws it."""

PROGRESS = {"status", "delta", "tool_call", "tool_result", "usage", "checkpoint"}
ENDED = {"done", "failed"}


class Life:
    """Goes through the events and notes what cannot be."""

    def __init__(self, max_attempts):
        self.status, self.outcome, self.attempt, self.max_attempts = None, None, 0, max_attempts
        self.wrong = []

    def must(self, holds, what):
        if not holds:
            self.wrong.append(what)

    def see(self, event):
        kind = event["type"]
        if kind == "created":
            self.must(self.status is None, "I9: it was created twice")
            self.status = "queued"
        elif kind == "claimed":
            self.must(self.status == "queued", f"I3: it was claimed while {self.status}")
            self.attempt += 1
            self.must(event["attempt"] == self.attempt, f"I5: attempt {event['attempt']} follows {self.attempt - 1}")
            self.must(self.attempt <= self.max_attempts, f"I7: attempt {self.attempt} of {self.max_attempts}")
            self.status = "running"
        elif kind == "requeued":
            self.must(self.status == "running", f"I3: it was requeued while {self.status}")
            self.attempt -= event["why"] == "released"
            self.status = "queued"
        elif kind == "retried":
            self.must(self.status == "failed", f"it was retried while {self.status}")
            self.status, self.outcome, self.attempt = "queued", None, 0
        elif kind in ("done", "failed", "cancelled", "buried"):
            self.end(kind)
        elif kind in PROGRESS:
            self.must(self.status == "running" and event["attempt"] == self.attempt,
                      f"I11: progress of attempt {event['attempt']} while {self.status} in attempt {self.attempt}")

    def end(self, kind):
        if self.outcome == "cancelled" and kind == "done":
            self.wrong.append("I8: it was cancelled, then done")
        self.must(self.status in ("queued", "running"), f"I2: it ended ({kind}) when it had ended already: {self.outcome}")
        self.status = "done" if kind == "done" else "failed"
        self.outcome = "dead" if kind == "buried" else kind


def broken_rules(job, events, max_attempts=None):
    """@param job the job object @param events all of its events @returns what is wrong, a sentence each"""
    life = Life(max_attempts or job["max_attempts"])
    numbers = [event["sequence"] for event in events]
    life.must(numbers == list(range(1, len(numbers) + 1)), f"I11: its events have gaps: {numbers}")
    life.must(job["events"] == len(numbers), f"I11: it says {job['events']} events and has {len(numbers)}")
    for event in events:
        life.see(event)
    life.must(job["status"] == life.status and job["outcome"] == life.outcome,
              f"I2: it is {job['status']}/{job['outcome']}, but its events say {life.status}/{life.outcome}")
    life.must(job["attempt"] == life.attempt, f"I5: it says attempt {job['attempt']}, its events say {life.attempt}")
    return life.wrong
