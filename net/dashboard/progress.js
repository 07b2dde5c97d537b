// What happens to a job while somebody looks: its events as a list, and the text that its model is writing.

import { element, setText } from "./elements.js";
import { argumentsOf, endOfCall, moment, shown, stateLine } from "./text.js";

const rowsMax = 400;
const writtenCharactersMax = 200000;

const nowWords = {
  __proto__: null,
  asking_model: "Asks the model",
  thinking: "The model thinks",
  prefill: "The model reads the prompt",
  queued: "Waits for its turn at the model",
  retry: "Asks the model again",
  condensed: "Shortens what it knows",
  withdrawn: "The model starts its answer over",
};

export class Progress {
  /** @param list an `ol` @param now where it says what goes on right now @param written where the model's text grows */
  constructor(list, now, written) {
    Object.assign(this, { list, now, written, calls: new Map(), tokens: null });
    this.clear();
  }

  clear() {
    this.calls.clear();
    this.list.replaceChildren();
    this.tokens = null;
    this.say("");
    this.withdraw();
  }

  say(words) {
    setText(this.now, words);
  }

  /** The model's text so far is nothing that counts any more. */
  withdraw() {
    this.written.dataset.empty = true;
    this.text = document.createTextNode("");
    this.written.replaceChildren(this.text);
  }

  /** @returns whether the job's state has changed with it */
  take(event) {
    const data = event.data ?? {};
    const line = stateLine(event);
    if (line !== null) {
      this.add(event, "change", element("span", { class: "foreign", text: line }));
      this.say("");
      if (event.type !== "cancel_asked" && event.type !== "late_result")
        this.withdraw();
      return true;
    }
    if (event.type === "tool_call")
      this.begin(event, data);
    else if (event.type === "tool_result")
      this.finish(data);
    else if (event.type === "delta")
      this.write(shown(data.text));
    else if (event.type === "usage")
      this.tokens = data;
    else if (event.type === "status")
      this.tell(data);
    return false;
  }

  tell(data) {
    const what = shown(data.status ?? data.what);
    if (what === "withdrawn")
      this.withdraw();
    this.say([nowWords[what] ?? what, shown(data.why)].filter(Boolean).join(": "));
  }

  write(text) {
    this.say("");
    delete this.written.dataset.empty;
    if (this.text.length < writtenCharactersMax)
      this.text.appendData(text);
  }

  begin(event, data) {
    if (this.text.length > 0) {
      this.add(event, "said", element("span", { class: "foreign", text: this.text.data.trim() }));
      this.withdraw();
    }
    const end = element("span", { class: "call-end foreign", text: "runs" });
    this.add(event, "call", element("code", { class: "foreign", text: shown(data.name) }),
      element("span", { class: "call-args foreign", text: argumentsOf(data) }), end);
    this.calls.set(data.id ?? data.name, end);
    this.say("");
  }

  finish(data) {
    const end = this.calls.get(data.id ?? data.name);
    if (!end)
      return;
    const { name, word } = endOfCall(data);
    end.dataset.state = name;
    setText(end, word);
    this.calls.delete(data.id ?? data.name);
  }

  add(event, kind, ...content) {
    const at = new Date(event.at_ms);
    const time = element("time", { datetime: at.toISOString(), title: moment(event.at_ms / 1000),
      text: at.toLocaleTimeString([], { hour12: false }) });
    this.list.append(element("li", { class: kind }, time, element("div", {}, ...content)));
    if (this.list.childElementCount > rowsMax)
      this.list.firstElementChild.remove();
  }
}
