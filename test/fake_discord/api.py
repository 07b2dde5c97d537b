"""The door of REST: finds the route, refuses who may not, lets faults strike, and writes everything down."""
import dataclasses
import json
import re
import urllib.parse

from .api_error import ApiError, not_found, unauthorized, wrong_form
from .faults import answer_of
from .http_wire import Answer, json_answer
from .multipart import read_parts

PREFIX = "/api/v10"
WITHOUT_TOKEN = ("/interactions/", "/webhooks/")
ALWAYS = {"Via": "1.1 google", "Server": "cloudflare", "Strict-Transport-Security": "max-age=31536000"}


@dataclasses.dataclass
class Call:
    """One request, read. `names` are the parts of the path that the route names, decoded."""
    method: str
    route: str
    names: dict
    query: dict
    headers: dict
    account: object = None  # the bot whose token it is; None where none is needed
    payload: object = None
    files: list = dataclasses.field(default_factory=list)  # of (number, Part)


class Api:
    """@param routes {(method, "/channels/{channel}/messages"): function(call) -> Answer}"""

    def __init__(self, house, routes):
        self.house = house
        self.routes = [(method, route, pattern_of(route), function) for (method, route), function in routes.items()]

    async def handle(self, request):
        entry = self.house.journal.add(
            "rest", method=request.method, path=request.path, query=request.query, headers=request.headers, route=None,
            names={}, json=None, files=[], bytes=len(request.body), accepted=False, status=None, answer=None,
            fault=None, open=True)
        answer = await self._answer(request, entry)
        self.house.limits.count_answer(answer)
        ended = self.house.clock.now()
        entry.update(status=answer.status or None, ending=answer.ending, open=False, ended_at=ended,
                     answer=readable(answer.body))
        self.house.journal.changed()
        return answer

    async def _answer(self, request, entry):
        method, route, names, function, allowed = self._find(request)
        entry.update(route=route, names=names, channel=names.get("channel"))
        house, text = self.house, request.body.decode("utf-8", "replace")
        headers = house.limits.headers(method, route, names) if function else {}
        fault = house.faults.take(method, route, request.path, text, "before")
        if fault:
            entry["fault"] = fault.number
            if (answer := await answer_of(fault, headers)) is not None:
                return complete(answer)
        answer = self._refuse(request, method, route, names, function, allowed) \
            or self._carry_out(request, entry, names, route, function)
        if function and "X-RateLimit-Bucket" not in answer.headers:
            answer.headers.update(house.limits.headers(method, route, names))
        fault = house.faults.take(method, route, request.path, text, "after") if entry["accepted"] else None
        if fault:
            entry["fault"] = fault.number
            return complete(await answer_of(fault, headers, answer) or answer)
        return complete(answer)

    def _find(self, request):
        """@returns (method, route, names, function, is the path one of another method)"""
        path = request.path[len(PREFIX):] if request.path.startswith(PREFIX + "/") else ""
        other = False
        for method, route, pattern, function in self.routes:
            if found := pattern.fullmatch(path):
                names = {key: urllib.parse.unquote(value) for key, value in found.groupdict().items()}
                if method == request.method:
                    return method, route, names, function, False
                other = True
        return request.method, "", {}, None, other

    def _refuse(self, request, method, route, names, function, other_method):
        """@returns the answer to who asks wrongly or too often, or None"""
        if self.house.limits.banned() or function:
            if refused := self.house.limits.refuse(method, route, names):
                return refused
        if not route.startswith(WITHOUT_TOKEN):  # discord.py names itself differently there, and Discord takes it
            if not re.match(r"DiscordBot \(\S+.*\)", request.headers.get("user-agent", "")):
                return json_answer(403, {"message": "internal network error", "code": 40333})
            if self.house.world.account_of(request.headers.get("authorization")) is None:
                return unauthorized().answer()
        if function is None:
            return json_answer(405, {"message": "405: Method Not Allowed", "code": 0}) if other_method \
                else not_found().answer()
        return None

    def _carry_out(self, request, entry, names, route, function):
        try:
            call = Call(request.method, route, names, request.query, request.headers,
                        self.house.world.account_of(request.headers.get("authorization")))
            read_body(call, request, self.house.settings)
            entry["json"] = json.loads(json.dumps(call.payload))
            entry["files"] = [{"field": f"files[{number}]", "filename": part.name, "content_type": part.kind,
                               "bytes": len(part.content), "text": part.content.decode("utf-8", "replace")}
                              for number, part in call.files]
            answer = function(call)
            entry["accepted"] = True
            return answer
        except ApiError as refused:
            return refused.answer()


def pattern_of(route):
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(route)))


def read_body(call, request, settings):
    """Raises ApiError."""
    if not request.body:
        return
    if len(request.body) > settings.request_bytes_max:
        raise ApiError(40005)
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith("application/json"):
            call.payload = json.loads(request.body.decode("utf-8"))
        elif kind.startswith("multipart/form-data"):
            read_multipart(call, read_parts(kind, request.body), settings)
        else:
            raise wrong_form("_", "CONTENT_TYPE_INVALID",
                             "Expected \"Content-Type\" header to be one of "
                             "{'application/json', 'multipart/form-data'}.")
    except (ValueError, RecursionError):
        raise ApiError(50109) from None


def read_multipart(call, parts, settings):
    call.payload = {}
    for part in parts:
        if part.field == "payload_json":
            call.payload = json.loads(part.content.decode("utf-8"))
        elif found := re.fullmatch(r"files?\[(\d+)\]|file", part.field):
            if not part.name:
                raise ValueError("a file without a name")
            if len(part.content) > settings.file_bytes_max:
                raise ApiError(40005)
            call.files.append((found[1] or "0", part))


def complete(answer):
    """What every answer of the API has; Cloudflare's own has no `Via`."""
    if answer.status and "cloudflare" not in answer.headers.get("Server", ""):
        answer.headers = {**ALWAYS, **answer.headers}
    return answer


def readable(body):
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


def no_content():
    return Answer(204)
