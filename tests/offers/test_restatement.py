"""Why a figure counts otherwise than it did: every entry that changed names the record behind it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from offers.metrics.restatement import Restatement, restate
from offers.reporting import open_window, report
from tests.offers.company import COMPANY, NOW, Rows, load
from tests.offers.conftest import Store
from tests.offers.rows import contract, fill, line, machine, order, price

AS_OF = date(2026, 2, 23)
TUESDAY = datetime(2026, 2, 24, tzinfo=UTC)
ON = "recorded 2026-02-24"
PRODUCTS = {str(row["sku"]): row for row in COMPANY["products"]}
SURFACED = {
    "offer_id": "O-1",
    "event": "surfaced",
    "play": "coverage_gap",
    "account_id": "A-1",
    "asset_id": "M",
    "person_id": "T-1",
}


def base(store: Store, folder: Path) -> None:
    fill(
        store,
        folder,
        assets=[
            machine("M", install_date="2026-01-05", sold_by_partner_id="P-1"),
            machine("X", "ROOF", account_id="A-2"),
        ],
        bundle_items=COMPANY["bundle_items"],
        contracts=[contract("C", "2026-01-01", "2026-12-31")],
        contract_lines=[line("L", "C", asset_id="M")],
        orders=[
            order("1a", "CHILL", "2026-02-05", related_asset_id="M", partner_id="P-1", currency="EUR"),
            order("2a", "CHILL", "2026-02-06", account_id="A-2", partner_id="P-2", currency="EUR"),
            order("2b", "BUN", "2026-02-06", account_id="A-2", partner_id="P-2", currency="EUR"),
        ],
        pricebook=COMPANY["pricebook"],
        offer_events=[{**SURFACED, "event_id": "E-1", "occurred_at": "2026-02-10T09:00:00Z"}],
    )


def restated(store: Store, metric: str, **only: str) -> Restatement:
    with store.scope() as session:
        window = open_window(metric, as_of=AS_OF, now=NOW)
        return restate(session, metric, window, now=NOW, only=only)


def changes_of(found: Restatement) -> list[Any]:
    return [(one.entry_id, one.before, one.after, one.reasons) for one in found.changes]


GATE = order("3a", "GATE", "2026-02-07", partner_id="P-1", related_asset_id="M")


@pytest.mark.parametrize(
    ("metric", "only", "tables", "expected"),
    [
        # A late line of a customer, of an order, of a partner's customer, and of a machine soon after installation.
        ("account_attach", {}, {"orders": [GATE]}, [("A-1", (0, 1), (1, 1), (f"order line 3a: new, {ON}",))]),
        ("partner_attach", {}, {"orders": [GATE]}, [("A-1", (0, 1), (1, 1), (f"order line 3a: new, {ON}",))]),
        (
            "order_attach",
            {},
            {"orders": [{**GATE, "order_id": "OR-1"}]},
            [("OR-1", (0, 1), (1, 1), (f"order line 3a: new, {ON}",))],
        ),
        # It was ordered on 7 February, 33 days after 5 January: the machine came into use later than was known.
        (
            "pos_attach",
            {},
            {
                "orders": [GATE],
                "assets": [machine("M", install_date="2026-02-05", sold_by_partner_id="P-1")],
            },
            [
                (
                    "1a",
                    (0, 1),
                    (1, 1),
                    (f"asset M: install_date 2026-01-05 -> 2026-02-05, {ON}", f"order line 3a: new, {ON}"),
                )
            ],
        ),
        # What a product is, what is in a bundle, where a customer and a partner belong.
        (
            "coverage",
            {},
            {"products": [{**PRODUCTS["ROOF"], "serviceable": "false"}]},
            [("X", (0, 1), None, (f"product ROOF: serviceable True -> False, {ON}",))],
        ),
        (
            "units_attach",
            {},
            {"bundle_items": [{"bundle_sku": "BUN", "sku": "GATE", "quantity": 3}]},
            # One care contract and one gateway; then three gateways.
            [("2b", (2, 0), (4, 0), (f"bundle item BUN + GATE: quantity 1 -> 3, {ON}",))],
        ),
        (
            "units_attach",
            {"region": "North"},
            {"accounts": [{**COMPANY["accounts"][0], "region": "West", "name": "Harbour"}]},
            [("1a", (0, 1), None, (f"account A-1: region North -> West, {ON}",))],
        ),
        (
            "coverage",
            {"tier": "gold"},
            {"partners": [{**COMPANY["partners"][0], "tier": "silver"}]},
            [("M", (1, 1), None, (f"partner P-1: tier gold -> silver, {ON}",))],
        ),
        # A conversion's customer said yes.
        (
            "conversion",
            {},
            {
                "offer_events": [
                    {**SURFACED, "event_id": "E-2", "event": "accepted", "occurred_at": "2026-02-20T09:00:00Z"}
                ]
            },
            [("A-1/M/coverage_gap", (0, 1), (1, 1), (f"offer O-1: accepted 2026-02-20, {ON}",))],
        ),
    ],
)  # fmt: skip
def test_every_change_names_the_records_behind_it(
    store: Store,
    folder: Path,
    metric: str,
    only: Mapping[str, str],
    tables: Mapping[str, Rows],
    expected: Sequence[Any],
) -> None:
    base(store, folder)
    load(store.scope, folder / "tuesday", tables, recorded_at=TUESDAY)
    assert changes_of(restated(store, metric, **only)) == list(expected)


def test_what_was_installed_after_the_day_was_not_there_on_it(store: Store, folder: Path) -> None:
    base(store, folder)
    later = {"assets": [machine("N", install_date="2026-02-24"), machine("O", install_date="2026-02-20")]}
    load(store.scope, folder / "tuesday", later, recorded_at=TUESDAY)
    for metric in ("coverage", "value_attach", "leakage"):
        # O was there and nobody knew; N was not there.
        assert [one.entry_id for one in restated(store, metric).changes] == ["O"]
    found = restated(store, "coverage")
    assert found.before is not None
    assert found.after is not None
    assert (found.before.denominator, found.after.denominator) == (2, 3)
    with store.scope() as session:
        month = report(
            session, "coverage", by=("month",), date_from=date(2026, 2, 1), date_to=AS_OF, now=NOW
        ).rows[0]
    assert (month.numerator, month.denominator) == (found.after.numerator, found.after.denominator)


def test_an_order_that_moved_to_another_customer_is_a_change_of_both(store: Store, folder: Path) -> None:
    base(store, folder)
    moved = order(
        "1a", "CHILL", "2026-02-05", related_asset_id="M", partner_id="P-1", currency="EUR", account_id="A-2"
    )
    load(store.scope, folder / "tuesday", {"orders": [moved]}, recorded_at=TUESDAY)
    found = restated(store, "account_attach", region="North")
    assert changes_of(found) == [
        ("A-1", (0, 1), None, (f"order line 1a: account_id A-1 -> A-2, {ON}",))
    ]  # fmt: skip


def test_amounts_are_told_in_each_currency_and_a_price_is_a_reason(store: Store, folder: Path) -> None:
    base(store, folder)
    tables = {
        "pricebook": [
            price("CARE", "950.00", valid_from="2024-01-01"),
            price("CARE", "800.00", "GBP", valid_from="2024-01-01"),
            # Holds from tomorrow on: it is no reason.
            price("CARE", "990.00", valid_from="2026-02-24"),
        ],
        "orders": [order("4a", "GATE", "2026-02-22", account_id="A-2", currency="GBP")],
    }
    load(store.scope, folder / "tuesday", tables, recorded_at=TUESDAY)
    found = restated(store, "value_attach")
    # Both machines had a service at 900.00 EUR, M of them covered. M's is at 950.00 now; X's customer buys in GBP.
    assert found.before is not None
    assert (found.before.numerator, found.before.denominator) == (90_000, 180_000)
    assert found.after is None
    sides = {
        name: [None if one is None else (one.numerator, one.denominator) for one in both]
        for name, both in found.currencies.items()
    }
    assert sides == {"EUR": [(90_000, 180_000), (95_000, 95_000)], "GBP": [None, (0, 80_000)]}
    prices = (
        f"price standard|CARE|EUR|2024-01-01: unit_amount_minor 90000 -> 95000, {ON}",
        f"price standard|CARE|GBP|2024-01-01: new, {ON}",
    )
    assert [
        (one.entry_id, one.before, one.after, one.currency, one.now_in, one.reasons) for one in found.changes
    ] == [
        ("M", (90_000, 90_000), (95_000, 95_000), "EUR", None, prices),
        ("X", (0, 90_000), (0, 80_000), "EUR", "GBP", (f"order line 4a: new, {ON}", *prices)),
    ]


def test_a_contract_lines_machine_is_a_reason_only_where_it_names_the_group(
    store: Store, folder: Path
) -> None:
    fill(
        store,
        folder,
        assets=[machine("M", sold_by_partner_id="P-1")],
        contracts=[contract("C", "2025-02-01", "2026-01-31"), contract("D", "2026-02-01", "2027-01-31")],
        contract_lines=[
            line("L", "C", asset_id="M"),
            line("N", "D", asset_id="M", predecessor_line_id="L", booked_at="2026-01-20T10:00:00Z"),
        ],
    )
    later: dict[str, Rows] = {
        "assets": [machine("M", account_id="A-2", sold_by_partner_id="P-2")],
        "products": [{**PRODUCTS["CARE"], "family": "Other"}],
        "contracts": [
            contract("D", "2026-02-01", "2027-01-31", status="cancelled", cancelled_on="2026-02-20")
        ],
    }
    load(store.scope, folder / "later", later, recorded_at=TUESDAY)
    gone = f"contract D: status active -> cancelled, cancelled_on None -> 2026-02-20, {ON}"
    # That the machine changed hands and the product its family made no difference to what is renewed.
    assert changes_of(restated(store, "renewal_rate")) == [("L", (1, 1), (0, 1), (gone,))]
    moved = f"asset M: account_id A-1 -> A-2, sold_by_partner_id P-1 -> P-2, {ON}"
    assert changes_of(restated(store, "renewal_rate", partner="P-1")) == [("L", (1, 1), None, (moved, gone))]
