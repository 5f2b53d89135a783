"""A report as a file: CSV, or a workbook with typed cells, a chart and the definition."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.errors import FileUnwritable
from bot.files.charts import add_course_chart, add_curve_chart, add_group_chart
from bot.files.pace_tables import EXPLAINED, add_paces
from bot.files.report_tables import (
    RATES,
    Cell,
    Table,
    build_entry_table,
    build_figure_table,
    name_days,
    name_part,
    neutral,
)
from offers.attach_rate import Group
from offers.metrics.entries import Entry
from offers.metrics.entry_facts import EntryFacts
from offers.metrics.figures import Report
from offers.metrics.progress import Progress
from offers.survival import SurvivalCurve

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
    report: Report,
    entries: Sequence[Entry] | None = None,
    facts: EntryFacts | None = None,
    *,
    paces: Mapping[Group, Progress] = MappingProxyType({}),
) -> bytes:
    """Return the report's rows and total, or the entries behind them, as UTF-8 CSV; nothing in it runs as a formula.

    `paces` are where the targets of its rows stand.
    """
    if entries is None:
        table = add_paces(build_figure_table(report), report, paces)
    else:
        table = build_entry_table(report, entries, facts)
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
    paces: Mapping[Group, Progress] = MappingProxyType({}),
    tables: Mapping[str, Table] = MappingProxyType({}),
    notes: Sequence[tuple[str, str]] = (),
    beside: Table | None = None,
) -> bytes:
    """Return a workbook: the figures with a chart, the entries and the curve where they are given, the definition.

    Args:
        facts: What the entries are recognised by.
        names: What the ids in the figures' groups are called.
        paces: Where the targets of the rows stand, by their groups.
        tables: Further sheets by name.
        notes: What stands below the definition, each with what it is about.
        beside: The guardrails of the figure and of its groups, for a sheet of their own.
    """
    stream = io.BytesIO()
    book = _open_book(stream)
    formats = _Formats.of(book)
    sheet = book.add_worksheet(report.metric[:31])
    table = add_paces(build_figure_table(report, names), report, paces)
    _write(sheet, table, formats)
    if len(report.rows) > 1:
        add_group_chart(book, sheet, table.header, len(report.rows))
    if entries is not None:
        shown = entries[:ROWS_AT_MOST]
        name = "rows" if len(shown) == len(entries) else f"rows (first {ROWS_AT_MOST} of {len(entries)})"
        _write(book.add_worksheet(name), build_entry_table(report, shown, facts), formats)
    if curve is not None:
        sheet, table = book.add_worksheet("curve"), _tabulate_curve(curve)
        _write(sheet, table, formats)
        add_curve_chart(book, sheet, table)
    if beside is not None:
        _write(book.add_worksheet("guardrails"), beside, formats)
    _add_tables(book, tables, formats)
    notes = [*notes, *([("targets", EXPLAINED)] if paces else [])]
    _write_definition(book.add_worksheet("definition"), report, names or {}, notes, formats)
    book.close()
    return stream.getvalue()


def build_list_workbook(tables: Mapping[str, Table], notes: Sequence[tuple[str, Cell]]) -> bytes:
    """Return a workbook of lists, their days as days and their amounts as numbers, and what they are of on a sheet."""
    stream = io.BytesIO()
    book = _open_book(stream)
    formats = _Formats.of(book)
    _add_tables(book, tables, formats)
    _write_notes(book.add_worksheet("about"), notes, formats)
    book.close()
    return stream.getvalue()


def _add_tables(book: Any, tables: Mapping[str, Table], formats: "_Formats") -> None:
    for name, table in tables.items():
        shown = replace(table, rows=table.rows[:ROWS_AT_MOST])
        sheet = book.add_worksheet(name[:31])
        _write(sheet, shown, formats)
        if table.course and len(shown.rows) > 1:
            add_course_chart(book, sheet, shown)


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
    """A workbook's formats: of the header and the total, of shares, amounts, counts that aren't whole, and days."""

    bold: Any
    percent: Any
    money: Any
    part: Any
    day: Any

    @classmethod
    def of(cls, book: Any) -> "_Formats":
        return cls(
            bold=book.add_format({"bold": True}),
            percent=book.add_format({"num_format": "0.0%"}),
            money=book.add_format({"num_format": "#,##0.00"}),
            part=book.add_format({"num_format": "#,##0.0#"}),
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
        is_part = isinstance(cell, float) and not cell.is_integer()
        sheet.write_number(row, column, cell, number or (formats.part if is_part else None))


def _tabulate_curve(curve: SurvivalCurve) -> Table:
    """Return the share by each day on which it changed, with its 95 % band."""
    rows: list[list[Cell]] = [[0, 0.0, 0.0, 0.0, curve.subjects, 0]]
    rows += [
        [point.day, point.share, point.low, point.high, point.at_risk, point.happened]
        for point in curve.points
    ]
    return Table(("day", "share", "low", "high", "at_risk", "happened"), rows)


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
