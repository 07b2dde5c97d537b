"""Starts a real Chromium without a window and drives it by WebDriver (W3C WebDriver; ChromeDriver's own `goog/cdp` and
`se/log`)."""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from patience import patient

START_SECONDS_MAX = patient(60)
WAIT_SECONDS_MAX = patient(60)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element's id (W3C WebDriver, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser():
    """@returns the path of a browser; skips the tests where there is none: not every distribution packs one"""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None or shutil.which("chromedriver") is None:
        why = "no Chromium with its driver (deploy/install_packages.sh browser)"
        print("skipped: " + why, flush=True)
        raise unittest.SkipTest(why)
    return found


class BrowserProcess:
    def __init__(self):
        program = find_browser()
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.session = None
        log = pathlib.Path(self.folder.name) / "driver.log"
        with open(log, "wb") as out:
            self.driver = subprocess.Popen(
                ["chromedriver", "--port=0"], stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True,
                env={"PATH": os.environ["PATH"], "HOME": self.folder.name, "LANG": "C.UTF-8", "TZ": "UTC"})
        try:
            self.port = self._port(log)
            self.session = self._new_session(program)
        except BaseException:
            self.stop()
            raise

    def _port(self, log):
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end and self.driver.poll() is None:
            if found := re.search(r"started successfully on port (\d+)", log.read_text()):
                return int(found[1])
            time.sleep(0.05)
        raise AssertionError("ChromeDriver did not start:\n" + log.read_text())

    def _new_session(self, program):
        options = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
                   "--disable-background-networking", "--no-first-run", "--lang=en-GB",
                   f"--user-data-dir={self.folder.name}/profile"]
        if os.geteuid() == 0:
            options.append("--no-sandbox")
        wish = {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {"args": options, "binary": program}}
        return self._call("POST", "/session", {"capabilities": {"alwaysMatch": wish}})["sessionId"]

    def stop(self):
        try:
            if self.session:
                self._of_session("DELETE", "")
        finally:
            os.killpg(self.driver.pid, signal.SIGKILL)  # a browser that did not end with its session, too
            self.driver.wait()
            self.folder.cleanup()

    def _call(self, method, path, body=None):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS_MAX + 30)
        try:
            link.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            value = json.loads(link.getresponse().read())["value"]
        finally:
            link.close()
        if isinstance(value, dict) and "error" in value:
            raise AssertionError(f"{method} {path}: {value['error']}: {value['message']}")
        return value

    def _of_session(self, method, path, body=None):
        return self._call(method, f"/session/{self.session}{path}", body)

    # -- what a person does ----------------------------------------------------------------------------------------

    def open(self, url):
        self._of_session("POST", "/url", {"url": url})

    def reload(self):
        self._of_session("POST", "/refresh", {})

    def find(self, selector):
        return self._of_session("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self._of_session("POST", f"/element/{self.find(selector)}/click", {})

    def type(self, selector, text):
        self._of_session("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def press(self, *keys):
        """Where the focus is. @param keys characters, or those of WebDriver's table (Tab is \ue004)"""
        for key in keys:
            actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
            self._of_session("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def choose(self, selector, value):
        """@param value of the option of a `select`"""
        self.run("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change'))",
                 {ELEMENT: self.find(selector)}, value)

    # -- what a person sees ----------------------------------------------------------------------------------------

    def run(self, script, *arguments):
        """@returns what the script returns in the page"""
        return self._of_session("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, selector):
        """What is visible of it; "" where there is no such element."""
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def is_shown(self, selector):
        return self.run("return document.querySelector(arguments[0])?.checkVisibility() ?? false", selector)

    def wait_for(self, question, what):
        """@returns the first answer of `question` that counts as true"""
        end = time.monotonic() + WAIT_SECONDS_MAX
        while time.monotonic() < end:
            if answer := question():
                return answer
            time.sleep(0.05)
        raise AssertionError(f"not within {WAIT_SECONDS_MAX} s: {what}\nthe page says:\n{self.text('body')}")

    def wait_for_text(self, selector, words):
        return self.wait_for(lambda: words in self.text(selector), f"{words!r} in {selector}")

    def console(self):
        """The lines of the console since the last call."""
        return [line["message"] for line in self._of_session("POST", "/se/log", {"type": "browser"})]

    def picture(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self._of_session("GET", "/screenshot")))

    # -- where it is shown -----------------------------------------------------------------------------------------

    def devtools(self, command, **parameters):
        return self._of_session("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def prefer(self, scheme="light", motion="no-preference"):
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme},
                                                              {"name": "prefers-reduced-motion", "value": motion}])

    def resize(self, width, height, phone=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=2 if phone else 1, mobile=phone)
