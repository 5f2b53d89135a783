"""Restating a question in the words that figures are asked for in: German, slips of the pen, days, turns of phrase."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from bot.figures.days import name_days
from bot.figures.periods import MONTH_NAMES, MONTHS

_LEAST_LETTERS = 5

_GERMAN: Sequence[tuple[str, str]] = (
    (r"im vergleich (?:zum|zur|mit)|verglichen mit|gegenüber", "compared with"),
    (r"vorquartal|quartal davor", "quarter before"),
    (r"vormonat", "month before"),
    (r"attach[- ]?quote|zubehörquote", "attach rate"),
    (r"(?:vertrags)?abdeckung(?:squote|sgrad)?", "coverage"),
    (r"verlängerungsquote", "renewal rate"),
    (r"(?:vertrags)?verlängerungen", "renewals"),
    (r"kündigungsquote|kündigungen|stornoquote", "cancellations"),
    (r"konversions(?:rate|quote)|abschlussquote", "conversion"),
    (r"umsatz|erlöse?|einnahmen", "revenue"),
    (r"verträge laufen (?:\w+ )?aus|auslaufende verträge", "contracts expiring"),
    (r"maschinen ohne vertrag", "machines without contract"),
    (r"maschinen (?:haben|sind) (?:keinen|ohne) vertrag", "machines have no contract"),
    (r"gekündigte?n?", "cancelled"),
    (r"wurden?", "were"),
    (r"verträgen?", "contracts"),
    (r"wie viele?", "how many"),
    (r"(?:im |das )?letzte[nsr]?", "last"),
    (r"(?:im |in )?diese[nmsr]?", "this"),
    (r"quartal", "quarter"), (r"monats?", "month"), (r"jahr(?:es)?", "year"), (r"woche", "week"),
    (r"regionen", "regions"), (r"partnern", "partners"), (r"technikern?", "technician"), (r"kunden", "customers"),
    (r"segmente?n?", "segment"), (r"produktfamilien?", "product family"), (r"ziele?n?", "targets"),
    (r"nach|pro|je", "by"), (r"seit", "since"), (r"und", "and"), (r"für", "for"), (r"warum|wieso|weshalb", "why"),
    (r"gesunken|gefallen|zurückgegangen", "dropped"), (r"gestiegen", "risen"), (r"schlecht|niedrig", "low"),
    (r"erreichen|schaffen", "reach"), (r"unsere?[rsnm]?", "our"), (r"wir", "we"), (r"welche[rsnm]?", "which"),
    (r"gestern", "yesterday"), (r"am", "on"), (r"montag", "monday"), (r"dienstag", "tuesday"),
    (r"mittwoch", "wednesday"), (r"donnerstag", "thursday"), (r"freitag", "friday"), (r"samstag|sonnabend", "saturday"),
    (r"sonntag", "sunday"), (r"januar", "january"), (r"februar", "february"), (r"märz", "march"), (r"mai", "may"),
    (r"juni", "june"), (r"juli", "july"), (r"oktober", "october"), (r"dezember", "december"),
    (r"wie|hoch|ist|sind|war|waren|die|der|das|den|dem|zeig(?:e)?|mir|bitte|bald|im|von|ein(?:e|en)?", " "),
)  # fmt: skip
_IS_GERMAN = re.compile(
    r"(?<!\w)(?:wie|warum|wieso|weshalb|welche[rsnm]?|nach|pro|je|quartal|monat|jahr|letzte[nsr]?|seit|ist|sind|war|"
    r"abdeckung|verlängerung\w*|kündigung\w*|umsatz|ziele?|erreichen|unsere?|verträge|maschinen|attach-?quote)(?!\w)"
)
_PHRASES: Sequence[tuple[str, str]] = (
    (r"attach(?:ment)?[- ](rate|value)s?", r"attach \1"),
    (r"\b(?:can|could) you (?:please )?(?:show|tell|give)(?: me)?", "show"),
    (r"\bi (?:want|need|would like|'d like) (?:to (?:see|know)|the)", "show"),
    (r"\bover time|\btrend(?:s|ing)?|\bdevelop(?:ing|ment|ed)", "by month trend"),
    (r"\bwho (?:converts|converted) (?:the )?(?:best|most)", "conversion by technician"),
    (r"\bwho has (?:the )?(?:best|most|highest|lowest|worst) conversion(?: rate)?", "conversion by technician"),
    (r"\bwho has (?:the )?(?:best|most|highest|lowest|worst)", "by partner"),
    (r"\b(technicians?|partners?|regions?) (?:that |who )?(?:converts|convert|converted)\b", r"\1 conversion"),
    (r"\bfirst quarter\b", "q1"),
    (r"\bsecond quarter\b", "q2"),
    (r"\bthird quarter\b", "q3"),
    (r"\bfourth quarter\b", "q4"),
    (r"\bfirst half\b", "h1"), (r"\bsecond half\b", "h2"),
    (r"\b(last|past) two\b", r"\1 2"), (r"\b(last|past) three\b", r"\1 3"), (r"\b(last|past) four\b", r"\1 4"),
    (r"\b(last|past) six\b", r"\1 6"), (r"\b(last|past) twelve\b", r"\1 12"),
    (r"\b(20\d\d)[ -]?(q[1-4])\b", r"\2 \1"),
)  # fmt: skip
_SPELLED = (
    "attach", "coverage", "covered", "renewal", "renewals", "renewed", "conversion", "conversions", "cancellation",
    "cancellations", "leakage", "declines", "declined", "region", "regions", "partner", "partners", "technician",
    "technicians", "segment", "segments", "customer", "customers", "family", "families", "quarter", "month", "months",
    "revenue", "forecast", "compared",
)  # fmt: skip
_NOT_SLIPS = frozenset(
    {"attack", "attache", "mouth", "mouths", "quartet", "quartes", "legion", "coveted", "monte"}
)
_KINDS = frozenset({"family", "segment"})


def unmark(text: str) -> str:
    """Return the text in lower case without marks, as a question is read and the names that it may hold."""
    return re.sub(r"[?!;:\"“”„]+|,(?!\d)|\.(?!\d)", " ", text.casefold().replace("’", "'"))


def spell_value(written: str, dimension: str) -> str:
    """Return the pattern of a value as people write it: "data_centre" with a blank or dash, kinds in the plural too."""
    parts = [re.escape(part) for part in re.split(r"[\s_-]+", written) if part]
    spelled = r"[\s_-]+".join(parts) if parts else re.escape(written)
    if dimension not in _KINDS:
        return spelled
    return rf"{spelled[:-1]}(?:y|ies)" if spelled.endswith("y") else rf"{spelled}(?:e?s)?"


def restate(text: str, *, today: date, names: Iterable[str] = ()) -> str:
    """Return the text in lower case, one blank between words and around them, in the words that the readers know.

    `names` are what the records call things: words of those are no slips.
    """
    rest = unmark(text)
    if _IS_GERMAN.search(rest):
        for pattern, english in _GERMAN:
            rest = re.sub(rf"(?<![\w-])(?:{pattern})(?![\w-])", english, rest)
    rest = _correct(rest, {word for name in names for word in re.findall(r"\w+", name.casefold())})
    for pattern, plain in _PHRASES:
        rest = re.sub(pattern, plain, rest)
    return " " + " ".join(name_days(_spell_days(rest, today), today).split()) + " "


def _correct(text: str, known: set[str]) -> str:
    def mend(match: re.Match[str]) -> str:
        word = match[0]
        if (
            len(word) < _LEAST_LETTERS
            or word in known
            or word in _NOT_SLIPS
            or {word, f"{word}s", f"{word}d"} & set(_SPELLED)
        ):
            return word
        near = [one for one in _SPELLED if one[0] == word[0] and is_one_slip(word, one)]
        return near[0] if near else word

    return re.sub(r"(?<![\w-])[^\W\d_]+(?![\w-])", mend, text)


def is_one_slip(first: str, second: str) -> bool:
    """Tell whether one letter is missing, too many, another, or two neighbours have changed places."""
    if abs(len(first) - len(second)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    if start is None:
        return True
    one, two = first[start:], second[start:]
    swapped = one[:2] == two[1::-1] and one[2:] == two[2:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or swapped


def _spell_days(text: str, today: date) -> str:
    """Return the text with its days as 2026-06-30; one without a year is the last that has been."""

    def spell(day: str, month: str, year: str | None) -> str | None:
        number = (
            int(month)
            if month.isdigit()
            else next(index for index, name in enumerate(MONTHS, start=1) if name[:3] == month[:3])
        )
        try:
            found = date(int(year or today.year), number, int(day))
            return str(found.replace(year=found.year - 1) if year is None and found > today else found)
        except ValueError:
            return None

    text = re.sub(
        rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of )?({MONTH_NAMES})\b(?:,?\s+(20\d\d))?",
        lambda m: spell(m[1], m[2], m[3]) or m[0],
        text,
    )
    text = re.sub(
        rf"\b({MONTH_NAMES})\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(20\d\d))?",
        lambda m: spell(m[2], m[1], m[3]) or m[0],
        text,
    )
    return re.sub(r"\b(\d{1,2})\.(\d{1,2})\.(20\d\d)?(?!\d)", lambda m: spell(m[1], m[2], m[3]) or m[0], text)
