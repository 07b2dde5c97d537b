#!/usr/bin/env python3
"""Many clients with good tokens and large answers or bodies, who do not get on: the broker holds few of them at a time,
gives the memory back, and answers small requests meanwhile. The figures are loose: the machine may be busy."""
import contextlib
import os
import socket
import time
import unittest

from broker_process import BrokerProcess
from patience import SMALL_QUARANTINE, patient

LARGE_BYTES = 4_000_000  # of an answer or body; so many of them are more than the broker holds at a time
BESIEGERS = 100
SIEGE_SECONDS = 14  # who keeps others waiting is turned away after 5 to 10 s, and who waits for an answer after 10 s
PATIENCE_S = patient(240)  # for a machine that is busy with something else


def resident_bytes(broker):
    with open(f"/proc/{broker.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def word_so_far(link):
    with contextlib.suppress(BlockingIOError, OSError, IndexError):
        return int(link.recv(64).split()[1])
    return 0


class LargeTraffic(unittest.TestCase):
    def test_many_who_ask_for_a_large_answer_and_read_nothing_cost_little(self):
        broker = BrokerProcess(**SMALL_QUARANTINE).start()
        self.addCleanup(broker.stop)
        text = "x" * LARGE_BYTES
        job_id = broker.create()
        lease = broker.claim()["lease_id"]
        status, _ = broker.worker("POST", f"/jobs/{job_id}/result", {"result": text}, X_Lease_Id=lease)
        self.assertEqual(status, 200)
        head = f"GET /jobs/{job_id} HTTP/1.1\r\nHost: x\r\nX-Bot-Token: bot-secret-1\r\n\r\n".encode()
        words = self.besiege(broker, head)
        self.assertIn(200, words)
        self.assertIn(503, words)
        self.assertEqual(broker.job(job_id)["result"], text)

    def test_many_who_send_most_of_a_large_body_cost_little(self):
        broker = BrokerProcess(**SMALL_QUARANTINE).start()
        self.addCleanup(broker.stop)
        job_id, text = broker.create(), "y" * LARGE_BYTES
        lease = broker.claim()["lease_id"]
        head = (f"POST /jobs/{job_id}/result HTTP/1.1\r\nHost: x\r\nX-Worker-Token: worker-secret-1\r\n"
                f"Content-Length: {LARGE_BYTES + 1_000}\r\n\r\n").encode()
        self.besiege(broker, head, b'{"result": "' + text.encode())
        status, _ = broker.worker("POST", f"/jobs/{job_id}/result", {"result": text}, X_Lease_Id=lease)
        self.assertEqual(status, 200)
        self.assertEqual(broker.job(job_id)["result"], text)

    def besiege(self, broker, head, body=b""):
        """Many send this, read nothing and stay, while small requests of others are answered. @returns the statuses
        that came in the end"""
        before = resident_bytes(broker)
        links = [socket.create_connection(("127.0.0.1", broker.port)) for _ in range(BESIEGERS)]
        self.addCleanup(lambda: [link.close() for link in links])
        for link in links:
            link.setblocking(False)
        owed = {link: head + body for link in links}
        most, worst, begun = 0, 0, time.monotonic()
        while time.monotonic() - begun < SIEGE_SECONDS:
            for link in links:
                with contextlib.suppress(BlockingIOError, OSError):
                    owed[link] = owed[link][link.send(owed[link][:1 << 20]):] if owed[link] else b""
            asked = time.monotonic()
            self.assertEqual(broker.call("GET", "/health", timeout=PATIENCE_S)[0], 200)
            worst = max(worst, time.monotonic() - asked)
            most = max(most, resident_bytes(broker) - before)
        self.assertLess(most, BESIEGERS * LARGE_BYTES / 2, "what is under way is bounded")
        self.assertLess(worst, patient(SIEGE_SECONDS / 2), "small requests wait for few large ones, not for all")
        words = {word_so_far(link) for link in links}
        for link in links:
            link.close()
        deadline = time.monotonic() + PATIENCE_S
        while resident_bytes(broker) - before > BESIEGERS * LARGE_BYTES / 8:
            self.assertLess(time.monotonic(), deadline, "what was under way is given back")
            time.sleep(0.1)
        return words


if __name__ == "__main__":
    unittest.main()
