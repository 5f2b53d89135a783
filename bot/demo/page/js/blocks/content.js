/** Blocks that hold one piece of content: prose, an image, an alert, a file, a video. */
import { h, icon } from "../dom.js";
import { buildImage } from "../elements/image.js";
import { renderMarkdown } from "../text/markdown.js";
import { renderRichText } from "../text/rich_text.js";
import { buildLink, localUrl } from "../text/links.js";
import { renderTextObject, textNodes, wordsOf } from "../text/mrkdwn.js";

export const renderMarkdownBlock = (block) => h("div", {}, renderMarkdown(block.text));

export const renderRichTextBlock = (block) => h("div", {}, renderRichText(block));

export function renderImageBlock(block) {
  return h("figure", {}, block.title && h("figcaption", {}, textNodes(block.title)), buildImage(block, "picture"));
}

const LEVELS = { default: "info", info: "info", warning: "alert", error: "error", success: "success" };

export function renderAlert(block) {
  const level = block.level in LEVELS ? block.level : "default";
  return h("div", { class: `alert alert-${level}`, role: level === "error" || level === "warning" ? "alert" : "note" },
    icon(LEVELS[level]), typeof block.text === "string" ? h("div", {}, block.text) : renderTextObject(block.text));
}

export function renderFile(block) {
  return h("div", { class: "file" }, icon("file"), h("span", {}, block.title ?? block.external_id ?? "File"));
}

export function renderVideo(block) {
  const title = wordsOf(block.title) || "Video";
  return h("div", { class: "file" }, icon("external"),
    h("span", {}, buildLink(block.title_url || block.video_url, title), block.description && h("small", {}, textNodes(block.description))));
}

/** A file that came with a message: a picture when it is one, else a row with name and size. */
export function renderAttachedFile(file) {
  const address = localUrl(file.url);
  const row = h("span", { class: "file-name" }, icon("file"), h("span", {}, file.name ?? "File"), h("small", {}, formatSize(file.size)));
  if (/^image\/(png|jpe?g|gif|webp)$/.test(file.mimetype ?? "") && address) {
    return h("figure", { class: "attached" }, h("figcaption", {}, file.name ?? ""),
      buildImage({ url: file.url, alt_text: file.name }, "picture"));
  }
  if (!address) return h("div", { class: "file" }, row);
  return h("a", { class: "file", href: address, target: "_blank", rel: "noopener noreferrer", download: file.name ?? "file" }, row);
}

function formatSize(bytes) {
  const size = Number(bytes);
  if (!Number.isFinite(size) || size <= 0) return "";
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${Math.round(size / 1024)} kB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}
