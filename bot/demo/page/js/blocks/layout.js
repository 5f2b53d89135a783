/** The blocks that every message is made of: text, rows of elements, and input fields. */
import { h, icon, uniqueId } from "../dom.js";
import { renderElement } from "../elements/index.js";
import { renderTextObject, textNodes, wordsOf } from "../text/mrkdwn.js";

export function renderSection(block, context, blockId) {
  const body = h("div", { class: "section-body" },
    block.text && renderTextObject(block.text),
    block.fields?.length && h("div", { class: "section-fields" }, block.fields.map((field) => renderTextObject(field, "rich field-text"))));
  if (!block.accessory) return h("div", {}, body);
  const isImage = block.accessory.type === "image";
  return h("div", { class: isImage ? "section-row has-image" : "section-row" }, body,
    h("div", { class: "section-accessory" }, renderElement(block.accessory, blockId, context)));
}

export const renderHeader = (block) => h("h3", {}, textNodes(block.text));

export const renderDivider = () => h("hr");

export function renderContext(block, context, blockId) {
  return h("div", {}, (block.elements ?? []).map((element) => (element.type === "image"
    ? renderElement(element, blockId, context)
    : h("span", { class: "context-text" }, textNodes(element)))));
}

export function renderContextActions(block, context, blockId) {
  return h("div", {}, (block.elements ?? []).map((element) => renderElement(element, blockId, context)));
}

export function renderActions(block, context, blockId) {
  return h("div", { role: "group" }, (block.elements ?? []).map((element) => renderElement(element, blockId, context)));
}

/** A label, a field, a hint, and the sentence about what is wrong with the entry. */
export function renderInput(block, context, blockId) {
  const labelId = uniqueId("label");
  const noteId = uniqueId("note");
  const error = context.form.errors.get(blockId);
  const inner = { ...context, dispatches: Boolean(block.dispatch_action), optional: Boolean(block.optional) };
  const node = h("div", { class: error ? "has-error" : "" },
    h("div", { class: "input-label", id: labelId }, wordsOf(block.label), block.optional && h("span", { class: "input-optional" }, " (optional)")),
    block.element && renderElement(block.element, blockId, inner, { labelId, describedBy: noteId }),
    h("div", { class: "input-notes", id: noteId },
      h("p", { class: "input-error", role: "alert", data: { testid: "input-error" }, hidden: !error }, icon("error"), h("span", {}, error ?? "")),
      block.hint && h("p", { class: "input-hint" }, textNodes(block.hint))));
  node.addEventListener("click", (event) => {
    if (event.target.id === labelId) node.querySelector("input, textarea, select")?.focus();
  });
  node.addEventListener("input", () => showInputError(node, null));
  node.addEventListener("change", () => showInputError(node, null));
  return node;
}

/** Show or clear the sentence under an input block that is already on the screen. */
export function showInputError(node, sentence) {
  const error = node.querySelector(".input-error");
  if (!error) return;
  error.hidden = !sentence;
  error.lastElementChild.textContent = sentence ?? "";
  node.classList.toggle("has-error", Boolean(sentence));
  for (const field of node.querySelectorAll("input, textarea, select")) {
    if (sentence) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}
