"""Metrics over orders, against figures counted by hand, on both databases."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from offers.metrics.figures import MetricSettings
from offers.reporting import find_curve
from tests.offers.company import COMPANY, load
from tests.offers.conftest import Store
from tests.offers.rows import JANUARY, contract, fill, groups, line, machine, order, price, run, total

ORDERS = [
    # 1: North, sold by gold P-1: four chillers, three gateways and a plan.
    order("1a", "CHILL", "2026-01-05", quantity=4, partner_id="P-1"),
    order("1b", "GATE", "2026-01-05", quantity=3, partner_id="P-1"),
    order("1c", "CARE", "2026-01-05", partner_id="P-1"),
    # 2: South, direct: a rooftop unit alone, the bundle of plan and gateway in another order of the same account.
    order("2a", "ROOF", "2026-01-10", account_id="A-2"),
    order("3a", "BUN", "2026-01-20", account_id="A-2", quantity=2),
    # 4: out of the window.
    order("4a", "GATE", "2026-02-01"),
]
CATALOGUE = {"bundle_items": COMPANY["bundle_items"], "pricebook": COMPANY["pricebook"]}


def test_units_orders_accounts_and_partners_are_four_figures(store: Store, folder: Path) -> None:
    fill(store, folder, orders=ORDERS, **CATALOGUE)
    # Attached: 3 gateways + 1 plan + 2 bundles of two = 8; core: 4 + 1 = 5.
    assert total(store, "units_attach", **JANUARY) == (8, 5)
    # Orders with core: 1 and 2; with attached as well: 1.
    assert total(store, "order_attach", **JANUARY) == (1, 2)
    # Accounts with core: both; A-2 ordered attached in another order of the window.
    assert total(store, "account_attach", **JANUARY) == (2, 2)
    # What partners sold: A-1's alone.
    assert total(store, "partner_attach", **JANUARY) == (1, 1)
    assert total(store, "account_attach", date_from=date(2026, 1, 1), date_to=date(2026, 1, 10)) == (1, 2)


def test_the_groups_of_an_order_are_its_core_lines(store: Store, folder: Path) -> None:
    fill(store, folder, orders=[*ORDERS, order("1d", "ROOF", "2026-01-05", partner_id="P-1")], **CATALOGUE)
    assert groups(run(store, "order_attach", "family", **JANUARY)) == {"Aurora": (1, 1), "Boreal": (1, 2)}
    assert groups(run(store, "order_attach", "tier", **JANUARY)) == {"gold": (1, 1), None: (0, 1)}
    assert groups(run(store, "order_attach", "type", "quarter", **JANUARY)) == {
        ("dealer", "2026-Q1"): (1, 1),
        (None, "2026-Q1"): (0, 1),
    }
    # The whole is no sum of its families: order 1 has both.
    assert total(store, "order_attach", **JANUARY) == (1, 2)


def test_an_account_attaches_within_the_group_and_the_month(store: Store, folder: Path) -> None:
    rows = [
        order("1a", "CHILL", "2026-01-31"),
        order("2a", "GATE", "2026-02-01"),
        order("3a", "ROOF", "2026-02-10", partner_id="P-1"),
    ]
    fill(store, folder, orders=rows, **CATALOGUE)
    window = {"date_from": date(2026, 1, 1), "date_to": date(2026, 2, 28)}
    assert total(store, "account_attach", **window) == (1, 1)
    assert groups(run(store, "account_attach", "month", **window)) == {
        "2026-01": (0, 1),
        "2026-02": (1, 1),
    }
    # The gateway was no partner's sale.
    assert groups(run(store, "account_attach", "partner", **window)) == {"P-1": (0, 1), None: (1, 1)}
    assert groups(run(store, "account_attach", "family", **window)) == {"Aurora": (1, 1), "Boreal": (1, 1)}
    assert groups(run(store, "account_attach", "year", **window)) == {"2026": (1, 1)}


def test_an_order_attaches_within_the_month_as_a_report_of_that_month_says(
    store: Store, folder: Path
) -> None:
    rows = [
        order("1a", "CHILL", "2026-01-30"),
        order("1b", "GATE", "2026-02-02"),
        order("2a", "CHILL", "2026-01-05"),
        order("2b", "GATE", "2026-01-07"),
    ]
    fill(store, folder, orders=rows)
    window = {"date_from": date(2026, 1, 1), "date_to": date(2026, 2, 28)}
    assert total(store, "order_attach", **window) == (2, 2)
    assert total(store, "order_attach", **JANUARY) == (1, 2)
    assert groups(run(store, "order_attach", "month", **window)) == {"2026-01": (1, 2)}
    assert groups(run(store, "order_attach", "quarter", **window)) == {"2026-Q1": (2, 2)}


@pytest.mark.parametrize(
    ("returned", "net"),
    [
        ({}, 3),
        ({"returned_at": "2026-01-20"}, 0),
        ({"returned_at": "2026-01-20", "returned_quantity": 2}, 1),
        ({"returned_at": "2026-01-20", "returned_quantity": 9}, 0),
        # 1 January and 90 days are 1 April; the day after is too late.
        ({"returned_at": "2026-04-01T23:00:00Z"}, 0),
        ({"returned_at": "2026-04-02T01:00:00Z"}, 3),
    ],
)
def test_what_comes_back_in_time_leaves_the_net_and_never_the_gross(
    store: Store, folder: Path, returned: dict[str, Any], net: int
) -> None:
    rows = [
        order("1a", "CHILL", "2026-01-01", quantity=2, returned_at="2026-01-09"),
        order("1b", "GATE", "2026-01-01", quantity=3, **returned),
    ]
    fill(store, folder, orders=rows)
    later = {**JANUARY, "now": datetime(2026, 6, 1, tzinfo=UTC)}
    # The base keeps the chiller that came back: the cohort is what was ordered.
    assert total(store, "net_attach", **later) == (net, 2)
    assert total(store, "units_attach", **later) == (3, 2)
    assert run(store, "net_attach", **later).total.asides["gross"] == 3
    shorter = MetricSettings(cancellation_days=5)
    assert total(store, "net_attach", settings=shorter, **later) == (3, 2)


def test_the_net_of_a_past_day_knows_no_later_return(store: Store, folder: Path) -> None:
    rows = [
        order("1a", "CHILL", "2026-01-01"),
        order("1b", "GATE", "2026-01-01", returned_at="2026-01-20"),
    ]
    fill(store, folder, orders=rows)
    assert total(store, "net_attach", as_of=date(2026, 1, 19), date_from=date(2026, 1, 1)) == (1, 1)
    assert total(store, "net_attach", as_of=date(2026, 1, 20), date_from=date(2026, 1, 1)) == (0, 1)


@pytest.mark.parametrize(
    ("event", "day", "net"),
    [
        ("reversed", "2026-02-01", 0),
        ("cancelled", "2026-02-01", 1),  # the plan goes, the gateway stays
        ("returned", "2026-02-01", 1),  # the gateway goes, the plan stays
        ("reversed", "2026-05-01", 2),  # too late
        ("booked", "2026-02-01", 2),
    ],
)
def test_a_sale_that_was_undone_leaves_the_net(
    store: Store, folder: Path, event: str, day: str, net: int
) -> None:
    rows = [
        order("1a", "CHILL", "2026-01-01"),
        order("2a", "BUN", "2026-01-01", offer_id="O-1"),
    ]
    events = [
        {
            "event_id": f"E-{number}",
            "offer_id": "O-1",
            "event": name,
            "account_id": "A-1",
            "play": "bundle",
            "occurred_at": f"{at}T12:00:00Z",
        }
        for number, (name, at) in enumerate(
            [("surfaced", "2026-01-01"), ("accepted", "2026-01-01"), (event, day)]
        )
    ]
    fill(store, folder, orders=rows, offer_events=events, **CATALOGUE)
    later = {**JANUARY, "now": datetime(2026, 6, 1, tzinfo=UTC)}
    assert total(store, "net_attach", **later) == (net, 1)


@pytest.mark.parametrize(
    ("skus", "event", "net"),
    [
        (["GATE"], "cancelled", 0),  # an order of goods that the customer called off
        (["CARE"], "returned", 0),  # a plan that was handed back
        (["GATE", "GATE"], "cancelled", 0),
        (["GATE", "CARE"], "cancelled", 1),  # sold together as two lines: the plan goes, the gateway stays
        (["GATE", "CARE"], "returned", 1),
        (["BUN", "GATE"], "cancelled", 2),  # the bundle's plan goes, both gateways stay
    ],
)
def test_a_sale_of_goods_or_services_alone_is_undone_by_either(
    store: Store, folder: Path, skus: list[str], event: str, net: int
) -> None:
    rows = [order("1a", "CHILL", "2026-01-01")]
    rows += [order(f"{n}b", sku, "2026-01-01", offer_id="O-1") for n, sku in enumerate(skus, 2)]
    # Somebody else's plan has no say in this sale.
    rows += [order("8c", "CARE", "2026-01-01", offer_id="O-2"), order("9c", "GATE", "2026-01-01")]
    about = {"offer_id": "O-1", "account_id": "A-1", "play": "add_on", "event": event}
    events = [{**about, "event_id": "E-1", "occurred_at": "2026-02-01T12:00:00Z"}]
    fill(store, folder, orders=rows, offer_events=events, **CATALOGUE)
    later = {**JANUARY, "now": datetime(2026, 6, 1, tzinfo=UTC)}
    assert total(store, "net_attach", **later) == (net + 2, 1)


def test_a_contract_that_the_customer_cancelled_leaves_the_net(store: Store, folder: Path) -> None:
    fill(
        store,
        folder,
        orders=[
            order("1a", "CHILL", "2026-01-01"),
            order("2a", "CARE", "2026-01-01", offer_id="O-1"),
            order("3a", "GATE", "2026-01-01", offer_id="O-1"),
        ],
        contracts=[contract("C", "2026-01-01", "2026-12-31", status="cancelled", cancelled_on="2026-02-10")],
        contract_lines=[line("L", "C", offer_id="O-1")],
    )
    assert total(store, "net_attach", **JANUARY) == (1, 1)
    assert total(store, "net_attach", as_of=date(2026, 2, 9), **JANUARY) == (2, 1)


# Point of sale and time to attach.


@pytest.mark.parametrize(
    ("installed", "ordered", "is_pos"),
    [
        ("2026-01-10", "2026-02-09", True),  # thirty days after, inclusive
        ("2026-01-10", "2026-02-10", False),
        ("2026-01-10", "2025-12-01", True),  # before installation counts
        ("", "2026-01-10", False),
    ],
)
def test_point_of_sale_is_up_to_thirty_days_after_installation(
    store: Store, folder: Path, installed: str, ordered: str, is_pos: bool
) -> None:
    rows = [
        order("1a", "CHILL", "2026-01-05", quantity=2, related_asset_id="M"),
        order("2a", "ROOF", "2026-01-05"),
        order("3a", "GATE", ordered, related_asset_id="M"),
    ]
    fill(store, folder, assets=[machine("M", install_date=installed)], orders=rows)
    found = run(store, "pos_attach", **JANUARY).total
    assert (found.numerator, found.denominator) == (2 if is_pos else 0, 3)
    assert found.asides["post_sale"] == (0 if is_pos else 2)
    assert total(store, "pos_attach", settings=MetricSettings(pos_days=31), **JANUARY)[0] == (
        2 if installed else 0
    )


def test_three_of_six_machines_attach_and_the_share_by_day_thirty_is_58_percent(
    store: Store, folder: Path
) -> None:
    # Attach days 10, 30, 30; censored at 20, 60, 90: 1 - 5/6 * 2/4 = 7/12 = 58.3 %.
    now = datetime(2026, 4, 1, 12, tzinfo=UTC)
    installed = {"A": 90, "B": 90, "C": 90, "D": 20, "E": 60, "F": 90}
    machines = [
        machine(name, install_date=str(now.date() - timedelta(days=days))) for name, days in installed.items()
    ]
    orders = [
        order(f"{name}1", "GATE", str(now.date() - timedelta(days=90 - day)), related_asset_id=name)
        for name, day in [("A", 10), ("B", 30), ("C", 30)]
    ]
    fill(store, folder, assets=machines, orders=orders)
    found = run(store, "time_to_attach", now=now).total
    assert (found.numerator, found.denominator) == (3, 6)
    assert found.rate == pytest.approx(7 / 12)
    # Greenwood: (5/12)^2 * (1/(6*5) + 2/(4*2)) = .04919; 1.96 standard errors are .4347.
    assert (found.low, found.high) == (pytest.approx(0.1486, abs=5e-4), pytest.approx(1.0, abs=0.02))
    assert found.asides["median_day"] == 30
    with store.scope() as session:
        curve = find_curve(session, "time_to_attach", now=now)
        assert curve is not None
        assert [(point.day, point.at_risk, point.happened) for point in curve.points] == [
            (10, 6, 1),
            (30, 4, 3),
        ]
        assert (curve.points[-1].share, curve.points[-1].low) == (found.rate, found.low)
        north = find_curve(session, "time_to_attach", now=now, by=("family",), only={"region": "North"})
        assert north == curve
        assert find_curve(session, "time_to_attach", now=now, only={"region": "South"}) is None
        assert find_curve(session, "coverage", now=now) is None
    ten = run(store, "time_to_attach", now=now, settings=MetricSettings(horizon_days=10)).total
    assert (ten.numerator, ten.rate) == (1, pytest.approx(1 / 6))


def test_a_machine_is_out_of_sight_when_it_is_retired_and_never_known_too_long(
    store: Store, folder: Path
) -> None:
    machines = [
        machine("A", install_date="2026-01-01"),
        machine("B", install_date="2026-01-01", status="retired", retired_on="2026-01-11"),
        machine("C", install_date="2026-01-01", status="retired"),  # on an unknown day: out
        machine("D", install_date="2026-01-01", status="competitor"),
        machine("E", install_date=""),
        machine("F", install_date="2026-01-01", sku="GATE"),
    ]
    fill(store, folder, assets=machines, orders=[order("1a", "GATE", "2026-01-21", related_asset_id="A")])
    # At risk on day 20: A alone, as B was retired on day 10, before any order was known.
    twenty = {"settings": MetricSettings(horizon_days=20)}
    found = run(store, "time_to_attach", **twenty).total
    assert (found.numerator, found.denominator, found.rate, found.asides["left_out"]) == (1, 1, 1.0, 1)
    # Nobody was observed for so long when the share is not whole.
    early = run(store, "time_to_attach", as_of=date(2026, 1, 15)).total
    assert (early.rate, early.low) == (None, None)
    # With orders known from the first of January on, B is observed until day 10.
    load(store.scope, folder / "more", {"orders": [order("2a", "CHILL", "2026-01-01")]})
    found = run(store, "time_to_attach", **twenty).total
    assert (found.numerator, found.denominator, found.rate) == (1, 2, 1.0)
    early = run(store, "time_to_attach", as_of=date(2026, 1, 15)).total
    assert (early.denominator, early.rate, early.low) == (2, None, None)


def test_a_margin_that_is_a_loss_for_all_alike_has_no_interval(store: Store, folder: Path) -> None:
    sold = {"unit_price": "100.00", "currency": "EUR"}
    orders = [
        order("1a", "GATE", "2026-01-10", **sold),
        order("2a", "GATE", "2026-01-11", account_id="A-2", **sold),
    ]
    fill(store, folder, orders=orders, pricebook=[price("GATE", "100.00", unit_cost="250.00")])
    # Each was sold for 100 and had cost 250: -300 of 200 euros. That both lost as much bounds no third one's loss.
    found = run(store, "margin").total
    assert (found.numerator, found.denominator, found.rate) == (-30_000, 20_000, -1.5)
    assert (found.low, found.high, found.n) == (None, None, 2)
