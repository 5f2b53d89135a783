"""The words of HTML elements, and the cells of its tables with their spans filled in."""

from __future__ import annotations

import re

from bs4.element import NavigableString, PageElement, PreformattedString, Tag

_BLOCKS = ("p", "li", "div", "ul", "ol", "dl", "dt", "dd")
_BLANKS = re.compile(r"\s+")


def inline_text(node: PageElement) -> str:
    """Return the visible text of an inline node; line breaks are kept as newlines."""
    if isinstance(node, NavigableString):
        return "" if isinstance(node, PreformattedString) else _BLANKS.sub(" ", str(node))
    if not isinstance(node, Tag):
        return ""
    if node.name == "br":
        return "\n"
    if node.name == "img":
        return ""
    if node.name in ("sup", "sub") and not node.get_text(strip=True).isdigit():
        return node.get_text()
    return "".join(inline_text(child) for child in node.children)


def grid_of(rows: list[Tag]) -> list[tuple[str, ...]]:
    """Return the cells of each row with row and column spans filled in; a cell's lines are kept."""
    hanging: dict[int, tuple[int, str]] = {}
    grid = []
    for row in rows:
        cells: list[str] = []
        own = [cell for cell in row.children if isinstance(cell, Tag) and cell.name in ("td", "th")]
        while own or len(cells) in hanging:
            column = len(cells)
            if column in hanging:
                left, text = hanging.pop(column)
                if left > 1:
                    hanging[column] = (left - 1, text)
                cells.append(text)
                continue
            cell = own.pop(0)
            text = re.sub(r"\s*\n\s*", "\n", _cell_text(cell)).strip()
            wide = _span(cell, "colspan")
            for offset in range(wide):
                if _span(cell, "rowspan") > 1:
                    hanging[column + offset] = (_span(cell, "rowspan") - 1, text)
                cells.append(text if offset == 0 else "")
        grid.append(tuple(cells))
    return grid


def _cell_text(cell: Tag) -> str:
    parts = [
        ("\n" + _cell_text(child) + "\n")
        if isinstance(child, Tag) and child.name in _BLOCKS
        else inline_text(child)
        for child in cell.children
    ]
    return "".join(parts)


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    return min(max(int(value), 1), 50) if value.isdigit() else 1
