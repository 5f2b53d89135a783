/** Modals: the server keeps the stack, the page shows the one on top in a dialog. */
import { closeView, submitView } from "../api.js";
import { fill, h, icon } from "../dom.js";
import { forgetForm, formOf } from "../form.js";
import { buildContext } from "../interaction.js";
import { renderBlocks } from "../blocks/index.js";
import { showInputError } from "../blocks/layout.js";
import { state } from "../state.js";
import { textNodes, wordsOf } from "../text/mrkdwn.js";
import { keepFocus } from "./message_list.js";

const FIELDS = "input, textarea, select";

export class ModalPane {
  constructor() {
    this.dialog = null;
    this.shown = "";
    this.known = new Set();
    this.opener = null;
  }

  /** Show the state's stack of views. */
  draw() {
    const top = state.views.at(-1);
    const ids = new Set(state.views.map((view) => view.id));
    for (const id of this.known) if (!ids.has(id)) forgetForm(`view:${id}`);
    this.known = ids;
    if (!top) return this.hide();
    const signature = JSON.stringify([top, state.views.length]);
    if (signature === this.shown) return undefined;
    this.shown = signature;
    if (!this.dialog) this.show();
    return this.drawView(top);
  }

  show() {
    this.opener = document.activeElement;
    this.dialog = h("dialog", { class: "dialog modal", data: { testid: "modal" } });
    // Esc must go through the server: the app may want to hear of it.
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.leave();
    });
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  hide() {
    this.dialog?.close();
    this.dialog?.remove();
    this.dialog = null;
    this.shown = "";
    if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
    this.opener = null;
  }

  drawView(view) {
    const isSame = this.dialog.dataset.viewId === view.id;
    const focused = isSame && this.dialog.contains(document.activeElement) ? document.activeElement : null;
    const scrolled = isSame ? this.body?.scrollTop ?? 0 : 0;
    const form = formOf(`view:${view.id}`);
    form.begin();
    this.form = form;
    this.view = view;
    this.body = h("div", { class: "dialog-body" }, renderBlocks(view.blocks, buildContext({ type: "view", view_id: view.id }, form)));
    this.error = h("p", { class: "dialog-error", role: "alert", hidden: true });
    const stacked = state.views.length > 1;
    const hasInputs = Boolean(view.submit) || (view.blocks ?? []).some((block) => block.type === "input");
    this.submitButton = hasInputs && h("button", { type: "submit", class: "button button-primary", data: { testid: "modal-submit" } },
      h("span", { class: "button-label" }, textNodes(view.submit ?? "Submit")));
    const formNode = h("form", { class: "dialog-form", novalidate: true, method: "dialog" },
      h("header", { class: "dialog-head" },
        stacked && h("button", { type: "button", class: "icon-button", "aria-label": "Back", on: { click: () => this.leave() } }, icon("back")),
        h("h2", { class: "dialog-title" }, textNodes(view.title)),
        h("button", { type: "button", class: "icon-button", "aria-label": "Close", data: { testid: "modal-x" }, on: { click: () => this.leave() } }, icon("close"))),
      this.body, this.error,
      h("footer", { class: "dialog-actions" },
        h("button", { type: "button", class: "button button-default", data: { testid: "modal-close" }, on: { click: () => this.leave() } },
          h("span", {}, textNodes(view.close ?? (hasInputs ? "Cancel" : "Close")))),
        this.submitButton));
    formNode.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    fill(this.dialog, formNode);
    this.dialog.dataset.viewId = view.id;
    this.dialog.dataset.callbackId = view.callback_id ?? "";
    this.dialog.setAttribute("aria-label", wordsOf(view.title) || "Dialog");
    this.body.scrollTop = scrolled;
    if (focused) keepFocus(this.body, focused);
    else if (!isSame) (this.body.querySelector("[data-autofocus]") ?? this.body.querySelector(FIELDS) ?? this.dialog.querySelector("[data-testid=modal-close]"))?.focus();
  }

  /** Mark the blocks that can't be sent as they are; returns whether there are any. */
  showErrors(errors) {
    const blocks = [...this.body.querySelectorAll("[data-block-type=input]")];
    this.form.errors = new Map(Object.entries(errors));
    let first = null;
    for (const block of blocks) {
      showInputError(block, errors[block.dataset.blockId] ?? null);
      if (errors[block.dataset.blockId]) first ??= block;
    }
    const placed = new Set(blocks.map((block) => block.dataset.blockId));
    const loose = Object.entries(errors).filter(([id]) => !placed.has(id)).map(([, text]) => text);
    this.say(loose.join(" "));
    first?.scrollIntoView({ block: "nearest" });
    first?.querySelector(FIELDS)?.focus();
    return Object.keys(errors).length > 0;
  }

  say(text) {
    this.error.hidden = !text;
    this.error.textContent = text;
  }

  async submit() {
    if (!this.submitButton || this.submitButton.disabled) return;
    if (this.showErrors(this.form.validate())) return;
    const button = this.submitButton;
    button.disabled = true;
    button.classList.add("is-busy");
    try {
      const answer = await submitView(this.view.id, this.form.snapshot());
      if (answer.errors && this.dialog) this.showErrors(answer.errors);
    } catch (error) {
      if (this.dialog) this.say(error.message);
    } finally {
      button.disabled = false;
      button.classList.remove("is-busy");
    }
  }

  async leave() {
    const { id } = this.view;
    try {
      await closeView(id);
    } catch (error) {
      // A view that the server does not have is gone in any case.
      if (error.code !== "unreachable") this.drop(id);
      else this.say(error.message);
      return;
    }
    this.drop(id);
  }

  drop(id) {
    if (state.views.at(-1)?.id !== id) return;
    state.views = state.views.slice(0, -1);
    this.draw();
  }
}
