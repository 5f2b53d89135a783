"""What stands in a report's files beside its figures: restatements, targets, the months of a figure without groups."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot.files.list_tables import describe_outlook
from bot.files.lists import build_list_file
from bot.files.pace_tables import add_paces
from bot.files.report_tables import build_figure_table, build_trend_tables
from bot.files.reports import build_csv, build_workbook
from bot.files.restatements import build_restated_csv, tabulate_restatement
from offers.metrics.figures import Counts, Figure, MetricSettings, Report, build_figure
from offers.metrics.outlook import foresee
from offers.metrics.progress import PastMonth, Term, measure_flow
from offers.metrics.restatement import EntryChange, Restatement
from tests.bot.test_cli import Attache, attache
from tests.bot.test_cli_figures import TODAY, market
from tests.offers.company import write_files

__all__ = ["attache", "market"]

DAY = date(2026, 4, 1)


def figure(group: dict[str, str | None], counts: tuple[int, int], currency: str | None = None) -> Figure:
    return build_figure(group, Counts(*counts, (0.1, 0.9), counts[1], currency=currency), None)


def report(metric: str, *rows: Figure, total: Figure) -> Report:
    return Report(metric, DAY, date(2026, 3, 1), DAY, "how it is counted", rows, total)


def read(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def dicts(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def ranges(chart: Any) -> list[tuple[str, str]]:
    """Return which cells a chart's series are drawn from: categories and values."""
    return [((one.cat.strRef or one.cat.numRef).f, one.val.numRef.f) for one in chart.series]


# Two of four in euros then, three of four now: one entry changed, one became another currency, one came.
CHANGED = Restatement(
    Counts(200, 400, None, currency="EUR"),
    Counts(300, 400, None, currency="EUR"),
    (
        EntryChange("L-1", "=A()", (0, 100), (100, 100), ("booked on 2026-04-02", "-as said"), "EUR"),
        EntryChange("L-2", "A-2", None, (5, 100), ("=came",), "EUR", "JPY"),
    ),
)


def test_a_restatement_is_a_row_for_each_entry_with_its_reasons_and_the_totals() -> None:
    first, second, total = dicts(
        build_restated_csv(report("renewal_value", total=figure({}, (2, 4))), CHANGED)
    )
    # In euros, not cents.
    assert (first["numerator before"], first["numerator now"], first["denominator now"]) == (
        "0.0",
        "1.0",
        "1.0",
    )
    assert (first["account"], first["reasons"]) == ("'=A()", "booked on 2026-04-02; -as said")
    # Yen have no cents.
    assert (second["numerator before"], second["numerator now"], second["currency now"]) == ("", "5.0", "JPY")
    assert second["reasons"] == "'=came"
    assert (total["id"], total["numerator before"], total["numerator now"]) == ("total", "2.0", "3.0")


def test_a_restatement_in_several_currencies_has_the_total_of_each() -> None:
    of_each = {name: (Counts(100, 200, None), None) for name in ("EUR", "GBP")}
    rows = tabulate_restatement(Restatement(None, None, (), of_each)).all_rows
    assert [(row[0], row[2], row[4], row[6]) for row in rows] == [
        ("total", 1, None, "EUR"),
        ("total", 1, None, "GBP"),
    ]


def test_a_restatement_comes_with_a_reports_files(attache: Attache, tmp_path: Path) -> None:
    fleet = {
        "accounts": [{"account_id": "A-1", "name": "Harbour"}],
        "products": [{"sku": "PUMP", "name": "Pump", "kind": "core", "serviceable": "true"}],
        "assets": [{"asset_id": "AS-1", "sku": "PUMP", "account_id": "A-1", "status": "active"}],
    }
    assert attache("import", write_files(tmp_path / "files", fleet)).exit_code == 0
    out = tmp_path / "coverage"
    files = ("--csv", f"{out}.csv", "--xlsx", f"{out}.xlsx")
    done = attache("report", "coverage", "--as-of", "2025-01-01", "--restated", *files)
    assert done.exit_code == 0, done.stderr
    assert "coverage-restated.csv" in done.stderr.replace("\n", "")
    (change, total) = dicts((tmp_path / "coverage-restated.csv").read_bytes())
    assert (change["id"], change["numerator before"], change["numerator now"]) == ("AS-1", "", "0")
    assert change["reasons"]
    assert (total["id"], total["denominator before"], total["denominator now"]) == ("total", "0", "1")
    header, row, last = load_workbook(f"{out}.xlsx")["restated"].values
    assert dict(zip(header, row, strict=True))["reasons"] == change["reasons"]
    assert last[0] == "total"
    calm = attache("report", "coverage", "--csv", tmp_path / "calm.csv", "--xlsx", tmp_path / "calm.xlsx")
    assert calm.exit_code == 0
    assert not (tmp_path / "calm-restated.csv").exists()
    assert "restated" not in load_workbook(tmp_path / "calm.xlsx").sheetnames


# 52 of 80 by day 80 of 100 with a target of 70 %: 20 to come, 70 - 52 = 18 needed, 90 % of the rest.
TERM = Term(0.7, date(2026, 1, 1), date(2026, 4, 10), date(2026, 3, 21))
PACE = measure_flow(TERM, 52, 80, months=[PastMonth("2025-12", 6, 10)])


def test_targets_have_their_progress_and_what_they_take_in_every_file() -> None:
    made = report("order_attach", figure({"region": "N"}, (52, 80)), total=figure({}, (52, 80)))
    paces = {("N",): PACE}
    north, total = dicts(build_csv(made, paces=paces))
    shown = {name: north[name] for name in ("target_from", "target_to", "standing", "needed", "days_left")}
    assert shown == {
        "target_from": "2026-01-01", "target_to": "2026-04-10", "standing": "open", "needed": "18",
        "days_left": "20",
    }  # fmt: skip
    assert (float(north["expected"]), float(north["base_to_come"])) == pytest.approx((56, 20))
    # 18 in 20 days.
    assert (float(north["required_rate"]), float(north["per_week"])) == pytest.approx((0.9, 6.3))
    assert (total["standing"], total["needed"]) == ("", "")
    book = read(build_workbook(made, paces=paces))
    sheet = book["order_attach"]
    cells = dict(zip(next(sheet.values), sheet[2], strict=True))
    assert cells["target_to"].is_date
    assert (cells["required_rate"].number_format, cells["required_rate"].value) == (
        "0.0%",
        pytest.approx(0.9),
    )
    assert "per_week" in {row[0]: row[1] for row in book["definition"].values}["targets"]
    assert "standing" not in dicts(build_csv(made))[0]


def test_what_a_target_of_amounts_takes_is_in_major_units() -> None:
    made = report("renewal_value", total=figure({}, (52, 80), "EUR"))
    table = add_paces(build_figure_table(made), made, {(): replace(PACE, currency="EUR")})
    total = dict(zip(table.header, table.all_rows[-1], strict=True))
    assert (total["needed"], total["expected"]) == (0.18, pytest.approx(0.56))
    assert table.amounts >= {"needed", "expected", "per_week", "base_to_come"}


def test_targets_reach_the_command_lines_files(market: Attache, tmp_path: Path) -> None:
    target = [
        {
            "metric": "coverage",
            "value": "0.5",
            "valid_from": str(TODAY),
            "valid_to": f"{TODAY.year + 1}-12-31",
        }
    ]
    assert market("import", write_files(tmp_path / "targets", {"targets": target})).exit_code == 0
    assert market("report", "coverage", "--csv", tmp_path / "coverage.csv").exit_code == 0
    (total,) = dicts((tmp_path / "coverage.csv").read_bytes())
    # One of six machines is covered: three make half of them.
    assert (total["standing"], total["needed"]) == ("open", "2")


def test_months_of_several_currencies_are_a_sheet_for_each() -> None:
    rows = [
        figure({"month": month, "currency": name}, (1, 2), name)
        for month in ("2026-02", "2026-03")
        for name in ("EUR", "GBP")
    ]
    mixed = Figure({}, None, None, None, None, None, None)
    book = read(
        build_workbook(
            report("renewal_value", total=mixed),
            tables=build_trend_tables(report("renewal_value", *rows, total=mixed)),
        )
    )
    for name in ("trend EUR", "trend GBP"):
        assert [row[0] for row in book[name].values] == ["month", "2026-02", "2026-03"]
        (chart,) = book[name]._charts
        assert ranges(chart)[0][1] == f"'{name}'!$D$2:$D$3"


def test_a_forecasts_workbook_draws_its_band_and_has_its_errors_beside_it() -> None:
    months = [f"2025-{number:02}" for number in range(1, 13)]
    history = report(
        "coverage",
        *(figure({"month": name}, (40 + number, 100)) for number, name in enumerate(months)),
        total=figure({}, (51, 100)),
    )
    outlook = foresee(replace(history, date_to=date(2025, 12, 31)), months=3)
    file = describe_outlook(outlook, DAY, MetricSettings())
    book = read(build_list_file(file, is_workbook=True))
    header, *rows = book["forecast"].values
    assert [row[0] for row in rows[-3:]] == ["2026-01", "2026-02", "2026-03"]
    made = outlook.forecast
    assert made is not None
    first = dict(zip(header, rows[-3], strict=True))
    assert (first["kind"], first["low"], first["high"]) == (
        "forecast",
        made.points[0].low,
        made.points[0].high,
    )
    assert (first["mean error"], first["naive mean error"]) == (made.error, made.naive_error)
    # Each month rose by one point.
    assert first["naive mean error"] == pytest.approx(0.01)
    assert book["forecast"].cell(14, header.index("mean error") + 1).number_format == "0.0%"
    (chart,) = book["forecast"]._charts
    assert ranges(chart) == [("forecast!$A$2:$A$16", f"forecast!${one}$2:${one}$16") for one in "CDE"]
    assert chart.title.tx.rich.p[0].r[0].t == "Coverage, forecast"
    # About 52.6 of 100: no month has 52.6 of anything, and nobody reads twelve decimals.
    assert book["forecast"].cell(14, header.index("numerator") + 1).number_format == "#,##0.0#"
    told = dicts(build_list_file(file, is_workbook=False))[-1]
    assert float(told["naive mean error"]) == pytest.approx(0.01)
