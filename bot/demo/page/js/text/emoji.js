/**
 * Emoji: the page draws the signs that matter on a service call itself, so that they look the same everywhere
 * and are there on a machine without an emoji font; all others are characters.
 */
import { h, svg } from "../dom.js";
import { EMOJI_CODES } from "./emoji_codes.js";

const triangle = ["M12 3 2.5 20.5h19Z", "amber"];
const disc = (tone) => ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z", tone];
const tile = (tone) => ["M6 3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3Z", tone];
const page = ["M6 2.5h8l4.5 4.5v14.5H6Z", "paper"];

/** Layers of [path, tone]; a tone ending in "-line" is stroked instead of filled. */
const ART = {
  warning: [triangle, ["M12 9v5.5m0 2.800v.2", "ink-line"]],
  white_check_mark: [tile("green"), ["M7 12.5l3.5 3.5L17 8.5", "white-line"]],
  heavy_check_mark: [["M4.5 12.5l5 5L20 6.5", "green-line"]],
  x: [["M5.5 5.5l13 13m0-13-13 13", "red-line"]],
  no_entry: [disc("red"), ["M7.5 12h9", "white-line"]],
  rotating_light: [["M6.5 17v-5a5.5 5.5 0 0 1 11 0v5Z", "red"], ["M4.5 17.5h15v3h-15Z", "steel"], ["M12 2v2M4.5 4.5l1.5 1.5m13.5-1.5-1.5 1.5", "amber-line"]],
  wrench: [["M20.5 6.5 17 10l-3-3 3.5-3.5a5.5 5.5 0 0 0-7.200 7.200L3 18a2.100 2.100 0 0 0 3 3l7.300-7.300a5.5 5.5 0 0 0 7.200-7.200Z", "steel"]],
  zap: [["M13.5 2 4.5 13.5h6L9.5 22l10-12.5h-6.5Z", "amber"]],
  fire: [["M12.5 2c.5 4-4.5 5.5-5.5 10.5a6.5 6.5 0 0 0 10.800 5.800C21 15 19 10.5 16.5 8.5c0 2-.8 3-2 3.5C15 8.5 15 4.5 12.5 2Z", "orange"], ["M12 13c-2 1.800-3 3.200-2.5 5.200a2.800 2.800 0 0 0 5.200-.2c.5-2-1-3.200-2.700-5Z", "amber"]],
  snowflake: [["M12 3v18M4.200 7.5l15.600 9m0-9-15.600 9M9.5 4.5 12 7l2.5-2.5m-5 15L12 17l2.5 2.5", "blue-line"]],
  droplet: [["M12 2.5c4 5 6.5 8 6.5 11.5a6.5 6.5 0 0 1-13 0C5.5 10.5 8 7.5 12 2.5Z", "blue"]],
  bulb: [["M12 2.5a6.5 6.5 0 0 0-3.5 12V17h7v-2.5a6.5 6.5 0 0 0-3.5-12Z", "amber"], ["M9.5 19.5h5m-4 2h3", "steel-line"]],
  bell: [["M5 17.5c1.5-1.5 1.800-3.5 1.800-7a5.200 5.200 0 0 1 10.400 0c0 3.5.3 5.5 1.800 7Z", "amber"], ["M10.5 20.5h3M12 3V2.5", "steel-line"]],
  mag: [["M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm4.800 11.300 5.200 5.200", "steel-line"]],
  books: [["M4 4h4v16H4Z", "red"], ["M9 4h4v16H9Z", "green"], ["M14.5 5l4-1 3 15.5-4 1Z", "blue"]],
  book: [["M3 5c3-1.5 6-1.5 9 .5v15c-3-2-6-2-9-.5ZM21 5c-3-1.5-6-1.5-9 .5v15c3-2 6-2 9-.5Z", "blue"]],
  page_facing_up: [page, ["M9 11h6.5M9 14.5h6.5M9 18h4", "steel-line"]],
  memo: [page, ["M9 10h6M9 13.5h4", "steel-line"], ["M21 11l-7.5 7.5-.8 2.700 2.700-.8L23 13Z", "amber"]],
  clipboard: [["M5 4h14v17.5H5Z", "orange"], ["M7 7h10v12.5H7Z", "paper"], ["M9 2.5h6V6H9Z", "steel"]],
  calendar: [["M4 5h16v15.5H4Z", "paper"], ["M4 5h16v4.5H4Z", "red"], ["M8 3.5v3M16 3.5v3M8 13.5h2m3 0h3m-8 3.5h2m3 0h3", "steel-line"]],
  hourglass_flowing_sand: [["M6.5 3h11v3.5L13.5 12l4 5.5V21h-11v-3.5l4-5.5-4-5.5Z", "paper"], ["M9 19.5 12 15l3 4.5Z", "amber"], ["M6 3h12M6 21h12", "steel-line"]],
  moneybag: [["M9 3h6l-1.5 4c4 2 6 6 5.5 10-.3 2.5-2 4-7 4s-6.700-1.5-7-4C4.5 13 6.5 9 10.5 7Z", "amber"], ["M14.5 12.3c-2.5-1-4.5.3-4.5 2.2s2 3.200 4.5 2.2m-5.500-3h3m-3 1.800h3", "ink-thin"]],
  chart_with_upwards_trend: [["M3 4h18v16H3Z", "paper"], ["M6 16l4-5 3.5 2.5L18 7.5", "red-line"]],
  bar_chart: [["M3 4h18v16H3Z", "paper"], ["M6 12h3v6H6Z", "green"], ["M10.5 7h3v11h-3Z", "blue"], ["M15 10h3v8h-3Z", "red"]],
  tada: [["M3 21 8 8.5l7.5 7.5Z", "amber"], ["M13 8.5c.5-2 2-3 4-2.5M15.5 11.5c2.5-1.5 4-.5 5 1M10.5 6V3", "red-line"], ["M19 3.5v.2M21 7.5v.2M14 2.5v.2", "blue-line"]],
  star: [["M12 2.5l2.900 6.200 6.600.8-4.900 4.600 1.300 6.700L12 17.5l-5.900 3.300 1.300-6.700-4.900-4.600 6.600-.8Z", "amber"]],
  sparkles: [["M10 4l1.800 5.200L17 11l-5.200 1.800L10 18l-1.800-5.200L3 11l5.200-1.800Z", "amber"], ["M18 14l.9 2.600 2.600.9-2.600.9L18 21l-.9-2.600-2.600-.9 2.600-.9ZM18.5 3l.7 1.800 1.800.7-1.800.7-.7 1.800-.7-1.800L16 5.5l1.800-.7Z", "orange"]],
  package: [["M3.5 7.5 12 3l8.5 4.5v9L12 21l-8.5-4.5Z", "orange"], ["M3.5 7.5 12 12l8.5-4.5M12 12v9", "ink-line"]],
  handshake: [["M2 8h6l4 3 4-3h6v8h-4l-6 4.5L6 16H2Z", "orange"], ["M12 11l-3 3m3-3 4.5 4", "ink-line"]],
  round_pushpin: [["M12 13v8", "steel-line"], ["M12 3a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z", "red"]],
  shield: [["M12 2.5 20 5v6.5c0 5-3.5 8-8 10-4.5-2-8-5-8-10V5Z", "blue"], ["M8.5 12l2.5 2.5 4.5-5", "white-line"]],
  lock: [["M5 10.5h14V21H5Z", "amber"], ["M8 10.5V8a4 4 0 0 1 8 0v2.5", "steel-line"]],
  information_source: [tile("blue"), ["M12 11v6m0-9.5v.2", "white-line"]],
  question: [["M8.5 8.5a3.5 3.5 0 1 1 5.5 3c-1.5 1-2 1.700-2 3.5m0 3.800v.2", "red-line"]],
  exclamation: [["M12 4v10.5m0 4.300v.2", "red-line"]],
  wave: [["M7.5 21c-3-2-4.5-6-4-10l2-.5 1.5 4-.5-9 2-.3 1.5 7V3.5h2l.5 8.5 2-7 2 .5-1 8 2.5-3 1.5 1-3 7.5c-1 2.5-3 4-5.5 4Z", "amber"]],
  thumbsup: [["M7.5 10.5 11.5 3c1.800 0 2.5 1.200 2.200 2.800L13 9.5h5.5c1.400 0 2.200 1.100 2 2.400l-1.100 6.300c-.2 1.300-1.100 2.300-2.600 2.300H7.5Z", "amber"], ["M3 10.5h3.5v10H3Z", "blue"]],
  thumbsdown: [["M7.5 13.5l4 7.5c1.800 0 2.5-1.200 2.200-2.800L13 14.5h5.5c1.400 0 2.200-1.100 2-2.400l-1.100-6.300c-.2-1.300-1.100-2.300-2.600-2.300H7.5Z", "amber"], ["M3 3.5h3.5v10H3Z", "blue"]],
  red_circle: [disc("red")],
  large_yellow_circle: [disc("amber")],
  large_green_circle: [disc("green")],
  large_blue_circle: [disc("blue")],
  white_circle: [disc("paper")],
  heart: [["M12 20.5C6 16 2.5 12.5 2.5 8.5a5 5 0 0 1 9.5-2 5 5 0 0 1 9.5 2c0 4-3.5 7.5-9.5 12Z", "red"]],
};

const SAME = { date: "calendar", "+1": "thumbsup", "-1": "thumbsdown", open_book: "book", hourglass: "hourglass_flowing_sand", mag_right: "mag", pencil: "memo", heavy_exclamation_mark: "exclamation", hammer_and_wrench: "wrench" };

function draw(layers) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    layers.map(([path, tone]) => svg("path", { d: path, class: `art-${tone}` })));
}

/** The emoji for a short code, or null when it is not known (the code then stays text). */
export function buildEmoji(code) {
  const layers = ART[SAME[code] ?? code];
  if (!layers && !EMOJI_CODES[code]) return null;
  return h("span", { class: "emoji", role: "img", "aria-label": code.replace(/_/g, " "), title: `:${code}:` },
    layers ? draw(layers) : EMOJI_CODES[code]);
}

/** A rich_text emoji element: known code, its code points, or the code as text. */
export function buildEmojiFrom(part) {
  const known = buildEmoji(part.name);
  if (known) return known;
  const points = String(part.unicode ?? "").split("-").map((hex) => parseInt(hex, 16));
  const shown = points.length && points.every((point) => point > 0 && point <= 0x10ffff)
    ? String.fromCodePoint(...points) : `:${part.name}:`;
  return h("span", { class: "emoji", role: "img", "aria-label": part.name }, shown);
}
