#!/usr/bin/env python3
"""The dashboard's files as the broker sends them. No browser is needed."""
import unittest

from broker_process import ROOT, BrokerProcess


class DashboardHttp(unittest.TestCase):
    def setUp(self):
        self.broker = BrokerProcess().start()
        self.addCleanup(self.broker.stop)

    def test_the_page_is_sent_once_and_asked_for_again(self):
        status, headers, page = self.broker.exchange("GET", "/")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(headers.get_all("Cache-Control"), ["no-cache"])
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        again, known, nothing = self.broker.exchange("GET", "/", {"If-None-Match": headers["ETag"]})
        self.assertEqual((again, nothing, known["ETag"]), (304, b"", headers["ETag"]))
        self.assertEqual(known["Content-Length"], str(len(page)))

    def test_every_file_tells_the_browser_what_it_must_not_do(self):
        policy = ("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
                  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'")
        for method, path, fields in (("GET", "/", {}), ("HEAD", "/", {}), ("GET", "/", {"If-None-Match": "*"}),
                                     ("GET", "/?token=bot-secret-1", {}), ("GET", "/dashboard/job.js", {}),
                                     ("GET", "/dashboard/dashboard.css", {})):
            status, headers, page = self.broker.exchange(method, path, fields)
            self.assertIn(status, (200, 304), path)
            self.assertEqual(headers.get_all("Content-Security-Policy"), [policy])
            told = [headers[name] for name in ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy",
                                               "Cross-Origin-Resource-Policy", "Set-Cookie", "Access-Control-Allow-Origin")]
            self.assertEqual(told, ["DENY", "nosniff", "no-referrer", "same-origin", None, None])
            self.assertNotIn(b"bot-secret-1", page)

    def test_another_sites_page_gets_no_leave_to_ask(self):
        asked = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "authorization"}
        for method, path in (("OPTIONS", "/jobs"), ("GET", "/jobs"), ("GET", "/health"), ("GET", "/")):
            _, headers, _ = self.broker.exchange(method, path, {**asked, **self.broker.bot_headers})
            self.assertEqual([name for name in headers if name.lower().startswith("access-control")], [], path)

    def test_a_304_is_followed_by_the_next_answer_on_its_connection(self):
        _, headers, _ = self.broker.exchange("GET", "/")
        answers = self.broker.raw(f"GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: {headers['ETag']}\r\n\r\n"
                                  "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").decode()
        self.assertEqual([x.split("\r\n")[0] for x in answers.split("HTTP/1.1 ")[1:]], ["304 Not Modified", "200 OK"])

    def test_what_is_served_is_what_stands_in_the_tree(self):
        files = list((ROOT / "net" / "dashboard").iterdir())
        self.assertGreater(len(files), 5)
        for file in files:
            path = "/" if file.name == "index.html" else f"/dashboard/{file.name}"
            self.assertEqual(self.broker.exchange("GET", path)[2], file.read_bytes(), path)

    def test_head_has_the_length_and_other_methods_are_refused(self):
        _, _, page = self.broker.exchange("GET", "/dashboard/dashboard.js")
        status, headers, nothing = self.broker.exchange("HEAD", "/dashboard/dashboard.js")
        self.assertEqual((status, headers["Content-Length"], nothing), (200, str(len(page)), b""))
        self.assertEqual(headers["Content-Type"], "text/javascript; charset=utf-8")
        status, headers, _ = self.broker.exchange("POST", "/", body={})
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))


if __name__ == "__main__":
    unittest.main()
