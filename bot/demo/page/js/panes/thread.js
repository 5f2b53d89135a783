/** The thread pane: beside the conversation on a wide window, over it on a narrow one. */
import { sendMessage } from "../api.js";
import { fill, h, icon } from "../dom.js";
import { dropMessage, emit, findConversation, findDm, listMessages, state, threadKey } from "../state.js";
import { Composer } from "./composer.js";
import { MessageList } from "./message_list.js";
import { buildStatus } from "./status.js";

export class ThreadPane {
  /** @param {{onClose: () => void}} handlers */
  constructor({ onClose }) {
    this.node = document.getElementById("thread");
    this.list = new MessageList({
      label: "Thread",
      findStart,
      placeOf: () => ({
        channel: state.thread?.channel,
        inThread: true,
        onDismiss: (ts) => {
          dropMessage(state.thread.channel, ts);
          emit("messages", { channel: state.thread.channel, threadTs: state.thread.ts });
        },
      }),
    });
    this.composer = new Composer({ testid: "thread-composer", withCommands: false, onSend: (text) => this.send(text) });
    this.title = h("div", { class: "pane-title" });
    const close = h("button", {
      type: "button", class: "icon-button thread-close", "aria-label": "Close thread", data: { testid: "close-thread" }, on: { click: onClose },
    }, icon("back"), icon("close"));
    fill(this.node, h("header", { class: "pane-head thread-head" }, this.title, close), this.list.root, this.composer.root);
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !this.composer.hasDraft) onClose();
    });
  }

  /** Show the thread that the state names, or nothing. */
  turn() {
    this.node.hidden = !state.thread;
    document.body.classList.toggle("has-thread", Boolean(state.thread));
    if (!state.thread) return;
    const { channel, ts } = state.thread;
    if (this.shown !== threadKey(channel, ts)) this.list.clear();
    this.list.open();
    this.shown = threadKey(channel, ts);
    this.node.dataset.threadTs = ts;
    this.composer.turnTo(`${channel}:${ts}`, "Reply in thread");
    this.draw();
  }

  draw() {
    if (!state.thread) return;
    const { channel, ts } = state.thread;
    const session = state.sessions.get(threadKey(channel, ts));
    const isDm = channel === findDm()?.id;
    const where = isDm ? state.app.name : `#${findConversation(channel)?.name ?? ""}`;
    fill(this.title, h("h1", {}, session?.title || "Thread"), h("span", { class: "pane-note" }, where));
    this.list.show(listMessages(channel, ts));
    this.drawStatus();
  }

  drawStatus() {
    if (state.thread) this.list.setTail(buildStatus(state.thread.channel, state.thread.ts));
  }

  async send(text) {
    const command = /^(\/\S+)/.exec(text)?.[1];
    if (command && state.commands.some((one) => one.command === command)) {
      throw new Error(`${command} can't run inside a thread. Use the message field of the conversation.`);
    }
    this.list.awaitOwn();
    try {
      await sendMessage(state.thread.channel, text, state.thread.ts);
    } catch (error) {
      this.list.isAwaitingOwn = false;
      throw error;
    }
  }
}

/** The app's first message since a person last wrote, so that its answer is read from the beginning. */
function findStart(messages) {
  const at = messages.findLastIndex((one) => !one.is_app);
  return at < 0 ? messages.at(-1) : messages[at + 1];
}
