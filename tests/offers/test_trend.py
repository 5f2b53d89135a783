"""The months of a figure that was asked for without groups, and their sheet in its workbook."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.files.report_tables import build_trend_tables
from bot.files.reports import build_workbook
from offers.metrics.figures import MetricSettings
from offers.metrics.rollups import FigureSpec, Span, Viewpoint, keep, make, read_revision
from offers.metrics.trend import find_trend
from tests.offers.company import NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, line, machine, order, run


def sold(store: Store, folder: Path) -> None:
    """A chiller in January with a gateway, and two in February with one; a machine covered from February on."""
    fill(
        store,
        folder,
        assets=[machine("M1", install_date="2025-01-01")],
        contracts=[contract("C", "2026-02-01", "2026-12-31")],
        contract_lines=[line("L", "C", asset_id="M1")],
        orders=[
            order("1a", "CHILL", "2026-01-05"), order("1b", "GATE", "2026-01-05"),
            order("2a", "CHILL", "2026-02-05", quantity=2), order("2b", "GATE", "2026-02-05"),
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "options", "rates"),
    [
        ("units_attach", {"date_from": date(2026, 2, 1)}, {"2026-01": 1.0, "2026-02": 0.5}),
        ("units_attach", {"date_to": date(2026, 1, 31)}, {"2026-01": 1.0}),
        ("coverage", {}, {"2026-01": 0.0, "2026-02": 1.0, "2026-03": 1.0}),
    ],
)
def test_a_figure_without_groups_has_its_months_drawn_as_a_line(
    store: Store, folder: Path, metric: str, options: dict[str, date], rates: dict[str, float]
) -> None:
    sold(store, folder)
    made = run(store, metric, **options)
    with store.scope() as session:
        trend = find_trend(session, made, now=NOW)
    book = load_workbook(io.BytesIO(build_workbook(made, tables=build_trend_tables(trend))))
    header, *rows = book["trend"].values
    found = {row[0]: row[header.index("rate")] for row in rows}
    assert {month: rate for month, rate in found.items() if month >= "2026" and rate is not None} == rates
    last = len(rows) + 1
    charts = book["trend"]._charts
    if last > 2:
        (chart,) = charts
        assert chart.tagname == "lineChart"
        # Rate, low and high.
        drawn = [((one.cat.strRef or one.cat.numRef).f, one.val.numRef.f) for one in chart.series]
        assert drawn == [(f"trend!$A$2:$A${last}", f"trend!${column}$2:${column}${last}") for column in "DEF"]
    else:
        assert charts == []


def test_a_large_companys_figure_of_a_day_is_drawn_for_the_ends_of_quarters(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold(store, folder)
    # Four order lines are the longest table.
    monkeypatch.setattr("offers.metrics.trend._MANY_ROWS", 3)
    of_a_day, of_a_window = run(store, "coverage"), run(store, "units_attach")
    with store.scope() as session:
        trend, months = (find_trend(session, one, now=NOW) for one in (of_a_day, of_a_window))
    assert trend is not None
    assert months is not None
    assert [row.group["quarter"] for row in trend.rows] == ["2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"]
    assert [row.rate for row in trend.rows] == [0.0, 0.0, 0.0, 1.0]
    assert build_trend_tables(trend)["trend"].course == "Coverage by quarter"
    assert {name for row in months.rows for name in row.group} == {"month"}


def test_the_months_that_home_keeps_are_taken_while_they_are_fresh(store: Store, folder: Path) -> None:
    sold(store, folder)
    spec = FigureSpec("coverage", Span.MONTHS, ("month",))
    with store.scope() as session:
        manager = person(session, "UMGR")
        view = Viewpoint(manager, MetricSettings(), NOW, read_revision(session))
        made = make(session, spec, view)
        marked = replace(made, report=replace(made.report, definition="as kept"))
        keep(session, {spec: marked}, view)
    found, past = run(store, "coverage", reader=manager), run(store, "coverage", as_of=date(2026, 2, 1))
    with store.scope() as session:
        kept = find_trend(session, found, now=NOW, reader=manager)
        earlier = find_trend(session, past, now=NOW, as_of=date(2026, 2, 1), reader=manager)
        part = find_trend(session, found, now=NOW, reader=manager, only={"family": "Aurora"})
    assert kept is not None
    assert kept.definition == "as kept"
    assert kept.rows == made.report.rows
    for other in (earlier, part):
        assert other is not None
        assert other.definition != "as kept"
    fill(store, folder / "more", assets=[machine("M2", install_date="2025-01-01")])
    with store.scope() as session:
        anew = find_trend(session, found, now=NOW, reader=manager)
    assert anew is not None
    assert anew.definition != "as kept"


def test_a_figure_with_groups_or_of_one_month_has_no_trend_and_its_reader_only_their_own(
    store: Store, folder: Path
) -> None:
    sold(store, folder)
    with store.scope() as session:
        reader = person(session, "UPART2")
    month = {"month": "2026-02"}
    grouped, narrowed = run(store, "units_attach", "family"), run(store, "units_attach", only=month)
    own = run(store, "units_attach", reader=reader)
    with store.scope() as session:
        assert find_trend(session, grouped, now=NOW) is None
        assert find_trend(session, narrowed, now=NOW, only=month) is None
        trend = find_trend(session, own, now=NOW, reader=reader)
    assert trend is not None
    assert trend.total.numerator == 0
