"""What the reader of a PDF page sees: the page is drawn with its text and without it, and compared.

Letters that change no pixel are not seen: below a box, clipped away, on a layer that is off. Letters in
the colour of their ground, drawn as invisible, without opacity, too small or beside the page are not seen
either. One exception: the recognised text of a scan is invisible by design, and stands for the picture
that covers it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.parsing.pdf_letters import Letter, Look
from knowledge.parsing.pdf_objects import MAX_OBJECTS, Box, iter_objects
from knowledge.parsing.pdf_pixels import count_in, find_unlike, sum_up
from knowledge.parsing.pdf_rulings import find_rulings

if TYPE_CHECKING:
    import pypdfium2

_LEAST_POINTS = 1.5
# One pixel a point shows whether there is text; larger pages are drawn smaller, so that memory stays flat.
_MAX_PIXELS = 2_000_000
# Pages with more pictures than this, or too many objects, are not drawn. What is declared still counts.
_MAX_IMAGE_PIXELS = 40_000_000
# The box of a letter may miss its ink, that of four in a row doesn't.
_LEAST_RUN = 4
# Every program that shows PDFs can draw these letters, whether their font is in the file or not.
_LATIN = 0x250
# A picture of half the page with hardly any text drawn on it is a scan.
_SCAN_SHARE = 0.5
_SCAN_TEXT_SHARE = 0.2
_PICTURE_SHARE = 0.15
_BOLD_WEIGHT = 600
_FORCE_BOLD_FLAG = 1 << 18


class PageSight:
    """Looks at one page while it is open, and draws it once."""

    def __init__(self, page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> None:
        from pypdfium2 import raw

        self._raw: Any = raw
        self._page = page
        self._text = text_page.raw
        self._looks: dict[int, Look] = {}
        objects = list(iter_objects(raw, page.raw))
        is_heavy = len(objects) > MAX_OBJECTS
        paths = [found for found in objects if found.kind == raw.FPDF_PAGEOBJ_PATH]
        self.rulings = () if is_heavy else find_rulings(raw, paths)
        images = [found.item for found in objects if found.kind == raw.FPDF_PAGEOBJ_IMAGE]
        self._pictures = [self._bounds(item) for item in images]
        width, height = page.get_size()
        self._area = max(width * height, 1.0)
        self._scale = min(1.0, (_MAX_PIXELS / self._area) ** 0.5)
        self._device = self._find_device(width, height)
        self._ground: NDArray[np.int16] | None = None
        # Pixels that the text changed, and by colour those of the ground that differ from it; both summed up.
        self._changed: NDArray[np.int32] | None = None
        self._unlike: dict[tuple[int, int, int], NDArray[np.int32]] = {}
        texts = [found.item for found in objects if found.kind == raw.FPDF_PAGEOBJ_TEXT]
        if texts and not is_heavy and self._image_pixels(images) <= _MAX_IMAGE_PIXELS:
            self._draw(texts)

    @property
    def is_picture(self) -> bool:
        """Whether pictures cover so much of the page that it says something without any text."""
        covered = sum(_area(box) for box in self._pictures)
        return bool(covered >= _PICTURE_SHARE * self._area)

    def look(self, index: int) -> Look | None:
        """Return how a character looks; None for those that PDFium adds (blanks, ends of lines)."""
        item = self._raw.FPDFText_GetTextObject(self._text, index)
        address = ctypes.cast(item, ctypes.c_void_p).value
        if address is None:
            return None
        if address not in self._looks:
            self._looks[address] = self._measure(item, address, index)
        return self._looks[address]

    def mark_unseen(self, letters: Sequence[Letter]) -> None:
        """Set `is_seen` of the letters of the page, which come in order."""
        printed = [letter for letter in letters if letter.look is not None and letter.box is not None]
        if not printed:
            return
        places = self._place(np.array([letter.box for letter in printed], dtype=np.float64))
        declared = self._find_declared(printed, places)
        traceless = self._find_traceless(printed, places)
        on_page = places[:, 1] > places[:, 0]
        run: list[Letter] = []
        before: Letter | None = None
        for position, letter in enumerate(printed):
            # A word that begins on the page is read to its end: half a figure would be another figure.
            is_placed = on_page[position] or (
                before is not None and before.is_seen and _joins(before, letter)
            )
            letter.is_seen = bool(is_placed and not declared[position])
            before = letter
            if letter.is_seen and traceless[position]:
                run.append(letter)
            else:
                _close(run)
        _close(run)
        if self._is_scan(printed):
            for letter in printed:
                if letter.box is not None and any(_is_inside(letter.box, box) for box in self._pictures):
                    letter.is_seen = True

    def turn_upright(self, letters: Sequence[Letter]) -> None:
        """Set the boxes of letters and rulings as they stand on the sheet that is shown, where it is stored turned."""
        for letter in letters:
            if letter.box is not None:
                letter.box = self._turn(letter.box)
        self.rulings = tuple(map(self._turn, self.rulings))

    def _turn(self, box: Box) -> Box:
        _, _, (a, b, c, d, e, f) = self._device
        left, right, bottom, top = box
        corners = [(x, y) for x in (left, right) for y in (bottom, top)]
        xs = [(a * x + b * y + c) / self._scale for x, y in corners]
        ys = [self._page.get_height() - (d * x + e * y + f) / self._scale for x, y in corners]
        return min(xs), max(xs), min(ys), max(ys)

    def _find_declared(self, letters: Sequence[Letter], places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which letters are unseen by what they say of themselves: mode, opacity, size, colour."""
        heights: dict[int, float] = {}
        by_look: dict[int, list[int]] = {}
        looks: dict[int, Look] = {}
        for position, letter in enumerate(letters):
            if letter.look is not None and letter.box is not None:
                address = letter.look.address
                looks[address] = letter.look
                by_look.setdefault(address, []).append(position)
                heights[address] = max(heights.get(address, 0.0), letter.box[3] - letter.box[2])
        unseen = np.zeros(len(letters), dtype=np.bool_)
        for address, positions in by_look.items():
            look = looks[address]
            if look.is_invisible or max(look.size, heights[address]) < _LEAST_POINTS:
                unseen[positions] = True
            elif look.colour is not None and look.is_filled and self._ground is not None:
                if look.colour not in self._unlike:
                    self._unlike[look.colour] = sum_up(find_unlike(self._ground, look.colour))
                own = places[positions]
                unseen[positions] = (count_in(self._unlike[look.colour], own) == 0) & (own[:, 1] > own[:, 0])
        return unseen

    def _find_traceless(self, letters: Sequence[Letter], places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which letters change no pixel, though every reader could draw them."""
        if self._changed is None:
            return np.zeros(len(letters), dtype=np.bool_)
        can_be_drawn = [
            letter.look is not None and (letter.look.has_font or ord(letter.text[0]) < _LATIN)
            for letter in letters
        ]
        wider = places + np.array([-1, 1, -1, 1])
        on_page = places[:, 1] > places[:, 0]
        traceless: NDArray[np.bool_] = (
            (count_in(self._changed, wider) == 0) & np.array(can_be_drawn) & on_page
        )
        return traceless

    def _is_scan(self, letters: Sequence[Letter]) -> bool:
        printed = [letter for letter in letters if letter.box is not None]
        seen = sum(letter.is_seen for letter in printed)
        return (
            seen <= _SCAN_TEXT_SHARE * len(printed)
            and max(map(_area, self._pictures), default=0.0) >= _SCAN_SHARE * self._area
        )

    def _draw(self, texts: Sequence[Any]) -> None:
        shown = self._render()
        for item in texts:
            self._raw.FPDFPageObj_SetIsActive(item, False)
        self._ground = self._render()
        self._changed = sum_up(find_unlike(shown, self._ground))

    def _render(self) -> NDArray[np.int16]:
        """Return the page as an array of (3, height, width), red first."""
        bitmap = self._page.render(scale=self._scale, rev_byteorder=True)
        try:
            return np.ascontiguousarray(np.moveaxis(bitmap.to_numpy()[:, :, :3], 2, 0), dtype=np.int16)
        finally:
            bitmap.close()

    def _find_device(self, width: float, height: float) -> tuple[int, int, list[float]]:
        """Return width and height of the picture in pixels, and the way from points to pixels (a, b, c, d, e, f)."""
        columns, rows = (max(1, int(np.ceil(side * self._scale))) for side in (width, height))
        fine = 64
        x, y = ctypes.c_int(), ctypes.c_int()
        found: list[tuple[float, float]] = []
        for point in ((0.0, 0.0), (256.0, 0.0), (0.0, 256.0)):
            self._raw.FPDF_PageToDevice(
                self._page.raw, 0, 0, columns * fine, rows * fine, 0, *point, ctypes.byref(x), ctypes.byref(y)
            )
            found.append((x.value / fine, y.value / fine))
        (x0, y0), (x1, y1), (x2, y2) = found
        return columns, rows, [(x1 - x0) / 256, (x2 - x0) / 256, x0, (y1 - y0) / 256, (y2 - y0) / 256, y0]

    def _place(self, boxes: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return left, right, top and bottom of boxes (n, 4) in pixels, cut at the picture; all 0 outside of it."""
        columns, rows, (a, b, c, d, e, f) = self._device
        left, right, bottom, top = boxes.T
        xs = np.stack([a * x + b * y + c for x in (left, right) for y in (bottom, top)])
        ys = np.stack([d * x + e * y + f for x in (left, right) for y in (bottom, top)])
        low_x, high_x, low_y, high_y = xs.min(axis=0), xs.max(axis=0), ys.min(axis=0), ys.max(axis=0)
        is_outside = (high_x <= 0) | (low_x >= columns) | (high_y <= 0) | (low_y >= rows)
        first_x, first_y = np.floor(low_x.clip(0, columns)), np.floor(low_y.clip(0, rows))
        places = np.stack(
            [
                first_x,
                np.maximum(np.ceil(high_x.clip(0, columns)), first_x + 1),
                first_y,
                np.maximum(np.ceil(high_y.clip(0, rows)), first_y + 1),
            ],
            axis=1,
        ).astype(np.int64)
        places[is_outside] = 0
        return places

    def _measure(self, item: Any, address: int, index: int) -> Look:
        raw = self._raw
        red, green, blue, alpha = (ctypes.c_uint(255) for _ in range(4))
        is_plain = bool(raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha))
        font = raw.FPDFTextObj_GetFont(item)
        return Look(
            address=address,
            size=self._size(index),
            is_bold=self._is_bold(index),
            mode=int(raw.FPDFTextObj_GetTextRenderMode(item)),
            colour=(red.value, green.value, blue.value) if is_plain else None,
            alpha=alpha.value,
            has_font=bool(font) and raw.FPDFFont_GetIsEmbedded(font) == 1,
        )

    def _size(self, index: int) -> float:
        matrix = self._raw.FS_MATRIX()
        size = float(self._raw.FPDFText_GetFontSize(self._text, index))
        if self._raw.FPDFText_GetMatrix(self._text, index, ctypes.byref(matrix)):
            size *= max(abs(matrix.d), abs(matrix.b), 1e-3)
        return round(size * 2) / 2

    def _is_bold(self, index: int) -> bool:
        name = ctypes.create_string_buffer(96)
        flags = ctypes.c_int()
        self._raw.FPDFText_GetFontInfo(self._text, index, name, 96, ctypes.byref(flags))
        weight = self._raw.FPDFText_GetFontWeight(self._text, index)
        return weight >= _BOLD_WEIGHT or bool(flags.value & _FORCE_BOLD_FLAG) or b"bold" in name.value.lower()

    def _bounds(self, item: Any) -> Box:
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        self._raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
        return left.value, right.value, bottom.value, top.value

    def _image_pixels(self, images: Sequence[Any]) -> int:
        width, height = ctypes.c_uint(), ctypes.c_uint()
        total = 0
        for item in images:
            if self._raw.FPDFImageObj_GetImagePixelSize(item, width, height):
                total += width.value * height.value
        return total


def _close(run: list[Letter]) -> None:
    if len(run) >= _LEAST_RUN:
        for letter in run:
            letter.is_seen = False
    run.clear()


def _joins(first: Letter, second: Letter) -> bool:
    """Tell whether a letter stands close behind another, on its line."""
    if first.box is None or second.box is None or second.look is None:
        return False
    size = max(second.look.size, 1.0)
    rise = (second.box[2] + second.box[3] - first.box[2] - first.box[3]) / 2
    return abs(rise) < size and -size < second.box[0] - first.box[1] < size / 4


def _area(box: Box) -> float:
    return max(box[1] - box[0], 0.0) * max(box[3] - box[2], 0.0)


def _is_inside(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[1]) / 2, (inner[2] + inner[3]) / 2
    return outer[0] <= x <= outer[1] and outer[2] <= y <= outer[3]
