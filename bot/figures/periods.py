"""Reading a period in a question about a figure: "last quarter", "Q3 2026", and what it is set against."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from offers.metrics.periods import first_of_months_ago, month_end

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
MONTH_NAMES = "|".join(rf"{name}|{name[:3]}" for name in MONTHS) + "|sept"

Period = tuple[date | None, date]

_DAY = r"(\d{4}-\d{2}-\d{2})"
_UNITS = {"month": 1, "quarter": 3, "year": 12}
_AGAINST = r"compared?|comparison|vs|versus|against|than"


def take_as_of(text: str) -> tuple[str, date | None]:
    """Read "as of 2026-06-30"."""
    match = re.search(rf"\bas (?:of|at)\s+{_DAY}", text)
    found = _read_day(match[1]) if match else None
    if match is None or found is None:
        return text, None
    return text[: match.start()] + " " + text[match.end() :], found


def take_period(text: str, today: date) -> tuple[str, Period | None]:
    """Read the first period of the table that the text has; return the rest of the text with it."""
    for pattern, read in _PERIODS:
        match = re.search(rf"(?<![\w-])(?:in |for |during |over |the )*(?:{pattern})(?![\w-])", text)
        period = read(match, today) if match else None
        if match is not None and period is not None:
            return text[: match.start()] + " " + text[match.end() :], period
    return text, None


def take_comparison(text: str, period: Period | None, today: date) -> tuple[str, Period | None, str | None]:
    """Read what a period is set against: return the rest, the span of both, and what its parts are ("quarter").

    The span has everything between the two. Without a comparison, the period as it was and None.
    """
    if period is None or period[0] is None:
        return text, period, None
    before = _find_before(text, (period[0], period[1]), today)
    rest, other = (
        (re.sub(_BEFORE, " ", text), before) if before is not None else _take_other(text, period, today)
    )
    if other is None or other[0] is None:
        return text, period, None
    units = {_unit_of(one, today) for one in (period, other)}
    unit = units.pop()
    if units or unit is None:
        return text, period, None
    rest = re.sub(rf"\b(?:{_AGAINST})\b", " ", rest)
    return rest, (min(period[0], other[0]), max(period[1], other[1])), unit


def _take_other(text: str, period: Period, today: date) -> tuple[str, Period | None]:
    if not re.search(rf"\b(?:{_AGAINST}|and)\b", text):
        return text, None
    rest, other = take_period(text, today)
    if other is None and re.search(rf"\b(?:{_AGAINST})\b", text):
        other = _find_running(period, today)
    return rest, other if other != period else None


def _find_running(period: Period, today: date) -> Period | None:
    """Return what a past period alone is compared with: the one of its length that is under way."""
    unit = _unit_of(period, today)
    if unit is None or period[1] >= today:
        return None
    return first_of_months_ago(today, (today.month - 1) % _UNITS[unit]), today


_BEFORE = (
    r"\b(?:the )?(?:(?:one|month|quarter|year|period) before(?: that| it)?|previous one|"
    r"(?:previous|prior|preceding) period|same (?:quarter|month|period) (?:last year|a year (?:ago|before))|"
    r"a year (?:ago|before)|year on year|yoy)\b"
)


def _find_before(text: str, period: tuple[date, date], today: date) -> Period | None:
    """Return the whole period before this one, or the same a year before, as the text says."""
    match = re.search(_BEFORE, text)
    unit = _unit_of(period, today)
    if match is None or unit is None:
        return None
    is_year_ago = re.search(r"last year|a year|year on year|yoy", match[0]) is not None
    first = first_of_months_ago(period[0], 12 if is_year_ago else _UNITS[unit])
    return first, month_end(first_of_months_ago(first, 1 - _UNITS[unit]))


def _unit_of(period: Period, today: date) -> str | None:
    """Return which calendar period this is, one under way included, None for any other span."""
    first, last = period
    if first is None or first.day != 1:
        return None
    for name, length in _UNITS.items():
        whole = month_end(first_of_months_ago(first, 1 - length))
        if (first.month - 1) % length == 0 and last == min(whole, max(today, first)):
            return name
        if (first.month - 1) % length == 0 and last == whole:
            return name
    return None


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _between(match: re.Match[str], _today: date) -> Period | None:
    first, last = (_read_day(part) for part in match.groups() if part is not None)
    return (first, last) if first and last and first <= last else None


def _on_day(match: re.Match[str], _today: date) -> Period | None:
    day = _read_day(match[1])
    return (day, day) if day else None


def _since(match: re.Match[str], today: date) -> Period | None:
    first = _read_day(match[1] or match[2])
    return (first, max(first, today)) if first else None


def _since_month(match: re.Match[str], today: date) -> Period | None:
    first, _ = _name_month(match[1], match[2], today)
    return (first, today) if first <= today else None


def _months(match: re.Match[str], today: date) -> Period | None:
    last_first, last = _name_month(match[3], match[4], today)
    first, _ = _name_month(match[1], match[2] or str(last.year), today)
    if first > last_first and match[2] is None:
        first = first.replace(year=first.year - 1)
    return (first, last) if first <= last else None


def _relative(match: re.Match[str], today: date) -> Period | None:
    is_last, unit = match[1] not in ("this", "current"), match[2]
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return (monday - timedelta(days=7), monday - timedelta(days=1)) if is_last else (monday, today)
    length = _UNITS[unit]
    first = today.replace(day=1)
    first = first_of_months_ago(first, (first.month - 1) % length)
    if not is_last:
        return first, today
    return first_of_months_ago(first, length), first - timedelta(days=1)


def _last_so_many(match: re.Match[str], today: date) -> Period | None:
    count = int(match[1])
    if not 1 <= count <= 3660:
        return None
    if match[2].startswith("day"):
        return today - timedelta(days=count - 1), today
    if match[2].startswith("week"):
        return today - timedelta(days=7 * count - 1), today
    months = count * _UNITS[match[2].rstrip("s")]
    return (_day_months_ago(today, months) + timedelta(days=1), today) if months <= 240 else None


def _day_months_ago(day: date, months: int) -> date:
    """Return the same day of the month so many months before, of a shorter month the last."""
    first = first_of_months_ago(day, months)
    return first.replace(day=min(day.day, month_end(first).day))


def _quarter(match: re.Match[str], today: date) -> Period | None:
    year = int(match[2] or today.year)
    first = date(year, 3 * int(match[1]) - 2, 1)
    return first, month_end(first_of_months_ago(first, -2))


def _half(match: re.Match[str], today: date) -> Period | None:
    first = date(int(match[2] or today.year), 6 * int(match[1]) - 5, 1)
    return first, month_end(first_of_months_ago(first, -5))


def _month(match: re.Match[str], today: date) -> Period | None:
    return _name_month(match[1], match[2], today)


def _name_month(name: str, year: str | None, today: date) -> tuple[date, date]:
    """Return the month of this name: of the year, else the last that has begun."""
    number = next(index for index, one in enumerate(MONTHS, start=1) if one[:3] == name[:3])
    first = date(int(year) if year else today.year - (number > today.month), number, 1)
    return first, month_end(first)


def _year(match: re.Match[str], _today: date) -> Period | None:
    return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)


def _year_to_date(_match: re.Match[str], today: date) -> Period | None:
    return today.replace(month=1, day=1), today


def _always(_match: re.Match[str], today: date) -> Period | None:
    return None, today


def _yesterday(_match: re.Match[str], today: date) -> Period | None:
    return today - timedelta(days=1), today - timedelta(days=1)


_PERIODS: tuple[tuple[str, Callable[[re.Match[str], date], Period | None]], ...] = (
    (rf"from {_DAY} (?:to|until|till|through) {_DAY}|between {_DAY} and {_DAY}", _between),
    (rf"since {_DAY}|from {_DAY}", _since),
    (rf"(?:on |at ){_DAY}", _on_day),
    (rf"since ({MONTH_NAMES})(?: (20\d\d))?", _since_month),
    (rf"(?:from )?({MONTH_NAMES})(?: (20\d\d))? (?:to|until|till|through|-) ({MONTH_NAMES})(?: (20\d\d))?", _months),
    (r"(this|current|last|previous|past) (week|month|quarter|year)", _relative),
    (r"(?:last|past) (\d{1,4}) (days?|weeks?|months?|quarters?|years?)", _last_so_many),
    (r"q([1-4])(?:[ -]*(?:of )?(20\d\d))?", _quarter),
    (r"h([12])(?:[ -]*(?:of )?(20\d\d))?", _half),
    (rf"({MONTH_NAMES})(?: (20\d\d))?", _month),
    (r"(20\d\d)", _year),
    (r"year to date|ytd", _year_to_date),
    (r"yesterday", _yesterday),
    (r"ever|all time|of all time", _always),
)  # fmt: skip
