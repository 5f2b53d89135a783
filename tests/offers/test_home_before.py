"""What Home's figures are set against while nothing was recorded ninety days ago: by when things happened."""

from pathlib import Path
from typing import Any

import pytest

from bot.access import OPERATOR
from bot.figures.shelf import Shelf, build_home_figures, fill_shelf, list_kpis, list_specs
from bot.files.figure_tables import describe_figures
from offers.guardrails import find_days, find_guardrails
from offers.metrics.figures import MetricSettings
from offers.metrics.guardrail_rows import guard_rows
from offers.metrics.recent import Viewer
from offers.metrics.rollups import FigureSpec, Span, Viewpoint, find_kept, keep, make, read_revision
from offers.reporting import report
from tests.offers.company import NOW, RECORDED, load
from tests.offers.conftest import Store
from tests.offers.rows import BASE, contract, line, machine, price

SETTINGS = MetricSettings()
LATE = "Nothing of it was recorded ninety days ago: {} of both days is as it is known now."


def history(more: int = 0, **tables: Any) -> dict[str, Any]:
    """Four chillers of 2020 and `more` of January. C0 is covered all the time, C1 until the end of December."""
    return {
        **BASE,
        "pricebook": [price("CARE", "900.00", valid_from="2024-01-01")],
        "assets": [
            *(machine(f"C{number}", install_date="2020-01-01") for number in range(4)),
            *(machine(f"N{number}", install_date="2026-01-10") for number in range(more)),
        ],
        "contracts": [contract("C", "2025-01-01", "2026-12-31"), contract("D", "2025-01-01", "2025-12-31")],
        "contract_lines": [line("L0", "C", asset_id="C0"), line("L1", "D", asset_id="C1")],
        **tables,
    }


def look(store: Store) -> Shelf:
    """Make the figures of Home, keep them, and return them as they were kept."""
    with store.scope() as session:
        view = Viewpoint(OPERATOR, SETTINGS, NOW, read_revision(session))
        keep(session, {spec: make(session, spec, view) for spec in list_specs()}, view)
    with store.scope() as session:
        return fill_shelf(find_kept(session, list_specs(), view), None, now=NOW, is_behind=False)


def read_home(store: Store, shelf: Shelf) -> str:
    with store.scope() as session:
        blocks = build_home_figures(session, shelf, OPERATOR, unhelpful=None, now=NOW)
    return "\n".join(repr(block.to_dict()) for block in blocks).replace("\\n", "\n")


def test_after_a_history_was_imported_home_has_the_rate_before_by_when_things_happened(
    store: Store, folder: Path
) -> None:
    load(store.scope, folder, history(more=1), recorded_at=NOW)
    shelf = look(store)
    # On 1 December two of four; today one of five: the fifth was not there yet in December.
    before, now = (shelf.reports[FigureSpec("coverage", span)].total for span in (Span.BEFORE, Span.RECENT))
    assert [(one.numerator, one.denominator) for one in (before, now)] == [(2, 4), (1, 5)]
    said = read_home(store, shelf)
    assert "*Coverage*\n*20.0 %*  ▼ 30.0 points" in said
    # Their list value is 900 each: 1,800 of 3,600 then, 900 of 4,500 today.
    assert "*Value attach*\n*20.0 %*  ▼ 30.0 points" in said
    assert LATE.format("coverage") in said
    assert LATE.format("value attach") in said


def test_the_file_of_home_has_the_rate_before_and_says_that_it_is_as_known_now(
    store: Store, folder: Path
) -> None:
    load(store.scope, folder, history(more=1), recorded_at=NOW)
    shelf = look(store)
    with store.scope() as session:
        kpis = list_kpis(session, shelf, OPERATOR, now=NOW)
    made = describe_figures(kpis, [], shelf, day=NOW.date())
    figures = made.tables["figures"]
    coverage = dict(zip(figures.header, figures.rows[0], strict=True))
    assert coverage["rate before"] == pytest.approx(2 / 4)
    (before,) = (text for name, text in made.notes if name == "before")
    assert f"{before}." == f"the ninety days before. {LATE.format('coverage')} {LATE.format('value attach')}"


def test_what_was_recorded_ninety_days_ago_stays_as_it_was_known_then(store: Store, folder: Path) -> None:
    load(store.scope, folder / "early", history(), recorded_at=RECORDED)
    told = {
        "contracts": [contract("E", "2025-01-01", "2025-12-31")],
        "contract_lines": [line("L2", "E", asset_id="C2")],
    }
    load(store.scope, folder / "late", told, recorded_at=NOW)
    shelf = look(store)
    # That C2 was covered in December, too, became known today.
    before = shelf.reports[FigureSpec("coverage", Span.BEFORE)].total
    assert (before.numerator, before.denominator) == (2, 4)
    assert "Nothing of it was recorded" not in read_home(store, shelf)


def test_a_rise_over_a_day_before_the_records_is_one_beside_the_guardrails(
    store: Store, folder: Path
) -> None:
    # None of forty chillers was covered in December; since January thirty are.
    fleet = [machine(f"F{number}", install_date="2020-01-01") for number in range(40)]
    sold = [line(f"F{number}", "F", asset_id=f"F{number}") for number in range(30)]
    news = history(assets=fleet, contracts=[contract("F", "2026-01-01", "2026-12-31")], contract_lines=sold)
    load(store.scope, folder, news, recorded_at=NOW)
    viewer, today = Viewer(NOW, SETTINGS), NOW.date()
    with store.scope() as session:
        beside = find_guardrails(
            session, "coverage", viewer, first_day=None, last_day=today, read_unhelpful=lambda _: None
        )
        found = report(session, "coverage", by=["region"], now=NOW)
        days = find_days("coverage", None, today)
        split = guard_rows(session, found, viewer, days, read_unhelpful=lambda *_: None)
    assert beside is not None
    assert beside.has_risen
    assert [(group, one.has_risen) for group, one in split.rows.items()] == [(("North",), True)]
