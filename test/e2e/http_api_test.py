#!/usr/bin/env python3
"""Runs every exchange of docs/HTTP_API.md in order: an answer must hold what the document shows. `{name}` is what an
earlier answer had at that place, `"..."` is any text."""
import json
import re
import unittest

from broker_process import ROOT, BrokerProcess


def exchanges():
    for block in re.findall(r"^```http\n(.*?)^```", (ROOT / "docs" / "HTTP_API.md").read_text(), re.M | re.S):
        yield from block.strip().split("\n\n")


class Exchange:
    """`METHOD path [role]`, header lines, a body, and the status with the answer."""

    def __init__(self, text, known):
        self.known = known
        head, *lines = text.splitlines()
        self.method, self.path, *role = self.filled(head).split()
        self.role = role[0] if role else None
        end = next(i for i, line in enumerate(lines) if re.match(r"\d{3} ", line))
        self.headers = dict(self.filled(line).split(": ", 1) for line in lines[:end] if line[0] not in "[{")
        self.body = "".join(line for line in lines[:end] if line[0] in "[{") or None
        self.status = int(lines[end][:3])
        self.answer = json.loads("\n".join([lines[end][4:], *lines[end + 1:]]))

    def filled(self, text):
        return re.sub(r"\{(\w+)\}", lambda found: self.known[found[1]], text)

    def differs(self, shown, told, at="answer"):
        """@returns where the answer lacks what is shown, or None"""
        if isinstance(shown, dict) and isinstance(told, dict):
            return next(filter(None, (f"{at}.{key} is missing" if key not in told
                                      else self.differs(value, told[key], f"{at}.{key}")
                                      for key, value in shown.items())), None)
        if isinstance(shown, list) and isinstance(told, list) and len(shown) == len(told):
            return next(filter(None, (self.differs(a, b, f"{at}[{i}]") for i, (a, b) in enumerate(zip(shown, told)))),
                        None)
        if shown == "..." and isinstance(told, str):
            return None
        name = re.fullmatch(r"\{(\w+)\}", shown) if isinstance(shown, str) else None
        if name and isinstance(told, str):
            shown = self.known.setdefault(name[1], told)
        return None if shown == told else f"{at} is {told!r}, not {shown!r}"


class HttpApi(unittest.TestCase):
    def test_every_exchange_happens_as_written(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        roles = {None: {}, "bot": broker.bot_headers, "worker": broker.worker_headers, "admin": broker.admin_headers}
        known, count = {}, 0
        for text in exchanges():
            x = Exchange(text, known)
            body = json.loads(x.body) if x.body else None
            status, answer = broker.call(x.method, x.path, {**roles[x.role], **x.headers}, body)
            self.assertEqual(status, x.status, f"{text}\n{answer}")
            self.assertIsNone(x.differs(x.answer, answer), f"{text}\n{answer}")
            count += 1
        self.assertGreater(count, 25)

    def test_the_table_of_routes_and_replies_is_that_of_the_openapi_document(self):
        broker = BrokerProcess().start()
        self.addCleanup(broker.stop)
        told = {(f"{method.upper()} {path}", ", ".join(role for entry in x["security"] for role in entry) or "nobody",
                 ", ".join(sorted(status for status in x["responses"] if status != "default")))
                for path, methods in broker.call("GET", "/openapi.json")[1]["paths"].items() for method, x in methods.items()}
        text = (ROOT / "docs" / "HTTP_API.md").read_text()
        self.assertEqual(set(re.findall(r"^\| `(\w+ /\S*)` \| (\w+) \| ([\d, ]+) \|$", text, re.M)), told)

    def test_every_route_is_described(self):
        text = (ROOT / "docs" / "HTTP_API.md").read_text()
        rows = re.findall(r'route_row\{\w+, "(\w+)", "([^"]+)", "([^"]*)", (\w+)',
                          (ROOT / "net" / "api_routes.cpp").read_text())
        self.assertGreater(len(rows), 15)
        for method, prefix, suffix, has in rows:
            path = prefix + {"no_id": "", "of_token": "{kid}"}.get(has, "{id}") + suffix
            described = f"`{method} {path}`" in text or (suffix == "/resume" and "`/resume`" in text)
            self.assertTrue(described or f"{method} {path}" in text, f"{method} {path}")


if __name__ == "__main__":
    unittest.main()
