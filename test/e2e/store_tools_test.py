#!/usr/bin/env python3
"""`openclaw verify`, `backup` and `restore` beside the real broker: at work, killed, and gone."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

from broker_process import BIN, BrokerProcess
from create_load import PAYLOAD, jobs_created_meanwhile
from openclaw_process import openclaw


class StoreTools(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess().start()
        self.addCleanup(self.broker.stop)
        self.place = pathlib.Path(self.broker.folder.name)

    def run_cli(self, *arguments, code=0):
        result = openclaw(self.broker, *map(str, arguments), env={"BROKER_DB": str(self.place / "db"), "BOT_TOKEN": None})
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout

    def finish_a_job(self):
        job_id = self.broker.create(payload="p")
        job = self.broker.claim(X_Worker_Id="w")
        status, _ = self.broker.worker("POST", f"/jobs/{job['id']}/result", {"result": "r"}, X_Worker_Id="w",
                                       X_Lease_Id=job["lease_id"])
        self.assertEqual(status, 200)
        return job_id

    def test_a_store_is_verified_while_the_broker_works_on_it_and_afterwards(self):
        for _ in range(5):
            self.finish_a_job()
        self.assertIn("whole: 5 jobs, 15 events, 10 texts", self.run_cli("verify"))
        self.broker.kill()
        answer = json.loads(self.run_cli("--json", "verify", self.place / "db"))
        self.assertEqual(answer["counts"]["problems"], 0)
        self.assertEqual(answer["counts"]["jobs"], 5)

    def test_a_damaged_store_is_exit_code_1_and_a_line_a_problem(self):
        job_id = self.finish_a_job()
        self.assertEqual(self.broker.terminate(), 0)
        data = (self.place / "db" / "data.mdb").read_bytes()
        at = data.rindex(b"\x01w\x00") if b"\x01w\x00" in data else data.rindex(b"ping")
        (self.place / "db" / "data.mdb").write_bytes(data[:at + 1] + bytes([data[at + 1] ^ 1]) + data[at + 2:])
        lines = self.run_cli("verify", code=1).splitlines()
        self.assertTrue(any(job_id in line and "checksum" in line for line in lines), lines)
        self.assertIn("problems", lines[-1])

    def test_tokens_of_clients_are_checked_and_come_back_with_a_backup(self):
        body = {"role": "bot", "name": "discord"}
        token = self.broker.call("POST", "/tokens", self.broker.admin_headers, body)[1]
        self.run_cli("backup", self.place / "backup")
        self.assertEqual(json.loads(self.run_cli("--json", "verify", self.place / "backup"))["counts"]["tokens"], 1)
        self.run_cli("restore", self.place / "backup", self.place / "restored")
        second = BrokerProcess(BROKER_DB=str(self.place / "restored"), ADMIN_TOKEN=None).start()
        self.addCleanup(second.stop)
        self.assertEqual(second.call("GET", "/jobs", {"X-Bot-Token": token["token"]})[0], 200)
        data = (self.place / "backup" / "data.mdb").read_bytes()
        at = data.rindex(b"discord")
        (self.place / "backup" / "data.mdb").write_bytes(data[:at] + b"D" + data[at + 1:])
        lines = self.run_cli("verify", self.place / "backup", code=1).splitlines()
        self.assertTrue(any(token["kid"] in line and "checksum" in line for line in lines), lines)

    def test_what_is_no_store_is_exit_code_78_and_stays_as_it_is(self):
        (self.place / "empty").mkdir()
        self.run_cli("verify", self.place / "empty", code=78)
        self.run_cli("verify", self.place / "nowhere", code=78)
        self.assertEqual(list((self.place / "empty").iterdir()), [])
        self.assertFalse((self.place / "nowhere").exists())

    def test_a_backup_made_under_load_holds_every_job_acknowledged_before_it(self):
        with jobs_created_meanwhile(self.broker) as made:
            for n in range(3):
                before = list(made)
                self.run_cli("backup", self.place / f"backup{n}")
                self.assertEqual(sorted(os.listdir(self.place / f"backup{n}")), ["data.mdb"])
                self.run_cli("restore", self.place / f"backup{n}", self.place / f"restored{n}")
                second = BrokerProcess(BROKER_DB=str(self.place / f"restored{n}")).start()
                try:
                    for job_id in before[::max(1, len(before) // 50)] + before[-20:]:
                        self.assertEqual(second.job(job_id)["payload"], PAYLOAD)
                finally:
                    second.stop()

    def test_a_killed_backup_leaves_no_backup_and_is_made_again(self):
        for _ in range(20):
            self.broker.create(payload="x" * 100_000)
        for _ in range(3):
            process = subprocess.Popen([BIN / "openclaw", "backup", self.place / "backup"],
                                       env={"PATH": os.environ["PATH"], "BROKER_DB": str(self.place / "db")})
            part = self.place / "backup.part"
            while process.poll() is None and not part.exists():
                pass
            process.send_signal(signal.SIGKILL)
            process.wait()
            if (self.place / "backup").exists():  # it was quicker
                self.run_cli("verify", self.place / "backup")
                shutil.rmtree(self.place / "backup")
        self.run_cli("backup", self.place / "backup")
        self.assertIn("whole: 20 jobs", self.run_cli("verify", self.place / "backup"))
        self.assertFalse(part.exists())
        self.broker.create()  # nothing of it harmed the broker

    def test_a_backup_of_a_killed_broker_holds_its_journal(self):
        jobs = [self.broker.create(payload=str(n)) for n in range(30)]
        self.broker.kill()
        self.run_cli("backup", self.place / "backup")
        self.run_cli("restore", self.place / "backup", self.place / "db", "--replace")
        self.broker.start()
        self.assertEqual([self.broker.job(x)["payload"] for x in jobs], [str(n) for n in range(30)])

    def test_a_restore_refuses_a_folder_in_use_and_keeps_what_it_replaces(self):
        first = self.broker.create()
        self.run_cli("backup", self.place / "backup")
        second = self.broker.create()
        self.run_cli("restore", self.place / "backup", self.place / "db", code=78)
        self.run_cli("restore", self.place / "backup", self.place / "db", "--replace", code=3)
        self.run_cli("backup", self.place / "backup", code=78)
        self.assertEqual(self.broker.terminate(), 0)
        answer = json.loads(self.run_cli("--json", "restore", self.place / "backup", self.place / "db", "--replace"))
        self.assertEqual(answer["replaced"], str(self.place / "db.replaced-1"))
        self.broker.start()
        self.assertEqual(self.broker.job(first)["status"], "queued")
        self.assertEqual(self.broker.bot("GET", f"/jobs/{second}")[0], 404)
        self.assertIn("2 jobs", self.run_cli("verify", answer["replaced"]))


if __name__ == "__main__":
    unittest.main()
