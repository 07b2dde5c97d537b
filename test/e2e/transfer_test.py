#!/usr/bin/env python3
"""`openclaw export`, `import` and `import-old` beside the real broker: all jobs out of a store, and into one."""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time
import unittest
import uuid

from broker_process import BIN, BrokerProcess
from create_load import jobs_created_meanwhile
from openclaw_process import openclaw

OLD_TABLE = """CREATE TABLE jobs (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, status TEXT NOT NULL,
    command TEXT NOT NULL, payload TEXT NOT NULL, result TEXT, finished_at INTEGER, error TEXT)"""
LATER_COLUMNS = ("started_at INTEGER", "lease_until INTEGER", "worker_id TEXT", "requires TEXT")


def lines_of(path):
    """Not what Python takes for lines: a text may hold U+2028."""
    return path.read_text().removesuffix("\n").split("\n")


class WithStore(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess()
        self.addCleanup(self.broker.stop)
        self.place = pathlib.Path(self.broker.folder.name)

    def run_cli(self, *arguments, code=0):
        result = openclaw(self.broker, *map(str, arguments), env={"BROKER_DB": str(self.place / "db"), "BOT_TOKEN": None})
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result


class Transfer(WithStore):
    def fill(self):
        """Jobs in every state, and one with every text. @returns what the broker tells of each"""
        broker = self.broker.start()
        tagged = {"tags": {"channel": "général"}, "requester": "discord:7", "priority": 3}
        ids = [broker.create(payload="a\u0000 \"quoted\" \u2028 ü", **tagged)]
        job = broker.claim(X_Worker_Id="w1")
        lease = {"X_Worker_Id": "w1", "X_Lease_Id": job["lease_id"]}
        broker.worker("POST", f"/jobs/{ids[0]}/events", [{"type": "checkpoint", "data": {"step": 1, "x": 1.50}}], **lease)
        broker.worker("POST", f"/jobs/{ids[0]}/result", {"result": "answer\n"}, **lease)
        ids.append(broker.create(requires={"caps": ["gpu"]}))
        broker.bot("POST", f"/jobs/{ids[1]}/cancel")
        ids.append(broker.create(payload="runs"))
        broker.claim(X_Worker_Id="w\xe4")  # as the wire has it, no UTF-8
        body = {"command": "ping", "payload": "waits", "requires": {"caps": ["nobody"]}}
        ids.append(broker.bot("POST", "/jobs", body, **{"Idempotency-Key": "k"})[1]["id"])
        return {job_id: self.told(job_id) for job_id in ids}

    def told(self, job_id):
        events = self.broker.bot("GET", f"/jobs/{job_id}/events")[1]["events"]
        job = self.broker.job(job_id)
        job.pop("lease_until")  # renewed at each start
        return job, events

    def test_export_import_export_is_the_same_to_the_byte_and_the_jobs_are_the_same(self):
        before = self.fill()
        self.run_cli("export", self.place / "first")
        self.assertEqual((self.place / "first").stat().st_mode & 0o777, 0o600)
        lines = lines_of(self.place / "first")
        self.assertEqual((json.loads(lines[0]), json.loads(lines[-1])), ({"openclaw_jobs": 1}, {"count": 4}))
        self.assertIn({"hex": "77e4"}, [json.loads(line)["worker_id"] for line in lines[1:-1]])
        self.assertEqual(self.run_cli("export", "-").stdout, (self.place / "first").read_text())
        self.run_cli("import", self.place / "first", "--db", self.place / "other")
        self.run_cli("export", self.place / "second", "--db", self.place / "other")
        self.assertEqual((self.place / "first").read_bytes(), (self.place / "second").read_bytes())
        self.assertIn("whole: 4 jobs", self.run_cli("verify", self.place / "other").stdout)
        self.assertEqual(self.broker.terminate(), 0)
        self.broker.env["BROKER_DB"] = str(self.place / "other")
        self.broker.start()
        self.assertEqual({job_id: self.told(job_id) for job_id in before}, before)
        body = {"command": "ping", "payload": "waits", "requires": {"caps": ["nobody"]}}
        again = self.broker.bot("POST", "/jobs", body, **{"Idempotency-Key": "k"})
        self.assertIn(again[1]["id"], before)
        self.assertEqual(self.broker.claim(X_Worker_Caps="nobody")["payload"], "waits")

    def test_an_export_made_under_load_holds_every_job_acknowledged_before_it(self):
        self.broker.start()
        with jobs_created_meanwhile(self.broker) as made:
            for n in range(3):
                before = set(made)
                self.run_cli("export", self.place / f"jobs{n}")
                exported = {json.loads(line)["id"] for line in lines_of(self.place / f"jobs{n}")[1:-1]}
                self.assertLessEqual(before, exported)
                told = json.loads(self.run_cli("--json", "import", self.place / f"jobs{n}", "--db", f"new{n}").stdout)
                self.assertEqual(told["added"], len(exported))

    def test_a_file_with_a_bad_line_imports_nothing_and_says_which_and_why(self):
        self.fill()
        self.run_cli("export", self.place / "good")
        first, *jobs, last = lines_of(self.place / "good")
        done = next(line for line in jobs if '"outcome":"done"' in line)
        spoiled = {
            "no JSON": ([first, *jobs[:2], "{", *jobs[2:], last], 4, "not JSON"),
            "a key too many": ([first, jobs[0].replace('"attempt"', '"x":1,"attempt"', 1), *jobs[1:], last], 2, "key"),
            "a key missing": ([first, jobs[0].replace('"created_at"', '"created"', 1), *jobs[1:], last], 2, "created_at"),
            "a wrong word": ([first, done.replace('"status":"done"', '"status":"doing"'), last], 2, "doing"),
            "no possible life": ([first, done.replace('"outcome":"done"', '"outcome":"failed"'), last], 2, "outcome"),
            "a job twice": ([first, jobs[0], jobs[0], *jobs[1:], last], 3, "line 2 has this job already"),
            "a lost line": ([first, *jobs[1:], last], 5, "counts 4 jobs, but the file has 3"),
            "cut off": ([first, *jobs], 5, "cut off"),
            "something behind": ([first, *jobs, last, jobs[0]], 7, "behind"),
            "another version": (['{"openclaw_jobs":2}', *jobs, last], 1, "version"),
            "another file": (["# Notes"], 1, "no file of jobs"),
            "empty": ([], 1, "no file of jobs"),
        }
        for name, (lines, number, why) in spoiled.items():
            with self.subTest(name):
                (self.place / "bad").write_text("".join(line + "\n" for line in lines))
                told = self.run_cli("import", self.place / "bad", "--db", self.place / "new", code=1)
                faults = told.stdout.splitlines()
                self.assertTrue(any(x.startswith(f"line {number}: ") and why in x for x in faults), faults)
                self.assertIn("nothing was imported", told.stderr)
                self.assertFalse((self.place / "new").exists())
        answer = json.loads(self.run_cli("--json", "import", self.place / "bad", "--db", "new", code=1).stdout)
        self.assertEqual(answer["line"], 1)
        self.run_cli("import", self.place / "nowhere", "--db", self.place / "new", code=78)

    def test_a_store_with_jobs_takes_more_only_when_asked_and_each_once(self):
        jobs = self.fill()
        token = self.broker.call("POST", "/tokens", self.broker.admin_headers, {"role": "bot", "name": "discord"})[1]
        self.run_cli("export", self.place / "old")
        new = self.broker.create(payload="new")
        self.run_cli("import", self.place / "old", "--merge", code=3)  # the broker has it
        self.broker.kill()
        self.run_cli("import", self.place / "old", code=78)
        told = json.loads(self.run_cli("--json", "import", self.place / "old", "--merge").stdout)
        self.assertEqual((told["added"], told["already_there"], told["replaced"]), (0, 4, None))
        self.run_cli("export", self.place / "all")
        lines = lines_of(self.place / "all")
        others = [line.replace('"payload":"new"', '"payload":"another"') for line in lines[1:-1] if '"new"' in line]
        other = str(uuid.uuid4())
        (self.place / "more").write_text("\n".join([lines[0], others[0].replace(new, other), lines[1], '{"count":2}']))
        told = json.loads(self.run_cli("--json", "import", self.place / "more", "--merge").stdout)
        self.assertEqual((told["added"], told["already_there"], told["counts"]["jobs"]), (1, 1, 6))
        self.assertEqual(told["counts"]["tokens"], 1)
        self.assertIn("whole: 5 jobs", self.run_cli("verify", told["replaced"]).stdout)
        self.broker.start()
        self.assertEqual(self.broker.job(other)["payload"], "another")
        self.assertEqual(self.broker.job(new)["payload"], "new")
        self.assertEqual(len(self.broker.bot("GET", "/jobs")[1]["jobs"]), len(jobs) + 2)
        self.assertEqual(self.broker.call("GET", "/jobs", {"X-Bot-Token": token["token"]})[0], 200)

    def test_what_is_no_store_is_left_alone(self):
        self.fill()
        self.run_cli("export", self.place / "jobs")
        (self.place / "home").mkdir()
        (self.place / "home" / "letter").write_text("dear")
        self.run_cli("import", self.place / "jobs", "--db", self.place / "home", code=78)
        self.assertEqual(os.listdir(self.place / "home"), ["letter"])
        self.run_cli("export", self.place / "jobs", code=78)  # never over a file
        self.run_cli("export", self.place / "x", "--db", self.place / "home", code=78)
        self.assertFalse((self.place / "x").exists())

    def test_an_import_killed_at_any_time_has_put_in_all_or_nothing(self):
        self.fill()
        self.run_cli("export", self.place / "four")
        self.assertEqual(self.broker.terminate(), 0)
        first, *jobs, _ = lines_of(self.place / "four")
        ids = [json.loads(line)["id"] for line in jobs]
        many = [line.replace(job_id, str(uuid.uuid4())) for line, job_id in zip(jobs, ids) for _ in range(800)]
        (self.place / "many").write_text("\n".join([first, *many, f'{{"count":{len(many)}}}']))
        env = {"PATH": os.environ["PATH"]}
        for n in range(12):
            command = [BIN / "openclaw", "import", self.place / "many", "--db", self.place / "db", "--merge", "-q"]
            process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
            if n < 6:
                while process.poll() is None and not (self.place / "db.part" / "data.mdb").exists():
                    pass
                time.sleep(0.02 * n)
            else:
                time.sleep(0.05 * n)
            process.send_signal(signal.SIGKILL)
            process.wait()
            counts = json.loads(self.run_cli("--json", "verify", self.place / "db").stdout)["counts"]
            self.assertIn(counts["jobs"], (4, 4 + len(many)))
            self.assertEqual(counts["problems"], 0)
        self.run_cli("import", self.place / "many", "--merge")
        self.assertFalse((self.place / "db.part").exists())
        self.broker.start()
        self.assertEqual(self.broker.job(ids[0])["result"], "answer\n")
        self.assertEqual(self.broker.job(json.loads(many[0])["id"])["result"], "answer\n")
        self.assertIn(f"whole: {4 + len(many)} jobs", self.run_cli("verify").stdout)


class OldDatabase(WithStore):
    def old_database(self, rows, columns=LATER_COLUMNS):
        """@returns the path of a database as the old broker made it, column after column"""
        path = self.place / "broker.db"
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(OLD_TABLE)
            for column in columns:
                db.execute(f"ALTER TABLE jobs ADD COLUMN {column}")
            for row in rows:
                names = ", ".join(row)
                db.execute(f"INSERT INTO jobs ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
        db.close()
        return path

    def row(self, status, **more):
        return {"id": str(uuid.uuid4()), "created_at": 1_760_000_000, "status": status, "command": "llm_task",
                "payload": "{}", **more}

    def test_the_jobs_of_the_old_broker_go_on_in_ours(self):
        done = self.row("done", result="42 ü", started_at=1_760_000_010, finished_at=1_760_000_020, worker_id="jetson")
        failed = self.row("failed", error="no model", created_at=1_760_000_001, finished_at=1_760_000_030)
        running = self.row("running", started_at=1_760_000_040, lease_until=1_760_000_100, worker_id="wsl",
                           created_at=1_760_000_002, requires='{"caps": ["llm:vllm"]}')
        queued = self.row("queued", created_at=1_760_000_003, payload="next")
        database = self.old_database([queued, running, failed, done])
        kept = database.read_bytes()
        told = json.loads(self.run_cli("--json", "import-old", database).stdout)
        self.assertEqual((told["added"], told["already_there"], told["counts"]["problems"]), (4, 0, 0))
        self.assertEqual(database.read_bytes(), kept)
        self.broker.start()
        jobs = {job["tags"]["old_id"]: job for job in self.broker.bot("GET", "/jobs")[1]["jobs"]}
        expected = [(done, "done", "42 ü", None), (failed, "failed", None, "no model"), (running, "queued", None, None),
                    (queued, "queued", None, None)]
        for old, status, result, error in expected:
            job = jobs[old["id"]]
            self.assertEqual((job["status"], job["result"], job["error"]), (status, result, error))
            self.assertEqual((job["created_at"], job["command"], job["payload"]),
                             (old["created_at"], old["command"], old["payload"]))
            self.assertEqual((job["id"][14], job["id"][-12:]), ("7", old["id"][-12:]))
        answered = jobs[done["id"]]
        self.assertEqual((answered["started_at"], answered["finished_at"], answered["worker_id"]),
                         (1_760_000_010, 1_760_000_020, "jetson"))
        self.assertEqual(self.broker.claim(X_Worker_Caps="llm:vllm")["id"], jobs[running["id"]]["id"])
        self.assertEqual(self.broker.claim()["payload"], "next")
        self.assertEqual(self.broker.terminate(), 0)
        again = json.loads(self.run_cli("--json", "import-old", database, "--merge").stdout)
        self.assertEqual((again["added"], again["already_there"]), (0, 4))

    def test_a_database_from_before_some_columns_is_read(self):
        database = self.old_database([self.row("done", result="early"), self.row("failed", error=None)], columns=())
        self.run_cli("import-old", database)
        self.assertIn("whole: 2 jobs", self.run_cli("verify").stdout)
        self.broker.start()
        self.assertEqual({job["error"] for job in self.broker.bot("GET", "/jobs")[1]["jobs"]}, {None, "unknown"})

    def test_a_job_that_cannot_be_told_imports_nothing(self):
        bad = self.row("paused")
        told = self.run_cli("import-old", self.old_database([self.row("queued"), bad]), code=1)
        self.assertIn(f"job {bad['id']}: its status is \"paused\"", told.stdout)
        self.assertFalse((self.place / "db").exists())

    def test_what_is_no_old_database_is_exit_code_78(self):
        (self.place / "text").write_text("no database at all, but long enough to have a header of one hundred bytes" * 9)
        with sqlite3.connect(self.place / "notes.db") as db:
            db.execute("CREATE TABLE notes (id TEXT)")
        db.close()
        for name, why in (("text", "not a database"), ("notes.db", "no table jobs"), ("nowhere", "unable to open")):
            self.assertIn(why, self.run_cli("import-old", self.place / name, code=78).stderr)
        self.assertFalse((self.place / "db").exists())


if __name__ == "__main__":
    unittest.main()
