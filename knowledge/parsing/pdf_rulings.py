"""The ruling lines of a PDF page, as PDFium has them: level and upright strokes, and the sides of boxes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

from knowledge.parsing.pdf_objects import Box, PageObject, read_matrix

# Fewer paths make no table; more paths or lines are a drawing, in which finding tables takes minutes.
_LEAST_PATHS, _MOST_PATHS, _MOST_RULINGS = 4, 3_000, 10_000
# One path may be a whole drawing.
_MOST_SEGMENTS = 400
# Points. What multiplying matrices leaves of a straight line, and the shortest line that counts.
_STRAIGHT, _LEAST_LENGTH = 0.05, 1.0

_Point = tuple[float, float]


def find_rulings(raw: Any, paths: Sequence[PageObject]) -> tuple[Box, ...]:
    """Return the ruling lines among a page's paths, each as a box without width or without height.

    Empty for a page that has too few or too many to be one with tables.
    """
    if not _LEAST_PATHS <= len(paths) <= _MOST_PATHS:
        return ()
    rulings = tuple(
        line
        for path in paths
        for first, last in _strokes(raw, path)
        if (line := _straighten(first, last)) is not None
    )
    return rulings if len(rulings) <= _MOST_RULINGS else ()


def _straighten(first: _Point, last: _Point) -> Box | None:
    left, right = sorted((first[0], last[0]))
    bottom, top = sorted((first[1], last[1]))
    if top - bottom <= _STRAIGHT and right - left >= _LEAST_LENGTH:
        return left, right, bottom, bottom
    if right - left <= _STRAIGHT and top - bottom >= _LEAST_LENGTH:
        return left, left, bottom, top
    return None


def _strokes(raw: Any, path: PageObject) -> Iterator[tuple[_Point, _Point]]:
    """Yield both ends of each straight piece of a path, on the page."""
    count = raw.FPDFPath_CountSegments(path.item)
    if count > _MOST_SEGMENTS:
        return
    matrix = read_matrix(raw, path.item).then(path.holder)
    x, y = ctypes.c_float(), ctypes.c_float()
    begin = last = (0.0, 0.0)
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(path.item, number)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = matrix.apply(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            begin = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield last, point
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            yield last, begin
            last = begin
