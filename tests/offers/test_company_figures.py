"""Random small companies: the queries agree with a plain count over the files' rows."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from offers.reporting import report
from tests.offers.company import COMPANY, load
from tests.offers.conftest import Store

DAY = date(2026, 3, 1)
KINDS = {row["sku"]: row["kind"] for row in COMPANY["products"]}
FAMILIES = {row["sku"]: row["family"] for row in COMPANY["products"]}
REGIONS = {row["account_id"]: row["region"] for row in COMPANY["accounts"]}


def some_day(rng: random.Random, spread: int = 200) -> date:
    return DAY + timedelta(days=rng.randrange(-spread, spread))


def invent(rng: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a company with every status, empty dates and doubled lines in it."""
    assets = [
        {
            "asset_id": f"M{n}",
            "sku": rng.choice(["CHILL", "ROOF", "GATE"]),
            "account_id": rng.choice(["A-1", "A-2"]),
            "status": rng.choices(["active", "retired", "competitor"], [8, 1, 1])[0],
        }
        for n in range(60)
    ]
    contracts, lines = [], []
    for n in range(60):
        first = some_day(rng)
        status = rng.choice(["active", "active", "draft", "expired", "cancelled"])
        contracts.append(
            {
                "contract_id": f"C{n}",
                "account_id": "A-1",
                "start_date": rng.choice([first, ""]),
                "end_date": rng.choice([first + timedelta(days=rng.randrange(300)), ""]),
                "status": status,
                "cancelled_on": some_day(rng) if status == "cancelled" and rng.random() < 0.8 else "",
            }
        )
    for n in range(90):
        first = some_day(rng)
        lines.append(
            {
                "contract_line_id": f"L{n}",
                "contract_id": f"C{rng.randrange(60)}",
                "asset_id": rng.choice(["", *(f"M{m}" for m in range(60))]),
                "sku": "CARE",
                "start_date": rng.choice(["", first]),
                "end_date": rng.choice(["", first + timedelta(days=rng.randrange(300))]),
            }
        )
    orders = [
        {
            "order_line_id": f"O{n}",
            "order_id": f"O{n}",
            "account_id": rng.choice(["A-1", "A-2"]),
            "sku": rng.choice(list(KINDS)),
            "quantity": rng.randrange(1, 5),
            "ordered_at": f"{some_day(rng, 60)}T{rng.randrange(24):02}:00:00Z",
        }
        for n in range(80)
    ]
    return {"assets": assets, "contracts": contracts, "contract_lines": lines, "orders": orders}


def covered_by_hand(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[int]]:
    contracts = {row["contract_id"]: row for row in rows["contracts"]}

    def is_live(line: dict[str, Any]) -> bool:
        contract = contracts[line["contract_id"]]
        if contract["status"] == "draft":
            return False
        cancelled_on = contract["cancelled_on"]
        if contract["status"] == "cancelled" and (cancelled_on == "" or cancelled_on <= DAY):
            return False
        return all(
            (row["start_date"] or date.min) <= DAY <= (row["end_date"] or date.max)
            for row in (line, contract)
        )

    covered = {line["asset_id"] for line in rows["contract_lines"] if is_live(line)}
    by_region: dict[str, list[int]] = {}
    for asset in rows["assets"]:
        if asset["status"] == "active" and asset["sku"] != "GATE":
            tally = by_region.setdefault(REGIONS[asset["account_id"]], [0, 0])
            tally[0] += asset["asset_id"] in covered
            tally[1] += 1
    return by_region


def units_by_hand(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[int]]:
    by_family: dict[str, list[int]] = {}
    for order in rows["orders"]:
        if not "2026-02-01" <= order["ordered_at"][:10] <= "2026-02-28":
            continue
        for sku in ["CARE", "GATE"] if order["sku"] == "BUN" else [order["sku"]]:
            tally = by_family.setdefault(FAMILIES[sku], [0, 0])
            tally[KINDS[sku] == "core"] += order["quantity"]
    return by_family


@pytest.mark.parametrize("seed", range(6))
def test_coverage_and_units_equal_a_plain_count(store: Store, tmp_path: Path, seed: int) -> None:
    rows = invent(random.Random(seed))
    base = {kind: COMPANY[kind] for kind in ("partners", "accounts", "products", "bundle_items")}
    load(store.scope, tmp_path / "files", {**base, **rows})
    now = datetime(2026, 3, 1, 23, tzinfo=UTC)
    with store.scope() as session:
        coverage = report(session, "coverage", by=["region"], now=now)
        units = report(
            session,
            "units_attach",
            by=["family"],
            date_from=date(2026, 2, 1),
            date_to=date(2026, 2, 28),
            now=now,
        )
    assert {
        row.group["region"]: [row.numerator, row.denominator] for row in coverage.rows
    } == covered_by_hand(rows)
    assert {row.group["family"]: [row.numerator, row.denominator] for row in units.rows} == units_by_hand(
        rows
    )
    assert coverage.total.denominator == sum(row.denominator for row in coverage.rows)
    assert units.total.numerator == sum(row.numerator for row in units.rows)
