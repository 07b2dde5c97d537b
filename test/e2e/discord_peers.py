"""Discord clients by others, as processes that do what a test says: discord.js and discord.py (fake_discord/peers)."""
import fcntl
import json
import os
import pathlib
import queue
import shutil
import subprocess
import threading
import unittest

from broker_process import BIN
from fake_discord_process import TEST, WAIT_SECONDS_MAX

PEERS = TEST / "fake_discord" / "peers"
MODULES = BIN.parent / "discord_js"  # a folder of the build, where npm puts the packages
INSTALL_SECONDS_MAX = 240
SYSTEM_PYTHON = "/usr/bin/python3"  # the one that has the distribution's python3-discord


def skip(why):
    """A machine that cannot have a client skips its tests; continuous integration must have it."""
    if os.environ.get("CI"):
        raise AssertionError(why)
    print("skipped: " + why, flush=True)
    raise unittest.SkipTest(why)


def install_discord_js():
    """Has npm install what package-lock.json says, once a build folder; or skips the tests."""
    if not shutil.which("node") or not shutil.which("npm"):
        skip("no node or no npm (deploy/install_packages.sh discord-peers)")
    MODULES.mkdir(parents=True, exist_ok=True)
    with open(MODULES / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted, done = (PEERS / "package-lock.json").read_text(), MODULES / "installed"
        if done.is_file() and done.read_text() == wanted:
            return
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PEERS / name, MODULES / name)
        try:
            npm = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
                                 cwd=MODULES, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                                 timeout=INSTALL_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            skip("npm could not install discord.js in time: is the network there?")
        if npm.returncode != 0:
            skip("npm could not install discord.js: " + npm.stdout.strip()[-300:])
        done.write_text(wanted)


def find_discord_py():
    """Skips the tests where the distribution's python3-discord is not installed."""
    ask = [SYSTEM_PYTHON, "-c", "import discord"]
    if not os.path.exists(SYSTEM_PYTHON) or subprocess.run(ask, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        skip("no python3-discord (deploy/install_packages.sh discord-peers)")


class Peer:
    """@param command its program and arguments  @param env more variables"""

    def __init__(self, command, token, **env):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "DISCORD_TOKEN": token, **env})
        self.seen, self.count = [], 0
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def wait(self, event, **wanted):
        """Waits for an event with these fields that no earlier wait has had. @returns it"""
        fits = lambda x: x["event"] == event and all(x.get(k) == v for k, v in wanted.items())
        for known in self.seen:
            if fits(known):
                self.seen.remove(known)
                return known
        while True:
            try:
                got = self.lines.get(timeout=WAIT_SECONDS_MAX)
            except queue.Empty:
                got = None
            if got is None:
                raise AssertionError(f"{event} {wanted} did not come, only {self.seen[-8:]}")
            if fits(got):
                return got
            self.seen.append(got)

    def begin(self, what, **wish):
        """@returns the number of the action, for `end`"""
        self.count += 1
        self.process.stdin.write(json.dumps({"n": self.count, "do": what, **wish}) + "\n")
        self.process.stdin.flush()
        return self.count

    def end(self, number):
        """Waits for the action. @returns its event, "done" or "failed" """
        while True:
            for known in self.seen:
                if known.get("n") == number:
                    self.seen.remove(known)
                    return known
            got = self.lines.get(timeout=WAIT_SECONDS_MAX)
            if got is None:
                raise AssertionError("the client has ended")
            self.seen.append(got)

    def do(self, what, **wish):
        """@returns the value of an action that succeeds"""
        ended = self.end(self.begin(what, **wish))
        if ended["event"] != "done":
            raise AssertionError(f"{what} failed: {ended}")
        return ended["value"]

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()


def discord_js(fake, **env):
    # The fake listens on 127.0.0.1 alone; Node takes the first address of `localhost`, which may be ::1.
    return Peer(["node", "--dns-result-order=ipv4first", str(PEERS / "discord_js.js"), fake.api], fake.token,
                NODE_PATH=str(MODULES / "node_modules"), **env)


def discord_py(fake):
    return Peer([SYSTEM_PYTHON, str(PEERS / "discord_py.py"), fake.api, fake.gateway], fake.token,
                PYTHONDONTWRITEBYTECODE="1")
