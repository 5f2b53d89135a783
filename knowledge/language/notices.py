"""Hazard notices: recognising DANGER, WARNING, CAUTION and NOTICE in any document."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.blocks import Block, BlockKind

LEVELS = ("danger", "warning", "caution", "notice")
_LABELS = {
    "danger": ("danger", "gefahr", "peligro", "pericolo", "危险"),
    "warning": ("warning", "warnung", "advertencia", "avertissement", "avvertenza", "警告"),
    "caution": ("caution", "vorsicht", "achtung", "precaución", "attenzione", "小心", "注意"),
    "notice": ("notice", "attention", "important", "hinweis", "aviso"),
}
_LEVEL_OF = {label: level for level, labels in _LABELS.items() for label in labels}
_WORDS = "|".join(sorted((re.escape(label) for label in _LEVEL_OF), key=len, reverse=True))
_LABEL = re.compile(
    rf"^[\W_]*(?P<label>{_WORDS})S?[\W_]*?(?P<sep>[:!：！]|\s[-–—]\s|\n|$)[\s*_]*", re.IGNORECASE
)
_SHOUTED = re.compile(rf"^[\W_]*(?P<label>{_WORDS})[\s*_]+", re.IGNORECASE)


def notice_level(label: str) -> str | None:
    """Return the level that a label word stands for ("Warnung" -> "warning"), None for other words."""
    return _LEVEL_OF.get(label.strip(" :!*_[]\t").casefold())


def split_notice(text: str) -> tuple[str, str] | None:
    """Return (level, words of the notice) when the text opens with a label, else None.

    "WARNING: hot", "Caution! …", "**DANGER** …" and a bare label count (then the words are empty);
    "Warning lights are yellow" and "notice that…" don't.
    """
    match = _LABEL.match(text)
    if match is None:
        match = _SHOUTED.match(text)
        if match is None or not match["label"].isupper() or not match["label"].isascii():
            return None
    return _LEVEL_OF[match["label"].casefold()], text[match.end() :].strip()


def mark_notices(blocks: list[Block]) -> list[Block]:
    """Return the blocks with labelled paragraphs turned into notices.

    A label that stands alone, as a paragraph or a heading, takes the block behind it.
    """
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


_CAN_BE_NOTICE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.STEP, BlockKind.HEADING)


def _opens_notice(block: Block) -> bool:
    return split_notice(block.text) is not None
