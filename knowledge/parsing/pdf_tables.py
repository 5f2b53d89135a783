"""Tables of a PDF page: their grids from ruling lines, by pdfplumber; their words from the letters that are seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from knowledge.parsing.pdf_letters import Letter
from knowledge.parsing.pdf_lines import Line, PageText
from knowledge.parsing.pdf_objects import Box

_LEAST_FILL = 0.45


def add_tables(page: PageText) -> PageText:
    """Return the page with its tables, without the lines that stand inside them, its letters and its rulings."""
    plain = replace(page, letters=(), rulings=())
    if not page.rulings or not page.lines:
        return plain
    tables = []
    for box, grid in find_grids(page.rulings):
        filled = [row for row in _read_cells(grid, page.letters) if any(row)]
        if len(filled) >= 2 and len(filled[0]) >= 2 and _fill(filled) >= _LEAST_FILL:
            tables.append((box, tuple(filled)))
    lines = [line for line in page.lines if not any(_is_inside(line, box) for box, _ in tables)]
    return replace(plain, lines=tuple(lines), tables=tuple(tables))


def find_grids(rulings: Sequence[Box]) -> list[tuple[Box, list[list[Box | None]]]]:
    """Return the box of each table that ruling lines make, and the boxes of its cells row by row.

    None stands where a cell spans several.
    """
    from pdfplumber.table import TableFinder

    tables = TableFinder(cast(Any, _RuledPage(rulings))).tables
    return [
        (_placed(table.bbox), [[cell and _placed(cell) for cell in row.cells] for row in table.rows])
        for table in tables
    ]


class _RuledPage:
    """What pdfplumber's finder of tables asks of a page. It counts downwards: here, from PDF's own origin."""

    def __init__(self, rulings: Sequence[Box]) -> None:
        self.edges = [
            {
                "object_type": "line",
                "orientation": "h" if bottom == top else "v",
                "x0": left,
                "x1": right,
                "top": -top,
                "bottom": -bottom,
                "width": right - left,
                "height": top - bottom,
            }
            for left, right, bottom, top in rulings
        ]


def _placed(box: Sequence[float]) -> Box:
    left, top, right, bottom = box
    return left, right, -bottom, -top


def _read_cells(grid: list[list[Box | None]], letters: Sequence[Letter]) -> list[tuple[str, ...]]:
    """Return the words of each cell; a letter stands in the cell that holds its middle."""
    boxes = [cell for row in grid for cell in row if cell is not None]
    printed = [at for at, letter in enumerate(letters) if letter.box is not None and letter.is_seen]
    corners = np.array([letters[at].box for at in printed], dtype=np.float64).reshape(-1, 4)
    x, y = corners[:, :2].mean(axis=1), corners[:, 2:].mean(axis=1)
    cell_of = np.full(len(letters), -1)
    for number, (left, right, bottom, top) in enumerate(boxes):
        cell_of[np.array(printed, dtype=np.int64)[(x >= left) & (x < right) & (y > bottom) & (y <= top)]] = (
            number
        )
    texts: list[list[str]] = [[] for _ in boxes]
    last = -1
    for letter, cell in zip(letters, cell_of.tolist(), strict=True):
        if letter.box is not None:
            last = cell
        if last >= 0:
            texts[last].append(letter.text)
    words = iter(" ".join("".join(text).split()) for text in texts)
    return [tuple("" if cell is None else next(words) for cell in row) for row in grid]


def _is_inside(line: Line, box: Box) -> bool:
    left, right, bottom, top = box
    middle_x, middle_y = (line.left + line.right) / 2, (line.top + line.bottom) / 2
    return left - 2 <= middle_x <= right + 2 and bottom - 2 <= middle_y <= top + 2


def _fill(rows: list[tuple[str, ...]]) -> float:
    """Return the share of cells with words: a drawing's boxes look like a table but are nearly empty."""
    cells = [cell for row in rows for cell in row]
    return sum(any(c.isalnum() for c in cell) for cell in cells) / len(cells)
