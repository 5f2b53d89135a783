"""Every list as a file, in one way: a workbook with typed cells and a sheet that says what it is of, or CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.files.report_tables import Cell, Table
from bot.files.reports import ROWS_AT_MOST, build_list_workbook, build_table_csv

LIST = "list"
"""The column of a CSV of several tables that says which one a row is of."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list ready to be written: what its file and it are called, its tables by name, and what else is to be known.

    `notes` are names with what they say; that the list is as of `day` stands beside them.
    """

    name: str
    title: str
    day: date
    tables: Mapping[str, Table]
    notes: Sequence[tuple[str, Cell]] = ()

    def name_file(self, *, is_workbook: bool) -> str:
        """Return the name of its file: "renewals-2026-11-23.csv"."""
        return f"{self.name}-{self.day}.{'xlsx' if is_workbook else 'csv'}"


def build_list_file(found: ListFile, *, is_workbook: bool) -> bytes:
    """Return the list as a workbook, or as UTF-8 CSV with its tables one below the other."""
    if not is_workbook:
        table = join_tables(found.tables)
        return build_table_csv(table.header, table.all_rows)
    counts = [(f"rows of {name}", _count(len(table.rows))) for name, table in found.tables.items()]
    notes: list[tuple[str, Cell]] = [(LIST, found.title), ("as of", found.day), *found.notes, *counts]
    return build_list_workbook(found.tables, notes)


def _count(rows: int) -> Cell:
    return rows if rows <= ROWS_AT_MOST else f"the first {ROWS_AT_MOST:,} of {rows:,}; CSV has them all"


def join_tables(tables: Mapping[str, Table]) -> Table:
    """Return one table: the only one as it is; of several all columns, and in front which one a row is of."""
    if len(tables) == 1:
        return next(iter(tables.values()))
    header = tuple(dict.fromkeys(name for table in tables.values() for name in table.header))
    rows: list[Sequence[Cell]] = []
    for title, table in tables.items():
        places = {name: place for place, name in enumerate(table.header)}
        order = [places.get(name) for name in header]
        rows += [[title, *(None if place is None else row[place] for place in order)] for row in table.rows]
    return Table((LIST, *header), rows)
