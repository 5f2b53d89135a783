/** Where a person writes: grows with the text, completes commands and names, keeps a draft per conversation. */
import { h, icon } from "../dom.js";
import { Completion } from "./completion.js";

const drafts = new Map();

export class Composer {
  /**
   * @param {Object} options
   * @param {string} options.testid of the text field; the button, the list and the note have it with "send", "completion", "-note"
   * @param {boolean} options.withCommands whether "/" starts a command here
   * @param {(text: string) => Promise<void>} options.onSend rejects with an ApiError when nothing was sent
   */
  constructor({ testid, withCommands, onSend }) {
    this.onSend = onSend;
    this.key = "";
    this.field = h("textarea", {
      class: "composer-field", rows: "1", maxlength: "60000", enterkeyhint: "send", autocomplete: "off",
      data: { testid }, "aria-label": "Message",
    });
    this.send = h("button", { type: "button", class: "composer-send", "aria-label": "Send", title: "Send (Enter)", data: { testid: testid.replace("composer", "send") } },
      icon("send"));
    this.note = h("p", { class: "composer-note", role: "alert", hidden: true, data: { testid: `${testid}-note` } });
    this.box = h("div", { class: "composer-box" }, this.field, this.send);
    this.completion = new Completion({ field: this.field, withCommands, testid: testid.replace("composer", "completion") });
    this.root = h("div", { class: "composer" }, this.completion.root, this.note, this.box);
    this.field.addEventListener("input", () => this.grow());
    this.field.addEventListener("keydown", (event) => this.onKey(event));
    this.send.addEventListener("click", () => this.submit());
    this.grow();
  }

  /** Turn to another conversation: keep the draft of the last one, bring back the draft of this one. */
  turnTo(key, placeholder) {
    if (key !== this.key) {
      if (this.key) drafts.set(this.key, this.field.value);
      this.key = key;
      this.field.value = drafts.get(key) ?? "";
      this.say("");
    }
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    this.completion.close();
    this.grow();
  }

  get hasDraft() {
    return Boolean(this.field.value.trim());
  }

  /** Put words into the field for the person to send. */
  prefill(text) {
    this.field.value = text;
    this.grow();
    this.focus();
    this.field.setSelectionRange(text.length, text.length);
    this.completion.update();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  say(text) {
    this.note.hidden = !text;
    this.note.textContent = text;
  }

  grow() {
    this.send.disabled = !this.field.value.trim();
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 220)}px`;
  }

  onKey(event) {
    if (event.isComposing || this.completion.handleKey(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.submit();
  }

  async submit() {
    const text = this.field.value.trim();
    const key = this.key;
    if (!text) return;
    this.field.value = "";
    this.say("");
    this.completion.close();
    this.grow();
    this.root.classList.add("is-sending");
    try {
      await this.onSend(text);
    } catch (error) {
      // What was typed must not be lost; another draft may have begun meanwhile, or the person has moved on.
      if (this.key !== key) drafts.set(key, text);
      else if (!this.hasDraft) this.field.value = text;
      this.say(error.message);
      this.grow();
    } finally {
      this.root.classList.remove("is-sending");
    }
  }
}
