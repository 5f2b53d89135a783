"""The figures of Home as a workbook and as CSV: one row each, their months drawn, and what stands beside them."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.figures.shelf import Shelf
from bot.files.figure_tables import describe_figures
from bot.files.lists import build_list_file
from bot.views.figure_home import Kpi
from offers.guardrails import Guardrail, Level, Rail
from offers.metrics.figures import Counts, Figure, Report, build_figure
from offers.metrics.outlook import foresee
from offers.metrics.progress import Term, measure_level
from offers.metrics.rollups import FigureSpec

DAY = date(2026, 1, 15)
KNOWN = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


def figure(
    counts: tuple[int, int], target: float | None = None, currency: str | None = None, **group: str
) -> Figure:
    return build_figure(group, Counts(*counts, (0.2, 0.9), counts[1], currency=currency), target)


def report(metric: str, total: Figure, *rows: Figure) -> Report:
    return Report(metric, DAY, date(2025, 10, 18), DAY, "", rows, total)


MONTHS = tuple(figure((40 + number, 100), month=f"2025-{number:02}") for number in range(1, 13))
COVERAGE = Kpi(
    report("coverage", figure((52, 100), 0.65)),
    report("coverage", figure((49, 100))),
    MONTHS,
    measure_level(Term(0.65, date(2026, 1, 1), date(2026, 12, 31), DAY), 52, 100),
    foresee(replace(report("coverage", MONTHS[-1], *MONTHS), date_to=date(2025, 12, 31)), months=3),
)
# Pounds, of which two months are known and no forecast was made.
VALUE = Kpi(
    report("value_attach", figure((15_050, 30_100), currency="GBP")),
    None,
    [figure((100, 200), currency="GBP", month=month) for month in ("2025-11", "2025-12")],
    currency="GBP",
)
MARGIN = Guardrail(Rail.MARGIN, Level(5_000, 10_000), Level(6_000, 10_000), is_worse=True, currency="GBP")
FUNNEL = report("funnel", figure((1, 4)), figure((4, 4), stage="eligible"), figure((1, 4), stage="booked"))
SHELF = Shelf({FigureSpec("funnel", by=("stage",)): FUNNEL}, KNOWN, False)
FILE = describe_figures([COVERAGE, VALUE], [MARGIN], SHELF, day=DAY, parts=["South"])


def rows_of(book: Any, name: str) -> list[dict[str, Any]]:
    header, *rows = book[name].values
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_each_figure_is_a_row_with_its_interval_trend_target_and_what_that_takes() -> None:
    book = load_workbook(io.BytesIO(build_list_file(FILE, is_workbook=True)))
    coverage, value = rows_of(book, "figures")
    shown = (
        "figure",
        "numerator",
        "denominator",
        "rate",
        "low",
        "high",
        "n",
        "rate before",
        "target",
        "verdict",
    )
    assert tuple(coverage[name] for name in shown) == (
        "Coverage", 52, 100, 0.52, 0.2, 0.9, 100, 0.49, 0.65, "within its noise",
    )  # fmt: skip
    # 65 of 100 lack 13; 350 days are left, which are fifty weeks.
    assert (coverage["needed"], coverage["days_left"], coverage["standing"]) == (13, 350, "open")
    assert coverage["per_week"] == pytest.approx(0.26)
    assert (coverage["from"].date(), coverage["to"].date()) == (date(2025, 10, 18), DAY)
    assert (value["figure"], value["currency"]) == ("Value attach in GBP", "GBP")
    assert (value["numerator"], value["denominator"], value["rate"]) == (150.5, 301, 0.5)
    assert (value["rate before"], value["target"], value["needed"]) == (None, None, None)
    assert book["figures"]["F2"].number_format == "0.0%"
    # Machines are counted, beside amounts that are not whole.
    assert (book["figures"]["B2"].number_format, book["figures"]["B3"].number_format) == (
        "General",
        "#,##0.0#",
    )
    notes = {row[0]: row[1] for row in book["about"].values}
    assert (notes["known"], notes["only"]) == ("2026-01-15 09:30 UTC", "South")
    assert notes["Coverage"].startswith("Active, serviceable assets with a live contract line")
    assert FILE.name_file(is_workbook=True) == "figures-South-2026-01-15.xlsx"


def test_each_figures_months_are_a_sheet_with_its_chart() -> None:
    book = load_workbook(io.BytesIO(build_list_file(FILE, is_workbook=True)))
    assert book.sheetnames == ["figures", "Coverage", "Value attach in GBP", "beside", "funnel", "about"]
    # With a forecast its band, without one the months of the bars.
    assert [row["kind"] for row in rows_of(book, "Coverage")] == [*["known"] * 12, *["forecast"] * 3]
    assert [(row["month"], row["numerator"]) for row in rows_of(book, "Value attach in GBP")] == [
        ("2025-11", 1),
        ("2025-12", 1),
    ]
    for name, title in (
        ("Coverage", "Coverage, forecast"),
        ("Value attach in GBP", "Value attach in GBP by month"),
    ):
        (chart,) = book[name]._charts
        assert (chart.tagname, len(chart.series)) == ("lineChart", 3)
        assert chart.title.tx.rich.p[0].r[0].t == title


def test_what_stands_beside_and_the_funnel_come_with_them_in_the_csv_as_well() -> None:
    book = load_workbook(io.BytesIO(build_list_file(FILE, is_workbook=True)))
    (margin,) = rows_of(book, "beside")
    assert (margin["guardrail"], margin["numerator"], margin["rate"], margin["rate before"]) == (
        "margin",
        50,
        0.5,
        0.6,
    )
    assert (margin["worse"], margin["currency"]) == ("yes", "GBP")
    assert [row["stage"] for row in rows_of(book, "funnel")] == ["eligible", "booked", "total"]
    told = list(csv.DictReader(io.StringIO(build_list_file(FILE, is_workbook=False).decode())))
    assert {row["list"] for row in told} == {"figures", "Coverage", "Value attach in GBP", "beside", "funnel"}
    assert next(row for row in told if row["guardrail"])["worse"] == "yes"
