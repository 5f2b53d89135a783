"""What is drawn on a PDF page, also inside its forms, and how each thing's own coordinates lie in the page's."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

Box = tuple[float, float, float, float]
"""Left, right, bottom, top in points, origin at the bottom left."""

# Pages beyond this are not looked at closely: the plan of a plant, the scan of a poster.
MAX_OBJECTS = 20_000
_MAX_FORM_DEPTH = 6


class Matrix(NamedTuple):
    """x' = a x + c y + e and y' = b x + d y + f, in the order in which PDF writes it."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def then(self, outer: Matrix) -> Matrix:
        """Return the matrix that applies this one first."""
        return Matrix(
            self.a * outer.a + self.b * outer.c,
            self.a * outer.b + self.b * outer.d,
            self.c * outer.a + self.d * outer.c,
            self.c * outer.b + self.d * outer.d,
            self.e * outer.a + self.f * outer.c + outer.e,
            self.e * outer.b + self.f * outer.d + outer.f,
        )

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


class PageObject(NamedTuple):
    """A thing on a page: `kind` as PDFium numbers them; `holder` leads from its form's coordinates to the page's."""

    kind: int
    item: Any
    holder: Matrix
    depth: int


def read_matrix(raw: Any, item: Any) -> Matrix:
    """Return how an object's own coordinates lie in those of what holds it."""
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, ctypes.byref(matrix)):
        return Matrix()
    return Matrix(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def iter_objects(raw: Any, page: Any) -> Iterator[PageObject]:
    """Yield what is on a page, also inside its forms, at most a little over the limit."""
    waiting = [
        (raw.FPDFPage_GetObject(page, number), Matrix(), 0)
        for number in range(min(raw.FPDFPage_CountObjects(page), MAX_OBJECTS + 1))
    ]
    seen = 0
    while waiting and seen <= MAX_OBJECTS:
        item, holder, depth = waiting.pop()
        kind = raw.FPDFPageObj_GetType(item)
        seen += 1
        yield PageObject(kind, item, holder, depth)
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_FORM_DEPTH:
            within = read_matrix(raw, item).then(holder)
            inner = min(raw.FPDFFormObj_CountObjects(item), MAX_OBJECTS)
            waiting += [
                (raw.FPDFFormObj_GetObject(item, number), within, depth + 1) for number in range(inner)
            ]
