"""Letters for a printed page, from the fonts that come with reportlab: which one draws what, and how wide it is.

Vera is embedded and has western Latin. Letters of eastern Europe that it lacks are put together from a letter and its
accent, Greek comes from the standard font Symbol, and Chinese, Japanese, Korean and Cyrillic are named from the
standard fonts of Asia, whose shapes the reader's own program has. What none of them has is printed as `MISSING`.
"""

import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

PLAIN, BOLD = "Vera", "Vera-Bold"
MISSING = "¿"

_FILES = {PLAIN: "Vera.ttf", BOLD: "VeraBd.ttf"}
_GREEK = "Symbol"
# The legacy encoding tells which letters a font for it has; in this order, the first that knows a letter draws it.
_ASIAN = {"STSong-Light": "gbk", "HeiseiKakuGo-W5": "shift_jis", "HYGothic-Medium": "euc_kr"}
# Combining mark -> the spacing one that Vera has, and how far it is moved, in ems: right, up, up over a capital.
_MARKS = {
    "\u0300": ("`", 0.0, 0.0, 0.18),
    "\u0301": ("´", 0.0, 0.0, 0.18),
    "\u0302": ("ˆ", 0.0, 0.0, 0.18),
    "\u0303": ("˜", 0.0, 0.0, 0.18),
    "\u0304": ("¯", 0.0, 0.0, 0.18),
    "\u0306": ("˘", 0.0, 0.0, 0.18),
    "\u0307": ("˙", 0.0, 0.0, 0.18),
    "\u0308": ("¨", 0.0, 0.0, 0.18),
    "\u030a": ("˚", 0.0, 0.0, 0.18),
    "\u030b": ("˝", 0.0, 0.0, 0.18),
    "\u030c": ("ˇ", 0.0, 0.0, 0.18),
    "\u0326": (",", 0.0, -0.2, -0.2),
    "\u0327": ("¸", 0.0, 0.0, 0.0),
    "\u0328": ("˛", 0.12, 0.0, 0.0),
}
_registering = threading.Lock()


@dataclass(frozen=True, slots=True)
class Glyph:
    """What draws one character: a letter in a font, and accents set over or under it; `width` is in ems."""

    text: str
    font: str
    letter: str
    marks: str
    width: float


def register_fonts() -> None:
    """Make the fonts known to reportlab, once."""
    with _registering:
        known = set(pdfmetrics.getRegisteredFontNames())
        for name, file in _FILES.items():
            if name not in known:
                pdfmetrics.registerFont(TTFont(name, file))
        for name in _ASIAN:
            if name not in known:
                pdfmetrics.registerFont(UnicodeCIDFont(name))


def measure(text: str, font: str, size: float) -> float:
    """Return how wide the text is in points."""
    return sum(glyph.width for glyph in find_glyphs(text, font)) * size


def wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Return the text in lines that fit, broken at blanks, and inside a word only where it alone is too long."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}".strip()
        if measure(joined, font, size) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = _cut(word, font, size, width)
        lines += whole
    return [*lines, line] if line else lines


def write(canvas: Canvas, x: float, y: float, text: str, font: str, size: float) -> None:
    """Draw one line of text that begins at a point."""
    for glyph in find_glyphs(text, font):
        if glyph.marks:
            _compose(canvas, x, y, glyph, font, size)
        else:
            canvas.setFont(glyph.font, size)
            canvas.drawString(x, y, glyph.letter)
        x += glyph.width * size


def find_glyphs(text: str, font: str) -> tuple[Glyph, ...]:
    """Return what draws each character of the text; neighbours of one font are one."""
    found: list[Glyph] = []
    for character in unicodedata.normalize("NFC", text):
        glyph = _find_glyph(character, font)
        last = found[-1] if found else None
        if last is not None and not (last.marks or glyph.marks) and last.font == glyph.font:
            width = last.width + glyph.width
            found[-1] = Glyph(last.text + glyph.text, glyph.font, last.letter + glyph.letter, "", width)
        else:
            found.append(glyph)
    return tuple(found)


def is_printable(text: str) -> bool:
    """Return whether every character of the text can be drawn."""
    return not any(
        MISSING in glyph.letter and MISSING not in glyph.text for glyph in find_glyphs(text, PLAIN)
    )


@lru_cache(4096)
def _find_glyph(character: str, font: str) -> Glyph:
    if unicodedata.category(character) in ("Cc", "Cf"):
        return Glyph(character, font, "", "", 0.0)
    letter_font = _find_font(character, font)
    if letter_font is not None:
        return Glyph(character, letter_font, character, "", _width(character, letter_font))
    decomposed = unicodedata.normalize("NFD", character)
    letter, marks = decomposed[0], decomposed[1:]
    letter_font = _find_font(letter, font)
    if letter_font is not None and marks and all(mark in _MARKS for mark in marks):
        return Glyph(character, letter_font, letter, marks, _width(letter, letter_font))
    for asian, encoding in _ASIAN.items():
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            continue
        return Glyph(character, asian, character, "", _width(character, asian))
    return Glyph(character, font, MISSING, "", _width(MISSING, font))


def _find_font(letter: str, font: str) -> str | None:
    """Return the font of Vera or Symbol that has the letter itself."""
    register_fonts()
    # Glyph 0 is the box that a font draws for what it lacks; Vera has it for letters that it lists.
    if pdfmetrics.getFont(font).face.charToGlyph.get(ord(letter), 0) != 0:
        return font
    return _GREEK if "\u0391" <= letter <= "\u03c9" and unicodedata.decomposition(letter) == "" else None


def _width(letter: str, font: str) -> float:
    return float(pdfmetrics.stringWidth(letter, font, 1))


def _cut(word: str, font: str, size: float, width: float) -> list[str]:
    parts, part = [], ""
    for character in word:
        if part and measure(part + character, font, size) > width:
            parts.append(part)
            part = ""
        part += character
    return [*parts, part]


def _compose(canvas: Canvas, x: float, y: float, glyph: Glyph, font: str, size: float) -> None:
    """Draw a letter and its accents, and say which character they are to whoever copies or searches it."""
    actual = glyph.text.encode("utf-16-be").hex().upper()
    # ISO 32000-1, 14.9.4 (replacement text). reportlab has no call for it.
    canvas._code.append(f"/Span <</ActualText <FEFF{actual}>>> BDC")
    canvas.setFont(glyph.font, size)
    canvas.drawString(x, y, glyph.letter)
    for mark in glyph.marks:
        accent, right, up, up_capital = _MARKS[mark]
        middle = (glyph.width - _width(accent, font)) / 2
        rise = up_capital if glyph.letter.isupper() else up
        canvas.setFont(font, size)
        canvas.drawString(x + (middle + right) * size, y + rise * size, accent)
    canvas._code.append("EMC")
