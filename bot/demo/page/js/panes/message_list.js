/**
 * A scrolling list of messages that changes only what changed, keeps the reader's place, and follows the end, but never
 * past the beginning of what the app wrote: its hazard notices come first and are to be seen first.
 */
import { add, h, icon } from "../dom.js";
import { dayKey, formatDay } from "../text/dates.js";
import { renderMessage } from "./message.js";

const GROUP_SECONDS = 300;
const NEAR_END_PX = 90;
const MARGIN_PX = 6;
/** How long after a click in the list whatever the app then writes is the answer to it. */
const AWAIT_MS = 8000;
/** How long after the list was moved the browser may still move it by itself, and after a touch its reader. */
const SETTLING_MS = 150;
const TOUCH_MS = 400;
const TOUCHES = ["wheel", "touchmove", "pointerdown", "keydown"];

export class MessageList {
  /**
   * @param {Object} options
   * @param {string} options.label
   * @param {(message: Object) => Object} options.placeOf what renderMessage needs beside the message
   * @param {(messages: Object[]) => ?Object} options.findStart what a reader who turns to the list should see the beginning of
   * @param {(message: Object) => string} [options.extraOf] anything outside the message that its look depends on
   */
  constructor({ label, placeOf, findStart, extraOf = () => "" }) {
    this.placeOf = placeOf;
    this.findStart = findStart;
    this.extraOf = extraOf;
    this.nodes = new Map();
    this.lead = h("div", { class: "list-lead" });
    this.items = h("div", { class: "list-items" });
    this.tail = h("div", { class: "list-tail" });
    this.scroller = h("div", { class: "list", role: "log", "aria-live": "off", "aria-label": label, tabindex: "0" },
      h("div", { class: "list-inner" }, this.lead, this.items, this.tail));
    this.jump = h("button", { type: "button", class: "jump", hidden: true, "aria-label": "To the end", data: { testid: "jump" }, on: { click: () => this.scrollToEnd(true) } },
      icon("down"), h("span", {}, "New messages"));
    this.root = h("div", { class: "list-frame" }, this.scroller, this.jump);
    this.open();
    this.scroller.addEventListener("scroll", () => this.onScroll(), { passive: true });
    this.scroller.addEventListener("click", (event) => this.onClick(event));
    this.settledAt = 0;
    this.touchedAt = 0;
    for (const kind of TOUCHES) this.scroller.addEventListener(kind, () => { this.touchedAt = performance.now(); }, { passive: true });
    const observer = new ResizeObserver(() => this.settle());
    observer.observe(this.scroller);
    observer.observe(this.scroller.firstElementChild);
  }

  /** Forget where the reader was: follow the end again, up to the beginning of what the app writes next. */
  settleAnew() {
    this.isFollowing = true;
    this.isAwaitingOwn = false;
    /** The message whose beginning stays in view while the list follows its end. */
    this.anchor = null;
    this.awaitedUntil = 0;
    /** The message in which something was clicked last: what is rewritten there is the answer to the click. */
    this.clicked = null;
    this.rested = -1;
    this.size = "";
  }

  /** A reader who scrolls away stays there; one who scrolls to the end has read what was held in view. */
  onScroll() {
    if (Math.abs(this.scroller.scrollTop - this.rested) <= 1) return;
    // A list whose size has just changed was moved by the browser, not by its reader.
    if (this.isFollowing && (this.size !== this.measure() || this.isSettling())) {
      this.settle();
      return;
    }
    this.rested = -1;
    this.awaitedUntil = 0;
    this.isFollowing = this.isNearEnd();
    if (!this.isFollowing) return;
    this.anchor = null;
    this.showJump(false);
  }

  /** Tell whether a movement now is still the browser's: the list has just been moved, and nobody touches it. */
  isSettling() {
    const now = performance.now();
    return now - this.settledAt < SETTLING_MS && now - this.touchedAt > TOUCH_MS;
  }

  /** A thumb is no question: it moves nobody away from what they are reading. */
  onClick(event) {
    if (!event.target.closest("[data-action-id]:not([data-element-type=feedback_buttons])")) return;
    this.awaitedUntil = Date.now() + AWAIT_MS;
    this.clicked = event.target.closest("[data-testid=message]")?.dataset.ts ?? null;
  }

  /** The way to the end is a small one, unless there are new messages. */
  showJump(isShown) {
    this.jump.hidden = !isShown;
    if (!isShown) this.jump.classList.remove("has-news");
  }

  measure() {
    return `${this.scroller.scrollHeight} ${this.scroller.clientHeight}`;
  }

  isNearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /** Go to the end because the person wants to, whatever stands in between. */
  scrollToEnd(smooth = false) {
    this.settleAnew();
    this.size = this.measure();
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    this.showJump(false);
  }

  /** The person has written: whatever still comes from before, the app's answer comes behind their own message. */
  awaitOwn() {
    this.isOpening = false;
    this.scrollToEnd();
    this.isAwaitingOwn = true;
  }

  /** Follow the end as far as the anchor allows; does nothing when the reader is elsewhere. */
  settle() {
    if (!this.isFollowing || !this.scroller.clientHeight) return;
    const { scrollHeight, clientHeight } = this.scroller;
    const start = this.nodes.get(this.anchor)?.node;
    const limit = start ? start.offsetTop - MARGIN_PX : this.nodes.size ? Infinity : 0;
    this.scroller.scrollTo({ top: Math.min(scrollHeight - clientHeight, limit), behavior: "instant" });
    this.rested = this.scroller.scrollTop;
    this.settledAt = performance.now();
    this.size = this.measure();
    this.showJump(!this.isNearEnd());
  }

  /** Empty the list, for another conversation. */
  clear() {
    this.nodes.clear();
    this.items.replaceChildren();
  }

  /** The reader turns to this list: until `opened` is called, what appears in it is what was there before. */
  open() {
    this.settleAnew();
    this.isOpening = true;
    this.showJump(false);
  }

  /** Everything that was there before has been shown. */
  opened() {
    this.isOpening = false;
  }

  /** Show these messages, oldest first. */
  show(messages) {
    const kept = new Map();
    const order = [];
    let previous = null;
    const fresh = [];
    let isAnswered = false;
    for (const message of messages) {
      if (!previous || dayKey(previous.ts) !== dayKey(message.ts)) order.push(this.day(message.ts, kept));
      const compact = follows(previous, message) && (this.placeOf(message).inThread || !message.blocks?.length);
      const signature = JSON.stringify([message, compact, this.extraOf(message)]);
      const before = this.nodes.get(message.ts);
      const node = before?.signature === signature ? before.node : this.draw(message, compact, before?.node);
      if (!before) fresh.push(message);
      else if (node !== before.node && message.ts === this.clicked) isAnswered = Date.now() < this.awaitedUntil;
      kept.set(message.ts, { signature, node });
      order.push(node);
      previous = message;
    }
    this.nodes = kept;
    place(this.items, order);
    if (this.isOpening) this.anchor = this.findStart(messages)?.ts ?? null;
    else if (!this.isAwaitingOwn || fresh.some((one) => !one.is_app)) {
      this.isAwaitingOwn = false;
      this.hold(findAnswer(messages, fresh), isAnswered);
    }
    if (this.isFollowing) this.settle();
    else if (fresh.length) this.showJump(true);
    if (fresh.some((one) => one.ts !== this.anchor)) this.jump.classList.toggle("has-news", !this.jump.hidden && !this.isOpening);
  }

  /**
   * Keep the beginning of this new message of the app in view, unless an earlier one has not been read yet; without
   * one that of the message that was clicked in and has been rewritten.
   */
  hold(message, isAnswered) {
    if (!message && isAnswered) {
      const { clicked, awaitedUntil } = this;
      this.settleAnew();
      Object.assign(this, { anchor: clicked, clicked, awaitedUntil });
    }
    if (!message) return;
    if (Date.now() < this.awaitedUntil) this.settleAnew();
    if (this.isFollowing) this.anchor ??= message.ts;
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
    this.settle();
  }

  setLead(...children) {
    this.lead.replaceChildren();
    add(this.lead, children);
  }

  /** Bring one message into view and mark it for a moment. Returns whether it is here. */
  reveal(ts) {
    const node = this.nodes.get(ts)?.node;
    if (!node) return false;
    this.opened();
    this.isFollowing = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("is-revealed");
    requestAnimationFrame(() => node.classList.add("is-revealed"));
    return true;
  }
}

/** The first new message of the app behind what a person wrote last: what comes late from before that is no answer. */
function findAnswer(messages, fresh) {
  const asked = messages.findLastIndex((one) => !one.is_app);
  return messages.slice(asked + 1).find((one) => one.is_app && fresh.includes(one));
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
