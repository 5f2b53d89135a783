/** Tables: `table` as it is, `data_table` with sorting and pages. */
import { add, fill, h, icon } from "../dom.js";
import { renderRichText } from "../text/rich_text.js";

const DEFAULT_PAGE_SIZE = 5;

function buildCell(cell) {
  if (cell?.type === "rich_text") return renderRichText(cell);
  if (cell?.type === "raw_number") return cell.text ?? String(cell.value ?? "");
  return cell?.text ?? "";
}

const isNumber = (cell) => cell?.type === "raw_number";

function classOf(settings, cell) {
  const align = settings?.align ?? (isNumber(cell) ? "right" : "left");
  return `align-${["left", "center", "right"].includes(align) ? align : "left"}${settings?.is_wrapped ? " wraps" : ""}`;
}

/** A table wider than its place scrolls inside a box that the keyboard can reach. */
const scrollBox = (table, label) => h("div", { class: "table-scroll", role: "region", tabindex: "0", "aria-label": label }, table);

export function renderTable(block) {
  const settings = block.column_settings ?? [];
  const [head = [], ...rows] = block.rows ?? [];
  const table = h("table", { class: "table" },
    h("thead", {}, h("tr", {}, head.map((cell, column) => h("th", { scope: "col", class: classOf(settings[column], cell) }, buildCell(cell))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, column) => h("td", { class: classOf(settings[column], cell) }, buildCell(cell)))))));
  return h("div", {}, scrollBox(table, "Table"));
}

const sortKey = (cell) => (isNumber(cell) ? cell.value : cell?.type === "rich_text" ? renderRichText(cell).textContent : cell?.text ?? "");

function compareCells(a, b) {
  const [left, right] = [sortKey(a), sortKey(b)];
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), undefined, { numeric: true });
}

export function renderDataTable(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const pageSize = Math.max(1, block.page_size ?? DEFAULT_PAGE_SIZE);
  const titleColumn = block.row_header_column_index ?? 0;
  const pages = Math.max(1, Math.ceil(rows.length / pageSize));
  const sort = { column: -1, down: false };
  let page = 0;
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => isNumber(row[column])));
  const body = h("tbody");
  const headers = head.map((cell, column) => {
    const button = h("button", { type: "button", class: "sort", on: { click: () => sortBy(column) } }, buildCell(cell), icon("down"));
    return h("th", { scope: "col", class: numeric[column] ? "align-right" : "align-left" }, button);
  });
  const caption = h("span", { class: "pager-text" });
  const step = (label, name, change) => h("button", {
    type: "button", class: `icon-button pager-${name}`, "aria-label": label, on: { click: () => { page += change; draw(); } },
  }, icon("back"));
  const [before, after] = [step("Previous page", "before", -1), step("Next page", "after", 1)];

  function sortBy(column) {
    sort.down = sort.column === column ? !sort.down : false;
    sort.column = column;
    page = 0;
    draw();
  }
  function draw() {
    const ordered = sort.column < 0 ? rows : [...rows].sort((a, b) => compareCells(a[sort.column], b[sort.column]) * (sort.down ? -1 : 1));
    const first = page * pageSize;
    const part = ordered.slice(first, first + pageSize);
    fill(body, part.map((row) => h("tr", {}, row.map((cell, column) => h(column === titleColumn ? "th" : "td",
      { scope: column === titleColumn ? "row" : null, class: isNumber(cell) ? "align-right" : "align-left" }, buildCell(cell))))));
    headers.forEach((header, column) => {
      const order = sort.down ? "descending" : "ascending";
      header.setAttribute("aria-sort", sort.column === column ? order : "none");
    });
    caption.textContent = `${first + 1}–${first + part.length} of ${rows.length}`;
    before.disabled = page === 0;
    after.disabled = page >= pages - 1;
  }
  draw();
  const table = h("table", { class: "table data-table" }, h("caption", {}, block.caption ?? ""), h("thead", {}, h("tr", {}, headers)), body);
  const node = h("div", {}, scrollBox(table, block.caption ?? "Table"));
  if (pages > 1) add(node, h("div", { class: "pager" }, caption, before, after));
  return node;
}
