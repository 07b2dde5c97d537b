"""One connection to the Gateway: hello, heartbeats, identify, resume, and every way it ends."""
import asyncio
import collections
import json
import time
import zlib

from .web_socket import BINARY, TEXT, Closed

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT = 0, 1, 2, 3, 4, 6, 7
MEMBERS, INVALID_SESSION, HELLO, ACK, SOUNDS, CHANNEL_INFO = 8, 9, 10, 11, 31, 43
PAYLOAD_BYTES_MAX = 4096
INTENTS_KNOWN, MESSAGE_CONTENT = (1 << 26) - 1, 1 << 15
SESSION_ENDING_CODES = {4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014}  # said by us: "start a new session", or stop


class GatewayConnection:
    def __init__(self, gateway, socket, request):
        self.gateway, self.socket = gateway, socket
        self.session = None
        self.deflater = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self.zlib_payloads = False
        self.query = request.query
        self.sent = collections.deque()  # real times of what the client sent
        self.heard_at = time.monotonic()
        self.code_of_ours = None
        self.entry = gateway.journal.add("connect", path=request.path, query=request.query, headers=request.headers)

    async def run(self):
        code = None
        watch = asyncio.ensure_future(self._watch_silence())
        try:
            self._greet()
            while True:
                kind, content = await self.socket.receive()
                self._receive(kind, content)
        except Closed as end:
            code = end.code
        finally:
            watch.cancel()
            self._leave_session(code)
            self.gateway.journal.add("disconnect", connect=self.entry["n"], code=code, code_of_ours=self.code_of_ours)

    def _greet(self):
        if self.query.get("v") != "10":
            return self.close(4012, "Invalid API version")
        if self.query.get("encoding", "json") != "json" or self.query.get("compress", "zlib-stream") != "zlib-stream":
            return self.close(4002, "Only JSON, plain or as a zlib-stream, is spoken here")
        if self.gateway.settings.hello:
            self.send(HELLO, {"heartbeat_interval": self.gateway.settings.heartbeat_interval_ms, "_trace": []})
        return None

    async def _watch_silence(self):
        while True:
            settings = self.gateway.settings
            await asyncio.sleep(settings.heartbeat_interval_ms / 4000)
            late = time.monotonic() - self.heard_at - settings.heartbeat_interval_ms / 1000
            if late > settings.heartbeat_grace_s:
                return self.close(4009, "Session timed out.", keep_session=True)

    # -- sending ---------------------------------------------------------------------------------------------------

    def send(self, op, data):
        self.send_text(json.dumps({"t": None, "s": None, "op": op, "d": data}))

    def send_text(self, text):
        content = text.encode()
        if self.deflater:
            content = self.deflater.compress(content) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        elif self.zlib_payloads:
            content = zlib.compress(content)
        self.socket.send(content, BINARY if self.deflater or self.zlib_payloads else TEXT)

    def close(self, code, reason="", keep_session=None):
        """@param keep_session None: as the code says"""
        self.code_of_ours = code
        if self.session and (keep_session is False or keep_session is None and code in SESSION_ENDING_CODES):
            self.gateway.end(self.session)
        self._leave_session(None)
        self.socket.close(code, reason)

    def drop(self):
        """Ends without a word."""
        self.code_of_ours = 1006
        self._leave_session(None)
        self.socket.abort()

    def _leave_session(self, code_of_client):
        session, self.session = self.session, None
        if session:
            self.gateway.lost(session, self, code_of_client)

    # -- receiving -------------------------------------------------------------------------------------------------

    def _receive(self, kind, content):
        now = time.monotonic()
        self.sent.append(now)
        while self.sent and self.sent[0] < now - 60:
            self.sent.popleft()
        if len(content) > PAYLOAD_BYTES_MAX:
            return self.close(4002, "Error while decoding payload.")
        try:
            payload = json.loads(content)
            op = payload["op"]
        except (ValueError, KeyError, TypeError):
            return self.close(4002, "Error while decoding payload.")
        data = payload.get("d")
        self.gateway.journal.add("frame", connect=self.entry["n"], op=op, d=data, bytes=len(content))
        if len(self.sent) > self.gateway.settings.payloads_per_minute:
            return self.close(4008, "You are being rate limited.")
        if op == HEARTBEAT:
            return self._beat(data)
        if op == IDENTIFY:
            return self._identify(data if isinstance(data, dict) else {})
        if op == RESUME:
            return self._resume(data if isinstance(data, dict) else {})
        if op not in (PRESENCE, VOICE, MEMBERS, SOUNDS, CHANNEL_INFO):
            return self.close(4001, "Unknown opcode.")
        if self.session is None:
            return self.close(4003, "Not authenticated.")
        return None

    def _beat(self, seq):
        self.heard_at = time.monotonic()
        if self.session and isinstance(seq, int) and seq > self.session.seq:
            return self.close(4007, "Invalid seq.")
        if self.gateway.settings.acks:
            self.send(ACK, None)
        return None

    def _identify(self, data):
        gateway, settings = self.gateway, self.gateway.settings
        if self.session:
            return self.close(4005, "Already authenticated.")
        if data.get("token") != gateway.world.token:
            return self.close(4004, "Authentication failed.")
        shard, intents = data.get("shard") or [0, 1], data.get("intents")
        if not isinstance(shard, list) or len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            return self.close(4010, "Invalid shard.")
        if not isinstance(intents, int) or intents & ~INTENTS_KNOWN:
            return self.close(4013, "Invalid intent(s).")
        if intents & MESSAGE_CONTENT and not settings.message_content:
            return self.close(4014, "Disallowed intent(s).")
        if "os" not in (data.get("properties") or {}):
            return self.close(4002, "Error while decoding payload.")
        may = gateway.may_identify()
        if may == "never":
            return self.close(4004, "Authentication failed.")
        if may == "wait" or gateway.invalid_next:
            return self.send(INVALID_SESSION, gateway.invalid_next.popleft() if may == "yes" else False)
        self.zlib_payloads = bool(data.get("compress")) and not self.deflater
        if settings.ready:
            gateway.begin(self, data["token"], intents, shard)
        return None

    def _resume(self, data):
        gateway = self.gateway
        if self.session:
            return self.close(4005, "Already authenticated.")
        if data.get("token") != gateway.world.token:
            return self.close(4004, "Authentication failed.")
        if gateway.invalid_next:
            return self.send(INVALID_SESSION, gateway.invalid_next.popleft())
        session, seq = gateway.find(data.get("session_id")), data.get("seq")
        if session is None or not gateway.settings.resumes:
            return self.send(INVALID_SESSION, False)
        if not isinstance(seq, int) or not 0 <= seq <= session.seq:
            gateway.end(session)
            return self.close(4007, "Invalid seq.")
        if old := session.connection:
            old.session = None
            old.socket.close(4000, "Resumed elsewhere.")
        session.connection, self.session = self, session
        gateway.journal.add("session", session=session.id, connect=self.entry["n"], resumed=True)
        session.replay(seq - gateway.settings.resume_overlap)
        session.dispatch("RESUMED", {"_trace": ["[\"a-fake\",{}]"]})
        return None
