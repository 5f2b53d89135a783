"""Word documents to blocks: headings, lists, tables and captions in their order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from knowledge.blocks import Block, BlockKind, ParsedDocument, row_text
from knowledge.errors import UnreadableDocument
from knowledge.language.notices import notice_level
from knowledge.parsing.decoding import has_foreign_signature, is_text
from knowledge.parsing.docx_hiding import DocxSight
from knowledge.parsing.titles import seen_title
from knowledge.parsing.unpacking import ARCHIVE, check_archive, check_container

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table
    from docx.text.paragraph import Paragraph


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return the blocks of a DOCX.

    Raises:
        UnreadableDocument: the file is encrypted, no Word document, or unpacks beyond the limits.
    """
    check_container(data, document)
    if not data.startswith(ARCHIVE):
        is_other = has_foreign_signature(data, own=ARCHIVE) or is_text(data)
        raise UnreadableDocument(document, "mislabelled" if is_other else "corrupt")
    check_archive(data, document, folder="word/")
    import docx
    from docx.opc.exceptions import OpcError

    try:
        file = docx.Document(io.BytesIO(data))
        blocks = tuple(_Reader(file).read())
        title = seen_title(file.core_properties.title, blocks)
    except OpcError as error:
        raise UnreadableDocument(document, "corrupt") from error
    return ParsedDocument(blocks=blocks, title=title)


class _Reader:
    """Reads the body once; counts the steps of each numbered list."""

    def __init__(self, file: Document) -> None:
        self._file = file
        self._sight = DocxSight(file)
        self._counters: dict[tuple[str, int], int] = {}
        self._tables = 0
        self._formats = _numbering_formats(file)

    def read(self) -> Iterator[Block]:
        """Yield the blocks of the document in order."""
        from docx.table import Table

        for element in self._file.iter_inner_content():
            if isinstance(element, Table):
                yield from self._table(element)
            else:
                yield from self._paragraph(element)

    def _words(self, paragraph: Paragraph) -> str:
        """Return a paragraph's text with hyperlinks and breaks, runs that nobody sees left out."""
        from docx.oxml.ns import qn

        parts: list[str] = []
        for node in paragraph._p.iter(qn("w:t"), qn("w:br"), qn("w:tab"), qn("w:noBreakHyphen")):
            run = node.getparent()
            if run is None or run.tag != qn("w:r") or not self._sight.is_seen(run):
                continue
            if node.tag == qn("w:t"):
                parts.append(node.text or "")
            else:
                parts.append({qn("w:br"): "\n", qn("w:noBreakHyphen"): "-"}.get(node.tag, " "))
        return "".join(parts)

    def _paragraph(self, paragraph: Paragraph) -> Iterator[Block]:
        text = self._words(paragraph).strip()
        if not text:
            return
        style = self._sight.style_name(paragraph._p)
        heading = re.match(r"(?:heading|überschrift|título)\s*(\d)", style, re.IGNORECASE)
        if heading:
            self._counters.clear()
            yield Block(BlockKind.HEADING, text.replace("\n", " "), level=int(heading[1]) + 1)
        elif style.lower() in ("title", "titel"):
            yield Block(BlockKind.HEADING, text.replace("\n", " "), level=1)
        elif level := notice_level(style.split()[0] if style else ""):
            yield Block(BlockKind.NOTICE, text, notice=level)
        else:
            yield self._list_or_text(paragraph, text, style)

    def _list_or_text(self, paragraph: Paragraph, text: str, style: str) -> Block:
        numbering = _numbering_of(paragraph._p, self._sight.style_of(paragraph._p))
        if numbering is None and style.lower().startswith("list number"):
            numbering = (f"style {style}", 0)
        elif numbering is None and style.lower().startswith("list bullet"):
            return Block(BlockKind.ITEM, text)
        if numbering is None:
            printed = re.match(r"^(\d{1,2})[.)]\s+(.+)$", text, re.DOTALL)
            if printed:
                return Block(BlockKind.STEP, printed[2], number=printed[1])
            return Block(BlockKind.PARAGRAPH, text)
        number_id, level = numbering
        if self._formats.get((number_id, level)) in ("bullet", "none") or "bullet" in style.lower():
            return Block(BlockKind.ITEM, text, level=level)
        self._counters = {
            key: n for key, n in self._counters.items() if key[0] != number_id or key[1] <= level
        }
        self._counters[(number_id, level)] = self._counters.get((number_id, level), 0) + 1
        return Block(BlockKind.STEP, text, level=level, number=str(self._counters[(number_id, level)]))

    def _table(self, table: Table) -> Iterator[Block]:
        self._tables += 1
        grid: list[tuple[str, ...]] = []
        for row in table.rows:
            if not self._sight.is_shown_row(row._tr):
                continue
            cells: list[str] = []
            seen: set[object] = set()
            for cell in row.cells:
                text = "\n".join(self._words(p) for p in cell.paragraphs).strip()
                text += "".join(
                    f" {self._words(p)}"
                    for t in cell.tables
                    for r in t.rows
                    for c in r.cells
                    for p in c.paragraphs
                )
                cells.append("" if cell._tc in seen else text)
                seen.add(cell._tc)
            if any(cells):
                grid.append(tuple(cells))
        if len(grid) == 1 and len([cell for cell in grid[0] if cell]) == 1:
            yield Block(BlockKind.PARAGRAPH, "".join(grid[0]))
            return
        header = (
            grid.pop(0)
            if len(grid) > 1 and all(len(cell) <= 60 for cell in grid[0]) and len(grid[0]) > 1
            else ()
        )
        for cells_of_row in grid:
            yield Block(
                BlockKind.ROW,
                row_text(header, cells_of_row),
                header=header,
                cells=cells_of_row,
                table=self._tables,
            )


def _numbering_of(paragraph: BaseOxmlElement, style: BaseOxmlElement | None) -> tuple[str, int] | None:
    from docx.oxml.ns import qn

    for properties in (paragraph, style):
        found = properties.find(f"{qn('w:pPr')}/{qn('w:numPr')}") if properties is not None else None
        if found is None:
            continue
        number, level = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
        if number is not None and number.get(qn("w:val")) != "0":
            return str(number.get(qn("w:val"))), int(level.get(qn("w:val")) or 0) if level is not None else 0
    return None


def _numbering_formats(file: Document) -> dict[tuple[str, int], str]:
    """Return the number format ("decimal", "bullet", …) of every list and level the file defines."""
    from docx.oxml.ns import qn

    try:
        root = file.part.numbering_part.element
    except (KeyError, NotImplementedError, AttributeError):
        return {}
    abstract: dict[str, dict[int, str]] = {}
    for definition in root.iter(qn("w:abstractNum")):
        levels = abstract.setdefault(str(definition.get(qn("w:abstractNumId"))), {})
        for level in definition.iter(qn("w:lvl")):
            kind = level.find(qn("w:numFmt"))
            levels[int(level.get(qn("w:ilvl")) or 0)] = (
                str(kind.get(qn("w:val"))) if kind is not None else "decimal"
            )
    formats: dict[tuple[str, int], str] = {}
    for number in root.iter(qn("w:num")):
        reference = number.find(qn("w:abstractNumId"))
        if reference is not None:
            for depth, kind_name in abstract.get(str(reference.get(qn("w:val"))), {}).items():
                formats[(str(number.get(qn("w:numId"))), depth)] = kind_name
    return formats
