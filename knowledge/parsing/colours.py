"""Colours as documents write them, and whether the eye can tell two of them apart."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass

# Of 256 steps a channel. Text in #eeeeee on white (17 apart) can be read, text in #f5f5f5 (10) can't.
LEAST_DIFFERENCE = 13
_LEAST_ALPHA = 0.05
_NAMES = {
    "white": 0xFFFFFF, "snow": 0xFFFAFA, "ivory": 0xFFFFF0, "ghostwhite": 0xF8F8FF, "mintcream": 0xF5FFFA,
    "azure": 0xF0FFFF, "aliceblue": 0xF0F8FF, "floralwhite": 0xFFFAF0, "seashell": 0xFFF5EE, "honeydew": 0xF0FFF0,
    "whitesmoke": 0xF5F5F5, "lavenderblush": 0xFFF0F5, "oldlace": 0xFDF5E6, "linen": 0xFAF0E6, "beige": 0xF5F5DC,
    "lightyellow": 0xFFFFE0, "cornsilk": 0xFFF8DC, "lightgray": 0xD3D3D3, "lightgrey": 0xD3D3D3, "silver": 0xC0C0C0,
    "gray": 0x808080, "grey": 0x808080, "black": 0x000000, "red": 0xFF0000, "maroon": 0x800000, "yellow": 0xFFFF00,
    "olive": 0x808000, "lime": 0x00FF00, "green": 0x008000, "aqua": 0x00FFFF, "cyan": 0x00FFFF, "teal": 0x008080,
    "blue": 0x0000FF, "navy": 0x000080, "fuchsia": 0xFF00FF, "magenta": 0xFF00FF, "purple": 0x800080,
    "orange": 0xFFA500, "pink": 0xFFC0CB, "brown": 0xA52A2A, "darkblue": 0x00008B, "darkgreen": 0x006400,
    "darkred": 0x8B0000,
}  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{3,8})")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green and blue of 0..255, and how much of it covers what lies below (0..1)."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0

    @property
    def is_seen_through(self) -> bool:
        """Whether nothing of the colour reaches the eye."""
        return self.alpha < _LEAST_ALPHA

    @property
    def is_light(self) -> bool:
        """Whether it can't be told from white."""
        return looks_alike(self, WHITE)


WHITE = Colour(255, 255, 255)


def looks_alike(first: Colour, second: Colour) -> bool:
    """Tell whether text in one colour on the other can't be read."""
    pairs = ((first.red, second.red), (first.green, second.green), (first.blue, second.blue))
    return all(abs(one - other) < LEAST_DIFFERENCE for one, other in pairs)


def parse_colour(text: str) -> Colour | None:
    """Return the first colour that a CSS value or an HTML attribute names, None when it names none."""
    text = text.strip().lower()
    if "transparent" in text.split():
        return Colour(0, 0, 0, 0.0)
    function = _FUNCTION.search(text)
    if function:
        return _from_function(function[1], re.split(r"[\s,/]+", function[2].strip()))
    digits = _HEX.search(text)
    if digits:
        return _from_hex(digits[1])
    name = next((word for word in text.split() if word in _NAMES), None)
    if name is None:
        # HTML's attributes also take six digits without a mark.
        return _from_hex(text) if re.fullmatch(r"[0-9a-f]{6}", text) else None
    return _from_hex(f"{_NAMES[name]:06x}")


def _from_hex(digits: str) -> Colour | None:
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in (6, 8):
        return None
    red, green, blue, *rest = bytes.fromhex(digits)
    return Colour(red, green, blue, rest[0] / 255 if rest else 1.0)


def _from_function(name: str, parts: list[str]) -> Colour | None:
    try:
        alpha = _share(parts[3]) if len(parts) > 3 else 1.0
        if name == "rgb":
            red, green, blue = (
                round(255 * _share(part)) if part.endswith("%") else round(float(part)) for part in parts[:3]
            )
            return Colour(red, green, blue, alpha)
        turn = float(re.sub(r"[a-z]+$", "", parts[0])) / 360
        shares = colorsys.hls_to_rgb(turn % 1.0, _share(parts[2]), _share(parts[1]))
    except (ValueError, IndexError):
        return None
    red, green, blue = (round(255 * share) for share in shares)
    return Colour(red, green, blue, alpha)


def _share(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)
