/** A scrolling list of messages that changes only what changed, keeps the reader's place, and follows the end. */
import { add, h, icon } from "../dom.js";
import { dayKey, formatDay } from "../text/dates.js";
import { renderMessage } from "./message.js";

const GROUP_SECONDS = 300;
const NEAR_END_PX = 90;

export class MessageList {
  /**
   * @param {Object} options
   * @param {string} options.label
   * @param {(message: Object) => Object} options.placeOf what renderMessage needs beside the message
   * @param {(message: Object) => string} [options.extraOf] anything outside the message that its look depends on
   */
  constructor({ label, placeOf, extraOf = () => "" }) {
    this.placeOf = placeOf;
    this.extraOf = extraOf;
    this.nodes = new Map();
    this.lead = h("div", { class: "list-lead" });
    this.items = h("div", { class: "list-items" });
    this.tail = h("div", { class: "list-tail" });
    this.scroller = h("div", { class: "list", role: "log", "aria-live": "off", "aria-label": label, tabindex: "0" },
      h("div", { class: "list-inner" }, this.lead, this.items, this.tail));
    this.jump = h("button", { type: "button", class: "jump", hidden: true, on: { click: () => this.scrollToEnd(true) } },
      icon("down"), "New messages");
    this.root = h("div", { class: "list-frame" }, this.scroller, this.jump);
    this.atEnd = true;
    this.scroller.addEventListener("scroll", () => {
      this.atEnd = this.isNearEnd();
      if (this.atEnd) this.jump.hidden = true;
    }, { passive: true });
    new ResizeObserver(() => this.atEnd && this.scrollToEnd()).observe(this.scroller);
    new ResizeObserver(() => this.atEnd && this.scrollToEnd()).observe(this.scroller.firstElementChild);
  }

  isNearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  scrollToEnd(smooth = false) {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    this.jump.hidden = true;
    this.atEnd = true;
  }

  /** Empty the list, for another conversation. */
  clear() {
    this.nodes.clear();
    this.items.replaceChildren();
    this.atEnd = true;
    this.jump.hidden = true;
  }

  /** Show these messages, oldest first. */
  show(messages) {
    const kept = new Map();
    const order = [];
    let previous = null;
    let grew = false;
    for (const message of messages) {
      if (!previous || dayKey(previous.ts) !== dayKey(message.ts)) order.push(this.day(message.ts, kept));
      const compact = follows(previous, message) && (this.placeOf(message).inThread || !message.blocks?.length);
      const signature = JSON.stringify([message, compact, this.extraOf(message)]);
      const before = this.nodes.get(message.ts);
      const node = before?.signature === signature ? before.node : this.draw(message, compact, before?.node);
      grew ||= !before;
      kept.set(message.ts, { signature, node });
      order.push(node);
      previous = message;
    }
    this.nodes = kept;
    place(this.items, order);
    if (this.atEnd) this.scrollToEnd();
    else if (grew) this.jump.hidden = false;
  }

  day(ts, kept) {
    const key = `day ${dayKey(ts)}`;
    const signature = formatDay(ts);
    const before = this.nodes.get(key);
    const node = before?.signature === signature ? before.node : h("div", { class: "day", role: "separator" }, h("span", {}, signature));
    kept.set(key, { signature, node });
    return node;
  }

  /** Draw a message anew; a field of it that had the focus has it again afterwards. */
  draw(message, compact, before) {
    const focused = before?.contains(document.activeElement) ? document.activeElement : null;
    const node = renderMessage(message, { ...this.placeOf(message), compact });
    if (!before) node.classList.add("is-new");
    if (focused) {
      before.replaceWith(node);
      keepFocus(node, focused);
    }
    return node;
  }

  setTail(...children) {
    this.tail.replaceChildren();
    add(this.tail, children);
    if (this.atEnd) this.scrollToEnd();
  }

  setLead(...children) {
    this.lead.replaceChildren();
    add(this.lead, children);
  }

  /** Bring one message into view and mark it for a moment. */
  reveal(ts) {
    const node = this.nodes.get(ts)?.node;
    if (!node) return;
    this.atEnd = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("is-revealed");
    requestAnimationFrame(() => node.classList.add("is-revealed"));
  }
}

function follows(previous, message) {
  return Boolean(previous) && previous.user === message.user && previous.username === message.username
    && !previous.ephemeral && !message.ephemeral && !previous.reply_count
    && Number(message.ts) - Number(previous.ts) < GROUP_SECONDS && dayKey(previous.ts) === dayKey(message.ts);
}

/** Make `parent` hold exactly `nodes` in order, moving none that is already in its place. */
function place(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null);
  });
}

/** Give the focus to the element that stands for `focused` in a new drawing of the same blocks. */
export function keepFocus(root, focused) {
  const { blockId, actionId, value } = focused.dataset;
  if (!actionId) return;
  const same = [...root.querySelectorAll("[data-action-id]")].find((node) => node.dataset.actionId === actionId
    && node.dataset.blockId === blockId && node.dataset.value === value);
  same?.focus({ preventScroll: true });
}
