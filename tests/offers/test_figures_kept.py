"""Figures that are kept, and figures that are restated: the same from nothing, and what changed and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.access import OPERATOR
from bot.figures.book import FigureBook
from bot.figures.due_renewals import find_due
from bot.figures.shelf import Shelf, build_home_figures, list_specs
from offers.errors import UnknownDimension
from offers.metrics.figures import MetricSettings
from offers.metrics.restatement import restate
from offers.metrics.rollups import FigureSpec, Span, Viewpoint, find_kept, read_revision
from offers.models import FigureRollup
from offers.money import Money
from offers.reporting import METRIC_TABLE, open_window, report
from tests.offers.company import COMPANY, NOW, load
from tests.offers.conftest import Store
from tests.offers.rows import contract, fill, line, machine, order

SETTINGS = MetricSettings()


def build_book(
    store: Store, *moments: datetime, at_once_ms: int = 10**9, large_rows: int = 10**9
) -> FigureBook:
    """A book whose clock shows the moments one after the other, and stays at the last."""
    left = list(moments)
    return FigureBook(
        store.scope,
        store.scope,
        clock=lambda: left.pop(0) if len(left) > 1 else left[0],
        settings=SETTINGS,
        at_once_ms=at_once_ms,
        first_time_ms=10**9,
        large_rows=large_rows,
    )


def base(store: Store, folder: Path) -> None:
    fill(
        store,
        folder,
        assets=[machine("M", install_date="2026-01-05"), machine("X", "ROOF", account_id="A-2")],
        contracts=[contract("C", "2026-01-01", "2026-12-31")],
        contract_lines=[line("L", "C", asset_id="M")],
        orders=[order("1a", "CHILL", "2026-02-05"), order("1b", "GATE", "2026-02-05", quantity=3)],
        pricebook=COMPANY["pricebook"],
    )


def test_a_kept_figure_is_the_one_made_from_nothing_at_its_instant(store: Store, folder: Path) -> None:
    base(store, folder)
    shelf = build_book(store, NOW).look(OPERATOR)
    again = build_book(store, NOW).look(OPERATOR)
    assert again.reports == shelf.reports
    assert set(shelf.reports) == set(list_specs())
    late = {"orders": [order("2a", "GATE", "2026-02-06")]}
    load(store.scope, folder / "late", late, recorded_at=NOW + timedelta(hours=1))
    with store.scope() as session:
        for spec, kept in shelf.reports.items():
            is_by_month = "month" in spec.by
            is_windowed = METRIC_TABLE[spec.metric].is_windowed or is_by_month
            made = report(
                session,
                spec.metric,
                by=spec.by,
                date_from=kept.date_from,
                date_to=kept.date_to,
                as_of=kept.as_of if not is_windowed and kept.as_of < NOW.date() else None,
                now=NOW,
                settings=SETTINGS,
            )
            assert made == kept, spec


def test_what_is_recorded_later_makes_the_figures_anew(store: Store, folder: Path) -> None:
    base(store, folder)
    units = FigureSpec("units_attach")
    book = build_book(store, NOW, NOW + timedelta(hours=2))
    assert book.look(OPERATOR).reports[units].total.numerator == 3
    late = {"orders": [order("2a", "GATE", "2026-02-06")]}
    load(store.scope, folder / "late", late, recorded_at=NOW + timedelta(hours=1))
    shelf = book.look(OPERATOR)
    assert (shelf.reports[units].total.numerator, shelf.is_behind) == (4, False)
    assert shelf.reports[FigureSpec("units_attach", Span.BEFORE)].total.numerator == 0


def test_dear_figures_are_shown_as_last_known_until_they_are_made(store: Store, folder: Path) -> None:
    base(store, folder)
    units = FigureSpec("units_attach")
    book = build_book(store, NOW, NOW + timedelta(hours=2), at_once_ms=-1)
    book.look(OPERATOR)
    load(
        store.scope,
        folder / "late",
        {"orders": [order("2a", "GATE", "2026-02-06")]},
        recorded_at=NOW + timedelta(hours=1),
    )
    behind = book.look(OPERATOR)
    assert (behind.reports[units].total.numerator, behind.is_behind, behind.known_at) == (3, True, NOW)
    assert book.refresh()
    assert not book.refresh()
    fresh = book.look(OPERATOR)
    assert (fresh.reports[units].total.numerator, fresh.is_behind) == (4, False)


def test_nobody_waits_for_the_first_figures_of_a_large_company(store: Store, folder: Path) -> None:
    base(store, folder)
    book = build_book(store, NOW, large_rows=1)
    first = book.look(OPERATOR)
    assert (first.reports, first.is_behind) == ({}, True)
    with store.scope() as session:
        shown = build_home_figures(session, first, OPERATOR, unhelpful=None, now=NOW)
    assert "The figures are being made" in repr([block.to_dict() for block in shown])
    assert book.refresh()
    later = book.look(OPERATOR)
    assert (set(later.reports), later.is_behind) == (set(list_specs()), False)


def test_a_file_has_every_figure_even_those_that_were_never_made(store: Store, folder: Path) -> None:
    base(store, folder)
    book = build_book(store, NOW, large_rows=0)
    assert not book.look(OPERATOR).reports
    shelf = book.look_at_all(OPERATOR)
    assert set(shelf.reports) == set(list_specs())
    assert shelf.due is not None
    assert shelf.reports == build_book(store, NOW).look(OPERATOR).reports


def test_what_comes_up_for_renewal_follows_every_change(store: Store, folder: Path) -> None:
    base(store, folder)
    # C ends beyond the ninety days; D within them, and E when it has come in as well.
    for number, name in enumerate("DE", 1):
        rows = {
            "contracts": [contract(name, "2026-01-01", "2026-03-31")],
            "contract_lines": [
                line(f"L{name}", name, asset_id="X", quantity=1, unit_price="1.00", currency="EUR")
            ],
        }
        load(store.scope, folder / name, rows, recorded_at=NOW)
        if number == 1:
            # However long the first sum took, an hour later it has rested.
            book = build_book(store, NOW, NOW, NOW + timedelta(hours=1))
        due = book.look(OPERATOR).due
        assert due is not None
        assert (due.lines, due.values) == (number, (Money(100 * number, "EUR"),))
        assert book.look(OPERATOR).due == due


def due_lines(shelf: Shelf) -> int | None:
    return shelf.due.lines if shelf.due is not None else None


def test_what_comes_up_for_renewal_is_kept_for_the_next_process(store: Store, folder: Path) -> None:
    base(store, folder)

    def load_due(name: str, *, recorded_at: datetime) -> None:
        rows = {
            "contracts": [contract(name, "2026-01-01", "2026-03-31")],
            "contract_lines": [line(f"L{name}", name, quantity=1, unit_price="1.00", currency="EUR")],
        }
        load(store.scope, folder / name, rows, recorded_at=recorded_at)

    load_due("D", recorded_at=NOW)
    later = NOW + timedelta(hours=1)
    # Where a sum may take long nobody waits for the first one; it comes with the figures.
    book = build_book(store, NOW, large_rows=1)
    assert (due_lines(book.look(OPERATOR)), book.refresh()) == (None, True)
    assert due_lines(build_book(store, NOW, large_rows=1).look(OPERATOR)) == 1
    load_due("E", recorded_at=NOW)
    with store.scope() as session:
        session.execute(update(FigureRollup).values(cost_ms=10_000))
    # Another process shows it as it was known then, and says so, until it is made anew.
    book = build_book(store, later, at_once_ms=400)
    before = book.look(OPERATOR)
    assert (due_lines(before), before.known_at, before.is_behind) == (1, NOW, True)
    assert book.refresh()
    after = book.look(OPERATOR)
    assert (due_lines(after), after.known_at, after.is_behind) == (2, later, False)
    tomorrow = build_book(store, later + timedelta(days=1)).look(OPERATOR, is_hasty=True)
    assert tomorrow.is_behind


def test_a_partners_sum_is_not_everybodys(store: Store, folder: Path) -> None:
    base(store, folder)
    build_book(store, NOW).look(OPERATOR)
    with store.scope() as session:
        view = Viewpoint(OPERATOR, SETTINGS, NOW, read_revision(session))
        theirs = Viewpoint(replace(OPERATOR, role="partner", partner_id="P-1"), SETTINGS, NOW, view.revision)
        north = Viewpoint(replace(OPERATOR, role="manager", region="North"), SETTINGS, NOW, view.revision)
        assert find_due(session, view) is not None
        assert (find_due(session, theirs), find_due(session, north)) == (None, None)


def test_yesterdays_figures_are_not_todays(store: Store, folder: Path) -> None:
    base(store, folder)
    build_book(store, NOW).look(OPERATOR)
    with store.scope() as session:
        revision = read_revision(session)
        today = Viewpoint(OPERATOR, SETTINGS, NOW, revision)
        tomorrow = Viewpoint(OPERATOR, SETTINGS, NOW + timedelta(days=1), revision)
        spec = FigureSpec("coverage")
        assert find_kept(session, [spec], today)[spec].is_fresh
        assert not find_kept(session, [spec], tomorrow)[spec].is_fresh


def test_a_restatement_says_what_changed_and_why(store: Store, folder: Path) -> None:
    base(store, folder)
    tuesday = datetime(2026, 2, 24, tzinfo=UTC)
    changes = {
        "contracts": [
            contract("C", "2026-01-01", "2026-12-31", status="cancelled", cancelled_on="2026-02-01")
        ],
        "orders": [
            order("1b", "GATE", "2026-02-05", quantity=3, returned_at="2026-02-20", returned_quantity=1),
            order("3a", "GATE", "2026-02-07"),
        ],
    }
    load(store.scope, folder / "tuesday", changes, recorded_at=tuesday)
    monday = {"as_of": date(2026, 2, 23), "now": NOW}
    with store.scope() as session:
        covered = restate(session, "coverage", open_window("coverage", **monday), now=NOW)
        net = restate(session, "net_attach", open_window("net_attach", **monday), now=NOW)
        calm = restate(session, "order_attach", open_window("order_attach", **monday), now=NOW)
    # The contract was cancelled on 1 February, which was not known on the 23rd.
    assert covered.before is not None
    assert covered.after is not None
    assert (covered.before.numerator, covered.after.numerator) == (1, 0)
    (change,) = covered.changes
    assert (change.entry_id, change.before, change.after) == ("M", (1, 1), (0, 1))
    (reason,) = change.reasons
    assert reason.startswith("contract C: status active -> cancelled, cancelled_on None -> 2026-02-01")
    assert reason.endswith("recorded 2026-02-24")
    assert [(one.entry_id, one.before, one.after) for one in net.changes] == [
        ("1b", (3, 0), (2, 0)),
        ("3a", None, (1, 0)),
    ]
    assert "returned_at None -> 2026-02-20" in net.changes[0].reasons[0]
    assert net.changes[1].reasons == ("order line 3a: new, recorded 2026-02-24",)
    assert calm.changes == ()


def test_what_a_window_has_come_to_is_what_todays_report_says(store: Store, folder: Path) -> None:
    fill(
        store,
        folder,
        assets=[machine("M"), machine("X", "ROOF", account_id="A-2")],
        contracts=[
            contract("C", "2025-02-11", "2026-02-10"),
            contract("D", "2025-02-11", "2026-02-10", account_id="A-2"),
            contract("C2", "2026-02-11", "2027-02-10"),
            contract("D2", "2026-02-11", "2027-02-10", account_id="A-2", status="cancelled", cancelled_on="2026-02-26"),
        ],
        contract_lines=[
            line("L", "C", asset_id="M"),
            line("K", "D", asset_id="X"),
            line("L2", "C2", asset_id="M", predecessor_line_id="L", booked_at="2026-02-20"),
            line("K2", "D2", asset_id="X", predecessor_line_id="K", booked_at="2026-02-12"),
        ],
    )  # fmt: skip
    window = {"date_from": date(2026, 2, 1), "date_to": date(2026, 2, 14), "now": NOW}
    then = {**window, "as_of": date(2026, 2, 15)}
    with store.scope() as session:
        found = restate(session, "renewal_rate", open_window("renewal_rate", **then), now=NOW)
        today = report(session, "renewal_rate", **window).total
    assert found.before is not None
    assert found.after is not None
    assert (found.before.numerator, found.before.denominator) == (1, 2)
    assert (found.after.numerator, found.after.denominator) == (today.numerator, today.denominator) == (1, 2)
    assert [(one.entry_id, one.before, one.after, one.reasons) for one in found.changes] == [
        ("K", (1, 1), (0, 1), ("contract D2: cancelled 2026-02-26, known before",)),
        ("L", (0, 1), (1, 1), ("contract line L2: booked 2026-02-20, known before",)),
    ]


def test_a_part_is_restated_by_itself_and_what_moved_into_it_is_a_change(store: Store, folder: Path) -> None:
    base(store, folder)
    moved = {"accounts": [{**COMPANY["accounts"][0], "region": "West"}]}
    load(store.scope, folder / "moved", moved, recorded_at=datetime(2026, 2, 24, tzinfo=UTC))
    monday = {"as_of": date(2026, 2, 23), "now": NOW}

    def restated(**only: str) -> tuple[Any, Any, list[Any]]:
        with store.scope() as session:
            found = restate(session, "coverage", open_window("coverage", **monday), now=NOW, only=only)
        assert found.before is not None
        assert found.after is not None
        sides = [(one.numerator, one.denominator) for one in (found.before, found.after)]
        return *sides, [(one.entry_id, one.before, one.after) for one in found.changes]

    whole = restated()
    assert whole == (whole[0], whole[0], [])
    north, west = restated(region="North"), restated(region="West")
    assert (west[0], north[1]) == ((0, 0), (0, 0))
    assert west[1] == north[0] != (0, 0)
    assert {(key, after, before) for key, before, after in west[2]} == set(north[2])
    assert restated(region="South")[2] == []
    with store.scope() as session, pytest.raises(UnknownDimension):
        restate(session, "coverage", open_window("coverage", **monday), now=NOW, only={"reason": "price"})


def test_a_dear_figure_rests_and_is_made_when_it_has_rested(store: Store, folder: Path) -> None:
    base(store, folder)
    units = FigureSpec("units_attach")
    build_book(store, NOW).look(OPERATOR)
    with store.scope() as session:
        session.execute(update(FigureRollup).values(cost_ms=60_000))
    late = {"orders": [order("2a", "GATE", "2026-02-06")]}
    load(store.scope, folder / "late", late, recorded_at=NOW)
    # A minute's work rests for twenty: at ten past nothing is due, at twenty past it is.
    moments = [NOW + timedelta(minutes=minutes) for minutes in (10, 11, 21, 21, 22)]
    book = build_book(store, *moments)
    assert book.look(OPERATOR, is_hasty=True).is_behind
    assert not book.refresh()
    assert book.refresh()
    assert book.look(OPERATOR).reports[units].total.numerator == 4


def test_a_forecast_is_kept_whole_and_rests_for_an_hour(store: Store, folder: Path) -> None:
    orders = [order(f"{month}a", "CHILL", f"2025-{month:02}-05") for month in (6, 7, 8, 9)]
    gates = [order(f"{month}b", "GATE", f"2025-{month:02}-05") for month in (6, 8, 9)]
    fill(store, folder, orders=[*orders, *gates], pricebook=COMPANY["pricebook"])
    made = build_book(store, NOW).look(OPERATOR)
    kept = build_book(store, NOW).look(OPERATOR)
    found = made.find_outlook("units_attach")
    assert found is not None
    assert found.forecast is not None
    assert kept.find_outlook("units_attach") == found
    late = {"orders": [order("9b", "GATE", "2025-09-05", quantity=5)]}
    load(store.scope, folder / "late", late, recorded_at=NOW + timedelta(minutes=10))
    soon = build_book(store, NOW + timedelta(minutes=59)).look(OPERATOR)
    assert (soon.find_outlook("units_attach"), soon.is_behind) == (found, False)
    # What is counted is new all the same.
    assert soon.known_at == NOW + timedelta(minutes=59)
    later = build_book(store, NOW + timedelta(minutes=60)).look(OPERATOR).find_outlook("units_attach")
    assert later is not None
    assert [figure.numerator for figure in later.figures] == [1, 0, 1, 5]


def test_what_lies_a_moment_ahead_counts_when_its_moment_has_come(store: Store, folder: Path) -> None:
    base(store, folder)
    # Another system's clock goes before ours: what it sold comes in a few minutes ahead of its own time.
    ahead = order("2a", "GATE", "2026-03-01", ordered_at=(NOW + timedelta(minutes=5)).isoformat())
    load(store.scope, folder / "ahead", {"orders": [ahead]}, recorded_at=NOW)
    units = FigureSpec("units_attach")
    moments = [NOW, NOW + timedelta(minutes=4), NOW + timedelta(minutes=5)]
    book = build_book(store, *moments)
    assert [book.look(OPERATOR).reports[units].total.numerator for _ in moments] == [3, 3, 4]
