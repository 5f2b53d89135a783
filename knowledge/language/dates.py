"""Dates as people write them and as logs do: "sept 2010", "14. September 2010", "2010-09-14", "2010年9月".

A date is known by its ISO form, as exact as it was written: `2010-09-14`, `2010-09`, `2010`. The shorter one holds
for every day within it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.language.folding import fold

# In order from January; of several languages those that differ, folded. Elsewhere than here a month cut short is an
# everyday word: "set", "out", "ago".
_NAMES = (
    "january januar enero janvier gennaio janeiro januari jan janv",
    "february februar febrero fevrier febbraio fevereiro februari feb fevr",
    "march marz marzo mars marco maart mar mrt",
    "april abril avril aprile apr avr",
    "may mai mayo maggio maio mei",
    "june juni junio juin giugno junho jun",
    "july juli julio juillet luglio julho jul juil",
    "august agosto aout augustus aug",
    "september septiembre setiembre septembre settembre setembro sept sep",
    "october oktober octubre octobre ottobre outubro oct okt",
    "november noviembre novembre novembro nov",
    "december dezember diciembre decembre dicembre dezembro dec dez",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d-])"
_HAS_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_IN_YEAR = re.compile(
    r"\b(?:in|during|from|since|year|im|jahr|seit|en|ano|desde|annee|depuis|nel|em) "
    rf"{_YEAR}(?![./]\d)"
)
_NAME = rf"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_OF = r"[\s.,-]{1,2}(?:(?:de|del|of) )?"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\d./-])(?P<year>(?:19|20)\d\d)(?P<cut>[-/.])(?P<month>\d\d)(?P=cut)(?P<day>\d\d)(?!\d|[./-]\d)",
        rf"(?<![\d./-])(?P<first>\d\d?)(?P<cut>[./-])(?P<second>\d\d?)(?P=cut){_YEAR}",
        rf"(?<![\d./-])(?P<month>0?[1-9]|1[0-2])[./]{_YEAR}(?!\.\d)",
        rf"(?<![\w.])(?:{_DAY}(?:st|nd|rd|th|o|er)?{_OF})?{_NAME}{_OF}{_YEAR}",
        rf"(?<!\w){_NAME}[\s.]{{1,2}}{_DAY}(?:st|nd|rd|th)?,? {_YEAR}",
        rf"(?P<year>(?:19|20)\d\d)\s?年\s?(?P<month>1[0-2]|0?[1-9])\s?月(?:\s?{_DAY}\s?日)?",
    )
)
_CJK_YEAR = re.compile(r"((?:19|20)\d\d)\s?年")


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in a text, from `start` to `end`: its ISO forms, several where day and month can't be told apart."""

    forms: tuple[str, ...]
    start: int
    end: int


def find_dates(text: str) -> list[Mention]:
    """Return the dates in a text that have a month, in order, with their places in its folded form."""
    if not _HAS_YEAR.search(text):
        return []
    folded = fold(text)
    found: list[Mention] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            forms = tuple(dict.fromkeys(_forms(match.groupdict())))
            if forms and not any(match.start() < one.end and one.start < match.end() for one in found):
                found.append(Mention(forms, match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def _forms(parts: dict[str, str | None]) -> Iterator[str]:
    year, day = parts["year"], parts.get("day")
    if parts.get("first"):
        first, second = str(parts["first"]), str(parts["second"])
        # With full stops and dashes the day comes first; with strokes either may.
        orders = [(second, first), (first, second)] if parts["cut"] == "/" else [(second, first)]
        yield from (form for month, one in orders if (form := _iso(year, month, one)))
        return
    name = parts.get("name")
    month = str(_MONTHS[name]) if name else parts["month"]
    form = _iso(year, month, day)
    if form:
        yield form


def _iso(year: str | None, month: str | None, day: str | None) -> str | None:
    """Return a date in ISO form, None when the calendar has no such day."""
    try:
        known = date(int(year or 0), int(month or 0), int(day or 1))
    except ValueError:
        return None
    return known.isoformat() if day else known.isoformat()[:7]


def date_terms(text: str) -> list[str]:
    """Return the terms that the dates of a text stand for: of each day also its month."""
    forms = (form for mention in find_dates(text) for form in mention.forms)
    return [term for form in forms for term in dict.fromkeys((form[:7], form))]


def set_dates_aside(text: str) -> tuple[str, list[str]]:
    """Return a text without its dates, folded where it has any, and these; what can't be told apart stays."""
    mentions = [one for one in find_dates(text) if len(one.forms) == 1]
    if not mentions:
        return text, []
    folded = fold(text)
    ends = [0, *(one.end for one in mentions)]
    starts = [*(one.start for one in mentions), len(folded)]
    rest = " ".join(folded[end:start] for end, start in zip(ends, starts, strict=True))
    return rest, list(dict.fromkeys(one.forms[0] for one in mentions))


def asked_dates(text: str) -> frozenset[str]:
    """Return the dates that a question is about, in ISO form; also a year by itself ("in 2009")."""
    mentions = find_dates(text)
    if mentions:
        return frozenset(form for mention in mentions for form in mention.forms)
    folded = fold(text)
    years = [match["year"] for match in _IN_YEAR.finditer(folded)]
    return frozenset(years + _CJK_YEAR.findall(folded))
