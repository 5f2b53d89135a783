"""Two windows of a figure as a table: a row for each of both, and what lies between them."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.files.report_tables import Cell, Table, build_figure_table, name_part
from bot.files.reports import build_table_csv
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.currencies import CURRENCY
from offers.metrics.figures import Figure, Report
from offers.metrics.grouping import PERIODS
from offers.metrics.movements import Movement
from offers.metrics.two_windows import Comparison, Span

SHEET = "both windows"
_NO_GROUPS = (*PERIODS, CURRENCY)
_ADDED = ("points", "more than chance")


def build_comparison_csv(found: Comparison, report: Report) -> bytes:
    """Return both windows of a figure as UTF-8 CSV; `report` is the figure that they were asked for with."""
    table = name_part(tabulate_comparison(found, report), report.only)
    return build_table_csv(table.header, table.all_rows)


def list_sheets(found: Comparison | None, report: Report, names: Mapping[str, str]) -> dict[str, Table]:
    """Return both windows as a workbook's sheet by its name; none where no two were asked for."""
    return {SHEET: tabulate_comparison(found, report, names)} if found is not None else {}


def name_compared(name: str) -> str:
    """Return the name of the file with both windows beside a report's file of this name."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}-both-windows.{ending}"


def tabulate_comparison(
    found: Comparison, report: Report, names: Mapping[str, str] = MappingProxyType({})
) -> Table:
    """Return a row for each group in each of both windows, those of all groups last.

    The later one has the difference in percentage points, and whether that is more than chance: "yes", "no", or nothing
    where it is not known. `names` are what ids in the groups are called.
    """
    dimensions = list(dict.fromkeys(name for one in found.groups for name in one.group))
    is_total = [*([False] * len(found.groups)), *([True] * len(found.totals))]
    rows: list[Figure] = []
    added: list[list[Cell]] = []
    for sides, is_of_all in zip((*found.groups, *found.totals), is_total, strict=True):
        group = dict.fromkeys(dimensions) | dict(sides.group)
        if is_of_all and dimensions:
            group[dimensions[0]] = "total"
        for name, window, row in (
            ("before", found.before, sides.before),
            ("after", found.after, sides.after),
        ):
            if row is not None:
                rows.append(replace(row, group=_name(name, window, found) | group))
                added.append(_tell(sides.movement if row is sides.after else None))
    table = build_figure_table(replace(report, rows=tuple(rows)), names)
    return replace(
        table,
        header=(*table.header, *_ADDED),
        rows=[[*cells, *more] for cells, more in zip(table.rows, added, strict=True)],
        total=None,
    )


def is_of_all_groups(found: Comparison, report: Report) -> bool:
    """Tell whether two windows have all groups that a report of them has."""
    compared = {name for one in found.groups for name in one.group}
    return {name for row in report.rows for name in row.group} <= {*compared, *_NO_GROUPS}


def _name(name: str, window: Span, found: Comparison) -> dict[str, str | None]:
    """Return which window it is, with its days as far as they have come; a figure of a day has the day alone."""
    first, last = window
    last = min(last, found.as_of)
    if not METRIC_TABLE[found.metric].is_windowed:
        first = last
    return {"window": name, "from": first.isoformat(), "to": last.isoformat()}


def _tell(movement: Movement | None) -> list[Cell]:
    if movement is None:
        return [None, None]
    chance = ("yes" if movement.is_sure else "no") if movement.has_intervals else None
    return [round(movement.points, 6), chance]
