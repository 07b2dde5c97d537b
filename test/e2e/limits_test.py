#!/usr/bin/env python3
"""The limits of the door, from outside: over each there is a clear status and a closed connection, never a hang, and
honest clients are served meanwhile. The slow ones run beside each other: the longest takes 75 s."""
import concurrent.futures
import os
import re
import resource
import socket
import time
import unittest

from broker_process import BrokerProcess, read_all
from malformed_requests import CASES
from patience import patient

PATIENCE_S = patient(240)  # for a machine that is busy with something else
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


def connect(broker):
    return socket.create_connection(("127.0.0.1", broker.port), timeout=PATIENCE_S)


def read_answer(link):
    """@returns (status, head, body) of one answer; (0, b"", b"") when the connection ends without one"""
    content = b""
    while b"\r\n\r\n" not in content:
        piece = link.recv(65536)
        if not piece:
            return 0, content, b""
        content += piece
    head, _, body = content.partition(b"\r\n\r\n")
    length = int(re.search(rb"content-length: (\d+)", head, re.I)[1])
    while len(body) < length:
        body += link.recv(65536)
    return int(head.split()[1]), head, body


def is_closed(link):
    link.shutdown(socket.SHUT_WR)
    return read_all(link) == b""


def slow(broker, first, drip=b"", every_s=1.0):
    """Sends the beginning of a request, then drips. @returns (the status that comes, seconds until then)"""
    with connect(broker) as link:
        begun = time.monotonic()
        link.sendall(first)
        link.settimeout(every_s)
        while time.monotonic() - begun < PATIENCE_S:
            try:
                if drip:
                    link.sendall(drip)
                content = link.recv(65536)
                return int(content.split()[1]) if content else 0, time.monotonic() - begun
            except TimeoutError:
                continue
    raise AssertionError("nothing came")


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = BrokerProcess().start()
        cls.addClassCleanup(cls.broker.stop)
        cls.threads = concurrent.futures.ThreadPoolExecutor(8)
        cls.addClassCleanup(cls.threads.shutdown)
        head = b"POST /jobs HTTP/1.1\r\nHost: x\r\nX-Bot-Token: bot-secret-1\r\nContent-Length: 5000\r\n\r\n"
        cls.slow = {name: cls.threads.submit(slow, cls.broker, *rest) for name, *rest in (
            ("idle", b""), ("head", b"GET /health HT"), ("dripping head", b"GET /health HTTP/1.1\r\nX: ", b"a"),
            ("body", head), ("dripping body", head, b" "))}

    def honest(self):
        status, _ = self.broker.call("GET", "/health", timeout=PATIENCE_S)
        self.assertEqual(status, 200)

    def test_malformed_requests_get_the_answer_of_the_document(self):
        self.assertGreater(len(CASES), 150)
        for name, request, expected in CASES:
            with self.subTest(name):
                with connect(self.broker) as link:
                    link.settimeout(30)
                    link.sendall(request)
                    status, head, body = read_answer(link)
                    self.assertEqual(status, expected, body)
                    self.assertTrue(body.startswith(b"{"), body)
                    if expected in (400, 413, 431, 505):  # whatever follows could be read in two ways
                        self.assertIn(b"Connection: close", head)
                        self.assertTrue(is_closed(link))
        self.honest()

    def test_what_follows_a_malformed_request_is_never_served(self):
        smuggled = b"GET /jobs/next HTTP/1.1\r\nHost: x\r\nX-Worker-Token: worker-secret-1\r\n\r\n"
        for name, request, expected in CASES:
            if expected == 400 and not name.startswith(("a line without", "an endless")):
                with connect(self.broker) as link:
                    link.sendall(request + smuggled)
                    link.shutdown(socket.SHUT_WR)
                    self.assertLessEqual(read_all(link).count(b"HTTP/1.1 "), 1, name)

    def test_a_thousand_dripping_connections_leave_honest_requests_answered(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        before = self.resident_bytes(broker)
        links = []
        self.addCleanup(lambda: [link.close() for link in links])
        for _ in range(1_000):
            link = connect(broker)
            link.sendall(b"POST /jobs HTTP/1.1\r\nHost: x\r\nX-Dripping: ")
            links.append(link)
        times = []
        for i in range(100):
            for link in links[i::100]:
                link.sendall(b"a")
            begun = time.monotonic()
            status, _ = broker.call("GET", "/health", timeout=PATIENCE_S)
            times.append(time.monotonic() - begun)
            self.assertEqual(status, 200)
        self.assertLess(self.resident_bytes(broker) - before, 32 << 20)
        self.assertLess(sorted(times)[50], 30, "half of the honest requests waited")
        self.assertLessEqual({self.last_word(link) for link in links}, {408, 0})  # 0: it was not read for too long

    def test_connections_over_the_limit_are_told_so_and_closed(self):
        broker = BrokerProcess(BROKER_MAX_CONNECTIONS="3").start()
        self.addCleanup(broker.stop)
        kept = [connect(broker) for _ in range(3)]
        for link in kept:
            link.sendall(HEALTH)
            self.assertEqual(read_answer(link)[0], 200)
        for _ in range(5):
            with connect(broker) as link:
                status, head, body = read_answer(link)
                self.assertEqual((status, body), (503, b'{"detail":"too many connections"}'))
                self.assertIn(b"Connection: close", head)
                self.assertTrue(is_closed(link))
        kept.pop().close()
        deadline = time.monotonic() + PATIENCE_S
        while broker.call("GET", "/health")[0] != 200:
            self.assertLess(time.monotonic(), deadline)
        for link in kept:
            link.sendall(HEALTH)
            self.assertEqual(read_answer(link)[0], 200)
            link.close()

    def test_a_broker_out_of_file_descriptors_does_not_spin_and_comes_back(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        kept = connect(broker)
        kept.sendall(HEALTH)
        self.assertEqual(read_answer(kept)[0], 200)
        files = len(os.listdir(f"/proc/{broker.process.pid}/fd"))
        _, hard = resource.prlimit(broker.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(broker.process.pid, resource.RLIMIT_NOFILE, (files + 4, hard))
        links = [connect(broker) for _ in range(100)]  # the kernel takes them up; the broker cannot
        begun, used = time.monotonic(), self.cpu_seconds(broker)
        while time.monotonic() - begun < 2:
            kept.sendall(HEALTH)
            self.assertEqual(read_answer(kept)[0], 200)
            time.sleep(0.1)
        self.assertLess(self.cpu_seconds(broker) - used, 0.2 * (time.monotonic() - begun))
        self.assertTrue(any("event=http_accept_failed" in line for line in broker.log))
        for link in links:
            link.close()
        status, _, page = broker.exchange("GET", "/metrics", broker.bot_headers, timeout=PATIENCE_S)
        self.assertEqual(status, 200)
        kept.close()
        self.assertRegex(page.decode(), r"openclaw_http_accept_failures_total [1-9]")

    def test_bodies_over_the_limit_are_refused_without_being_read(self):
        for head in (b"Content-Length: 10485760\r\n", b"Transfer-Encoding: chunked\r\n"):
            with connect(self.broker) as link:
                link.sendall(b"POST /jobs HTTP/1.1\r\nHost: x\r\nX-Bot-Token: bot-secret-1\r\n" + head + b"\r\n")
                if b"chunked" in head:
                    link.sendall(b"100000\r\n" + b"x" * 0x100000)
                status, head, body = read_answer(link)
                self.assertEqual((status, body), (413, b'{"detail":"request body too large"}'))
                self.assertIn(b"Connection: close", head)

    def test_a_deep_body_is_refused_before_it_is_built(self):
        for depth in (1_101, 100_000):
            body = b'{"command":"ping","requires":' + b"[" * depth + b"]" * depth + b"}"
            self.assertEqual(self.broker.bot("POST", "/jobs", body)[0], 400)
        self.honest()

    def test_slow_clients_are_told_so_after_their_time(self):
        for name, status, seconds in (("head", 408, 10), ("dripping head", 408, 10), ("body", 408, 30),
                                      ("dripping body", 408, 30)):
            with self.subTest(name):
                answer = self.slow[name].result(PATIENCE_S)
                self.assertEqual(answer[0], status)
                self.assertGreaterEqual(answer[1], seconds - 1)

    def test_an_idle_connection_is_closed_after_75_seconds_without_a_word(self):
        status, took = self.slow["idle"].result(PATIENCE_S)
        self.assertEqual(status, 0)
        self.assertGreaterEqual(took, 74)

    @staticmethod
    def last_word(link):
        try:
            return read_answer(link)[0]
        except ConnectionResetError:
            return 0

    @staticmethod
    def resident_bytes(broker):
        with open(f"/proc/{broker.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    @staticmethod
    def cpu_seconds(broker):
        with open(f"/proc/{broker.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    unittest.main()
