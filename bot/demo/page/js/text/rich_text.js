/** Slack's `rich_text` blocks, which carry their own structure instead of markup. */
import { h } from "../dom.js";
import { buildEmojiFrom } from "./emoji.js";
import { buildMention, mentionChannel, mentionUser } from "./inline.js";
import { buildLink } from "./links.js";
import { formatDateTokens } from "./dates.js";

const STYLES = [["code", "code"], ["strike", "del"], ["underline", "u"], ["italic", "em"], ["bold", "strong"]];

function styled(node, style = {}) {
  return STYLES.reduce((content, [name, tag]) => (style[name] ? h(tag, {}, content) : content), node);
}

function withBreaks(text) {
  return String(text ?? "").split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

const PARTS = {
  text: (part) => h("span", {}, withBreaks(part.text)),
  link: (part) => buildLink(part.url, part.text || part.url),
  emoji: (part) => buildEmojiFrom(part),
  user: (part) => mentionUser(part.user_id),
  channel: (part) => mentionChannel(part.channel_id),
  usergroup: (part) => buildMention(`@${part.usergroup_id}`),
  team: (part) => buildMention(`@${part.team_id}`),
  broadcast: (part) => buildMention(`@${part.range}`),
  date: (part) => h("time", {}, formatDateTokens(part.timestamp, part.format, part.fallback)),
  color: (part) => h("code", {}, part.value),
};

const buildParts = (parts) => (parts ?? []).map((part) => styled((PARTS[part.type] ?? PARTS.text)(part), part.style));

function buildList(element) {
  const indent = Math.min(6, element.indent ?? 0);
  const tag = element.style === "ordered" ? "ol" : "ul";
  const start = element.offset ? element.offset + 1 : null;
  return h(tag, { class: [`indent-${indent}`, element.border ? "bordered" : ""].join(" ").trim(), start },
    (element.elements ?? []).map((item) => h("li", {}, buildParts(item.elements))));
}

const ELEMENTS = {
  rich_text_section: (element) => h("p", {}, buildParts(element.elements)),
  rich_text_list: buildList,
  rich_text_quote: (element) => h("blockquote", {}, buildParts(element.elements)),
  rich_text_preformatted: (element) => h("pre", { tabindex: "0" }, h("code", {}, buildParts(element.elements))),
};

/** Render a rich_text block or cell as one element. */
export function renderRichText(block) {
  const elements = block?.elements ?? [];
  return h("div", { class: "rich" }, elements.map((element) => ELEMENTS[element.type]?.(element)));
}
