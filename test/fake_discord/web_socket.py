"""The server's side of a WebSocket, as much of it as a Gateway needs. @source RFC 6455"""
import asyncio
import base64
import hashlib
import struct

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # @source RFC 6455, section 1.3
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MESSAGE_BYTES_MAX = 1024 * 1024
CLOSE_SECONDS_MAX = 2  # how long the other side has to answer a close


class Closed(Exception):
    """The connection has ended. @param code what the other side said; None where it said nothing"""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def accept_key(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


class WebSocket:
    """Sends do not wait: what is written first arrives first."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.said_close = False

    def accept(self, request):
        """@returns whether it was a fair request for a WebSocket; then it is accepted"""
        key = request.headers.get("sec-websocket-key")
        if not key or request.headers.get("sec-websocket-version") != "13":
            self.writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return False
        self.writer.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           f"Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n").encode())
        return True

    def send(self, content, kind=TEXT):
        if self.said_close or self.writer.is_closing():
            return
        size = len(content)
        head = bytes([0x80 | kind])
        head += bytes([size]) if size < 126 else struct.pack("!BH", 126, size) if size < 65536 \
            else struct.pack("!BQ", 127, size)
        self.writer.write(head + content)

    def close(self, code, reason=""):
        """Says the code and ends; cuts the line when no answer comes."""
        if self.said_close:
            return
        self.send((struct.pack("!H", code) if code else b"") + reason.encode(), CLOSE)
        self.said_close = True
        asyncio.get_running_loop().call_later(CLOSE_SECONDS_MAX, self.writer.close)

    def abort(self):
        """Ends as a lost line does: no code."""
        self.said_close = True
        self.writer.transport.abort()

    async def receive(self):
        """@returns (TEXT or BINARY, content) of the next whole message; raises Closed"""
        kind, whole = None, b""
        while True:
            last, opcode, content = await self._frame()
            if opcode == CLOSE:
                code = struct.unpack("!H", content[:2])[0] if len(content) >= 2 else None
                if not self.said_close:
                    self.send(content[:2], CLOSE)
                    self.said_close = True
                self.writer.close()
                raise Closed(code)
            if opcode == PING:
                self.send(content, PONG)
            elif opcode != PONG:
                kind = opcode if opcode != CONTINUATION else kind
                whole += content
                if len(whole) > MESSAGE_BYTES_MAX:
                    self.close(1009)
                elif last and kind is not None:
                    return kind, whole

    async def _frame(self):
        """@returns (is the last of its message, opcode, content)"""
        try:
            first, second = await self.reader.readexactly(2)
            size = second & 0x7F
            if size >= 126:
                size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
            if not second & 0x80 or first & 0x70 or size > MESSAGE_BYTES_MAX:
                self.close(1009 if size > MESSAGE_BYTES_MAX else 1002)
                raise Closed(None)
            mask = await self.reader.readexactly(4)
            content = await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            raise Closed(None) from None
        stretched = mask * (size // 4 + 1)
        plain = (int.from_bytes(content, "big") ^ int.from_bytes(stretched[:size], "big")).to_bytes(size, "big")
        return bool(first & 0x80), first & 0x0F, plain
