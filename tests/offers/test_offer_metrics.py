"""Metrics over offers, and what all metrics share, on both databases."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from offers.metrics.restatement import restate
from offers.models import Decision
from offers.reporting import find_rows, open_window
from tests.offers.company import COMPANY, NOW, Rows
from tests.offers.conftest import Store, person
from tests.offers.rows import JANUARY, contract, fill, groups, line, machine, order, run, total


def happen(offer: str, name: str, day: str, **more: Any) -> dict[str, Any]:
    return {
        "event_id": f"{offer}-{name}",
        "offer_id": offer,
        "event": name,
        "account_id": "A-1",
        "asset_id": f"M-{offer}",
        "play": "add_on",
        "person_id": "T-1",
        "occurred_at": f"{day}T09:00:00Z",
        **more,
    }


EVENTS = [
    happen("1", "surfaced", "2026-01-05"),
    happen("1", "viewed", "2026-01-05"),
    happen("1", "accepted", "2026-01-06"),
    happen("1", "booked", "2026-02-01"),
    happen("2", "surfaced", "2026-01-05"),
    happen("2", "declined", "2026-01-05", reason="too expensive"),
    happen("3", "surfaced", "2026-01-07"),
    happen("3", "accepted", "2026-01-07"),
    happen("3", "reversed", "2026-01-08"),
    happen("4", "surfaced", "2026-01-07", person_id="T-2"),
    happen("4", "declined", "2026-01-09", person_id="T-2", reason="not now"),
    happen("5", "surfaced", "2026-01-07", person_id="T-2"),
    happen("5", "declined", "2026-02-09", person_id="T-2", reason="not now"),
]


def log(store: Store, folder: Path, events: Sequence[Mapping[str, Any]], **tables: Rows) -> None:
    """Import the events, and the machines that they are about."""
    machines = [machine(asset_id) for asset_id in sorted({str(event["asset_id"]) for event in events})]
    fill(store, folder, **{"assets": machines, "offer_events": events, **tables})


def test_the_funnel_never_rises_and_a_reversed_sale_was_only_shown(store: Store, folder: Path) -> None:
    log(store, folder, EVENTS)
    result = run(store, "funnel", "stage", **JANUARY)
    assert groups(result) == {
        "eligible": (5, 5),
        "surfaced": (5, 5),
        "viewed": (1, 5),
        "accepted": (1, 5),
        "booked": (1, 5),
    }
    assert [row.group["stage"] for row in result.rows] == [
        "eligible",
        "surfaced",
        "viewed",
        "accepted",
        "booked",
    ]
    assert (result.total.numerator, result.total.denominator) == (1, 5)
    # As of the end of January nothing was booked.
    early = run(store, "funnel", "stage", as_of=date(2026, 1, 31), **JANUARY)
    assert groups(early)["booked"] == (0, 5)


def test_each_reason_is_a_share_of_all_that_were_declined(store: Store, folder: Path) -> None:
    log(store, folder, EVENTS)
    assert groups(run(store, "declines", "reason")) == {"not now": (2, 3), "too expensive": (1, 3)}
    # Three were declined, two of them in January; with nothing declined there is no rate.
    assert total(store, "declines") == (3, 3)
    assert total(store, "declines", **JANUARY) == (2, 2)
    assert total(store, "declines", date_to=date(2025, 1, 1)) == (0, 0)
    assert groups(run(store, "declines", "technician", **JANUARY)) == {"T-1": (1, 2), "T-2": (1, 2)}


def test_the_declines_of_a_part_are_shares_of_that_part_whoever_asks(store: Store, folder: Path) -> None:
    # A-2 is in the south, and declined twice of five times; its manager sees nothing else.
    more = [
        happen("6", "declined", "2026-01-09", account_id="A-2", reason="too expensive"),
        happen("7", "declined", "2026-01-09", account_id="A-2", reason="not now"),
    ]
    people = [
        *COMPANY["people"],
        {"person_id": "B", "name": "Bob", "role": "manager", "slack_user_id": "UBOB", "region": "South"},
    ]
    log(store, folder, [*EVENTS, *more], people=people)
    south = run(store, "declines", "reason", only={"region": "South"})
    with store.scope() as session:
        his = person(session, "UBOB")
    for found in (south, run(store, "declines", "reason", reader=his)):
        assert groups(found) == {"not now": (1, 2), "too expensive": (1, 2)}
        assert (found.total.numerator, found.total.denominator) == (2, 2)
        # All of them is no share: there is nothing to be unsure of.
        assert (found.total.low, found.total.high) == (None, None)
        assert [row.low for row in found.rows] == [pytest.approx(0.0945, abs=5e-5)] * 2
    # A reason is no part of the company: it is a share of all that were declined.
    why = run(store, "declines", only={"region": "South", "reason": "not now"})
    assert (why.total.numerator, why.total.denominator) == (1, 2)
    assert total(store, "declines", only={"reason": "not now"}) == (3, 5)
    # And in what has become of a past figure: in January there were two in the south, one of them for this reason.
    with store.scope() as session:
        window = open_window("declines", now=NOW, as_of=date(2026, 1, 31))
        only = {"region": "South", "reason": "not now"}
        restated = restate(session, "declines", window, now=NOW, only=only)
    assert restated.as_json()["after"] == [1, 2]


def test_people_are_ranked_by_the_lower_end_and_shrunk_rates_stand_beside(store: Store, folder: Path) -> None:
    # 22 of 50 is surer than 3 of 4: the lower ends are .3116 and .3006.
    events = []
    for technician, accepted, shown in [("T-1", 3, 4), ("T-2", 22, 50)]:
        for number in range(shown):
            offer = f"{technician}-{number}"
            events.append(happen(offer, "surfaced", "2026-01-05", person_id=technician))
            if number < accepted:
                events.append(happen(offer, "accepted", "2026-01-06", person_id=technician))
    events.append(happen("X", "surfaced", "2026-01-05", person_id=""))
    log(store, folder, events)
    rows = run(store, "conversion", "technician", **JANUARY).rows
    assert [row.group["technician"] for row in rows] == ["T-2", "T-1", None]
    assert [row.low for row in rows[:2]] == [pytest.approx(0.3116, abs=5e-5), pytest.approx(0.3006, abs=5e-5)]
    second = rows[1]
    assert second.shrunk is not None
    # Drawn from 3/4 towards what all have in common.
    assert 0.44 < second.shrunk < 0.75


def test_a_sale_counts_for_who_surfaced_it_whenever_the_report_begins(store: Store, folder: Path) -> None:
    # One machine and play, offered twice: what was sold on the 10th is what T-1 had shown in December.
    about = {"asset_id": "M-1"}
    log(
        store,
        folder,
        [
            happen("1", "surfaced", "2025-12-20", **about),
            happen("2", "surfaced", "2026-01-05", person_id="T-2", **about),
            happen("1", "accepted", "2026-01-10", **about),
        ],
    )
    assert groups(run(store, "conversion", "technician", **JANUARY)) == {"T-1": (1, 1)}
    assert groups(run(store, "conversion", "technician")) == {"T-1": (1, 1)}


def test_the_rows_behind_a_figure_add_up_to_it(store: Store, folder: Path) -> None:
    orders = [order("1a", "CHILL", "2026-01-05"), order("1b", "GATE", "2026-01-05", quantity=3)]
    log(store, folder, EVENTS, orders=orders)
    with store.scope() as session:
        units = find_rows(session, "units_attach", now=NOW, by=("family",), **JANUARY)
        shown = find_rows(session, "conversion", now=NOW, **JANUARY)
    assert [(row.entry_id, row.group, row.numerator, row.denominator) for row in units] == [
        ("1a", ("Aurora",), 0, 1),
        ("1b", ("Extras",), 3, 0),
    ]
    assert sorted((row.entry_id, row.numerator) for row in shown) == [
        ("A-1/M-1/add_on", 1),
        ("A-1/M-2/add_on", 0),
        ("A-1/M-3/add_on", 0),
        ("A-1/M-4/add_on", 0),
        ("A-1/M-5/add_on", 0),
    ]


def test_coverage_by_month_is_the_end_of_each_month(store: Store, folder: Path) -> None:
    fill(
        store,
        folder,
        assets=[machine("M"), machine("X", "ROOF", account_id="A-2")],
        contracts=[contract("C", "2026-01-31", "2026-02-27")],
        contract_lines=[line("L", "C", asset_id="M")],
    )
    quarter = {"date_from": date(2025, 12, 1), "date_to": date(2026, 12, 31), "as_of": date(2026, 3, 1)}
    result = run(store, "coverage", "month", **quarter)
    assert groups(result) == {
        "2025-12": (0, 2),
        "2026-01": (1, 2),
        "2026-02": (0, 2),
        "2026-03": (0, 2),
    }
    assert groups(run(store, "coverage", "family", "month", **quarter))["Aurora", "2026-01"] == (1, 1)


def test_a_manager_of_a_region_sees_that_region(store: Store, folder: Path) -> None:
    people = [
        *COMPANY["people"],
        {"person_id": "M-2", "slack_user_id": "USOUTH", "name": "Marc", "role": "manager", "region": "South"},
    ]
    machines = [machine("M"), machine("X", "ROOF", account_id="A-2")]
    orders = [order("1a", "CHILL", "2026-01-05"), order("2a", "ROOF", "2026-01-05", account_id="A-2")]
    events = [
        happen("1", "surfaced", "2026-01-05", asset_id="M"),
        happen("2", "surfaced", "2026-01-05", asset_id="X", account_id="A-2"),
    ]
    fill(
        store,
        folder,
        people=[*COMPANY["people"], *people],
        assets=machines,
        orders=orders,
        offer_events=events,
    )
    with store.scope() as session:
        marc = person(session, "USOUTH")
        everyone = person(session, "UMGR")
    for metric in ("coverage", "units_attach", "order_attach", "conversion", "time_to_attach"):
        assert run(store, metric, reader=marc).total.denominator == (1 if metric != "time_to_attach" else 0)
    assert total(store, "coverage", reader=everyone) == (0, 2)
    assert groups(run(store, "coverage", "region", reader=marc)) == {"South": (0, 1)}


def test_a_partner_stands_among_peers_without_names_and_none_of_fewer_than_five(
    store: Store, folder: Path
) -> None:
    partners = [
        {"partner_id": f"P-{number}", "name": f"Firm {number}", "tier": "gold"} for number in (1, 2, 3, 4)
    ]
    machines = [
        machine(f"M{partner}-{number}", sold_by_partner_id=f"P-{partner}")
        for partner, count in ((1, 2), (2, 5), (3, 6), (4, 4))
        for number in range(count)
    ]
    covered = ["M1-0", "M2-0", "M3-0", "M3-1", "M3-2", "M4-0"]
    fill(
        store,
        folder,
        partners=partners,
        assets=machines,
        contracts=[contract("C", "2026-01-01", "2026-12-31")],
        contract_lines=[line(f"L{asset}", "C", asset_id=asset) for asset in covered],
    )
    with store.scope() as session:
        elif_ = person(session, "UPART1")
    found = run(store, "coverage", "partner", reader=elif_)
    # 3 of 6 (lower end .19) before 1 of 2 (.09) and 1 of 5 (.04); the partner with four machines is not shown.
    assert [(row.group["partner"], row.numerator, row.denominator) for row in found.rows] == [
        ("peer 1", 3, 6),
        ("P-1", 1, 2),
        ("peer 2", 1, 5),
    ]
    assert (found.total.numerator, found.total.denominator) == (1, 2)
    # Nothing else than the rank by partner shows what is others'.
    assert groups(run(store, "coverage", "tier", reader=elif_)) == {"gold": (1, 2)}
    assert groups(run(store, "coverage", "partner", "tier", reader=elif_)) == {("P-1", "gold"): (1, 2)}


def decide_for(account_id: str, day: int, *, is_held_out: bool, experiment: str | None = "1") -> Decision:
    return Decision(
        decision_id=f"DE-{account_id}-{day}",
        decided_at=datetime(2026, 1, day, 12, tzinfo=UTC),
        account_id=account_id,
        policy_version="test",
        is_held_out=is_held_out,
        experiment=experiment,
    )


def test_the_increment_is_what_the_offered_buy_more_than_the_held_out(store: Store, folder: Path) -> None:
    accounts = [
        {"account_id": f"C-{number}", "name": f"C {number}", "region": "North"} for number in range(7)
    ]
    orders = [
        order("0a", "GATE", "2026-01-20", account_id="C-0"),
        order("1a", "GATE", "2026-01-20", account_id="C-1"),
        order("2a", "GATE", "2026-01-04", account_id="C-2"),  # before it was considered
        order("3a", "CHILL", "2026-01-20", account_id="C-3"),  # nothing attached
        order("4a", "GATE", "2026-04-20", account_id="C-4"),  # a hundred days later
        order("5a", "GATE", "2026-01-20", account_id="C-5"),
        order("6a", "GATE", "2026-01-20", account_id="C-6"),  # of no experiment
    ]
    fill(store, folder, accounts=[*COMPANY["accounts"], *accounts], orders=orders)
    with store.scope() as session:
        for number in range(6):
            session.add(decide_for(f"C-{number}", 10, is_held_out=number >= 3))
        session.add(decide_for("C-0", 15, is_held_out=False))
        session.add(decide_for("C-6", 10, is_held_out=False, experiment=None))
    later = {**JANUARY, "now": datetime(2026, 6, 1, tzinfo=UTC)}
    # Offered C-0 to C-2: two of three bought in time; held out C-3 to C-5: one of three.
    found = run(store, "incremental_attach", "arm", **later)
    assert groups(found) == {"held_out": (1, 3), "offered": (2, 3)}
    assert found.total.rate == pytest.approx(2 / 3 - 1 / 3)
    assert found.total.low is not None
    assert found.total.high is not None
    assert found.total.low < 0 < found.total.high
    nobody = run(store, "incremental_attach", date_from=date(2026, 2, 1), date_to=date(2026, 2, 28))
    assert (nobody.total.rate, nobody.total.denominator) == (None, 0)
