"""HTML to blocks. Also the second half of the Markdown and RST parsers.

Only what a reader of the page would see is text: comments, scripts, and elements hidden by attribute,
inline style or the page's own style sheet are left out. So are the page's `meta` elements, which nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import count

from bs4 import BeautifulSoup
from bs4.element import Tag

from knowledge.blocks import Block, BlockKind, ParsedDocument, row_text
from knowledge.language.notices import notice_level, split_notice
from knowledge.parsing.decoding import decode_page
from knowledge.parsing.html_cells import grid_of, inline_text
from knowledge.parsing.html_hiding import remove_unseen

_CONTAINER_NAMES = """
html body div section article main aside header footer figure details form fieldset center blockquote
dl ul ol table pre p h1 h2 h3 h4 h5 h6 hr address
"""
_CONTAINERS = frozenset(_CONTAINER_NAMES.split())
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_BLANKS = re.compile(r"[^\S\n]+")
# Deeper than any page that people wrote; what is nested deeper is read as plain words.
_MAX_DEPTH = 90
_PARTS = frozenset(["table", "tbody", "thead", "tfoot", "tr", "td", "th", "ul", "ol", "li", "dl", "dt", "dd"])


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return the visible text of a page. Raises UnreadableDocument when the bytes are not text."""
    return parse_markup(decode_page(data, document))


def parse_markup(markup: str) -> ParsedDocument:
    """Return the blocks of an HTML page or fragment."""
    return parse_soup(BeautifulSoup(markup, "lxml"))


def parse_soup(soup: BeautifulSoup) -> ParsedDocument:
    """Return the blocks of a parsed page; hidden elements are removed from it first."""
    title = soup.title.get_text(" ", strip=True) if soup.title else None
    remove_unseen(soup)
    _flatten(soup)
    body = soup.body or soup
    return ParsedDocument(blocks=tuple(_Walker().walk(body)), title=title or None)


def _flatten(soup: BeautifulSoup) -> None:
    """Replace what is nested too deep by its words."""
    level: list[Tag] = [soup]
    for _ in range(_MAX_DEPTH):
        level = [child for tag in level for child in tag.children if isinstance(child, Tag)]
    for deep in level:
        tag = deep
        while tag.name in _PARTS and tag.parent is not None:
            tag = tag.parent
        if not tag.decomposed:
            tag.name, tag.string = "div", tag.get_text(" ")


def _find(tag: Tag, names: Container[str]) -> Tag | None:
    # Beautiful Soup's own `find` builds a matcher for every call, which is most of the time of a long page.
    return next((below for below in tag.descendants if isinstance(below, Tag) and below.name in names), None)


def _classes(tag: Tag) -> list[str]:
    value = tag.get("class")
    return [str(name) for name in value] if isinstance(value, list) else str(value or "").split()


class _Walker:
    """Walks a page once; holds the running number of tables."""

    def __init__(self) -> None:
        self._tables = count(1)

    def walk(self, root: Tag) -> Iterator[Block]:
        """Yield the blocks below a container in reading order; loose text becomes paragraphs."""
        loose: list[str] = []
        for child in root.children:
            if isinstance(child, Tag) and (child.name in _CONTAINERS or _find(child, _CONTAINERS)):
                yield from _paragraphs(loose)
                loose = []
                yield from self._element(child)
            else:
                loose.append(inline_text(child))
        yield from _paragraphs(loose)

    def _element(self, tag: Tag) -> Iterator[Block]:
        name = tag.name
        if name in _HEADINGS:
            yield Block(
                BlockKind.HEADING,
                inline_text(tag).strip("¶#\uf0c1 \n").replace("\n", " "),
                level=int(name[1]),
            )
        elif name in ("ul", "ol"):
            yield from self._list(tag, nesting=0)
        elif name == "table":
            yield from self._table(tag)
        elif name == "pre":
            yield Block(BlockKind.CODE, tag.get_text())
        elif name == "dl":
            yield from self._definitions(tag)
        else:
            level = self._notice_level(tag)
            if level is not None:
                yield from self._notice(tag, level)
            else:
                yield from self.walk(tag)

    @staticmethod
    def _class_level(tag: Tag) -> str | None:
        parts = (part for name in _classes(tag) for part in re.split(r"[-_]", name))
        return next((level for level in map(notice_level, parts) if level is not None), None)

    @staticmethod
    def _notice_level(tag: Tag) -> str | None:
        if tag.name not in ("div", "aside", "section", "blockquote", "p"):
            return None
        level = _Walker._class_level(tag)
        if level is not None:
            return level
        if tag.name == "blockquote":
            marker = re.match(r"\s*\[!(\w+)\]", tag.get_text())
            if marker:
                return notice_level(marker[1])
            found = split_notice(tag.get_text(" ", strip=True))
            return found[0] if found and found[1] else None
        return None

    def _notice(self, tag: Tag, level: str) -> Iterator[Block]:
        for title in tag.find_all(class_=re.compile(r"^(?:admonition-)?title$")):
            if notice_level(title.get_text()) is not None:
                title.decompose()
        words: list[str] = []
        spoken: str | None = None
        for block in self.walk(tag):
            if block.kind is BlockKind.ROW and (block.header or len(list(filter(None, block.cells))) > 1):
                yield block
                continue
            # A box is often laid out as a table: an icon, and beside it the words.
            text = re.sub(r"^\s*\[!\w+\]\s*", "", block.text)
            found = split_notice(text)
            words.append(found[1] if found else text)
            spoken = spoken or (found[0] if found else None)
        text = "\n".join(word for word in words if word.strip())
        if text:
            # "notice danger" is a class many manuals use: the word that people read decides.
            yield Block(BlockKind.NOTICE, text, notice=spoken or level)

    def _list(self, tag: Tag, *, nesting: int) -> Iterator[Block]:
        start = str(tag.get("start", "1"))
        number = int(start) if start.isdigit() else 1
        for item in (child for child in tag.children if isinstance(child, Tag) and child.name == "li"):
            value = str(item.get("value", ""))
            number = int(value) if value.isdigit() else number
            yield from self._item(item, nesting=nesting, number=number if tag.name == "ol" else None)
            number += 1

    def _item(self, item: Tag, *, nesting: int, number: int | None) -> Iterator[Block]:
        kind = BlockKind.ITEM if number is None else BlockKind.STEP
        is_first = True
        loose: list[str] = []

        def flush() -> Iterator[Block]:
            nonlocal is_first
            for block in _paragraphs(loose):
                if is_first and block.kind is BlockKind.PARAGRAPH:
                    is_first = False
                    yield Block(
                        kind, block.text, level=nesting, number=str(number) if number is not None else None
                    )
                else:
                    yield Block(block.kind, block.text, level=nesting + 1)
            loose.clear()

        for child in item.children:
            if isinstance(child, Tag) and child.name in ("ul", "ol"):
                yield from flush()
                yield from self._list(child, nesting=nesting + 1)
            elif isinstance(child, Tag) and child.name == "p" and self._notice_level(child) is None:
                yield from flush()
                loose.append(inline_text(child))
                yield from flush()
            elif isinstance(child, Tag) and (child.name in _CONTAINERS or _find(child, _CONTAINERS)):
                yield from flush()
                yield from self._element(child)
            else:
                loose.append(inline_text(child))
        yield from flush()

    def _definitions(self, tag: Tag) -> Iterator[Block]:
        term = ""
        for child in tag.find_all(["dt", "dd"]):
            if child.find_parent("dl") is not tag:
                continue
            if child.name == "dt":
                term = f"{term}, {inline_text(child).strip()}" if term else inline_text(child).strip()
                continue
            blocks = list(self.walk(child))
            if term and blocks and blocks[0].kind is BlockKind.PARAGRAPH:
                yield Block(BlockKind.ITEM, f"{term}: {blocks[0].text}")
                blocks = blocks[1:]
            elif term:
                yield Block(BlockKind.ITEM, term)
            yield from blocks
            term = ""
        if term:
            yield Block(BlockKind.ITEM, term)

    def _table(self, tag: Tag) -> Iterator[Block]:
        if _find(tag, ("table",)):
            yield from self._layout_table(tag)
            return
        caption = _find(tag, ("caption",))
        if caption:
            yield Block(BlockKind.PARAGRAPH, inline_text(caption))
        below = [child for child in tag.descendants if isinstance(child, Tag)]
        rows = [row for row in below if row.name == "tr" and _find(row, ("td", "th"))]
        grid = grid_of(rows)
        table = next(self._tables)
        header: tuple[str, ...] = ()
        words = [cell for cells in grid for cell in cells if cell]
        if (level := self._class_level(tag)) is not None and len(words) == 1:
            found = split_notice(words[0])
            spoken, text = found if found is not None and found[1] else (level, words[0])
            yield Block(BlockKind.NOTICE, text, notice=spoken)
            return
        for row, cells in zip(rows, grid, strict=True):
            is_header = any(above.name == "thead" for above in row.parents) or not _find(row, ("td",))
            if is_header and len(rows) > 1:
                header = (
                    cells
                    if not header
                    else tuple(" ".join(dict.fromkeys(pair)) for pair in zip(header, cells, strict=False))
                )
                continue
            yield Block(BlockKind.ROW, row_text(header, cells), header=header, cells=cells, table=table)

    def _layout_table(self, tag: Tag) -> Iterator[Block]:
        for cell in tag.find_all(["td", "th"]):
            if cell.find_parent("table") is tag:
                yield from self.walk(cell)


def _paragraphs(loose: list[str]) -> Iterator[Block]:
    text = "".join(loose).strip()
    if text:
        yield Block(BlockKind.PARAGRAPH, _BLANKS.sub(" ", text))
