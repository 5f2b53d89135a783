/** A pie chart: slices clockwise from noon, in the order given. */
import { svg } from "../dom.js";

const SIZE = 220;
const RADIUS = 100;

const pointAt = (turn) => {
  const angle = (turn - 0.25) * 2 * Math.PI;
  return `${(SIZE / 2 + RADIUS * Math.cos(angle)).toFixed(2)} ${(SIZE / 2 + RADIUS * Math.sin(angle)).toFixed(2)}`;
};

/**
 * @param {string} title
 * @param {{label: string, value: number}[]} segments negative values count as nothing
 * @param {(index: number) => string} tone class of a slice
 */
export function buildPie(title, segments, tone) {
  const values = segments.map((one) => Math.max(0, one.value || 0));
  const total = values.reduce((sum, value) => sum + value, 0);
  let turn = 0;
  const slices = segments.map((one, at) => {
    const share = total ? values[at] / total : 0;
    const start = turn;
    turn += share;
    const label = svg("title", { text: `${one.label}: ${(share * 100).toFixed(1)} %` });
    if (share > 0.9999) return svg("circle", { class: `slice ${tone(at)}`, cx: SIZE / 2, cy: SIZE / 2, r: RADIUS }, label);
    if (share === 0) return null;
    const d = `M${SIZE / 2} ${SIZE / 2}L${pointAt(start)}A${RADIUS} ${RADIUS} 0 ${share > 0.5 ? 1 : 0} 1 ${pointAt(turn)}Z`;
    return svg("path", { class: `slice ${tone(at)}`, d }, label);
  });
  return svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "pie-picture", role: "img", "aria-label": `${title}: pie chart` }, slices);
}
