"""Programs that can be inspected, the certificates for it, and who looks or tries to."""
import json
import os
import pathlib
import re
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest

from broker_process import BIN, ROOT, BrokerProcess
from certificates import lifetime, openssl
from patience import patient

WAIT_SECONDS_MAX = patient(60)
DIRECT_MESSAGE, CLIENT_HANDSHAKE, HEARTBEAT = 2, 1, 6


def make_certificates(folder, *arguments):
    script = ROOT / "deploy" / "make_inspect_certs.sh"
    return subprocess.run([script, "--to", folder, *map(str, arguments)], env={"PATH": os.environ["PATH"], "HOME": str(folder)},
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT_SECONDS_MAX, check=False)


class Certificates:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name) / "inspect"
        made = make_certificates(self.path, "--operator", "ann")
        assert made.returncode == 0, made.stdout

    def stop(self):
        self.folder.cleanup()

    def let_expire(self, name):
        """`name`.crt becomes one of the same CA, with the same key and purpose, that has ended."""
        certificate, extension = self.path / f"{name}.crt", self.path / "purpose"
        purpose = "serverAuth" if name == "node" else "clientAuth"
        extension.write_text(f"keyUsage=critical,digitalSignature\nextendedKeyUsage={purpose}\n")
        openssl("x509", "-x509toreq", "-in", certificate, "-key", self.path / f"{name}.key", "-out", self.path / "request")
        openssl("x509", "-req", "-in", self.path / "request", "-CA", self.path / "ca.crt", "-CAkey", self.path / "ca.key",
                "-set_serial", "7", *lifetime(-1), "-extfile", extension, "-out", certificate)
        extension.unlink()
        (self.path / "request").unlink()

    def of_operator(self):
        """A TLS client that shows the operator's certificate."""
        context = client_context()
        context.load_cert_chain(self.path / "operator.crt", self.path / "operator.key")
        return context


def client_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class InspectedBroker(unittest.TestCase):
    """Tests that share a broker with certificates and a port to inspect it."""

    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()
        cls.addClassCleanup(cls.certificates.stop)
        cls.broker = inspected_broker(cls.certificates)
        cls.addClassCleanup(cls.broker.stop)
        cls.port = port_of(cls.broker)


def inspectable(certificates):
    return {"INSPECT_PORT": "0", "INSPECT_CERTS": str(certificates.path)}


def inspected_broker(certificates, **env):
    return BrokerProcess(**inspectable(certificates), **env).start()


def port_of(process, seconds=WAIT_SECONDS_MAX):
    """Where the program can be inspected, as its log says."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for line in list(process.log):
            if found := re.search(r"event=inspection_opened .*\bport=(\d+)", line):
                return int(found[1])
        time.sleep(0.02)
    raise AssertionError("it cannot be inspected:\n" + "".join(process.log))


def inspect(port, certificates, *arguments, wait=30, timeout=WAIT_SECONDS_MAX):
    """@param certificates a folder @param wait for an answer @returns the finished `openclaw inspect`"""
    return subprocess.run([BIN / "openclaw", "inspect", "--at", f"127.0.0.1:{port}", "--certs", certificates,
                           "--timeout", str(wait), *map(str, arguments)],
                          env={"PATH": os.environ["PATH"], "HOME": str(certificates)}, text=True, capture_output=True,
                          timeout=timeout, check=False)


def look(port, certificates, *arguments):
    """@returns what `openclaw inspect --json` says"""
    said = inspect(port, certificates.path, "--json", *arguments)
    assert said.returncode == 0, said.stdout + said.stderr
    return json.loads(said.stdout)


def named(answer, name):
    return [actor for actor in answer["actors"] if actor["name"] == name]


# -- who tries ---------------------------------------------------------------------------------------------------------

def frame(kind, payload=b"", *, flags=0, claimed=None, data=0, source=0, to=0):
    """A frame of CAF's BASP. @param claimed how long the payload is said to be"""
    return struct.pack(">BBBBIQQQ", kind, 0, 0, flags, len(payload) if claimed is None else claimed, data, source, to) + payload


class RawPeer:
    """A TLS client of the inspection port that says what it likes."""

    def __init__(self, port, context):
        self.link = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS_MAX))

    def greet(self):
        """@returns the id of the actor that is offered"""
        header = self.read(32)
        payload = self.read(struct.unpack(">I", header[4:8])[0])
        # a node, the application's ids, then the id of the actor
        at = payload.index(b"openclaw-inspect/1") + len(b"openclaw-inspect/1")
        self.link.sendall(frame(CLIENT_HANDSHAKE, b"\x01" + b"\0" * 40))
        return struct.unpack(">Q", payload[at:at + 8])[0]

    def read(self, count):
        content = b""
        while len(content) < count:
            piece = self.link.recv(count - len(content))
            if not piece:
                raise ConnectionError("closed")
            content += piece
        return content

    def is_sent_away(self):
        """@returns whether the other side closes"""
        try:
            while self.link.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def close(self):
        self.link.close()
