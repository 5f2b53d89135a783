"""Contract terms end on the day before their anniversary."""

from datetime import date

import pytest

from offers.terms import last_day_of_term


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2025, 3, 1), 12, date(2026, 2, 28)),
        (date(2026, 4, 12), 12, date(2027, 4, 11)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2025, 12, 1), 1, date(2025, 12, 31)),
    ],
)
def test_the_last_day_is_the_day_before_the_anniversary(start: date, months: int, last: date) -> None:
    assert last_day_of_term(start, months) == last
