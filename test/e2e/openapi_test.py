#!/usr/bin/env python3
"""GET /openapi.json against the running broker: every operation and every status that it names is brought about and the
answer held to its schema; what it does not name is refused."""
import json
import resource
import unittest

from broker_process import BrokerProcess
from json_schema import problems, unknown_keys

UNKNOWN_JOB = "01890000-0000-7000-8000-000000000000"
TOKEN_NAMES = iter(range(10_000))
HELD = ("result", "fail", "heartbeat", "release", "events")
GOOD_BODIES = {"NewJob": {"command": "ping"}, "Result": {"result": "r"}, "Failure": {"error": "e"},
               "Progress": [{"type": "status", "data": {}}], "WantedToken": {"role": "bot", "name": "n"}, "Nothing": {},
               "Line": {"text": "jobs"}}
WRONG_BODIES = {"NewJob": {"command": "ping", "tags": 1}, "Result": {}, "Failure": {"error": 1}, "Progress": {"type": "done"},
                "WantedToken": {"role": "king", "name": "n"}, "Nothing": [], "Line": {"text": 7}}
WRONG_QUERIES = {"/jobs": "status=x", "/jobs/next": "wait=x", "/jobs/{id}/events": "after=x"}
# While a part of the broker restarts or it stops: nobody can bring that about from outside at a chosen moment.
RESTARTING = {503}


class Operation:
    def __init__(self, method, path, described, document):
        self.method, self.path, self.described, self.document = method.upper(), path, described, document
        self.roles = [role for entry in described["security"] for role in entry]
        content = described.get("requestBody", {}).get("content", {}).get("application/json")
        self.body = content["schema"]["$ref"].rsplit("/", 1)[1] if content else None

    def __str__(self):
        return f"{self.method} {self.path}"

    def headers(self):
        schemes = self.document["components"]["securitySchemes"]
        return {schemes[role]["name"]: f"{role}-secret-1" for role in self.roles[:1]}

    def verb(self):
        return self.path.rsplit("/", 1)[1]

    def statuses(self):
        return {int(status) for status in self.described["responses"] if status != "default"}

    def answer(self, status):
        found = self.described["responses"][str(status)]
        while "$ref" in found:
            found = self.document["components"]["responses"][found["$ref"].rsplit("/", 1)[1]]
        return found.get("content")


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = cls.started()
        cls.document = cls.broker.call("GET", "/openapi.json")[1]
        cls.operations = [Operation(method, path, described, cls.document)
                          for path, methods in cls.document["paths"].items() for method, described in methods.items()]
        cls.tokenless = cls.started(BOT_TOKEN=None, WORKER_TOKEN=None, ADMIN_TOKEN=None)
        cls.narrow = cls.started(MAX_REQUEST_BODY_BYTES="1024", MAX_RESULT_BYTES="1024", RATE_LIMIT_JOBS_PER_MIN="1")

    @classmethod
    def started(cls, **env):
        broker = BrokerProcess(**env).start()
        cls.addClassCleanup(broker.stop)
        return broker

    # -- asking ------------------------------------------------------------------------------------------------------

    def ask(self, x, broker=None, identity=None, body=None, query="", **headers):
        """@returns (status, media type, content)"""
        broker = broker or self.broker
        path = x.path.replace("{id}", identity or self.good_id(x)) + ("?" + query if query else "")
        path = path.replace("{kid}", identity or (self.token()["kid"] if "{kid}" in x.path else ""))
        if body is None:
            body = {"role": "bot", "name": f"n{next(TOKEN_NAMES)}"} if x.body == "WantedToken" else GOOD_BODIES.get(x.body)
        status, answered, content = broker.exchange(x.method, path, {**x.headers(), **headers}, body)
        return status, answered["Content-Type"], content.decode()

    def good_id(self, x):
        if "{id}" not in x.path:
            return ""
        if x.path.startswith("/dashboard"):
            return "dashboard.css"
        if x.path.startswith("/workers"):
            self.broker.claim(X_Worker_Id="w", X_Worker_Caps="nothing")
            return "w"
        job = self.broker.create(requires={"caps": ["mine"]})
        if x.verb() in HELD:
            while self.broker.claim(X_Worker_Caps="mine")["id"] != job:
                pass
        if x.verb() == "retry":
            self.broker.bot("POST", f"/jobs/{job}/cancel")
        return job

    def token(self, role="bot", **more):
        """A client's own, fresh."""
        body = {"role": role, "name": f"n{next(TOKEN_NAMES)}", **more}
        status, made = self.broker.call("POST", "/tokens", self.broker.admin_headers, body)
        assert status == 200, made
        return made

    def forbidden(self, x):
        if x.roles == ["worker"]:
            mine = self.token("worker", worker_id="mine")["token"]
            return self.ask(x, **{"X-Worker-Token": mine, "X-Worker-Id": "another"})
        return self.ask(x, **{"X-Bot-Token": self.token("read-only")["token"]})

    def provoke(self, x, status):
        """@returns what the broker answers when that status is asked for"""
        if status == 200:
            return self.ask(x)
        if status == 304:
            return self.ask(x, **{"If-None-Match": "*"})
        if status == 400:
            return self.ask(x, body="{") if x.body else self.ask(x, **{"X-Worker-Id": "w" * 256})
        if status == 401:
            return self.ask(x, **{name: "wrong" for name in x.headers()})
        if status == 403:
            return self.forbidden(x)
        if status == 404:
            return self.ask(x, identity=UNKNOWN_JOB if x.path.startswith("/jobs") else "nobody")
        if status == 409:
            return self.conflict(x)
        if status == 413:
            return self.ask(x, self.narrow, body=" " * 20_000)
        if status == 422:
            return self.ask(x, body=WRONG_BODIES[x.body]) if x.body else self.ask(x, query=WRONG_QUERIES[x.path])
        if status == 429:
            self.ask(x, self.narrow)
            return self.ask(x, self.narrow)
        if status == 500:
            return self.ask(x, self.tokenless)
        return self.without_room(x)

    def conflict(self, x):
        if x.body == "NewJob":
            self.ask(x, **{"Idempotency-Key": "k"})
            return self.ask(x, body={"command": "capabilities"}, **{"Idempotency-Key": "k"})
        if x.verb() == "retry":
            return self.ask(x, identity=self.broker.create(requires={"caps": ["mine"]}))
        if x.body == "WantedToken":  # a name has at most two
            return [self.ask(x, body={"role": "bot", "name": "three"}) for _ in range(3)][-1]
        return self.ask(x, **{"X-Lease-Id": "another"})

    def without_room(self, x):
        broker = self.started()
        resource.prlimit(broker.process.pid, resource.RLIMIT_FSIZE, (1 << 16, resource.RLIM_INFINITY))
        for _ in range(200):  # until the file would have to grow
            answer = self.ask(x, broker, body={"command": "ping", "payload": "x" * 20_000} if x.body else None)
            if answer[0] == 503:
                break
        return answer

    # -- judging -----------------------------------------------------------------------------------------------------

    def hold(self, x, status, media, content):
        described = x.answer(status)
        if described is None:
            return self.assertEqual(content, "")
        self.assertIn(media.split(";")[0], [known.split(";")[0] for known in described])
        if not media.startswith("application/json"):
            return
        schema, value = described["application/json"]["schema"], json.loads(content)
        self.assertEqual(list(problems(value, schema, self.document)), [], f"{x} {status}")
        self.assertEqual(list(unknown_keys(value, schema, self.document)), [], f"{x} {status}")
        try:
            import jsonschema
        except ImportError:
            return
        judge = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)
        judge({**schema, "components": self.document["components"]}).validate(value)

    def test_every_status_that_is_named_happens_and_has_its_schema(self):
        happened = 0
        for x in self.operations:
            for status in sorted(x.statuses()):
                if status in RESTARTING and x.path not in ("/jobs", "/ready"):
                    continue
                with self.subTest(operation=str(x), status=status):
                    answer = self.provoke(x, status)
                    self.assertEqual(answer[0], status, answer)
                    self.hold(x, *answer)
                    happened += 1
        self.assertGreater(happened, 90)

    def test_a_job_in_each_state_fits_its_schema(self):
        job = self.broker.create(requires={"caps": ["states"]}, requester="r", tags={"a": "b"}, priority=3,
                                 not_before=1, deadline=4_000_000_000)
        shown = {str(x): x for x in self.operations}
        read = lambda: self.hold(shown["GET /jobs/{id}"], *self.ask(shown["GET /jobs/{id}"], identity=job))
        read()
        claim = shown["GET /jobs/next"]
        taken = self.ask(claim, **{"X-Worker-Caps": "states", "X-Worker-Id": "w7"})
        self.hold(claim, *taken)
        lease = json.loads(taken[2])["job"]["lease_id"]
        read()
        self.broker.worker("POST", f"/jobs/{job}/events", [{"type": "checkpoint", "data": {"a": {"b": 1}}}], X_Lease_Id=lease)
        self.broker.worker("POST", f"/jobs/{job}/release", X_Lease_Id=lease)
        self.hold(claim, *self.ask(claim, **{"X-Worker-Caps": "states", "X-Worker-Id": "w7"}))
        for name in ("GET /jobs/{id}/explain", "GET /jobs/{id}/events"):
            self.hold(shown[name], *self.ask(shown[name], identity=job))
        for name in ("GET /workers", "GET /queue", "GET /jobs"):
            self.hold(shown[name], *self.ask(shown[name]))
        self.hold(shown["GET /jobs"], *self.ask(shown["GET /jobs"], query="texts=1"))
        self.broker.bot("POST", f"/jobs/{job}/cancel")
        read()
        late = self.ask(shown["POST /jobs/{id}/result"], identity=job, **{"X-Lease-Id": lease, "X-Worker-Id": "w7"})
        self.assertIn(late[0], (200, 409))
        self.hold(shown["POST /jobs/{id}/result"], *late)

    def test_good_bodies_fit_and_wrong_ones_do_not(self):
        schemas = self.document["components"]["schemas"]
        for name, body in GOOD_BODIES.items():
            self.assertEqual(list(problems(body, schemas[name], self.document)), [], name)
        for name, body in WRONG_BODIES.items():
            self.assertNotEqual(list(problems(body, schemas[name], self.document)), [], name)

    def test_a_path_has_the_methods_that_are_named_and_no_others(self):
        for path, methods in self.document["paths"].items():
            named = {method.upper() for method in methods}
            real = path.replace("{id}", UNKNOWN_JOB).replace("{kid}", "nobody")
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - named:
                status, headers, _ = self.broker.exchange(method, real, self.broker.bot_headers)
                self.assertEqual(status, 405, f"{method} {path}")
                self.assertEqual(set(headers["Allow"].split(", ")) - {"HEAD"}, named, path)

    def test_head_is_answered_as_get_is_without_the_body(self):
        asked = 0
        for x in self.operations:
            if x.method != "GET" or x.path == "/jobs/next":
                continue
            path = x.path.replace("{id}", self.good_id(x))
            told = [self.broker.exchange(method, path, x.headers()) for method in ("HEAD", "GET")]
            self.assertEqual(told[0][0], 200, path)
            self.assertEqual((told[0][1]["Content-Type"], told[0][2]), (told[1][1]["Content-Type"], b""), path)
            asked += 1
        self.assertGreater(asked, 10)
        self.assertEqual(self.broker.exchange("HEAD", "/jobs/next", self.broker.worker_headers)[0], 405)

    def test_no_page_of_another_site_is_let_in(self):
        asks = {"Origin": "https://elsewhere", "Access-Control-Request-Method": "POST"}
        for path in ("/jobs", "/jobs/next", "/health"):
            for method in ("OPTIONS", "GET"):
                status, headers, _ = self.broker.exchange(method, path, {**asks, **self.broker.worker_headers})
                self.assertEqual([name for name in headers if name.lower().startswith("access-control-")], [], path)
                self.assertEqual(status == 405, method == "OPTIONS", (path, status))

    def test_the_document_is_sound(self):
        self.assertEqual(self.document["openapi"], "3.1.0")
        names = [parameter["name"] for parameter in self.document["components"]["parameters"].values()]
        self.assertEqual(len(names), len(set(names)) + 2)  # three kinds of id
        for x in self.operations:
            self.assertIn("default", x.described["responses"], x)
            for role in x.roles:
                self.assertIn(role, self.document["components"]["securitySchemes"])
            named = [p["$ref"].rsplit("/", 1)[1] for p in x.described.get("parameters", ())]
            in_path = [p for p in named if p in ("job_id", "id_of_worker", "id_of_file", "kid")]
            self.assertEqual(len(in_path), x.path.count("{"), x)
        try:
            from openapi_spec_validator import validate
        except ImportError:
            return
        validate(self.document)


if __name__ == "__main__":
    unittest.main()
