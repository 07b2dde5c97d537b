// Making and changing what the page shows. Texts become text nodes, never markup.

/** @param given attributes, `on...` listeners, and `text` @param children elements, or texts */
export function element(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "text")
      made.textContent = value;
    else if (name.startsWith("on"))
      made.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean")
      made.toggleAttribute(name, value);
    else
      made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Changes a text only where it differs, so that nothing that is read or selected moves. */
export function setText(node, text) {
  if (node.textContent !== text)
    node.textContent = text;
}

/** Marks the one of several links that is open. */
export function setCurrent(link, is) {
  if (is)
    link.setAttribute("aria-current", "true");
  else
    link.removeAttribute("aria-current");
}

/**
 * A list whose rows stay the same elements as long as their items are there: focus and selection survive a refresh.
 * @param make of a key the row: `{root, update(item)}`
 */
export class RowList {
  constructor(list, keyOf, make) {
    Object.assign(this, { list, keyOf, make, rows: new Map() });
  }

  show(items) {
    const keep = new Set(items.map(this.keyOf));
    for (const [key, row] of this.rows) {
      if (keep.has(key))
        continue;
      row.root.remove();
      this.rows.delete(key);
    }
    let place = this.list.firstElementChild;
    for (const item of items) {
      const key = this.keyOf(item);
      if (!this.rows.has(key))
        this.rows.set(key, this.make(key));
      const row = this.rows.get(key);
      row.update(item);
      if (row.root === place)
        place = place.nextElementSibling;
      else
        this.list.insertBefore(row.root, place);
    }
  }
}

/** Says it to those who do not look. */
export function announce(text) {
  byId("news").textContent = text;
}
