"""What model servers do, well or badly: scripts for a ScriptedEndpoint, each with what is to come of it."""
import email.utils
import gzip
import json
import time

from scripted_endpoint import (MODELS, SSE_HEAD, call, choice, chunked, deltas, error, event, events, json_reply, reply, say,
                               whole)

THE_END = "The end: Größe 日本 🙂."
END = say(THE_END)
LIST = deltas(call("repo_list"), finish="tool_calls")
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2


class Case:
    """@param says what the answer of the job holds; `fails` what its error holds, or else is: `or_fails`
    @param calls the tools that the answer names, in order
    @param asked how many questions it takes, where that is certain; asked_min: at least
    @param never what nobody is shown"""

    def __init__(self, *script, says=THE_END, fails=None, or_fails=None, calls=None, asked=None, asked_min=1, models=None, env=None,
                 never=None):
        self.script, self.says, self.fails, self.or_fails, self.calls = script, says, fails, or_fails, calls
        self.asked, self.asked_min, self.models = asked, asked_min, models
        self.env, self.never = env or {}, never


def called(*script, calls=("repo_list",), **more):
    """A script that begins with calls; then the answer comes."""
    return Case(*script, END, calls=calls and list(calls), **more)


def in_time(*script, **more):
    """A script that would take for ever: the job ends in its own time. On a machine that stands still for seconds nothing
    is left of it for a better sentence."""
    return Case(*script, env={"RESULT_TIMEOUT_SEC": "8"}, or_fails="job timed out after 8s", **more)


def slow(link):
    link.send(SSE_HEAD)
    for part in events(*({"content": letter} for letter in THE_END)).split("\n\n"):
        link.send(part + "\n\n")
        time.sleep(0.02)


def comments(link):
    link.send(SSE_HEAD)
    while True:
        link.send(": still here\n\n")
        time.sleep(0.05)


def half(text):
    """A beginning, then nothing."""
    def play(link):
        link.send(text)
        link.hold()
    return play


def broken(text):
    """A beginning, then a reset."""
    def play(link):
        link.send(text)
        link.reset()
    return play


def endless(link):
    link.send(SSE_HEAD)
    while True:
        link.send(event(choice({"content": "x" * 65536})))


def bytewise(content):
    return lambda link: link.pieces(content, 1)


def only_without(field, otherwise):
    """Refuses the field, then answers when it is gone."""
    return lambda link: link.send(otherwise if field in link.request else END)


def smaller_than(bytes_max, otherwise):
    return lambda link: link.send(otherwise if len(json.dumps(link.request["messages"])) > bytes_max else END)


ONE_EVENT = event(choice({"role": "assistant", "content": "Half an an"}))
TEXT = event(choice({"content": THE_END}))
STOP = event(choice({}, "stop")) + "data: [DONE]\n\n"

WIRE = {
    "every byte on its own": Case(bytewise(END)),
    "a call with every byte on its own": called(bytewise(LIST)),
    "all in one write": Case(END),
    "CRLF": Case(say(THE_END, end="\r\n")),
    "CR": Case(say(THE_END, end="\r")),
    "a BOM first": Case(SSE_HEAD.encode() + b"\xef\xbb\xbf" + events({"content": THE_END}).encode()),
    "no blank behind the colon": Case(END.replace("data: ", "data:")),
    "data in many lines": Case(SSE_HEAD + "".join(
        "".join(f"data: {line}\n" for line in json.dumps(part, indent=1).split("\n")) + "\n"
        for part in (choice({"content": THE_END}), choice({}, "stop")))),
    "fields that mean nothing": Case(END.replace("data: {", "event: message\nid: 7\nretry: 10\nodd: x\n: hm\ndata: {")),
    "chunks with extensions": Case(chunked(events({"content": THE_END}), 7, ";name=value")),
    "chunks of one byte": Case(chunked(events({"content": THE_END}), 1)),
    "a length": Case(reply(200, events({"content": THE_END}), "text/event-stream")),
    "HTTP/1.0": Case(END.replace("HTTP/1.1", "HTTP/1.0")),
    "a slow drip": Case(slow),
    "no answer at all": in_time(lambda link: link.hold(), fails="LLM request failed"),
    "a head, then silence": in_time(half("HTTP/1.1 200 OK\r\n"), fails="LLM request failed"),
    "all heads, then silence": in_time(half(SSE_HEAD), fails="LLM request failed"),
    "comments only": in_time(comments, fails="LLM request failed"),
    "silence after some events": in_time(half(SSE_HEAD + ONE_EVENT), fails="LLM request failed"),
    "silence inside an event": in_time(half(SSE_HEAD + ONE_EVENT + "data: {\"cho"), fails="LLM request failed"),
    "silence after a call": in_time(LIST, half(SSE_HEAD + ONE_EVENT), says="repo_list", calls=["repo_list"]),
    "closed before the status": Case("", END, asked=2),
    "closed after the head": Case(SSE_HEAD, END, asked=2),
    "closed inside an event": Case(SSE_HEAD + ONE_EVENT + "data: {\"cho", END, asked=2),
    "closed without an end": Case(SSE_HEAD + ONE_EVENT, END, asked=2),
    "closed with [DONE] alone": Case(SSE_HEAD + ONE_EVENT + "data: [DONE]\n\n", END, asked=2),
    "closed after the finish": Case(say(THE_END, tail=""), asked=1),
    "closed before the last blank line": Case(SSE_HEAD + TEXT + "data: " + json.dumps(choice({}, "stop")), asked=1),
    "reset in the middle": Case(broken(SSE_HEAD + ONE_EVENT), END, asked=2),
    "reset at once": Case(broken(""), END, asked=2),
    "closed inside the size of a chunk": Case(chunked(ONE_EVENT, 500)[:-7], END, asked=2),
    "an answer shorter than its length": Case(reply(200, ONE_EVENT, "text/event-stream")[:-20], END, asked=2),
    "a redirect": Case(reply(307, "", more="Location: http://127.0.0.1:1/v1\r\n"), fails="redirect", asked=1),
    "100 Continue first": Case("HTTP/1.1 100 Continue\r\n\r\n" + END),
    "JSON although a stream was asked for": Case(whole({"content": THE_END})),
    "a stream called text/plain": Case(END.replace("text/event-stream", "text/plain")),
    "a stream called JSON": Case(END.replace("text/event-stream", "application/json")),
    "HTML with 502": Case(reply(502, "<html>Bad Gateway</html>", "text/html"), END, asked=2),
    "HTML with 200": Case(reply(200, "<html>Hello</html>", "text/html"), fails="not JSON"),
    "an empty body": Case(reply(200, ""), END, asked=2),
    "no content at all": Case("HTTP/1.1 204 No Content\r\n\r\n", END, asked=2),
    "a line of ten megabytes": Case(SSE_HEAD + "data: " + "x" * 10_000_000 + "\n\n", END, asked=2),
    "a stream without end": in_time(endless, fails="LLM request failed"),
    "a bomb of heads": Case("HTTP/1.1 200 OK\r\n" + "X-Many: yes\r\n" * 20_000 + "\r\n", END, asked=2),
    "bytes that are no text": Case(SSE_HEAD.encode() + event(choice({"content": THE_END + "@"})).encode()
                                   .replace(b"@", b"\xff\xfe\xc3") + STOP.encode()),
    "halves of a pair in two deltas": Case(SSE_HEAD + "".join(
        'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n' % text
        for text in ("The end: Gr\\u00f6\\u00dfe \\u65e5\\u672c \\ud83d", "\\ude42.")) + STOP),
    "NUL bytes": Case(SSE_HEAD + TEXT + "\0\0\n" + STOP),
    "an event that is no JSON": Case(SSE_HEAD + ONE_EVENT + "data: {no}\n\n" + TEXT + STOP, END, asked=2),
    "JSON nested without end": Case(SSE_HEAD + "data: " + "[" * 100_000 + "\n\n" + STOP, END, asked=2),
    "packed although nobody asked for it": Case(reply(200, gzip.compress(events({"content": THE_END}).encode()),
                                                      "text/event-stream", "Content-Encoding: gzip\r\n"), END, asked=2),
    "no HTTP": Case("SSH-2.0-OpenSSH_9.2\r\n", END, asked=2),
}

STATUS = {
    "429 with seconds": Case(error(429, "slow down", "Retry-After: 1\r\n"), END, asked=2),
    "429 with a date": Case(lambda link: link.send(error(429, "slow down", "Retry-After: %s\r\n" % email.utils.formatdate(
        time.time() + 2, usegmt=True))), END, asked=2),
    "429 without a time": Case(error(429, "slow down"), END, asked=2),
    "429 with an absurd time": in_time(error(429, "slow down", "Retry-After: 99999999\r\n"), fails="overloaded"),
    "503 while loading": Case(error(503, "Loading model", code=503), error(503, "Loading model", code=503), END, asked=3),
    "503 of a full queue": Case(error(503, "server busy, please try again. maximum pending requests exceeded"), END, asked=2),
    "529": Case(error(529, "overloaded"), END, asked=2),
    "500 once": Case(error(500, "CUDA error"), END, asked=2),
    "500 always": Case(error(500, "CUDA error"), fails="CUDA error", asked=3),
    "500 that is our fault": Case(error(500, "Failed to parse tool call arguments as JSON"), fails="Failed to parse", asked=1),
    "401": Case(json_reply({"error": "Unauthorized"}, 401), fails="LLM_API_KEY", asked=1),
    "403": Case(error(403, "no"), fails="LLM_API_KEY", asked=1),
    "404 for the model": Case(error(404, "The model `scripted` does not exist."), fails="LLM_MODEL", asked=1),
    "404 for the path": Case(error(404, "Not Found"), fails="LLM_BASE_URL", asked=1),
    "422 with a detail": Case(json_reply({"detail": [{"loc": ["body"], "msg": "bad"}]}, 422), fails="422", asked=1),
    "400": Case(error(400, "temperature must be a number"), fails="temperature", asked=1),
    "an error inside of a stream": Case(SSE_HEAD + ONE_EVENT + event({"error": {"message": "died", "code": 500}}), END, asked=2),
    "an error and [DONE]": Case(SSE_HEAD + event({"error": {"message": "died"}}) + "data: [DONE]\n\n", END, asked=2),
    "an event named error": Case(SSE_HEAD + "event: error\ndata: {\"message\":\"died\"}\n\n", END, asked=2),
    "an event named error, in words": Case(SSE_HEAD + "event: error\ndata: out of memory\n\n", END, asked=2),
    "200 with an error": Case(json_reply({"error": {"message": "engine died", "type": "server_error"}}), END, asked=2),
    "200 with an error in words": Case(json_reply({"error": "engine died"}), END, asked=2),
    "a flat error": Case(json_reply({"object": "error", "message": "busy inside", "code": 500}, 500), END, asked=2),
    "no stream_options": Case(only_without("stream_options", error(400, "Unrecognized request argument: stream_options"))),
    "no system role": Case(lambda link: link.send(
        error(400, "System role not supported") if link.request["messages"][0]["role"] == "system" else END), asked=2),
    "only turns that alternate": Case(LIST, lambda link: link.send(error(400, "Conversation roles must alternate user/"
        "assistant/user/assistant/...") if link.request["messages"][-1]["role"] == "tool" else END), fails="alternate"),
    "no tools, in other words": Case(only_without("tools", error(422, "body.tools: Extra inputs are not permitted"))),
    "no tools without a flag": Case(only_without("tools", error(
        400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'))),
    "no tools for this model": Case(only_without("tools", json_reply({"error": "scripted does not support tools"}, 400))),
    "no tools without jinja": Case(only_without("tools", error(500, "tools param requires --jinja flag"))),
    "less tokens": Case(lambda link: link.send(error(400, "max_tokens must be less than or equal to `100`")
                                               if link.request["max_tokens"] > 100 else END), asked=2),
    "no parallel calls in the history": Case(
        deltas(call("repo_list"), call("repo_status", {"repo": "sample"}, 1), finish="tool_calls"),
        lambda link: link.send(error(400, "This model only supports single tool-calls at once!") if any(
            len(message.get("tool_calls", [])) > 1 for message in link.request["messages"]) else END),
        calls=["repo_list", "repo_status"]),
}

OVERFLOWS = {
    "vLLM": error(400, "This model's maximum context length is 2000 tokens. However, you requested 9000 tokens (8000 in the "
                       "messages, 1000 in the completion). Please reduce the length of the messages or completion."),
    "vLLM, newer": error(400, "'max_tokens' or 'max_completion_tokens' is too large: 4096. This model's maximum context length "
                              "is 2000 tokens and your request has 4000 input tokens"),
    "llama.cpp": error(400, "the request exceeds the available context size (2000 tokens), try increasing it", code=400,
                       n_prompt_tokens=4000, n_ctx=2000).replace(b"invalid_request_error", b"exceed_context_size_error"),
    "OpenAI": error(400, "Your input exceeds the context window", code="context_length_exceeded"),
    "SGLang": json_reply({"object": "error", "message": "The input (4000 tokens) is longer than the model's context length "
                                                        "(2000 tokens).", "code": 400}, 400),
    "LM Studio": json_reply({"error": "Trying to keep the first 4000 tokens when context the overflows. However, the model is "
                                      "loaded with context length of only 2000 tokens, which is not enough."}, 400),
    "TGI": json_reply({"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2000. Given: 4000 "
                                "`inputs` tokens and 100 `max_new_tokens`", "error_type": "validation"}, 422),
    "TensorRT-LLM": error(400, "The prompt length (4000) is greater than the context length (2000)"),
    "413": reply(413, "Request Entity Too Large: prompt is longer than the model's context length"),
    "Ollama": json_reply({"error": "the prompt is too long: exceeds the available context size"}, 500),
    "Anthropic by a proxy": error(400, "prompt is too long: 4000 tokens > 2000 maximum"),
    "Gemini by a proxy": error(400, "The input token count (4000) exceeds the maximum number of tokens allowed (2000)."),
    "llama-cpp-python": error(400, "Requested tokens (4000) exceed context window of 2000"),
    "a proxy": reply(413, "<html>413 Request Entity Too Large</html>", "text/html"),
    "Mistral": error(400, "Prompt contains 4000 tokens and 0 draft tokens, too large for model with 2000 maximum context length"),
}
READ = deltas(call("repo_readfile", {"repo": "sample", "path": "long.txt"}), finish="tool_calls")
for vendor, refusal in OVERFLOWS.items():
    STATUS["overflow as " + vendor] = Case(READ, smaller_than(4_000, refusal), calls=["repo_readfile"], asked_min=3)
STATUS["an overflow whatever is sent"] = Case(READ, OVERFLOWS["OpenAI"], says="repo_readfile", calls=["repo_readfile"])
STATUS["an overflow from the first"] = Case(OVERFLOWS["llama.cpp"], fails="longer than the model's context")

CONTENT = {
    "nothing, then something": Case(say(""), END, asked=2),
    "nothing, ever": Case(say(""), says="answered with nothing"),
    "blanks, then something": Case(say(" \n "), END, asked=2),
    "null": Case(deltas({"content": None}), END, asked=2),
    "no choices": Case(json_reply({"object": "chat.completion"}), END, asked=2),
    "an empty list of choices": Case(json_reply({"choices": []}), END),
    "choices that are null": Case(json_reply({"choices": None}), END, asked=2),
    "a choice that is null": Case(json_reply({"choices": [None]}), END),
    "a list": Case(json_reply([1, 2]), END, asked=2),
    "content in parts": Case(whole({"content": [{"type": "text", "text": THE_END}]})),
    "usage behind all": Case(SSE_HEAD + TEXT + event(choice({}, "stop")) + event(
        {"choices": [], "usage": {"prompt_tokens": 300, "completion_tokens": 2}}) + "data: [DONE]\n\n"),
    "usage in every event": Case(SSE_HEAD + event({**choice({"content": THE_END}), "usage": {"prompt_tokens": 3}}) + event(
        {**choice({}, "stop"), "usage": {"prompt_tokens": 3}})),
    "usage that is nonsense": Case(whole({"content": THE_END}, usage={"prompt_tokens": -1, "completion_tokens": "x"})),
    "a filter": Case(say(THE_END, finish="content_filter")),
    "an unknown finish": Case(say(THE_END, finish="because")),
    "no finish in a whole answer": Case(whole({"content": THE_END}, finish=None)),
    "cut at the limit": Case(say(THE_END, finish="length")),
    "a thought": Case(say("<think>secretly</think>" + THE_END), never="secretly"),
    "a thought without an end, then something": Case(say("<think>secretly"), END, never="secretly"),
    "a thought that only ends": Case(say("secretly</think>" + THE_END), never="secretly"),
    "thoughts beside": Case(deltas({"reasoning_content": "secretly"}, {"content": THE_END}), never="secretly"),
    "thoughts beside, newer": Case(deltas({"reasoning": "secretly"}, {"content": THE_END}), never="secretly"),
    "thinking that ate the answer": Case(deltas({"reasoning_content": "hm"}, finish="length"), END, asked=2),
    "a call inside a thought": Case(say('<think><tool_call>{"name":"repo_list","arguments":{}}</tool_call></think>' + THE_END),
                                    calls=[]),
    "words of the wire": Case(say("data: [DONE]\n\ndata: {} </tool_output> " + THE_END)),
    "five megabytes": Case(SSE_HEAD + "".join(event(choice({"content": "word " * 20_000})) for _ in range(50)) + STOP,
                           says="word word"),
    "a secret": Case(say("it is " + SECRET + " " + THE_END), never=SECRET[:12]),
    "another model's name": Case(END.replace("scripted", "other/model-7b")),
    "a role in every piece": Case(deltas(*({"role": "assistant", "content": letter} for letter in THE_END))),
    "the finish with the last piece": Case(SSE_HEAD + event(choice({"content": THE_END}, "stop"))),
    "empty pieces": Case(deltas(*[{}] * 50, {"content": THE_END}, {})),
    "deltas that are null": Case(SSE_HEAD + event({"choices": [{"index": 0, "delta": None}]}) + TEXT + STOP),
    "two choices": Case(SSE_HEAD + event({"choices": [{"index": 0, "delta": {"content": THE_END}},
                                                      {"index": 1, "delta": {"content": "other"}}]}) + STOP),
}

STATUS_CALL = {"repo": "sample"}


def some(count, name="repo_grep"):
    return deltas(*(call(name, {"repo": "sample", "query": f"word{n}"}, n) for n in range(count)), finish="tool_calls")


def text_call(text, **more):
    return called(say(text), **more)


def repeated(*arguments):
    """Every question is answered with the next of these calls, for ever."""
    state = {"next": 0}

    def play(link):
        if not link.request.get("tools"):
            return link.send(END)
        name, given = arguments[state["next"] % len(arguments)]
        state["next"] += 1
        return link.send(deltas(call(name, given), finish="tool_calls"))
    return play


CALLS = {
    "one call": called(LIST),
    "one call that finishes with stop": called(deltas(call("repo_list"), finish="stop")),
    "three calls": called(some(3), calls=["repo_grep"] * 3),
    "three calls, their pieces mixed": called(deltas(
        call("repo_status", "", 0), call("repo_list", "", 1), {"tool_calls": [{"index": 0, "function": {"arguments": '{"repo":'}}]},
        {"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '"sample"}'}}]}, finish="tool_calls"),
        calls=["repo_status", "repo_list"]),
    "fifty calls": called(some(50), calls=None),
    "gaps between the indices": called(deltas(call("repo_list", "{}", 3), call("repo_status", STATUS_CALL, 7)),
                                       calls=["repo_list", "repo_status"]),
    "no index": called(deltas(call("repo_list", index=None), call("repo_status", STATUS_CALL, 1, index=None)),
                       calls=["repo_list", "repo_status"]),
    "always index 0": called(deltas(call("repo_list", id="a"), call("repo_status", STATUS_CALL, id="b")),
                             calls=["repo_list", "repo_status"]),
    "no ids": called(deltas(call("repo_list", id=None), call("repo_status", STATUS_CALL, 1, id=None)),
                     calls=["repo_list", "repo_status"]),
    "the same id twice": called(deltas(call("repo_list", id="a"), call("repo_status", STATUS_CALL, 1, id="a")),
                                calls=["repo_list", "repo_status"]),
    "an id in every piece": called(deltas(call("repo_status", '{"repo":', id="a"), {"tool_calls": [
        {"index": 0, "id": "a", "function": {"arguments": '"sample"}'}}]}), calls=["repo_status"]),
    "a name in two pieces": called(deltas(call("repo_st", ""), {"tool_calls": [
        {"index": 0, "function": {"name": "atus", "arguments": json.dumps(STATUS_CALL)}}]}), calls=["repo_status"]),
    "arguments as an object": called(deltas({"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {
        "name": "repo_status", "arguments": STATUS_CALL}}]}), calls=["repo_status"]),
    "no arguments": called(deltas({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "repo_list"}}]})),
    "empty arguments": called(deltas(call("repo_list", ""))),
    "null arguments": called(deltas({"tool_calls": [{"index": 0, "id": "a", "function": {
        "name": "repo_list", "arguments": None}}]})),
    "a null function": Case(deltas({"tool_calls": [{"index": 0, "id": "a", "function": None}]}), END),
    "the old function_call": called(deltas({"function_call": {"name": "repo_list", "arguments": "{}"}}, finish="function_call")),
    "a whole answer with calls": called(whole({"content": None, "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "repo_list", "arguments": "{}"}}]}, "tool_calls")),
    "a whole answer, calls null": Case(whole({"content": THE_END, "tool_calls": None})),
    "words beside a call": called(deltas({"content": "I shall look."}, call("repo_list"), finish="tool_calls")),
    "arguments that are no JSON": called(deltas(call("repo_status", '{"repo": sam')), calls=["repo_status"]),
    "arguments that are a list": called(deltas(call("repo_status", "[1]")), calls=["repo_status"]),
    "arguments that are a number": called(deltas(call("repo_status", "7")), calls=["repo_status"]),
    "arguments too many": called(deltas(call("repo_status", {"repo": "sample", "more": 1})), calls=["repo_status"]),
    "arguments of other types": called(deltas(call("repo_status", {"repo": 7})), calls=["repo_status"]),
    "arguments nested deeply": called(deltas(call("repo_status", '{"repo":' + "[" * 10_000 + "]" * 10_000 + "}")),
                                      calls=["repo_status"]),
    "arguments of a megabyte": called(deltas(call("repo_status", {"repo": "x" * 1_000_000})), calls=["repo_status"]),
    "keys twice": called(deltas(call("repo_status", '{"repo":"no","repo":"sample"}')), calls=["repo_status"]),
    "odd white space": called(deltas(call("repo_status", '\t{\n"repo"\r\n:\t"sample"\n\n}\n')), calls=["repo_status"]),
    "huge numbers": called(deltas(call("repo_readfile", '{"repo":"sample","path":"hello.txt","start_line":1e999}')),
                           calls=["repo_readfile"]),
    "NaN": called(deltas(call("repo_readfile", '{"repo":"sample","path":"hello.txt","start_line":NaN}')),
                  calls=["repo_readfile"]),
    "an unknown tool": called(deltas(call("run_shell", {"command": "id"})), calls=["run_shell"]),
    "no name": Case(deltas(call("")), END),
    "a name that is a path": called(deltas(call("../repo_list")), calls=["../repo_list"]),
    "a name with a prefix": called(deltas(call("functions.repo_list"))),
    "cut in the name": Case(deltas(call("repo_li", ""), finish="length"), END, calls=[]),
    "cut in the arguments": Case(deltas(call("repo_status", '{"repo":"sa'), finish="length"), END, calls=[]),
    "cut after the first of two": called(deltas(call("repo_list"), call("repo_status", '{"re', 1), finish="length")),
    "a path out of the repo": Case(deltas(call("repo_readfile", {"repo": "sample", "path": "../../etc/passwd"})), END,
                                   fails="path must be relative", never="root:"),
    "a URL for a path": called(deltas(call("repo_readfile", {"repo": "sample", "path": "file:///etc/passwd"})),
                               calls=["repo_readfile"], never="root:"),
    "the same call for ever": Case(repeated(("repo_list", {}))),
    "to and fro for ever": Case(repeated(("repo_list", {}), ("repo_status", STATUS_CALL))),
    "the same error for ever": Case(repeated(("repo_status", {"repo": "nothing"})), says="policy limits exceeded"),
    "unknown tools for ever": Case(repeated(("rm", {})), says="policy limits exceeded"),
    "calls also when there are no tools": Case(LIST, says="repeated itself"),
    "a call for ever that grows": Case(lambda link: link.send(
        END if not link.request.get("tools") else deltas(call("repo_grep", {
            "repo": "sample", "query": "x" * len(link.request["messages"])})))),
    "as text of Hermes": text_call('<tool_call>\n{"name": "repo_list", "arguments": {}}\n</tool_call>'),
    "as text of Hermes, without an end": text_call('<tool_call>{"name": "repo_list", "arguments": {}}'),
    "as text of Qwen3-Coder": text_call("<tool_call>\n<function=repo_status>\n<parameter=repo>\nsample\n</parameter>\n"
                                        "</function>\n</tool_call>", calls=["repo_status"]),
    "as text of GLM": text_call("<tool_call>repo_status\n<arg_key>repo</arg_key>\n<arg_value>sample</arg_value>\n</tool_call>",
                                calls=["repo_status"]),
    "as text of Llama": text_call('<|python_tag|>{"name": "repo_list", "parameters": {}}'),
    "as text of Mistral": text_call('[TOOL_CALLS][{"name": "repo_list", "arguments": {}}]'),
    "as text of LM Studio": text_call('[TOOL_REQUEST]{"name": "repo_list", "arguments": {}}[END_TOOL_REQUEST]'),
    "as text of harmony": text_call("<|channel|>commentary to=functions.repo_list <|constrain|>json<|message|>{}<|call|>"),
    "as bare JSON": text_call('{"name": "repo_status", "arguments": {"repo": "sample"}}', calls=["repo_status"]),
    "as fenced JSON": text_call('```json\n{"name": "repo_list", "arguments": {}}\n```'),
    "as Python": text_call('repo_status("sample")', calls=["repo_status"]),
    "as Python in a list": text_call('[repo_status(repo="sample")]', calls=["repo_status"]),
    "a call that is only spoken of": Case(say('I used repo_status("sample"). ' + THE_END), calls=[]),
}

MODELS_LISTS = {
    "no list of models": Case(END, models=error(404, "no")),
    "a list that nobody may see": in_time(END, models=json_reply({"error": "Unauthorized"}, 401), fails="LLM_API_KEY",
                                         asked_min=0),
    "an empty list": Case(END, models=json_reply({"object": "list", "data": []})),
    "a list of llama.cpp": Case(END, models=json_reply({"data": [{"id": "scripted", "meta": {"n_ctx": 4096,
                                                                                            "n_ctx_train": 8192}}]})),
    "a list that is slow": Case(END, models=lambda link: (time.sleep(1), link.send(json_reply(MODELS)))),
    "a list that is no JSON": Case(END, models=reply(200, "<html>", "text/html")),
    "a list of ten megabytes": Case(END, models=json_reply({"data": [{"id": "x" * 10_000_000}]})),
}

ALL = {**WIRE, **STATUS, **CONTENT, **CALLS, **MODELS_LISTS}
