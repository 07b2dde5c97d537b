#!/usr/bin/env python3
"""Whatever a model's endpoint does, the job ends, with an answer or with a plain sentence, and the runner goes on."""
import concurrent.futures
import json
import os
import unittest

from broker_process import BrokerProcess
from model_behaviours import ALL
from patience import patient
from runner_process import RunnerProcess, wait_until
from scripted_endpoint import ScriptedEndpoint

AT_ONCE = 10
END_SECONDS = patient(120)


class Trial:
    """One case in a runner of its own. @returns what was wrong, as lines"""

    def __init__(self, broker, number, case):
        self.broker, self.case, self.wrong = broker, case, []
        self.endpoint = ScriptedEndpoint(case.script, case.models)
        self.cap = f"case:{number}"
        self.runner = RunnerProcess(f"http://127.0.0.1:{broker.port}", WORKER_ID=f"box-{number}", WORKER_CAPS=self.cap,
                                    **{**self.endpoint.env, **case.env})
        (self.runner.root / "repos" / "sample" / "long.txt").write_text("a line of many words\n" * 400)

    def run(self):
        try:
            self.runner.start()
            self.judge(self.ended(self.broker.create(command="llm_task", payload=json.dumps({"prompt": "what is here?"}),
                                                     requires={"caps": [self.cap]})))
            self.still_works()
        except AssertionError as why:
            self.wrong.append(str(why))
        finally:
            self.runner.stop()
            self.endpoint.stop()
        return self.wrong

    def ended(self, job_id):
        return wait_until(lambda: (x := self.broker.job(job_id))["status"] in ("done", "failed") and x, "an end", END_SECONDS)

    def expect(self, holds, otherwise):
        if not holds:
            self.wrong.append(otherwise)

    def judge(self, job):
        case, text = self.case, job["result"] or job["error"]
        if job["error"] and job["error"] == case.or_fails:
            return
        if case.fails is not None:
            self.expect(job["status"] == "failed" and case.fails in text, f"no failure with {case.fails!r}: {text[:500]}")
        else:
            self.expect(job["status"] == "done", f"failed: {text[:500]}")
        if job["status"] == "done":
            result = json.loads(job["result"])
            self.expect(case.fails is not None or case.says in result["final"], f"it says {result['final'][:300]!r}")
            names = [x["name"] for x in result["tool_calls"]]
            self.expect(case.calls is None or case.calls == names, f"it called {names}")
        asked = len(self.endpoint.requests)
        self.expect(case.asked in (None, asked) and asked >= case.asked_min, f"it asked {asked} times")
        self.expect(not case.never or case.never not in text, f"it shows {case.never}")
        self.wrong += sorted(set(self.endpoint.faults))

    def still_works(self):
        """It is there, and takes the next job."""
        self.expect(self.runner.process.poll() is None, "the runner has ended")
        job_id = self.broker.create(command="repo_list", requires={"caps": [self.cap]})
        self.expect("sample" in (self.ended(job_id)["result"] or ""), "it does no other job")


class ModelBehavioursTest(unittest.TestCase):
    def test_every_behaviour_of_an_endpoint_has_its_end(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        only = os.environ.get("CASES", "")
        cases = [(name, case) for name, case in ALL.items() if only in name]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            found = pool.map(lambda x: (x[1][0], Trial(broker, x[0], x[1][1]).run()), enumerate(cases))
            for name, wrong in found:
                with self.subTest(name):
                    self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
