"""Stands between clients and a broker and loses requests, loses answers, and sends requests twice, by chance."""
import http.client
import http.server
import random
import threading

from patience import patient

PASSED_ON = ("X-Bot-Token", "X-Worker-Token", "X-Worker-Id", "X-Worker-Caps", "X-Worker-Boot-Id", "X-Lease-Id",
             "Idempotency-Key", "Content-Type")


class ChaosProxy:
    """@param broker has a `port`, which may change @param chance of each kind of trouble, 0 to 1"""

    def __init__(self, broker, seed, chance):
        self.broker, self.chance, self.random = broker, chance, random.Random(seed)
        self.lost_requests = self.lost_answers = self.doubled = 0
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                proxy.serve(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def calm(self):
        """From now on it only passes on."""
        self.chance = 0.0

    def serve(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        dice = self.random.random()
        if dice < self.chance:
            self.lost_requests += 1
            return self.hang_up(request)
        answer = self.pass_on(request, body)
        if self.chance <= dice < 2 * self.chance:
            self.doubled += 1
            answer = self.pass_on(request, body)
        if answer is None:
            return self.hang_up(request)
        if 2 * self.chance <= dice < 3 * self.chance:
            self.lost_answers += 1
            return self.hang_up(request)
        status, content = answer
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)
        except OSError:
            request.close_connection = True
        return None

    def pass_on(self, request, body):
        """@returns (status, content), or None when the broker gave no answer"""
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        connection = http.client.HTTPConnection("127.0.0.1", self.broker.port, timeout=patient(60))
        try:
            connection.request(request.command, request.path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    @staticmethod
    def hang_up(request):
        request.close_connection = True
