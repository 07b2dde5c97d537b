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
