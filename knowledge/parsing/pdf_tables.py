"""Tables of a PDF page: their grids from ruling lines, by pdfplumber; their words from the letters that are seen."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.parsing.pdf_lines import Line, PageText
from knowledge.parsing.pdf_sight import Box, Letter

if TYPE_CHECKING:
    from pdfplumber.page import Page

# Fewer lines make no table; more are a drawing, in which finding tables takes minutes.
_LEAST_RULINGS, _MOST_RULINGS = 4, 3_000
_LEAST_FILL = 0.45


class TableReader:
    """Opens the file a second time when the first page with ruling lines arrives."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._file: Any = None

    def add_tables(self, page: PageText) -> PageText:
        """Return the page with its tables, without the lines that stand inside them and without its letters."""
        plain = replace(page, letters=())
        if not (_LEAST_RULINGS <= page.rulings <= _MOST_RULINGS) or not page.lines or page.is_heavy:
            return plain
        from pdfminer.pdfexceptions import PDFException
        from pdfplumber.utils.exceptions import PdfminerException

        try:
            grids = self._find_grids(page)
        except (PDFException, PdfminerException, ValueError, KeyError, TypeError, IndexError, RecursionError):
            # The page's text is already there as lines: a table is only its better form.
            return plain
        tables = []
        for box, grid in grids:
            filled = [row for row in _read_cells(grid, page.letters) if any(row)]
            if len(filled) >= 2 and len(filled[0]) >= 2 and _fill(filled) >= _LEAST_FILL:
                tables.append((box, tuple(filled)))
        lines = [line for line in page.lines if not any(_is_inside(line, box) for box, _ in tables)]
        return replace(plain, lines=tuple(lines), tables=tuple(tables))

    def _find_grids(self, page: PageText) -> list[tuple[Box, list[list[Box | None]]]]:
        """Return each table's box, and the boxes of its cells row by row; None where a cell spans several."""
        import pdfplumber

        if self._file is None:
            logging.getLogger("pdfminer").setLevel(logging.ERROR)
            self._file = pdfplumber.open(io.BytesIO(self._data))
        plumbed = self._file.pages[page.number - 1]
        try:
            _look_at_rulings_only(plumbed)
            # pdfplumber counts from the top of the page, PDFium from the origin of its coordinates.
            top = plumbed.height + plumbed.mediabox[1] + page.floor

            def placed(box: Sequence[float]) -> Box:
                return box[0], box[2], top - box[3], top - box[1]

            return [
                (placed(table.bbox), [[cell and placed(cell) for cell in row.cells] for row in table.rows])
                for table in plumbed.find_tables()
            ]
        finally:
            plumbed.close()

    def close(self) -> None:
        """Close the file if it was opened."""
        if self._file is not None:
            self._file.close()


def _look_at_rulings_only(page: Page) -> None:
    """Lay the page out without its letters: they are known, and make nine tenths of the work."""
    from pdfminer.pdfinterp import PDFPageInterpreter
    from pdfplumber.page import PDFPageAggregatorWithMarkedContent

    class Rulings(PDFPageAggregatorWithMarkedContent):
        def render_string(self, *_: Any) -> None:
            """Leave the text out."""

    device = Rulings(page.pdf.rsrcmgr, pageno=page.page_number, laparams=page.pdf.laparams)
    PDFPageInterpreter(page.pdf.rsrcmgr, device).process_page(page.page_obj)
    page._layout = device.get_result()


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
