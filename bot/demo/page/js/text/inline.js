/**
 * Text within a line: emphasis, code, links, mentions and emoji, for two dialects.
 * Slack's mrkdwn (*bold* _italic_ ~strike~ <url|label>, with &amp; &lt; &gt; escaped) and standard Markdown.
 */
import { h } from "../dom.js";
import { nameOf, findConversation, state } from "../state.js";
import { buildEmoji } from "./emoji.js";
import { buildLink } from "./links.js";
import { formatDateTokens } from "./dates.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const WORD = /[\p{L}\p{N}_]/u;

const MAX_DEPTH = 12;

export const MRKDWN = {
  markers: [["*", ["strong"]], ["_", ["em"]], ["~", ["del"]]],
  isMarkdown: false,
};
export const MARKDOWN = {
  markers: [
    ["***", ["strong", "em"]], ["**", ["strong"]], ["__", ["strong"]], ["~~", ["del"]], ["*", ["em"]], ["_", ["em"]],
  ],
  isMarkdown: true,
};

/** Undo Slack's three escapes. */
export const unescapeText = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

/** A mention as a chip: a person, a channel or a group. */
export function buildMention(label, isMe = false) {
  return h("span", { class: isMe ? "mention mention-me" : "mention" }, label);
}

export const mentionUser = (id, label) => buildMention(`@${label || nameOf(id)}`, id === state.me.id);
export const mentionChannel = (id, label) => buildMention(`#${label || findConversation(id)?.name || id}`);

/** What stands between angle brackets; null when it is nothing known. */
function buildBracket(body, dialect) {
  const [target, ...rest] = body.split("|");
  const label = unescapeText(rest.join("|"));
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return mentionUser(target.slice(1), label.replace(/^@/, ""));
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return mentionChannel(target.slice(1), label.replace(/^#/, ""));
  if (target.startsWith("!date^")) {
    const [, epoch, format, address] = target.split("^");
    const shown = formatDateTokens(epoch, unescapeText(format ?? ""), label);
    return address ? buildLink(unescapeText(address), shown) : h("time", {}, shown);
  }
  if (target.startsWith("!")) {
    const name = target.slice(1).split("^")[0];
    return buildMention(label || `@${name}`);
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) {
    const address = unescapeText(target);
    return buildLink(address, label ? parseInline(rest.join("|"), { ...dialect, noLinks: true }) : address.replace(/^mailto:/, ""));
  }
  return null;
}

/**
 * Parse one run of text into nodes.
 * @param {string} text
 * @param {{markers: Array, isMarkdown: boolean, noLinks?: boolean}} dialect
 * @returns {Node[]}
 */
export function parseInline(text, dialect) {
  // `hopeless`: up to where each marker is known to have no end, so that a long text of lone marks stays cheap.
  const inner = { ...dialect, depth: (dialect.depth ?? 0) + 1, hopeless: new Map() };
  if (inner.depth > MAX_DEPTH) return [document.createTextNode(unescapeText(text))];
  const nodes = [];
  let plain = "";
  let at = 0;
  const flush = () => {
    if (plain) nodes.push(document.createTextNode(plain));
    plain = "";
  };
  const take = (found) => {
    flush();
    nodes.push(...[found.nodes].flat());
    at = found.end;
  };
  while (at < text.length) {
    const found = findToken(text, at, inner);
    if (found?.nodes) take(found);
    else if (found) {
      plain += found.text;
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

const LINK = /!?\[((?:[^[\]\\\n]|\\.|\[[^[\]\n]*\])*)\]\(\s*<?([^()\s<>]*(?:\([^()\s<>]*\)[^()\s<>]*)*)>?(?:\s+"[^"\n]*")?\s*\)/y;
const BRACKET = /<([^<>\n]+)>/y;
const EMOJI = /:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/y;
const ADDRESS = /https?:\/\/[^\s<>]+/y;
const ENTITY = /&(?:amp|lt|gt);/y;

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The token that starts at `at`: {nodes, end} to place, {text, end} to copy, or null for a plain character. */
function findToken(text, at, dialect) {
  const char = text[at];
  if (char === "\n") return { nodes: h("br"), end: at + 1 };
  if (char === "\\" && dialect.isMarkdown && /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "")) return { text: text[at + 1], end: at + 2 };
  if (char === "`") return findCode(text, at, dialect);
  if (char === "<" && !dialect.noLinks) {
    const match = matchAt(BRACKET, text, at);
    const node = match && buildBracket(match[1], dialect);
    return node ? { nodes: node, end: BRACKET.lastIndex } : null;
  }
  if ((char === "[" || char === "!") && dialect.isMarkdown && !dialect.noLinks) {
    const match = matchAt(LINK, text, at);
    if (!match) return null;
    return { nodes: buildLink(match[2], parseInline(match[1], { ...dialect, noLinks: true })), end: LINK.lastIndex };
  }
  if (char === ":") {
    const match = matchAt(EMOJI, text, at);
    const node = match && buildEmoji(match[1]);
    return node ? { nodes: node, end: EMOJI.lastIndex } : null;
  }
  if (char === "h" && !dialect.noLinks && !WORD.test(text[at - 1] ?? " ")) return findAddress(text, at);
  if (char === "&") {
    const match = matchAt(ENTITY, text, at);
    return match ? { text: ENTITIES[match[0]], end: ENTITY.lastIndex } : null;
  }
  return findEmphasis(text, at, dialect);
}

function findCode(text, at, dialect) {
  const fence = /`+/y;
  fence.lastIndex = at;
  const ticks = fence.exec(text)[0];
  const close = text.indexOf(ticks, at + ticks.length);
  if (close <= at + ticks.length - 1 || close === at + ticks.length) return { text: ticks, end: at + ticks.length };
  const body = text.slice(at + ticks.length, close);
  const shown = dialect.isMarkdown ? body.replace(/^ (.*) $/s, "$1") : unescapeText(body);
  return { nodes: h("code", {}, shown), end: close + ticks.length };
}

function findAddress(text, at) {
  const match = matchAt(ADDRESS, text, at);
  if (!match) return null;
  const address = match[0].replace(/(?:&gt;|&lt;).*$/, "").replace(/[.,;:!?'"*_~)\]]+$/, "");
  const clean = unescapeText(address);
  return { nodes: buildLink(clean, clean), end: at + address.length };
}

function findEmphasis(text, at, dialect) {
  for (const [marker, tags] of dialect.markers) {
    if (!text.startsWith(marker, at)) continue;
    const start = at + marker.length;
    const next = text[start] ?? " ";
    if (/\s/.test(next) || next === marker[0]) continue;
    const before = text[at - 1] ?? " ";
    // Markdown lets * open inside a word; between figures (5*3*2) it is meant as itself.
    const mayBeInWord = dialect.isMarkdown && marker[0] === "*" && !/\d/.test(next);
    const inWord = !mayBeInWord && WORD.test(before);
    if (inWord) continue;
    if ((dialect.hopeless.get(marker) ?? -1) > start) continue;
    const close = findClose(text, start, marker, dialect);
    if (close < 0) {
      const end = text.indexOf("\n", start);
      dialect.hopeless.set(marker, dialect.isMarkdown || end < 0 ? text.length : end);
      continue;
    }
    const inner = parseInline(text.slice(start, close), dialect);
    return { nodes: tags.reduceRight((content, tag) => h(tag, {}, content), inner), end: close + marker.length };
  }
  return null;
}

/** Where the emphasis that began before `start` ends, or -1. Slack's never runs over a line's end. */
function findClose(text, start, marker, dialect) {
  for (let at = start + 1; at <= text.length - marker.length; at += 1) {
    const char = text[at];
    if (char === "\n" && !dialect.isMarkdown) return -1;
    if (char === "`") {
      const close = text.indexOf("`", at + 1);
      if (close > 0) at = close;
      continue;
    }
    if (!text.startsWith(marker, at) || /\s/.test(text[at - 1])) continue;
    const after = text[at + marker.length] ?? " ";
    if (after === marker[0]) {
      at += marker.length;
      continue;
    }
    if (dialect.isMarkdown && marker[0] === "*" ? true : !WORD.test(after)) return at;
  }
  return -1;
}
