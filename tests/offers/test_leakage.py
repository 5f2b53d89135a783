"""Where contract value is lost, by hand and against the value that is attached, on both databases."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.figures.versus import describe_versus
from bot.settings import Settings
from bot.views.compared import describe_comparison
from bot.views.payloads import FigureRef
from offers.errors import NotYourFigure
from offers.metrics.causes import find_cause
from offers.metrics.entries import Entry
from offers.metrics.figures import MetricSettings
from offers.metrics.recent import Viewer, read_ninety_days
from offers.metrics.two_windows import compare_windows
from offers.models import Decision, DecisionCandidate
from offers.reporting import find_rows, report
from tests.offers.company import COMPANY, NOW, load
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, groups, line, machine, order, price, run
from tests.offers.test_offer_metrics import happen

DAY = date(2026, 3, 1)
WINTER = {"date_from": date(2025, 12, 1), "date_to": DAY, "as_of": DAY}
SOUTH = {"person_id": "M-2", "slack_user_id": "USOUTH", "name": "Marc", "role": "manager", "region": "South"}

# Each machine is worth 50 in the north and 10 in the south:
#   N1, S1 covered; N2 surfaced, N3 found eligible, N4 surfaced for a gateway only, N5 surfaced in the summer, N6 and S2
#   nothing; S3 surfaced and declined. N1 was surfaced as well, which makes it no more than sold.
MACHINES = [
    *(machine(f"N{number}", sold_by_partner_id="P-1" if number < 4 else "") for number in range(1, 7)),
    *(machine(f"S{number}", "ROOF", account_id="A-2") for number in range(1, 4)),
]
EVENTS = [
    happen("N1", "surfaced", "2026-01-05", asset_id="N1", play="renewal"),
    happen("N2", "surfaced", "2026-01-05", asset_id="N2", play="coverage_gap"),
    happen("N4", "surfaced", "2026-01-05", asset_id="N4", play="add_on"),
    happen("N5", "surfaced", "2025-08-05", asset_id="N5", play="win_back"),
    happen("S3", "surfaced", "2026-01-07", asset_id="S3", account_id="A-2", play="warranty_end", partner_id="P-2"),
    happen("S3", "declined", "2026-01-08", asset_id="S3", account_id="A-2", play="warranty_end", partner_id="P-2"),
]  # fmt: skip


def leak(store: Store, folder: Path, **more: Any) -> None:
    services = [
        {"sku": "BIG", "name": "Big care", "family": "Care", "kind": "service", "serviceable": "false"}
    ]
    tables: dict[str, Any] = {
        "products": [*COMPANY["products"], *services],
        "product_relations": [
            {"core_sku": "CHILL", "attach_sku": "BIG", "type": "service"},
            {"core_sku": "ROOF", "attach_sku": "CARE", "type": "service"},
        ],
        "people": [*COMPANY["people"], SOUTH],
        "pricebook": [price("BIG", "50.00"), price("CARE", "10.00")],
        "assets": MACHINES,
        "contracts": [contract("C", "2026-01-01", "2026-12-31")],
        "contract_lines": [line("LN", "C", asset_id="N1"), line("LS", "C", asset_id="S1")],
        "offer_events": EVENTS,
        **more,
    }
    fill(store, folder, **tables)
    with store.scope() as session:
        at = datetime(2026, 2, 1, 9, tzinfo=UTC)
        session.add(Decision(decision_id="D", decided_at=at, account_id="A-1", policy_version="test"))
        for asset_id, is_eligible in (("N3", True), ("N6", False)):
            session.add(
                DecisionCandidate(
                    decision_id="D", position=0, account_id="A-1", asset_id=asset_id, play="renewal",
                    rule_id="R", is_eligible=is_eligible,
                    is_chosen=False,
                )
            )  # fmt: skip


def test_potential_visible_and_sold_are_worked_out_by_hand(store: Store, folder: Path) -> None:
    leak(store, folder)
    result = run(store, "leakage", "region", **WINTER)
    # North: potential 6 x 50; sold N1; visible besides N2 and N3; unseen N4, N5, N6. South: 3 x 10; S1; S3; S2.
    by_region = {
        row.group["region"]: (row.numerator, row.denominator, dict(row.asides)) for row in result.rows
    }
    assert by_region == {
        "North": (
            25_000,
            30_000,
            {
                "unseen": 15_000, "unsold": 10_000, "visible": 15_000, "sold": 5_000,
                "machines": 6, "unseen_machines": 3, "visible_machines": 3, "unsold_machines": 2, "sold_machines": 1,
            },
        ),
        "South": (
            2_000,
            3_000,
            {
                "unseen": 1_000, "unsold": 1_000, "visible": 2_000, "sold": 1_000,
                "machines": 3, "unseen_machines": 1, "visible_machines": 2, "unsold_machines": 1, "sold_machines": 1,
            },
        ),
    }  # fmt: skip
    assert (result.total.numerator, result.total.denominator, result.total.currency) == (
        27_000,
        33_000,
        "EUR",
    )
    assert result.total.rate == pytest.approx(27 / 33)
    # A year back the summer's win-back makes N5 visible: 50 less unseen.
    year = run(store, "leakage", date_from=date(2025, 3, 1), date_to=DAY, as_of=DAY).total
    assert (year.asides["unseen"], year.asides["visible"]) == (11_000, 22_000)


def test_every_machine_stands_in_the_stage_that_it_got_to(store: Store, folder: Path) -> None:
    leak(store, folder)
    assert groups(run(store, "leakage", "stage", **WINTER)) == {
        "sold": (0, 6_000),
        "unseen": (16_000, 16_000),
        "unsold": (11_000, 11_000),
    }
    assert groups(run(store, "leakage", "account", **WINTER)) == {
        "A-1": (25_000, 30_000),
        "A-2": (2_000, 3_000),
    }
    with store.scope() as session:
        rows = find_rows(session, "leakage", by=("stage",), only={"region": "North"}, now=NOW, **WINTER)
        south = find_rows(
            session, "leakage", by=("region",), only={"stage": "unsold"}, now=NOW, reader=person(session, "USOUTH"),
            **WINTER,
        )  # fmt: skip
        marc = person(session, "USOUTH")
        with pytest.raises(NotYourFigure):
            find_rows(session, "leakage", now=NOW, reader=person(session, "UTECH"), **WINTER)
    assert [(row.entry_id, row.group, row.numerator) for row in rows] == [
        ("N1", ("sold",), 0),
        ("N2", ("unsold",), 5_000),
        ("N3", ("unsold",), 5_000),
        ("N4", ("unseen",), 5_000),
        ("N5", ("unseen",), 5_000),
        ("N6", ("unseen",), 5_000),
    ]
    assert south == [Entry("S3", "A-2", ("South",), 1_000, 1_000, "EUR")]
    total = run(store, "leakage", reader=marc, **WINTER).total
    assert (total.numerator, total.denominator) == (2_000, 3_000)


def test_what_was_sold_without_being_shown_was_seen(store: Store, folder: Path) -> None:
    # N6 was sold a contract that has not begun.
    sale = happen("N6", "accepted", "2026-02-20", asset_id="N6", play="coverage_gap")
    leak(store, folder, offer_events=[*EVENTS, sale])
    total = run(store, "leakage", only={"region": "North"}, **WINTER).total
    assert (total.asides["unseen"], total.asides["unsold"], total.asides["sold"]) == (10_000, 15_000, 5_000)


def test_a_partner_is_told_nothing_of_what_others_saw(store: Store, folder: Path) -> None:
    # P-1 sold N1 to N3, and surfaced N2 alone.
    own = [{**event, "partner_id": "P-1"} if event["asset_id"] == "N2" else event for event in EVENTS]
    leak(store, folder, offer_events=own)
    with store.scope() as session:
        elif_ = person(session, "UPART1")
    total = run(store, "leakage", reader=elif_, **WINTER).total
    assert (total.numerator, total.denominator, total.asides["unseen"]) == (10_000, 15_000, 5_000)


def test_two_windows_have_what_was_sold_on_the_last_day_of_each(store: Store, folder: Path) -> None:
    leak(store, folder)
    winter, autumn = (date(2025, 12, 1), DAY), (date(2025, 9, 1), date(2025, 11, 30))
    with store.scope() as session:
        viewer = Viewer(NOW, MetricSettings(), only={"region": "North"})
        found = compare_windows(session, "leakage", viewer, (autumn, winter))
        years = compare_windows(session, "leakage", viewer, ((date(2026, 1, 1), DAY), winter))
    (sides,) = found.totals
    assert sides.before is not None
    assert sides.after is not None
    # The contract of N1 began on 1 January: in autumn nothing was sold, and nobody had seen any machine.
    assert (sides.before.numerator, sides.before.denominator) == (30_000, 30_000)
    assert (sides.before.asides["sold"], sides.before.asides["visible"]) == (0, 0)
    assert (sides.after.numerator, sides.after.denominator) == (25_000, 30_000)
    assert (sides.after.asides["sold"], sides.after.asides["visible"]) == (5_000, 15_000)
    assert "What there was and what was under contract are each window's on its last day." in (
        describe_comparison(found, {})
    )
    assert years.totals[0].before == years.totals[0].after


def test_two_windows_are_both_as_they_are_known_now_though_the_figure_is_of_its_own_end(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    leak(store, folder)
    late = tmp_path / "late"
    late.mkdir()
    load(store.scope, late, {"assets": [machine("N7", install_date="2025-01-01")]}, recorded_at=NOW)
    deps: Any = SimpleNamespace(clock=lambda: NOW, settings=Settings(_env_file=None))
    summer, autumn = (date(2025, 6, 1), date(2025, 8, 31)), (date(2025, 9, 1), date(2025, 11, 30))
    ref = FigureRef(metric="leakage", as_of=autumn[1], only={"region": "North"}, versus=(summer, autumn))
    with store.scope() as session:
        result = report(session, "leakage", as_of=autumn[1], only=ref.only, now=NOW)
        windows, _ = describe_versus(session, ref, (summer, autumn), result, person(session, "UMGR"), deps)
    (sides,) = windows.totals
    assert sides.before is not None
    assert sides.after is not None
    # Seven machines at 50 in the north, of which the last became known today.
    assert (sides.before.denominator, sides.after.denominator) == (35_000, 35_000)
    assert result.total.denominator == 30_000


def test_why_leakage_moved_is_told_by_what_was_sold_at_the_end_of_each_window(
    store: Store, folder: Path
) -> None:
    leak(store, folder)
    with store.scope() as session:
        found = find_cause(
            session, "leakage", Viewer(NOW, MetricSettings()), first_day=date(2026, 1, 1), last_day=DAY,
            before=(date(2025, 10, 1), date(2025, 12, 31)),
        )  # fmt: skip
        before, after = (
            read_ninety_days(session, "leakage", Viewer(NOW, MetricSettings()), last=last).total
            for last in (date(2025, 12, 31), DAY)
        )
    assert found.movement is not None
    # 330 of 330, then 270 of 330.
    assert (found.movement.before.numerator, found.movement.after.numerator) == (33_000, 27_000)
    assert (before.numerator, after.numerator) == (33_000, 27_000)


def test_currencies_leak_apart_and_the_base_is_that_of_value_attach(store: Store, folder: Path) -> None:
    prices = [price("BIG", "50.00"), price("CARE", "10.00"), price("CARE", "12.00", "USD")]
    orders = [order("1a", "GATE", "2026-01-01", account_id="A-2", unit_price="3.00", currency="USD")]
    leak(store, folder, pricebook=prices, orders=orders)
    found = run(store, "leakage", **WINTER)
    assert groups(found) == {"EUR": (25_000, 30_000), "USD": (2_400, 3_600)}
    assert found.total.numerator is None
    sold = {row.currency: (row.asides["sold"], row.denominator) for row in found.rows}
    attached = run(store, "value_attach", as_of=DAY)
    assert sold == {row.currency: (row.numerator, row.denominator) for row in attached.rows}
