/** Links: only http, https and mailto become clickable; everything else stays text. */
import { h } from "../dom.js";

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The address in normal form, or null when it is no address that may be clicked. */
export function safeUrl(address) {
  const text = String(address ?? "").trim();
  if (!/^(https?:\/\/|mailto:)/i.test(text)) return null;
  try {
    const url = new URL(text);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * A link, or its label as plain text when the address is not safe.
 * @param {string} address
 * @param {string|Node|Node[]} label
 */
export function buildLink(address, label, className = "link") {
  const url = safeUrl(address);
  if (!url) return h("span", { class: "link-refused", title: "This address can't be opened from here" }, label);
  return h("a", { class: className, href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** An address of this server, as an absolute URL; null for any other: the page loads nothing from elsewhere. */
export function localUrl(address) {
  try {
    const url = new URL(String(address ?? ""), location.origin);
    return address && url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}

/** The place in the page's own address, or in the one that a permalink is redirected to; null when it names none. */
export function readPlace(query) {
  const place = query.get("at") ?? query.get("channel");
  const ts = query.get("ts");
  return place ? { place, threadTs: query.get("thread") ?? query.get("thread_ts"), ts, draft: query.get("draft") } : null;
}

/** Where in this workspace an address leads (a message's permalink), or null when it leads elsewhere. */
export function findPlace(address) {
  let url;
  try {
    url = new URL(address, location.href);
  } catch {
    return null;
  }
  if (url.origin !== location.origin) return null;
  const archive = /^\/archives\/([A-Z0-9]+)(?:\/p(\d{10,})(\d{6}))?$/.exec(url.pathname);
  if (archive) {
    const [, channel, seconds, fraction] = archive;
    const ts = seconds ? `${seconds}.${fraction}` : null;
    return { place: channel, threadTs: url.searchParams.get("thread_ts"), ts };
  }
  return url.pathname === "/" ? readPlace(url.searchParams) : null;
}
