"""The characters of a PDF page, and how they look."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.parsing.pdf_objects import Box

_LEAST_ALPHA = 13
_FILLED, _INVISIBLE, _CLIPPING = 0, 3, 7


@dataclass(frozen=True, slots=True)
class Look:
    """How the letters of one text object look. `size` is in points, rounded to halves.

    `colour` is red, green and blue of 0..255, None for a pattern or an outline. `has_font` is False where
    the letters are not in the file.
    """

    address: int
    size: float
    is_bold: bool
    mode: int
    colour: tuple[int, int, int] | None
    alpha: int
    has_font: bool

    @property
    def is_filled(self) -> bool:
        """Whether the letters are surfaces of one colour, without an outline."""
        return self.mode == _FILLED

    @property
    def is_invisible(self) -> bool:
        """Whether the letters are drawn so that nothing of them shows."""
        return self.mode in (_INVISIBLE, _CLIPPING) or (self.is_filled and self.alpha < _LEAST_ALPHA)


@dataclass(slots=True)
class Letter:
    """One character of a page. Blanks and the ends of lines have neither box nor look."""

    text: str
    box: Box | None = None
    look: Look | None = None
    is_seen: bool = True
