/** Radio buttons and checkboxes. */
import { h, uniqueId } from "../dom.js";
import { hooks } from "../interaction.js";
import { textNodes } from "../text/mrkdwn.js";

export function renderChoices(element, blockId, context, labels) {
  const many = element.type === "checkboxes";
  const options = element.options ?? [];
  const initial = many
    ? { type: element.type, selected_options: element.initial_options ?? [] }
    : { type: element.type, selected_option: element.initial_option ?? null };
  const held = context.form.declare({ blockId, actionId: element.action_id, initial, optional: context.optional });
  const chosen = new Set(many ? held.selected_options.map((one) => one.value) : [held.selected_option?.value]);
  const name = uniqueId("choice");
  const group = h("div", {
    class: "choices", role: many ? "group" : "radiogroup", "aria-labelledby": labels.labelId, data: hooks(blockId, element),
  });
  const change = () => {
    const picked = options.filter((_, index) => group.querySelectorAll("input")[index].checked);
    const value = many ? { selected_options: picked } : { selected_option: picked[0] ?? null };
    context.form.put(blockId, element.action_id, { type: element.type, ...value });
    if (context.dispatches) context.act(blockId, element, value, group);
  };
  group.append(...options.map((option) => h("label", { class: "choice" },
    h("input", {
      type: many ? "checkbox" : "radio", name, value: option.value, checked: chosen.has(option.value),
      data: { ...hooks(blockId, element), value: option.value }, on: { change },
    }),
    h("span", {}, h("span", {}, textNodes(option.text)),
      option.description && h("small", { class: "choice-note" }, textNodes(option.description))))));
  return group;
}
