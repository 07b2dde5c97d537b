// The job that is open: what was asked, why it waits, what happens, the answer, and what can be done about it.

import { Trouble, get, jobPath, post, untilVisible } from "./broker.js";
import { announce, byId, element, setText } from "./elements.js";
import { follow } from "./follow.js";
import { Progress } from "./progress.js";
import { capsOf, counted, isJobId, isOver, moment, questionOf, shown, stateOf } from "./text.js";

const noSuchJob = "There is no such job, or it is not yours to see.";
const settleMs = 60; // many events at once ask for the job once
// Until it has ended: why it waits, and how long it runs, changes without an event.
const waitingPauseMs = 3000;
const runningPauseMs = 10000; // the broker reads all its events for that

export class JobView {
  /** @param may what the token allows @param changed called when the job is no longer what a list says */
  constructor(may, changed) {
    Object.assign(this, { may, changed, id: null, job: null, leaving: null });
    this.build();
    this.progress = new Progress(this.events, this.now, this.answer);
  }

  build() {
    const foreign = (tag, given = {}) => element(tag, { ...given, class: `foreign ${given.class ?? ""}`.trim() });
    this.state = element("span", { class: "state" });
    this.cancel = element("button", { type: "button", text: "Cancel", onclick: () => this.change("cancel") });
    this.retry = element("button", { type: "button", text: "Retry", onclick: () => this.change("retry") });
    this.question = foreign("h2", { id: "job-title", tabindex: "0" });
    this.summary = foreign("p", { class: "summary", id: "job-summary" });
    this.trouble = foreign("p", { class: "trouble", role: "alert" });
    this.answer = foreign("div", { class: "answer", id: "job-answer", tabindex: "0" });
    this.footer = foreign("p", { class: "hint" });
    this.now = foreign("span", { class: "now" });
    this.events = element("ol", { class: "events", id: "job-events" });
    this.facts = element("dl", { class: "facts" });
    byId("job-body").replaceChildren(
      element("div", { class: "job-head" }, element("a", { href: "#jobs", class: "back", text: "Jobs" }), this.state,
        element("span", { class: "job-buttons" }, this.cancel, this.retry)),
      this.question, this.summary, this.trouble,
      element("h3", { text: "Answer", id: "answer-title" }), this.answer, this.footer,
      element("h3", {}, "Progress ", this.now), this.events,
      element("h3", { text: "Facts" }), this.facts);
    this.answer.setAttribute("aria-labelledby", "answer-title");
  }

  async open(id) {
    if (id === this.id)
      return;
    this.close();
    this.id = id;
    this.leaving = new AbortController();
    this.progress.clear();
    if (!isJobId(id))
      return this.show(null, noSuchJob);
    this.show(null, "Looking it up…");
    await this.refresh();
    if (this.job !== null && this.id === id)
      this.follow();
    return undefined;
  }

  close() {
    this.leaving?.abort();
    clearTimeout(this.timer);
    Object.assign(this, { id: null, job: null, told: null });
    byId("job-none").hidden = false;
    byId("job-body").hidden = true;
    document.title = "OpenClaw Broker";
  }

  follow() {
    const id = this.id;
    this.ended = false;
    const { signal } = this.leaving;
    const mine = (work) => (...given) => signal.aborted ? undefined : work(...given);
    follow(id, {
      event: mine((event) => this.progress.take(event) && this.refreshSoon(settleMs)),
      isOver: mine(async () => (await get(jobPath(id), { signal })).outcome !== null),
      end: mine(() => {
        this.ended = true;
        this.refreshSoon(0);
      }),
    }, signal);
  }

  /** A job that had ended goes on when somebody retries it, here or elsewhere. */
  compare(listed) {
    const same = listed.find((x) => x.id === this.id);
    if (same && this.job && this.ended && same.events > this.job.events)
      this.startOver();
  }

  startOver() {
    this.leaving.abort();
    this.leaving = new AbortController();
    this.progress.clear();
    this.refreshSoon(0);
    this.follow();
  }

  refreshSoon(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), milliseconds);
  }

  /** The job as it stands, in its own words. */
  async refresh() {
    const { id, leaving } = this;
    if (leaving === null || leaving.signal.aborted)
      return;
    await untilVisible(leaving.signal);
    const given = { signal: leaving.signal };
    try {
      const [job, why] = await Promise.all([get(jobPath(id), given), get(`${jobPath(id)}/explain`, given)]);
      const told = isOver(job) ? await get(`${jobPath(id)}/answer`, given) : null;
      if (this.id !== id)
        return;
      this.show(job, why.summary, told);
      if (!isOver(job))
        this.refreshSoon(job.status === "queued" ? waitingPauseMs : runningPauseMs);
    } catch (why) {
      if (this.id === id && why instanceof Trouble)
        this.fail(why);
    }
  }

  fail(why) {
    if (why.status === 404)
      this.show(null, noSuchJob);
    else if (why.status !== 0)
      setText(this.trouble, shown(why.message));
    else
      this.refreshSoon(waitingPauseMs);
  }

  show(job, summary, told = null) {
    const before = this.job;
    this.job = job;
    byId("job-none").hidden = true;
    byId("job-body").hidden = false;
    setText(this.summary, shown(summary));
    setText(this.trouble, "");
    byId("job-card").toggleAttribute("data-known", job !== null);
    if (job === null) {
      setText(this.question, "");
      return;
    }
    const { name, word } = stateOf(job);
    this.state.dataset.state = name;
    setText(this.state, word);
    setText(this.question, questionOf(job));
    this.cancel.hidden = !this.may.cancel || isOver(job);
    this.retry.hidden = !this.may.retry || job.status !== "failed";
    this.showAnswer(job, told);
    this.showFacts(job);
    document.title = `${word}: ${questionOf(job).slice(0, 60)} · OpenClaw Broker`;
    if (before && before.status !== job.status) {
      announce(`The job is ${word}.`);
      this.changed();
    }
  }

  showAnswer(job, told) {
    this.answer.dataset.state = told === null ? "coming" : told.failed ? "failed" : "done";
    const tokens = this.progress.tokens;
    const [read, written] = [tokens?.prompt_tokens, tokens?.completion_tokens].map(Number);
    const used = read > 0 || written > 0 ? `${read} tokens read, ${written} written` : "";
    setText(this.footer, [shown(told?.footer), used].filter(Boolean).join(" · "));
    if (told === null)
      return;
    this.progress.say("");
    delete this.answer.dataset.empty;
    this.answer.classList.toggle("lines", job.command !== "llm_task");
    setText(this.answer, shown(told.answer) || "(an empty answer)");
  }

  showFacts(job) {
    const tags = Object.entries(job.tags ?? {}).map(([key, value]) => `${key}=${value}`);
    const facts = {
      "Id": job.id,
      "Command": job.command,
      "Needs": capsOf(job).join(", ") || "any worker",
      "Worker": job.worker_id,
      "Attempt": job.attempt > 0 ? `${job.attempt} of ${job.max_attempts}` : null,
      "Asked by": [job.requester, job.owner === "legacy" ? null : `(${job.owner})`].filter(Boolean).join(" "),
      "Priority": job.priority === 0 ? null : job.priority,
      "Tags": tags.join(", "),
      "Created": moment(job.created_at),
      "Started": job.started_at && moment(job.started_at),
      "Ended": job.finished_at && moment(job.finished_at),
      "Took": job.started_at && job.finished_at && counted(job.finished_at - job.started_at, "second"),
      "Not before": job.not_before && moment(job.not_before),
      "Deadline": job.deadline && moment(job.deadline),
    };
    const rows = Object.entries(facts).filter(([, value]) => value !== null && value !== "" && value !== undefined);
    const text = JSON.stringify(rows);
    if (text === this.factsShown)
      return;
    this.factsShown = text;
    this.facts.replaceChildren(...rows.flatMap(([name, value]) =>
      [element("dt", { text: name }), element("dd", { class: "foreign", text: shown(value) })]));
  }

  /** @param verb cancel or retry */
  async change(verb) {
    const button = this[verb];
    if (this.job === null || button.hidden || button.disabled)
      return;
    button.disabled = true;
    try {
      const job = await post(`${jobPath(this.id)}/${verb}`);
      announce(verb === "cancel" ? "The job is cancelled." : "The job is queued again.");
      this.show(job, verb === "cancel" ? "It was cancelled." : "It is queued again.");
      if (verb === "retry")
        this.startOver();
      else
        this.refreshSoon(0);
    } catch (why) {
      setText(this.trouble, shown(why.message));
    } finally {
      button.disabled = false;
    }
  }
}
