"""Months of a window."""

from collections.abc import Iterator
from datetime import date, timedelta

TREND_MONTHS = 12


def list_months(first_day: date | None, last_day: date) -> Iterator[tuple[str, date]]:
    """Yield each month ("2026-03") of the window in order with its last day, cut at the window's end.

    Without a first day the last twelve months.
    """
    month = (first_day or first_of_months_ago(last_day, TREND_MONTHS - 1)).replace(day=1)
    while month <= last_day:
        last = month_end(month)
        yield f"{month:%Y-%m}", min(last, last_day)
        month = last + timedelta(days=1)


def month_end(day: date) -> date:
    """Return the last day of the month that the day is in."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def first_of_months_ago(day: date, months: int) -> date:
    """Return the first day of the month that lies so many months before the day's."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
