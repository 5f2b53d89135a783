"""Read the Markdown-like sources of the printed sample documents into blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style."""

    text: str
    is_bold: bool = False


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a chapter, level 2 a section of it."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    line: Line


@dataclass(frozen=True, slots=True)
class Notice:
    """A hazard notice; `level` is DANGER, WARNING, CAUTION or NOTICE."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list; numbered lists count from 1."""

    items: tuple[Line, ...]
    is_numbered: bool


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table whose first row is its header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Notice | ItemList | TextTable


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One printed document: what stands on its title block, and its blocks in order."""

    title: str
    subtitle: str
    number: str
    edition: str
    blocks: tuple[Block, ...]


def read_source(path: Path) -> SourceDocument:
    """Return the document that the source file describes.

    Raises:
        KeyError: the front matter lacks title, subtitle, number or edition.
        ValueError: the file has no front matter, or holds something that cannot be printed.
    """
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in front.splitlines() if line)
    return SourceDocument(
        title=fields["title"],
        subtitle=fields["subtitle"],
        number=fields["number"],
        edition=fields["edition"],
        blocks=tuple(_read_blocks(_PARSER.parse(body))),
    )


def plain_text(line: Line) -> str:
    """Return the text of a line without its styles."""
    return "".join(span.text for span in line)


def _read_blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _find_close(tokens, position)
        inside = tokens[position + 1 : end]
        yield _read_block(token, inside)
        position = end + 1


def _read_block(token: Token, inside: Sequence[Token]) -> Block:
    lines = [_read_line(inner) for inner in inside if inner.type == "inline"]
    if token.type == "heading_open":
        return Heading(level=int(token.tag[1]), text=plain_text(lines[0]))
    if token.type == "paragraph_open":
        return Paragraph(line=lines[0])
    if token.type in ("ordered_list_open", "bullet_list_open"):
        return ItemList(items=tuple(lines), is_numbered=token.type == "ordered_list_open")
    if token.type == "blockquote_open":
        level, text = plain_text(lines[0]).split(": ", 1)
        return Notice(level=level, text=text)
    if token.type == "table_open":
        width = sum(inner.type == "th_open" for inner in inside)
        cells = [plain_text(line) for line in lines]
        rows = [tuple(cells[start : start + width]) for start in range(0, len(cells), width)]
        return TextTable(header=rows[0], rows=tuple(rows[1:]))
    raise ValueError(f"the source holds {token.type}, which has no printed form")


def _find_close(tokens: Sequence[Token], start: int) -> int:
    depth = 0
    for position in range(start, len(tokens)):
        depth += tokens[position].nesting
        if depth == 0:
            return position
    raise ValueError(f"token {start} is never closed")


def _read_line(token: Token) -> Line:
    spans: list[Span] = []
    is_bold = False
    for child in token.children or ():
        if child.type == "strong_open":
            is_bold = True
        elif child.type == "strong_close":
            is_bold = False
        elif child.type == "softbreak":
            spans.append(Span(" ", is_bold))
        elif child.content:
            spans.append(Span(child.content, is_bold))
    return tuple(spans)
