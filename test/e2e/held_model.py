"""A model endpoint whose answers a test writes, and holds back as long as it likes."""
import http.server
import json
import select
import socket
import threading
import time

from patience import patient

HOLD_SECONDS_MAX = patient(60)


class HeldModel:
    """@param answer makes the message of the assistant from the request's JSON; a text stands for plain content, a pair of
    a status and a text for an error. Answers go out in pieces of `piece` characters where a stream is asked for. Tokens are
    counted where `usage` is set; "blind to tools" counts prompts as if there were none."""

    def __init__(self, answer=lambda request: "an answer", piece=7, port=0, usage=None):
        self.answer, self.piece, self.usage = answer, piece, usage
        self.probe_status = 200
        self.held_number = None
        self.left = 0  # askers who went away while their question was held
        self.at_once = self.most_at_once = 0  # questions that are being answered
        self.count = threading.Lock()
        self.requests = []  # (headers, JSON) of every question, in the order of arrival
        self.may_answer = threading.Event()
        self.may_answer.set()
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                model.reply(self, "application/json", json.dumps(
                    {"object": "list", "data": [{"id": "held", "object": "model", "max_model_len": 16384}]}),
                    model.probe_status)

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                model.requests.append((dict(self.headers), request))
                if len(model.requests) == model.held_number:
                    model.hold()
                model.counted(+1)
                model.wait_for_leave(self.connection)
                model.counted(-1)
                try:
                    model.speak(self, request)
                except OSError:
                    pass  # the runner that asked is gone

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.env = {"LLM_BASE_URL": f"http://127.0.0.1:{self.server.server_port}", "LLM_MODEL": "held"}

    def hold(self):
        """Questions wait from now on until `let_go`."""
        self.may_answer.clear()

    def hold_from(self, number):
        """Questions wait from this one on (1 is the first) until `let_go`."""
        self.held_number = number

    def wait_for_leave(self, connection):
        """Returns when answers may go out, or when the one who asked has gone: that is counted."""
        end = time.monotonic() + HOLD_SECONDS_MAX
        while not self.may_answer.wait(0.02) and time.monotonic() < end:
            readable, _, _ = select.select([connection], [], [], 0)
            if readable and not connection.recv(1, socket.MSG_PEEK):
                self.left += 1
                return

    def counted(self, by):
        with self.count:
            self.at_once += by
            self.most_at_once = max(self.most_at_once, self.at_once)

    def fail_probes(self, status):
        """GET /models is answered with this status from now on."""
        self.probe_status = status

    def let_go(self):
        self.may_answer.set()

    def stop(self):
        self.let_go()
        self.server.shutdown()
        self.server.server_close()

    def speak(self, handler, request):
        message = self.answer(request)
        if isinstance(message, tuple):
            return self.reply(handler, "application/json", message[1], message[0])
        if isinstance(message, str):
            message = {"content": message}
        end = "tool_calls" if message.get("tool_calls") else "stop"
        if not request.get("stream"):
            whole = {"choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": end}],
                     **self.counted_tokens(request)}
            return self.reply(handler, "application/json", json.dumps(whole))
        deltas = [{"role": "assistant"}]
        for key in ("reasoning_content", "content"):
            text = message.get(key) or ""
            deltas += [{key: text[at:at + self.piece]} for at in range(0, len(text), self.piece)]
        deltas += [{"tool_calls": [{"index": index, **call}]} for index, call in enumerate(message.get("tool_calls", []))]
        choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
        choices.append({"index": 0, "delta": {}, "finish_reason": end})
        events = [json.dumps({"object": "chat.completion.chunk", "choices": [x]}) for x in choices]
        if counted := self.counted_tokens(request):
            events.append(json.dumps({"object": "chat.completion.chunk", "choices": [], **counted}))
        return self.reply(handler, "text/event-stream", "".join(f"data: {x}\n\n" for x in [*events, "[DONE]"]))

    def counted_tokens(self, request):
        if not self.usage:
            return {}
        words = json.dumps(request["messages"]) + ("" if self.usage == "blind to tools" else json.dumps(request.get("tools")))
        return {"usage": {"prompt_tokens": len(words) // 4, "completion_tokens": 7}}

    @staticmethod
    def reply(handler, kind, text, status=200):
        content = text.encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)


def tool_call(name, **arguments):
    """@returns the message of an assistant that calls a tool"""
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
    return {"content": None, "tool_calls": [call]}
