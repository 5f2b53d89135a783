"""What the rows of all import files share."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from offers.money import parse_minor_units


class RowValueError(Exception):
    """A value that is wrong only beside another one, with the column it stands in."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


class ImportRow(BaseModel):
    """A row of a file. Cells arrive as text, None where empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        return self.__dict__.copy()


def check_order(first: date | None, last: date | None, column: str) -> None:
    """Raise RowValueError when a period ends before it begins."""
    if first is not None and last is not None and last < first:
        raise RowValueError(column, f"{last} is before the start, {first}")


def check_other(identity: str, other: str | None, column: str) -> None:
    """Raise RowValueError when a row names itself where another one belongs."""
    if other == identity:
        raise RowValueError(column, f"{other} is the row itself")


def parse_price(text: str | None, currency: str | None, column: str) -> int | None:
    """Return a price in minor units, None for an empty cell. Raises RowValueError."""
    if text is None:
        return None
    if currency is None:
        raise RowValueError("currency", f"is empty beside {column} {text}")
    try:
        return parse_minor_units(text, currency)
    except ValueError as error:
        raise RowValueError(column, str(error)) from error


def join_identity(*parts: object) -> str:
    """Return one text for an identity of several columns, empty ones included."""
    return "|".join("" if part is None else str(part) for part in parts)
