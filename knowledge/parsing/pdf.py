"""PDF to blocks: lines from PDFium, tables from their ruling lines, headings by font size."""

from __future__ import annotations

import contextlib
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from knowledge.blocks import Block, BlockKind, ParsedDocument, row_text
from knowledge.errors import UnreadableDocument
from knowledge.language.faults import column_roles, is_fault_table
from knowledge.language.notices import split_notice
from knowledge.parsing.decoding import has_foreign_signature, is_text
from knowledge.parsing.pdf_lines import Line, PageText, read_page
from knowledge.parsing.pdf_order import order_page
from knowledge.parsing.pdf_running import RunningHeads
from knowledge.parsing.pdf_tables import add_tables
from knowledge.parsing.plain import BULLET, STEP
from knowledge.parsing.titles import seen_title
from knowledge.parsing.unpacking import check_streams

if TYPE_CHECKING:
    import pypdfium2

MAX_PAGES = 10_000
_HEADER, _TRAILER = b"%PDF-", b"%%EOF"
# Programs that attach something behind the end of a file attach less than this.
_TAIL = 4_096
_CONTENTS = re.compile(r"^(?:table of )?contents$|^inhalt(?:sverzeichnis)?$|^índice$|^目录$", re.IGNORECASE)
# PDFium is not made for two threads.
_PDFIUM = threading.Lock()
_LEADERS = re.compile(r"(?:\.\s?){6,}\s*\d*\s*$")
_NUMBERED_HEADING = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\S")


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return the blocks of a PDF, page by page.

    Raises:
        UnreadableDocument: the file is encrypted, broken, too long, or holds no text (a scan).
    """
    with _PDFIUM, contextlib.closing(_open(data, document)) as file:
        if len(file) > MAX_PAGES:
            raise UnreadableDocument(document, "too_large")
        pages = _read_pages(file, document)
        title = _useful_title((file.get_metadata_dict().get("Title") or "").strip())
    if not any(page.lines or page.tables for page in pages):
        raise UnreadableDocument(document, "no_text")
    blocks = tuple(_join_pages(_Assembler(pages).blocks()))
    pictures = tuple(page.number for page in pages if page.is_picture and not (page.lines or page.tables))
    return ParsedDocument(
        blocks=blocks, title=seen_title(title, blocks), pages=len(pages), picture_pages=pictures
    )


def _open(data: bytes, document: str) -> pypdfium2.PdfDocument:
    """Return the opened file; the caller closes it."""
    import pypdfium2

    if _HEADER not in data[:1024]:
        is_other = has_foreign_signature(data, own=_HEADER) or is_text(data)
        raise UnreadableDocument(document, "mislabelled" if is_other else "corrupt")
    check_streams(data, document)
    try:
        file = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        said = str(error).lower()
        is_locked = "password" in said or "security" in said
        raise UnreadableDocument(document, "encrypted" if is_locked else "corrupt") from error
    if _TRAILER not in data[-_TAIL:]:
        # PDFium makes up for a table of contents that is missing, with the pages that are left.
        file.close()
        raise UnreadableDocument(document, "truncated")
    return file


def _read_pages(file: pypdfium2.PdfDocument, document: str) -> list[PageText]:
    import pypdfium2

    pages = []
    for number in range(len(file)):
        try:
            page = read_page(file[number], number + 1)
        except pypdfium2.PdfiumError as error:
            raise UnreadableDocument(document, "corrupt") from error
        if page is None:
            raise UnreadableDocument(document, "zip_bomb")
        pages.append(add_tables(page))
    return pages


def _useful_title(title: str) -> str | None:
    """Return a metadata title unless it is a file name or a program's default."""
    if not title or re.search(
        r"\.(docx?|indd|pdf|odt|tex|html?)$|^(untitled|microsoft word|anonymous)", title, re.I
    ):
        return None
    return title


class _Assembler:
    """Makes blocks of lines: knows the body's font size, the running heads and the heading sizes."""

    def __init__(self, pages: list[PageText]) -> None:
        self._pages = pages
        sizes: Counter[float] = Counter()
        for page in pages:
            for line in page.lines:
                sizes[line.size] += len(line.text)
        self._body = sizes.most_common(1)[0][0] if sizes else 10.0
        headings = sorted(
            {line.size for page in pages for line in page.lines if line.size > self._body * 1.1}, reverse=True
        )
        self._levels = {size: min(position + 1, 6) for position, size in enumerate(headings)}
        self._running = RunningHeads(pages, body=self._body)
        self._tables = 0
        self._last_header: tuple[str, ...] = ()
        self._ends_in_table = False

    def blocks(self) -> Iterator[Block]:
        """Yield the document's blocks in reading order, each with its page."""
        for page in self._pages:
            lines = [line for line in page.lines if self._is_content(line, page)]
            pending: list[Line] = []
            for part in order_page(page, lines):
                if isinstance(part, Line):
                    pending.append(part)
                    continue
                yield from self._text(pending, page.number)
                pending = []
                yield from self._table(part[1], page.number)
            yield from self._text(pending, page.number)
            if lines or page.tables:
                self._ends_in_table = not pending

    def _is_content(self, line: Line, page: PageText) -> bool:
        return not (_LEADERS.search(line.text) or self._running.holds(line, page))

    def _table(self, rows: tuple[tuple[str, ...], ...], page: int) -> Iterator[Block]:
        first = rows[0]
        if self._carries_on(first):
            # The rows go on where the last page ended, without the header printed again.
            header = self._last_header
        elif all(first) and len(set(first)) == len(first) and all(len(cell) <= 60 for cell in first):
            self._tables += 1
            header, rows = first, rows[1:]
        else:
            self._tables += 1
            header = self._last_header if len(self._last_header) == len(first) else ()
        self._last_header, self._ends_in_table = header, False
        for cells in rows:
            yield Block(
                BlockKind.ROW,
                row_text(header, cells),
                header=header,
                cells=cells,
                table=self._tables,
                page=page,
            )

    def _carries_on(self, first: tuple[str, ...]) -> bool:
        """Tell whether a table that opens a page goes on with the fault table that ended the last one."""
        last = self._last_header
        if not self._ends_in_table or len(first) != len(last) or not is_fault_table(last):
            return False
        return column_roles(first) != column_roles(last)

    def _text(self, lines: list[Line], page: int) -> Iterator[Block]:
        if lines:
            self._ends_in_table = False
        group: list[Line] = []
        for line in lines:
            if group and self._starts_new(group[-1], line):
                yield self._block(group, page)
                group = []
            group.append(line)
        if group:
            yield self._block(group, page)

    def _starts_new(self, before: Line, line: Line) -> bool:
        if STEP.match(line.text) or BULLET.match(line.text) or _opens_notice(before, line):
            return True
        if self._is_heading(before) != self._is_heading(line) or (
            self._is_heading(line) and before.size != line.size
        ):
            return True
        height = max(before.size, line.size, 1.0)
        gap = before.bottom - line.top
        # A jump upwards is a new column; a wide gap is a new paragraph.
        return (
            gap > height * 0.75
            or gap < -height * 2.5
            or (before.is_bold != line.is_bold and gap > height * 0.4)
        )

    def _is_heading(self, line: Line) -> bool:
        text = line.text.strip()
        if len(text) > 120 or not any(c.isalpha() for c in text) or text.endswith((",", ";")):
            return False
        if line.size in self._levels:
            return True
        return (
            line.is_bold and bool(_NUMBERED_HEADING.match(text)) and not STEP.match(text) and len(text) < 80
        )

    def _level(self, line: Line) -> int:
        if line.size in self._levels:
            return self._levels[line.size]
        numbered = _NUMBERED_HEADING.match(line.text)
        return len(self._levels) + (len(numbered[1].split(".")) if numbered else 1)

    def _block(self, group: list[Line], page: int) -> Block:
        text = _join_lines([line.text.strip() for line in group])
        step, bullet = STEP.match(text), BULLET.match(text)
        if self._is_heading(group[0]) and not _CONTENTS.match(text):
            return Block(BlockKind.HEADING, text, level=self._level(group[0]), page=page)
        if step:
            return Block(BlockKind.STEP, text[step.end() :], number=step[1], page=page)
        if bullet:
            return Block(BlockKind.ITEM, text[bullet.end() :], page=page)
        return Block(BlockKind.PARAGRAPH, text, page=page)


def _join_pages(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield the blocks with a sentence that a page's end cuts in two in one piece again, on its first page."""
    last: Block | None = None
    for block in blocks:
        if last is not None and _goes_on(last, block):
            last = replace(last, text=_join_lines([last.text, block.text]))
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last


def _goes_on(last: Block, block: Block) -> bool:
    is_cut = last.kind in (BlockKind.PARAGRAPH, BlockKind.STEP, BlockKind.ITEM) and last.page != block.page
    return (
        is_cut
        and block.kind is BlockKind.PARAGRAPH
        and block.text[:1].islower()
        and not last.text.endswith((".", "!", "?", ":", ";", "…"))
    )


def _opens_notice(before: Line, line: Line) -> bool:
    """Tell whether a line opens a notice, and is no sentence about a warning that goes on with the line before.

    The label is in capitals and set off, or behind the end of a sentence, or would have had room on the line before.
    """
    found = split_notice(line.text)
    if found is None:
        return False
    label = line.text.strip().split(maxsplit=1)[0]
    if not label.isupper() or not found[1]:
        return label.isupper()
    is_ended = before.text.rstrip().endswith((".", ":", "!", "?", "。", "：", "！"))
    is_set_off = not label[-1].isalnum()
    return is_ended or is_set_off or before.right + len(label) * line.size < line.right


def _join_lines(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        is_hyphenated = re.search(r"[a-zäöüß]-$", text) and line[:1].islower()
        text = text[:-1] + line if is_hyphenated else f"{text} {line}"
    return text
