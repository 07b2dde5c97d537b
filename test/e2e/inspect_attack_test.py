#!/usr/bin/env python3
"""Who must not look: peers without a certificate, with a wrong one, and with the right one and CAF's own protocol at hand.
The broker goes on serving, holds what it held, and can be inspected afterwards."""
import os
import pathlib
import re
import shutil
import socket
import ssl
import struct
import threading
import time
import unittest

from inspected_house import (CLIENT_HANDSHAKE, DIRECT_MESSAGE, HEARTBEAT, Certificates, InspectedBroker, RawPeer,
                             client_context, frame, inspect, look)

SERVER_HANDSHAKE, ROUTED_MESSAGE, MONITOR_MESSAGE, DOWN_MESSAGE = 0, 3, 4, 5
NAMED_RECEIVER = 1
MEMORY_MORE_KIB_MAX = 64 * 1024
CPU_SECONDS_MAX = 5
CONNECTIONS = 200
PLACES = 16  # of net/inspection_gate.hpp


class Attack(InspectedBroker):
    def setUp(self):
        self.memory_before = self.memory_kib()
        self.actors_before = self.kinds()

    def kinds(self):
        self.until_it_can_be_inspected()
        return sorted(x["name"] for x in look(self.port, self.certificates)["actors"])

    def memory_kib(self):
        status = pathlib.Path(f"/proc/{self.broker.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])

    def tearDown(self):
        """Whatever was tried: the broker serves, is who it was, and can be inspected."""
        self.assertEqual(self.broker.call("GET", "/health")[0], 200)
        job = self.broker.create(requires={"caps": ["cap:" + self.id()]})
        self.assertEqual(self.broker.job(job)["status"], "queued")
        self.assertEqual(self.kinds(), self.actors_before)
        self.assertLess(self.memory_kib() - self.memory_before, MEMORY_MORE_KIB_MAX)

    def peer(self, context=None):
        peer = RawPeer(self.port, context or self.certificates.of_operator())
        self.addCleanup(peer.close)
        return peer

    def connect(self):
        link = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.addCleanup(link.close)
        return link

    def assert_refused(self, context):
        """TLS 1.3 tells a client that it is refused only after its own handshake."""
        try:
            peer = self.peer(context)
            self.assertEqual(peer.link.recv(1), b"")
        except (ssl.SSLError, ConnectionError):
            pass

    # -- without the right certificate ------------------------------------------------------------------------------------

    def test_nobody_gets_in_without_a_certificate(self):
        self.assert_refused(client_context())

    def test_a_certificate_of_another_ca_is_refused(self):
        others = Certificates()
        self.addCleanup(others.stop)
        self.assert_refused(others.of_operator())
        said = inspect(self.port, others.path)
        self.assertEqual(said.returncode, 4, said.stderr)

    def test_an_expired_certificate_is_refused(self):
        """Also one whose owner does not look at its date."""
        old = Certificates()
        self.addCleanup(old.stop)
        for file in self.certificates.path.iterdir():
            shutil.copy(file, old.path)
        self.assertEqual(inspect(self.port, old.path).returncode, 0)
        old.let_expire("operator")
        self.assert_refused(old.of_operator())

    def test_who_has_been_let_in_and_does_not_greet_is_sent_away(self):
        self.assertTrue(self.peer().is_sent_away())

    def test_a_node_cannot_look_at_another(self):
        context = client_context()
        context.load_cert_chain(self.certificates.path / "node.crt", self.certificates.path / "node.key")
        self.assert_refused(context)

    def test_an_operator_cannot_pretend_to_be_a_node(self):
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(self.certificates.path / "operator.crt", self.certificates.path / "operator.key")
        with socket.create_server(("127.0.0.1", 0)) as door:
            threading.Thread(target=lambda: self.accept_all(door, server), daemon=True).start()
            said = inspect(door.getsockname()[1], self.certificates.path)
        self.assertEqual(said.returncode, 4, said.stderr)

    @staticmethod
    def accept_all(door, server):
        while True:
            try:
                link, _ = door.accept()
            except OSError:
                return
            try:
                server.wrap_socket(link, server_side=True)
            except OSError:
                link.close()

    def test_old_tls_is_refused(self):
        context = self.certificates.of_operator()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.assert_refused(context)

    def test_garbage_instead_of_a_handshake_is_refused(self):
        for junk in (os.urandom(4096), b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 65535, frame(1, b"x" * 64)):
            link = self.connect()
            try:
                link.sendall(junk)
                while link.recv(65536):
                    pass
            except ConnectionError:
                pass

    def test_half_handshakes_neither_fill_the_door_nor_burn_the_processor(self):
        used, open_before = self.processor_seconds(), self.open_files()
        links = []
        for _ in range(CONNECTIONS):
            link = self.connect()
            links.append(link)
            try:
                link.sendall(b"\x16\x03\x01\x02\x00\x01")  # the begin of a greeting
            except ConnectionError:
                pass
        time.sleep(1)
        self.assertLess(self.open_files() - open_before, 2 * PLACES)
        self.assertLess(self.processor_seconds() - used, CPU_SECONDS_MAX)
        self.until_it_can_be_inspected()

    def open_files(self):
        return len(os.listdir(f"/proc/{self.broker.process.pid}/fd"))

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.broker.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def until_it_can_be_inspected(self):
        end = time.monotonic() + 60
        while inspect(self.port, self.certificates.path).returncode != 0:
            self.assertLess(time.monotonic(), end)

    def test_who_connects_all_the_time_keeps_no_operator_out(self):
        """Some two hundred times a second."""
        over = threading.Event()
        flood = threading.Thread(target=self.connect_until, args=(over,), daemon=True)
        flood.start()
        self.addCleanup(flood.join)
        self.addCleanup(over.set)
        time.sleep(1)
        for _ in range(5):
            said = inspect(self.port, self.certificates.path)
            self.assertEqual(said.returncode, 0, said.stderr)

    def connect_until(self, over):
        while not over.wait(0.005):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=60).close()
            except OSError:
                pass

    # -- with the operator's certificate, and malice --------------------------------------------------------------------------

    def test_a_frame_that_claims_gigabytes_ends_the_connection(self):
        for kind in (CLIENT_HANDSHAKE, DIRECT_MESSAGE, MONITOR_MESSAGE):
            peer = self.peer()
            if kind != CLIENT_HANDSHAKE:
                peer.greet()
            peer.link.sendall(frame(kind, claimed=0x7fffffff, to=1))
            self.assertTrue(peer.is_sent_away())

    def test_what_no_client_sends_ends_the_connection(self):
        for sent in (frame(SERVER_HANDSHAKE, b"x" * 8, data=1), frame(7, b"x" * 8), frame(255, b"x" * 8)):
            peer = self.peer()
            peer.greet()
            peer.link.sendall(sent)
            self.assertTrue(peer.is_sent_away())

    def test_nothing_passes_before_the_greeting(self):
        peer = self.peer()
        peer.link.sendall(frame(DIRECT_MESSAGE, b"x" * 8, to=1))
        self.assertTrue(peer.is_sent_away())

    def silent_to(self, *frames):
        """Sends frames that must be dropped, and then a question. @returns that only the question is answered"""
        peer = self.peer()
        actor = peer.greet()
        peer.link.settimeout(2)
        for sent in frames:
            peer.link.sendall(sent(actor))
        peer.link.sendall(frame(HEARTBEAT))
        heard = b""
        try:
            while piece := peer.link.recv(65536):
                heard += piece
        except TimeoutError:
            pass
        for kind in self.frames_in(heard):
            self.assertNotEqual(kind[0], DOWN_MESSAGE)
            self.assertFalse(kind[0] == DIRECT_MESSAGE and not kind[1] & NAMED_RECEIVER, "it answered")

    @staticmethod
    def frames_in(content):
        while len(content) >= 32:
            kind, flags, length = content[0], content[3], struct.unpack(">I", content[4:8])[0]
            yield kind, flags
            content = content[32 + length:]

    def test_the_services_of_caf_cannot_be_reached_by_name(self):
        for name in ("ConfigServ", "SpawnServ"):
            number = atom(name)
            payload = b"\0" + text("@<>+@atom+@atom+@str") + struct.pack(">QQ", atom("sys"), atom("get")) + text("info")
            self.silent_to(lambda _, n=number, p=payload: frame(DIRECT_MESSAGE, p, flags=NAMED_RECEIVER, data=1 << 63 | 1,
                                                                source=7, to=n))

    def test_no_actor_but_the_one_that_is_offered_can_be_reached(self):
        payload = b"\0" + text("@<>+@atom+@str") + struct.pack(">Q", atom("inspect")) + text('{"ask":"tree"}')
        self.silent_to(lambda actor: b"".join(frame(DIRECT_MESSAGE, payload, data=1 << 63 | 1, source=7, to=i)
                                              for i in range(1, 40) if i != actor))

    def test_exits_links_monitors_and_downs_do_not_pass(self):
        exit_payload = b"\0" + text("@<>+@exit") + b"\0" * 16
        link_payload = b"\0" + text("@<>+@atom+@strong_actor_ptr") + struct.pack(">Q", atom("link")) + b"\0" * 16
        nodes = b"\x01" + b"\0" * 48
        self.silent_to(lambda actor: frame(DIRECT_MESSAGE, exit_payload, source=7, to=actor),
                       lambda actor: frame(DIRECT_MESSAGE, link_payload, source=7, to=actor),
                       lambda actor: frame(MONITOR_MESSAGE, nodes, to=actor),
                       lambda actor: frame(DOWN_MESSAGE, nodes, source=7),
                       lambda actor: frame(ROUTED_MESSAGE, nodes + exit_payload, source=7, to=actor))

    def test_types_that_are_not_asked_with_are_not_deserialized(self):
        for types in ("@<>+@unknown", "@<>+@atom+@message", "@<>+@actor", "@<>+@atom+@str+@str"):
            self.silent_to(lambda actor, t=types: frame(DIRECT_MESSAGE, b"\0" + text(t) + b"\xff" * 64, data=1 << 63 | 1,
                                                        source=7, to=actor))

    def test_a_question_too_long_or_of_another_length_than_it_says_is_dropped(self):
        begin = b"\0" + text("@<>+@atom+@str") + struct.pack(">Q", atom("inspect"))
        self.silent_to(lambda actor: frame(DIRECT_MESSAGE, begin + text("x" * 2000), data=1 << 63 | 1, source=7, to=actor),
                       lambda actor: frame(DIRECT_MESSAGE, begin + b"\x10abc", data=1 << 63 | 1, source=7, to=actor),
                       lambda actor: frame(DIRECT_MESSAGE, begin + b"\xff\xff\xff\xff\xff\xff", data=1, source=7, to=actor))

    def test_a_flood_of_frames_ends_the_connection(self):
        peer = self.peer()
        peer.greet()
        try:
            for _ in range(2000):
                peer.link.sendall(frame(HEARTBEAT))
        except OSError:
            pass
        self.assertTrue(peer.is_sent_away())

    def test_who_never_reads_is_not_answered_for_ever(self):
        peers = [self.peer() for _ in range(4)]
        for peer in peers:
            actor = peer.greet()
            question = b"\0" + text("@<>+@atom+@str") + struct.pack(">Q", atom("inspect")) + text('{"ask":"tree"}')
            for i in range(40):
                peer.link.sendall(frame(DIRECT_MESSAGE, question, data=1 << 63 | i + 1, source=7, to=actor))
        self.assertEqual(self.broker.call("GET", "/health")[0], 200)

    def test_the_door_holds_only_so_many_and_frees_their_places(self):
        peers = [self.peer() for _ in range(PLACES)]
        for peer in peers:
            peer.greet()
        self.assertEqual(inspect(self.port, self.certificates.path).returncode, 4)
        for peer in peers:
            peer.close()
        self.until_it_can_be_inspected()


def text(words):
    """A string as CAF 0.17 writes it: its length, seven bits a byte, then its bytes."""
    content, size, head = words.encode(), len(words), b""
    while size > 0x7f:
        head, size = head + bytes([size & 0x7f | 0x80]), size >> 7
    return head + bytes([size]) + content


def atom(name):
    """A name as CAF 0.17 packs it: six bits a character behind a mark."""
    table = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    number = 0xf
    for character in name:
        number = number << 6 | table.index(character)
    return number


if __name__ == "__main__":
    unittest.main()
