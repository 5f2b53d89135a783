/** The top of the window: which workspace this is, and who you are in it. */
import { fill, h, icon } from "../dom.js";
import { state } from "../state.js";
import { buildAvatar } from "./message.js";

/**
 * @param {Object} handlers
 * @param {(userId: string) => void} handlers.onSwitch
 * @param {() => void} handlers.onMenu opens the list of conversations on a phone
 */
export function drawTopbar({ onSwitch, onMenu }) {
  const label = (person) => (person.title ? `${person.name}, ${person.title}` : person.name);
  const select = h("select", {
    class: "person-select", id: "person-switch", data: { testid: "person-switch" }, "aria-label": "You are",
    on: { change: () => onSwitch(select.value) },
  }, [...state.people.values()].map((person) => h("option", { value: person.id, selected: person.id === state.me.id, text: label(person) })));
  fill(document.getElementById("topbar"),
    h("button", { type: "button", class: "icon-button topbar-menu", "aria-label": "Conversations", data: { testid: "menu" }, on: { click: onMenu } }, icon("menu")),
    h("div", { class: "team" },
      h("span", { class: "team-mark", "aria-hidden": "true" }, (state.team.name || "W").slice(0, 1)),
      h("span", { class: "team-name" }, state.team.name)),
    h("label", { class: "person", title: "Try the product as somebody else" },
      h("span", { class: "person-lead" }, "You are"),
      buildAvatar(state.me.id, state.me.name),
      select, icon("down")));
}
