/** From a click in a block to the app: confirm, show that it is under way, send, say what went wrong. */
import { fetchSuggestions, sendAction } from "./api.js";
import { askConfirm } from "./panes/confirm.js";
import { showToast } from "./panes/toast.js";

/**
 * What the renderers of blocks and elements need of the message or view that they are in.
 * @typedef {Object} Context
 * @property {Object} container {type: "message", channel, ts, ephemeral} or {type: "view", view_id}
 * @property {import("./form.js").Form} form
 * @property {boolean} dispatches whether a change is sent at once (false inside an input block)
 * @property {boolean} [optional] whether the field that is being rendered may stay empty
 * @property {(blockId: string, element: Object, action: Object, control: ?HTMLElement) => Promise<boolean>} act
 * @property {(blockId: string, element: Object, text: string) => Promise<Object>} suggest
 */

/** @returns {Context} */
export function buildContext(container, form) {
  const act = async (blockId, element, action, control) => {
    if (element.confirm && !(await askConfirm(element.confirm))) return false;
    setBusy(control, true);
    try {
      await sendAction({
        container,
        block_id: blockId,
        action_id: element.action_id,
        action: { type: element.type, block_id: blockId, action_id: element.action_id, ...action },
        state: { values: form.snapshot() },
      });
      return true;
    } catch (error) {
      showToast(error.message, "error");
      return false;
    } finally {
      setBusy(control, false);
    }
  };
  const suggest = (blockId, element, value) =>
    fetchSuggestions({ container, block_id: blockId, action_id: element.action_id, value });
  return { container, form, dispatches: true, act, suggest };
}

function setBusy(control, busy) {
  if (!control) return;
  control.classList.toggle("is-busy", busy);
  if (busy) control.setAttribute("aria-busy", "true");
  else control.removeAttribute("aria-busy");
  if ("disabled" in control && control.localName === "button") control.disabled = busy;
}

/** Attributes by which a test, or a re-render that must keep the focus, finds an element again. */
export const hooks = (blockId, element) => ({ blockId, actionId: element.action_id ?? "", elementType: element.type });
