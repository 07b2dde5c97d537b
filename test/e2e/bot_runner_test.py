#!/usr/bin/env python3
"""The real bot between a fake Discord, a real broker and a real runner: what people ask, and what they get."""
import json
import re
import unittest

from bot_town import BotTown
from fake_discord_process import BOT, CHANNEL, MESSAGES
from old_broker import OldBroker
from runner_process import RunnerProcess, StandInModel, wait_until


def answers(*wanted):
    return lambda said: all(any(x in text for text in said) for x in wanted)


class BotRunnerTest(unittest.TestCase):
    def setUp(self):
        self.model = StandInModel()
        self.addCleanup(self.model.stop)
        self.town = BotTown(self, **self.model.env)
        self.discord = self.town.discord

    def test_every_command_is_answered_in_a_channel_and_in_a_direct_message(self):
        self.town.runner.start()
        self.town.bot().connected()
        direct = self.discord.dm()
        for channel in (CHANNEL, direct):
            for line, answer in (("<@900000000000000001> ping hello", "pong: hello"), ("repos", "sample"),
                                 ("repostat sample", "main"), ("last sample", "Say hello"),
                                 ("grep sample LEASE_SECONDS", "hello.txt:2:"), ("cat sample hello.txt", "three"),
                                 ("capabilities", "repo_blame"), ("workers", "box-1"), ("jobs", "ping"),
                                 ("queue", "0 queued"), ("whoami", "I am openclaw-bot"), ("help", "approve <plan_id>"),
                                 ("dance", "ping"), ("grep sample", "Usage"), ("plan paint it", "approve ")):
                with self.subTest(channel=channel, line=line):
                    before = len(self.town.said(channel))
                    self.discord.say(line, channel)
                    self.town.heard(lambda said: len(said) > before and answer in said[-1], answer, channel)

    def test_a_plan_is_approved_and_the_state_of_a_job_told(self):
        self.town.runner.start()
        self.town.bot().connected()
        self.discord.say("plan paint the fence")
        said = self.town.heard(answers("approve "), "a plan")
        self.discord.say(re.search(r"approve [0-9a-f-]{36}", said[-1])[0])
        self.town.heard(answers("approved"), "an approval")
        job = next(x for x in self.town.jobs() if x["command"] == "plan_echo")
        self.discord.say("status " + job["id"])
        self.town.heard(lambda said: "done" in said[-1] and "paint the fence" in said[-1], "a state")

    def test_a_model_answers_with_a_footer_and_progress_stands_in_one_message(self):
        self.town.runner.start()
        self.town.bot().connected()
        self.discord.say('ask Search for "LEASE_SECONDS" in sample')
        said = self.town.heard(answers("scripted-stand-in"), "an answer")
        self.assertIn("-# ", said[-1])
        first = next(x for x in self.discord.read(CHANNEL) if x["author"]["id"] == BOT)
        self.assertIn("Job created: ", json.dumps(first["versions"][0]))

    def test_no_token_is_said_logged_or_sent_to_the_broker(self):
        self.town.runner.start()
        bot = self.town.bot(LOG_LEVEL="debug").connected()
        for secret in (self.discord.token, "bot-secret-1"):
            self.discord.say("ping " + secret)
        self.town.heard(lambda said: said.count("pong: ***") == 2, "redacted answers")
        self.assertNotIn(self.discord.token, json.dumps(self.town.jobs()))
        self.assertNotIn("bot-secret-1", json.dumps(self.town.jobs()))
        bot.terminate()
        log = "".join(bot.log)
        for secret in (self.discord.token, "bot-secret-1", self.discord.token.split(".")[2]):
            self.assertNotIn(secret, log)
        for entry in self.discord.find(kind="rest"):
            self.assertNotIn(self.discord.token, json.dumps([entry["path"], entry["query"], entry["json"]]))

    def test_typing_shows_only_while_a_job_runs(self):
        self.town.bot().connected()
        self.discord.say("ping hello")
        self.town.heard(answers("Job created"), "a job")
        self.assertEqual(self.discord.find(kind="typing"), [])
        job = self.town.broker.claim(X_Worker_Id="w1")
        self.discord.wait(kind="typing")
        self.town.broker.worker("POST", f"/jobs/{job['id']}/result", {"result": "pong"}, X_Worker_Id="w1",
                                X_Lease_Id=job["lease_id"])
        self.town.heard(answers("pong"), "the answer")

    def test_a_broker_of_the_base_contract_is_asked_again_and_again(self):
        old = OldBroker()
        self.addCleanup(old.stop)
        self.town.bot(BROKER_URL=old.url).connected()
        self.discord.say("ping hello")
        self.town.heard(answers("Job created"), "a job")
        runner = RunnerProcess(old.url).start()
        self.addCleanup(runner.stop)
        said = self.town.heard(answers("pong: hello"), "the answer")
        self.assertEqual(said.count("pong: hello"), 1, said)

    def test_a_broker_that_is_away_is_waited_for(self):
        self.town.runner.start()
        self.town.bot().connected()
        self.town.broker.kill()
        self.discord.say("ping hello")
        self.town.heard(answers("The broker cannot be reached"), "a word on the outage")
        self.town.broker.start()
        said = self.town.heard(answers("pong: hello"), "the answer")
        self.assertEqual(said.count("pong: hello"), 1, said)
        self.assertEqual(len(self.town.jobs()), 1)

    def test_repositories_models_and_own_jobs_are_offered_while_a_command_is_typed(self):
        self.town.runner.start()
        self.town.bot().connected()
        wait_until(lambda: self.discord.call("GET", "/commands"), "slash commands")
        self.assertEqual(self.choices("last", "repo", "sam"), ["sample"])
        self.assertEqual(self.choices("last", "repo", "nothing like it"), [])
        self.assertIn("vllm", self.choices("ask", "model", ""))
        self.discord.say("ping hello")
        self.town.heard(answers("pong: hello"), "the answer")
        job = next(x["id"] for x in self.town.jobs() if x["command"] == "ping")
        self.assertEqual(self.choices("status", "job_id", job[:6]), [job])

    def choices(self, name, focused, typed):
        shown = self.discord.interact("autocomplete", name=name, options={focused: typed}, focused=focused, channel=CHANNEL)
        return [x["value"] for x in shown["choices"]]

    def test_an_answer_of_several_messages_is_whole_when_the_bot_is_killed_between_them(self):
        repo = self.town.runner.root / "repos" / "sample"
        (repo / "long.txt").write_text("".join(f"line {i} of many words\n" for i in range(200)))
        self.town.runner.start()
        bot = self.town.bot().connected()
        for when, skip in (("before", 1), ("after", 1), ("before", 2), ("after", 2)):  # the first is the status message
            with self.subTest(when=when, skip=skip):
                fault = self.discord.fault("drop", delay_s=600, when=when, skip=skip, method="POST", route=MESSAGES)
                asked = self.discord.say("cat sample long.txt 1 200")
                wait_until(lambda f=fault: self.has_struck(f), "a call", 60)
                bot.kill()
                self.discord.release(fault)
                bot.connected()
                self.town.heard(lambda _, a=asked: "line 199 of" in self.said_about(a), "the end of it")
                for i in range(200):
                    self.assertEqual(self.said_about(asked).count(f"line {i} of"), 1)

    def has_struck(self, fault):
        return any(x["struck"] for x in self.discord.call("GET", "/faults") if x["id"] == fault)

    def said_about(self, asked):
        return "".join(x["content"] for x in self.discord.read(CHANNEL) if x["author"]["id"] == BOT
                       and x.get("message_reference", {}).get("message_id") == asked["id"])


if __name__ == "__main__":
    unittest.main()
