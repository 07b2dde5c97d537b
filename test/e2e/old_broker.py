"""A broker that knows only the base contract, as the old Python one: claims are never held, leases last 60 seconds and
are found out by the next claim, unknown routes get FastAPI's 404. For tests of clients that must work with it."""
import http.server
import json
import threading
import time
import uuid

COMMANDS = {"ping", "capabilities", "plan_echo", "approve_echo", "repo_list", "repo_status", "repo_last_commit",
            "repo_grep", "repo_readfile", "llm_task"}
KEYS = ("id", "created_at", "started_at", "finished_at", "lease_until", "status", "command", "payload", "result",
        "error", "worker_id", "requires")


class Refused(Exception):
    def __init__(self, status, detail):
        super().__init__(detail)
        self.status, self.detail = status, detail


class OldBroker:
    def __init__(self, bot_token="bot-secret-1", worker_token="worker-secret-1", lease_seconds=60):
        self.tokens = {"X-Bot-Token": bot_token, "X-Worker-Token": worker_token}
        self.lease_seconds = lease_seconds
        self.jobs = {}  # in the order of creation
        self.requests = []  # (method, path, headers)
        self.lock = threading.Lock()
        broker = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                broker.serve(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    # -- what tests do ------------------------------------------------------------------------------------------------

    def create(self, command, payload="", requires=None):
        job = dict.fromkeys(KEYS)
        job.update(id=str(uuid.uuid4()), created_at=int(time.time()), status="queued", command=command,
                   payload=payload, requires=requires)
        with self.lock:
            self.jobs[job["id"]] = job
        return job["id"]

    def job(self, job_id):
        with self.lock:
            return dict(self.jobs[job_id])

    # -- HTTP -----------------------------------------------------------------------------------------------------------

    def serve(self, request):
        length = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(length)
        path = request.path.split("?")[0]
        with self.lock:
            self.requests.append((request.command, path, dict(request.headers)))
            try:
                status, answer = 200, self.route(request.command, path.strip("/").split("/"), request.headers, body)
            except Refused as refused:
                status, answer = refused.status, {"detail": refused.detail}
        text = json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def route(self, method, parts, headers, body):
        if (method, parts) == ("GET", ["health"]):
            return {"ok": True, "ts_bound": True}
        if (method, parts) == ("POST", ["jobs"]):
            return self.on_create(headers, body)
        if (method, parts) == ("GET", ["jobs", "next"]):
            return self.on_claim(headers)
        if method == "GET" and len(parts) == 2 and parts[0] == "jobs":
            self.check(headers, "X-Bot-Token")
            return self.find(parts[1])
        if method == "POST" and len(parts) == 3 and parts[0] == "jobs" and parts[2] in ("result", "fail"):
            self.check(headers, "X-Worker-Token")
            return self.on_finish(self.find(parts[1]), parts[2], json.loads(body))
        if parts == ["jobs"]:
            raise Refused(405, "Method Not Allowed")
        raise Refused(404, "Not Found")

    def check(self, headers, name):
        if headers.get(name) != self.tokens[name]:
            raise Refused(401, "bad worker token" if "Worker" in name else "bad bot token")

    def find(self, job_id):
        if job_id not in self.jobs:
            raise Refused(404, "job not found")
        return self.jobs[job_id]

    def on_create(self, headers, body):
        self.check(headers, "X-Bot-Token")
        wanted = json.loads(body or b"{}")
        if wanted.get("command", "").strip() not in COMMANDS:
            raise Refused(400, "invalid command")
        job = dict.fromkeys(KEYS)
        requires = wanted.get("requires")
        job.update(id=str(uuid.uuid4()), created_at=int(time.time()), status="queued", command=wanted["command"],
                   payload=wanted.get("payload") or "",
                   requires=requires if requires is None or isinstance(requires, str) else json.dumps(requires))
        self.jobs[job["id"]] = job
        return {"id": job["id"], "status": "queued"}

    def on_claim(self, headers):
        self.check(headers, "X-Worker-Token")
        now = int(time.time())
        for job in self.jobs.values():
            if job["status"] == "running" and job["lease_until"] < now:
                job.update(status="queued", started_at=None, lease_until=None, worker_id=None)
        caps = set(json.loads(headers.get("X-Worker-Caps") or "[]"))
        for job in self.jobs.values():
            needed = set(json.loads(job["requires"] or "{}").get("caps", []))
            if job["status"] == "queued" and needed <= caps:
                job.update(status="running", started_at=now, lease_until=now + self.lease_seconds,
                           worker_id=headers.get("X-Worker-Id"), result=None, error=None, finished_at=None)
                return {"job": job}
        return {"job": None}

    @staticmethod
    def on_finish(job, verb, body):
        status = job["status"]
        if verb == "result":
            if status == "failed":
                return {"ok": True, "status": "failed", "note": "already failed; result ignored"}
            if status == "queued":
                raise Refused(400, "job not in running state: queued")
            if status == "running":
                job.update(status="done", result=body["result"], finished_at=int(time.time()), lease_until=None)
            return {"ok": True, "status": "done"}
        if status == "done":
            return {"ok": True, "status": "done", "note": "already done; fail ignored"}
        if status != "failed":
            job.update(status="failed", error=(body.get("error") or "unknown").strip(),
                       finished_at=int(time.time()), lease_until=None)
        return {"ok": True, "status": "failed"}
