/** Times as a person reads them. Slack timestamps are seconds since 1970 with six decimals. */

// The page and the app's own words are English; one style for both, as in "2 Jan 2027, 14:05".
const LOCALE = "en-GB";
const TIME = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long" });
const FULL = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "short" });

const toDate = (ts) => new Date(Number(ts) * 1000);

export const formatTime = (ts) => TIME.format(toDate(ts));
/** The time without "AM" or "PM", for where there is little room and a full one near by. */
export const formatShortTime = (ts) => TIME.formatToParts(toDate(ts))
  .filter((one) => one.type !== "dayPeriod").map((one) => one.value).join("").trim();
export const formatFull = (ts) => FULL.format(toDate(ts));

/** A key that is equal for two times of the same local day. */
export const dayKey = (ts) => toDate(ts).toDateString();

/** "Today", "Yesterday", or the weekday and date. */
export function formatDay(ts) {
  const day = toDate(ts);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day.toDateString() === today.toDateString()) return "Today";
  if (day.toDateString() === yesterday.toDateString()) return "Yesterday";
  return DAY.format(day);
}

const part = (options) => (date) => new Intl.DateTimeFormat(LOCALE, options).format(date);
const LONG = part({ year: "numeric", month: "long", day: "numeric" });
const SHORT = part({ year: "numeric", month: "short", day: "numeric" });

function pretty(date, format) {
  const near = formatDay(date.getTime() / 1000);
  return near === "Today" || near === "Yesterday" ? near.toLowerCase() : format(date);
}

const TOKENS = {
  date_num: (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((number) => String(number).padStart(2, "0")).join("-"),
  date_slash: part({ year: "numeric", month: "2-digit", day: "2-digit" }),
  date: LONG,
  date_short: SHORT,
  date_long: part({ weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  date_pretty: (date) => pretty(date, LONG),
  date_short_pretty: (date) => pretty(date, SHORT),
  date_long_pretty: (date) => pretty(date, TOKENS.date_long),
  time: part({ hour: "2-digit", minute: "2-digit" }),
  time_secs: part({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago: (date) => `${Math.max(0, Math.round((Date.now() - date.getTime()) / 60000))} minutes ago`,
  day_divider_pretty: (date) => formatDay(date.getTime() / 1000),
};

/** Fill Slack's date tokens such as `{date_short_pretty} at {time}`; the fallback when the time is no number. */
export function formatDateTokens(epochSeconds, format, fallback) {
  const seconds = Number(epochSeconds);
  if (!Number.isFinite(seconds)) return fallback || format;
  const date = new Date(seconds * 1000);
  return String(format).replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}
