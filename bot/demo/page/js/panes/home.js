/** The app's Home tab. */
import { openHome } from "../api.js";
import { fill, h } from "../dom.js";
import { formOf } from "../form.js";
import { buildContext } from "../interaction.js";
import { renderBlocks } from "../blocks/index.js";
import { state } from "../state.js";
import { buildAppHead } from "./conversation.js";
import { keepFocus } from "./message_list.js";
import { showToast } from "./toast.js";

export class HomePane {
  constructor({ onOpen }) {
    this.onOpen = onOpen;
    this.head = h("header", { class: "pane-head" });
    this.content = h("div", { class: "home-content" });
    this.scroller = h("div", { class: "list home-scroll", tabindex: "0" }, this.content);
    this.root = h("section", { class: "pane home", data: { testid: "home" }, "aria-label": "Home" }, this.head, this.scroller);
  }

  /** Tell the app that its Home was opened, and show what it has published. */
  async open() {
    this.scroller.scrollTop = 0;
    this.draw();
    try {
      const { view } = await openHome();
      if (view) state.home = view;
    } catch (error) {
      showToast(error.message, "error");
    }
    this.draw();
  }

  draw() {
    fill(this.head, buildAppHead("home", this.onOpen));
    if (!state.home) {
      this.shown = null;
      fill(this.content, h("div", { class: "empty" }, h("h2", {}, "Nothing here yet"), h("p", {}, `${state.app.name} has not filled this page.`)));
      return;
    }
    const signature = JSON.stringify(state.home);
    if (signature === this.shown) return;
    this.shown = signature;
    const focused = this.content.contains(document.activeElement) ? document.activeElement : null;
    const top = this.scroller.scrollTop;
    const form = formOf(`view:${state.home.id}`);
    form.begin();
    fill(this.content, renderBlocks(state.home.blocks, buildContext({ type: "view", view_id: state.home.id }, form)));
    this.root.dataset.viewId = state.home.id;
    this.scroller.scrollTop = top;
    if (focused) keepFocus(this.content, focused);
  }
}
