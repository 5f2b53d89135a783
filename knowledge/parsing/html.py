"""HTML to blocks. Also the second half of the Markdown and RST parsers.

Only what a reader of the page would see is text: comments, scripts, and elements hidden by attribute,
inline style or the page's own style sheet are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from bs4 import BeautifulSoup
from bs4.element import Tag

from knowledge.blocks import Block, BlockKind, ParsedDocument, row_text
from knowledge.language.notices import notice_level, split_notice
from knowledge.parsing.files import decode
from knowledge.parsing.html_cells import grid_of, inline_text

_DROPPED = (
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "svg",
    "math",
    "iframe",
    "object",
    "select",
    "button",
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|font-size\s*:\s*0", re.I
)
_HIDING_RULE = re.compile(
    r"([^{}]+)\{[^{}]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0)[^{}]*\}", re.I
)
_CONTAINER_NAMES = """
html body div section article main aside header footer figure details form fieldset center blockquote
dl ul ol table pre p h1 h2 h3 h4 h5 h6 hr address
"""
_CONTAINERS = frozenset(_CONTAINER_NAMES.split())
_MAX_DEPTH = 150


def parse(data: bytes, document: str) -> ParsedDocument:
    """Return the visible text of a page. Raises UnreadableDocument when the bytes are not text."""
    declared = re.search(rb"charset=[\"']?([\w-]+)", data[:2048])
    if declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        soup = BeautifulSoup(data, "lxml")
    else:
        soup = BeautifulSoup(decode(data, document), "lxml")
    return parse_soup(soup)


def parse_markup(markup: str) -> ParsedDocument:
    """Return the blocks of an HTML fragment."""
    return parse_soup(BeautifulSoup(markup, "lxml"))


def parse_soup(soup: BeautifulSoup) -> ParsedDocument:
    """Return the blocks of a parsed page; hidden elements are removed from it first."""
    title = soup.title.get_text(" ", strip=True) if soup.title else None
    metadata = {
        str(tag["name"]).lower(): str(tag.get("content", ""))
        for tag in soup.find_all("meta")
        if tag.get("name")
    }
    _remove_hidden(soup)
    body = soup.body or soup
    return ParsedDocument(blocks=tuple(_Walker().walk(body)), title=title or None, metadata=metadata)


def _remove_hidden(soup: BeautifulSoup) -> None:
    selectors = [
        selector.strip()
        for style in soup.find_all("style")
        for rule in _HIDING_RULE.finditer(style.get_text())
        for selector in rule[1].split(",")
        if re.fullmatch(r"[\w\s.#-]+", selector.strip())
    ]
    hidden = [tag for selector in selectors for tag in soup.select(selector)]
    hidden += soup.find_all(_DROPPED)
    hidden += soup.find_all(lambda tag: tag.has_attr("hidden") or tag.get("aria-hidden") == "true")
    hidden += soup.find_all(style=_HIDING)
    for tag in hidden:
        if not tag.decomposed:
            tag.decompose()


def _classes(tag: Tag) -> list[str]:
    value = tag.get("class")
    return [str(name) for name in value] if isinstance(value, list) else str(value or "").split()


class _Walker:
    """Walks a page once; holds the running number of tables."""

    def __init__(self) -> None:
        self._tables = count(1)

    def walk(self, root: Tag, depth: int = 0) -> Iterator[Block]:
        """Yield the blocks below a container in reading order; loose text becomes paragraphs."""
        if depth > _MAX_DEPTH:
            yield Block(BlockKind.PARAGRAPH, root.get_text(" "))
            return
        loose: list[str] = []
        for child in root.children:
            if isinstance(child, Tag) and (child.name in _CONTAINERS or child.find(_CONTAINERS)):
                yield from _paragraphs(loose)
                loose = []
                yield from self._element(child, depth)
            else:
                loose.append(inline_text(child))
        yield from _paragraphs(loose)

    def _element(self, tag: Tag, depth: int) -> Iterator[Block]:
        name = tag.name
        if re.fullmatch(r"h[1-6]", name):
            yield Block(
                BlockKind.HEADING,
                inline_text(tag).strip("¶#\uf0c1 \n").replace("\n", " "),
                level=int(name[1]),
            )
        elif name in ("ul", "ol"):
            yield from self._list(tag, depth, nesting=0)
        elif name == "table":
            yield from self._table(tag, depth)
        elif name == "pre":
            yield Block(BlockKind.CODE, tag.get_text())
        elif name == "dl":
            yield from self._definitions(tag, depth)
        else:
            level = self._notice_level(tag)
            if level is not None:
                yield from self._notice(tag, level, depth)
            else:
                yield from self.walk(tag, depth + 1)

    @staticmethod
    def _notice_level(tag: Tag) -> str | None:
        if tag.name not in ("div", "aside", "section", "blockquote", "p"):
            return None
        for name in _classes(tag):
            for part in re.split(r"[-_]", name):
                level = notice_level(part)
                if level is not None:
                    return level
        if tag.name == "blockquote":
            marker = re.match(r"\s*\[!(\w+)\]", tag.get_text())
            if marker:
                return notice_level(marker[1])
            found = split_notice(tag.get_text(" ", strip=True))
            return found[0] if found and found[1] else None
        return None

    def _notice(self, tag: Tag, level: str, depth: int) -> Iterator[Block]:
        for title in tag.find_all(class_=re.compile(r"^(?:admonition-)?title$")):
            if notice_level(title.get_text()) is not None:
                title.decompose()
        words: list[str] = []
        spoken: str | None = None
        for block in self.walk(tag, depth + 1):
            if block.kind is BlockKind.ROW:
                yield block
                continue
            text = re.sub(r"^\s*\[!\w+\]\s*", "", block.text)
            found = split_notice(text)
            words.append(found[1] if found else text)
            spoken = spoken or (found[0] if found else None)
        text = "\n".join(word for word in words if word.strip())
        if text:
            # "notice danger" is a class many manuals use: the word that people read decides.
            yield Block(BlockKind.NOTICE, text, notice=spoken or level)

    def _list(self, tag: Tag, depth: int, *, nesting: int) -> Iterator[Block]:
        start = str(tag.get("start", "1"))
        number = int(start) if start.isdigit() else 1
        for item in tag.find_all("li", recursive=False):
            value = str(item.get("value", ""))
            number = int(value) if value.isdigit() else number
            yield from self._item(item, depth, nesting=nesting, number=number if tag.name == "ol" else None)
            number += 1

    def _item(self, item: Tag, depth: int, *, nesting: int, number: int | None) -> Iterator[Block]:
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
                yield from self._list(child, depth + 1, nesting=nesting + 1)
            elif isinstance(child, Tag) and child.name == "p" and self._notice_level(child) is None:
                yield from flush()
                loose.append(inline_text(child))
                yield from flush()
            elif isinstance(child, Tag) and (child.name in _CONTAINERS or child.find(_CONTAINERS)):
                yield from flush()
                yield from self._element(child, depth + 1)
            else:
                loose.append(inline_text(child))
        yield from flush()

    def _definitions(self, tag: Tag, depth: int) -> Iterator[Block]:
        term = ""
        for child in tag.find_all(["dt", "dd"]):
            if child.find_parent("dl") is not tag:
                continue
            if child.name == "dt":
                term = f"{term}, {inline_text(child).strip()}" if term else inline_text(child).strip()
                continue
            blocks = list(self.walk(child, depth + 1))
            if term and blocks and blocks[0].kind is BlockKind.PARAGRAPH:
                yield Block(BlockKind.ITEM, f"{term}: {blocks[0].text}")
                blocks = blocks[1:]
            elif term:
                yield Block(BlockKind.ITEM, term)
            yield from blocks
            term = ""
        if term:
            yield Block(BlockKind.ITEM, term)

    def _table(self, tag: Tag, depth: int) -> Iterator[Block]:
        if tag.find("table"):
            yield from self._layout_table(tag, depth)
            return
        caption = tag.find("caption")
        if caption:
            yield Block(BlockKind.PARAGRAPH, inline_text(caption))
        rows = [row for row in tag.find_all("tr") if row.find(["td", "th"])]
        grid = grid_of(rows)
        table = next(self._tables)
        header: tuple[str, ...] = ()
        for row, cells in zip(rows, grid, strict=True):
            is_header = row.find_parent("thead") is not None or not row.find("td")
            if is_header and len(rows) > 1:
                header = (
                    cells
                    if not header
                    else tuple(" ".join(dict.fromkeys(pair)) for pair in zip(header, cells, strict=False))
                )
                continue
            yield Block(BlockKind.ROW, row_text(header, cells), header=header, cells=cells, table=table)

    def _layout_table(self, tag: Tag, depth: int) -> Iterator[Block]:
        for cell in tag.find_all(["td", "th"]):
            if cell.find_parent("table") is tag:
                yield from self.walk(cell, depth + 1)


def _paragraphs(loose: list[str]) -> Iterator[Block]:
    text = "".join(loose).strip()
    if text:
        yield Block(BlockKind.PARAGRAPH, re.sub(r"[^\S\n]+", " ", text))
