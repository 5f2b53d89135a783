/** Selects: a native one where the list is short and known, a search field where it is not. */
import { h } from "../dom.js";
import { hooks } from "../interaction.js";
import { state } from "../state.js";
import { wordsOf } from "../text/mrkdwn.js";
import { buildCombobox } from "./combobox.js";

const option = (value, text) => ({ value, text: { type: "plain_text", text } });
const everyone = () => [...state.people.values()].map((person) => option(person.id, person.name));
const channels = () => state.conversations.filter((one) => one.kind === "channel").map((one) => option(one.id, `#${one.name}`));
const conversations = () => [...channels(), ...state.conversations.filter((one) => one.kind === "dm").map((one) => option(one.id, one.name))];

/** Per kind: the list, and the names of the keys that hold the choice in a state value. */
const KINDS = {
  static: { one: "selected_option", many: "selected_options", wrap: (item) => item },
  external: { one: "selected_option", many: "selected_options", wrap: (item) => item },
  users: { one: "selected_user", many: "selected_users", wrap: (item) => item.value, list: everyone },
  conversations: { one: "selected_conversation", many: "selected_conversations", wrap: (item) => item.value, list: conversations },
  channels: { one: "selected_channel", many: "selected_channels", wrap: (item) => item.value, list: channels },
};

const kindOf = (element) => KINDS[element.type.replace(/^multi_/, "").replace(/_select$/, "")];

/** Groups of options; a plain list is one group without a label. */
function groupsOf(element, kind) {
  if (kind.list) return [{ label: "", options: kind.list() }];
  if (element.option_groups) return element.option_groups.map((group) => ({ label: wordsOf(group.label), options: group.options ?? [] }));
  return [{ label: "", options: element.options ?? [] }];
}

/** The held values as option objects. */
function optionsOf(values, kind, groups) {
  const all = groups.flatMap((group) => group.options);
  return values.filter((value) => value !== null && value !== undefined)
    .map((value) => (typeof value === "object" ? value : all.find((item) => item.value === value) ?? option(value, value)));
}

export function renderSelect(element, blockId, context, labels) {
  const kind = kindOf(element);
  const initial = element[`initial_${kind.one.replace("selected_", "")}`] ?? null;
  const held = context.form.declare({
    blockId, actionId: element.action_id, initial: { type: element.type, [kind.one]: initial }, optional: context.optional,
  });
  const store = (item) => {
    const value = { [kind.one]: item ? kind.wrap(item) : null };
    context.form.put(blockId, element.action_id, { type: element.type, ...value });
    return value;
  };
  if (element.type === "external_select") {
    return buildCombobox({
      element, labels, many: false,
      data: hooks(blockId, element),
      chosen: optionsOf([held[kind.one]], kind, []),
      find: (text) => findRemote(element, blockId, context, text),
      minLength: element.min_query_length ?? 3,
      onChange: ([item], control) => {
        const value = store(item);
        if (context.dispatches && item) context.act(blockId, element, value, control);
      },
    });
  }
  return buildNativeSelect({ element, blockId, context, labels, kind, held, store });
}

function buildNativeSelect({ element, blockId, context, labels, kind, held, store }) {
  const groups = groupsOf(element, kind);
  const [current] = optionsOf([held[kind.one]], kind, groups);
  const build = (item) => h("option", { value: item.value, selected: item.value === current?.value, text: wordsOf(item.text) });
  const control = h("select", {
    class: "field select",
    "aria-labelledby": labels.labelId,
    "aria-label": labels.labelId ? null : element.placeholder?.text ?? "Choose",
    "aria-describedby": labels.describedBy,
    data: { ...hooks(blockId, element), autofocus: element.focus_on_load ? "yes" : null },
  }, h("option", { value: "", text: element.placeholder?.text ?? "Choose…", selected: !current }),
  groups.map((group) => (group.label ? h("optgroup", { label: group.label }, group.options.map(build)) : group.options.map(build))));
  control.classList.toggle("is-empty", !current);
  control.addEventListener("change", () => {
    const item = groups.flatMap((group) => group.options).find((one) => one.value === control.value);
    control.classList.toggle("is-empty", !item);
    const value = store(item);
    if (context.dispatches && item) context.act(blockId, element, value, control);
  });
  return control;
}

export function renderMultiSelect(element, blockId, context, labels) {
  const kind = kindOf(element);
  const groups = groupsOf(element, kind);
  const held = context.form.declare({
    blockId,
    actionId: element.action_id,
    initial: { type: element.type, [kind.many]: element[`initial_${kind.many.replace("selected_", "")}`] ?? [] },
    optional: context.optional,
  });
  const isRemote = element.type === "multi_external_select";
  return buildCombobox({
    element, labels, many: true,
    data: hooks(blockId, element),
    chosen: optionsOf(held[kind.many], kind, groups),
    find: (text) => (isRemote ? findRemote(element, blockId, context, text) : findLocal(groups, text)),
    minLength: isRemote ? element.min_query_length ?? 3 : 0,
    onChange: (items, control) => {
      const value = { [kind.many]: items.map(kind.wrap) };
      context.form.put(blockId, element.action_id, { type: element.type, ...value });
      if (context.dispatches) context.act(blockId, element, value, control);
    },
  });
}

async function findRemote(element, blockId, context, text) {
  const answer = await context.suggest(blockId, element, text);
  return groupsOf({ type: "static_select", ...answer }, KINDS.static);
}

function findLocal(groups, text) {
  const wanted = text.trim().toLowerCase();
  return groups.map((group) => ({ ...group, options: group.options.filter((one) => wordsOf(one.text).toLowerCase().includes(wanted)) }));
}
