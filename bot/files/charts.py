"""The charts of a workbook: groups as bars or over time, months with their band, a curve."""

from collections.abc import Sequence
from typing import Any

from bot.files.report_tables import Table
from offers.metrics.grouping import PERIODS

_GROUPS = 40
_COLOR = "#1f6f6b"
_SHARES = {"num_format": "0%", "min": 0}


def add_group_chart(book: Any, sheet: Any, header: Sequence[str], rows: int) -> None:
    """Add the rates of the first groups as bars, over time as a line; each is named by all of its dimensions."""
    rows = min(rows, _GROUPS)
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
    if is_over_time:
        chart.set_y_axis(_SHARES)
    else:
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis(_SHARES)
        chart.set_size({"height": max(288, 18 * rows)})
    chart.set_title({"name": name})
    sheet.insert_chart(1, len(header) + 1, chart)


def add_course_chart(book: Any, sheet: Any, table: Table) -> None:
    """Add a line of the months' rates, and dashed lines of both ends of their 95 % band or interval."""
    rows = len(table.rows)
    chart = book.add_chart({"type": "line"})
    name = sheet.get_name()
    for column, dash in (("rate", "solid"), ("low", "dash"), ("high", "dash")):
        place = table.header.index(column)
        chart.add_series(
            {
                "name": [name, 0, place],
                "categories": [name, 1, 0, rows, 0],
                "values": [name, 1, place, rows, place],
                "line": {"color": _COLOR, "dash_type": dash, "width": 2.25 if column == "rate" else 1.25},
            }
        )
    chart.set_y_axis(_SHARES)
    chart.set_title({"name": table.course})
    chart.set_size({"width": 720, "height": 360})
    sheet.insert_chart(1, len(table.header) + 1, chart)


def add_curve_chart(book: Any, sheet: Any, table: Table) -> None:
    """Add the share by day with its 95 % band as straight lines."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    name, rows = sheet.get_name(), len(table.rows)
    for column, dash in ((1, "solid"), (2, "dash"), (3, "dash")):
        chart.add_series(
            {
                "name": [name, 0, column],
                "categories": [name, 1, 0, rows, 0],
                "values": [name, 1, column, rows, column],
                "line": {"color": _COLOR, "dash_type": dash},
            }
        )
    chart.set_y_axis(_SHARES)
    chart.set_x_axis({"name": "days", "min": 0})
    sheet.insert_chart(1, len(table.header) + 1, chart)
