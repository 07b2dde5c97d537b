"""A program of ours as a process whose log is read while it runs."""
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

from patience import patient

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("CLAW_BIN", ROOT / "build" / "dev" / "bin"))
END_SECONDS_MAX = patient(20)


class LoggedProcess:
    """@param program its file
    @param wanted its environment beside PATH; None takes a variable away
    `folder` is its own, and stays over restarts; `log` has every line of every start."""

    def __init__(self, program, wanted, folder=None):
        self.program = program
        self.folder = folder or tempfile.TemporaryDirectory()
        wanted = {"PATH": os.environ["PATH"], **wanted}
        self.env = {key: value for key, value in wanted.items() if value is not None}
        self.process, self.reader, self.log = None, None, []

    def launch(self):
        self.process = subprocess.Popen([self.program], env=self.env, stderr=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()

    def _read(self, process):
        for line in process.stderr:
            self.log.append(line)
            self.read_line(line)
        self.read_end()

    def read_line(self, line):
        """Called in the reading thread for each line."""

    def read_end(self):
        """Called in the reading thread when the process has closed its log."""

    def has_logged(self, part):
        return any(part in line for line in list(self.log))

    def kill(self):
        """As a power cut would: SIGKILL."""
        return self._end(signal.SIGKILL)

    def terminate(self):
        """SIGTERM. @returns the exit code"""
        return self._end(signal.SIGTERM)

    def _end(self, number):
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        """Waits for its end. @returns the exit code"""
        code = self.process.wait(timeout=END_SECONDS_MAX)
        self.reader.join()
        self.process.stderr.close()
        return code

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.folder.cleanup()
