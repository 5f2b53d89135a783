"""Marking the hazard notices among a document's blocks: labelled paragraphs, boxes, and what begins in mid-text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from knowledge.blocks import Block, BlockKind
from knowledge.language.notice_boxes import read_between, read_boxes
from knowledge.language.notices import find_notice, split_notice

_CAN_BE_NOTICE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.STEP, BlockKind.HEADING)
_CAN_HOLD_NOTICE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.STEP)


def mark_notices(blocks: list[Block]) -> list[Block]:
    """Return the blocks with labelled paragraphs, boxes and parts of paragraphs turned into notices.

    A label that stands alone, as a paragraph or a heading, takes the block behind it.
    """
    return _mark_labels([part for block in _open_boxes(blocks) for part in _split_block(block)])


def _open_boxes(blocks: list[Block]) -> Iterator[Block]:
    """Yield the blocks with the rows that are notices in a box turned into notices."""
    for table, group in groupby(blocks, key=lambda block: block.table):
        if table is None:
            yield from group
            continue
        rows = list(group)
        header = rows[0].header
        boxes = read_boxes([*([header] if header else []), *(row.cells for row in rows)])
        if boxes is not None:
            for level, words in boxes:
                yield Block(BlockKind.NOTICE, words, notice=level, page=rows[0].page)
            continue
        between = read_between([row.cells for row in rows])
        for row, found in zip(rows, between, strict=True):
            if found is None:
                yield row
            else:
                yield Block(BlockKind.NOTICE, found[1], notice=found[0], page=row.page)


def _split_block(block: Block) -> Iterator[Block]:
    """Yield the parts of a block in which notices begin; a step stays whole behind its notices."""
    starts = [0]
    while block.kind in _CAN_HOLD_NOTICE:
        start = find_notice(block.text[starts[-1] :])
        if start is None:
            break
        starts.append(starts[-1] + start)
    if len(starts) == 1:
        yield block
        return
    ends = [*starts[1:], len(block.text)]
    parts = [block.text[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    if block.kind is BlockKind.STEP:
        for part in parts[1:]:
            if (found := split_notice(part)) is not None:
                yield Block(BlockKind.NOTICE, found[1], notice=found[0], page=block.page)
        yield block
        return
    for position, part in enumerate(parts):
        kind = block.kind if position == 0 else BlockKind.PARAGRAPH
        yield replace(block, kind=kind, text=part)


def _mark_labels(blocks: list[Block]) -> list[Block]:
    marked: list[Block] = []
    pending: tuple[str, Block] | None = None
    for block in blocks:
        if pending is not None:
            level, label = pending
            pending = None
            if block.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM) and not _opens_notice(block):
                marked.append(replace(block, kind=BlockKind.NOTICE, notice=level))
                continue
            marked.append(label)
        found = split_notice(block.text) if block.kind in _CAN_BE_NOTICE else None
        if found is None:
            marked.append(block)
        elif not found[1]:
            pending = (found[0], block)
        elif block.kind is BlockKind.HEADING:
            marked.append(block)
        else:
            marked.append(replace(block, kind=BlockKind.NOTICE, notice=found[0], text=found[1]))
            if block.kind is BlockKind.STEP:
                marked.append(block)
    if pending is not None:
        marked.append(pending[1])
    return marked


def _opens_notice(block: Block) -> bool:
    return split_notice(block.text) is not None
