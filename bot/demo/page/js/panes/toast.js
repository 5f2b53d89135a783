/** Short notes at the edge of the window: errors, and answers that arrived elsewhere. */
import { h, icon } from "../dom.js";

const LIFETIME_MS = { error: 9000, info: 6000 };

/**
 * @param {string} text
 * @param {"error"|"info"} [kind]
 * @param {{label: string, run: () => void}} [action] a button beside the text
 */
export function showToast(text, kind = "info", action = null) {
  const host = document.getElementById("toasts");
  const toast = h("div", { class: `toast toast-${kind}`, data: { testid: "toast" } },
    icon(kind === "error" ? "alert" : "message"), h("span", { class: "toast-text" }, text));
  const close = () => {
    toast.remove();
    if (!host.children.length && host.matches(":popover-open")) host.hidePopover();
  };
  if (action) {
    toast.append(h("button", { type: "button", class: "toast-action", on: { click: () => { close(); action.run(); } } }, action.label));
  }
  toast.append(h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: close } }, icon("close")));
  [...host.children].find((one) => one.querySelector(".toast-text").textContent === text)?.remove();
  while (host.children.length > 2) host.firstElementChild.remove();
  host.append(toast);
  raise(host);
  setTimeout(close, LIFETIME_MS[kind]);
}

/** Put the toasts above any dialog that was opened since. */
function raise(host) {
  if (!host.showPopover) return;
  if (host.matches(":popover-open")) host.hidePopover();
  host.showPopover();
}
