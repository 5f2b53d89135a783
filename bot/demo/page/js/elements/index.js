/** Block Kit elements by type. */
import { h } from "../dom.js";
import { renderButton, renderFeedback, renderIconButton, renderOverflow } from "./buttons.js";
import { renderChoices } from "./choices.js";
import { renderPicker } from "./pickers.js";
import { renderMultiSelect, renderSelect } from "./selects.js";
import { renderTextInput } from "./text_inputs.js";
import { renderThumbnail } from "./image.js";

const KINDS = ["static", "external", "users", "conversations", "channels"];
const RENDERERS = {
  button: renderButton,
  workflow_button: renderButton,
  icon_button: renderIconButton,
  feedback_buttons: renderFeedback,
  overflow: renderOverflow,
  image: renderThumbnail,
  radio_buttons: renderChoices,
  checkboxes: renderChoices,
  datepicker: renderPicker,
  timepicker: renderPicker,
  datetimepicker: renderPicker,
  plain_text_input: renderTextInput,
  email_text_input: renderTextInput,
  url_text_input: renderTextInput,
  number_input: renderTextInput,
  ...Object.fromEntries(KINDS.map((kind) => [`${kind}_select`, renderSelect])),
  ...Object.fromEntries(KINDS.map((kind) => [`multi_${kind}_select`, renderMultiSelect])),
};

/**
 * Render one element.
 * @param {Object} element
 * @param {string} blockId
 * @param {import("../interaction.js").Context} context
 * @param {{labelId?: string, describedBy?: string}} [labels] ids of what names the element
 */
export function renderElement(element, blockId, context, labels = {}) {
  const render = RENDERERS[element?.type];
  if (!render) return h("span", { class: "unknown" }, `Element “${element?.type ?? "without a type"}” can't be shown here`);
  return render(element, blockId, context, labels);
}
