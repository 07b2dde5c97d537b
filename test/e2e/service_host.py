#!/usr/bin/env python3
"""A machine in a folder, for the scripts of deploy/: what they take for systemctl (CLAW_SYSTEMCTL) runs the units of the
folder much as systemd would, with credentials, a notify socket and the wait for READY, but without walls and users.
As a program it is that systemctl; HOST_ROOT names the folder."""
import fnmatch
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

from patience import patient

READY_SECONDS_MAX = patient(30)


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class ServiceHost:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.run = self.root / "run" / "services"
        self.run.mkdir(parents=True, exist_ok=True)

    def environment(self):
        return {"PATH": os.environ["PATH"], "CLAW_SYSTEMCTL": __file__, "HOST_ROOT": str(self.root)}

    def unit(self, name):
        """@returns the unit's lines as key -> values, with %i filled in"""
        template = re.sub(r"@[^.]*\.", "@.", name)
        file = self.root / "etc/systemd/system" / template
        instance = name.partition("@")[2].removesuffix(".service")
        lines = {}
        drop_ins = sorted((file.parent / (template + ".d")).glob("*.conf"))
        for line in "\n".join(each.read_text() for each in [file, *drop_ins]).splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                lines.setdefault(key, []).append(value.replace("%i", instance))
        return lines

    def pid(self, name):
        file = self.run / (name + ".pid")
        pid = int(file.read_text()) if file.exists() else None
        return pid if pid and is_running(pid) else None

    def start(self, name):
        unit = self.unit(name)
        credentials = self.run / (name + ".credentials")
        shutil.rmtree(credentials, ignore_errors=True)
        credentials.mkdir(mode=0o700)
        for line in unit["LoadCredential"]:
            credential, path = line.split(":", 1)
            shutil.copy(str(self.root) + path, credentials / credential)
        words = [word.replace("${CREDENTIALS_DIRECTORY}", str(credentials)) for word in unit["ExecStart"][0].split()]
        env = {"PATH": os.environ["PATH"], "CREDENTIALS_DIRECTORY": str(credentials)}
        for line in unit.get("Environment", []):
            for key, value in (word.split("=", 1) for word in shlex.split(line)):
                env[key] = str(self.root) + value if value.startswith("/") else value
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, open(self.run / (name + ".log"), "ab") as log:
            path = self.run / "notify"
            path.unlink(missing_ok=True)
            notify.bind(str(path))
            notify.settimeout(0.1)
            process = subprocess.Popen([str(self.root) + words[0], *words[1:]], stdout=log, stderr=log,
                                       stdin=subprocess.DEVNULL, env={**env, "NOTIFY_SOCKET": str(path)},
                                       start_new_session=True)
            (self.run / (name + ".pid")).write_text(str(process.pid))
            return self.becomes_ready(process, notify)

    @staticmethod
    def becomes_ready(process, notify):
        end = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < end and process.poll() is None:
            try:
                if b"READY=1" in notify.recv(4096):
                    return True
            except TimeoutError:
                pass
        return False

    def stop(self, name):
        if pid := self.pid(name):
            os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + 20
            while self.pid(name) and time.monotonic() < end:
                time.sleep(0.02)
            if self.pid(name):
                os.kill(pid, signal.SIGKILL)

    def stop_all(self):
        for file in self.run.glob("*.pid"):
            self.stop(file.stem)

    def known(self):
        return [file.stem for file in self.run.glob("*.pid")]

    def log(self, name):
        return (self.run / (name + ".log")).read_text()

    def systemctl(self, action, words):
        """@returns the exit code"""
        with open(self.run / "calls", "a", encoding="utf-8") as calls:
            calls.write(" ".join([action, *words]) + "\n")
        if action == "daemon-reload" or action == "enable":
            return 0
        if action in ("disable", "stop"):
            self.stop(words[-1])
            return 0
        if action in ("restart", "start"):
            self.stop(words[-1])
            return 0 if self.start(words[-1]) else 1
        if action == "is-active":
            if "--quiet" not in words:
                print("active" if self.pid(words[-1]) else "inactive")
            return 0 if self.pid(words[-1]) else 3
        if action == "show":
            print("0")
            return 0
        if action == "list-units":
            for name in self.known():
                if fnmatch.fnmatch(name, words[-1]) and ("--all" in words or self.pid(name)):
                    print(name, "loaded active running")
            return 0
        print(f"service_host: no such action: {action}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(ServiceHost(os.environ["HOST_ROOT"]).systemctl(sys.argv[1], sys.argv[2:]))
