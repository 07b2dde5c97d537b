#!/usr/bin/env python3
"""Who may see what on the dashboard, what hostile texts do to it, and how it looks: light, dark, on a phone, by
keyboard."""
import json
import unittest

from dashboard_house import Dashboard

CONTROLS = ("button", "link", "textbox", "combobox", "checkbox")
MARKUP = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'><b>bold</b>"
TURNED = "\u202etxet denrut\u202c"
# The least contrast of all texts that are shown, after WCAG 2.2, 1.4.3.
CONTRAST = """
const channel = (x) => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const found = rgb(getComputedStyle(node).backgroundColor);
    if (found.length === 3 || found[3] > 0) return found;
  }
};
let worst = {ratio: 99};
for (const node of document.querySelectorAll('body *')) {
  const text = [...node.childNodes].filter((x) => x.nodeType === 3).map((x) => x.data.trim()).join('');
  if (!text || !node.checkVisibility() || node.closest('[disabled], option, noscript')) continue;
  const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < worst.ratio) worst = {ratio, text};
}
return worst;
"""


class Access(Dashboard):
    def test_a_token_is_asked_for_once_and_kept_for_the_tab_alone(self):
        self.page.open(self.url)
        self.picture("sign-in")
        for wrong in ("nonsense", "worker-secret-1"):
            self.page.type("#token", wrong + "\ue007")
            self.page.wait_for_text("#sign-in-trouble", "The broker does not take this token.")
            self.assertFalse(self.page.is_shown("#board"))
        self.page.type("#token", "schlüssel\ue007")
        self.page.wait_for_text("#sign-in-trouble", "A token has only letters, digits and signs")
        self.page.type("#token", "bot-secret-1\ue007")
        self.page.wait_for_text("#link-words", "Live")
        self.page.reload()
        self.page.wait_for_text("#link-words", "Live")
        kept = self.page.run("const values = (area) => Object.values({...area});"
                             "return [values(sessionStorage), values(localStorage), document.cookie]")
        self.assertEqual(kept, [["bot-secret-1"], [], ""])
        self.assertNotIn("bot-secret-1", self.page.run("return document.documentElement.outerHTML + location.href"))
        self.page.click("#sign-out")
        self.assertTrue(self.page.is_shown("#sign-in"))
        self.page.reload()
        self.page.wait_for(lambda: self.page.is_shown("#sign-in"), "the question for a token")

    def test_a_token_that_is_revoked_ends_the_view(self):
        made = self.own_token("admin", "me")
        self.sign_in(made["token"])
        self.broker.create(payload="secret of the house")
        self.page.wait_for_text("#jobs-list", "secret of the house")
        self.broker.call("DELETE", f"/tokens/{made['kid']}", self.broker.admin_headers)
        self.page.wait_for_text("#sign-in-trouble", "The broker no longer takes this token.")
        self.assertNotIn("secret of the house", self.page.run("return document.body.textContent"))

    def test_a_read_only_token_sees_all_and_is_offered_nothing_that_would_fail(self):
        waiting = self.broker.create(payload="waits")
        ended = self.broker.create(payload="ended")
        self.broker.bot("POST", f"/jobs/{ended}/cancel")
        self.broker.claim(X_Worker_Id="box-1", X_Worker_Caps="x")
        self.sign_in(self.own_token("read-only", "board")["token"])
        self.page.wait_for_text("#who", "board, may only read")
        self.assertIn("it cannot ask, cancel or retry", self.page.text("#ask-not"))
        self.assertFalse(self.page.is_shown("#ask-form"))
        for job in (waiting, ended):
            self.open_job(job)
            self.page.wait_for_text("#job-card .facts", job)
            self.assertEqual(self.page.text("#job-card .job-buttons"), "")
        self.assertNotIn("Drain", self.page.text("#workers-list"))
        self.page.press("c", "r")  # shortcuts neither
        self.assertEqual(self.page.text("#job-card .trouble"), "")

    def test_a_bot_sees_its_own_jobs_only(self):
        theirs = self.broker.create(payload="theirs")
        self.sign_in(self.own_token("bot", "discord")["token"])
        self.ask("ping mine", "command")
        self.page.wait_for_text("#jobs-list", "ping mine")
        self.assertNotIn("theirs", self.page.text("#jobs-list"))
        self.open_job(theirs)
        self.page.wait_for_text("#job-summary", "There is no such job, or it is not yours to see.")
        self.assertFalse(self.page.is_shown("#workers-list button.quiet"))


class HostileTexts(Dashboard):
    def test_markup_from_anywhere_is_shown_as_it_was_written(self):
        self.sign_in()
        worker = {"X_Worker_Id": MARKUP[:200], "X_Worker_Caps": json.dumps([MARKUP]), "X_Worker_Notes": MARKUP,
                  "X_Worker_Version": "<b>1</b>"}
        job = self.broker.create(command="llm_task", payload=json.dumps({"prompt": MARKUP + TURNED}),
                                 requires={"caps": [MARKUP]}, requester=MARKUP, tags={"<i>": MARKUP})
        self.page.wait_for_text("#queue-list", MARKUP)
        lease = self.broker.claim(**worker)["lease_id"]
        self.open_job(job)
        data = {"id": "1", "name": MARKUP, "args": {"q": MARKUP}}

        def tell(*events):
            self.broker.worker("POST", f"/jobs/{job}/events", list(events), X_Lease_Id=lease)

        tell({"type": "status", "data": {"status": "constructor", "why": MARKUP}})
        self.page.wait_for_text("#job-card .now", "constructor: " + MARKUP)
        tell({"type": "delta", "data": {"text": MARKUP}}, {"type": "tool_call", "data": data},
             {"type": "tool_result", "data": {**data, "status": "error", "error": MARKUP}},
             {"type": "usage", "data": {"prompt_tokens": MARKUP, "completion_tokens": 1}})
        self.page.wait_for_text("#job-events .call-end", MARKUP)
        self.broker.worker("POST", f"/jobs/{job}/result", {"result": json.dumps({"final": MARKUP, "model": MARKUP})},
                           X_Lease_Id=lease)
        self.page.wait_for_text("#job-answer", MARKUP)
        self.page.wait_for_text("#workers-list .notes", MARKUP)
        for place in ("#job-title", "#job-events .said", "#job-card .facts", "#jobs-list .question",
                      "#workers-list .cap"):
            self.assertIn(MARKUP, self.page.text(place), place)
        self.assertNotIn("\u202e", self.page.text("body"))
        self.assertIsNone(self.page.run("return window.hacked ?? null"))
        self.assertEqual(self.page.run("return document.querySelectorAll('img, b, i, body script').length"), 0)
        self.picture("hostile")

    def test_an_address_that_names_no_job_leads_nowhere(self):
        self.sign_in()
        for name in ("..", "%", "%2e%2e", "x/../../jobs", "<b>", "constructor", "0" * 36):
            self.page.run("location.hash = 'jobs'; location.hash = 'job/' + arguments[0]", name)
            self.page.wait_for_text("#job-summary", "There is no such job, or it is not yours to see.")
        self.ask("cancel ..", "command")
        self.page.wait_for_text("#ask-trouble", "There is no such job.")

    def test_the_browser_would_stop_a_script_that_got_in(self):
        self.page.open(self.url)
        told = self.page.run("""
          const node = document.body.appendChild(document.createElement('p'));
          const attempts = [() => node.setAttribute('onclick', 'window.hacked = 1'), () => node.innerHTML = '<b>x</b>',
                            () => Object.assign(document.createElement('script'), {text: 'window.hacked = 1'}),
                            () => setTimeout('window.hacked = 1'), () => fetch('data:,x')];
          return attempts.map((attempt) => { try { attempt(); return 'no'; } catch (why) { return why.name; } });""")
        self.assertEqual(told, ["TypeError", "TypeError", "TypeError", "TypeError", "no"])
        self.page.wait_for(lambda: "connect-src" in "".join(self.page.console()), "the console's word on the fetch")
        self.assertIsNone(self.page.run("return window.hacked ?? null"))


class Words(Dashboard):
    """The page's pure functions, in the browser."""

    def with_module(self, name, script, *arguments):
        return self.page.run(f"return import('/dashboard/{name}.js').then((x) => {{ {script} }})", *arguments)

    def test_a_stream_is_read_the_same_wherever_it_is_cut(self):
        self.page.open(self.url)
        stream = ('id: 1\nevent: created\ndata: {"a":"\u00e4: x"}\n\n: nothing new\n\n'
                  'event: delta\nid: 2\ndata:{}\n\nevent: end\ndata: {"id":"x"}\n\n')
        self.assertEqual(self.with_module("follow", """
          const whole = JSON.stringify(x.frameReader()(arguments[0]));
          const cut = [...arguments[0]].map((_, i, all) => {
            const read = x.frameReader();
            return JSON.stringify([...read(all.slice(0, i).join('')), ...read(all.slice(i).join(''))]);
          });
          return [JSON.parse(whole), cut.every((y) => y === whole)];""", stream),
            [[{"id": "1", "event": "created", "data": '{"a":"\u00e4: x"}'}, {"id": "2", "event": "delta", "data": "{}"},
              {"id": "", "event": "end", "data": '{"id":"x"}'}], True])

    def test_a_question_is_read_from_a_payload_however_short_it_was_cut(self):
        self.page.open(self.url)
        prompt = 'say "hi"\n\u00e4\u4e2d \\ end'
        payload = json.dumps({"preferred": "llm:vllm", "prompt": prompt})
        begin = payload.index('"prompt": "') + len('"prompt": "')
        texts = self.with_module("text", """
          const [payload] = arguments;
          return [...payload].map((_, i) => x.questionOf({command: 'llm_task', payload: payload.slice(0, i + 1)}));""",
                                 payload)
        self.assertEqual(texts[-1], prompt)
        for text in texts[begin:-1]:
            self.assertTrue(text.endswith("\u2026") and prompt.startswith(text[:-1]), repr(text))

    def test_ages_and_hidden_characters(self):
        self.page.open(self.url)
        self.assertEqual(self.with_module("text", "return [0, 119, 120, 7199, 7200, 172799, 172800, -5].map(x.span)"),
                         ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 days", "0 s"])
        self.assertEqual(self.with_module("text", r"return x.shown('a\u202eb\u200bc\u0000d\r\ne\tf\u{e0041}g\u200d')"),
                         "a\ufffdb\ufffdc\ufffdd\ne\tf\ufffdg\u200d")


class Looks(Dashboard):
    def fill(self):
        """@returns a job that waits"""
        self.broker.claim(X_Worker_Id="jetson-1", X_Worker_Caps="llm:jetson, repo_tools",
                          X_Worker_Notes="llm:vllm is left out: its endpoint does not answer")
        self.broker.claim(X_Worker_Id="a-worker-with-a-very-long-name." * 5, X_Worker_Caps="y" * 120)
        for text in ("x" * 300, "two"):
            job = self.broker.create(payload=text)
            lease = self.broker.claim(X_Worker_Id="jetson-1", X_Worker_Caps="llm:jetson, repo_tools")["lease_id"]
            self.broker.worker("POST", f"/jobs/{job}/result", {"result": text * 30}, X_Lease_Id=lease)
        return self.broker.create(command="llm_task", payload=json.dumps({"prompt": "Where is the lease renewed?"}),
                                  requires={"caps": ["llm:vllm"]})

    def test_light_and_dark_can_both_be_read(self):
        job = self.fill()
        self.sign_in()
        self.open_job(job)
        self.page.wait_for_text("#job-summary", "It waits")
        backgrounds = set()
        for scheme in ("light", "dark"):
            self.page.prefer(scheme, "reduce")
            backgrounds.add(self.page.run("return getComputedStyle(document.body).backgroundColor"))
            worst = self.page.run(CONTRAST)
            self.assertGreaterEqual(worst["ratio"], 4.5, f"{scheme}: {worst['text']!r}")
            self.picture(f"desk-{scheme}")
        self.assertEqual(len(backgrounds), 2)

    def test_nothing_is_wider_than_a_phone_or_any_other_screen(self):
        job = self.fill()
        self.sign_in()
        for width in (360, 700, 900, 1200, 1600):
            self.page.resize(width, 740, phone=width < 700)
            for view in ("jobs", "workers", "queue", f"job/{job}"):
                self.page.run("location.hash = arguments[0]", view)
                self.page.wait_for(lambda: self.page.is_shown("#" + view.split("/")[0] + "-card"), view)
                wide = self.page.run("return document.documentElement.scrollWidth")
                self.assertLessEqual(wide, width, f"{view} at {width}")
                self.picture(f"{width}-{view.split('/')[0]}")

    def test_words_without_a_break_stay_in_the_card_of_their_job(self):
        word = "w" * 300
        job = self.broker.create(payload=word, requires={"caps": ["llm:vllm"]})
        lease = self.broker.claim(X_Worker_Id=word[:64], X_Worker_Caps="llm:vllm")["lease_id"]
        call = {"id": "1", "name": word}
        self.broker.worker("POST", f"/jobs/{job}/events", [
            {"type": "tool_call", "data": {**call, "args": {"q": word}}},
            {"type": "tool_result", "data": {**call, "status": "error", "error": word}}], X_Lease_Id=lease)
        self.broker.worker("POST", f"/jobs/{job}/fail", {"error": word}, X_Lease_Id=lease)
        self.sign_in()
        self.open_job(job)
        self.page.wait_for_text("#job-events", "Failed: " + word)
        self.page.wait_for_text("#job-answer", word)
        for width in (360, 1280):
            self.page.resize(width, 740, phone=width < 700)
            self.picture(f"words-{width}")
            for box in ("#job-card", "html"):
                wide, room = self.page.run("const box = document.querySelector(arguments[0]);"
                                           "return [box.scrollWidth, box.clientWidth]", box)
                self.assertLessEqual(wide, room, f"{box} at {width}")

    def test_a_phone_shows_one_thing_at_a_time_with_a_way_back(self):
        job = self.fill()
        self.page.resize(360, 740, phone=True)
        self.sign_in()
        self.page.wait_for_text("#jobs-list", "Where is the lease renewed?")
        self.assertFalse(self.page.is_shown("#workers-card"))
        self.page.click(f"#jobs-list a[href='#job/{job}']")
        self.page.wait_for_text("#job-summary", "It waits")
        self.assertFalse(self.page.is_shown("#jobs-card"))
        self.page.click(".back")
        self.page.wait_for(lambda: self.page.is_shown("#jobs-card"), "the jobs")
        self.page.click("[data-tab=workers]")
        self.page.wait_for_text("#workers-list", "jetson-1")

    def test_all_is_reached_by_keyboard_and_the_focus_is_seen(self):
        self.fill()
        self.sign_in()
        self.page.wait_for_text("#jobs-list", "Where is the lease renewed?")
        focus = "return document.activeElement.id || document.activeElement.className"
        self.page.press("/")
        self.assertEqual(self.page.run(focus), "ask-text")
        self.page.press("j")  # somebody types: no shortcut
        self.assertEqual(self.page.run("return document.activeElement.value"), "j")
        self.page.press("\ue00c", "j")
        self.assertEqual(self.page.run(focus), "job-row")
        self.assertNotEqual(self.page.run("return getComputedStyle(document.activeElement).outlineStyle"), "none")
        first = self.page.run("return document.activeElement.hash")
        self.page.press("j", "k", "\ue007")
        self.page.wait_for(lambda: self.page.run("return location.hash") == first, "the job under the focus")
        self.page.press("?")
        self.assertTrue(self.page.is_shown("#keys"))
        self.page.press("\ue00c")
        self.assertFalse(self.page.is_shown("#keys"))
        self.page.run("document.activeElement.blur()")
        reached = set()
        for _ in range(60):
            self.page.press("\ue004")
            reached.add(self.page.run("return document.activeElement.id || document.activeElement.innerText"))
        for id_or_text in ("keys-open", "sign-out", "ask-text", "ask-whom", "ask-send", "All", "Failed", "Drain",
                           "Cancel"):
            self.assertIn(id_or_text, reached)

    def test_asking_again_moves_nothing_and_stops_when_nobody_looks(self):
        job = self.fill()
        self.sign_in()
        self.open_job(job)
        self.page.wait_for_text("#job-summary", "It waits")
        self.page.run("""
          const [ask, wait] = [fetch, setTimeout];
          Object.assign(window, {asked: 0, shift: 0});
          window.fetch = (...given) => { asked += 1; return ask(...given); };
          window.setTimeout = (work, milliseconds) => wait(work, milliseconds / 10);
          new PerformanceObserver((list) => list.getEntries().forEach((x) => shift += x.value))
            .observe({type: 'layout-shift'});""")
        self.page.wait_for(lambda: self.page.run("return asked") >= 30, "ten more looks at the broker")
        self.assertLess(self.page.run("return shift"), 0.01)
        self.look_away(True)
        self.page.run("return new Promise((done) => requestIdleCallback(done))")
        self.broker.create(payload="while nobody looked")
        before = self.page.run("window.since = performance.now(); return asked")
        self.page.wait_for(lambda: self.page.run("return performance.now() - since > 1500"), "time for seven looks")
        self.assertLessEqual(self.page.run("return asked") - before, 3)  # those that were under way
        self.assertNotIn("while nobody looked", self.page.text("#jobs-list"))
        self.look_away(False)
        self.page.wait_for_text("#jobs-list", "while nobody looked")

    def look_away(self, away):
        self.page.run("Object.defineProperty(document, 'hidden', {get: () => arguments[0], configurable: true});"
                      "document.dispatchEvent(new Event('visibilitychange'))", away)

    def test_every_control_has_a_name_for_those_who_hear_the_page(self):
        job = self.fill()
        self.sign_in()
        self.open_job(job)
        self.page.wait_for_text("#job-summary", "It waits")
        nodes = self.page.devtools("Accessibility.getFullAXTree")["nodes"]
        named = [(x["role"]["value"], x.get("name", {}).get("value", "")) for x in nodes if not x["ignored"]]
        controls = [(role, name) for role, name in named if role in CONTROLS]
        self.assertGreater(len(controls), 12)
        self.assertEqual([x for x in controls if not x[1].strip()], [])
        for region in ("Ask", "Jobs", "Queue", "Workers", "Where is the lease renewed?"):
            self.assertTrue(any(role == "region" and name.startswith(region) for role, name in named), region)
        self.assertEqual(self.page.run("const ids = [...document.querySelectorAll('[id]')].map((x) => x.id);"
                                       "return ids.length - new Set(ids).size"), 0)


if __name__ == "__main__":
    unittest.main()
