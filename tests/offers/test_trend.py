"""The months of a figure that was asked for without groups, and their sheet in its workbook."""

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.report_files import build_workbook
from bot.report_tables import build_trend_tables
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
