"""Dates and moments: terms of a year with inclusive ends, and times within working hours."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from random import Random

HISTORY_DAYS = 548
"""Orders and reactions reach back this far: 18 months, the last day being yesterday."""


WORKDAY_MINUTES = 10 * 60
_FIRST_HOUR = time(7)


def shift_months(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def last_day_of_term(start: date, months: int = 12) -> date:
    """Return the inclusive end of a term: 12 months from 2025-03-01 end on 2026-02-28."""
    return shift_months(start, months) - timedelta(days=1)


def first_day_of_term(end: date, months: int = 12) -> date:
    """Return the start of the term that ends on the day, that day included."""
    return shift_months(end + timedelta(days=1), -months)


def moment_on(rng: Random, day: date) -> datetime:
    """Return a moment of the day's working hours, UTC."""
    return datetime.combine(day, _FIRST_HOUR, UTC) + timedelta(minutes=rng.randrange(WORKDAY_MINUTES))


def after_work(moment: datetime, *, minutes: int) -> datetime:
    """Return the moment that many minutes of working hours later; a minute past the last hour is the next morning's.

    `moment` lies within working hours: 12 minutes after 16:55 is 7:07 of the next day.
    """
    first = datetime.combine(moment.date(), _FIRST_HOUR, UTC)
    worked = (moment - first) // timedelta(minutes=1) + minutes
    days, rest = divmod(worked, WORKDAY_MINUTES)
    return first + timedelta(days=days, minutes=rest)


def day_between(rng: Random, first: date, last: date) -> date:
    """Return a day between both, ends included."""
    return first + timedelta(days=rng.randint(0, (last - first).days))
