"""Cells of an import file as typed values; every refusal is a reason that a person can act on."""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from offers.money import parse_currency

_WHOLE = re.compile(r"-?\d{1,9}(\.0+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST_TO_ONE = 10.0
"""A rate that may exceed one doesn't exceed this; 80 is meant as percent."""

_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_YEARS = range(1900, 3000)


def _parse_required(cell: str | None) -> str:
    if cell is None:
        raise ValueError("is empty")
    return cell


def _parse_instant(cell: str | None) -> datetime | None:
    if cell is None:
        return None
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not an ISO 8601 date or time") from None
    if not _DATE.match(cell) or moment.year not in _YEARS:
        raise ValueError(f"{cell!r} is not an ISO 8601 date between 1900 and 2999")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _parse_date(cell: str | None) -> date | None:
    moment = _parse_instant(cell)
    return None if moment is None else moment.date()


def _parse_boolean(cell: str | None) -> bool | None:
    if cell is None:
        return None
    word = cell.lower()
    if word not in ("true", "false"):
        raise ValueError(f"{cell!r} is not true or false")
    return word == "true"


def _parse_whole(cell: str | None) -> int | None:
    if cell is None:
        return None
    if not _WHOLE.fullmatch(cell):
        raise ValueError(f"{cell!r} is not a whole number")
    return int(cell.partition(".")[0])


def _parse_count(cell: str | None) -> int | None:
    number = _parse_whole(cell)
    if number is not None and number < 1:
        raise ValueError(f"{cell!r} is not a quantity of at least 1")
    return number


def _parse_not_negative(cell: str | None) -> int | None:
    number = _parse_whole(cell)
    if number is not None and number < 0:
        raise ValueError(f"{cell!r} is negative")
    return number


def _parse_rate(cell: str | None) -> float:
    text = _parse_required(cell)
    if not _DECIMAL.fullmatch(text) or not 0 <= float(text) <= MOST_TO_ONE:
        raise ValueError(f"{text!r} is not a rate between 0 and 1")
    return float(text)


def _parse_currency(cell: str | None) -> str | None:
    return None if cell is None else parse_currency(cell)


def _required_instant(cell: str | None) -> datetime | None:
    return _parse_instant(_parse_required(cell))


def _required_count(cell: str | None) -> int | None:
    return _parse_count(_parse_required(cell))


def _required_currency(cell: str | None) -> str | None:
    return _parse_currency(_parse_required(cell))


def word_of(words: type[StrEnum]) -> BeforeValidator:
    """Return a validator for a closed list of words; case and surrounding space don't matter."""
    allowed = {word.value: word.value for word in words}

    def parse(cell: str | None) -> str:
        text = _parse_required(cell)
        found = allowed.get(text.lower())
        if found is None:
            raise ValueError(f"{text!r} is not one of {', '.join(allowed)}")
        return found

    return BeforeValidator(parse)


Required = Annotated[str, BeforeValidator(_parse_required)]
Optional = str | None
Day = Annotated[date | None, BeforeValidator(_parse_date)]
Instant = Annotated[datetime | None, BeforeValidator(_parse_instant)]
RequiredInstant = Annotated[datetime, BeforeValidator(_required_instant)]
Boolean = Annotated[bool | None, BeforeValidator(_parse_boolean)]
Count = Annotated[int | None, BeforeValidator(_parse_count)]
RequiredCount = Annotated[int, BeforeValidator(_required_count)]
NotNegative = Annotated[int | None, BeforeValidator(_parse_not_negative)]
Rate = Annotated[float, BeforeValidator(_parse_rate)]
Currency = Annotated[str | None, BeforeValidator(_parse_currency)]
RequiredCurrency = Annotated[str, BeforeValidator(_required_currency)]
