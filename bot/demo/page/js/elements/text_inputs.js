/** Text, number, e-mail and address fields. */
import { h } from "../dom.js";
import { hooks } from "../interaction.js";

const TYPES = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "number" };
const MODES = { email_text_input: "email", url_text_input: "url" };

export function renderTextInput(element, blockId, context, labels) {
  const isNumber = element.type === "number_input";
  const held = context.form.declare({
    blockId,
    actionId: element.action_id,
    initial: { type: element.type, value: element.initial_value ?? null },
    optional: context.optional,
    check: (value) => findProblem(element, value.value),
  });
  const control = h(element.multiline ? "textarea" : "input", {
    class: "field",
    // A number field stays a text field: browsers hide what they can't parse, and then the person can't be told.
    type: element.multiline ? null : isNumber ? "text" : TYPES[element.type],
    inputmode: isNumber ? (element.is_decimal_allowed ? "decimal" : "numeric") : MODES[element.type],
    rows: element.multiline ? 4 : null,
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    value: held.value ?? "",
    autocomplete: "off",
    "aria-labelledby": labels.labelId,
    "aria-label": labels.labelId ? null : element.placeholder?.text ?? "Text",
    "aria-describedby": labels.describedBy,
    "aria-invalid": labels.describedBy && context.form.errors.has(blockId) ? "true" : null,
    data: { ...hooks(blockId, element), autofocus: element.focus_on_load ? "yes" : null },
  });
  const send = () => context.act(blockId, element, { value: control.value }, control);
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer = 0;
  control.addEventListener("input", () => {
    context.form.put(blockId, element.action_id, { type: element.type, value: control.value || null });
    if (!context.dispatches || !triggers.includes("on_character_entered")) return;
    clearTimeout(timer);
    timer = setTimeout(send, 250);
  });
  control.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !context.dispatches) return;
    if (!triggers.includes("on_enter_pressed")) return;
    event.preventDefault();
    send();
  });
  return control;
}

/** A sentence when the text can't be sent, or null. */
function findProblem(element, text) {
  const value = String(text).trim();
  if (element.min_length && value.length < element.min_length) return `Please enter at least ${element.min_length} characters.`;
  if (element.max_length && value.length > element.max_length) return `Please enter at most ${element.max_length} characters.`;
  if (element.type === "number_input") return findNumberProblem(element, value);
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return "Please enter an e-mail address.";
  if (element.type === "url_text_input" && !/^https?:\/\/\S+$/i.test(value)) return "Please enter an address that begins with https://.";
  return null;
}

function findNumberProblem(element, value) {
  const number = Number(value);
  if (!/^[-+]?\d*\.?\d+$/.test(value)) return "Please enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value)) return `Please enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value)) return `Please enter ${element.max_value} or less.`;
  return null;
}
