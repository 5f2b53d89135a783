/** The line that says what the app is doing in a thread, with a Stop button where it can be stopped. */
import { stopSession } from "../api.js";
import { h, icon } from "../dom.js";
import { state, threadKey } from "../state.js";
import { showToast } from "./toast.js";

const ROTATE_MS = 2600;

/** "is reading…" continues the app's name; a sentence of its own stands alone. */
function sentenceOf(text) {
  return /^[\p{Ll}]/u.test(text) ? `${state.app.name} ${text}` : text;
}

/**
 * The status line of a thread, or null when the app is not at work there.
 * The line changes its words by itself while it is in the document.
 */
export function buildStatus(channel, threadTs) {
  const status = state.statuses.get(threadKey(channel, threadTs));
  if (!status || (!status.text && !status.stoppable)) return null;
  const words = status.loading_messages?.length ? status.loading_messages : [sentenceOf(status.text || "is working…")];
  const text = h("span", { class: "status-text" }, words[0]);
  const node = h("div", { class: "status", role: "status", data: { testid: "status", threadTs } },
    h("span", { class: "status-dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), text);
  if (status.stoppable) {
    const stop = h("button", { type: "button", class: "button button-default button-small", data: { testid: "stop" } }, icon("stop"), "Stop");
    stop.addEventListener("click", async () => {
      stop.disabled = true;
      try {
        await stopSession(channel, threadTs);
      } catch (error) {
        stop.disabled = false;
        showToast(error.message, "error");
      }
    });
    node.append(stop);
  }
  if (words.length > 1) rotate(node, text, words);
  return node;
}

function rotate(node, text, words) {
  let at = 0;
  const timer = setInterval(() => {
    if (!node.isConnected) return clearInterval(timer);
    at = (at + 1) % words.length;
    text.textContent = words[at];
    return undefined;
  }, ROTATE_MS);
}
