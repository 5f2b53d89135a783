"""What a parser makes of a file: a flat list of blocks in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """The kinds of block that chunking tells apart."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    STEP = "step"
    ITEM = "item"
    ROW = "row"
    NOTICE = "notice"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document.

    `level` is the heading level (1 = highest), or the nesting of a list. `number` is the step's
    number as printed. A row has its `header` (empty when the table has none), its `cells` (with the
    lines of a cell that lists several things), and the number of its `table` within the document.
    `notice` is danger, warning, caution or notice.
    """

    kind: BlockKind
    text: str
    level: int = 0
    number: str | None = None
    header: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    table: int | None = None
    notice: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A file's blocks, its own title where it states one, and what its metadata says.

    `picture_pages` are those (1-based) that hold pictures and no text.
    """

    blocks: tuple[Block, ...]
    title: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    pages: int | None = None
    picture_pages: tuple[int, ...] = ()


def row_text(header: tuple[str, ...], cells: tuple[str, ...]) -> str:
    """Return a table row as one line: "Header: cell; Header: cell", empty cells left out."""
    parts = []
    for position, lines in enumerate(cells):
        cell = " ".join(lines.split())
        if not cell:
            continue
        name = " ".join(header[position].split()).rstrip(":") if position < len(header) else ""
        parts.append(f"{name}: {cell}" if name and name != cell else cell)
    return "; ".join(parts)
