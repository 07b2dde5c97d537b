// What is shown of texts from outside, and the words for states and times. Pure functions: no page, no network.

/** Characters that turn or hide what stands around them, and controls; a line break and a tab stay. */
const acting = new RegExp("[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f"
  + "\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]", "gu");

/** A foreign text that stays inside the place where it is put. */
export function shown(text) {
  return String(text ?? "").replaceAll("\r\n", "\n").replace(acting, "\ufffd");
}

export function counted(count, noun, nouns = noun + "s") {
  return `${count} ${count === 1 ? noun : nouns}`;
}

/** `12 s`, `5 min`, `3 h`, `9 days` */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120)
    return `${whole} s`;
  if (whole < 7200)
    return `${Math.floor(whole / 60)} min`;
  return whole < 172800 ? `${Math.floor(whole / 3600)} h` : `${Math.floor(whole / 86400)} days`;
}

/** A moment as the reader's clock has it. */
export function moment(seconds) {
  return new Date(seconds * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
}

/** The payload's fields where it is an object, also where its end is cut off and only the prompt can be read. */
function fieldsOf(payload) {
  try {
    const value = JSON.parse(payload);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  } catch {
    const cut = /"prompt"\s*:\s*"((?:[^"\\]|\\.)*)/s.exec(payload);
    try {
      return cut ? { prompt: JSON.parse(`"${cut[1].replace(/\\u[0-9a-f]{0,3}$/i, "")}"`) + "…" } : {};
    } catch {
      return {};
    }
  }
}

/** What was asked, in words: the prompt, or the command with its arguments. */
export function questionOf(job) {
  const payload = job.payload ?? "";
  const fields = fieldsOf(payload);
  if (job.command === "llm_task" && typeof fields.prompt === "string")
    return shown(fields.prompt);
  const values = Object.values(fields).filter((x) => typeof x !== "object");
  return shown([job.command, ...(values.length > 0 ? values : [payload])].join(" ").trim());
}

/** The caps that a job wants; [] when anyone may take it. */
export function capsOf(job) {
  try {
    const list = JSON.parse(job.requires ?? "null")?.caps;
    return Array.isArray(list) ? list.map((x) => shown(x).trim()).filter(Boolean) : [];
  } catch {
    return [];
  }
}

/** The state of a job as one word of its own and the sentence's word for it. */
export function stateOf(job) {
  if (job.status === "running" && job.cancel_asked)
    return { name: "cancelled", word: "stopping" };
  const words = { __proto__: null, queued: "waiting", dead: "given up" };
  const name = job.outcome ?? job.status;
  return { name, word: words[name] ?? shown(name) };
}

/** What can stand in a path without leading elsewhere. */
export const isJobId = (text) => /^[\w-]+$/.test(text);

export const isOver = (job) => job.status === "done" || job.status === "failed";

/** How a worker is: a name for its looks, and the words. */
export function healthOf(worker, nowS) {
  const seen = `seen ${span(nowS - worker.last_seen)} ago`;
  if (!worker.live)
    return { name: "away", word: `silent, ${seen}` };
  if (worker.draining)
    return { name: "drained", word: "drained: it gets no new jobs" };
  if (worker.running.length > 0)
    return { name: "busy", word: `at work on ${counted(worker.running.length, "job")}` };
  return { name: "ready", word: worker.polling ? "waits for a job" : seen };
}

const stateWords = {
  __proto__: null,
  created: "Queued",
  requeued: "Queued again",
  done: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
  buried: "Given up",
  retried: "Queued again by hand",
  cancel_asked: "The worker is told to stop",
  late_result: "A result came too late to count",
};

/** The line for an event that changes a job's state; null for progress. */
export function stateLine(event) {
  const why = event.why ? `: ${shown(event.why).replaceAll("_", " ")}` : "";
  if (event.type === "claimed")
    return `Attempt ${event.attempt} begins on ${shown(event.worker_id) || "a worker without a name"}`;
  return event.type in stateWords ? stateWords[event.type] + why : null;
}

/** What a tool was called with, on one line. */
export function argumentsOf(data) {
  const given = data.args ?? data.arguments ?? "";
  return shown(typeof given === "string" ? given : JSON.stringify(given));
}

/** How a tool call ended. */
export function endOfCall(data) {
  const took = Number.isFinite(data.ms) ? `${data.ms} ms` : "";
  if (data.status === "error" || data.ok === false)
    return { name: "failed", word: `failed: ${shown(data.error) || "it does not say why"}` };
  const size = Number.isFinite(data.bytes) ? `${data.bytes} bytes${data.truncated ? ", cut" : ""}` : "";
  return { name: "done", word: [took, size].filter(Boolean).join(", ") || "ok" };
}
