"""A report as a file: CSV, or a workbook with typed cells, a chart and the definition."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import FileUnwritable
from bot.report_tables import (
    RATES,
    Cell,
    Table,
    build_entry_table,
    build_figure_table,
    name_days,
    name_part,
    neutral,
)
from offers.metrics.entries import Entry
from offers.metrics.entry_facts import EntryFacts
from offers.metrics.figures import Report
from offers.metrics.grouping import PERIODS
from offers.survival import SurvivalCurve

_CHART_ROWS = 40
ROWS_AT_MOST = 500_000
"""A sheet holds 1,048,576; beyond this CSV is the better file."""

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_DAY_0 = date(1899, 12, 30)
"""Day 0 of a workbook, for all days from March 1900 on: ECMA-376, part 1, 18.17.4.1."""


def build_csv(
    report: Report, entries: Sequence[Entry] | None = None, facts: EntryFacts | None = None
) -> bytes:
    """Return the report's rows and total, or the entries behind them, as UTF-8 CSV; nothing in it runs as a formula."""
    table = build_figure_table(report) if entries is None else build_entry_table(report, entries, facts)
    table = name_part(table, report.only)
    return build_table_csv(table.header, table.all_rows)


def build_table_csv(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return a table as UTF-8 CSV; nothing in it runs as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _open_book(stream: io.BytesIO) -> Any:
    import xlsxwriter

    return xlsxwriter.Workbook(stream, _OPTIONS)


def build_workbook(
    report: Report,
    entries: Sequence[Entry] | None = None,
    curve: SurvivalCurve | None = None,
    *,
    facts: EntryFacts | None = None,
    names: Mapping[str, str] | None = None,
    notes: Sequence[tuple[str, str]] = (),
    beside: Table | None = None,
) -> bytes:
    """Return a workbook: the figures with a chart, the entries and the curve where they are given, the definition.

    Args:
        facts: What the entries are recognised by.
        names: What the ids in the figures' groups are called.
        notes: What stands below the definition, each with what it is about.
        beside: The guardrails of the figure and of its groups, for a sheet of their own.
    """
    stream = io.BytesIO()
    book = _open_book(stream)
    formats = _Formats.of(book)
    sheet = book.add_worksheet(report.metric[:31])
    table = build_figure_table(report, names)
    _write(sheet, table, formats)
    if len(report.rows) > 1:
        _add_chart(book, sheet, table.header, min(len(report.rows), _CHART_ROWS))
    if entries is not None:
        shown = entries[:ROWS_AT_MOST]
        name = "rows" if len(shown) == len(entries) else f"rows (first {ROWS_AT_MOST} of {len(entries)})"
        _write(book.add_worksheet(name), build_entry_table(report, shown, facts), formats)
    if curve is not None:
        _add_curve(book, curve, formats)
    if beside is not None:
        _write(book.add_worksheet("guardrails"), beside, formats)
    _write_definition(book.add_worksheet("definition"), report, names or {}, notes, formats)
    book.close()
    return stream.getvalue()


def build_list_workbook(tables: Mapping[str, Table], notes: Sequence[tuple[str, Cell]]) -> bytes:
    """Return a workbook of lists, their days as days and their amounts as numbers, and what they are of on a sheet."""
    stream = io.BytesIO()
    book = _open_book(stream)
    formats = _Formats.of(book)
    for name, table in tables.items():
        shown = replace(table, rows=table.rows[:ROWS_AT_MOST])
        _write(book.add_worksheet(name[:31]), shown, formats)
    _write_notes(book.add_worksheet("about"), notes, formats)
    book.close()
    return stream.getvalue()


def name_file(report: Report, names: Mapping[str, str], ending: str) -> str:
    """Return the name of a report's file: "coverage-South-2026-11-23.xlsx"."""
    words = name_words(names.get(value, value) for value in report.only.values())
    return "-".join([report.metric, *words, f"{report.as_of}.{ending}"])


def name_words(parts: Iterable[str]) -> list[str]:
    """Return names as they may stand in the name of a file; those that nothing is left of are left out."""
    words = (re.sub(r"\W+", "-", part).strip("-") for part in parts)
    return [word for word in words if word]


def write_file(path: Path, content: bytes) -> None:
    """Write the file beside its place and then put it there, so that a kill leaves the old one or the new one.

    Raises:
        FileUnwritable: The folder can't be written.
    """
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise FileUnwritable(str(path), error.strerror or str(error)) from error


@dataclass(frozen=True, slots=True)
class _Formats:
    """A workbook's formats: of the header and the total, of shares, amounts and days."""

    bold: Any
    percent: Any
    money: Any
    day: Any

    @classmethod
    def of(cls, book: Any) -> "_Formats":
        return cls(
            bold=book.add_format({"bold": True}),
            percent=book.add_format({"num_format": "0.0%"}),
            money=book.add_format({"num_format": "#,##0.00"}),
            day=book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        )

    def of_number(self, column: str, amounts: Collection[str]) -> Any:
        """Return the format of a column's numbers, None for counts."""
        if column in RATES:
            return self.percent
        return self.money if column in amounts else None


def _write(sheet: Any, table: Table, formats: _Formats) -> None:
    """Write a table with typed cells; the total stands outside what can be filtered and sorted."""
    width = len(table.header)
    sheet.write_row(0, 0, table.header, formats.bold)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(table.rows), max(0, width - 1))
    sheet.set_column(0, max(0, width - 1), 14)
    numbers = [formats.of_number(name, table.amounts) for name in table.header]
    for number, row in enumerate(table.all_rows, start=1):
        for column, cell in enumerate(row):
            if cell is not None:
                _write_cell(sheet, number, column, cell, numbers[column], formats)
    if table.total is not None:
        sheet.set_row(len(table.rows) + 1, None, formats.bold)


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, number: Any, formats: _Formats) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(row, column, str(neutral(cell)))
    elif isinstance(cell, date):
        # A day as workbooks count them; xlsxwriter's own way takes several times as long.
        sheet.write_number(row, column, (cell - _DAY_0).days, formats.day)
    else:
        sheet.write_number(row, column, cell, number)


def _add_chart(book: Any, sheet: Any, header: Sequence[str], rows: int) -> None:
    """Add the rates as bars, over time as a line; each group is named by all of its dimensions."""
    is_over_time = header[0] in PERIODS
    chart = book.add_chart({"type": "line" if is_over_time else "bar"})
    name, rate = sheet.get_name(), header.index("rate")
    last_dimension = header.index("numerator") - 1
    chart.add_series(
        {
            "name": "rate",
            "categories": [name, 1, 0, rows, last_dimension],
            "values": [name, 1, rate, rows, rate],
        }
    )
    chart.set_legend({"none": True})
    shares = {"num_format": "0%", "min": 0}
    if is_over_time:
        chart.set_y_axis(shares)
    else:
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis(shares)
        chart.set_size({"height": max(288, 18 * rows)})
    chart.set_title({"name": name})
    sheet.insert_chart(1, len(header) + 1, chart)


def _add_curve(book: Any, curve: SurvivalCurve, formats: _Formats) -> None:
    """Add a sheet with the share by each day on which it changed, its 95 % band, and both as lines."""
    sheet = book.add_worksheet("curve")
    header = ("day", "share", "low", "high", "at_risk", "happened")
    rows: list[list[Cell]] = [[0, 0.0, 0.0, 0.0, curve.subjects, 0]]
    rows += [
        [point.day, point.share, point.low, point.high, point.at_risk, point.happened]
        for point in curve.points
    ]
    _write(sheet, Table(header, rows), formats)
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    for column, dash in ((1, "solid"), (2, "dash"), (3, "dash")):
        chart.add_series(
            {
                "name": ["curve", 0, column],
                "categories": ["curve", 1, 0, len(rows), 0],
                "values": ["curve", 1, column, len(rows), column],
                "line": {"color": "#1f6f6b", "dash_type": dash},
            }
        )
    chart.set_y_axis({"num_format": "0%", "min": 0})
    chart.set_x_axis({"name": "days", "min": 0})
    sheet.insert_chart(1, len(header) + 1, chart)


def _name_value(value: str, names: Mapping[str, str]) -> str:
    return f"{names[value]} ({value})" if value in names else value


def _write_definition(
    sheet: Any,
    report: Report,
    names: Mapping[str, str],
    notes: Sequence[tuple[str, str]],
    formats: _Formats,
) -> None:
    facts: list[tuple[str, Cell]] = [
        ("metric", report.metric),
        ("definition", report.definition),
        *((f"only {name}", _name_value(value, names)) for name, value in report.only.items()),
        *name_days(report),
        *notes,
    ]
    _write_notes(sheet, facts, formats)


def _write_notes(sheet: Any, facts: Sequence[tuple[str, Cell]], formats: _Formats) -> None:
    for number, (name, value) in enumerate(facts):
        sheet.write_string(number, 0, name, formats.bold)
        _write_cell(sheet, number, 1, value, None, formats)
    sheet.set_column(1, 1, 100)
