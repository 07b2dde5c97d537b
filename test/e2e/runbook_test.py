#!/usr/bin/env python3
"""docs/MULTI_WORKER_LLM_SMOKE.md, followed line by line on three machines in folders: its commands, and what it has one
say in Discord, in their order."""
import re
import unittest

from broker_process import BIN, ROOT
from discord_peers import skip
from fake_discord_process import BOT, CHANNEL, FakeDiscord
from patience import patient
from runbook_house import RunbookHouse
from runner_process import wait_until

RUNBOOK = ROOT / "docs" / "MULTI_WORKER_LLM_SMOKE.md"
ANSWER_SECONDS_MAX = patient(120)
STEP = re.compile(r"^## (?P<section>.+)$|^```bash (?P<machine>\w+)\n(?P<block>(?:.*\n)*?)```$"
                  r"|^\| `(?P<row>[^`|]+)` \| .+ \|$|[Ss]ay `(?P<said>[^`]+)`(?: and `(?P<too>[^`]+)`)? in Discord",
                  re.M)
# what people must find in the answer to each line
ANSWERS = {
    "ping hello": "pong: hello", "capabilities": "llm_task", "repos": "openclaw-broker",
    "repostat openclaw-broker": "Dirty: no", "grep openclaw-broker LEASE_SECONDS": "docs/CONFIG.md",
    "ask What repos are configured on this worker?": "openclaw-broker",
    'ask vllm: Search for "LEASE_SECONDS" and summarize what it does': "docs/CONFIG.md",
    'ask jetson: Search for "WORKER_CAPS" and summarize how it is used': "WORKER_CAPS",
    "ask vllm: Read ../../etc/passwd": "path must be relative and not contain ..",
    "cat openclaw-broker ../../etc/passwd": "path must be relative and not contain ..",
    "ask jetson: What is 2+2?": "scripted stand-in",
}
SAYS_SO = {  # a part of a command -> what it must print
    "is-active": "active", "openclaw status": "is well", "/v1/models": "scripted-stand-in", "/v1/chat": '"content":',
    "repos.json": '"openclaw-broker"', "tail -n": "event=runner_started", "worker_started": "worker_id=jetson-llm",
    "openclaw workers": "jetson-llm", "run capabilities": "llm_task", "run repos": "openclaw-broker",
    "LEASE_SECONDS": "docs/CONFIG.md", "openclaw jobs": "llm_task", "openclaw smoke": "14 of 14 rows passed",
    "event=job_claimed": "worker_id=wsl-vllm",
}


def steps():
    """@returns (section, where, what) in their order"""
    section = ""
    for found in STEP.finditer(RUNBOOK.read_text()):
        if found["section"]:
            section = found["section"].split(".")[0]
        elif found["block"]:
            for line in found["block"].splitlines():
                yield section, found["machine"], line
        elif found["row"] and section in ("7", "8"):
            yield section, "say", found["row"]
        elif found["said"]:
            for text in filter(None, (found["said"], found["too"])):
                yield section, "say", text


class Runbook(unittest.TestCase):
    def setUp(self):
        if not (BIN / "openclaw-bot").exists():
            skip("openclaw-bot is not built")
        self.discord = FakeDiscord()
        self.addCleanup(self.discord.stop)
        self.house = RunbookHouse(self, self.discord)

    def test_it_holds_line_by_line(self):
        said, typed = set(), 0
        for section, what, text in steps():
            with self.subTest(section=section, on=what, text=text):
                if what == "say":
                    self.say(text, waits=section == "9")
                    said.add(text)
                elif what != "any":
                    self.type(what, text, section)
                    typed += 1
        self.assertEqual(said | {"cat openclaw-broker ../../etc/passwd"}, set(ANSWERS))
        self.assertGreater(typed, 25)
        self.check_the_jetson_answered_at_last()

    def type(self, where, text, section):
        for machine in self.house.machines(where):
            output = machine.run(text, codes=(0, 1) if " doctor " in text else (0,))
            if " doctor " in text:
                self.assertRegex(output, r"(?m)^ok +llm answer:")
                bad = re.findall(r"(?m)^bad +([^:]+):", output)
                self.assertEqual(bad, ["repo openclaw-broker"] if section == "4" else [], output)
            for part, must_say in SAYS_SO.items():
                if part in text and ">" not in text:
                    self.assertIn(must_say, output, text)
        self.house.carry_tokens()

    def answers(self):
        return [x["content"] for x in self.discord.read(CHANNEL) if x["author"]["id"] == BOT]

    def say(self, text, waits):
        before = self.answers()
        self.discord.say(text)
        expected = "Still running. Job ID: " if waits else ANSWERS[text]
        wait_until(lambda: any(expected in x for x in self.answers()[len(before):]), f"{text}: {expected}",
                   ANSWER_SECONDS_MAX)

    def check_the_jetson_answered_at_last(self):
        answer = ANSWERS["ask jetson: What is 2+2?"]
        wait_until(lambda: answer in self.answers()[-1] and "jetson-llm" in self.answers()[-1],
                   "the answer of the Jetson that was away", ANSWER_SECONDS_MAX)

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\((?!https:)([^)#]+)", RUNBOOK.read_text()):
            self.assertTrue((RUNBOOK.parent / target).exists(), target)

    def test_no_machine_is_named_that_is_not_there(self):
        self.assertEqual({what for _, what, _ in steps()}, {"any", "vps", "wsl", "jetson", "workers", "say"})


if __name__ == "__main__":
    unittest.main()
