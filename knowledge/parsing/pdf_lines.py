"""The lines of a PDF page: text, place, font size and weight, as PDFium reports them."""

from __future__ import annotations

import contextlib
import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from knowledge.parsing.pdf_letters import Letter
from knowledge.parsing.pdf_objects import Box
from knowledge.parsing.pdf_sight import PageSight

if TYPE_CHECKING:
    import pypdfium2

# A page of a newspaper has 30,000.
MAX_PAGE_CHARACTERS = 200_000
_MARKER = re.compile(r"^\s*(?:[•▪◦‣○■–-]|\d{1,2}[.)])\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. Coordinates in points, origin at the bottom left; size rounded to halves."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    is_bold: bool


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's lines in the order of its content, and its tables with their boxes.

    `letters` and `rulings` are there until the tables are read; a ruling line is a box without width or
    without height. `is_picture` tells that pictures cover much of the page.
    """

    number: int
    height: float
    lines: tuple[Line, ...]
    rulings: tuple[Box, ...] = ()
    letters: tuple[Letter, ...] = ()
    is_picture: bool = False
    tables: tuple[tuple[Box, tuple[tuple[str, ...], ...]], ...] = ()


def read_page(page: pypdfium2.PdfPage, number: int) -> PageText | None:
    """Return what is seen of a page's text, and the ruling lines that are drawn on it.

    None for a page with more characters than any sheet of paper holds.
    """
    with contextlib.closing(page):
        height = page.get_height()
        with contextlib.closing(page.get_textpage()) as text_page:
            if text_page.count_chars() > MAX_PAGE_CHARACTERS:
                return None
            sight = PageSight(page, text_page)
            letters = list(_letters(text_page, sight))
            sight.mark_unseen(letters)
            if page.get_rotation() != 0:
                sight.turn_upright(letters)
    return PageText(
        number=number,
        height=height,
        lines=tuple(_attach_markers(list(_lines(letter for letter in letters if letter.is_seen)))),
        rulings=sight.rulings,
        letters=tuple(letters),
        is_picture=sight.is_picture,
    )


def _attach_markers(lines: list[Line]) -> list[Line]:
    """Put a bullet or number that was drawn on its own in front of the line beside it.

    A number that stands beside nothing stays where it is: it ends a sentence ("menu 5.").
    """
    markers = [position for position, line in enumerate(lines) if _MARKER.match(line.text)]
    marks: dict[int, int] = {}
    for position, line in enumerate(lines):
        middle = (line.top + line.bottom) / 2
        for marker in markers:
            mark = lines[marker]
            is_level = mark.bottom - 2 <= middle <= mark.top + mark.size * 0.6
            if marker != position and is_level and 0 < line.left - mark.right < 40:
                marks[position] = marker
                markers.remove(marker)
                break
    gone = set(marks.values())
    return [
        replace(line, text=f"{lines[marks[position]].text.strip()} {line.text}")
        if position in marks
        else line
        for position, line in enumerate(lines)
        if position not in gone and (any(c.isalnum() for c in line.text) or position not in markers)
    ]


def _lines(letters: Iterable[Letter]) -> Iterator[Line]:
    characters: list[str] = []
    boxes: list[Box] = []
    styles: Counter[tuple[float, bool]] = Counter()

    def close() -> Iterator[Line]:
        text = "".join(characters).strip()
        if text and boxes:
            size, is_bold = styles.most_common(1)[0][0]
            yield Line(
                text,
                left=min(box[0] for box in boxes),
                right=max(box[1] for box in boxes),
                bottom=min(box[2] for box in boxes),
                top=max(box[3] for box in boxes),
                size=size,
                is_bold=is_bold,
            )
        characters.clear()
        boxes.clear()
        styles.clear()

    for letter in letters:
        if letter.text == "\n":
            yield from close()
            continue
        characters.append(letter.text)
        if letter.box is not None and letter.look is not None:
            boxes.append(letter.box)
            styles[(letter.look.size, letter.look.is_bold)] += 1
    yield from close()


def _letters(text_page: pypdfium2.PdfTextPage, sight: PageSight) -> Iterator[Letter]:
    from pypdfium2 import raw

    handle = text_page.raw
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    references = [ctypes.byref(value) for value in (left, right, bottom, top)]
    high_surrogate = 0
    for index in range(raw.FPDFText_CountChars(handle)):
        code = raw.FPDFText_GetUnicode(handle, index)
        if code in (10, 13):
            yield Letter("\n")
            continue
        if 0xD800 <= code < 0xDC00:
            high_surrogate = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high_surrogate - 0xD800) << 10) + (code - 0xDC00) if high_surrogate else 0xFFFD
        high_surrogate = 0
        if code in (0, 0xFFFF):
            continue
        # PDFium reports a hyphen at the end of a line as 2 or U+FFFE.
        text = "-" if code in (2, 0xFFFE) else chr(code)
        look = None if text.isspace() else sight.look(index)
        if look is None or not raw.FPDFText_GetCharBox(handle, index, *references):
            yield Letter(text)
            continue
        yield Letter(text, (left.value, right.value, bottom.value, top.value), look)
