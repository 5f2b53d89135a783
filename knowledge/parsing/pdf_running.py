"""The running heads and feet of a PDF: the lines at the edges of its pages that say the same on several."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from knowledge.language.notices import split_notice
from knowledge.parsing.pdf_lines import Line, PageText
from knowledge.parsing.plain import BULLET, STEP

_NUMBER = re.compile(r"\d+")
# Two lines stand at the same place when they are this near, in points.
_SAME_PLACE = 2.0


class RunningHeads:
    """Tells the running heads and feet of a document from its text."""

    def __init__(self, pages: Sequence[PageText], *, body: float) -> None:
        """Look for them. `body` is the font size of the text, in points."""
        self._body = body
        self._keys = _repeated_keys(pages, body=body)
        self._twins = {found for pair in _neighbours(pages) for found in _find_twins(*pair, body=body)}

    def holds(self, line: Line, page: PageText) -> bool:
        """Tell whether a line of a page is one."""
        if (page.number, line) in self._twins:
            return True
        return any(key in self._keys for key in _edge_keys(line, page, body=self._body))


def _neighbours(pages: Sequence[PageText]) -> Iterator[tuple[PageText, PageText]]:
    """Yield each page with the next one and, left and right pages having heads of their own, the one after."""
    yield from pairwise(pages)
    yield from zip(pages, pages[2:], strict=False)


def _find_twins(page: PageText, other: PageText, *, body: float) -> Iterator[tuple[int, Line]]:
    """Yield the lines, each with its page's number, that stand outermost on both pages and say the same.

    Numbers may differ as the pages' own do. A line in a larger type stays on the first page: it may be its title.
    """
    for is_foot in (True, False):
        mine, theirs = _from_edge(page, is_foot=is_foot), _from_edge(other, is_foot=is_foot)
        count = 0
        for line, twin in zip(mine, theirs, strict=False):
            at_edge = _is_at_edge(line, page) and _is_at_edge(twin, other)
            if not at_edge or not _is_twin(line, twin, turned=other.number - page.number):
                break
            count += 1
        if not (_is_set_apart(mine, count) and _is_set_apart(theirs, count)):
            continue
        for line, twin in zip(mine[:count], theirs[:count], strict=True):
            yield other.number, twin
            if line.size <= body * 1.1:
                yield page.number, line


def _from_edge(page: PageText, *, is_foot: bool) -> list[Line]:
    return sorted(page.lines, key=lambda line: (line.bottom if is_foot else -line.top, line.left))


def _is_set_apart(lines: Sequence[Line], count: int) -> bool:
    """Tell whether the first lines from an edge keep a distance from the next: a head does, a paragraph doesn't."""
    if not 0 < count < len(lines):
        return count > 0
    last, following = lines[count - 1], lines[count]
    return max(last.bottom - following.top, following.bottom - last.top) > last.size


def _is_twin(line: Line, twin: Line, *, turned: int) -> bool:
    """Tell whether two lines say the same at the same place. `turned` is how many pages lie between them."""
    is_same_place = (
        abs(line.bottom - twin.bottom) <= _SAME_PLACE
        and line.size == twin.size
        and min(abs(line.left - twin.left), abs(line.right - twin.right)) <= _SAME_PLACE
    )
    if not is_same_place or _NUMBER.sub("#", line.text) != _NUMBER.sub("#", twin.text):
        return False
    if STEP.match(line.text) or BULLET.match(line.text) or split_notice(line.text) is not None:
        return False
    numbers = zip(_NUMBER.findall(line.text), _NUMBER.findall(twin.text), strict=True)
    return all(int(other) - int(own) in (0, turned) for own, other in numbers)


def _is_at_edge(line: Line, page: PageText) -> bool:
    return line.bottom <= page.height * 0.1 or line.top >= page.height * 0.9


def _edge_keys(line: Line, page: PageText, *, body: float) -> list[str]:
    """Return what identifies a line near the page's edge as a running head; none elsewhere.

    One key is its words with digits as one mark. Where the line starts or ends with a number, the
    other is that number's distance from the page's own: printed page numbers keep theirs.
    """
    if not _is_at_edge(line, page):
        return []
    half = "foot" if line.bottom < page.height / 2 else "head"
    text = re.sub(r"\s+", " ", line.text.strip())
    if line.size > body * 1.1:
        # "Chapter 2", "Chapter 3" at the top of their pages are headings, only a repeated one is not.
        return [half + text]
    keys = [half + _NUMBER.sub("#", text)]
    for match in re.finditer(r"^\d{1,4}(?!\d)|(?<!\d)\d{1,4}$", text):
        keys.append(f"{half} page {int(match[0]) - page.number}")
    return keys


def _repeated_keys(pages: Sequence[PageText], *, body: float) -> set[str]:
    """Return the keys that repeat on at least three pages and a fifth of all."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({key for line in page.lines for key in _edge_keys(line, page, body=body)})
    least = max(3, len(pages) // 5)
    return {
        key for key, count in counts.items() if count >= least or (key in ("foot#", "head#") and count > 1)
    }
