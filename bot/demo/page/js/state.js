/** What the page knows: people, conversations, messages, and which of them is on the screen. */

/**
 * @typedef {Object} Message
 * @property {string} ts
 * @property {string} user
 * @property {string} username
 * @property {boolean} is_app
 * @property {string} text
 * @property {Object[]} blocks
 * @property {string} markdown text streamed so far
 * @property {?string} thread_ts
 * @property {number} reply_count
 * @property {?string} latest_reply
 * @property {boolean} edited
 * @property {boolean} streaming
 * @property {boolean} ephemeral
 * @property {Object[]} files
 */

export const state = {
  team: { id: "", name: "" },
  app: { name: "", user_id: "" },
  me: { id: "", name: "", title: "" },
  /** @type {Map<string, {id: string, name: string, title: string}>} */
  people: new Map(),
  /** @type {{id: string, name: string, kind: string, private: boolean}[]} */
  conversations: [],
  commands: [],
  /** @type {{title: string, text: string, as: string, at: string, draft: string}[]} `at` is "dm", "home" or a channel id */
  stories: [],
  /** What the app's manifest suggests in its messages until the app itself suggests something. */
  suggested: [],
  /** @type {Map<string, {title: string, items: {title: string, message: string}[]}>} by channel */
  prompts: new Map(),
  /** @type {Map<string, Object>} by "channel:thread_ts" */
  statuses: new Map(),
  sessions: new Map(),
  views: [],
  home: null,
  unread: new Set(),
  /** What is on the screen. `place` is a channel id or "home". */
  place: "",
  /** @type {?{channel: string, ts: string}} */
  thread: null,
};

const roots = new Map();
const replies = new Map();
const whispers = new Map();
const listeners = new Map();

/** Call `listener(detail)` whenever `topic` changes: messages, status, modal, home, prompts, sidebar, place, thread. */
export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
}

export function emit(topic, detail = {}) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export const threadKey = (channel, ts) => `${channel}:${ts}`;
const bucket = (map, key) => map.get(key) ?? map.set(key, new Map()).get(key);
const byTime = (a, b) => Number(a.ts) - Number(b.ts);

export function loadBootstrap(answer) {
  state.team = answer.team ?? state.team;
  state.app = answer.app ?? state.app;
  state.me = answer.me ?? state.me;
  state.people = new Map((answer.people ?? []).map((person) => [person.id, person]));
  state.conversations = answer.conversations ?? [];
  state.commands = answer.commands ?? [];
  state.stories = answer.stories ?? [];
  state.suggested = answer.prompts ?? [];
  emit("sidebar");
}

/** The app's direct message with this person, if it has been opened before. */
export const findDm = () => state.conversations.find((one) => one.kind === "dm");
export const findConversation = (id) => state.conversations.find((one) => one.id === id);
export const findRoot = (channel, ts) => roots.get(channel)?.get(ts);

/** The name to show for a user id, or the id itself when nobody has it. */
export function nameOf(userId) {
  if (userId === state.app.user_id) return state.app.name;
  return state.people.get(userId)?.name ?? userId;
}

/** Messages of a channel (roots only) or of a thread (root first), with what only this person sees, oldest first. */
export function listMessages(channel, threadTs = null) {
  const seen = threadTs
    ? [findRoot(channel, threadTs), ...bucket(replies, threadKey(channel, threadTs)).values()]
    : [...bucket(roots, channel).values()];
  const quiet = [...bucket(whispers, channel).values()].filter((one) => (one.thread_ts ?? null) === threadTs);
  const unique = new Map([...seen, ...quiet].filter(Boolean).map((one) => [one.ts, one]));
  return [...unique.values()].sort(byTime);
}

/** What was deleted, or dismissed by this person: the server still has the latter. */
const gone = new Set();
let turn = 0;
const touched = new Map();
const touch = (channel, ts) => touched.set(threadKey(channel, ts), (turn += 1));
const isTouchedSince = (mark, channel, ts) => (touched.get(threadKey(channel, ts)) ?? 0) > mark;

/** A mark to take before asking the server: what the stream tells after it is newer than the answer. */
export const takeMark = () => turn;

/** Replace what is known of a channel or thread by an answer of the server that was asked for at `mark`. */
export function putMessages(channel, threadTs, messages, mark) {
  const target = threadTs ? bucket(replies, threadKey(channel, threadTs)) : bucket(roots, channel);
  const quiet = bucket(whispers, channel);
  for (const ts of [...target.keys()]) if (!isTouchedSince(mark, channel, ts)) target.delete(ts);
  for (const [ts, one] of [...quiet]) if ((one.thread_ts ?? null) === threadTs && !isTouchedSince(mark, channel, ts)) quiet.delete(ts);
  if (threadTs && !messages.length) roots.get(channel)?.delete(threadTs);
  for (const message of messages) {
    if (isTouchedSince(mark, channel, message.ts) || gone.has(threadKey(channel, message.ts))) continue;
    if (message.ephemeral) bucket(whispers, channel).set(message.ts, { ...message, thread_ts: threadTs });
    else if (threadTs && message.ts === threadTs) bucket(roots, channel).set(message.ts, message);
    else target.set(message.ts, message);
  }
  emit("messages", { channel, threadTs });
}

/** Store one message that arrived or changed. Returns true when it was not known before. */
export function putMessage(channel, threadTs, message) {
  touch(channel, message.ts);
  const isReply = Boolean(threadTs) && threadTs !== message.ts;
  const whisper = message.ephemeral || bucket(whispers, channel).has(message.ts);
  const target = whisper
    ? bucket(whispers, channel)
    : isReply ? bucket(replies, threadKey(channel, threadTs)) : bucket(roots, channel);
  const isNew = !target.has(message.ts);
  target.set(message.ts, whisper ? { ...message, ephemeral: true, thread_ts: threadTs ?? null } : message);
  if (isReply && isNew && !whisper) countReply(channel, threadTs, message.ts);
  emit("messages", { channel, threadTs: isReply ? threadTs : null });
  return isNew;
}

/** The root may already carry this reply in its count: the server sends both, in either order. */
function countReply(channel, threadTs, ts) {
  const root = findRoot(channel, threadTs);
  if (!root || Number(root.latest_reply ?? 0) >= Number(ts)) return;
  roots.get(channel).set(threadTs, { ...root, reply_count: (root.reply_count ?? 0) + 1, latest_reply: ts });
  emit("messages", { channel, threadTs: null });
}

/** Forget a message wherever it is. Returns the thread it was a reply of, or null. */
export function dropMessage(channel, ts) {
  touch(channel, ts);
  gone.add(threadKey(channel, ts));
  bucket(whispers, channel).delete(ts);
  bucket(roots, channel).delete(ts);
  for (const [key, messages] of replies) {
    if (key.startsWith(`${channel}:`) && messages.delete(ts)) return key.slice(channel.length + 1);
  }
  return null;
}

export function markUnread(channel) {
  if (state.unread.has(channel)) return;
  state.unread.add(channel);
  emit("sidebar");
}

export function markRead(channel) {
  if (state.unread.delete(channel)) emit("sidebar");
}
