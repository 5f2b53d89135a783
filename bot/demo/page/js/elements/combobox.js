/** A search field with a list of suggestions; one choice, or several as removable chips. */
import { fill, h, icon, uniqueId } from "../dom.js";
import { textNodes, wordsOf } from "../text/mrkdwn.js";

const TYPING_PAUSE_MS = 200;

/**
 * @param {Object} options
 * @param {Object} options.element the Block Kit element (placeholder, max_selected_items)
 * @param {{labelId?: string, describedBy?: string}} options.labels
 * @param {boolean} options.many
 * @param {Object} options.data dataset of the input
 * @param {Object[]} options.chosen option objects
 * @param {(text: string) => Object[]|Promise<Object[]>} options.find groups of options for what was typed
 * @param {number} options.minLength characters needed before `find` is asked
 * @param {(items: Object[], control: HTMLElement) => void} options.onChange
 */
export function buildCombobox({ element, labels, many, data, chosen, find, minLength, onChange }) {
  const listId = uniqueId("list");
  let items = [...chosen];
  let shown = [];
  let active = -1;
  let asked = 0;
  let timer = 0;

  const placeholder = element.placeholder?.text ?? "Search…";
  const input = h("input", {
    class: "combobox-input", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list",
    "aria-labelledby": labels.labelId, "aria-label": labels.labelId ? null : placeholder,
    "aria-describedby": labels.describedBy, data: { ...data, autofocus: element.focus_on_load ? "yes" : null },
  });
  const chips = h("span", { class: "chips" });
  const list = h("ul", { class: "listbox", role: "listbox", id: listId, hidden: true });
  const root = h("div", { class: "combobox field" }, chips, input, list);

  const drawChoice = () => {
    input.placeholder = items.length && many ? "" : placeholder;
    if (!many) {
      input.value = items.length ? wordsOf(items[0].text) : "";
      return;
    }
    fill(chips, items.map((item) => h("span", { class: "chip" }, h("span", {}, textNodes(item.text)),
      h("button", { type: "button", class: "chip-remove", "aria-label": `Remove ${wordsOf(item.text)}`, on: { click: () => remove(item) } },
        icon("close")))));
  };
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const change = (next) => {
    items = next;
    drawChoice();
    onChange(items, root);
  };
  const remove = (item) => {
    change(items.filter((one) => one.value !== item.value));
    input.focus();
  };
  const choose = (item) => {
    close();
    if (!many) change([item]);
    else if (!items.some((one) => one.value === item.value) && items.length < (element.max_selected_items ?? 100)) {
      input.value = "";
      change([...items, item]);
    }
  };
  const highlight = (index) => {
    active = index;
    list.querySelectorAll("[role=option]").forEach((row, at) => row.setAttribute("aria-selected", String(at === index)));
    const row = list.querySelector("[aria-selected=true]");
    if (row) {
      input.setAttribute("aria-activedescendant", row.id);
      list.scrollTop = Math.min(Math.max(list.scrollTop, row.offsetTop + row.offsetHeight - list.clientHeight), row.offsetTop);
    }
  };
  // The field first, then as much of its list as there is room for.
  const keepInSight = () => {
    list.scrollIntoView({ block: "nearest" });
    root.scrollIntoView({ block: "nearest" });
  };
  const say = (text) => fill(list, h("li", { class: "listbox-note" }, text));
  const draw = (groups) => {
    const taken = new Set(many ? items.map((item) => item.value) : []);
    const rest = groups.map((group) => ({ ...group, options: group.options.filter((item) => !taken.has(item.value)) }));
    shown = rest.flatMap((group) => group.options);
    if (!shown.length) return say("Nothing found");
    fill(list, rest.map((group) => [
      group.label && group.options.length && h("li", { class: "listbox-group", role: "presentation" }, group.label),
      group.options.map((item) => buildOption(item, choose)),
    ]));
    return highlight(0);
  };
  const search = async () => {
    const text = input.value.trim();
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    shown = [];
    if (text.length < minLength) return say(minLength > 1 ? `Type ${minLength} letters or more` : "Type to search");
    asked += 1;
    const turn = asked;
    if (!list.children.length) say("Searching…");
    try {
      const groups = await find(text);
      if (turn === asked && !list.hidden) draw(groups);
    } catch (error) {
      if (turn === asked) say(error.message);
    }
    return keepInSight();
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, TYPING_PAUSE_MS);
  });
  input.addEventListener("focus", () => {
    if (!many) input.select();
    search();
  });
  input.addEventListener("click", () => list.hidden && search());
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    close();
    if (many || !items.length) input.value = "";
    else if (!input.value.trim()) change([]);
    else drawChoice();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) search();
      else if (shown.length) highlight((active + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (shown[active]) choose(shown[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && many && !input.value && items.length) remove(items.at(-1));
  });
  root.addEventListener("click", (event) => {
    if (event.target === root || event.target === chips) input.focus();
  });
  drawChoice();
  return root;
}

function buildOption(item, choose) {
  return h("li", {
    class: "listbox-option", role: "option", id: uniqueId("option"), "aria-selected": "false", data: { value: item.value },
    // mousedown, because the click comes after the field's blur has closed the list.
    on: { mousedown: (event) => { event.preventDefault(); choose(item); } },
  }, h("span", {}, textNodes(item.text)), item.description && h("small", {}, textNodes(item.description)));
}
