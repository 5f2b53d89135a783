"""The values that the records have for a part of the company: what `--only region=South` may name."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from offers.errors import UnknownValue
from offers.models import Account, Partner, Person, Product
from offers.reporting import get_metric
from offers.tables.versions import current

SHOWN = 12
"""How many known values are told at most."""

_COLUMNS: Mapping[str, tuple[Any, str, str]] = {
    "region": (Account, "region", "region"),
    "segment": (Account, "segment", "segment"),
    "account": (Account, "account_id", "name"),
    "family": (Product, "family", "family"),
    "sku": (Product, "sku", "name"),
    "partner": (Partner, "partner_id", "name"),
    "tier": (Partner, "tier", "tier"),
    "type": (Partner, "type", "type"),
    "technician": (Person, "person_id", "name"),
}


def check_parts(session: Session, metric: str, only: Mapping[str, str]) -> None:
    """Check that each value of a figure's own dimensions stands in the records, now or at any time before.

    Raises:
        UnknownMetric: There is no such metric.
        UnknownValue: No account, product, partner or person has it.
    """
    for name, value in only.items():
        if name not in get_metric(metric).dimensions or name not in _COLUMNS:
            continue
        model, column, _ = _COLUMNS[name]
        known = select(col(getattr(model, column))).where(col(getattr(model, column)) == value).limit(1)
        if session.execute(known).first() is None:
            raise UnknownValue(name, value, list_nearest(value, list_values(session, name)))


def list_values(session: Session, dimension: str) -> list[tuple[str, str]]:
    """Return the values of a dimension that the records have now, each with what it is called."""
    model, column, name = _COLUMNS[dimension]
    value = col(getattr(model, column))
    query = select(value, col(getattr(model, name))).where(current(model), value.is_not(None)).distinct()
    return [(row[0], row[1] or row[0]) for row in session.execute(query).all()]


def list_nearest(written: str, values: Sequence[tuple[str, str]], *, limit: int = SHOWN) -> list[str]:
    """Return known values, what is written most alike first: "North", "P-1 (North Star)"."""
    ordered = sorted(values, key=lambda one: (-max(_likeness(written, part) for part in one), one))
    return [value if value == name else f"{value} ({name})" for value, name in ordered[:limit]]


def _likeness(first: str, second: str) -> float:
    return SequenceMatcher(None, first.casefold(), second.casefold()).ratio()
