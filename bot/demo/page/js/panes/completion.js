/** The list above the composer: commands after "/", people after "@". */
import { fill, h, uniqueId } from "../dom.js";
import { state } from "../state.js";
import { buildAvatar } from "./message.js";

const MAX_SHOWN = 8;

export class Completion {
  constructor({ field, withCommands, testid }) {
    this.field = field;
    this.withCommands = withCommands;
    this.choices = [];
    this.active = 0;
    const id = uniqueId("completion");
    this.root = h("ul", { class: "completion", role: "listbox", id, hidden: true, "aria-label": "Suggestions", data: { testid } });
    field.setAttribute("aria-controls", id);
    field.addEventListener("input", () => this.update());
    field.addEventListener("click", () => this.update());
    field.addEventListener("blur", () => this.close());
  }

  close() {
    this.choices = [];
    this.root.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  update() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    this.choices = this.find(before);
    this.active = 0;
    if (!this.choices.length) return this.close();
    return this.draw();
  }

  find(before) {
    const command = /^\/(\S*)$/.exec(before);
    if (command && this.withCommands) return this.findCommands(command[1]);
    const usage = /^(\/\S+) /.exec(this.field.value);
    const hint = usage && this.withCommands ? this.findUsage(usage[1]) : [];
    if (hint.length) return hint;
    const mention = /(?:^|\s)@([\p{L}\p{N}]*(?: [\p{L}\p{N}]*)?)$/u.exec(before);
    return mention ? this.findPeople(mention[1]) : [];
  }

  findCommands(typed) {
    const wanted = typed.toLowerCase();
    return state.commands.filter((one) => one.command.slice(1).toLowerCase().startsWith(wanted))
      .slice(0, MAX_SHOWN)
      .map((one) => ({ title: one.command, note: one.usage_hint, detail: one.description, insert: `${one.command} `, from: typed.length + 1 }));
  }

  /** Behind a whole command: what it takes, as a line that can't be chosen. */
  findUsage(command) {
    const known = state.commands.find((one) => one.command === command);
    if (!known?.usage_hint) return [];
    return [{ title: command, note: known.usage_hint, detail: known.description, insert: null, from: 0 }];
  }

  findPeople(typed) {
    const wanted = typed.toLowerCase();
    const everyone = [{ id: state.app.user_id, name: state.app.name, title: "App", isApp: true }, ...state.people.values()];
    if (!typed.includes(" ") || everyone.some((one) => one.name.toLowerCase().startsWith(wanted))) {
      return everyone.filter((one) => one.name.toLowerCase().split(" ").some((part) => part.startsWith(wanted)) || one.name.toLowerCase().startsWith(wanted))
        .filter((one) => one.name.toLowerCase() !== wanted)
        .slice(0, MAX_SHOWN)
        .map((one) => ({ title: one.name, detail: one.title, avatar: one, insert: `@${one.name} `, from: typed.length + 1 }));
    }
    return [];
  }

  draw() {
    fill(this.root, this.choices.map((choice, at) => h("li", {
      class: choice.insert ? "completion-item" : "completion-item is-usage",
      role: "option",
      id: uniqueId("choice"),
      "aria-selected": String(at === this.active && Boolean(choice.insert)),
      on: { mousedown: (event) => { event.preventDefault(); this.choose(choice); } },
    },
    choice.avatar && buildAvatar(choice.avatar.id, choice.avatar.name, choice.avatar.isApp),
    h("span", { class: "completion-text" },
      h("span", {}, h("strong", {}, choice.title), choice.note && h("code", {}, choice.note)),
      choice.detail && h("small", {}, choice.detail)))));
    this.root.hidden = false;
    const row = this.root.children[this.active];
    if (row) this.field.setAttribute("aria-activedescendant", row.id);
    row?.scrollIntoView({ block: "nearest" });
  }

  choose(choice) {
    if (!choice.insert) return;
    const end = this.field.selectionStart;
    const start = end - choice.from;
    this.field.setRangeText(choice.insert, start, end, "end");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.focus();
  }

  /** Returns true when the key belonged to the list. */
  handleKey(event) {
    if (this.root.hidden) return false;
    if (!this.choices[this.active]?.insert) {
      if (event.key === "Escape") this.close();
      return false;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.active = (this.active + step + this.choices.length) % this.choices.length;
      this.draw();
    } else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) {
      // A command typed to its end is sent by Enter, not completed once more.
      const exact = this.choices[this.active].title === this.field.value.trim();
      if (event.key === "Enter" && exact) return false;
      this.choose(this.choices[this.active]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else return false;
    event.preventDefault();
    return true;
  }
}
