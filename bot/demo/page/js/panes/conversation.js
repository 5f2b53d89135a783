/** The middle of the window: a channel or the app's direct messages. */
import { runCommand, sendMessage } from "../api.js";
import { fill, h, icon } from "../dom.js";
import { dropMessage, emit, findConversation, findDm, listMessages, state, threadKey } from "../state.js";
import { Composer } from "./composer.js";
import { MessageList } from "./message_list.js";
import { buildStatus } from "./status.js";
import { buildWelcome } from "./welcome.js";

export class ConversationPane {
  /**
   * @param {Object} handlers
   * @param {(channel: string, ts: string) => void} handlers.onOpenThread
   * @param {(place: string) => void} handlers.onOpen
   * @param {(story: Object) => void} handlers.onStory
   */
  constructor({ onOpenThread, onOpen, onStory }) {
    this.handlers = { onOpen, onStory };
    this.channel = "";
    this.list = new MessageList({
      label: "Messages",
      placeOf: () => ({
        channel: this.channel,
        inThread: false,
        onOpenThread: (ts) => onOpenThread(this.channel, ts),
        onDismiss: (ts) => {
          dropMessage(this.channel, ts);
          emit("messages", { channel: this.channel, threadTs: null });
        },
      }),
      findStart: (messages) => (messages.at(-1)?.is_app ? messages.at(-1) : null),
      extraOf: (message) => state.statuses.get(threadKey(this.channel, message.ts))?.text ?? "",
    });
    this.composer = new Composer({ testid: "composer", withCommands: true, onSend: (text) => this.send(text) });
    this.head = h("header", { class: "pane-head" });
    this.root = h("section", { class: "pane conversation", data: { testid: "conversation-pane" } }, this.head, this.list.root, this.composer.root);
  }

  turnTo(channel) {
    if (channel !== this.channel) this.list.clear();
    this.list.open();
    this.channel = channel;
    this.root.dataset.channel = channel;
    const isDm = channel === findDm()?.id;
    const name = findConversation(channel)?.name ?? state.app.name;
    fill(this.head, isDm ? buildAppHead("messages", this.handlers.onOpen) : buildChannelHead(name, findConversation(channel)?.private));
    this.composer.turnTo(channel, isDm ? `Message ${name}` : `Message #${name}`);
    this.draw();
  }

  draw() {
    const messages = listMessages(this.channel);
    const isDm = this.channel === findDm()?.id;
    this.list.setLead(buildWelcome(this.handlers.onStory), !messages.length && buildEmpty(isDm));
    this.list.show(messages);
    this.drawTail();
  }

  /** Below the messages: what the app does outside any thread, and its suggestions. */
  drawTail() {
    const prompts = this.channel === findDm()?.id ? state.prompts.get(this.channel) ?? { title: "", items: state.suggested } : null;
    this.list.setTail(buildStatus(this.channel, ""), prompts?.items.length ? this.buildPrompts(prompts) : null);
  }

  buildPrompts({ title, items }) {
    return h("div", { class: "prompts", data: { testid: "prompts" } },
      h("p", { class: "prompts-title" }, title || "Try one of these"),
      h("div", { class: "prompts-row" }, items.map((prompt) => h("button", {
        type: "button", class: "prompt", data: { testid: "prompt" },
        on: { click: () => this.send(prompt.message).catch((error) => this.composer.say(error.message)) },
      }, prompt.title))));
  }

  async send(text) {
    this.list.scrollToEnd();
    const command = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
    if (command && state.commands.some((one) => one.command === command[1])) {
      await runCommand(this.channel, command[1], command[2].trim());
    } else if (command && !text.startsWith("//")) {
      throw new Error(`${command[1]} is not a command of this workspace. Type / to see them all.`);
    } else {
      await sendMessage(this.channel, text);
    }
  }
}

function buildChannelHead(name, isPrivate) {
  return h("div", { class: "pane-title" }, icon(isPrivate ? "lock" : "hash"), h("h1", {}, name));
}

/** The app's two faces, its Home and its messages, as tabs. */
export function buildAppHead(active, onOpen) {
  const tab = (key, label, place) => h("button", {
    type: "button", class: active === key ? "head-tab is-active" : "head-tab", "aria-current": active === key ? "page" : null,
    data: { testid: `head-${key}` }, on: { click: () => onOpen(place()) },
  }, label);
  return [
    h("div", { class: "pane-title" }, h("span", { class: "avatar avatar-app avatar-small", "aria-hidden": "true" }), h("h1", {}, state.app.name), h("span", { class: "badge" }, "App")),
    h("div", { class: "head-tabs" }, tab("home", "Home", () => "home"), tab("messages", "Messages", () => findDm()?.id ?? "dm")),
  ];
}

function buildEmpty(isDm) {
  return h("div", { class: "empty" },
    h("h2", {}, isDm ? `This is you and ${state.app.name}` : "Nothing here yet"),
    h("p", {}, isDm
      ? "Ask about a machine, an error code or a procedure in your own words. The answer comes in a thread below your question."
      : `Write /visit and a serial number, or mention @${state.app.name} with a question.`));
}
