"""XLSX to blocks: every sheet that is seen a table, a row of text per row, each with the header."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError, iterparse

from knowledge.blocks import Block, BlockKind, ParsedDocument, row_text
from knowledge.errors import UnreadableDocument
from knowledge.parsing.cell_text import show_cell
from knowledge.parsing.decoding import has_foreign_signature, is_text
from knowledge.parsing.tabular import is_header
from knowledge.parsing.titles import seen_title
from knowledge.parsing.unpacking import ARCHIVE, check_archive, check_container

_SHEET_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MOST_COLUMNS = 16_384


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return a block per row that is seen; formulas count with the value that was last calculated.

    Raises:
        UnreadableDocument: the file is encrypted, no workbook, or unpacks beyond the limits.
    """
    check_container(data, document)
    if not data.startswith(ARCHIVE):
        is_other = has_foreign_signature(data, own=ARCHIVE) or is_text(data)
        raise UnreadableDocument(document, "mislabelled" if is_other else "corrupt")
    check_archive(data, document, folder="xl/")
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets = [
                (sheet.title, _read_sheet(sheet, archive))
                for sheet in book.worksheets
                if sheet.sheet_state == "visible"
            ]
    except (InvalidFileException, ParseError) as error:
        raise UnreadableDocument(document, "corrupt") from error
    filled = [(title, rows) for title, rows in sheets if rows]
    blocks = tuple(
        block
        for number, (title, rows) in enumerate(filled, start=1)
        for block in _table(rows, title=title if len(filled) > 1 else None, number=number)
    )
    return ParsedDocument(blocks=blocks, title=seen_title(book.properties.title, blocks))


@dataclass(slots=True)
class _Layout:
    """Which rows and columns of a sheet are hidden, and the cells that reach over several rows; all from 0."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    tall: list[tuple[int, int, int]] = field(default_factory=list)
    """(column, first row, last row) of each."""


def _read_layout(sheet: Any, archive: zipfile.ZipFile) -> _Layout:
    from openpyxl.utils import range_boundaries

    layout = _Layout()
    row = -1
    with archive.open(sheet._worksheet_path) as part:
        # As openpyxl reads the same part itself; expat bounds what entities grow to.
        for _, element in iterparse(part):  # noqa: S314
            name = element.tag.removeprefix(_SHEET_SPACE)
            is_hidden = element.get("hidden") in ("1", "true")
            if name == "col" and is_hidden:
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                layout.columns.update(range(first - 1, min(last, _MOST_COLUMNS)))
            elif name == "row":
                row = int(element.get("r") or row + 2) - 1
                if is_hidden:
                    layout.rows.add(row)
                element.clear()
            elif name == "mergeCell":
                left, top, right, bottom = (
                    int(edge or 1) - 1 for edge in range_boundaries(element.get("ref", "A1"))
                )
                if bottom > top and left == right:
                    layout.tall.append((left, top, bottom))
    return layout


def _read_sheet(sheet: Any, archive: zipfile.ZipFile) -> list[tuple[str, ...]]:
    """Return the texts of the rows that are seen and not empty, each as wide as the widest of them."""
    layout = _read_layout(sheet, archive)
    starts = {(top, column): bottom for column, top, bottom in layout.tall}
    hanging: dict[int, tuple[int, str]] = {}
    # Some programs write a wrong size, and rows would be cut off.
    sheet.reset_dimensions()
    rows: list[list[str]] = []
    for number, cells in enumerate(sheet.iter_rows()):
        texts = [show_cell(cell.value, cell.number_format) for cell in cells]
        if not any(texts):
            continue
        for column, (bottom, text) in hanging.items():
            if number <= bottom and column < len(texts):
                texts[column] = texts[column] or text
        for column, text in enumerate(texts):
            if (bottom_row := starts.get((number, column))) is not None:
                hanging[column] = (bottom_row, text)
        if number not in layout.rows:
            rows.append(["" if column in layout.columns else text for column, text in enumerate(texts)])
    return _trim(rows)


def _trim(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the rows without those and without the columns in which nothing stands."""
    used = sorted({column for row in rows for column, text in enumerate(row) if text})
    padded = [tuple(row[column] if column < len(row) else "" for column in used) for row in rows]
    return [row for row in padded if any(row)]


def _table(rows: list[tuple[str, ...]], *, title: str | None, number: int) -> Iterator[Block]:
    """Yield a sheet: its name where there are several, the lines above its table, and the rows."""
    if title is not None:
        yield Block(BlockKind.HEADING, title, level=1)
    begin = 0
    while begin < len(rows) - 1 and len(rows[begin]) > 1 and len([cell for cell in rows[begin] if cell]) == 1:
        yield Block(BlockKind.PARAGRAPH, "".join(rows[begin]))
        begin += 1
    header: tuple[str, ...] = ()
    if len(rows) - begin > 1 and is_header(rows[begin]):
        header = rows[begin]
        begin += 1
    for cells in rows[begin:]:
        yield Block(BlockKind.ROW, row_text(header, cells), header=header, cells=cells, table=number)
