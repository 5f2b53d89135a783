"""Hazard notices that are set as a table: a box with its label, and a row that breaks into another table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.language.notices import split_notice

# A longer table with a label in every row is a list of messages.
_MOST_LINES = 12
_STEP_NUMBER = re.compile(r"^\W*(?:[^\W\d]+\s*)?\d{1,3}\W*$")
_SIGNS = re.compile(r"[⚠☠☢☣]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{3}")

Words = tuple[str, str]


def read_boxes(lines: Sequence[tuple[str, ...]]) -> list[Words] | None:
    """Return (level, words) of the notices of a table that is nothing but their boxes, None for any other.

    `lines` are the cells of each row, those of the header first. A box is a label with its words beside it, below it
    or in its cell; a sign may stand before them.
    """
    if len(lines) > _MOST_LINES:
        return None
    boxes: list[tuple[str, list[str]]] = []
    for cells in lines:
        filled = _filled(cells)
        box = _read_line(cells, filled)
        if box is not None:
            boxes.append(box)
        elif boxes and len(filled) == 1:
            boxes[-1][1].append(filled[0])
        elif filled:
            return None
    if not boxes or not all(words for _, words in boxes):
        return None
    return [(level, "\n".join(words)) for level, words in boxes]


def read_between(rows: Sequence[tuple[str, ...]]) -> list[Words | None]:
    """Return (level, words) for each row that is a notice in a table of other things, None for the others.

    Such a row is one cell across several columns with a label in capitals, or stands between numbered steps with the
    label in place of the number.
    """
    boxes = [_read_line(cells, _filled(cells)) if _is_shouted(cells) else None for cells in rows]
    others = [cells for cells, box in zip(rows, boxes, strict=True) if box is None]
    is_numbered = bool(others) and all(_STEP_NUMBER.match(cells[0]) for cells in others)
    return [
        (box[0], "\n".join(box[1]))
        if box is not None and box[1] and len(cells) > 1 and (is_numbered or len(_filled(cells)) == 1)
        else None
        for cells, box in zip(rows, boxes, strict=True)
    ]


def _read_line(cells: tuple[str, ...], filled: list[str]) -> tuple[str, list[str]] | None:
    """Return the level and the words (none for a bare label) of a row that opens a box, else None."""
    if not filled:
        return None
    label, *words = filled
    found = split_notice(label)
    if found is None:
        is_signed = not words and any(_SIGNS.search(cell) for cell in cells)
        return ("warning", [label]) if is_signed and _is_told(label) else None
    level, rest = found
    if rest:
        return None if words else (level, [rest])
    # A list of messages has a level, a number and a text; a box has sentences.
    is_box = len(words) <= 1 or all(len(cell.split()) > 2 for cell in words)
    return (level, words) if is_box and all(map(_is_told, words)) else None


def _filled(cells: tuple[str, ...]) -> list[str]:
    return [cell for cell in cells if any(character.isalnum() for character in cell)]


def _is_shouted(cells: tuple[str, ...]) -> bool:
    first = next((cell for cell in _filled(cells)), "")
    word = re.search(r"[^\W\d_]+", first)
    return word is not None and (word[0].isupper() or not word[0].isascii())


def _is_told(words: str) -> bool:
    """Tell whether words can be those of a notice: more than one."""
    return len(re.findall(r"[^\W\d_]{2,}", words)) > 1 or _CJK.search(words) is not None
