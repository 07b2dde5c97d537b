"""The broker takes an ended job out of its store: the one way to write that no request asks for."""
import time

from kill_scenarios import Renew


class Prune(Renew):
    """Two jobs have ended where one is kept."""
    path = "prune"
    env = {"RETENTION_MAX_JOBS": "1", "RETENTION_DRY_RUN": "0", "RETENTION_EVERY_SECONDS": "1"}

    def get_there(self):
        self.broker.begin(self.points)
        self.anchor = None  # it would go too
        self.lead()

    def lead(self):
        super().lead()
        self.finish()

    def act(self):
        self.last = self.create()
        self.broker.ask("POST", f"/jobs/{self.last}/cancel")

    def look(self, happened):
        status, job = self.broker.bot("GET", f"/jobs/{self.id}")
        if happened or status == 404:  # the next round may have been here already
            self.same((status, job), (404, {"detail": "job not found"}))
        else:
            self.same((job["status"], job["result"]), ("done", "subject done"))

    def go_on(self, happened):
        while self.broker.bot("GET", f"/jobs/{self.id}")[0] != 404:
            time.sleep(0.05)
        self.same(self.broker.job(self.last)["outcome"], "cancelled")
