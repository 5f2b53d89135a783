/** Block Kit blocks by type. */
import { h } from "../dom.js";
import { renderActions, renderContext, renderContextActions, renderDivider, renderHeader, renderInput, renderSection } from "./layout.js";
import { renderAlert, renderFile, renderImageBlock, renderMarkdownBlock, renderRichTextBlock, renderVideo } from "./content.js";
import { renderCard, renderCarousel, renderContainer } from "./cards.js";
import { renderDataTable, renderTable } from "./tables.js";
import { renderPlan, renderTask } from "./tasks.js";
import { renderChart } from "./charts.js";

const RENDERERS = {
  section: renderSection,
  header: renderHeader,
  divider: renderDivider,
  context: renderContext,
  context_actions: renderContextActions,
  actions: renderActions,
  input: renderInput,
  image: renderImageBlock,
  markdown: renderMarkdownBlock,
  rich_text: renderRichTextBlock,
  alert: renderAlert,
  file: renderFile,
  video: renderVideo,
  table: renderTable,
  data_table: renderDataTable,
  data_visualization: renderChart,
  card: renderCard,
  carousel: renderCarousel,
  container: renderContainer,
  task_card: renderTask,
  plan: renderPlan,
};

/**
 * Render one block. A type that is not known shows as a labelled box, never as nothing.
 * @param {Object} block
 * @param {import("../interaction.js").Context} context
 * @param {string} fallbackId block id when the block has none
 */
export function renderBlock(block, context, fallbackId) {
  const blockId = block?.block_id || fallbackId;
  const render = RENDERERS[block?.type] ?? renderUnknown;
  const node = render(block, context, blockId);
  node.classList.add("block", `block-${String(block?.type ?? "unknown").replace(/[^a-z_]/g, "")}`);
  node.dataset.blockId = blockId;
  node.dataset.blockType = block?.type ?? "";
  return node;
}

/** Render a list of blocks and note which fields they hold. */
export function renderBlocks(blocks, context) {
  return h("div", { class: "blocks" }, (blocks ?? []).map((block, index) => renderBlock(block, context, `block-${index}`)));
}

function renderUnknown(block) {
  return h("div", { class: "unknown" }, `Block “${block?.type ?? "without a type"}” can't be shown here`);
}
