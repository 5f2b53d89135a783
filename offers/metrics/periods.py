"""Months, quarters and years of a window."""

from collections.abc import Iterator
from datetime import date, timedelta

TREND_MONTHS = 12


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def list_periods(unit: str, first_day: date | None, last_day: date) -> Iterator[tuple[str, date]]:
    """Yield each month ("2026-03"), quarter ("2026-Q1") or year of the window in order with its last day.

    The last one is cut at the window's end. Without a first day those of the last twelve months.
    """
    day = first_day or first_of_months_ago(last_day, TREND_MONTHS - 1)
    while day <= last_day:
        last = period_end(unit, day)
        yield name_period(unit, day), min(last, last_day)
        day = last + timedelta(days=1)


def name_period(unit: str, day: date) -> str:
    """Return what the month, quarter or year of a day is called."""
    names = {"month": f"{day:%Y-%m}", "quarter": f"{day:%Y}-Q{(day.month + 2) // 3}", "year": f"{day:%Y}"}
    return names[unit]


def period_end(unit: str, day: date) -> date:
    """Return the last day of the month, quarter or year that the day is in."""
    length = _MONTHS[unit]
    return month_end(date(day.year, (day.month - 1) // length * length + length, 1))


def read_period(unit: str, name: str) -> date:
    """Return the first day of a period by what it is called."""
    year, _, part = name.partition("-")
    month = 1 if not part else 3 * int(part[1:]) - 2 if unit == "quarter" else int(part)
    return date(int(year), month, 1)


def month_end(day: date) -> date:
    """Return the last day of the month that the day is in."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def first_of_months_ago(day: date, months: int) -> date:
    """Return the first day of the month that lies so many months before the day's."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
