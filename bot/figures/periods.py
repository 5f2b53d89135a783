"""Reading a period in a question about a figure: "last quarter", "Q3 2026", "since March"."""

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
UNITS = {"month": 1, "quarter": 3, "year": 12}
"""How many months a calendar period has."""


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
    length = UNITS[unit]
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
    months = count * UNITS[match[2].rstrip("s")]
    return (day_months_ago(today, months) + timedelta(days=1), today) if months <= 240 else None


def day_months_ago(day: date, months: int) -> date:
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
