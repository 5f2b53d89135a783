/** What the server tells: from a stream event to the state. */
import { dropMessage, emit, findDm, findRoot, markUnread, putMessage, state, threadKey } from "./state.js";

/**
 * @param {Object} hooks
 * @param {(channel: string, threadTs: string) => void} hooks.onAnswer the app is at work, or has answered, in a thread that this person began
 * @param {(channel: string, threadTs: ?string, message: Object) => void} hooks.onArrival a message that was not known
 * @param {(channel: string, threadTs: ?string, message: Object) => void} hooks.onComplete a message that has been written to its end
 */
export function buildHandlers({ onAnswer, onArrival, onComplete }) {
  const streaming = new Set();
  const place = (event, isArrival) => {
    const { channel, message } = event;
    const threadTs = event.thread_ts ?? null;
    const isNew = putMessage(channel, threadTs, message);
    if (isNew && isArrival) onArrival(channel, threadTs, message);
    if (message.streaming) streaming.add(message.ts);
    else if (streaming.delete(message.ts) || (isNew && isArrival)) onComplete(channel, threadTs, message);
    const isReply = threadTs && threadTs !== message.ts;
    if (isNew && isReply && message.is_app && isMine(channel, threadTs)) onAnswer(channel, threadTs);
  };
  return {
    message: (event) => place(event, true),
    message_changed: (event) => place(event, false),
    ephemeral: (event) => place({ ...event, message: { ...event.message, ephemeral: true } }, true),
    message_deleted: ({ channel, ts }) => {
      const threadTs = dropMessage(channel, ts);
      emit("messages", { channel, threadTs });
      if (threadTs) emit("messages", { channel, threadTs: null });
    },
    status: (event) => {
      const key = threadKey(event.channel, event.thread_ts ?? "");
      if (event.text || event.stoppable) state.statuses.set(key, event);
      else state.statuses.delete(key);
      emit("status", event);
      if (event.text && isMine(event.channel, event.thread_ts)) onAnswer(event.channel, event.thread_ts);
    },
    modal: ({ views }) => {
      state.views = views ?? [];
      emit("modal");
    },
    home: ({ view }) => {
      state.home = view;
      emit("home");
    },
    prompts: (event) => {
      const items = Array.isArray(event.prompts) ? event.prompts : event.prompts?.prompts ?? [];
      state.prompts.set(event.channel, { title: event.title ?? event.prompts?.title ?? "", items });
      emit("prompts", event);
    },
    session: (event) => {
      state.sessions.set(threadKey(event.channel, event.thread_ts ?? ""), event);
      emit("status", event);
    },
    conversation: (event) => addConversation(event.conversation ?? event),
  };
}

const isMine = (channel, threadTs) => findRoot(channel, threadTs)?.user === state.me.id;

function addConversation({ id, name, kind, private: isPrivate }) {
  if (!id || state.conversations.some((one) => one.id === id)) return;
  state.conversations = [...state.conversations, { id, name, kind, private: Boolean(isPrivate) }];
  if (kind !== "dm" || findDm()?.id !== id) markUnread(id);
  emit("sidebar");
}
