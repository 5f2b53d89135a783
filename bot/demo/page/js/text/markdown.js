/** Standard Markdown for `markdown` blocks and streamed text. Tolerates text that is still being written. */
import { h } from "../dom.js";
import { MARKDOWN, parseInline } from "./inline.js";

const FENCE = /^ {0,3}(```+|~~~+)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^(\s*)([-*+•]|\d{1,9}[.)])(\s+)(.*)$/;
const MAX_DEPTH = 8;

/** Render Markdown as one element. */
export function renderMarkdown(text) {
  return h("div", { class: "rich markdown" }, buildBlocks(String(text ?? "").replace(/\r\n?/g, "\n").split("\n"), 0));
}

function buildBlocks(lines, depth) {
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    let read = 1;
    if (!line.trim()) nodes.push(null);
    else if (FENCE.test(line)) read = readFence(lines, at, nodes);
    else if (HEADING.test(line)) nodes.push(buildHeading(line));
    else if (RULE.test(line)) nodes.push(h("hr"));
    else if (QUOTE.test(line) && depth < MAX_DEPTH) read = readQuote(lines, at, nodes, depth);
    else if (ITEM.test(line) && depth < MAX_DEPTH) read = readList(lines, at, nodes, depth);
    else read = readParagraph(lines, at, nodes);
    at += read;
  }
  return nodes.filter(Boolean);
}

function buildHeading(line) {
  const [, marks, body] = HEADING.exec(line);
  // The page's own heading is an h1, a message's author an h2.
  return h(`h${Math.min(6, marks.length + 2)}`, { class: `md-h${marks.length}` }, parseInline(body, MARKDOWN));
}

function readFence(lines, start, nodes) {
  const mark = FENCE.exec(lines[start])[1];
  let end = start + 1;
  while (end < lines.length && !lines[end].trimStart().startsWith(mark)) end += 1;
  nodes.push(h("pre", { tabindex: "0" }, h("code", {}, lines.slice(start + 1, end).join("\n"))));
  return end + 1 - start;
}

function readQuote(lines, start, nodes, depth) {
  let end = start;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inner = lines.slice(start, end).map((line) => line.replace(QUOTE, ""));
  nodes.push(h("blockquote", {}, buildBlocks(inner, depth + 1)));
  return end - start;
}

const startsBlock = (line) => !line.trim() || FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || RULE.test(line) || ITEM.test(line);

function readParagraph(lines, start, nodes) {
  let end = start + 1;
  while (end < lines.length && !startsBlock(lines[end])) end += 1;
  const text = lines.slice(start, end).map((line) => line.trim()).join("\n");
  nodes.push(h("p", {}, parseInline(text, MARKDOWN)));
  return end - start;
}

const widthOf = (indent) => indent.replace(/\t/g, "    ").length;
const isOrdered = (marker) => /\d/.test(marker);

/** One list with its items; an item's deeper lines are parsed again as blocks of their own. */
function readList(lines, start, nodes, depth) {
  const [, firstIndent, firstMarker] = ITEM.exec(lines[start]);
  const base = widthOf(firstIndent);
  const list = h(isOrdered(firstMarker) ? "ol" : "ul");
  let item = null;
  let content = 0;
  let at = start;
  const close = () => {
    if (item) list.append(h("li", { value: item.value }, unwrap(buildBlocks(item.lines, depth + 1))));
  };
  for (; at < lines.length; at += 1) {
    const line = lines[at];
    const match = ITEM.exec(line);
    const indent = widthOf(/^\s*/.exec(line)[0]);
    if (match && indent < base + 2 && indent >= base - 1 && !RULE.test(line)) {
      if (isOrdered(match[2]) !== isOrdered(firstMarker)) break;
      close();
      content = indent + match[2].length + 1;
      item = { value: isOrdered(match[2]) ? parseInt(match[2], 10) : null, lines: [match[4]] };
    } else if (!line.trim()) {
      if (!continuesAfterBlank(lines, at, base)) break;
      item.lines.push("");
    } else if (indent > base) {
      item.lines.push(line.slice(Math.min(indent, content)));
    } else if (startsBlock(line) || !lines[at - 1].trim()) {
      break;
    } else {
      item.lines.push(line.trim());
    }
  }
  close();
  nodes.push(list);
  return at - start;
}

function continuesAfterBlank(lines, at, base) {
  const next = lines.slice(at).find((line) => line.trim());
  return next !== undefined && (widthOf(/^\s*/.exec(next)[0]) > base || (ITEM.test(next) && !RULE.test(next)));
}

/** A lone first paragraph needs no paragraph element of its own. */
function unwrap(nodes) {
  const [first, ...rest] = nodes;
  return first?.localName === "p" && rest.every((node) => node.localName !== "p") ? [...first.childNodes, ...rest] : nodes;
}
