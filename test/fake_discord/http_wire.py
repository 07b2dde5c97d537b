"""HTTP/1.1 on asyncio's streams: requests in, answers out, connections kept alive. @source RFC 9112"""
import asyncio
import dataclasses
import http
import json
import urllib.parse

HEAD_BYTES_MAX = 64 * 1024
BODY_BYTES_MAX = 64 * 1024 * 1024


@dataclasses.dataclass
class Request:
    method: str
    path: str  # as it came, still percent-encoded, without the query
    query: dict
    headers: dict  # names in lower case
    body: bytes = b""

    def json(self):
        return json.loads(self.body) if self.body else {}


@dataclasses.dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)
    ending: str = ""  # "drop": no byte, the connection closes; "truncate": half of the body, then it closes


def json_answer(status, value, **headers):
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


async def read_request(reader, writer):
    """@returns a Request, or None when the connection has ended or speaks no HTTP"""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        path, _, query = target.partition("?")
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await read_body(reader, headers)
        return Request(method, path, dict(urllib.parse.parse_qsl(query, keep_blank_values=True)), headers, body)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, OSError):
        return None


async def read_body(reader, headers):
    if headers.get("transfer-encoding", "").lower() != "chunked":
        size = int(headers.get("content-length", 0))
        if size > BODY_BYTES_MAX:
            raise ValueError("too long")
        return await reader.readexactly(size)
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
        if len(body) > BODY_BYTES_MAX:
            raise ValueError("too long")
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers
    return body


def answer_bytes(answer, head_only=False):
    reason = http.HTTPStatus(answer.status).phrase if answer.status in http.HTTPStatus._value2member_map_ else "Unknown"
    headers = dict(answer.headers)
    if answer.status != 204:
        headers["Content-Length"] = str(len(answer.body))
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (b"" if head_only else answer.body)


async def serve_connection(reader, writer, handle, upgrade=None):
    """Answers requests until either side ends. @param handle an async function from Request to Answer
    @param upgrade an async function (request, reader, writer) that takes over where a WebSocket is asked for"""
    try:
        while (request := await read_request(reader, writer)) is not None:
            if upgrade and request.headers.get("upgrade", "").lower() == "websocket":
                await upgrade(request, reader, writer)
                return
            answer = await handle(request)
            if answer.ending == "drop":
                writer.transport.abort()
                return
            content = answer_bytes(answer, head_only=request.method == "HEAD")
            writer.write(content[:len(content) - (len(answer.body) + 1) // 2] if answer.ending else content)
            await writer.drain()
            if answer.ending or request.headers.get("connection", "").lower() == "close":
                return
    except (OSError, asyncio.CancelledError):
        pass  # who asked is gone, or the fake ends
    finally:
        writer.close()
