// The box to ask: a question for a model, or a line of the command language, which the broker reads.

import { Trouble, freshKey, jobPath, pause, post } from "./broker.js";
import { announce, byId, element, setText } from "./elements.js";
import { isJobId, shown } from "./text.js";

const triesMax = 4;
const command = "command";
const llmPrefix = "llm:";

export class AskBox {
  /** @param who the answer of /whoami @param open called with the id of a job to show */
  constructor(who, open) {
    Object.assign(this, { who, open, offered: "" });
    this.text = byId("ask-text");
    this.whom = byId("ask-whom");
    byId("ask-form").hidden = !who.may.create;
    byId("ask-not").hidden = who.may.create;
    byId("ask-form").onsubmit = (event) => (event.preventDefault(), this.send());
    this.whom.onchange = () => this.showMode();
    this.text.onkeydown = (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
        event.preventDefault();
        byId("ask-form").requestSubmit();
      }
    };
    this.offer([]);
  }

  /** The models that workers have, those of live ones first. */
  offer(workers) {
    const names = (list) => list.flatMap((x) => x.caps).filter((x) => x.startsWith(llmPrefix));
    const live = new Set(names(workers.filter((x) => x.live && !x.draining)));
    const known = [...new Set([...[...live].sort(), ...names(workers).sort(), "llm:vllm", "llm:jetson"])];
    const options = [["", "Any model"],
      ...known.map((x) => [x, shown(x.slice(llmPrefix.length)) + (live.has(x) ? "" : " (no worker now)")]),
      [command, "Run a command"]];
    if (this.offered === JSON.stringify(options))
      return;
    this.offered = JSON.stringify(options);
    const chosen = this.whom.value;
    this.whom.replaceChildren(...options.map(([value, text]) => element("option", { value, text })));
    this.whom.value = options.some(([value]) => value === chosen) ? chosen : "";
    this.showMode();
  }

  showMode() {
    const commands = this.whom.value === command;
    const examples = "repos, grep <repo> <query>, log <repo>, help, …";
    this.text.placeholder = commands ? examples : "Ask about your repositories";
    setText(byId("ask-send"), commands ? "Run" : "Ask");
  }

  line() {
    const text = this.text.value.trim();
    const whom = this.whom.value;
    if (whom === command || text === "")
      return text;
    return `ask ${whom === "" ? "" : `${whom.slice(llmPrefix.length)}: `}${text}`;
  }

  tell(text) {
    setText(byId("ask-trouble"), shown(text));
  }

  async send() {
    const line = this.line();
    if (line === "")
      return this.tell("Type a question first.");
    const button = byId("ask-send");
    if (button.disabled)
      return;
    button.disabled = true;
    this.tell("");
    try {
      await this.act(await post("/command", { text: line }));
    } catch (why) {
      this.tell(`It was not sent: ${why.message}`);
    } finally {
      button.disabled = false;
    }
  }

  async act(said) {
    if (said.is === "advice")
      return this.tell(said.text);
    if (said.is === "question")
      return this.answer(said);
    const made = await this.create({ command: said.command, payload: said.payload, requires: said.requires,
      requester: this.who.role === "shared" ? "dashboard" : `dashboard:${this.who.name}`.slice(0, 255) });
    this.text.value = "";
    announce(made.servable ? "It is queued." : "It is queued, but no live worker can serve it.");
    this.open(made.id);
  }

  /** With a key, so that sending it again after a lost answer makes no second job. */
  async create(job) {
    const headers = { "Idempotency-Key": freshKey() };
    for (let tries = 1; ; ++tries) {
      try {
        return await post("/jobs", job, { headers });
      } catch (why) {
        if (!(why instanceof Trouble) || ![0, 503].includes(why.status) || tries === triesMax)
          throw why;
        await pause(300 * 2 ** tries);
      }
    }
  }

  async answer({ what, job_id: id, text }) {
    if (what === "help")
      return this.tell(text);
    if (what === "whoami")
      return this.tell(`${this.who.name}, role ${this.who.role}`);
    if (what === "jobs" || what === "workers" || what === "queue") {
      location.hash = what;
      return byId(`${what}-card`).focus();
    }
    if (!isJobId(id))
      return this.tell("There is no such job.");
    if (what !== "status")
      await post(`${jobPath(id)}/${what}`);
    this.text.value = "";
    return this.open(id);
  }
}
