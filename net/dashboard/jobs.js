// The list of jobs: a page at a time, narrowed to a state or a worker.

import { get, nowS } from "./broker.js";
import { RowList, byId, element, setCurrent, setText } from "./elements.js";
import { capsOf, questionOf, shown, span, stateOf } from "./text.js";

const pageJobs = 40;
const textBytes = 300;
const looksMax = 8; // a page may be empty though more come

export const filters = [
  { status: "", word: "All", none: "There is no job yet. Ask something above, or with openclaw ask." },
  { status: "queued", word: "Waiting", none: "No job waits." },
  { status: "running", word: "Running", none: "No job runs." },
  { status: "done", word: "Done", none: "No job is done yet." },
  { status: "failed", word: "Failed", none: "No job has failed." },
];

function makeRow(id) {
  const question = element("span", { class: "question foreign" });
  const state = element("span", { class: "state" });
  const where = element("span", { class: "where foreign" });
  const when = element("span", { class: "when" });
  const link = element("a", { href: `#job/${id}`, class: "job-row" }, question, when, state, where);
  return {
    root: element("li", {}, link),
    update(job) {
      const { name, word } = stateOf(job);
      setText(question, questionOf(job).replace(/\s+/g, " ").slice(0, 300) || "(nothing)");
      state.dataset.state = name;
      setText(state, word);
      const needs = capsOf(job).join(", ");
      const place = job.status === "queued" ? (needs ? `needs ${needs}` : "any worker") : job.worker_id;
      setText(where, shown(place));
      setText(when, span(nowS() - job.created_at));
      when.title = "since it was asked";
    },
  };
}

export class JobsView {
  /** @param changed called when another page is wanted */
  constructor(changed) {
    Object.assign(this, { changed, filter: filters[0], worker: "", cursors: [""], next: null });
    this.list = new RowList(byId("jobs-list"), (job) => job.id, makeRow);
    this.buttons = filters.map((filter) => element("button", { type: "button", text: filter.word,
      onclick: () => this.narrow(filter, this.worker) }));
    byId("filters").replaceChildren(...this.buttons);
    byId("page-older").onclick = () => this.next && this.turn([...this.cursors, this.next]);
    byId("page-newer").onclick = () => this.cursors.length > 1 && this.turn(this.cursors.slice(0, -1));
    byId("jobs-of-all").onclick = () => this.narrow(this.filter, "");
    this.showFilter();
  }

  narrow(filter, worker) {
    Object.assign(this, { filter, worker });
    this.showFilter();
    this.turn([""]);
  }

  turn(cursors) {
    this.cursors = cursors;
    this.changed();
  }

  showFilter() {
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", filters[i] === this.filter));
    byId("jobs-of").hidden = this.worker === "";
    setText(byId("jobs-of-words"), `Those of ${shown(this.worker)}`);
  }

  /** Asks for the page; an empty one that says that more come is followed some way. @returns what `show` takes */
  async load(signal) {
    const asked = { cursors: this.cursors, filter: this.filter, worker: this.worker };
    let cursor = asked.cursors.at(-1);
    for (let look = 0; ; ++look) {
      const query = new URLSearchParams({ limit: pageJobs, texts: textBytes, cursor,
        status: asked.filter.status, worker_id: asked.worker });
      const page = await get(`/jobs?${query}`, { signal });
      if (page.jobs.length > 0 || page.next_cursor === null || look === looksMax)
        return { ...asked, ...page };
      cursor = page.next_cursor;
    }
  }

  show(page) {
    if (page.cursors !== this.cursors || page.filter !== this.filter || page.worker !== this.worker)
      return; // another one is wanted by now
    this.next = page.next_cursor;
    this.list.show(page.jobs);
    byId("jobs-empty").hidden = page.jobs.length > 0;
    const first = this.cursors.length === 1;
    setText(byId("jobs-empty"), this.next ? "Nothing here; there may be some further back."
      : first ? this.filter.none : "That was the last page.");
    byId("page-newer").disabled = first;
    byId("page-older").disabled = this.next === null;
    setText(byId("page-words"), first ? "" : `Page ${this.cursors.length}`);
  }

  mark(id) {
    for (const [key, row] of this.list.rows)
      setCurrent(row.root.firstElementChild, key === id);
  }

  /** The row after the one that has the focus or is open; before it for -1. */
  step(by) {
    const links = [...byId("jobs-list").querySelectorAll("a")];
    const at = links.findIndex((x) => x === document.activeElement || x.hasAttribute("aria-current"));
    const focused = links.indexOf(document.activeElement);
    const from = focused >= 0 ? focused : at;
    links[Math.max(0, Math.min(links.length - 1, from + by))]?.focus();
  }
}
