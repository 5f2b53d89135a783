"""Terms in months: a contract's last day is the day before its anniversary."""

from datetime import date, timedelta


def last_day_of_term(start: date, months: int) -> date:
    """Return the last day, included, of a term: 12 months from 2025-03-01 end on 2026-02-28.

    Where the anniversary doesn't exist (29 February, 31 April) the first of the next month stands for it.
    """
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    try:
        anniversary = date(year, month, start.day)
    except ValueError:
        anniversary = date(year + month // 12, month % 12 + 1, 1)
    return anniversary - timedelta(days=1)
