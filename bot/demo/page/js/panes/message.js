/** One message: who, when, what, and the way into its thread. */
import { h, icon } from "../dom.js";
import { formOf } from "../form.js";
import { buildContext } from "../interaction.js";
import { renderBlocks } from "../blocks/index.js";
import { renderAttachedFile } from "../blocks/content.js";
import { renderMarkdown } from "../text/markdown.js";
import { renderMrkdwn } from "../text/mrkdwn.js";
import { buildEmoji } from "../text/emoji.js";
import { formatFull, formatShortTime, formatTime } from "../text/dates.js";
import { nameOf, state, threadKey } from "../state.js";

/** Initials on a colour of their own; the app has its sign. */
export function buildAvatar(userId, name, isApp = false) {
  const initials = name.split(/\s+/).map((word) => word[0] ?? "").join("").slice(0, 2).toUpperCase();
  const hue = [...String(userId)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 8, 7);
  return h("span", { class: isApp ? "avatar avatar-app" : `avatar avatar-${hue}`, "aria-hidden": "true" }, isApp ? "" : initials);
}

/** The streamed text; a list mark or heading mark whose words have not come yet is held back. */
function readable({ markdown, streaming }) {
  return streaming ? markdown.replace(/\n[ \t]*(?:[-*+>#]+|\d{1,3}[.)]?)?[ \t]*$/, "") : markdown;
}

/** The parts of a message in the order of reading: streamed prose, blocks (else the plain text), files. */
function buildBody(message, context) {
  const blocks = (message.blocks ?? []).filter((block) => !(message.markdown && block.type === "markdown" && block.text === message.markdown));
  const parts = [];
  if (message.markdown) parts.push(h("div", { class: "streamed" }, renderMarkdown(readable(message))));
  if (blocks.length) parts.push(renderBlocks(blocks, context));
  else if (!message.markdown && message.text) parts.push(renderMrkdwn(message.text));
  if (message.files?.length) parts.push(h("div", { class: "files" }, message.files.map(renderAttachedFile)));
  const body = h("div", { class: message.streaming ? "message-body is-streaming" : "message-body" }, parts);
  if (message.streaming) lastLine(body).append(h("span", { class: "caret", "aria-hidden": "true" }));
  return body;
}

/** The innermost element that ends the text: where the next word will appear. */
function lastLine(body) {
  let node = body.querySelector(".streamed") ?? body;
  while (node.lastElementChild?.matches("div, p, ul, ol, li, blockquote, h3, h4, h5, h6, pre, pre > code") && node.lastChild === node.lastElementChild) {
    node = node.lastElementChild;
  }
  return node;
}

/**
 * @param {import("../state.js").Message} message
 * @param {Object} place
 * @param {string} place.channel
 * @param {boolean} place.inThread
 * @param {boolean} place.compact follows a message of the same author within minutes
 * @param {(ts: string) => void} [place.onOpenThread]
 * @param {(ts: string) => void} [place.onDismiss] for messages that only this person sees
 */
export function renderMessage(message, place) {
  const name = message.username || nameOf(message.user);
  const container = { type: "message", channel: place.channel, ts: message.ts };
  if (message.ephemeral) container.ephemeral = true;
  const form = formOf(`message:${place.channel}:${message.ts}`);
  form.begin();
  const context = buildContext(container, form);
  const compact = place.compact && !message.ephemeral;
  const classes = ["message", compact && "is-compact", message.ephemeral && "is-ephemeral", message.is_app && "is-app"];
  return h("article", {
    class: classes.filter(Boolean).join(" "),
    "aria-label": `${name}, ${formatTime(message.ts)}`,
    data: { testid: "message", ts: message.ts, user: message.user, streaming: message.streaming ? "true" : "false", ephemeral: message.ephemeral ? "true" : null },
  },
  h("div", { class: "message-side" }, compact
    ? h("time", { class: "message-time", title: formatFull(message.ts) }, formatShortTime(message.ts))
    : buildAvatar(message.user, name, message.is_app)),
  h("div", { class: "message-main" },
    message.ephemeral && h("div", { class: "message-privacy" }, icon("eye"), "Only visible to you"),
    !compact && h("div", { class: "message-head" },
      h("h2", { class: "message-author" }, name),
      message.is_app && h("span", { class: "badge" }, "App"),
      h("time", { class: "message-time", title: formatFull(message.ts) }, formatTime(message.ts))),
    buildBody(message, context),
    // As in Slack, the mark belongs to words that were changed; blocks that an app renews have none.
    message.edited && !message.blocks?.length && h("small", { class: "message-edited" }, "(edited)"),
    buildReactions(message),
    message.ephemeral && place.onDismiss && h("button", {
      type: "button", class: "quiet-link", data: { testid: "dismiss" }, on: { click: () => place.onDismiss(message.ts) },
    }, "Dismiss message"),
    !place.inThread && !message.ephemeral && buildThreadLink(message, place)));
}

function buildReactions(message) {
  const reactions = message.reactions ?? [];
  if (!reactions.length) return null;
  return h("div", { class: "reactions" }, reactions.map((one) =>
    h("span", { class: "reaction" }, buildEmoji(one.name) ?? `:${one.name}:`, h("span", {}, String(one.count ?? 1)))));
}

function buildThreadLink(message, { channel, onOpenThread }) {
  const count = message.reply_count ?? 0;
  const working = state.statuses.get(threadKey(channel, message.ts))?.text;
  const open = () => onOpenThread?.(message.ts);
  const props = { type: "button", data: { testid: "open-thread", replies: count }, on: { click: open } };
  if (!count && !working) {
    return h("button", { ...props, class: "thread-link thread-start", title: "Reply in thread" }, icon("reply"), h("span", {}, "Reply in thread"));
  }
  return h("button", { ...props, class: "thread-link thread-count" },
    icon("message"),
    h("strong", {}, count ? `${count} ${count === 1 ? "reply" : "replies"}` : "Open thread"),
    working && h("span", { class: "thread-working" }, `${state.app.name} is working…`),
    !working && message.latest_reply && h("span", { class: "thread-latest" }, `Last at ${formatTime(message.latest_reply)}`));
}
