"""Figures with what makes them true: their sign, their bound ("at least"), the other end of their range."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from knowledge.language.quantities import Quantity, find_numbers, plain_number

_MOST = (
    r"at most|up to|not? (?:more|greater|higher|longer|later|wider|larger|hotter) than|(?:not|never) (?:to )?exceed\w*"
    r"|(?:not|never) (?:be |rise |go )?(?:above|over)|maximum|max\b\.?|less than|lower than|below|under|within"
    r"|smaller than|shorter than|limit(?:ed)? to|höchstens|maximal\w*|bis zu|weniger als|unter|máxim\w+|menos de"
    r"|au plus|moins de|nicht mehr als|≤|<"
)
_LEAST = (
    r"at least|not? (?:less|lower|fewer|smaller|shorter|earlier|colder) than|not (?:fall |drop |be )?below|minimum"
    r"|min\.(?=\s*$)|min(?=\s*$)|more than|greater than|higher than|above|over|exceed\w*|longer than|mindestens"
    r"|minimal\w*|mehr als|über|mínim\w+|más de|al menos|au moins|plus de|nicht weniger als|≥|>"
)
_CUE = re.compile(rf"(?<!\w)(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))(?!\w)", re.IGNORECASE)
_MORE_BEHIND = re.compile(
    r"\s*(?:or|and|oder|o|ou) (?:more|higher|above|longer|greater|over|mehr|más|plus)\b|\s*(?:minimum|min)\b",
    re.I,
)
_LESS_BEHIND = re.compile(
    r"\s*(?:or|and|oder|o|ou) (?:less|lower|below|shorter|under|weniger|menos|moins)\b"
    r"|\s*(?:maximum|max|at most)\b",
    re.I,
)
_ABOUT = re.compile(
    r"(?:about|approximately|approx\.?|around|roughly|nearly|almost|circa|ca\.?|etwa|ungefähr|environ|unos|~|≈)\s*$",
    re.I,
)
_MINUS = re.compile(r"(?:^|[^\w])(?:[−–]|minus\s)$", re.I)
_RANGE = re.compile(r"\s*(?:to|bis|a|à|through|until|[-–—…]|\.{2,3})\s*$", re.I)
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre)\s*$", re.I)
_AND = re.compile(r"\s*(?:and|und|y|et)\s*$", re.I)
_LIST = re.compile(r"\s*(?:,|/|,?\s(?:and|or|und|oder|y|o|et|ou))\s*$", re.I)
# These are bounds only right before a number; "the screw under the cap" is a place.
_PLACE = re.compile(r"below|under|above|over|within|unter|über", re.I)
_WINDOW = 48
_NEAR = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in its setting.

    `value` is plain ("1500"), `unit` "" for a bare number, `sign` "", "-" or "±", `bound` "", "least" or
    "most", `partner` the value at the other end of a range.
    """

    value: str
    unit: str
    sign: str = ""
    bound: str = ""
    is_about: bool = False
    partner: str | None = None


def find_figures(text: str) -> list[Figure]:
    """Return every number of a text in order; in "20 to 25 mm" and "6 and 10 bar" the first has the unit too."""
    numbers = find_numbers(text)
    figures = [_read(text, numbers, position) for position in range(len(numbers))]
    for position in range(len(numbers) - 2, -1, -1):
        first, second = numbers[position], numbers[position + 1]
        gap = text[first.end : second.start]
        is_range = bool(_RANGE.match(gap)) or (
            bool(_AND.match(gap)) and bool(_BETWEEN.search(text[: first.start]))
        )
        if (is_range or _LIST.match(gap)) and not figures[position].unit:
            figures[position] = replace(figures[position], unit=figures[position + 1].unit)
        if is_range:
            low, high = figures[position], figures[position + 1]
            figures[position] = replace(low, partner=high.value)
            figures[position + 1] = replace(high, partner=low.value, bound=low.bound)
    return figures


def _read(text: str, numbers: list[Quantity], position: int) -> Figure:
    number = numbers[position]
    floor = numbers[position - 1].end if position else 0
    before = text[max(floor, number.start - _WINDOW) : number.start]
    before = re.split(r"[;!?\n]|\.\s", before)[-1]
    behind = text[number.end : number.end + 16]
    sign = number.number[0] if number.number[0] in "-±" else "-" if _MINUS.search(before) else ""
    bound = ""
    for cue in _CUE.finditer(before):
        if not (_PLACE.fullmatch(cue[0]) and len(before) - cue.end() > _NEAR):
            bound = "most" if cue["most"] else "least"
    if _MORE_BEHIND.match(behind):
        bound = "least"
    elif _LESS_BEHIND.match(behind):
        bound = "most"
    return Figure(plain_number(number.number), number.unit, sign, bound, bool(_ABOUT.search(before)))
