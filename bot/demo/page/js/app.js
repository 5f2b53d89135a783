/** The page: starts everything, and moves between conversations, threads and Home. */
import { fetchBootstrap, fetchMessages, openDm, speakAs } from "./api.js";
import { buildHandlers } from "./events.js";
import { h } from "./dom.js";
import { ConversationPane } from "./panes/conversation.js";
import { HomePane } from "./panes/home.js";
import { ModalPane } from "./panes/modal.js";
import { drawSidebar } from "./panes/sidebar.js";
import { ThreadPane } from "./panes/thread.js";
import { showToast } from "./panes/toast.js";
import { drawTopbar } from "./panes/topbar.js";
import { findConversation, findDm, findRoot, loadBootstrap, markRead, markUnread, nameOf, on, putMessages, state, takeMark, threadKey } from "./state.js";
import { enter } from "./person.js";
import { openStream } from "./stream.js";
import { findPlace, readPlace } from "./text/links.js";

const STREAM_PATIENCE_MS = 1500;
const LOST_GRACE_MS = 1200;
const NOT_A_MEMBER = "You are not a member of that conversation.";
const MESSAGE_GONE = "This message is no longer here: the workspace keeps messages only while it runs.";
const wide = window.matchMedia("(min-width: 1000px)");
const phone = window.matchMedia("(max-width: 719px)");
const main = document.getElementById("main");
/** Threads that this person closed; they don't open by themselves again. */
const dismissed = new Set();

const modal = new ModalPane();
const thread = new ThreadPane({ onClose: () => closeThread() });
const conversation = new ConversationPane({ onOpenThread: (channel, ts) => openThread(channel, ts, { focus: true }), onOpen: open, onStory: startStory });
const home = new HomePane({ onOpen: open });

/** Go to a conversation, to "home", or to "dm" (the app's direct messages, which this call also opens). */
async function open(place) {
  let target = place;
  toggleMenu(false);
  if (place === "dm" || place === findDm()?.id) target = await enterDm(place);
  if (!target) return;
  if (state.thread && state.thread.channel !== target) closeThread();
  state.place = target;
  writeAddress();
  drawSidebar(navigation);
  if (target === "home") {
    main.replaceChildren(home.root);
    await home.open();
    return;
  }
  main.replaceChildren(conversation.root);
  conversation.turnTo(target);
  markRead(target);
  if (!phone.matches && !state.thread) conversation.composer.focus();
  await refetch(target);
  conversation.list.opened();
}

/** Opening the direct messages is an event for the app, which may answer with suggestions. */
async function enterDm(place) {
  try {
    const { channel } = await openDm();
    if (channel && !findConversation(channel)) state.conversations.push({ id: channel, name: state.app.name, kind: "dm", private: true });
    return channel ?? findDm()?.id;
  } catch (error) {
    showToast(error.message, "error");
    return place === "dm" ? null : place;
  }
}

async function refetch(channel, threadTs = null) {
  try {
    const mark = takeMark();
    const { messages } = await fetchMessages(channel, threadTs);
    putMessages(channel, threadTs, messages ?? [], mark);
  } catch (error) {
    showToast(error.message, "error");
  }
}

async function openThread(channel, ts, { focus = false } = {}) {
  dismissed.delete(threadKey(channel, ts));
  state.thread = { channel, ts };
  thread.turn();
  writeAddress();
  syncInert();
  if (focus && !phone.matches) thread.composer.focus();
  await refetch(channel, ts);
  thread.list.opened();
}

function closeThread() {
  if (!state.thread) return;
  dismissed.add(threadKey(state.thread.channel, state.thread.ts));
  state.thread = null;
  thread.turn();
  writeAddress();
  syncInert();
  if (!phone.matches) conversation.composer.focus();
}

/** On a narrow window the thread lies over the conversation, which then takes no focus. */
function syncInert() {
  main.inert = Boolean(state.thread) && !wide.matches;
}

function writeAddress() {
  const query = new URLSearchParams({ as: state.me.id, at: state.place });
  if (state.thread) query.set("thread", state.thread.ts);
  history.replaceState(null, "", `/?${query}`);
  const name = state.place === "home" ? "Home" : findConversation(state.place)?.name ?? "";
  document.title = `${state.unread.size ? "• " : ""}${name} · ${state.team.name}`;
}

/** Be somebody else: a fresh page, so that nothing of the last person stays behind. */
function switchTo(userId) {
  const shared = findConversation(state.place)?.kind === "channel" || state.place === "home";
  location.assign(`/?${new URLSearchParams({ as: userId, at: shared ? state.place : "dm" })}`);
}

/** Go to where a story begins, as the person it is about; its draft waits in the field for the person to send. */
async function startStory({ as, at, draft }) {
  if (as === state.me.id) await goTo({ place: at, draft });
  else location.assign(`/?${new URLSearchParams(draft ? { as, at, draft } : { as, at })}`);
}

function toggleMenu(show) {
  document.body.classList.toggle("has-menu", show);
  document.getElementById("scrim").hidden = !show;
  if (show) document.querySelector("#sidebar button")?.focus();
}

const navigation = { onOpen: open, onMenu: () => toggleMenu(true) };

/** The app works or has answered in this person's thread: show it, unless that would be in the way. */
function onAnswer(channel, threadTs) {
  const key = threadKey(channel, threadTs);
  const isOpen = state.thread && threadKey(state.thread.channel, state.thread.ts) === key;
  if (isOpen || state.place !== channel || dismissed.has(key)) return;
  if (wide.matches && !(state.thread && thread.composer.hasDraft)) {
    // Whoever is not writing something else will want to go on in the thread.
    openThread(channel, threadTs, { focus: !conversation.composer.hasDraft });
  } else if (!offered.has(key) && !state.thread) {
    offered.add(key);
    showToast(`${state.app.name} answers in a thread`, "info", { label: "Open", run: () => openThread(channel, threadTs) });
  }
}
const offered = new Set();

function onArrival(channel, threadTs, message) {
  if (message.user === state.me.id) return;
  if (state.place !== channel || document.hidden) markUnread(channel);
}

/** Tell a screen reader what arrived; the list itself is silent because streamed text changes all the time. */
function onComplete(channel, threadTs, message) {
  if (message.user === state.me.id || state.place !== channel) return;
  const text = (message.markdown || message.text || "").slice(0, 300);
  document.getElementById("announcer").textContent = `${message.username || nameOf(message.user)}: ${text}`;
}

function listen() {
  on("messages", ({ channel, threadTs }) => {
    if (channel === conversation.channel && !threadTs) conversation.draw();
    if (state.thread?.channel === channel && (!threadTs || state.thread.ts === threadTs)) thread.draw();
  });
  on("status", ({ channel }) => {
    if (channel === conversation.channel) conversation.draw();
    if (channel === state.thread?.channel) thread.draw();
  });
  on("prompts", ({ channel }) => channel === conversation.channel && conversation.draw());
  on("modal", () => modal.draw());
  on("home", () => state.place === "home" && home.draw());
  on("sidebar", () => {
    drawSidebar(navigation);
    if (state.place) writeAddress();
  });
  wide.addEventListener("change", syncInert);
  document.getElementById("scrim").addEventListener("click", () => toggleMenu(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && document.body.classList.contains("has-menu") && toggleMenu(false));
  document.addEventListener("click", followPermalink);
  document.addEventListener("visibilitychange", () => !document.hidden && markRead(state.place));
}

/** A link to a message of this workspace opens it here instead of in another tab. */
async function followPermalink(event) {
  const link = event.target.closest?.("a[href]");
  const target = link && !event.ctrlKey && !event.metaKey ? findPlace(link.href) : null;
  if (!target?.place) return;
  event.preventDefault();
  if (["home", "dm"].includes(target.place) || findConversation(target.place)) await goTo(target);
  else showToast(NOT_A_MEMBER, "error");
}

/** Open a place, its thread if one is named (or the message has one), and bring the message into view; or begin a draft. */
async function goTo({ place, threadTs, ts, draft }) {
  await open(place);
  if (draft && state.place !== "home") conversation.composer.prefill(draft);
  const root = threadTs ?? (findRoot(place, ts)?.reply_count ? ts : null);
  const isGone = (root ?? ts) && place !== "home" && !findRoot(state.place, root ?? ts);
  if (isGone) {
    showToast(MESSAGE_GONE);
    return;
  }
  if (root) await openThread(state.place, root);
  if (!ts) return;
  conversation.list.reveal(root ?? ts);
  if (state.thread) thread.list.reveal(ts);
}

let lostTimer = 0;

function showConnection(isLost) {
  clearTimeout(lostTimer);
  const bar = document.getElementById("connection");
  if (!isLost) {
    bar.hidden = true;
    return;
  }
  lostTimer = setTimeout(() => {
    bar.textContent = "Connection lost. Trying again…";
    bar.hidden = false;
  }, LOST_GRACE_MS);
}

/** After a gap in the stream, everything on the screen is asked for again. */
async function catchUp() {
  try {
    loadBootstrap(await fetchBootstrap(state.me.id));
  } catch {
    return;
  }
  if (state.place === "home") await home.open();
  else if (state.place) await refetch(state.place);
  if (!state.thread) return;
  await refetch(state.thread.channel, state.thread.ts);
  if (findRoot(state.thread.channel, state.thread.ts)) return;
  closeThread();
  showToast(MESSAGE_GONE);
}

function startStream() {
  const handlers = buildHandlers({ onAnswer, onArrival, onComplete });
  return new Promise((resolve) => {
    setTimeout(resolve, STREAM_PATIENCE_MS);
    openStream({
      onEvent: (event) => handlers[event.type]?.(event),
      onOpen: (isFirst) => {
        showConnection(false);
        if (isFirst) resolve();
        else catchUp();
      },
      onLost: () => showConnection(true),
    });
  });
}

async function start() {
  const query = new URLSearchParams(location.search);
  try {
    loadBootstrap(await enter(query.get("as")));
  } catch (error) {
    main.replaceChildren(h("div", { class: "empty" }, h("h2", {}, "The workspace can't be opened"), h("p", {}, error.message),
      h("p", {}, h("a", { class: "link", href: "/" }, "Try again"))));
    return;
  }
  speakAs(state.me.id);
  drawTopbar({ onSwitch: switchTo, onMenu: () => toggleMenu(true) });
  listen();
  await startStream();
  const wanted = readPlace(query);
  const known = wanted && (["home", "dm"].includes(wanted.place) || findConversation(wanted.place));
  await goTo(known ? wanted : { place: "dm" });
  if (wanted?.ts && !known) showToast(NOT_A_MEMBER, "error");
}

start();
