"""usage: python3 -m fake_discord [--port 0] [--control-port 0] [--token TOKEN] [--scale 1] [--tester-token TOKEN]
                              [--tls-cert FILE --tls-key FILE] [--name HOST] [--until-eof]

Prints one line of JSON: {"api": .., "gateway": .., "control": .., "token": ..}. Ends with SIGTERM, or when its standard
input ends where --until-eof is given. Loopback only.
"""
import argparse
import asyncio
import json
import os
import signal
import ssl
import sys

from .control import Control
from .house import House
from .http_wire import HEAD_BYTES_MAX, serve_connection

HOST = "127.0.0.1"
TOKEN = "OTAwMDAwMDAwMDAwMDAwMDAx.Gfake1.not_a_secret_of_anybody_but_this_fake_0"


def arguments():
    parser = argparse.ArgumentParser(prog="fake_discord", description="A fake Discord for tests; see CONTROL.md.")
    parser.add_argument("--port", type=int, default=0, help="of REST and Gateway; 0: any")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--tester-token", help="of a second bot, TESTER of world.py, that sends and reads over REST")
    parser.add_argument("--scale", type=float, default=1, help="how fast the fake's time runs")
    parser.add_argument("--tls-cert", help="serve REST and Gateway over TLS with this chain (PEM)")
    parser.add_argument("--tls-key")
    parser.add_argument("--name", default=HOST, help="the host in the addresses it tells, e.g. localhost")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends")
    return parser.parse_args()


async def run(options):
    house, tls = House(options.token, options.scale, options.tester_token), None
    if options.tls_cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.tls_cert, options.tls_key)
    control = Control(house)
    public = await asyncio.start_server(
        lambda r, w: serve_connection(r, w, house.api.handle, house.gateway.serve), HOST, options.port,
        limit=HEAD_BYTES_MAX, ssl=tls)
    private = await asyncio.start_server(
        lambda r, w: serve_connection(r, w, control.handle), HOST, options.control_port, limit=HEAD_BYTES_MAX)
    port, control_port = (x.sockets[0].getsockname()[1] for x in (public, private))
    house.gateway.base = f"{'wss' if tls else 'ws'}://{options.name}:{port}/gateway"
    print(json.dumps({"api": f"{'https' if tls else 'http'}://{options.name}:{port}/api", "gateway": house.gateway.base,
                      "control": f"http://{HOST}:{control_port}", "token": options.token}), flush=True)
    await ended(options.until_eof)


async def ended(until_eof):
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), lambda: os.read(sys.stdin.fileno(), 4096) or end.set())
    await end.wait()


if __name__ == "__main__":
    asyncio.run(run(arguments()))
