/** The workspace's HTTP interface for the page. Every call is made as one person. */

/** The server refused a call; `code` is its short error, `message` a sentence for a person. */
export class ApiError extends Error {
  constructor(code, status) {
    super(sentenceFor(code));
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }
}

const SENTENCES = {
  operation_timeout: "Attaché did not answer within three seconds. Please try again.",
  dispatch_failed: "Attaché is not connected right now. Please try again in a moment.",
  dispatch_unknown_error: "Attaché could not handle this. Please try again.",
  app_not_connected: "Attaché is not connected right now. Please try again in a moment.",
  unreachable: "The workspace can't be reached. Is it still running?",
  unknown_command: "This workspace does not know that command.",
  msg_too_long: "This message is too long to send.",
  not_in_channel: "You are not a member of this channel.",
  channel_not_found: "This conversation no longer exists.",
  user_not_found: "Nobody here has that name. Choose a person from the start page.",
  view_not_found: "This window is no longer open.",
  message_not_found: "This message is no longer here.",
  thread_not_found: "This thread is no longer here.",
  action_not_found: "This button has changed meanwhile. Please look again.",
  not_found: "This is no longer here.",
  session_not_found: "There is nothing left to stop.",
};

function sentenceFor(code) {
  const text = String(code || "unknown error");
  const known = Object.keys(SENTENCES).find((name) => text === name || text.endsWith(` ${name}`) || text.endsWith(`"${name}"`));
  if (known) return SENTENCES[known];
  return text.includes(" ") ? text : `That did not work (${text}).`;
}

let me = "";

/** Choose the person whom every later call speaks for. */
export function speakAs(userId) {
  me = userId;
}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
      cache: "no-store",
    });
  } catch {
    throw new ApiError("unreachable", 0);
  }
  let answer = {};
  try {
    answer = await response.json();
  } catch {
    if (response.ok) return {};
  }
  if (!response.ok || answer.ok === false) {
    if (answer.errors) return answer;
    throw new ApiError(answer.error || `http_${response.status}`, response.status);
  }
  return answer;
}

const post = (path, body) => call("POST", `/page/api/${path}`, { as: me, ...body });

function get(path, query) {
  const kept = Object.entries(query).filter(([, value]) => value);
  return call("GET", `/page/api/${path}?${new URLSearchParams(kept)}`);
}

export const fetchBootstrap = (as) => get("bootstrap", { as });
export const fetchMessages = (channel, threadTs) => get("messages", { as: me, channel, thread_ts: threadTs });
export const sendMessage = (channel, text, threadTs) =>
  post("messages", threadTs ? { channel, text, thread_ts: threadTs } : { channel, text });
export const runCommand = (channel, command, text) => post("commands", { channel, command, text });
export const sendAction = (payload) => post("actions", payload);
export const fetchSuggestions = (payload) => post("suggestions", payload);
export const submitView = (viewId, values) => post("views/submit", { view_id: viewId, state: { values } });
export const closeView = (viewId) => post("views/close", { view_id: viewId });
export const openHome = () => post("home", {});
export const openDm = () => post("dm", {});
export const stopSession = (channel, threadTs) => post("sessions/stop", { channel, thread_ts: threadTs });
export const streamUrl = () => `/page/api/stream?${new URLSearchParams({ as: me })}`;
