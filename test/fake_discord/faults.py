"""What goes wrong with REST, as a test has ordered it. CONTROL.md tells the fields of a fault."""
import asyncio
import dataclasses
import json
import re

from .http_wire import Answer, json_answer
from .rate_limits import cloudflare_answer, too_many

FIELDS = {"method", "route", "path", "channel", "content", "times", "skip", "when", "do", "status", "code", "message",
          "body", "headers", "retry_after", "scope", "delay_s", "without"}
KINDS = {"answer", "drop", "truncate", "rate_limit", "cloudflare", "hold", "slow"}


@dataclasses.dataclass
class Fault:
    number: int
    wish: dict
    left: float
    met: int = 0  # requests that it fitted
    struck: int = 0
    released: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)

    def fits(self, method, route, path, body):
        wish = self.wish
        here = f"/channels/{wish['channel']}" in path if "channel" in wish else True
        return here and wish.get("method", method) == method and wish.get("route", route) == route \
            and bool(re.search(wish.get("path", ""), path)) and wish.get("content", "") in body

    def shape(self):
        return {"id": self.number, **self.wish, "struck": self.struck}


class Faults:
    def __init__(self):
        self.all = []
        self.made = 0

    def add(self, wish):
        """Raises ValueError for a wish that is none."""
        unknown = set(wish) - FIELDS
        if unknown or wish.get("do") not in KINDS or wish.get("when", "before") not in ("before", "after"):
            raise ValueError(f"a fault has {sorted(FIELDS)}, do is one of {sorted(KINDS)}, when is before or after")
        self.made += 1
        times = wish.get("times", 1)
        fault = Fault(self.made, wish, float("inf") if times == "always" else times)
        self.all.append(fault)
        return fault

    def remove(self, number=None):
        """@param number None for all"""
        for fault in [x for x in self.all if number in (None, x.number)]:
            fault.released.set()
            self.all.remove(fault)

    def take(self, method, route, path, body, when):
        """@returns the first fault that strikes this request at this moment, or None; counts it"""
        for fault in self.all:
            if fault.left <= 0 or fault.wish.get("when", "before") != when or not fault.fits(method, route, path, body):
                continue
            fault.met += 1
            if fault.met <= fault.wish.get("skip", 0):
                continue
            fault.left -= 1
            fault.struck += 1
            return fault
        return None


async def answer_of(fault, headers, answer=None):
    """Waits where the fault says so. @param headers what the API says of the request's bucket
    @param answer the true one, where the request was carried out
    @returns the answer that goes out, or None where the true one does"""
    wish = fault.wish
    await asyncio.sleep(wish.get("delay_s", 0))
    if wish["do"] == "hold":
        await fault.released.wait()
    if wish["do"] in ("hold", "slow"):
        return answer
    if wish["do"] == "cloudflare":
        return cloudflare_answer(wish.get("retry_after", 60))
    if wish["do"] == "rate_limit":
        shown = too_many(wish.get("retry_after", 1), wish.get("scope", "user"), headers)
        gone = {x.lower() for x in wish.get("without", [])}  # e.g. ["Retry-After"], ["X-RateLimit-*"], ["body"]
        shown.headers = {k: v for k, v in shown.headers.items()
                         if k.lower() not in gone and not ("x-ratelimit-*" in gone and k.startswith("X-RateLimit"))}
        return Answer(429, b"", {k: v for k, v in shown.headers.items() if k != "Content-Type"}) \
            if "body" in gone else shown
    if wish["do"] == "drop":
        return Answer(0, ending="drop")
    if wish["do"] == "truncate":
        shown = answer or json_answer(200, {"id": "1", "content": "half of this"})
        return Answer(shown.status, shown.body, shown.headers, "truncate")
    return ordered_answer(wish)


def ordered_answer(wish):
    status = wish.get("status", 502)
    if "body" in wish:
        body = wish["body"] if isinstance(wish["body"], str) else json.dumps(wish["body"])
        kind = "application/json" if not isinstance(wish["body"], str) else "text/html"
        return Answer(status, body.encode(), {"Content-Type": kind, **wish.get("headers", {})})
    if status >= 500 and "code" not in wish:
        page = f"<html><head><title>{status} Server Error</title></head></html>".encode()
        return Answer(status, page, {"Content-Type": "text/html", **wish.get("headers", {})})
    body = {"message": wish.get("message", f"{status}: Error"), "code": wish.get("code", 0)}
    return json_answer(status, body, **wish.get("headers", {}))
