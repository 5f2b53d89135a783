/** The question before a weighty action (Block Kit's confirm object). */
import { h } from "../dom.js";
import { renderTextObject, textNodes } from "../text/mrkdwn.js";

/** Ask, and resolve to whether the person agreed; Esc means no. */
export function askConfirm({ title, text, confirm, deny, style }) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "dialog confirm", data: { testid: "confirm" }, "aria-label": title?.text ?? "Please confirm" },
      h("h2", { class: "dialog-title" }, textNodes(title ?? "Are you sure?")),
      h("div", { class: "confirm-text" }, renderTextObject(text ?? { type: "plain_text", text: "" })),
      h("div", { class: "dialog-actions" },
        h("button", { type: "button", class: "button button-default", data: { testid: "confirm-no" }, on: { click: () => dialog.close("no") } },
          h("span", {}, textNodes(deny ?? "Cancel"))),
        h("button", { type: "button", class: `button button-${style === "danger" ? "danger" : "primary"}`, data: { testid: "confirm-yes" },
          on: { click: () => dialog.close("yes") } }, h("span", {}, textNodes(confirm ?? "Yes")))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
