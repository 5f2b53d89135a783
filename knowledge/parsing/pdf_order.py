"""The order in which a PDF page is read: its lines and tables by their place, columns one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.parsing.pdf_lines import Line, PageText
from knowledge.parsing.pdf_objects import Box

Table = tuple[Box, tuple[tuple[str, ...], ...]]
# A page whose text is drawn in more pieces is a drawing: it has no order but that of its content.
_MOST_PIECES = 12


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lines that follow each other down the page, and the box around them in points."""

    lines: tuple[Line, ...]
    left: float
    right: float
    top: float
    bottom: float

    def is_before(self, other: _Piece, *, height: float) -> bool:
        """Tell whether this is read first wherever it is drawn: it is higher, and in the same column or at an edge."""
        if self.bottom < other.top or self.top <= other.top:
            return False
        is_head, is_foot = self.bottom >= height * 0.9, other.top <= height * 0.1
        return is_head or is_foot or min(self.right, other.right) > max(self.left, other.left)


def order_page(page: PageText, lines: Sequence[Line]) -> Iterator[Line | Table]:
    """Yield lines of a page and its tables as they are read.

    The order of the content stands, columns included, except for what is drawn before the things above it, such as
    a foot. A table comes before the first line below it.
    """
    waiting = sorted(page.tables, key=lambda table: -table[0][3])
    crowded = {id(table) for table in waiting if any(_stands_beside(line, table[0]) for line in lines)}
    for line in _order_lines(lines, height=page.height):
        for table in list(waiting):
            left, right, bottom, _ = table[0]
            is_under = id(table) not in crowded or (line.left < right and line.right > left)
            if line.top <= bottom + 2 and is_under:
                yield table
                waiting.remove(table)
        yield line
    yield from waiting


def _stands_beside(line: Line, box: Box) -> bool:
    """Tell whether a line is in the column beside a table."""
    left, right, bottom, top = box
    return bottom < (line.top + line.bottom) / 2 < top and (line.right < left or line.left > right)


def _order_lines(lines: Sequence[Line], *, height: float) -> list[Line]:
    pieces = _pieces(lines, height=height)
    if len(pieces) > _MOST_PIECES:
        return list(lines)
    ordered: list[Line] = []
    while pieces:
        first = next(
            piece
            for piece in pieces
            if not any(other is not piece and other.is_before(piece, height=height) for other in pieces)
        )
        ordered += first.lines
        pieces.remove(first)
    return ordered


def _pieces(lines: Sequence[Line], *, height: float) -> list[_Piece]:
    """Return the lines in pieces; a jump upwards, or far down, begins another one."""
    groups: list[list[Line]] = []
    for line in lines:
        gap = groups[-1][-1].bottom - line.top if groups else 0.0
        size = max(groups[-1][-1].size, line.size, 1.0) if groups else 1.0
        if not groups or gap < -size * 2.5 or gap > height / 4:
            groups.append([])
        groups[-1].append(line)
    return [
        _Piece(
            tuple(group),
            left=min(line.left for line in group),
            right=max(line.right for line in group),
            top=max(line.top for line in group),
            bottom=min(line.bottom for line in group),
        )
        for group in groups
    ]
