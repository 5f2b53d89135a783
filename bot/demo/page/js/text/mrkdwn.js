/** Slack's mrkdwn: lines, quotes, lists and code fences around the inline parser. */
import { h } from "../dom.js";
import { buildEmoji } from "./emoji.js";
import { MRKDWN, parseInline, unescapeText } from "./inline.js";

const FENCE = /```\n?([\s\S]*?)\n?```/g;
const QUOTE = /^(?:&gt;|>) ?/;
const ITEM = /^(\s*)(?:([•◦▪‣-])|(\d{1,4})[.)])\s+(.*)$/;

/** Render mrkdwn as one element. */
export function renderMrkdwn(text, className = "rich") {
  const root = h("div", { class: className });
  const source = String(text ?? "");
  let at = 0;
  for (const match of source.matchAll(FENCE)) {
    appendLines(root, source.slice(at, match.index).replace(/\n$/, ""));
    root.append(h("pre", { tabindex: "0" }, h("code", {}, unescapeText(match[1]))));
    at = match.index + match[0].length;
    if (source[at] === "\n") at += 1;
  }
  appendLines(root, source.slice(at));
  return root;
}

/** Group neighbouring lines of one kind: quote, list, or text. */
function appendLines(root, text) {
  if (!text) return;
  const lines = text.split("\n");
  let at = 0;
  while (at < lines.length) {
    const kind = kindOf(lines[at]);
    let end = at + 1;
    while (end < lines.length && kindOf(lines[end]) === kind) end += 1;
    const group = lines.slice(at, end);
    if (kind === "quote") root.append(h("blockquote", {}, parseInline(group.map((line) => line.replace(QUOTE, "")).join("\n"), MRKDWN)));
    else if (kind === "list") root.append(...buildLists(group));
    else root.append(...buildParagraphs(group));
    at = end;
  }
}

function kindOf(line) {
  if (QUOTE.test(line)) return "quote";
  return ITEM.test(line) ? "list" : "text";
}

function buildLists(lines) {
  const lists = [];
  for (const line of lines) {
    const [, indent, , number, body] = ITEM.exec(line);
    const tag = number ? "ol" : "ul";
    if (lists.at(-1)?.localName !== tag) lists.push(h(tag));
    const depth = Math.min(3, Math.floor(indent.replace(/\t/g, "    ").length / 2));
    lists.at(-1).append(h("li", { value: number ?? null, class: depth ? `depth-${depth}` : null }, parseInline(body, MRKDWN)));
  }
  return lists;
}

/** Blank lines part paragraphs; other line ends stay line ends. */
function buildParagraphs(lines) {
  return lines.join("\n").split(/\n{2,}/).filter((part) => part.trim())
    .map((part) => h("p", {}, parseInline(part.replace(/^\n+|\n+$/g, ""), MRKDWN)));
}

/** mrkdwn in one line, as nodes (for context, option labels, table cells). */
export const mrkdwnNodes = (text) => parseInline(String(text ?? ""), MRKDWN);

/** plain_text: nothing is markup except emoji codes. */
export function plainNodes(text, withEmoji = true) {
  const source = String(text ?? "");
  if (!withEmoji) return [document.createTextNode(source)];
  return source.split(/(:[a-z0-9_+'-]+:)/).map((part) => {
    const code = /^:([a-z0-9_+'-]+):$/.exec(part)?.[1];
    return (code && buildEmoji(code)) || document.createTextNode(part);
  });
}

/** A text object of either type as inline nodes. Also takes a bare string. */
export function textNodes(object) {
  if (typeof object === "string") return plainNodes(object);
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwnNodes(object.text) : plainNodes(object.text, object.emoji !== false);
}

/** A text object as a block of its own. */
export function renderTextObject(object, className) {
  if (object?.type === "mrkdwn") return renderMrkdwn(object.text, className);
  return h("div", { class: `${className ?? "rich"} plain` }, textNodes(object));
}

/** The words of a text object, for labels. */
export const wordsOf = (object) => (typeof object === "string" ? object : object?.text ?? "");
