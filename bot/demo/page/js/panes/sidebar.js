/** The list of conversations, and the bar at the bottom of a phone. */
import { fill, h, icon } from "../dom.js";
import { findDm, state } from "../state.js";

const dmPlace = () => findDm()?.id ?? "dm";

function buildEntry({ place, name, glyph, testid, onOpen, indent }) {
  const active = state.place === place;
  const unread = state.unread.has(place);
  return h("button", {
    type: "button",
    class: ["nav-item", active && "is-active", unread && "is-unread", indent && "is-indented"].filter(Boolean).join(" "),
    "aria-current": active ? "page" : null,
    data: { testid, conversationId: place },
    on: { click: () => onOpen(place) },
  }, glyph, h("span", { class: "nav-name" }, name),
  unread && h("span", { class: "unread-dot", role: "img", "aria-label": "unread", data: { testid: "unread" } }));
}

/** Draw both from the state. */
export function drawSidebar({ onOpen, onMenu }) {
  const channels = state.conversations.filter((one) => one.kind === "channel");
  const dms = state.conversations.filter((one) => one.kind === "dm" && one !== findDm());
  fill(document.getElementById("sidebar"),
    h("h2", { class: "nav-title" }, "Channels"),
    channels.map((one) => buildEntry({ place: one.id, name: one.name, glyph: icon(one.private ? "lock" : "hash"), testid: "conversation", onOpen })),
    !channels.length && h("p", { class: "nav-empty" }, "You are in no channel yet."),
    h("h2", { class: "nav-title" }, "Apps"),
    buildEntry({ place: dmPlace(), name: state.app.name, glyph: h("span", { class: "avatar avatar-app avatar-small", "aria-hidden": "true" }), testid: "app-dm", onOpen }),
    buildEntry({ place: "home", name: "Home", glyph: icon("home"), testid: "nav-home", onOpen, indent: true }),
    dms.map((one) => buildEntry({ place: one.id, name: one.name, glyph: icon("message"), testid: "conversation", onOpen })));
  drawTabs({ channels, onOpen, onMenu });
}

function drawTabs({ channels, onOpen, onMenu }) {
  const inChannel = channels.some((one) => one.id === state.place);
  const build = ({ label, glyph, active, unread, testid, run }) => h("button", {
    type: "button", class: active ? "tab is-active" : "tab", "aria-current": active ? "page" : null, data: { testid }, on: { click: run },
  }, h("span", { class: "tab-glyph" }, icon(glyph), unread && h("span", { class: "unread-dot", role: "img", "aria-label": "unread" })), label);
  fill(document.getElementById("tabs"),
    build({
      label: "Channels", glyph: "hash", testid: "tab-channels", active: inChannel,
      unread: channels.some((one) => state.unread.has(one.id)),
      run: () => (channels.length === 1 ? onOpen(channels[0].id) : onMenu()),
    }),
    build({ label: state.app.name, glyph: "message", testid: "tab-app", active: state.place === dmPlace(), unread: state.unread.has(dmPlace()), run: () => onOpen(dmPlace()) }),
    build({ label: "Home", glyph: "home", testid: "tab-home", active: state.place === "home", run: () => onOpen("home") }));
}
