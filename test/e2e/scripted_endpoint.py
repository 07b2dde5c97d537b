"""A model endpoint that plays a script byte by byte, and notes what its client does wrong."""
import json
import re
import socket
import struct
import threading
import time

from patience import patient

HOLD_SECONDS_MAX = patient(60)
MODELS = json.dumps({"object": "list", "data": [{"id": "scripted", "object": "model", "max_model_len": 16384}]})


class Link:
    """One question, and the connection that its answer goes out on."""

    def __init__(self, connection, headers, request):
        self.connection, self.headers, self.request = connection, headers, request

    def send(self, content):
        self.connection.sendall(content if isinstance(content, bytes) else content.encode())

    def pieces(self, content, size, pause=0.0):
        content = content if isinstance(content, bytes) else content.encode()
        for at in range(0, len(content), size):
            self.send(content[at:at + size])
            time.sleep(pause)

    def hold(self):
        """Until the client leaves."""
        self.connection.settimeout(HOLD_SECONDS_MAX)
        self.connection.recv(1)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class ScriptedEndpoint:
    """@param script what happens to each question, in turn; the last goes for all that come later. A text or bytes is sent
    as it is, a function gets the Link.
    @param models the same for GET /models, and what else is asked beside the conversation"""

    def __init__(self, script, models=None, port=0):
        self.script, self.models = script, models or json_reply(MODELS)
        self.requests, self.faults = [], []
        self.lock, self.open = threading.Lock(), []
        self.socket = socket.create_server(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]
        self.env = {"LLM_BASE_URL": f"http://127.0.0.1:{self.port}/v1", "LLM_MODEL": "scripted"}
        self.server = threading.Thread(target=self.serve, daemon=True)
        self.server.start()

    def stop(self):
        """Closed only once nobody accepts on it: its descriptor's number may be another endpoint's a moment later."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.server.join()
        self.socket.close()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        with connection:
            try:
                method, path, headers, body = read_request(connection)
                if path.endswith("/chat/completions"):
                    self.answer(connection, headers, json.loads(body))
                else:
                    play(self.models, Link(connection, headers, body))
            except (OSError, ConnectionError):
                pass  # the client has gone

    def answer(self, connection, headers, request):
        with self.lock:
            number = len(self.requests)
            self.requests.append(request)
            self.open = [other for other in self.open if not has_left(other)]
            self.expect(not self.open, "two questions at once")
            self.open.append(connection)
            self.check(headers, request)
        play(self.script[min(number, len(self.script) - 1)], Link(connection, headers, request))

    def check(self, headers, request):
        """What no server should ever be sent."""
        self.expect("authorization" not in headers, "a key, though there is none")
        self.expect(request.get("tools") != [], "an empty list of tools")
        self.expect("tools" in request or "tool_choice" not in request, "a choice among no tools")
        roles = [message["role"] for message in request["messages"]]
        self.expect("system" not in roles[1:], f"roles {roles}")
        open_ids = []
        for message in request["messages"]:
            if message["role"] == "tool":
                self.expect(open_ids and message["tool_call_id"] == open_ids.pop(0), "an answer to no call")
                continue
            self.expect(not open_ids, "a call without an answer")
            open_ids = [call["id"] for call in message.get("tool_calls", [])]
            for call in message.get("tool_calls", []):
                self.expect(re.fullmatch("[A-Za-z0-9]{9}", call["id"]), f"the id {call['id']}")
                self.expect(is_json(call["function"]["arguments"]), f"arguments {call['function']['arguments'][:80]}")
        self.expect(not open_ids, "a call without an answer at the end")

    def expect(self, holds, otherwise):
        if not holds:
            self.faults.append(otherwise)


def has_left(connection):
    """Its client has closed it, or the script has."""
    try:
        return connection.fileno() < 0 or not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def play(step, link):
    step(link) if callable(step) else link.send(step)


def is_json(text):
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def read_request(connection):
    connection.settimeout(HOLD_SECONDS_MAX)
    content = b""
    while b"\r\n\r\n" not in content:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError
        content += piece
    head, _, body = content.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, path, _ = lines[0].split(" ")
    return method, path, headers, body.decode()


# -- what servers say ------------------------------------------------------------------------------------------------

SSE_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def reply(status, body, kind="application/json", more=""):
    content = body if isinstance(body, bytes) else body.encode()
    return (f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n{more}"
            "Connection: close\r\n\r\n").encode() + content


def json_reply(body, status=200, more=""):
    return reply(status, body if isinstance(body, str) else json.dumps(body), more=more)


def error(status, message, more="", **fields):
    return json_reply({"error": {"message": message, "type": "invalid_request_error", **fields}}, status, more)


def choice(delta, finish=None):
    return {"object": "chat.completion.chunk", "model": "scripted",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def event(data, end="\n"):
    return "data: " + (data if isinstance(data, str) else json.dumps(data)) + end + end


def events(*deltas, finish="stop", tail="data: [DONE]\n\n", end="\n"):
    """The body of a stream: the role, the deltas, the end."""
    parts = [choice({"role": "assistant", "content": ""}), *(choice(delta) for delta in deltas)]
    if finish is not None:
        parts.append(choice({}, finish))
    return "".join(event(part, end) for part in parts) + tail.replace("\n", end)


def say(text, **more):
    """A whole streamed answer in pieces of five characters."""
    return SSE_HEAD + events(*({"content": text[at:at + 5]} for at in range(0, len(text), 5)), **more)


def deltas(*parts, **more):
    return SSE_HEAD + events(*parts, **more)


def call(name, arguments="{}", number=0, **fields):
    """The delta of one call."""
    one = {"index": number, "id": f"call_{number}", "type": "function",
           "function": {"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments)}}
    return {"tool_calls": [{**one, **fields}]}


def whole(message, finish="stop", **more):
    return json_reply({"object": "chat.completion", "model": "scripted", **more,
                       "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}]})


def chunked(content, size, extension=""):
    content = content if isinstance(content, bytes) else content.encode()
    parts = [content[at:at + size] for at in range(0, len(content), size)]
    return (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"".join(f"{len(part):x}{extension}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n")
