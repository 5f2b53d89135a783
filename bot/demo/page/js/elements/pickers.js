/** Date, time, and date with time: the browser's own pickers, which a phone shows best. */
import { h } from "../dom.js";
import { hooks } from "../interaction.js";

const KINDS = {
  datepicker: { input: "date", key: "selected_date", initial: "initial_date", read: (text) => text, show: (value) => value },
  timepicker: { input: "time", key: "selected_time", initial: "initial_time", read: (text) => text, show: (value) => value },
  datetimepicker: {
    input: "datetime-local",
    key: "selected_date_time",
    initial: "initial_date_time",
    read: (text) => Math.floor(new Date(text).getTime() / 1000),
    show: toLocalInput,
  },
};

/** Seconds since 1970 as the local "YYYY-MM-DDTHH:MM" that the input takes. */
function toLocalInput(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

export function renderPicker(element, blockId, context, labels) {
  const kind = KINDS[element.type];
  const held = context.form.declare({
    blockId,
    actionId: element.action_id,
    initial: { type: element.type, [kind.key]: element[kind.initial] ?? null },
    optional: context.optional,
  });
  const control = h("input", {
    class: "field picker",
    type: kind.input,
    value: held[kind.key] === null ? "" : kind.show(held[kind.key]),
    "aria-labelledby": labels.labelId,
    "aria-label": labels.labelId ? null : element.placeholder?.text ?? "Date or time",
    "aria-describedby": labels.describedBy,
    data: hooks(blockId, element),
  });
  control.addEventListener("change", () => {
    const value = { [kind.key]: control.value ? kind.read(control.value) : null };
    context.form.put(blockId, element.action_id, { type: element.type, ...value });
    if (context.dispatches) context.act(blockId, element, value, control);
  });
  return control;
}
