/**
 * Small builders for DOM nodes. Data reaches the page only through here, as text nodes and
 * attributes with fixed names, so nothing that a person or the app wrote is ever parsed as markup.
 */

const SVG = "http://www.w3.org/2000/svg";
const REFUSED = new Set(["innerHTML", "outerHTML", "style", "srcdoc"]);
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "selected", "multiple", "required", "open"]);

/**
 * Build an element.
 * @param {string} tag
 * @param {Object<string, any>} [props] `class`, `text`, `data` (dataset), `on` (listeners); `null`/`false` are left out;
 *   everything else becomes an attribute, or a property where the property is what counts (`value`, `checked`...).
 * @param {...(Node|string|null|undefined|false|Array)} children strings become text nodes
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (REFUSED.has(name) || /^on./i.test(name)) throw new Error(`refused attribute: ${name}`);
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") assignData(node, value);
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  add(node, children);
  return node;
}

function assignData(node, data) {
  for (const [name, value] of Object.entries(data)) {
    if (value !== null && value !== undefined) node.dataset[name] = String(value);
  }
}

/** Append children (nested arrays, strings, nodes; empty values are skipped). */
export function add(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** Replace everything inside `node`. */
export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

/** Build an SVG element; every value becomes an attribute. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name === "text") node.textContent = value;
    else node.setAttribute(name, String(value));
  }
  return add(node, children);
}

const ICONS = {
  alert: "M12 4 3 19.5h18L12 4Zm0 6v4.5m0 2.5v.2",
  back: "M15 5l-7 7 7 7",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h10v11H9zM5 15V4h10",
  down: "M6 9.5l6 6 6-6",
  edit: "M5 19l1-4L16.5 4.5l3 3L9 18l-4 1Z",
  error: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Zm-3 5.5 6 6m0-6-6 6",
  external: "M10 6H5v13h13v-5M14 4h6v6M20 4l-9 9",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5-3a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z",
  file: "M6 3.5h8l4 4v13H6zM14 3.5v4h4",
  hash: "M9.5 4 8 20M16 4l-1.5 16M4.5 9h16M3.5 15h16",
  home: "M4 11l8-7 8 7v9h-5.5v-6h-5v6H4z",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Zm0 7.5v5.5m0-9v.2",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  menu: "M4 7h16M4 12h16M4 17h16",
  message: "M4 5h16v11H10l-4 4v-4H4z",
  more: "M5.5 12h.1M12 12h.1M18.5 12h.1",
  pending: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z",
  refresh: "M19.5 8.5A8 8 0 1 0 20 13M20 4v5h-5",
  reply: "M20 18c0-5-3-8-8-8H4m5-5-5 5 5 5",
  send: "M4 12 3.5 4.5 21 12 3.5 19.5 4 12Zm0 0h8",
  stop: "M7 7h10v10H7z",
  success: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM8 12.3l2.800 2.800L16 9.5",
  thumbdown: "M7 14V4h9.5c1.5 0 2.5 1 2.700 2.3l.8 5c.2 1.5-.9 2.700-2.400 2.700H13l.8 4c.2 1.200-.7 2-1.800 2L7 14Zm0 0H4V4h3",
  thumbup: "M7 10v10h9.5c1.5 0 2.5-1 2.700-2.3l.8-5c.2-1.5-.9-2.700-2.400-2.700H13l.8-4c.2-1.200-.7-2-1.800-2L7 10Zm0 0H4v10h3",
  trash: "M5 7h14M10 7V4.5h4V7m-7 0 1 13h8l1-13",
};

/** A line icon of this page's own set, hidden from screen readers (the control carries the label). */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name] ?? ICONS.info }));
}

let counter = 0;

/** An id that is unique on this page, for label/for and aria references. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
