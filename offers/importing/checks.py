"""Turning a table's rows into valid table columns, or into problems that name line, column and reason."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from offers.importing.files import Cells, FileUnreadable, SourceTable
from offers.importing.kinds import FileKind
from offers.importing.mapping import FileMap
from offers.importing.row import RowValueError
from offers.tables.versions import Row

_SPREADSHEET_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
"""What a cell shows whose formula came to nothing; no name, region or serial number reads like this."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong where. Line 0 is the file as a whole; an empty column is the row as a whole."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row of the file: its columns when valid, else its problems. Neither: it repeats an earlier row.

    `identity` is the row's id as written, also where the rest of the row is wrong.
    """

    line: int
    columns: Row | None
    problems: tuple[RowProblem, ...] = ()
    identity: str | None = None


class RowChecker:
    """Reads one table as one kind of file."""

    def __init__(self, table: SourceTable, kind: FileKind, file_map: FileMap | None) -> None:
        self._table = table
        self._kind = kind
        self._file_map = file_map
        self._columns = tuple(self._translate(header) for header in table.header)

    def _translate(self, header: str) -> str | None:
        name = header.strip().casefold()
        if self._file_map and name in self._file_map.columns:
            return self._file_map.columns[name]
        if name in self._kind.headers:
            return name
        # A mapped export has many columns that are none of our business; our own layout has none.
        return None if self._file_map is not None or not name else header

    def check_header(self) -> list[RowProblem]:
        """Return what is wrong with the header. With a mapping, only what no row can do without is missed."""
        line, known = self._table.header_line, self._kind.headers
        present = [column for column in self._columns if column is not None]
        problems = [
            RowProblem(line, column, f"is not a column of {self._kind.name}{_suggest(column, known)}")
            for column in present
            if column not in known
        ]
        repeated = {column for column in present if present.count(column) > 1}
        problems += [RowProblem(line, column, "stands twice in the header") for column in sorted(repeated)]
        given = self._file_map.defaults if self._file_map else {}
        is_needed = self._kind.required - given.keys() if self._file_map is not None else frozenset(known)
        needed = [name for name in known if name in is_needed]
        problems += [
            RowProblem(line, name, "is missing in the header") for name in needed if name not in present
        ]
        return problems

    def read(self) -> Iterator[CheckedRow]:
        """Yield every row, but none that the map passes over. A file that breaks off yields its problem at the end."""
        seen: dict[tuple[Any, ...], tuple[int, int]] = {}
        try:
            for line, cells in self._table.rows():
                if self._file_map is not None and self._file_map.is_passed_over(self._table.header, cells):
                    continue
                yield self._check(line, cells, seen)
        except FileUnreadable as error:
            yield CheckedRow(error.line, None, (RowProblem(error.line, "", error.reason),))

    def _check(self, line: int, cells: Cells, seen: dict[tuple[Any, ...], tuple[int, int]]) -> CheckedRow:
        if len(cells) > len(self._columns):
            reason = f"has {len(cells)} cells under {len(self._columns)} headers"
            return CheckedRow(line, None, (RowProblem(line, "", reason),))
        values = {
            column: cell for column, cell in zip(self._columns, cells, strict=False) if column is not None
        }
        failed = [column for column, cell in values.items() if cell in _SPREADSHEET_ERRORS]
        if failed:
            problems = (
                RowProblem(line, one, f"holds a spreadsheet's error, {values[one]}") for one in failed
            )
            return CheckedRow(line, None, tuple(problems), values.get(self._kind.key[0]))
        if self._file_map is not None:
            values = self._file_map.translate(values)
        identity = values.get(self._kind.key[0])
        try:
            columns = self._kind.row.model_validate(values).to_columns()
        except ValidationError as error:
            return CheckedRow(line, None, _explain(line, error), identity)
        except RowValueError as error:
            return CheckedRow(line, None, (RowProblem(line, error.column, error.reason),), identity)
        return self._check_repetition(line, columns, seen)

    def _check_repetition(
        self, line: int, columns: Row, seen: dict[tuple[Any, ...], tuple[int, int]]
    ) -> CheckedRow:
        key = tuple(columns[name] for name in self._kind.key)
        content = hash(tuple(columns.values()))
        first_line, first_content = seen.setdefault(key, (line, content))
        if first_line == line:
            return CheckedRow(line, columns)
        if first_content == content:
            return CheckedRow(line, None)
        reason = f"{' / '.join(map(str, key))} stands in line {first_line} with other values"
        return CheckedRow(line, None, (RowProblem(line, self._kind.headers[0], reason),))


def _explain(line: int, error: ValidationError) -> tuple[RowProblem, ...]:
    return tuple(
        RowProblem(line, str(detail["loc"][0]) if detail["loc"] else "", _reason(detail))
        for detail in error.errors(include_url=False)
    )


def _reason(detail: Mapping[str, Any]) -> str:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return str(cause)
    return "is empty" if detail["type"] == "missing" else str(detail["msg"])


def _suggest(column: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(column.casefold(), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
