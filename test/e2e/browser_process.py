"""Starts a real Chromium without a window and drives it by WebDriver (W3C WebDriver; ChromeDriver's own `goog/cdp` and
`se/log`)."""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

START_SECONDS_MAX = 60
WAIT_SECONDS_MAX = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element's id (W3C WebDriver, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def why_no_browser():
    """@returns why the tests in a browser cannot run here, or None"""
    if shutil.which("chromedriver") is None or not any(map(shutil.which, BROWSERS)):
        return "no Chromium here: deploy/install_packages.sh browser installs one where the distribution has it"
    return None


class BrowserProcess:
    def __init__(self, width=1280, height=800):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        log = pathlib.Path(self.folder.name) / "driver.log"
        with open(log, "wb") as out:
            self.driver = subprocess.Popen(
                ["chromedriver", "--port=0"], stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                env={"PATH": os.environ["PATH"], "HOME": self.folder.name, "LANG": "C.UTF-8", "TZ": "UTC"})
        self.session, self.port = None, self._port(log)
        options = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
                   "--no-first-run", "--disable-background-networking", f"--window-size={width},{height}", "--lang=en-GB",
                   f"--user-data-dir={self.folder.name}/profile"]
        if os.geteuid() == 0:
            options.append("--no-sandbox")
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"args": options, "binary": next(filter(None, map(shutil.which, BROWSERS)))}}}})
        self.session = answer["sessionId"]

    def _port(self, log):
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end and self.driver.poll() is None:
            if found := re.search(r"started successfully on port (\d+)", log.read_text()):
                return int(found[1])
            time.sleep(0.05)
        self.stop()
        raise AssertionError("ChromeDriver did not start:\n" + log.read_text())

    def stop(self):
        try:
            if self.session:
                self._of_session("DELETE", "")
        finally:
            self.driver.kill()
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
