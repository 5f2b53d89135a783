/** What the app is doing, step by step: a single task, or a plan of several. */
import { h, icon } from "../dom.js";
import { renderRichText } from "../text/rich_text.js";
import { buildLink } from "../text/links.js";

const STATUS = {
  pending: ["pending", "Waiting"],
  in_progress: ["pending", "In progress"],
  complete: ["success", "Done"],
  error: ["error", "Failed"],
};

const richOf = (value) => (typeof value === "string" ? h("div", { class: "rich" }, value) : renderRichText(value));

export function renderTask(block) {
  const status = block.status in STATUS ? block.status : "pending";
  const [name, words] = STATUS[status];
  const sources = (block.sources ?? []).map((source) => buildLink(source.url, source.text || source.url, "source"));
  return h("div", { class: `task task-${status}`, data: { taskId: block.task_id } },
    h("span", { class: "task-mark", role: "img", "aria-label": words }, icon(name)),
    h("div", { class: "task-body" },
      h("div", { class: "task-title" }, block.title ?? ""),
      block.details && richOf(block.details),
      block.output && h("div", { class: "task-output" }, richOf(block.output)),
      sources.length > 0 && h("div", { class: "task-sources" }, sources)));
}

export function renderPlan(block) {
  const title = typeof block.title === "string" ? block.title : block.title?.text ?? "";
  return h("section", { class: "plan" },
    h("div", { class: "plan-title" }, title),
    (block.tasks ?? []).map(renderTask));
}
