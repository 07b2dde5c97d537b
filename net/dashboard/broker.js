// Asking the broker. Knows the token, which lives in this tab alone, and whether the broker answers at all.

const tokenKey = "openclaw-token";
const askSecondsMax = 20;

/** What went wrong, as a sentence. `status` 0: the broker was not reached. */
export class Trouble extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** The tab's own storage, where the browser lets the page have it. */
const kept = (() => {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
})();

let token = kept?.getItem(tokenKey) ?? "";
let clockAheadS = 0;

export const hasToken = () => token !== "";

export function keepToken(text) {
  token = text;
  kept?.setItem(tokenKey, text);
}

export function forgetToken() {
  token = "";
  kept?.removeItem(tokenKey);
}

/** Seconds since the epoch as the broker's clock has it. */
export const nowS = () => Date.now() / 1000 + clockAheadS;

function readClock(answer) {
  const said = Date.parse(answer.headers.get("Date") ?? "");
  if (Number.isFinite(said) && Math.abs(said / 1000 - nowS()) > 1.5)
    clockAheadS = (said - Date.now()) / 1000;
}

async function sentenceOf(answer) {
  try {
    const { detail } = await answer.json();
    return typeof detail === "string" ? detail : `the broker answered ${answer.status}`;
  } catch {
    return `the broker answered ${answer.status}`;
  }
}

/** One request with the token. @returns the answer once its head is there; throws Trouble for all but 2xx */
export async function send(method, path, { body, headers = {}, signal } = {}) {
  const request = { method, headers: { Authorization: `Bearer ${token}`, ...headers }, signal, cache: "no-store",
    credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };
  if (body !== undefined)
    request.body = JSON.stringify(body);
  let answer;
  try {
    answer = await fetch(path, request);
  } catch (why) {
    throw signal?.aborted && why.name === "AbortError" ? why : new Trouble(0, "The broker does not answer.");
  }
  readClock(answer);
  if (!answer.ok)
    throw new Trouble(answer.status, await sentenceOf(answer));
  return answer;
}

/** @returns the JSON of the answer */
export async function ask(method, path, given = {}) {
  const late = AbortSignal.timeout((given.waitS ?? 0) * 1000 + askSecondsMax * 1000);
  try {
    const signal = given.signal ? AbortSignal.any([given.signal, late]) : late;
    return await (await send(method, path, { ...given, signal })).json();
  } catch (why) {
    if (why instanceof Trouble || (given.signal?.aborted && why.name === "AbortError"))
      throw why;
    throw new Trouble(0, "The broker does not answer.");
  }
}

export const get = (path, given) => ask("GET", path, given);
export const post = (path, body = {}, given = {}) => ask("POST", path, { ...given, body });

export const jobPath = (id) => `/jobs/${encodeURIComponent(id)}`;

/** Unpredictable enough to tell one question from the next; `crypto.randomUUID` wants https. */
export function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (x) => x.toString(16).padStart(2, "0")).join("");
}

/** Resolves after the time, or at once when the signal says so. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Resolves when somebody can see the page. */
export function untilVisible(signal) {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal?.aborted)
        return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    signal?.addEventListener("abort", look, { once: true });
    look();
  });
}
