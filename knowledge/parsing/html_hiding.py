"""Taking out of a page what its reader does not see.

What counts is the page as it comes, before any script runs: an element that the page's own styles or
attributes hide is no text of the document, whoever could unfold it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from knowledge.parsing.colours import WHITE, Colour, looks_alike, parse_colour
from knowledge.parsing.css import StyleSheets, tags_of

# Elements that show nothing, or not the words inside them.
_SHOWN_NEVER = frozenset([
    "script", "style", "noscript", "template", "nav", "svg", "math", "iframe", "object", "select", "button",
    "datalist", "noframes", "noembed", "canvas", "video", "audio",
])  # fmt: skip
_HIDING = {
    "display": re.compile(r"none"),
    "visibility": re.compile(r"hidden|collapse"),
    "content-visibility": re.compile(r"hidden"),
    "opacity": re.compile(r"[+-]?(?=[\d.])0*(?:\.0\d*)?%?"),
    "filter": re.compile(r".*opacity\(\s*0*(?:\.0\d*)?%?\s*\).*"),
    "mso-hide": re.compile(r"all|screen"),
    "clip": re.compile(r"rect\(\s*(\S+?)(?:px)?(?:[\s,]+\1(?:px)?){3}\s*\)"),
    "clip-path": re.compile(r"inset\(\s*(?:[5-9]\d|100)(?:\.\d+)?%.*|(?:circle|ellipse)\(\s*0\D.*"),
}
_NO_SCALE = re.compile(r"scale(?:[xy]|3d)?\(\s*0*(?:\.0\d*)?\s*[,)]")
_SHIFTS = frozenset(["text-indent", "margin", "margin-left", "margin-top", "transform", "translate"])
_PLACES = frozenset(["left", "right", "top", "bottom"])
_BOXES = frozenset(["height", "width", "max-height", "max-width"])
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*(px|pt|em|rem|ex|ch|%|vw|vh|cm|mm|in)?(?![\w.])")
_PIXELS = {
    "": 1.0, "px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "%": 0.16, "vw": 12.8,
    "vh": 8.0, "cm": 37.8, "mm": 3.78, "in": 96.0,
}  # fmt: skip
_LEAST_FONT_PX = 2.0
_LEAST_BOX_PX = 1.5
_OFF_PAGE_PX = 900.0
_FAR_PX = 5_000.0
_LINK = Colour(0, 0, 238)
_PAINTED = re.compile(r"url\(|gradient\(|image\(|var\(")
_PASSED_ON = frozenset(["", "inherit", "initial", "unset", "none", "transparent", "currentcolor", "revert"])


def remove_unseen(soup: BeautifulSoup) -> None:
    """Take the elements and words out of a page that are not shown."""
    sheets = StyleSheets(soup)
    for tag in [tag for tag in tags_of(soup) if _is_never_shown(tag)]:
        _empty(tag)
    for tag in list(sheets.select(_may_hide)):
        if not tag.decomposed and _is_hidden(tag, sheets):
            _empty(tag)
    _Painter(soup, sheets).remove_colourless()


def _is_never_shown(tag: Tag) -> bool:
    return (
        tag.name in _SHOWN_NEVER
        or (tag.name == "dialog" and not tag.has_attr("open"))
        or tag.has_attr("hidden")
        or tag.get("aria-hidden") == "true"
    )


def _empty(tag: Tag) -> None:
    """Leave an empty inline element where an element was: taking it out costs a walk over its neighbours."""
    if not tag.decomposed:
        tag.clear(decompose=True)
        tag.name, tag.attrs = "span", {}


def _may_hide(name: str, value: str) -> bool:
    """Tell whether a declaration hides an element, alone or with another one."""
    pattern = _HIDING.get(name)
    if pattern is not None:
        return bool(pattern.fullmatch(value))
    if name in ("font-size", "font"):
        return _font_px(name, value) < _LEAST_FONT_PX
    if name in _BOXES:
        return _is_nothing(value)
    if name == "transform" and _NO_SCALE.search(value):
        return True
    return (name in _SHIFTS or name in _PLACES) and _is_far(name, value)


def _is_hidden(tag: Tag, sheets: StyleSheets) -> bool:
    """Tell whether an element is not shown, after all that the page says of it."""
    for name in (*_HIDING, "font-size", "font", *sorted(_SHIFTS)):
        value = sheets.value(tag, name)
        if value is not None and _may_hide(name, value):
            return True
    places = [(name, sheets.value(tag, name)) for name in sorted(_PLACES)]
    if any(value and _is_far(name, value) for name, value in places):
        return sheets.value(tag, "position") in ("absolute", "fixed", "relative")
    boxes = [sheets.value(tag, name) for name in sorted(_BOXES)]
    overflow = (
        f"{sheets.value(tag, 'overflow')} {sheets.value(tag, 'overflow-y')} {sheets.value(tag, 'overflow-x')}"
    )
    return any(value and _is_nothing(value) for value in boxes) and bool(re.search("hidden|clip", overflow))


def _lengths(value: str) -> list[float]:
    return [float(match[1]) * _PIXELS[match[2] or ""] for match in _LENGTH.finditer(value)]


def _font_px(name: str, value: str) -> float:
    """Return the size that a font has at least; large where it can't be told."""
    if name == "font":
        size = re.search(r"(?:^|\s)(\d*\.?\d+(?:px|pt|r?em|%)?)(?=\s*/|\s+[a-z\"'])", value)
        value = size[1] if size else ""
    lengths = _lengths(value) if re.fullmatch(r"[\d.]+(?:px|pt|r?em|%|ex|ch|vw|vh|cm|mm|in)?", value) else []
    return lengths[0] if lengths else _OFF_PAGE_PX


def _is_nothing(value: str) -> bool:
    return bool(re.fullmatch(r"[\d.]+[a-z%]*", value)) and all(px < _LEAST_BOX_PX for px in _lengths(value))


def _is_far(name: str, value: str) -> bool:
    """Tell whether a shift moves words off the page: far to the left or up, absurdly far to the right.

    Far down is where long pages go on.
    """
    limit = math.inf if name in ("top", "bottom", "margin-top") else _FAR_PX
    return any(px <= -_OFF_PAGE_PX or px >= limit for px in _lengths(value))


class _Painter:
    """Knows the colour of words and of what lies behind them."""

    def __init__(self, soup: BeautifulSoup, sheets: StyleSheets) -> None:
        self._soup = soup
        self._sheets = sheets
        self._inks: dict[int, Colour | None] = {}
        self._grounds: dict[int, Colour | None] = {}

    def remove_colourless(self) -> None:
        """Take out words in the colour of what lies behind them."""
        suspects = list(self._sheets.select(_may_fade))
        suspects += [tag for tag in tags_of(self._soup) if tag.name == "font" or tag.has_attr("bgcolor")]
        seen: set[int] = set()
        for tag in suspects:
            for words in list(tag.find_all(string=True)):
                if id(words) in seen or type(words) is not NavigableString or not words.strip():
                    continue
                seen.add(id(words))
                if words.parent is not None and not self._is_seen(words.parent):
                    words.extract()

    def _is_seen(self, tag: Tag) -> bool:
        ink = self._ink(tag)
        if ink is None:
            return True
        ground = self._ground(tag)
        return not ink.is_seen_through and (ground is None or not looks_alike(ink, ground))

    def _ink(self, tag: Tag) -> Colour | None:
        """Return the colour of an element's words, None when it can't be told."""
        return _inherit(tag, self._inks, self._own_ink, default=Colour(0, 0, 0))

    def _own_ink(self, tag: Tag) -> Colour | bool | None:
        attribute = {"font": "color", "body": "text"}.get(tag.name, "")
        said = (
            self._sheets.value(tag, "-webkit-text-fill-color")
            or self._sheets.value(tag, "color")
            or str(tag.get(attribute, ""))
        )
        if said == "transparent" or said not in _PASSED_ON:
            return parse_colour(said)
        return _LINK if tag.name == "a" and tag.has_attr("href") else False

    def _ground(self, tag: Tag) -> Colour | None:
        """Return the colour behind an element: white where the page names none, None behind a picture."""
        return _inherit(tag, self._grounds, self._own_ground, default=WHITE)

    def _own_ground(self, tag: Tag) -> Colour | bool | None:
        names = ("background-color", "background", "background-image")
        parts = [self._sheets.value(tag, name) for name in names]
        parts += [str(tag.get("bgcolor", "")), "url(" if tag.has_attr("background") else ""]
        said = " ".join(part for part in parts if part)
        if _PAINTED.search(said):
            return None
        colour = parse_colour(said)
        if colour is not None:
            return False if colour.is_seen_through else colour
        return False if _PASSED_ON.issuperset(said.split()) else None


def _inherit(
    tag: Tag,
    known: dict[int, Colour | None],
    own: Callable[[Tag], Colour | bool | None],
    *,
    default: Colour,
) -> Colour | None:
    """Return what the nearest element at or above this one says; `own` is False where it says nothing."""
    passed: list[int] = []
    found: Colour | None = default
    above: Tag | None = tag
    while above is not None:
        if id(above) in known:
            found = known[id(above)]
            break
        passed.append(id(above))
        said = own(above)
        if not isinstance(said, bool):
            found = said
            break
        above = above.parent
    known.update(dict.fromkeys(passed, found))
    return found


def _may_fade(name: str, value: str) -> bool:
    """Tell whether a declaration may give words the colour of what lies behind them."""
    if name in ("color", "-webkit-text-fill-color"):
        colour = parse_colour(value)
        return colour is not None and (colour.is_light or colour.is_seen_through)
    # Dark words on a dark ground: where the ground is set, the words on it are looked at.
    colour = parse_colour(value) if name in ("background", "background-color") else None
    return colour is not None and not colour.is_seen_through
