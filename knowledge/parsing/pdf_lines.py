"""The lines of a PDF page: text, place, font size and weight, as PDFium reports them."""

from __future__ import annotations

import contextlib
import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2

_MARKER = re.compile(r"^\s*(?:[•▪◦‣○■–-]|\d{1,2}[.)])\s*$")
_MAX_OBJECTS = 20_000
_BOLD_WEIGHT = 600
_FORCE_BOLD_FLAG = 1 << 18


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
    """A page's lines in the order of its content, its tables with their boxes, its ruling lines counted."""

    number: int
    height: float
    lines: tuple[Line, ...]
    rulings: int
    tables: tuple[tuple[tuple[float, float, float, float], tuple[tuple[str, ...], ...]], ...] = ()


def read_page(page: pypdfium2.PdfPage, number: int) -> PageText:
    """Return a page's lines and how many paths are drawn on it (tables have at least four)."""
    from pypdfium2 import raw

    with contextlib.closing(page):
        height = page.get_height()
        with contextlib.closing(page.get_textpage()) as text_page:
            lines = tuple(_attach_markers(list(_lines(text_page))))
        total = min(raw.FPDFPage_CountObjects(page.raw), _MAX_OBJECTS)
        kinds = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page.raw, i)) for i in range(total))
        rulings = sum(kind == raw.FPDF_PAGEOBJ_PATH for kind in kinds)
    return PageText(number=number, height=height, lines=lines, rulings=rulings)


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


def _lines(text_page: pypdfium2.PdfTextPage) -> Iterator[Line]:
    from pypdfium2 import raw

    handle = text_page.raw
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    references = [ctypes.byref(value) for value in (left, right, bottom, top)]
    characters: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
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

    high_surrogate = 0
    for index in range(raw.FPDFText_CountChars(handle)):
        code = raw.FPDFText_GetUnicode(handle, index)
        if code in (10, 13):
            yield from close()
            continue
        if 0xD800 <= code < 0xDC00:
            high_surrogate = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high_surrogate - 0xD800) << 10) + (code - 0xDC00) if high_surrogate else 0xFFFD
        high_surrogate = 0
        if code in (0, 2, 0xFFFE, 0xFFFF):
            # PDFium reports a hyphen at the end of a line as 2 or U+FFFE.
            characters.append("-" if code in (2, 0xFFFE) else "")
            continue
        characters.append(chr(code))
        if chr(code).isspace():
            continue
        if raw.FPDFText_GetCharBox(handle, index, *references):
            boxes.append((left.value, right.value, bottom.value, top.value))
            styles[(_size(raw, handle, index), _is_bold(raw, handle, index))] += 1
    yield from close()


def _size(raw: object, handle: object, index: int) -> float:
    matrix = raw.FS_MATRIX()  # type: ignore[attr-defined]
    size = float(raw.FPDFText_GetFontSize(handle, index))  # type: ignore[attr-defined]
    if raw.FPDFText_GetMatrix(handle, index, ctypes.byref(matrix)):  # type: ignore[attr-defined]
        size *= max(abs(matrix.d), abs(matrix.b), 1e-3)
    return round(size * 2) / 2


def _is_bold(raw: object, handle: object, index: int) -> bool:
    name = ctypes.create_string_buffer(96)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(handle, index, name, 96, ctypes.byref(flags))  # type: ignore[attr-defined]
    weight = raw.FPDFText_GetFontWeight(handle, index)  # type: ignore[attr-defined]
    return weight >= _BOLD_WEIGHT or bool(flags.value & _FORCE_BOLD_FLAG) or b"bold" in name.value.lower()
