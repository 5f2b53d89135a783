"""AsciiDoc to blocks: sections, lists, admonitions, tables, listings and definition lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from knowledge.blocks import Block, BlockKind, ParsedDocument, row_text
from knowledge.language.notices import notice_level
from knowledge.parsing.asciidoc_conditions import shown_lines
from knowledge.parsing.decoding import decode
from knowledge.parsing.html import parse_markup

_HEADING = re.compile(r"^(={1,6}|#{1,6})\s+(.+?)(?:\s+=+)?$")
_STEP = re.compile(r"^\s*(\.{1,5}|\d+\.|[a-z]\.)\s+(.+)$")
_ITEM = re.compile(r"^\s*(\*{1,5}|-)\s+(.+)$")
_DEFINITION = re.compile(r"^\s*(\S.*?)(:{2,4}|;;)(?:\s+(.*))?$")
_ADMONITION = re.compile(r"^(NOTE|TIP|IMPORTANT|WARNING|CAUTION|DANGER|NOTICE):\s+(.+)$")
_STYLE = re.compile(r"^\[([^\]]*)\]\s*$")
_ATTRIBUTE = re.compile(r"^:([\w-]+)!?:\s*(.*)$")
_FENCE = re.compile(r"^(={4,}|-{4,}|\.{4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```\w*)\s*$")
_PREPROCESSOR = re.compile(r"^(?:(?:include|toc)::|'{3,}$|<{3,}$)")
_MACRO = re.compile(r"(?:link|xref|mailto|footnote|kbd|btn|menu|indexterm2):{1,2}([^\s\[]*)\[([^\]]*)\]")
# Nobody sees the words of these: what stands for a picture, entries of an index, names of places.
_UNSEEN_MACRO = re.compile(
    r"(?:image|icon|video|audio|indexterm|anchor):{1,2}[^\s\[]*\[[^\]]*\]|\(\(\(.*?\)\)\)|\[\[.*?\]\]"
)
# Markup that is passed on to the page as it is.
_PASSED = re.compile(r"pass:[a-z,]*\[(.*?)\](?=\W|$)|\+\+\+(.*?)\+\+\+")
_CELL = re.compile(r"(?:^|\s)(?:\d+\+|\.\d+\+|\d+\.\d+\+)?[<^>.]*[aehlmsdv]?\|")


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return the blocks of an AsciiDoc file. Raises UnreadableDocument when the bytes are not text."""
    reader = _Reader(list(shown_lines(decode(data, document).splitlines())))
    blocks = tuple(reader.read())
    return ParsedDocument(blocks=blocks, title=reader.attributes.get("title"), metadata=reader.attributes)


def inline(text: str) -> str:
    """Return the words of a line without AsciiDoc's inline marks."""
    text = _UNSEEN_MACRO.sub("", _PASSED.sub(lambda m: _shown_markup(m[1] or m[2] or ""), text))
    text = re.sub(r"<<[^,>]*,([^>]*)>>", lambda m: m[1] or "", text)
    text = re.sub(r"<<([^>]*)>>|\(\((.*?)\)\)", lambda m: m[1] or m[2] or "", text)
    text = _MACRO.sub(lambda m: m[2] or m[1], text)
    text = re.sub(r"(https?://[^\s\[]+)\[([^\]]*)\]", lambda m: f"{m[2]} ({m[1]})" if m[2] else m[1], text)
    text = re.sub(r"(?<!\w)([*_`+#^~])(\S(?:.*?\S)?)\1(?!\w)", r"\2", text)
    return re.sub(r"\{(?:nbsp|zwsp|empty|sp)\}|\s\+$", " ", text).strip()


def _shown_markup(markup: str) -> str:
    """Return the words that a reader sees of HTML inside a line."""
    return " ".join(block.text for block in parse_markup(markup).blocks) if "<" in markup else markup


class _Reader:
    """Reads lines once; knows the running table number and the attributes set so far."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._position = 0
        self._tables = 0
        self._style = ""
        self._numbers: dict[int, int] = {}
        self.attributes: dict[str, str] = {}

    def read(self) -> Iterator[Block]:
        """Yield the blocks in order."""
        while self._position < len(self._lines):
            line = self._lines[self._position]
            self._position += 1
            yield from self._line(line)

    def _line(self, line: str) -> Iterator[Block]:
        if not line.strip() or (line.startswith("//") and not line.startswith("////")):
            return
        if line.strip() == "+" or _PREPROCESSOR.match(line):
            return
        attribute = _ATTRIBUTE.match(line)
        if attribute:
            self.attributes[attribute[1].lower()] = attribute[2]
            return
        style = _STYLE.match(line)
        if style:
            self._style = style[1].lower()
            return
        if line.startswith("|==="):
            yield from self._table()
        elif _FENCE.match(line):
            yield from self._fenced(line.strip())
        else:
            yield from self._text(line)
        self._style = ""

    def _text(self, line: str) -> Iterator[Block]:
        heading, admonition = _HEADING.match(line), _ADMONITION.match(line)
        step, item = _STEP.match(line), _ITEM.match(line)
        if heading:
            self._numbers.clear()
            yield Block(BlockKind.HEADING, inline(heading[2]), level=len(heading[1]))
        elif admonition:
            text = self._paragraph(admonition[2])
            level = notice_level(admonition[1])
            yield Block(BlockKind.NOTICE if level else BlockKind.PARAGRAPH, text, notice=level)
        elif step:
            nesting = len(step[1]) - 1 if step[1].startswith(".") else int(step[1][0].isalpha())
            self._numbers = {depth: n for depth, n in self._numbers.items() if depth <= nesting}
            self._numbers[nesting] = self._numbers.get(nesting, 0) + 1
            number = step[1].rstrip(".") or str(self._numbers[nesting])
            yield Block(BlockKind.STEP, self._paragraph(step[2]), level=nesting, number=number)
        elif item:
            yield Block(BlockKind.ITEM, self._paragraph(item[2]), level=len(item[1]) - 1)
        elif definition := _DEFINITION.match(line):
            term, words = inline(definition[1]), definition[3] or ""
            body = self._paragraph(words) if words or self._has_more() else ""
            yield Block(BlockKind.ITEM, f"{term}: {body}" if body else term)
        elif self._style.startswith("comment"):
            self._paragraph(line)
        elif line.startswith(".") and len(line) > 1 and not line.startswith(".."):
            yield Block(BlockKind.PARAGRAPH, inline(line[1:]))
        else:
            text = self._paragraph(line)
            level = notice_level(self._style)
            yield Block(BlockKind.NOTICE if level else BlockKind.PARAGRAPH, text, notice=level)
            if "image::" not in line:
                self._numbers.clear()

    def _has_more(self) -> bool:
        return self._position < len(self._lines) and bool(self._lines[self._position].strip())

    def _paragraph(self, first: str) -> str:
        parts = [inline(first)]
        while self._has_more():
            line = self._lines[self._position]
            if any(mark.match(line) for mark in (_FENCE, _STYLE, _ATTRIBUTE, _PREPROCESSOR)):
                break
            if line.startswith(("|===", "//")) or line.strip() == "+":
                break
            if _STEP.match(line) or _ITEM.match(line) or _HEADING.match(line) or _DEFINITION.match(line):
                break
            parts.append(inline(line))
            self._position += 1
        return " ".join(part for part in parts if part)

    def _fenced(self, fence: str) -> Iterator[Block]:
        body: list[str] = []
        closing = "```" if fence.startswith("```") else fence
        while self._position < len(self._lines) and self._lines[self._position].strip() != closing:
            body.append(self._lines[self._position])
            self._position += 1
        self._position += 1
        if fence.startswith("//") or self._style.startswith("comment"):
            return
        if fence.startswith("+") or self._style.startswith("pass"):
            yield from parse_markup("\n".join(body)).blocks
            return
        if fence.startswith(("-", ".", "`")) and fence != "--":
            yield Block(BlockKind.CODE, "\n".join(body))
            return
        level = notice_level(self._style)
        inner = list(_Reader(body).read())
        if level is None:
            yield from (replace(block, table=self._renumber(block.table)) for block in inner)
        else:
            yield Block(BlockKind.NOTICE, "\n".join(block.text for block in inner), notice=level)

    def _renumber(self, table: int | None) -> int | None:
        return None if table is None else table + 1000 * (self._tables + 1)

    def _table(self) -> Iterator[Block]:
        style, self._style = self._style, ""
        lines: list[str] = []
        while self._position < len(self._lines) and not self._lines[self._position].startswith("|==="):
            if lines or self._lines[self._position].strip():
                lines.append(self._lines[self._position])
            self._position += 1
        self._position += 1
        self._tables += 1
        filled = [line for line in lines if line.strip()]
        first = _cells(filled[0]) if filled else []
        columns = _column_count(style) or len(first)
        cells = _join_cells(filled) if columns else []
        rows = [tuple(cells[start : start + columns]) for start in range(0, len(cells), max(columns, 1))]
        has_header = "header" in style or (len(lines) > 1 and bool(lines[0].strip()) and not lines[1].strip())
        has_header = has_header or len(first) < columns == _lines_to_blank(lines)
        header = rows.pop(0) if has_header and len(rows) > 1 else ()
        for row in rows:
            yield Block(BlockKind.ROW, row_text(header, row), header=header, cells=row, table=self._tables)


def _cells(line: str) -> list[str]:
    parts = _CELL.split(line)
    if parts and not parts[0].strip():
        parts = parts[1:]
    return [inline(part) for part in parts]


def _lines_to_blank(lines: list[str]) -> int:
    return next((count for count, line in enumerate(lines) if not line.strip()), len(lines))


def _join_cells(lines: list[str]) -> list[str]:
    """Return the cells of a table; a line that opens no cell continues the one before."""
    cells: list[str] = []
    for line in lines:
        found = _cells(line)
        if cells and not _CELL.match(line):
            cells[-1] = f"{cells[-1]} {found.pop(0)}".strip()
        cells += found
    return cells


def _column_count(style: str) -> int | None:
    match = re.search(r'cols\s*=\s*"?([^"\]]+)"?', style)
    if match is None:
        return None
    columns = match[1].strip()
    repeated = re.match(r"^(\d+)\*", columns)
    return int(repeated[1]) if repeated else columns.count(",") + 1
