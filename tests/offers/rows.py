"""Rows of import files and the figures made of them, for the tests of metrics."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from offers.reporting import Report, report
from tests.offers.company import COMPANY, NOW, Rows, load
from tests.offers.conftest import Store

JANUARY = {"date_from": date(2026, 1, 1), "date_to": date(2026, 1, 31)}
DAY = date(2026, 3, 1)
BASE = {kind: COMPANY[kind] for kind in ("partners", "people", "accounts", "products", "product_relations")}


def fill(store: Store, folder: Path, **tables: Rows) -> None:
    """Import the tables beside the small company's partners, people, accounts and products."""
    load(store.scope, folder, {**BASE, **tables})


def run(store: Store, metric: str, *by: str, **more: Any) -> Report:
    """Return a report."""
    with store.scope() as session:
        return report(session, metric, by=by, **{"now": NOW, **more})


def total(store: Store, metric: str, **more: Any) -> tuple[int | None, int | None]:
    """Return the numerator and denominator in total."""
    found = run(store, metric, **more).total
    return found.numerator, found.denominator


def groups(result: Report) -> dict[Any, tuple[int | None, int | None]]:
    """Return them by group; of one dimension by its value."""

    def name(row: Mapping[str, str | None]) -> Any:
        return tuple(row.values()) if len(row) > 1 else next(iter(row.values()))

    return {name(row.group): (row.numerator, row.denominator) for row in result.rows}


def order(line_id: str, sku: str, day: str, **more: Any) -> dict[str, Any]:
    """A line of the order that its first character names."""
    return {
        "order_line_id": line_id,
        "order_id": f"OR-{line_id[0]}",
        "account_id": "A-1",
        "sku": sku,
        "quantity": 1,
        "ordered_at": f"{day}T12:00:00Z",
        **more,
    }


def machine(asset_id: str, sku: str = "CHILL", **more: Any) -> dict[str, Any]:
    return {"asset_id": asset_id, "sku": sku, "account_id": "A-1", "status": "active", **more}


def price(sku: str, amount: str, currency: str = "EUR", **more: Any) -> dict[str, Any]:
    """A price in the standard book."""
    return {"pricebook": "standard", "sku": sku, "currency": currency, "unit_price": amount, **more}


def contract(contract_id: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """An active contract of A-1."""
    return {
        "contract_id": contract_id,
        "account_id": "A-1",
        "start_date": start,
        "end_date": end,
        "status": "active",
        **more,
    }


def line(line_id: str, contract_id: str, **more: Any) -> dict[str, Any]:
    """A line of a contract."""
    return {"contract_line_id": line_id, "contract_id": contract_id, "sku": "CARE", **more}
