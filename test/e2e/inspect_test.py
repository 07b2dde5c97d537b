#!/usr/bin/env python3
"""`openclaw inspect` at real programs: what it shows, and what it says of a program that is gone or frozen."""
import contextlib
import json
import os
import pathlib
import signal
import stat
import subprocess
import tempfile
import unittest

from bot_process import BotProcess
from broker_process import BIN, BrokerProcess
from fake_discord_process import FakeDiscord
from held_model import HeldModel
from inspected_house import (WAIT_SECONDS_MAX, Certificates, InspectedBroker, inspect, inspectable, inspected_broker, look,
                             make_certificates, named, port_of)
from runner_process import RunnerProcess, wait_until


class Look(InspectedBroker):
    def look(self, *arguments):
        return look(self.port, self.certificates, *arguments)

    def test_a_running_job_hangs_under_the_queue_and_its_lease_under_it(self):
        job = self.broker.create(requires={"caps": ["cap:tree"]})
        self.broker.claim(X_Worker_Id="box-tree", X_Worker_Caps="cap:tree")
        answer = self.look()
        self.assertEqual(answer["node"]["program"], "openclaw-broker")
        self.assertEqual(answer["node"]["pid"], self.broker.process.pid)
        self.assertEqual(answer["left_out"], 0)
        (supervisor,), (queue,) = named(answer, "supervisor"), named(answer, "job_queue")
        self.assertEqual(queue["parent"], supervisor["id"])
        self.assertIsNone(supervisor["parent"])
        (actor,) = [x for x in named(answer, "job") if x["facts"]["job_id"] == job]
        self.assertEqual(actor["parent"], queue["id"])
        self.assertEqual((actor["facts"]["status"], actor["facts"]["worker_id"]), ("running", "box-tree"))
        self.assertEqual([x["name"] for x in answer["actors"] if x["parent"] == actor["id"]], ["lease"])
        self.assertIn("box-tree", [x["facts"]["worker_id"] for x in named(answer, "worker")])
        for x in answer["actors"]:
            self.assertIn(x["state"], ("idle", "working", "waiting"))
            self.assertGreaterEqual(x["mailbox"], 0)
            self.assertIsNone(x["last_failure"])

    def test_one_actor_is_shown_with_its_children(self):
        (queue,) = named(self.look(), "job_queue")
        self.broker.create(requires={"caps": ["cap:actor"]})
        self.broker.claim(X_Worker_Id="box-actor", X_Worker_Caps="cap:actor")
        answer = self.look("actor", queue["id"])
        self.assertEqual({x["id"] for x in answer["actors"] if x["parent"] != queue["id"]}, {queue["id"]})
        self.assertTrue(named(answer, "worker"))
        self.assertGreater(named(answer, "job_queue")[0]["handled"], 0)

    def test_an_actor_that_is_not_there_is_refused(self):
        said = inspect(self.port, self.certificates.path, "actor", 999999)
        self.assertEqual((said.returncode, said.stderr), (2, "openclaw: no actor 999999 lives here\n"))

    def test_events_tell_who_began_and_who_ended(self):
        job = self.broker.create(requires={"caps": ["cap:events"]})
        got = self.broker.claim(X_Worker_Id="box-events", X_Worker_Caps="cap:events")
        answer = self.look()
        (actor,) = [x for x in named(answer, "job") if x["facts"]["job_id"] == job]
        (lease,) = [x for x in named(answer, "lease") if x["parent"] == actor["id"]]
        self.broker.worker("POST", f"/jobs/{job}/result", {"result": "x"}, X_Worker_Id="box-events",
                           X_Lease_Id=got["lease_id"])
        wait_until(lambda: [x["event"] for x in self.look("events")["events"] if x["actor"] == lease["id"]]
                   == ["started", "ended"], "the end of the lease")

    def test_people_get_a_tree(self):
        said = inspect(self.port, self.certificates.path)
        lines = said.stdout.splitlines()
        self.assertIn(f"pid {self.broker.process.pid}", lines[0])
        self.assertEqual(lines[1].split(), ["ACTOR", "STATE", "MAILBOX", "OLDEST", "TELLS"])
        self.assertTrue(any(line.startswith("  job_queue ") for line in lines), said.stdout)

    def test_watching_goes_on_until_it_is_interrupted(self):
        with subprocess.Popen([BIN / "openclaw", "inspect", "watch", "--json", "--at", f"127.0.0.1:{self.port}", "--certs",
                               self.certificates.path], env={"PATH": os.environ["PATH"]}, text=True,
                              stdout=subprocess.PIPE) as watching:
            lines = [watching.stdout.readline() for _ in range(2)]
            watching.send_signal(signal.SIGINT)
            self.assertEqual(watching.wait(timeout=WAIT_SECONDS_MAX), 0)
        self.assertTrue(all('"job_queue"' in line for line in lines), lines)

    def test_a_secret_in_an_actor_is_not_shown(self):
        self.broker.create(requires={"caps": ["cap:secret"]})
        self.broker.claim(X_Worker_Id=self.broker.env["WORKER_TOKEN"], X_Worker_Caps="cap:secret")
        said = inspect(self.port, self.certificates.path, "--json").stdout
        self.assertNotIn(self.broker.env["WORKER_TOKEN"], said)
        self.assertIn('"worker_id":"***"', said.replace(" ", ""))


class OtherPrograms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()
        cls.addClassCleanup(cls.certificates.stop)
        cls.broker = BrokerProcess().start()
        cls.addClassCleanup(cls.broker.stop)

    def children_of(self, answer, name):
        (root,) = named(answer, name)
        self.assertIsNone(root["parent"])
        return sorted({x["name"] for x in answer["actors"] if x["parent"] == root["id"]})

    def test_a_runner_is_shown_with_its_parts_and_the_claim_that_it_holds(self):
        runner = RunnerProcess(f"http://127.0.0.1:{self.broker.port}", **inspectable(self.certificates))
        self.addCleanup(runner.stop)
        runner.start()
        port = port_of(runner)
        self.assertEqual(look(port, self.certificates)["node"]["program"], "openclaw-runner")
        wait_until(lambda: self.children_of(look(port, self.certificates), "runner")
                   == ["broker_link", "claim", "outbox", "progress"], "all parts of a runner")
        holding = wait_until(lambda: [x for x in named(look(port, self.certificates), "broker_link") if x["state"] == "working"],
                             "a link that holds a claim")
        self.assertGreaterEqual(holding[0]["in_hand_ms"], 0)
        self.assertEqual(runner.terminate(), 0)

    def test_a_chat_that_waits_for_its_model_shows_its_job_and_not_what_is_asked(self):
        model = HeldModel()
        self.addCleanup(model.stop)
        model.hold()
        runner = RunnerProcess(f"http://127.0.0.1:{self.broker.port}", **model.env, **inspectable(self.certificates))
        self.addCleanup(runner.stop)
        runner.start()
        job = self.broker.create(command="llm_task", payload=json.dumps({"prompt": "what nobody else may read"}))
        wait_until(lambda: model.requests, "a question to the model")
        answer = look(port_of(runner), self.certificates)
        (chat,), (run,) = named(answer, "chat"), named(answer, "llm_run")
        self.assertEqual(chat["facts"], {"job_id": job, "request": 1, "has_turn": True})
        self.assertEqual((chat["parent"], chat["state"], chat["silent"]), (run["id"], "working", False))
        self.assertIn("claim", [x["facts"].get("order") for x in named(answer, "broker_link")])
        self.assertNotIn("nobody else", json.dumps(answer))
        model.let_go()
        wait_until(lambda: self.broker.job(job)["status"] == "done", "the answer")

    @unittest.skipUnless((BIN / "openclaw-bot").exists(), "openclaw-bot is not built")
    def test_a_bot_is_shown_with_its_parts(self):
        fake = FakeDiscord(rate_limits=False, identify_window_s=0)
        self.addCleanup(fake.stop)
        bot = BotProcess(fake, self.broker, **inspectable(self.certificates))
        self.addCleanup(bot.stop)
        bot.start()
        answer = look(port_of(bot), self.certificates)
        self.assertEqual(answer["node"]["program"], "openclaw-bot")
        self.assertLessEqual({"bot_store", "discord_rest", "gateway_session", "intake", "lookout"},
                             set(self.children_of(answer, "bot")))
        wait_until(lambda: named(look(port_of(bot), self.certificates), "gateway_session")[0]["facts"]["phase"] == "live",
                   "a session that lives")
        self.assertNotIn(bot.env["DISCORD_TOKEN"], str(answer))


class Ends(unittest.TestCase):
    def setUp(self):
        self.certificates = Certificates()
        self.addCleanup(self.certificates.stop)
        self.broker = inspected_broker(self.certificates)
        self.addCleanup(self.broker.stop)
        self.port = port_of(self.broker)

    def test_a_killed_program_is_unreachable(self):
        self.broker.kill()
        said = inspect(self.port, self.certificates.path)
        self.assertEqual(said.returncode, 3, said.stderr)
        self.assertIn("nobody listens", said.stderr)

    def test_a_frozen_program_is_told_from_a_dead_one_and_may_thaw(self):
        self.broker.process.send_signal(signal.SIGSTOP)
        try:
            said = inspect(self.port, self.certificates.path, wait=1)
            self.assertEqual(said.returncode, 5, said.stderr)
            self.assertIn("stopped or hangs", said.stderr)
        finally:
            self.broker.process.send_signal(signal.SIGCONT)
        self.assertEqual(inspect(self.port, self.certificates.path).returncode, 0)

    def test_a_watched_program_that_freezes_is_told_from_a_dead_one(self):
        with self.watching("--timeout", "1") as watching:
            self.broker.process.send_signal(signal.SIGSTOP)
            try:
                _, err = watching.communicate(timeout=WAIT_SECONDS_MAX)
            finally:
                self.broker.process.send_signal(signal.SIGCONT)
            self.assertEqual(watching.returncode, 5, err)
            self.assertIn("stopped or hangs", err)

    def test_a_watched_program_that_dies_ends_the_watching(self):
        with self.watching() as watching:
            self.broker.kill()
            _, err = watching.communicate(timeout=WAIT_SECONDS_MAX)
            self.assertEqual(watching.returncode, 3, err)

    def test_a_program_that_dies_with_a_question_before_it_is_gone_at_once(self):
        with self.watching("--timeout", "3600") as watching:
            self.broker.process.send_signal(signal.SIGSTOP)
            wait_until(lambda: unread_bytes_at(self.port), "a question that is not read")
            self.broker.kill()
            _, err = watching.communicate(timeout=WAIT_SECONDS_MAX)
            self.assertEqual(watching.returncode, 3, err)
            self.assertIn("has closed the connection", err)

    def test_a_program_ends_in_good_order_while_it_is_watched(self):
        with self.watching() as watching:
            self.assertEqual(self.broker.terminate(), 0)
            watching.communicate(timeout=WAIT_SECONDS_MAX)
        self.assertFalse([line for line in self.broker.log if "shutdown_overdue" in line])

    @contextlib.contextmanager
    def watching(self, *arguments):
        """`openclaw inspect watch` which has shown something."""
        with subprocess.Popen([BIN / "openclaw", "inspect", "watch", "--at", f"127.0.0.1:{self.port}", "--certs",
                               self.certificates.path, *arguments], env={"PATH": os.environ["PATH"]}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            self.assertIn("openclaw-broker", process.stdout.readline())
            yield process


def unread_bytes_at(port):
    """How much has come to connections of this port and is not read."""
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(queues.split(":")[1], 16) for _, local, _, state, queues, *_ in lines
               if state == "01" and int(local.split(":")[1], 16) == port)


class Settings(unittest.TestCase):
    def setUp(self):
        self.certificates = Certificates()
        self.addCleanup(self.certificates.stop)

    def test_nothing_is_open_unless_it_is_wanted(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        self.assertFalse([line for line in broker.log if "inspection" in line])

    def start(self, **env):
        broker = BrokerProcess(**env)
        self.addCleanup(broker.stop)
        return subprocess.run([broker.program], env=broker.env, text=True, capture_output=True, timeout=WAIT_SECONDS_MAX,
                              check=False)

    def test_a_program_without_certificates_does_not_start(self):
        said = self.start(INSPECT_PORT="0", INSPECT_CERTS="/nowhere")
        self.assertEqual(said.returncode, 78)
        self.assertRegex(said.stderr, "/nowhere/ca.crt.*make_inspect_certs.sh")

    def test_a_key_of_another_certificate_does_not_start(self):
        os.replace(self.certificates.path / "operator.key", self.certificates.path / "node.key")
        said = self.start(INSPECT_PORT="0", INSPECT_CERTS=str(self.certificates.path))
        self.assertEqual(said.returncode, 78, said.stderr)

    def test_an_expired_certificate_is_told_as_such(self):
        self.certificates.let_expire("operator")
        said = inspect(1, self.certificates.path)
        self.assertEqual(said.returncode, 78, said.stderr)
        self.assertRegex(said.stderr, "operator.crt has expired: run .*make_inspect_certs.sh again")
        self.certificates.let_expire("node")
        broker = inspected_broker(self.certificates)
        self.addCleanup(broker.stop)
        self.assertTrue([line for line in broker.log if "event=inspection_certificate_expired" in line])
        self.assertEqual(make_certificates(self.certificates.path).returncode, 0)
        said = inspect(port_of(broker), self.certificates.path)
        self.assertEqual(said.returncode, 4, "the program shows the old one until it starts again")
        renewed = inspected_broker(self.certificates)
        self.addCleanup(renewed.stop)
        self.assertEqual(inspect(port_of(renewed), self.certificates.path).returncode, 0)

    def test_who_looks_needs_certificates(self):
        with tempfile.TemporaryDirectory() as empty:
            said = inspect(1, empty)
        self.assertEqual(said.returncode, 78, said.stderr)
        self.assertRegex(said.stderr, "cannot read .*/ca.crt: No such file or directory; .*make_inspect_certs.sh makes it")
        (self.certificates.path / "operator.key").write_text("no key")
        self.assertIn("operator.key", inspect(1, self.certificates.path).stderr)


class MakingCertificates(unittest.TestCase):
    def setUp(self):
        self.certificates = Certificates()
        self.addCleanup(self.certificates.stop)

    def files(self):
        return {path.name: (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) for path in self.certificates.path.iterdir()}

    def test_only_the_owner_can_read_them_and_a_second_run_changes_nothing(self):
        before = self.files()
        self.assertEqual(set(before), {f"{name}.{kind}" for name in ("ca", "node", "operator") for kind in ("crt", "key")})
        self.assertEqual({mode for mode, _ in before.values()}, {0o600})
        self.assertEqual(stat.S_IMODE(self.certificates.path.stat().st_mode), 0o700)
        self.assertEqual(make_certificates(self.certificates.path).stdout, "")
        self.assertEqual(self.files(), before)

    def test_what_is_not_of_this_ca_is_made_anew(self):
        os.remove(self.certificates.path / "ca.key")
        before = self.files()
        self.assertEqual(make_certificates(self.certificates.path).returncode, 0)
        self.assertTrue(all(self.files()[name] != content for name, content in before.items()))

    def test_a_dry_run_makes_nothing_and_help_is_there(self):
        before = self.files()
        os.remove(self.certificates.path / "node.crt")
        said = make_certificates(self.certificates.path, "--dry-run")
        self.assertIn("would make the certificate of node", said.stdout)
        self.assertEqual(set(self.files()), set(before) - {"node.crt"})
        self.assertIn("usage: deploy/make_inspect_certs.sh", make_certificates(self.certificates.path, "--help").stdout)
        self.assertEqual(make_certificates(self.certificates.path, "--nonsense").returncode, 64)


if __name__ == "__main__":
    unittest.main()
