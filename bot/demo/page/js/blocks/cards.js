/** Cards, a row of cards, and a container around other blocks. */
import { h, icon, uniqueId } from "../dom.js";
import { renderElement } from "../elements/index.js";
import { buildImage } from "../elements/image.js";
import { renderRichText } from "../text/rich_text.js";
import { renderTextObject, textNodes } from "../text/mrkdwn.js";
import { renderBlock } from "./index.js";

export function renderCard(block, context, blockId) {
  return h("article", { class: "card" },
    block.hero_image && buildImage(block.hero_image, "card-hero"),
    h("div", { class: "card-content" },
      (block.icon || block.title || block.subtitle) && h("div", { class: "card-head" },
        block.icon && buildImage(block.icon, "card-icon"),
        h("div", {},
          block.title && h("div", { class: "card-title" }, textNodes(block.title)),
          block.subtitle && h("div", { class: "card-subtitle" }, textNodes(block.subtitle)))),
      block.body && renderTextObject(block.body, "rich card-body"),
      block.actions?.length && h("div", { class: "card-actions" }, block.actions.map((element) => renderElement(element, blockId, context)))));
}

export function renderCarousel(block, context, blockId) {
  return h("div", { role: "group", "aria-label": "Cards", tabindex: "0" },
    (block.elements ?? []).map((card, index) => renderBlock(card, context, `${blockId}-${index}`)));
}

export function renderContainer(block, context, blockId) {
  const bodyId = uniqueId("container");
  const title = [
    block.icon && buildImage(block.icon, "card-icon"),
    h("span", { class: "container-titles" },
      block.rich_text_title ? renderRichText(block.rich_text_title) : h("span", { class: "card-title" }, textNodes(block.title)),
      block.subtitle && h("span", { class: "card-subtitle" }, textNodes(block.subtitle))),
  ];
  const body = h("div", { class: "container-body", id: bodyId },
    (block.child_blocks ?? []).map((child, index) => renderBlock(child, context, `${blockId}-${index}`)));
  if (!block.is_collapsible) {
    return h("section", { class: block.has_header_divider ? "ruled" : "" }, h("div", { class: "container-head" }, title), body);
  }
  body.hidden = Boolean(block.default_collapsed);
  const toggle = h("button", { type: "button", class: "container-head", "aria-controls": bodyId, "aria-expanded": String(!body.hidden) },
    title, icon("down"));
  toggle.addEventListener("click", () => {
    body.hidden = !body.hidden;
    toggle.setAttribute("aria-expanded", String(!body.hidden));
  });
  return h("section", {}, toggle, body);
}
