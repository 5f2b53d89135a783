"""A report as a file: CSV, or a workbook with typed cells, a chart and the definition."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import FileUnwritable
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.entries import Entry
from offers.metrics.figures import Figure, Report
from offers.survival import SurvivalCurve

Cell = str | int | float | date | None

_FIELDS = ("numerator", "denominator", "rate", "low", "high", "target", "n")
_RATES = {"rate", "low", "high", "target", "shrunk"}
_CHART_ROWS = 40
ROWS_AT_MOST = 500_000
"""A sheet holds 1,048,576; beyond this CSV is the better file."""

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def build_csv(report: Report, entries: Sequence[Entry] | None = None) -> bytes:
    """Return the report's rows and total, or the entries behind them, as UTF-8 CSV; nothing in it runs as a formula."""
    header, rows = _table(report) if entries is None else _entry_table(report, entries)
    return build_table_csv(header, rows)


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
    report: Report, entries: Sequence[Entry] | None = None, curve: SurvivalCurve | None = None
) -> bytes:
    """Return a workbook: the figures with a chart, the entries and the curve where they are given, the definition."""
    stream = io.BytesIO()
    book = _open_book(stream)
    bold, percent, money = (
        book.add_format(what) for what in ({"bold": True}, {"num_format": "0.0%"}, {"num_format": "#,##0.00"})
    )
    sheet = book.add_worksheet(report.metric[:31])
    header, rows = _table(report)
    amounts = ("numerator", "denominator", *METRIC_TABLE[report.metric].amounts)
    is_money = report.total.currency is not None or any(row.currency for row in report.rows)
    formats = [
        percent if name in _RATES else money if is_money and name in amounts else None for name in header
    ]
    _write(sheet, header, rows, bold, formats)
    if len(report.rows) > 1:
        _add_chart(book, sheet, header, min(len(report.rows), _CHART_ROWS))
    if entries is not None:
        shown = entries[:ROWS_AT_MOST]
        header, rows = _entry_table(report, shown)
        name = "rows" if len(shown) == len(entries) else f"rows (first {ROWS_AT_MOST} of {len(entries)})"
        _write(book.add_worksheet(name), header, rows, bold, [None] * len(header))
    if curve is not None:
        _add_curve(book, curve, bold, percent)
    _write_definition(book.add_worksheet("definition"), report, bold)
    book.close()
    return stream.getvalue()


def build_list_workbook(
    name: str, header: Sequence[str], rows: Sequence[Sequence[Cell]], notes: Sequence[tuple[str, str]]
) -> bytes:
    """Return a workbook of one list, its days as days and its amounts as numbers, and what it is of on a sheet."""
    stream = io.BytesIO()
    book = _open_book(stream)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    is_day = [any(isinstance(row[column], date) for row in rows) for column in range(len(header))]
    _write(book.add_worksheet(name[:31]), header, rows, bold, [day if one else None for one in is_day])
    _write_notes(book.add_worksheet("about"), notes, bold)
    book.close()
    return stream.getvalue()


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


def _table(report: Report) -> tuple[list[str], list[list[Cell]]]:
    """Return the header, and the rows with the total last; amounts in major units of their currency."""
    figures = [*report.rows, report.total]
    dimensions = list(dict.fromkeys(name for row in report.rows for name in row.group))
    asides = list(dict.fromkeys(name for row in figures for name in row.asides))
    extra = [
        name for name in ("shrunk", "currency") if any(getattr(row, name) is not None for row in figures)
    ]
    header = [*dimensions, *_FIELDS, *extra, *asides]
    rows: list[list[Cell]] = [
        [*([row.group.get(name) for name in dimensions]), *_cells(report, row, extra, asides)]
        for row in report.rows
    ]
    rows.append(
        ["total" if not index else None for index in range(len(dimensions))]
        + _cells(report, report.total, extra, asides)
    )
    return header, rows


def _cells(report: Report, row: Figure, extra: Sequence[str], asides: Sequence[str]) -> list[Cell]:
    amounts = METRIC_TABLE[report.metric].amounts if row.currency is not None else ()
    counts: list[Cell] = [row.numerator, row.denominator]
    if row.currency is not None:
        counts = [major(row.numerator, row.currency), major(row.denominator, row.currency)]
    return [
        *counts,
        *(getattr(row, name) for name in _FIELDS[2:]),
        *(getattr(row, name) for name in extra),
        *(
            major(row.asides.get(name), str(row.currency)) if name in amounts else row.asides.get(name)
            for name in asides
        ),
    ]


def _entry_table(report: Report, entries: Sequence[Entry]) -> tuple[list[str], list[list[Cell]]]:
    names = list(report.rows[0].group) if report.rows else []
    width = max((len(entry.group) for entry in entries), default=0)
    header = [*names[:width], "id", "account", "numerator", "denominator"]
    has_currency = any(entry.currency for entry in entries)
    rows: list[list[Cell]] = []
    for entry in entries:
        counts: list[Cell] = [entry.numerator, entry.denominator]
        if entry.currency is not None:
            counts = [major(entry.numerator, entry.currency), major(entry.denominator, entry.currency)]
        rows.append(
            [
                *entry.group,
                entry.entry_id,
                entry.account_id,
                *counts,
                *([entry.currency] if has_currency else []),
            ]
        )
    return [*header, *(["currency"] if has_currency else [])], rows


def major(amount_minor: int | None, currency: str) -> float | None:
    """Return an amount in major units of its currency, or None of none."""
    from offers.money import exponent_of

    return None if amount_minor is None else amount_minor / 10 ** exponent_of(currency)


def neutral(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def _write(
    sheet: Any, header: Sequence[str], rows: Sequence[Sequence[Cell]], bold: Any, formats: Sequence[Any]
) -> None:
    """Write a header and rows with typed cells; `formats` are those of the columns."""
    sheet.write_row(0, 0, header, bold)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), max(0, len(header) - 1))
    sheet.set_column(0, len(header) - 1, 14)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if cell is None:
                continue
            if isinstance(cell, str):
                sheet.write_string(number, column, str(neutral(cell)))
            elif isinstance(cell, date):
                sheet.write_datetime(number, column, cell, formats[column])
            else:
                sheet.write_number(number, column, cell, formats[column])


def _add_chart(book: Any, sheet: Any, header: Sequence[str], rows: int) -> None:
    chart = book.add_chart({"type": "bar"})
    rate = header.index("rate")
    name = sheet.get_name()
    chart.add_series(
        {"name": "rate", "categories": [name, 1, 0, rows, 0], "values": [name, 1, rate, rows, rate]}
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"num_format": "0%", "min": 0})
    chart.set_title({"name": name})
    sheet.insert_chart(1, len(header) + 1, chart)


def _add_curve(book: Any, curve: SurvivalCurve, bold: Any, percent: Any) -> None:
    """Add a sheet with the share by each day on which it changed, its 95 % band, and both as lines."""
    sheet = book.add_worksheet("curve")
    header = ["day", "share", "low", "high", "at_risk", "happened"]
    rows: list[list[Cell]] = [[0, 0.0, 0.0, 0.0, curve.subjects, 0]]
    rows += [
        [point.day, point.share, point.low, point.high, point.at_risk, point.happened]
        for point in curve.points
    ]
    _write(sheet, header, rows, bold, [None, percent, percent, percent, None, None])
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


def _write_definition(sheet: Any, report: Report, bold: Any) -> None:
    facts = [
        ("metric", report.metric),
        ("definition", report.definition),
        ("from", report.date_from.isoformat() if report.date_from else "the beginning of the records"),
        ("to", report.date_to.isoformat() if report.date_to else None),
        ("as of", report.as_of.isoformat()),
    ]
    _write_notes(sheet, facts, bold)


def _write_notes(sheet: Any, facts: Sequence[tuple[str, str | None]], bold: Any) -> None:
    for number, (name, value) in enumerate(facts):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, value or "")
    sheet.set_column(1, 1, 100)
