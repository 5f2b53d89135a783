"""Metrics over contracts and their prices, against figures counted by hand, on both databases."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from offers.metrics.figures import MetricSettings
from offers.reporting import Report
from tests.offers.company import COMPANY, Rows
from tests.offers.conftest import Store
from tests.offers.rows import DAY, JANUARY, contract, fill, groups, line, machine, order, price, run, total

FLEET = [machine(f"A{number}") for number in range(6)] + [
    machine(f"B{number}", "ROOF", account_id="A-2") for number in range(2)
]
SERVICES = [
    {"sku": "BIG", "name": "Big care", "family": "Care", "kind": "service", "serviceable": "false"},
    {"sku": "DEAR", "name": "Dear extra", "family": "Care", "kind": "attach", "serviceable": "false"},
]
RELATIONS = [
    {"core_sku": "CHILL", "attach_sku": "BIG", "type": "service"},
    {"core_sku": "CHILL", "attach_sku": "CARE", "type": "service"},
    {"core_sku": "ROOF", "attach_sku": "CARE", "type": "service"},
    {"core_sku": "ROOF", "attach_sku": "DEAR", "type": "accessory"},
]


def fleet(store: Store, folder: Path, prices: Sequence[Mapping[str, Any]], **tables: Rows) -> None:
    covered = ["A0", "A1", "A2", "A3", "B0", "B1"]
    fill(
        store,
        folder,
        **{
            "products": [*COMPANY["products"], *SERVICES],
            "product_relations": RELATIONS,
            "pricebook": prices,
            "assets": FLEET,
            "contracts": [contract("C", "2026-01-01", "2026-12-31")],
            "contract_lines": [line(f"L{asset}", "C", asset_id=asset) for asset in covered],
            **tables,
        },
    )


def test_value_attach_is_220_of_320(store: Store, folder: Path) -> None:
    # 6 x A at 50, 2 x B at 10, service on 4 A and 2 B: 220 of 320 is 68.75 %, as units 6 of 8 are 75 %.
    prices = [
        price("BIG", "50.00", valid_from="2026-03-01", valid_to="2026-03-01"),
        price("CARE", "10.00"),
        price("DEAR", "900.00"),
        price("BIG", "99.00", valid_to="2026-02-28"),
        price("BIG", "98.00", valid_from="2026-03-02"),
    ]
    fleet(store, folder, prices)
    found = run(store, "value_attach", as_of=DAY).total
    assert (found.numerator, found.denominator, found.currency) == (22_000, 32_000, "EUR")
    assert found.rate == 0.6875
    assert (found.asides["covered_machines"], found.asides["machines"]) == (6, 8)
    assert total(store, "coverage", as_of=DAY) == (6, 8)
    assert groups(run(store, "value_attach", "family", as_of=DAY)) == {
        "Aurora": (20_000, 30_000),
        "Boreal": (2_000, 2_000),
    }


def test_currencies_are_never_added(store: Store, folder: Path) -> None:
    prices = [price("BIG", "50.00"), price("CARE", "10.00"), price("CARE", "12.00", "USD")]
    orders = [order("1a", "GATE", "2026-01-01", account_id="A-2", unit_price="3.00", currency="USD")]
    fleet(store, folder, prices, orders=orders)
    result = run(store, "value_attach", as_of=DAY)
    # A-2 buys in dollars, so its two rooftop units are worth 12 each.
    assert groups(result) == {"EUR": (20_000, 30_000), "USD": (2_400, 2_400)}
    assert (result.total.numerator, result.total.denominator, result.total.rate) == (None, None, None)
    assert groups(run(store, "value_attach", "region", as_of=DAY)) == {
        ("North", "EUR"): (20_000, 30_000),
        ("South", "USD"): (2_400, 2_400),
    }


def test_an_account_buys_in_the_currency_of_its_last_order_by_the_day(store: Store, folder: Path) -> None:
    prices = [price("CARE", "10.00"), price("CARE", "12.00", "USD")]
    orders = [
        order("1a", "GATE", "2025-06-01", account_id="A-2", unit_price="3.00", currency="EUR"),
        order("2a", "GATE", "2026-02-10", account_id="A-2", unit_price="3.00", currency="USD"),
    ]
    fleet(store, folder, prices, orders=orders)

    def south(*by: str, **more: Any) -> dict[str, Any]:
        """What the two rooftop units of A-2 are worth, both covered."""
        found = run(store, "value_attach", *by, "region", **more).rows
        return {
            f"{row.group.get('month', '')} {row.currency}": row.denominator
            for row in found
            if row.group["region"] == "South"
        }

    # They are worth 10 EUR each until it buys in dollars.
    assert south(as_of=date(2026, 2, 9)) == {" EUR": 2_000}
    assert south(as_of=date(2026, 2, 10)) == {" USD": 2_400}
    january_on = {"date_from": date(2026, 1, 1), "as_of": DAY}
    assert south("month", **january_on) == {"2026-01 EUR": 2_000, "2026-02 USD": 2_400, "2026-03 USD": 2_400}
    # A month of one currency stands beside months of two: all of them say which.
    rows = run(store, "value_attach", "month", **january_on).rows
    assert [row.group["currency"] for row in rows] == ["EUR", "EUR", "USD", "EUR", "USD"]


# Renewals.


def renew(store: Store, folder: Path, *successors: Mapping[str, Any], **header: Any) -> Report:
    """Two lines end in January; the successors stand in a contract that begins in February."""
    new = {**contract("NEW", "2026-02-01", "2027-01-31"), **header}
    lines = [
        {
            **line(f"N{number}", "NEW", predecessor_line_id="L1", booked_at="2026-01-20T10:00:00Z"),
            **successor,
        }
        for number, successor in enumerate(successors)
    ]
    fill(
        store,
        folder,
        contracts=[contract("OLD", "2025-02-01", "2026-01-31"), new],
        contract_lines=[line("L1", "OLD"), line("L2", "OLD"), *lines],
    )
    return run(store, "renewal_rate", **JANUARY)


@pytest.mark.parametrize(
    ("successor", "header", "renewed", "on_time"),
    [
        ({}, {}, 1, 1),
        ({}, {"status": "draft"}, 0, 0),
        ({}, {"status": "cancelled", "cancelled_on": "2026-02-20"}, 0, 0),
        ({"start_date": "2026-03-02"}, {}, 1, 1),  # thirty days after the end
        ({"start_date": "2026-03-03"}, {}, 0, 0),
        ({}, {"start_date": "2025-11-01"}, 1, 1),  # an early start counts
        ({"booked_at": "2026-02-15T10:00:00Z"}, {}, 1, 0),  # booked late
        ({"booked_at": "2026-03-02T10:00:00Z"}, {}, 0, 0),  # booked after the as-of date
        ({"booked_at": ""}, {}, 0, 0),
        ({"predecessor_line_id": ""}, {}, 0, 0),
    ],
)
def test_a_renewal_is_booked_by_the_day_and_starts_within_the_grace(
    store: Store, folder: Path, successor: dict[str, Any], header: dict[str, Any], renewed: int, on_time: int
) -> None:
    found = renew(store, folder, successor, **header).total
    assert (found.numerator, found.denominator) == (renewed, 2)
    assert found.asides["on_time"] == on_time


def test_several_successors_of_a_line_are_one_renewal(store: Store, folder: Path) -> None:
    found = renew(store, folder, {}, {}, {"predecessor_line_id": "L2"}).total
    assert (found.numerator, found.denominator) == (2, 2)


def test_lines_of_drafts_and_cancelled_contracts_do_not_fall_due(store: Store, folder: Path) -> None:
    ends = ("2025-02-01", "2026-01-31")
    fill(
        store,
        folder,
        contracts=[
            contract("A", *ends),
            contract("B", *ends, status="draft"),
            contract("C", *ends, status="cancelled", cancelled_on="2026-02-20"),
            contract("D", *ends, status="expired"),
            contract("E", "2025-02-01", "2026-02-01"),
        ],
        # The line's own end goes before the contract's.
        contract_lines=[line(name, name) for name in "ABCDE"] + [line("F", "E", end_date="2026-01-01")],
    )
    assert total(store, "renewal_rate", **JANUARY) == (0, 3)
    assert groups(run(store, "renewal_rate", "month")) == {"2026-01": (0, 3), "2026-02": (0, 1)}


def test_a_contract_that_is_cancelled_later_falls_due_and_renews_as_of_a_day_before(
    store: Store, folder: Path
) -> None:
    old, new = ("2025-02-01", "2026-01-31"), ("2026-02-01", "2027-01-31")
    worth = {"unit_price": "10.00", "currency": "EUR", "booked_at": "2026-01-20T10:00:00Z"}
    cancelled = {"status": "cancelled", "cancelled_on": "2026-02-20"}
    fill(
        store,
        folder,
        contracts=[
            contract("A", *old),
            contract("B", *old, **cancelled),
            contract("C", *new, **cancelled),
            contract("D", *old, status="cancelled"),
        ],
        contract_lines=[
            line("A1", "A", **worth),
            line("B1", "B", **worth),
            line("C1", "C", predecessor_line_id="A1", **worth),
            line("D1", "D", **worth),  # cancelled on an unknown day: at no day is it known to stand
        ],
    )
    # On 19 February nothing was cancelled yet: A and B ended, A is renewed by C. On the 20th B and C are gone.
    for as_of, figure in ((date(2026, 2, 19), (1, 2)), (date(2026, 2, 20), (0, 1))):
        assert total(store, "renewal_rate", as_of=as_of, **JANUARY) == figure
        money = total(store, "renewal_value", as_of=as_of, **JANUARY)
        assert money == (figure[0] * 1_000, figure[1] * 1_000)


def test_renewal_value_is_what_was_booked_for_the_lines_of_the_period(store: Store, folder: Path) -> None:
    # 100 expiring; 90 booked, of which 5 for the next and 3 for the last period: 82 %.
    def worth(amount: str, **more: Any) -> dict[str, Any]:
        return {"unit_price": amount, "currency": "EUR", "booked_at": "2026-02-01T10:00:00Z", **more}

    fill(
        store,
        folder,
        contracts=[
            contract("OLD", "2025-02-01", "2026-01-31"),
            contract("LAST", "2025-01-01", "2025-12-31"),
            contract("NEXT", "2025-03-01", "2026-02-28"),
            contract("NEW", "2026-01-15", "2027-01-31"),
        ],
        contract_lines=[
            line("L1", "OLD", **worth("30.00", quantity=2)),
            line("L2", "OLD", **worth("40.00")),
            line("L3", "LAST", **worth("3.00")),
            line("L4", "NEXT", **worth("5.00")),
            line("L5", "OLD"),  # without a price, so without a value
            line("N1", "NEW", predecessor_line_id="L1", **worth("50.00")),
            # Several successors of one line count in full.
            line("N2", "NEW", predecessor_line_id="L2", **worth("20.00")),
            line("N3", "NEW", predecessor_line_id="L2", **worth("12.00")),
            line("N4", "NEW", predecessor_line_id="L3", **worth("3.00")),
            line("N5", "NEW", predecessor_line_id="L4", **worth("5.00")),
            line("N6", "NEW", predecessor_line_id="L1", **worth("7.00") | {"currency": "USD"}),
        ],
    )
    found = run(store, "renewal_value", **JANUARY).total
    assert (found.numerator, found.denominator, found.currency) == (8_200, 10_000, "EUR")


def sold(store: Store, folder: Path) -> None:
    """Four first terms end in January: by an offer, at the point of sale, twice otherwise; and one successor."""
    event = {"offer_id": "O-1", "event": "accepted", "account_id": "A-1", "play": "coverage_gap"}
    fill(
        store,
        folder,
        assets=[machine("M", install_date="2025-01-20", sold_by_partner_id="P-1"), machine("X")],
        contracts=[
            contract("C", "2025-02-01", "2026-01-31"),
            contract("D", "2025-03-01", "2026-01-31", status="cancelled", cancelled_on="2025-05-30"),
            contract("NEW", "2026-02-01", "2027-01-31"),
        ],
        contract_lines=[
            line("L1", "C", asset_id="X", offer_id="O-1"),
            line("L2", "C", asset_id="M"),
            line("L3", "C", asset_id="X"),
            line("L4", "C", predecessor_line_id="L0"),
            line("L5", "D", asset_id="X"),
            line("N1", "NEW", predecessor_line_id="L1", booked_at="2026-01-02T08:00:00Z"),
        ],
        offer_events=[{**event, "event_id": "E-1", "occurred_at": "2025-01-30T09:00:00Z"}],
    )


def test_first_renewals_are_told_by_how_the_contract_was_sold(store: Store, folder: Path) -> None:
    sold(store, folder)
    assert groups(run(store, "first_renewal_rate", "channel", **JANUARY)) == {
        "offer": (1, 1),
        "other": (0, 1),
        "point_of_sale": (0, 1),
    }
    assert groups(run(store, "first_renewal_rate", "play", **JANUARY)) == {
        "coverage_gap": (1, 1),
        None: (0, 2),
    }
    assert groups(run(store, "first_renewal_rate", "tier", **JANUARY)) == {"gold": (0, 1), None: (1, 2)}


def test_cancellations_count_from_the_sale(store: Store, folder: Path) -> None:
    sold(store, folder)
    year = {"date_from": date(2025, 1, 1), "date_to": date(2025, 12, 31)}
    # L5 was sold on 1 March, cancelled on 30 May: ninety days.
    assert groups(run(store, "cancellation_rate", "channel", **year)) == {
        "offer": (0, 1),
        "other": (1, 3),
        "point_of_sale": (0, 1),
    }
    shorter = MetricSettings(cancellation_days=89)
    assert total(store, "cancellation_rate", settings=shorter, **year) == (0, 5)
    assert total(store, "cancellation_rate", as_of=date(2025, 5, 29), **year) == (0, 5)
    assert groups(run(store, "cancellation_rate", "month", **year)) == {"2025-02": (0, 4), "2025-03": (1, 1)}
