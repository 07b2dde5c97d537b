// Following a job's events: a stream of server-sent events (WHATWG HTML, "Server-sent events") read with fetch, because
// EventSource cannot send a token. It goes on where it broke off; where streams do not come through, it asks page by
// page.

import { Trouble, get, jobPath, pause, send, untilVisible } from "./broker.js";

const silenceMsMax = 40000; // the broker says something every 15 s
const pauseMsMax = 15000;
const pollWaitS = 20;
const streamFailuresMax = 2;

/** Cuts a stream's text into its frames. @returns a function that takes a piece and gives the frames that are whole */
export function frameReader() {
  let rest = "";
  return (piece) => {
    const frames = (rest + piece).split("\n\n");
    rest = frames.pop();
    return frames.map(readFrame).filter((x) => x.data !== "");
  };
}

function readFrame(text) {
  const frame = { id: "", event: "message", data: "" };
  for (const line of text.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/s.exec(line) ?? [];
    if (name in frame)
      frame[name] = name === "data" && frame.data !== "" ? `${frame.data}\n${value}` : value;
  }
  return frame;
}

class Follower {
  constructor(id, heard, signal) {
    Object.assign(this, { id, heard, signal, after: 0, over: false, polls: false, failures: 0 });
  }

  async run() {
    while (!this.over && !this.signal.aborted) {
      await untilVisible(this.signal);
      try {
        await (this.polls ? this.pollOnce() : this.streamOnce());
        this.failures = 0;
      } catch (why) {
        if (this.signal.aborted || (why instanceof Trouble && [401, 403, 404].includes(why.status)))
          return;
        this.failures += 1;
        this.polls = this.polls || this.failures === streamFailuresMax;
      }
      if (!this.over)
        await pause(this.failures === 0 ? 250 : Math.min(pauseMsMax, 500 * 2 ** this.failures), this.signal);
    }
  }

  /** Until the stream ends, the tab is hidden, or nothing comes any more. */
  async streamOnce() {
    const stop = new AbortController();
    const stops = () => stop.abort();
    const hides = () => document.hidden && stops();
    let watch = setTimeout(stops, silenceMsMax);
    document.addEventListener("visibilitychange", hides);
    this.signal.addEventListener("abort", stops);
    try {
      const answer = await send("GET", `${jobPath(this.id)}/events`, { signal: stop.signal,
        headers: { Accept: "text/event-stream", "Last-Event-ID": String(this.after) } });
      const read = frameReader();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        clearTimeout(watch);
        watch = setTimeout(stops, silenceMsMax);
        read(piece.value).forEach((frame) => this.take(frame));
      }
    } catch (why) {
      this.polls = stop.signal.aborted && !document.hidden; // silence: somebody in between holds the stream back
      if (!stop.signal.aborted)
        throw why;
    } finally {
      clearTimeout(watch);
      document.removeEventListener("visibilitychange", hides);
      this.signal.removeEventListener("abort", stops);
    }
  }

  take(frame) {
    const content = JSON.parse(frame.data);
    if (frame.event === "end")
      return this.end();
    this.after = content.sequence;
    this.heard.event(content);
  }

  async pollOnce() {
    const page = await get(`${jobPath(this.id)}/events?after=${this.after}&wait=${pollWaitS}`,
      { signal: this.signal, waitS: pollWaitS });
    page.events.forEach((event) => this.heard.event(event));
    this.after = page.next;
    if (page.events.length === 0 && (await this.heard.isOver()))
      this.end();
  }

  end() {
    this.over = true;
    this.heard.end();
  }
}

/**
 * @param heard `event(object)` for each in order, `isOver()` whether the job has ended, `end()` when nothing more comes
 * @param signal ends it
 */
export function follow(id, heard, signal) {
  return new Follower(id, heard, signal).run();
}
