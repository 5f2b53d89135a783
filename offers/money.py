"""Amounts as integer minor units with an ISO 4217 currency."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import is_currency

# ISO 4217, minor unit column (list one, 2024): every currency that has not two decimals.
_CURRENCIES_BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENTS = {
    currency: exponent for exponent, codes in _CURRENCIES_BY_EXPONENT.items() for currency in codes.split()
}

_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LARGEST_MINOR = 10**15
"""Beyond this a figure is a slip of the keyboard, and a 64-bit sum of many of them would overflow."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, yen) and its currency. Different currencies are never added."""

    amount_minor: int
    currency: str


def exponent_of(currency: str) -> int:
    """Return how many decimals the currency has: EUR 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(currency, 2)


def parse_currency(text: str) -> str:
    """Return the ISO code in capitals. Raises ValueError when it is not three letters, or no currency's."""
    code = text.strip().upper()
    if not _CURRENCY.fullmatch(code):
        raise ValueError(f"{text!r} is not a three-letter currency code")
    if not is_currency(code):
        raise ValueError(f"{text!r} is no currency's code")
    return code


def parse_minor_units(text: str, currency: str) -> int:
    """Return a decimal in major units ("12.50") as minor units (1250); nothing is rounded.

    Raises ValueError, with a reason a person can act on, for a decimal comma, thousands separators,
    a negative amount, and more decimals than the currency has.
    """
    if "," in text:
        raise ValueError(f"{text!r} is not a price: write decimals with a point and no thousands separator")
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text!r} is not a price: expected a decimal number such as 12.50")
    minor = Decimal(text).scaleb(exponent_of(currency))
    if minor < 0:
        raise ValueError(f"{text!r} is negative")
    if minor != minor.to_integral_value():
        raise ValueError(f"{text!r} has more decimals than {currency} ({exponent_of(currency)})")
    if minor > _LARGEST_MINOR:
        raise ValueError(f"{text!r} is too large for a price")
    return int(minor)


def format_money(money: Money) -> str:
    """Return the amount for a sentence: "1,840.00 EUR"."""
    exponent = exponent_of(money.currency)
    return f"{Decimal(money.amount_minor).scaleb(-exponent):,.{exponent}f} {money.currency}"


def take_share(amount_minor: int, rate_bps: int) -> int:
    """Return a share of a non-negative amount, rounded half up, once: 1,000 at 1,250 basis points is 125."""
    return (amount_minor * rate_bps + 5_000) // 10_000


def divide_half_even(numerator: int, denominator: int) -> int:
    """Return a quotient of non-negative integers rounded to a whole one, halves to the even: 5 / 2 is 2, 7 / 2 is 4."""
    whole, rest = divmod(numerator, denominator)
    is_up = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    return whole + is_up


def parse_percent(text: str) -> int:
    """Return a percentage ("7.5", "7,5" or "19 %") in basis points (750).

    Raises ValueError for what is no number from 0 to 100 with at most two decimals.
    """
    cleaned = text.strip().removesuffix("%").strip().replace(",", ".")
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", cleaned) or Decimal(cleaned) > 100:
        raise ValueError(f"{text!r} is not a percentage from 0 to 100 with at most two decimals")
    return int(Decimal(cleaned) * 100)


def format_percent(rate_bps: int) -> str:
    """Return basis points as a person reads them: 750 is "7.5 %"."""
    return f"{(Decimal(rate_bps) / 100).normalize():f} %"


def allocate_minor_units(total_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split a total in proportion to weights so that the parts add up to it exactly.

    Largest remainder; equal remainders go to the earlier part. All weights zero: equal parts. Returns () for
    no weights.
    """
    if not weights:
        return ()
    shares = list(weights) if sum(weights) > 0 else [1] * len(weights)
    whole = sum(shares)
    parts = [total_minor * share // whole for share in shares]
    remainders = [total_minor * share % whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: total_minor - sum(parts)]:
        parts[index] += 1
    return tuple(parts)
