"""Amounts are integers in minor units, and nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.money import Money, allocate_minor_units, format_money, parse_currency, parse_minor_units


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12", "EUR", 1200),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("0", "EUR", 0),
    ],
)
def test_a_price_is_read_by_the_exponent_of_its_currency(text: str, currency: str, minor: int) -> None:
    assert parse_minor_units(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12,50", "EUR"),
        ("1,200.00", "EUR"),
        ("12.505", "EUR"),
        ("1.5", "JPY"),
        ("-1", "EUR"),
        ("1e3", "EUR"),
        ("NaN", "EUR"),
    ],
)
def test_what_is_not_exactly_a_price_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"is|has"):
        parse_minor_units(text, currency)


@pytest.mark.parametrize(("text", "code"), [("eur", "EUR"), (" KWD ", "KWD"), ("EUX", None), ("Euro", None)])
def test_a_currency_is_one_that_there_is(text: str, code: str | None) -> None:
    if code is not None:
        assert parse_currency(text) == code
        return
    with pytest.raises(ValueError, match="currency"):
        parse_currency(text)


def test_a_price_reads_with_its_decimals_and_currency() -> None:
    assert format_money(Money(184_000, "EUR")) == "1,840.00 EUR"
    assert format_money(Money(184_000, "JPY")) == "184,000 JPY"


def test_a_bundle_price_is_split_in_proportion_to_list_prices() -> None:
    # 1100.00 over 900 : 300 -> 825.00 and 275.00.
    assert allocate_minor_units(110_000, [90_000, 30_000]) == (82_500, 27_500)
    # 1.00 over three equal parts -> 34 + 33 + 33 cents; the first takes the remainder.
    assert allocate_minor_units(100, [1, 1, 1]) == (34, 33, 33)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_an_allocation_adds_up_to_the_cent(total: int, weights: list[int]) -> None:
    parts = allocate_minor_units(total, weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
