"""Why a figure moved: against which days, by which parts, and only those parts that went its way."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.views.contract_moves import describe_moves
from bot.views.figure_remarks import describe_cause
from offers.contract_moves import ContractMove, ContractMoves, Move
from offers.errors import UnknownValue
from offers.metrics.causes import find_cause, find_days_before
from offers.metrics.figures import MetricSettings
from offers.metrics.part_values import check_parts
from offers.metrics.recent import Viewer
from tests.offers.company import NOW, load
from tests.offers.conftest import Store
from tests.offers.rows import BASE, contract, fill, line, machine, order

VIEWER = Viewer(NOW, MetricSettings())


def fleet_tables() -> dict[str, list[dict[str, Any]]]:
    """Thirty chillers in the North, covered until January all of them, and ten roof units in the South, never."""
    numbers = range(30)
    return {
        "assets": [
            *(machine(f"M{number}") for number in numbers),
            *(machine(f"R{number}", "ROOF", account_id="A-2") for number in range(10)),
        ],
        "contracts": [contract("C", "2025-01-01", "2026-01-31")],
        "contract_lines": [
            line(f"L{number}", "C", asset_id=f"M{number}", end_date="2026-01-31") for number in numbers
        ],
    }


def fleet(store: Store, folder: Path) -> None:
    fill(store, folder, **fleet_tables())


def late_fleet(store: Store, folder: Path) -> None:
    """The same, all of it recorded today, and an eleventh roof unit that was installed in February."""
    tables = fleet_tables()
    tables["assets"].append(machine("R10", "ROOF", account_id="A-2", install_date="2026-02-15"))
    load(store.scope, folder, {**BASE, **tables}, recorded_at=NOW)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        (date(2026, 7, 1), date(2026, 9, 30), (date(2026, 4, 1), date(2026, 6, 30))),
        (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 3, 11), date(2026, 3, 20), (date(2026, 3, 1), date(2026, 3, 10))),
    ],
)
def test_whole_months_are_set_against_as_many_and_days_against_days(
    first: date, last: date, before: tuple[date, date]
) -> None:
    assert find_days_before(first, last) == before


def test_the_part_that_moved_it_is_named(store: Store, tmp_path: Path) -> None:
    fleet(store, tmp_path)
    with store.scope() as session:
        found = find_cause(session, "coverage", VIEWER, first_day=None, last_day=NOW.date())
    movement = found.movement
    # On 1 December 2025, 90 days before 1 March 2026, 30 of 40 were covered; now 0 of 40.
    assert movement is not None
    assert (movement.before.rate, movement.after.rate, movement.is_sure) == (0.75, 0.0, True)
    assert [(dict(one.group), one.points) for one in found.contributions] == [({"region": "North"}, -75.0)]
    assert describe_cause(found, {}) == (
        "*Coverage fell from 75.0 % to 0.0 %* (-75.0 points) against 1 Dec 2025. "
        "Most of it came from North (-75.0 points)."
    )


def test_another_time_may_be_named_to_set_it_against(store: Store, tmp_path: Path) -> None:
    fleet(store, tmp_path)
    february = (date(2026, 2, 1), date(2026, 2, 28))
    with store.scope() as session:
        found = find_cause(session, "coverage", VIEWER, first_day=None, last_day=NOW.date(), before=february)
    # Nothing was covered on 28 February either: the contract ended in January.
    assert (found.before_first, found.before_last) == february
    assert describe_cause(found, {}) == "*Coverage has not moved* against 28 Feb 2026 (0.0 %)."


def test_without_intervals_it_is_not_called_chance(store: Store, tmp_path: Path) -> None:
    # One customer: no unit with 4, then 2 with 4. An interval over customers takes eight.
    fill(
        store,
        tmp_path,
        orders=[
            order("A1", "CHILL", "2026-01-10", quantity=4),
            order("B1", "CHILL", "2026-02-10", quantity=4),
            order("B2", "GATE", "2026-02-10", quantity=2),
        ],
    )
    with store.scope() as session:
        found = find_cause(
            session, "units_attach", VIEWER, first_day=date(2026, 2, 1), last_day=date(2026, 2, 28)
        )
    told = describe_cause(found, {})
    assert "rose from 0.0 % to 50.0 %* (+50.0 points) against 1 Jan 2026 to 31 Jan 2026." in told
    assert "Whether that is more than chance is not known" in told
    assert "within chance" not in told


def test_a_narrowed_figure_is_split_by_what_it_is_not_narrowed_to(store: Store, tmp_path: Path) -> None:
    fleet(store, tmp_path)
    viewer = Viewer(NOW, MetricSettings(), only={"region": "South"})
    with store.scope() as session:
        found = find_cause(session, "coverage", viewer, first_day=None, last_day=NOW.date())
    assert {name for row in found.after.rows for name in row.group} == {"family"}
    assert found.contributions == ()
    assert "has not moved" in describe_cause(found, {})


def test_without_a_figure_before_that_is_said(store: Store, tmp_path: Path) -> None:
    fleet(store, tmp_path)
    with store.scope() as session:
        found = find_cause(session, "conversion", VIEWER, first_day=date(2026, 2, 1), last_day=NOW.date())
    assert describe_cause(found, {}).startswith("There is nothing to compare it with")


def test_a_value_that_no_record_has_is_refused_with_those_there_are(store: Store, tmp_path: Path) -> None:
    fleet(store, tmp_path)
    with store.scope() as session:
        check_parts(session, "coverage", {"region": "South", "partner": "P-1"})
        with pytest.raises(UnknownValue) as region:
            check_parts(session, "coverage", {"region": "Nrth"})
        with pytest.raises(UnknownValue) as partner:
            check_parts(session, "coverage", {"partner": "Nordkalte"})
        # What the figure can't be narrowed to at all is refused by the report.
        check_parts(session, "coverage", {"technician": "nobody"})
    assert region.value.known == ("North", "South")
    assert partner.value.known[0] == "P-1 (Nordkälte)"


def test_customers_are_named_with_how_many_contracts_are_theirs() -> None:
    day = date(2026, 1, 5)
    gone = [
        ContractMove(f"C-{number}", account_id, day, 1, (), ())
        for number, account_id in enumerate(["A-1", "A-2", "A-2", "A-2"])
    ]
    found = ContractMoves(Move.CANCELLED, None, day, day, "", tuple(gone), {})
    said = describe_moves(found, {"A-1": "Acme", "A-2": "Borealis"})
    assert said == (
        "*4 contracts of 2 customers were cancelled:* Borealis (3), Acme. The Excel file has each contract."
    )
    none = ContractMoves(Move.CANCELLED, None, day, day, "", (), {})
    assert describe_moves(none, {}) == "No contract was cancelled."


def test_before_the_first_import_it_moved_by_when_things_happened(store: Store, tmp_path: Path) -> None:
    late_fleet(store, tmp_path)
    with store.scope() as session:
        found = find_cause(session, "coverage", VIEWER, first_day=None, last_day=NOW.date())
        february = find_cause(
            session, "coverage", VIEWER, first_day=None, last_day=date(2026, 2, 10),
            before=(date(2026, 1, 1), date(2026, 1, 31)),
        )  # fmt: skip
    # Nothing was recorded before 1 March 2026; on 1 December 2025 30 of 40 were covered, one was installed since. The
    # North's share of the base fell from 30/40 to 30/41: -.75 - .375 (.7317 - .75) = -.743; the South's rose by .0183,
    # at a rate of .375 below the middle: -.0069.
    assert describe_cause(found, {}) == (
        "*Coverage fell from 75.0 % to 0.0 %* (-75.0 points) against 1 Dec 2025. "
        "Most of it came from North (-74.3 points), then South (-0.7 points, by its share of the base). "
        "Nothing of it was recorded by 1 Dec 2025: coverage of both days is as it is known now."
    )
    assert (found.after.total.numerator, found.after.total.denominator) == (0, 41)
    # On 31 January 30 of 40; the report of 10 February stays as it was known: nothing.
    assert february.movement is not None
    assert (february.movement.before.numerator, february.movement.after.numerator) == (30, 0)
    assert february.after.total.denominator == 0
