// The page: who looks, which view is open, and asking the broker again and again, softly.

import { AskBox } from "./ask.js";
import { Trouble, forgetToken, get, hasToken, keepToken, pause, untilVisible } from "./broker.js";
import { announce, byId, setCurrent, setText } from "./elements.js";
import { JobView } from "./job.js";
import { JobsView, filters } from "./jobs.js";
import { listenForKeys } from "./keys.js";
import { shown } from "./text.js";
import { WorkersView, makeQueueList, showQueue } from "./workers.js";

const refreshPauseMs = 2000;
const pauseMsMax = 15000;

class Board {
  constructor(who) {
    this.who = who;
    this.leaving = new AbortController();
    this.failures = 0;
    const refresh = () => this.refreshNow();
    this.jobs = new JobsView(refresh);
    this.job = new JobView(who.may, refresh);
    this.workers = new WorkersView(who.may, (id) => this.showJobsOf(id), refresh);
    this.queue = makeQueueList();
    this.ask = new AskBox(who, (id) => (location.hash = `job/${id}`, refresh()));
  }

  start() {
    byId("sign-in").hidden = true;
    byId("board").hidden = false;
    byId("sign-out").hidden = false;
    const only = { bot: ", sees only its own jobs", "read-only": ", may only read" };
    setText(byId("who"), this.who.role === "shared" ? "Shared token"
      : `${shown(this.who.name)}${only[this.who.role] ?? ", admin"}`);
    this.route();
    this.run();
  }

  stop() {
    this.leaving.abort();
    this.job.close();
    [this.jobs.list, this.workers.list, this.queue].forEach((list) => list.show([]));
    byId("board").hidden = true;
    byId("sign-out").hidden = true;
    setText(byId("who"), "");
  }

  // -- asking again ---------------------------------------------------------------------------------------------------

  async run() {
    const { signal } = this.leaving;
    while (!signal.aborted) {
      await untilVisible(signal);
      const began = performance.now();
      await this.refresh();
      const tookMs = performance.now() - began;
      this.waking = new AbortController();
      const resting = AbortSignal.any([signal, this.waking.signal]);
      await pause(this.failures === 0 ? Math.max(refreshPauseMs, 10 * tookMs) : this.patienceMs(), resting);
    }
  }

  patienceMs() {
    return Math.min(pauseMsMax, 1000 * 2 ** (this.failures - 1));
  }

  refreshNow() {
    this.waking?.abort();
    this.again = true;
  }

  async refresh() {
    const given = { signal: this.leaving.signal };
    do {
      this.again = false;
      try {
        const [queue, { workers }, page] = await Promise.all(
          [get("/queue", given), get("/workers", given), this.jobs.load(given.signal)]);
        if (!given.signal.aborted)
          this.show(queue, workers, page);
      } catch (why) {
        if (!given.signal.aborted)
          this.fail(why);
        return;
      }
    } while (this.again && !given.signal.aborted);
  }

  show(queue, workers, page) {
    if (this.failures > 0)
      announce("The broker is back.");
    this.failures = 0;
    showLink("live", "Live");
    showQueue(this.queue, queue);
    this.workers.show(workers);
    this.ask.offer(workers);
    this.jobs.show(page);
    this.jobs.mark(this.job.id);
    this.job.compare(page.jobs);
  }

  fail(why) {
    if (why instanceof Trouble && why.status === 401)
      return signOut("The broker no longer takes this token.");
    this.failures += 1;
    const sentence = why instanceof Trouble ? why.message : `This page made a mistake (${why.message}).`;
    const seconds = Math.round(this.patienceMs() / 1000);
    showLink("lost", `${shown(sentence).replace(/\.?$/, ".")} Trying again in ${seconds} s.`);
    if (this.failures === 1)
      announce(shown(sentence));
    return undefined;
  }

  // -- views ----------------------------------------------------------------------------------------------------------

  route() {
    const [view, id] = location.hash.slice(1).split("/");
    if (!["", "jobs", "workers", "queue", "job"].includes(view))
      return;
    if (document.body.dataset.view !== (view || "jobs"))
      this.turnTo(view || "jobs");
    for (const tab of document.querySelectorAll("[data-tab]"))
      setCurrent(tab, tab.dataset.tab === document.body.dataset.view);
    if (view === "job" && id)
      this.job.open(id);
    else if (view === "jobs" || view === "")
      this.job.close();
    this.jobs.mark(this.job.id);
  }

  /** On a phone it is another page: seen from its top, and the focus goes with it. */
  turnTo(view) {
    document.body.dataset.view = view;
    scrollTo(0, 0);
    if (matchMedia("(max-width: 759px)").matches)
      byId(`${view}-card`).focus({ preventScroll: true });
  }

  showJobsOf(worker) {
    this.jobs.narrow(filters[0], worker);
    location.hash = "jobs";
    byId("jobs-card").focus();
  }
}

let board = null;

function showLink(name, words) {
  byId("link").dataset.link = name;
  setText(byId("link-words"), words);
  byId("link-now").hidden = name !== "lost";
}

function signOut(sentence) {
  forgetToken();
  board?.stop();
  board = null;
  askForToken(sentence);
}

function askForToken(sentence = "") {
  showLink("none", "");
  byId("sign-in").hidden = false;
  setText(byId("sign-in-trouble"), sentence);
  byId("token").value = "";
  byId("token").focus();
}

/** Shows the board if the broker takes the token; until the broker answers it is asked again. */
async function enter() {
  for (let tries = 1; board === null && hasToken(); ++tries) {
    try {
      board = new Board(await get("/whoami"));
      board.start();
    } catch (why) {
      if (!(why instanceof Trouble) || (why.status !== 0 && why.status !== 503))
        return signOut(why.status === 401 ? "The broker does not take this token." : shown(why.message));
      showLink("lost", "The broker does not answer. Trying again.");
      await pause(Math.min(pauseMsMax, 1000 * 2 ** tries));
    }
  }
  return undefined;
}

byId("sign-in-form").onsubmit = (event) => {
  event.preventDefault();
  const token = byId("token").value.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    byId("token").select();
    return setText(byId("sign-in-trouble"), "A token has only letters, digits and signs, and no blanks.");
  }
  keepToken(token);
  return enter();
};
byId("sign-out").onclick = () => signOut("");
byId("link-now").onclick = () => board?.refreshNow();
addEventListener("hashchange", () => board?.route());
const when = (work) => () => board && work(board);
listenForKeys([
  { keys: ["/"], does: "Ask", act: when(() => byId("ask-text").focus()) },
  { keys: ["j"], does: "Next job; Enter opens it", act: when((x) => x.jobs.step(1)) },
  { keys: ["k"], does: "Previous job", act: when((x) => x.jobs.step(-1)) },
  ...filters.map((filter, i) => ({ keys: [String(i + 1)], does: `Show ${filter.word.toLowerCase()} jobs`,
    act: when((x) => x.jobs.narrow(filter, x.jobs.worker)) })),
  { keys: ["c"], does: "Cancel the open job", act: when((x) => x.job.change("cancel")) },
  { keys: ["r"], does: "Retry the open job", act: when((x) => x.job.change("retry")) },
  { keys: ["Esc"], does: "Back to the jobs",
    act: when(() => (document.activeElement?.blur(), location.hash = "jobs")) },
]);
if (hasToken())
  enter();
else
  askForToken();
