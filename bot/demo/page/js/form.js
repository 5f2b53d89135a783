/** What a person has entered into the fields of one message or view; outlives a re-render of its blocks. */

const forms = new Map();

export class Form {
  constructor() {
    this.values = new Map();
    this.fields = new Map();
    this.errors = new Map();
  }

  /** Forget which fields are on the screen; called before a render, which declares them again. */
  begin() {
    this.fields.clear();
  }

  /**
   * Declare a field. Returns what was entered before, or `initial`.
   * @param {Object} field
   * @param {string} field.blockId
   * @param {string} field.actionId
   * @param {Object} field.initial a state value, such as {type: "plain_text_input", value: null}
   * @param {boolean} [field.optional]
   * @param {(value: Object) => ?string} [field.check] a sentence when the value can't be sent
   */
  declare({ blockId, actionId, initial, optional = true, check }) {
    const key = `${blockId}\n${actionId}`;
    const before = this.values.get(key);
    const value = before && before.type === initial.type ? before : initial;
    this.values.set(key, value);
    this.fields.set(key, { blockId, actionId, optional, check });
    return value;
  }

  /** What was put for an element that is no field (a thumb that was pressed), or undefined. */
  recall(blockId, actionId) {
    return this.values.get(`${blockId}\n${actionId}`);
  }

  put(blockId, actionId, value) {
    this.values.set(`${blockId}\n${actionId}`, value);
    this.errors.delete(blockId);
  }

  /** The `state.values` of Slack: {block_id: {action_id: value}}, only fields that are on the screen. */
  snapshot() {
    const values = {};
    for (const [key, { blockId, actionId }] of this.fields) {
      values[blockId] ??= {};
      values[blockId][actionId] = this.values.get(key);
    }
    return values;
  }

  /** Sentences by block id for what is missing or malformed. */
  validate() {
    const problems = {};
    for (const [key, field] of this.fields) {
      const value = this.values.get(key);
      if (isEmpty(value)) {
        if (!field.optional) problems[field.blockId] = "Please fill in this field.";
        continue;
      }
      const problem = field.check?.(value);
      if (problem) problems[field.blockId] = problem;
    }
    return problems;
  }
}

/** Whether a state value holds nothing: null, "" or an empty list beside its type. */
export function isEmpty(value) {
  return Object.entries(value ?? {}).every(([name, content]) => name === "type"
    || content === null || content === undefined || content === ""
    || (typeof content === "string" && !content.trim())
    || (Array.isArray(content) && content.length === 0));
}

/** The form of a container, made on first use. */
export function formOf(key) {
  if (!forms.has(key)) forms.set(key, new Form());
  return forms.get(key);
}

export const forgetForm = (key) => forms.delete(key);
