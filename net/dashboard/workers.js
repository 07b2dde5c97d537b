// The queue by caps, and the workers: how each one is, why it may do less than it could, and taking it out of service.

import { nowS, post } from "./broker.js";
import { RowList, announce, byId, element, setText } from "./elements.js";
import { counted, healthOf, shown, span } from "./text.js";

const workersAtFirst = 50;
const queueRowsMax = 50;

function capsList(place, caps) {
  const text = caps.join("\n");
  if (place.dataset.caps === text)
    return;
  place.dataset.caps = text;
  place.replaceChildren(...caps.map((x) => element("li", { class: "cap foreign", text: shown(x) })));
}

function makeQueueRow() {
  const caps = element("ul", { class: "caps" });
  const count = element("strong");
  const words = element("p", { class: "hint" });
  const root = element("li", { class: "queue-row" }, caps, count, words);
  return {
    root,
    update(row) {
      capsList(caps, row.caps.length > 0 ? row.caps : ["any worker"]);
      setText(count, String(row.queued));
      root.dataset.servable = row.servable;
      const oldest = `the oldest for ${span(row.oldest_age_s)}`;
      const lacking = row.caps.length === 0 ? "no worker is live"
        : `no live worker has ${row.caps.length > 1 ? "all of these" : "this"}`;
      setText(words, row.servable ? oldest : `${oldest}; ${lacking}`);
    },
  };
}

export function showQueue(list, queue) {
  const waiting = [...queue.waiting].sort((a, b) => a.servable - b.servable || b.oldest_age_s - a.oldest_age_s);
  list.show(waiting.slice(0, queueRowsMax));
  const more = queue.waiting.length - queueRowsMax;
  byId("queue-more").hidden = more <= 0;
  setText(byId("queue-more"), `and ${more} more sets of caps`);
  setText(byId("queue-count"), `${queue.queued} waiting, ${queue.running} running`);
  byId("queue-empty").hidden = queue.waiting.length > 0;
}

export const makeQueueList = () => new RowList(byId("queue-list"), (row) => row.caps.join("\n"), makeQueueRow);

export class WorkersView {
  /** @param may what the token allows @param narrow called with a worker's id whose jobs are wanted @param changed */
  constructor(may, narrow, changed) {
    Object.assign(this, { may, narrow, changed, all: false, workers: [] });
    this.list = new RowList(byId("workers-list"), (x) => x.id, (id) => this.makeRow(id));
    byId("workers-more").onclick = () => {
      this.all = !this.all;
      this.show(this.workers);
    };
  }

  makeRow(id) {
    const health = element("span", { class: "state" });
    const words = element("p", { class: "hint foreign" });
    const notes = element("p", { class: "notes foreign" });
    const caps = element("ul", { class: "caps" });
    const name = element("button", { type: "button", class: "name foreign", text: shown(id) || "(no name)",
      title: `Show the jobs of ${shown(id)}`, onclick: () => this.narrow(id) });
    const drain = element("button", { type: "button", class: "quiet", hidden: !this.may.drain });
    const root = element("li", { class: "worker-row" }, element("div", { class: "worker-head" }, health, name, drain),
      words, notes, caps);
    let draining = false;
    drain.onclick = () => this.drain(drain, id, !draining, words);
    return {
      root,
      update: (worker) => {
        const { name: looks, word } = healthOf(worker, nowS());
        draining = worker.draining;
        root.dataset.health = looks;
        health.dataset.state = looks;
        setText(health, looks);
        setText(words, [word, worker.version && `version ${shown(worker.version)}`].filter(Boolean).join(" · "));
        setText(notes, shown(worker.notes));
        notes.hidden = !worker.notes;
        capsList(caps, worker.caps.length > 0 ? worker.caps : ["no caps"]);
        setText(drain, draining ? "Resume" : "Drain");
        drain.setAttribute("aria-label", `${draining ? "Resume" : "Drain"} ${shown(id)}`);
      },
    };
  }

  show(workers) {
    const rank = (x) => (x.live ? 0 : 1);
    this.workers = workers;
    const sorted = [...workers].sort((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id));
    this.list.show(this.all ? sorted : sorted.slice(0, workersAtFirst));
    setText(byId("workers-count"), `${workers.filter((x) => x.live).length} of ${workers.length} live`);
    byId("workers-empty").hidden = workers.length > 0;
    byId("workers-more").hidden = workers.length <= workersAtFirst;
    const whole = `Show all ${counted(workers.length, "worker")}`;
    setText(byId("workers-more"), this.all ? `Show ${workersAtFirst}` : whole);
  }

  async drain(button, id, out, words) {
    button.disabled = true;
    try {
      await post(`/workers/${encodeURIComponent(id)}/${out ? "drain" : "resume"}`);
      announce(out ? `${shown(id)} gets no new jobs.` : `${shown(id)} gets jobs again.`);
      this.changed();
    } catch (why) {
      setText(words, shown(why.message));
      announce(why.message);
    } finally {
      button.disabled = false;
    }
  }
}
