/** The server's event stream, with its own retry because a browser gives up after an HTTP error. */
import { streamUrl } from "./api.js";

const RETRY_MS = [500, 1000, 2000, 4000, 5000];

/**
 * Open the stream and keep it open.
 * @param {Object} handlers
 * @param {(event: Object) => void} handlers.onEvent one parsed event
 * @param {(isFirst: boolean) => void} handlers.onOpen connected; events may have been missed unless it is the first time
 * @param {() => void} handlers.onLost no connection; a retry is under way
 * @returns {() => void} closes the stream for good
 */
export function openStream({ onEvent, onOpen, onLost }) {
  let source = null;
  let timer = 0;
  let attempts = 0;
  let opened = false;
  let closed = false;

  const connect = () => {
    if (closed) return;
    source?.close();
    source = new EventSource(streamUrl());
    source.onopen = () => {
      attempts = 0;
      onOpen(!opened);
      opened = true;
    };
    source.onmessage = (message) => {
      let event;
      try {
        event = JSON.parse(message.data);
      } catch {
        return;
      }
      onEvent(event);
    };
    source.onerror = () => {
      source.close();
      if (closed) return;
      onLost();
      clearTimeout(timer);
      timer = setTimeout(connect, RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)]);
      attempts += 1;
    };
  };

  const wake = () => {
    if (document.visibilityState === "visible" && source?.readyState === EventSource.CLOSED) {
      clearTimeout(timer);
      connect();
    }
  };
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", wake);
  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    source?.close();
    document.removeEventListener("visibilitychange", wake);
    window.removeEventListener("online", wake);
  };
}
