"""Reading what a period in a question is set against: "this week vs last week", "Q3 vs Q2", "now vs a year ago"."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.figures.periods import MONTH_NAMES, UNITS, Period, day_months_ago, take_period
from offers.metrics.periods import first_of_months_ago, month_end

Span = tuple[date, date]

_DAY = r"\d{4}-\d{2}-\d{2}"
_AGAINST = r"compared?|comparison|vs|versus|against|than"
_BEFORE = (
    r"\b(?:the )?(?:(?:one|day|week|month|quarter|year|period) before(?: that| it)?|previous one|"
    r"(?:previous|prior|preceding) period|"
    r"(?:same days )?a year (?:ago|before)|year on year|year over year|yoy)\b"
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "nine": 9, "twelve": 12}
_MANY = rf"(\d{{1,3}}|{'|'.join(_COUNTS)}) (day|week|month|quarter|year)s?"
_AGO = rf"\b{_MANY} (?:ago|earlier)\b"
_AS_MANY = rf"\b(?:the )?(?:(?:previous|prior|preceding) {_MANY}|{_MANY} before(?: that| it| them)?)\b"
_LIKE_A_YEAR_AGO = re.compile(r"a year|year on year|year over year|yoy")
_RUNNING = re.compile(r"\b(week|month|quarter) (?:on|over) \1\b|\b(wow|mom|qoq)\b")
_SHORT = {"wow": "week", "mom": "month", "qoq": "quarter"}
_DAYS = {"day": 1, "week": 7}
_WEEKS_OF_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class Versus:
    """Two windows, the earlier to begin first; `unit` is the calendar period that both are, None of any other two."""

    before: Span
    after: Span
    unit: str | None

    @property
    def span(self) -> Span:
        """Both windows with everything between them."""
        return min(self.before[0], self.after[0]), max(self.before[1], self.after[1])


def spell_sides(text: str, today: date) -> str:
    """Return the text with the sides of a comparison as other periods are written.

    "2026-06-30 vs 2025-06-30" are two days, "2026-07-01 to 2026-09-30" is a window, "week on week" this one and the
    last, "Q3 last year" has its year; a day that was "as of" on one side is a side.
    """
    text = re.sub(
        rf"\b(q[1-4]|h[12]|{MONTH_NAMES}) (?:of )?(this|last) year\b",
        lambda match: f"{match[1]} {today.year - (match[2] == 'last')}",
        text,
    )
    text = re.sub(
        r"\bsame (?:week|month|quarter|year) (?:last year|a year (?:ago|before))\b", "a year ago", text
    )
    text = re.sub(
        r"\bsame (?:days?|period|time|dates?) (?:last year|a year (?:ago|before))\b",
        "same days a year ago",
        text,
    )
    text = _RUNNING.sub(_spell_running, text)
    if re.search(rf"\b(?:{_AGAINST})\b", text) is None:
        return text
    text = re.sub(
        rf"(?:\b(?:from|between) )?\b({_DAY}) (?:to|until|till|through|-) ({_DAY})", r"from \1 to \2", text
    )
    one = rf"(?:(?:as (?:of|at)|on|at) )?({_DAY})"
    text = re.sub(rf"\b({_AGAINST})((?: (?:to|with))*) {one}", r"\1\2 on \3", text)
    return re.sub(rf"(?<! to )(?<! and )(?<!since )\b{one}(?= (?:{_AGAINST})\b)", r"on \1", text)


def _spell_running(match: re.Match[str]) -> str:
    unit = match[1] or _SHORT[match[2]]
    return f"this {unit} vs last {unit}"


def take_versus(text: str, period: Period | None, *, today: date, usual: Span) -> tuple[str, Versus | None]:
    """Read what a period is set against: return the rest with both windows, None without a comparison.

    Args:
        period: What was read of the text already; without one `usual` is compared, where the text says with what.
    """
    is_compared = re.search(rf"\b(?:{_AGAINST}|year on year|year over year|yoy)\b", text) is not None
    if period[0] is None if period is not None else not is_compared:
        return text, None
    named = usual if period is None else (period[0] or period[1], period[1])
    rest, other = _take_before(text, named, today, is_named=period is not None)
    if other is None:
        rest, other = _take_other(text, named, today, is_named=period is not None)
    if other is None or other == named:
        return text, None
    units = {unit_of(one, today) for one in (named, other)}
    unit = units.pop() if len(units) == 1 else None
    before, after = sorted((named, other))
    return re.sub(rf"\b(?:{_AGAINST})\b", " ", rest), Versus(before, after, unit)


def take_ago(text: str, usual: Span) -> tuple[str, Span | None]:
    """Read "a year ago" that nothing is set against: what is usual, so long before."""
    match = re.search(_AGO, text)
    if match is None:
        return text, None
    return re.sub(_AGO, " ", text), _shift(usual, _read_count(match[1]), match[2], None)


def unit_of(period: Span, today: date) -> str | None:
    """Return which calendar period this is, one under way included, None for any other span."""
    first, last = period
    if first.day != 1:
        return None
    for name, length in UNITS.items():
        whole = month_end(first_of_months_ago(first, 1 - length))
        if (first.month - 1) % length == 0 and last in (whole, min(whole, max(today, first))):
            return name
    return None


def _take_other(text: str, named: Span, today: date, *, is_named: bool) -> tuple[str, Span | None]:
    if not is_named or not re.search(rf"\b(?:{_AGAINST}|and)\b", text):
        return text, None
    rest, found = take_period(text, today)
    other = (found[0], found[1]) if found is not None and found[0] is not None else None
    if other is None and re.search(rf"\b(?:{_AGAINST})\b", text):
        return rest, _find_running(named, today)
    return rest, other


def _find_running(period: Span, today: date) -> Span | None:
    """Return what a past period alone is compared with: the one of its kind or length that is under way."""
    first, last = period
    if last >= today:
        return None
    unit = unit_of(period, today)
    if unit is not None:
        return first_of_months_ago(today, (today.month - 1) % UNITS[unit]), today
    if _is_week(period):
        return today - timedelta(days=today.weekday()), today
    return today - (last - first), today


def _take_before(text: str, period: Span, today: date, *, is_named: bool) -> tuple[str, Span | None]:
    """Read the period before, the same a year before, or so long ago."""
    ago, as_many, before = (re.search(pattern, text) for pattern in (_AGO, _AS_MANY, _BEFORE))
    unit = unit_of(period, today)
    if before is not None and (unit is not None or ago is None or "same days" in before[0]):
        other = _before(period, today)
        if _LIKE_A_YEAR_AGO.search(before[0]):
            other = _shift(period, 1, "year", None if "same days" in before[0] else unit)
        return re.sub(_BEFORE, " ", text), other
    if ago is not None:
        return re.sub(_AGO, " ", text), _shift(period, _read_count(ago[1]), ago[2], unit)
    if as_many is not None and is_named:
        count, name = _read_count(as_many[1] or as_many[3]), as_many[2] or as_many[4]
        last = period[0] - timedelta(days=1)
        days = timedelta(days=_DAYS.get(name, 0) * count - 1)
        first = last - days if name in _DAYS else day_months_ago(period[0], count * UNITS[name])
        return re.sub(_AS_MANY, " ", text), (first, last)
    return text, None


def _before(period: Span, today: date) -> Span:
    """Return the whole period before this one; of no calendar period as many days."""
    unit = unit_of(period, today)
    if unit is not None:
        first = first_of_months_ago(period[0], UNITS[unit])
        return first, month_end(first_of_months_ago(first, 1 - UNITS[unit]))
    first, last = period
    if first.weekday() == 0 and last == today and (last - first).days < _DAYS["week"]:
        return first - timedelta(days=_DAYS["week"]), first - timedelta(days=1)
    return first - (last - first) - timedelta(days=1), first - timedelta(days=1)


def _shift(period: Span, count: int, name: str, unit: str | None) -> Span:
    """Return the period so long before: that of a calendar `unit` whole, weeks by whole weeks, others day by day."""
    first, last = period
    if unit is not None and name in UNITS and UNITS[name] * count % UNITS[unit] == 0:
        begins = first_of_months_ago(first, UNITS[name] * count)
        return begins, month_end(first_of_months_ago(begins, 1 - UNITS[unit]))
    if name == "year" and first.weekday() == 0 and 0 < (last - first).days < _DAYS["week"]:
        name, count = "week", _WEEKS_OF_A_YEAR * count
    if name in _DAYS:
        gone = timedelta(days=_DAYS[name] * count)
        return first - gone, last - gone
    months = UNITS[name] * count
    return day_months_ago(first, months), day_months_ago(last, months)


def _is_week(period: Span) -> bool:
    return period[0].weekday() == 0 and (period[1] - period[0]).days == _DAYS["week"] - 1


def _read_count(written: str) -> int:
    return _COUNTS.get(written) or int(written)
