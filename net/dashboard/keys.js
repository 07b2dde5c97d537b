// Shortcuts: single letters, which can be switched off, and never while somebody types.

import { byId, element } from "./elements.js";

const storageKey = "openclaw-keys";

/** Whether the reader wants them; kept where the browser lets the page keep something. */
const wish = {
  read() {
    try {
      return localStorage.getItem(storageKey) !== "off";
    } catch {
      return true;
    }
  },
  write(on) {
    try {
      localStorage.setItem(storageKey, on ? "on" : "off");
    } catch {
      // it holds until the page is left
    }
  },
};

/** @param actions rows of `{keys, does, act}` */
export function listenForKeys(actions) {
  const dialog = byId("keys");
  const on = byId("keys-on");
  on.checked = wish.read();
  on.onchange = () => wish.write(on.checked);
  byId("keys-open").onclick = () => dialog.showModal();
  byId("keys-close").onclick = () => dialog.close();
  const rows = [...actions, { keys: ["?"], does: "This list", act: () => dialog.showModal() }];
  byId("keys-list").replaceChildren(...rows.flatMap(({ keys, does }) => [
    element("dt", {}, ...keys.map((key) => element("kbd", { text: key }))), element("dd", { text: does })]));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select") !== null;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open)
      return;
    if (event.key !== "Escape" && (typing || !on.checked))
      return;
    const row = rows.find(({ keys }) => keys.includes(event.key === "Escape" ? "Esc" : event.key));
    if (!row)
      return;
    event.preventDefault();
    row.act();
  });
}
