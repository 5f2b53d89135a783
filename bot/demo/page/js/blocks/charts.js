/** `data_visualization`: line, bar, area and pie as plain SVG, each with its figures as a table behind a fold. */
import { h, svg } from "../dom.js";
import { buildPie } from "./pie.js";

const WIDTH = 560;
const HEIGHT = 240;
const BOX = { left: 52, right: 12, top: 12, bottom: 40 };
const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const phone = window.matchMedia("(max-width: 719px)");
const SHORT = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

/** Round steps (1, 2, 2.5 or 5 times a power of ten) from at most zero to at least the greatest value. */
function ticksOf(low, high) {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => span / size <= 4.5);
  const ticks = [];
  for (let tick = Math.floor(low / step) * step; tick < high + step * 0.999; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return ticks;
}

function readSeries(chart) {
  const series = chart.series ?? [];
  const labels = chart.axis_config?.categories ?? (series[0]?.data ?? []).map((point) => point.label);
  const values = series.map((one) => {
    const byLabel = new Map((one.data ?? []).map((point) => [point.label, Number(point.value)]));
    return labels.map((label) => byLabel.get(label) ?? 0);
  });
  return { names: series.map((one) => one.name ?? ""), labels, values };
}

const tone = (index) => `series-${index % 6}`;

export function renderChart(block) {
  const chart = block.chart ?? {};
  const title = block.title ?? "";
  if (chart.type === "pie") {
    const segments = (chart.segments ?? []).map((one) => ({ label: one.label, value: Number(one.value) }));
    return frame(title, buildPie(title, segments, tone), segments.map((one) => one.label),
      [["", "Value"], ...segments.map((one) => [one.label, NUMBER.format(one.value)])]);
  }
  const { names, labels, values } = readSeries(chart);
  const rows = labels.map((label, at) => [label, ...values.map((line) => NUMBER.format(line[at]))]);
  return frame(title, buildAxes(title, chart, { names, labels, values }), names.length > 1 ? names : [], [["", ...names], ...rows]);
}

function frame(title, picture, legend, rows) {
  const [head, ...body] = rows;
  return h("figure", { class: "chart" },
    h("figcaption", {}, title),
    picture,
    legend.length > 0 && h("div", { class: "legend" }, legend.map((name, at) => h("span", {}, h("i", { class: `swatch ${tone(at)}` }), name))),
    h("details", {}, h("summary", {}, "Show the figures"), h("div", { class: "table-scroll" }, h("table", { class: "table" },
      h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)))),
      h("tbody", {}, body.map((row) => h("tr", {}, row.map((cell, at) => h(at ? "td" : "th", { class: at ? "align-right" : "" }, cell)))))))));
}

function buildAxes(title, chart, { names, labels, values }) {
  const all = values.flat();
  const ticks = ticksOf(Math.min(0, ...all), Math.max(0, ...all));
  const [low, high] = [ticks[0], ticks.at(-1)];
  const inner = { width: WIDTH - BOX.left - BOX.right, height: HEIGHT - BOX.top - BOX.bottom };
  const band = inner.width / Math.max(1, labels.length);
  const y = (value) => BOX.top + inner.height * (1 - (value - low) / (high - low || 1));
  const x = (at) => BOX.left + band * (at + 0.5);
  const scale = { x, y, band, zero: y(0), labels };
  const draw = { bar: drawBars, line: drawLine, area: drawArea }[chart.type] ?? drawBars;
  // Labels that would touch are left out evenly; letters are larger on a phone.
  const widest = Math.max(1, ...labels.map((label) => String(label).length));
  const every = Math.max(1, Math.ceil((widest * (phone.matches ? 11 : 7)) / band));
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart-picture", role: "img", "aria-label": `${title}: ${chart.type} chart` },
    ticks.map((tick) => [
      svg("line", { class: tick === 0 ? "axis" : "grid", x1: BOX.left, x2: WIDTH - BOX.right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: BOX.left - 8, y: y(tick) + 4, "text-anchor": "end", text: SHORT.format(tick) }),
    ]),
    values.map((line, at) => draw(line, at, values.length, scale, names[at])),
    labels.map((label, at) => at % every === 0 && svg("text", { class: "tick", x: x(at), y: HEIGHT - BOX.bottom + 18, "text-anchor": "middle", text: label })),
    chart.axis_config?.x_label && svg("text", { class: "axis-label", x: BOX.left + inner.width / 2, y: HEIGHT - 5, "text-anchor": "middle", text: chart.axis_config.x_label }),
    chart.axis_config?.y_label && svg("text", { class: "axis-label", x: -(BOX.top + inner.height / 2), y: 11, transform: "rotate(-90)", "text-anchor": "middle", text: chart.axis_config.y_label }));
}

const tip = (name, label, value) => svg("title", { text: `${name ? `${name}, ` : ""}${label}: ${NUMBER.format(value)}` });

function drawBars(line, at, count, { x, y, band, zero, labels }, name) {
  const width = Math.min(44, (band * 0.72) / count);
  const start = -(width * count) / 2 + width * at;
  return svg("g", { class: tone(at) }, line.map((value, column) => svg("rect", {
    class: "bar", x: x(column) + start, y: Math.min(y(value), zero), width: Math.max(1, width - 2), height: Math.abs(zero - y(value)), rx: 2,
  }, tip(name, labels[column], value))));
}

const pathOf = (line, { x, y }) => line.map((value, at) => `${at ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("");

function drawLine(line, at, count, scale, name) {
  return svg("g", { class: tone(at) }, svg("path", { class: "line", d: pathOf(line, scale) }),
    line.map((value, column) => svg("circle", { class: "dot", cx: scale.x(column), cy: scale.y(value), r: 3.5 }, tip(name, scale.labels[column], value))));
}

function drawArea(line, at, count, scale, name) {
  const ends = `L${scale.x(line.length - 1).toFixed(1)} ${scale.zero.toFixed(1)}L${scale.x(0).toFixed(1)} ${scale.zero.toFixed(1)}Z`;
  return svg("g", { class: tone(at) }, svg("path", { class: "area", d: pathOf(line, scale) + ends }), drawLine(line, at, count, scale, name));
}
