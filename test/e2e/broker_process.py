"""Starts and stops the real openclaw-broker on a free port with a store of its own, and talks raw HTTP to it."""
import http.client
import json
import re
import socket
import tempfile
import threading

from logged_process import BIN, ROOT, LoggedProcess
from patience import patient

START_SECONDS_MAX = patient(20)
ANSWER_SECONDS_MAX = patient(15)


class BrokerProcess(LoggedProcess):
    """@param program the broker, or one with something slipped in (test/support/test_brokers.cmake)
    @param env more variables of the broker, e.g. LEASE_SECONDS="1"; None takes one away."""

    def __init__(self, program="openclaw-broker", **env):
        folder = tempfile.TemporaryDirectory()
        super().__init__(BIN / program, {"BROKER_DB": folder.name + "/db", "BROKER_PORT": "0", "BOT_TOKEN": "bot-secret-1",
                                         "WORKER_TOKEN": "worker-secret-1", "ADMIN_TOKEN": "admin-secret-1", **env}, folder)
        self.bot_headers = {"X-Bot-Token": "bot-secret-1"}
        self.worker_headers = {"X-Worker-Token": "worker-secret-1"}
        self.admin_headers = {"X-Bot-Token": "admin-secret-1"}
        self.port = 0

    def start(self):
        """Returns when the broker listens. A restart takes the port of the first start."""
        if self.port:
            self.env["BROKER_PORT"] = str(self.port)
        self.listens, self.started = False, threading.Event()
        self.launch()
        if not self.started.wait(START_SECONDS_MAX) or not self.listens:
            self.kill()
            raise AssertionError("the broker did not start:\n" + "".join(self.log))
        return self

    def read_line(self, line):
        if found := re.search(r"event=broker_started.*\bport=(\d+)", line):
            self.port, self.listens = int(found[1]), True
            self.started.set()

    def read_end(self):
        self.started.set()

    # -- HTTP ------------------------------------------------------------------------------------------------------

    def call(self, method, path, headers=None, body=None, timeout=ANSWER_SECONDS_MAX):
        """One request on a connection of its own. A body that is no str or bytes is sent as JSON.
        @returns (status, JSON of the answer)"""
        status, _, content = self.exchange(method, path, headers, body, timeout)
        return status, json.loads(content)

    def exchange(self, method, path, headers=None, body=None, timeout=ANSWER_SECONDS_MAX):
        """@returns (status, headers, content)"""
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def raw(self, text, timeout=5, half_close=False):
        """Sends bytes as they are. @returns all that comes back until the broker closes or the time is up"""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as link:
            link.sendall(text if isinstance(text, bytes) else text.encode())
            if half_close:
                link.shutdown(socket.SHUT_WR)
            return read_all(link)

    def bot(self, method, path, body=None, **more):
        return self.call(method, path, {**self.bot_headers, **more}, body)

    def worker(self, method, path, body=None, **more):
        """@param more headers, `_` for `-`: X_Lease_Id=..."""
        headers = {key.replace("_", "-"): value for key, value in more.items()}
        return self.call(method, path, {**self.worker_headers, **headers}, body)

    def create(self, **body):
        """@returns the id of a new job"""
        status, answer = self.bot("POST", "/jobs", {"command": "ping", **body})
        assert status == 200, answer
        return answer["id"]

    def job(self, job_id):
        status, job = self.bot("GET", f"/jobs/{job_id}")
        assert status == 200, job
        return job

    def claim(self, wait=None, **more):
        """@returns the job object or None"""
        status, answer = self.worker("GET", "/jobs/next" + (f"?wait={wait}" if wait else ""), **more)
        assert status == 200, answer
        return answer["job"]


def read_all(link):
    """What comes until the other side closes or the socket's time is up."""
    content = b""
    try:
        while piece := link.recv(65536):
            content += piece
    except (TimeoutError, ConnectionResetError):
        pass
    return content
