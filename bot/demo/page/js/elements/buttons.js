/** Buttons, icon buttons, thumbs, and the overflow menu. */
import { h, icon, uniqueId } from "../dom.js";
import { hooks } from "../interaction.js";
import { safeUrl } from "../text/links.js";
import { textNodes, wordsOf } from "../text/mrkdwn.js";
import { state } from "../state.js";

export function renderButton(element, blockId, context) {
  const style = element.style === "primary" || element.style === "danger" ? element.style : "default";
  const url = element.url ? safeUrl(element.url) : null;
  const action = { text: element.text, value: element.value };
  const control = h(url ? "a" : "button", {
    class: `button button-${style}`,
    type: url ? null : "button",
    href: url,
    target: url ? "_blank" : null,
    rel: url ? "noopener noreferrer" : null,
    "aria-label": element.accessibility_label ?? null,
    data: hooks(blockId, element),
    on: { click: () => context.act(blockId, element, action, control) },
  }, h("span", { class: "button-label" }, textNodes(element.text)), url && icon("external"));
  return control;
}

const ICON_NAMES = { trash: "trash", edit: "edit", pencil: "edit", copy: "copy", refresh: "refresh", close: "close" };

export function renderIconButton(element, blockId, context) {
  const only = element.visible_to_user_ids;
  if (only?.length && !only.includes(state.me.id)) return null;
  const label = element.accessibility_label || wordsOf(element.text) || element.icon;
  const control = h("button", {
    class: "icon-button",
    type: "button",
    title: wordsOf(element.text) || label,
    "aria-label": label,
    data: hooks(blockId, element),
    on: { click: () => context.act(blockId, element, { value: element.value }, control) },
  }, icon(ICON_NAMES[element.icon] ?? "more"));
  return control;
}

export function renderFeedback(element, blockId, context) {
  const chosen = context.form.recall(blockId, element.action_id)?.value;
  const group = h("span", { class: "feedback", role: "group", "aria-label": "Was this helpful?" });
  const build = (part, name) => {
    const control = h("button", {
      class: "icon-button",
      type: "button",
      title: wordsOf(part.text),
      "aria-label": part.accessibility_label || wordsOf(part.text),
      "aria-pressed": String(chosen === part.value),
      data: { ...hooks(blockId, element), value: part.value },
    }, icon(name));
    control.addEventListener("click", async () => {
      const done = await context.act(blockId, element, { text: part.text, value: part.value }, control);
      if (!done) return;
      context.form.put(blockId, element.action_id, { type: "feedback_buttons", value: part.value });
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === control));
    });
    return control;
  };
  if (element.positive_button) group.append(build(element.positive_button, "thumbup"));
  if (element.negative_button) group.append(build(element.negative_button, "thumbdown"));
  return group;
}

export function renderOverflow(element, blockId, context) {
  const menuId = uniqueId("menu");
  const toggle = h("button", {
    class: "icon-button",
    type: "button",
    "aria-label": "More actions",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    "aria-controls": menuId,
    data: hooks(blockId, element),
  }, icon("more"));
  const menu = h("div", { class: "menu", role: "menu", id: menuId, hidden: true });
  const holder = h("span", { class: "menu-holder" }, toggle, menu);
  const show = (open) => {
    menu.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    if (open) menu.querySelector("[role=menuitem]")?.focus();
  };
  const choose = (option) => {
    show(false);
    toggle.focus();
    context.act(blockId, element, { selected_option: option }, toggle);
  };
  menu.append(...(element.options ?? []).map((option) => buildMenuItem(option, () => choose(option))));
  toggle.addEventListener("click", () => show(menu.hidden));
  holder.addEventListener("keydown", (event) => walkMenu(event, menu, () => {
    show(false);
    toggle.focus();
  }));
  holder.addEventListener("focusout", (event) => {
    if (!holder.contains(event.relatedTarget)) show(false);
  });
  return holder;
}

function buildMenuItem(option, choose) {
  const url = option.url ? safeUrl(option.url) : null;
  return h(url ? "a" : "button", {
    class: "menu-item", role: "menuitem", type: url ? null : "button",
    href: url, target: url ? "_blank" : null, rel: url ? "noopener noreferrer" : null,
    data: { value: option.value }, on: { click: choose },
  }, h("span", {}, textNodes(option.text)), option.description && h("small", {}, textNodes(option.description)));
}

function walkMenu(event, menu, leave) {
  const items = [...menu.querySelectorAll("[role=menuitem]")];
  const at = items.indexOf(document.activeElement);
  if (event.key === "Escape" && !menu.hidden) {
    event.stopPropagation();
    event.preventDefault();
    leave();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (menu.hidden || !items.length) return;
    event.preventDefault();
    items.at((at + (event.key === "ArrowDown" ? 1 : -1)) % items.length).focus();
  }
}
