"""Reading the tables out of CSV and XLSX files: a header, then rows of text cells with their line numbers."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

SUFFIXES = (".csv", ".xlsx")
_PROBE_BYTES = 65_536
_LONGEST_CELL = 1_000_000

Cells = list[str | None]


class FileUnreadable(Exception):
    """A file that is not a table, with the line at which that was seen (0: the file as a whole)."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class SourceTable(Protocol):
    """A table in a file; `rows` may be read more than once and raises FileUnreadable."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def name(self) -> str:
        """What the table is called: the file's stem, or the sheet's name."""

    @property
    def header(self) -> tuple[str, ...]:
        """The first row, stripped."""

    @property
    def header_line(self) -> int:
        """The 1-based line of the header."""

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Yield each non-empty row below the header as (1-based line, cells); empty cells are None."""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file in UTF-8, with or without a byte order mark, separated by commas, semicolons or tabs."""

    path: Path
    name: str
    header: tuple[str, ...]
    header_line: int
    delimiter: str

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Yield the rows below the header."""
        for line, cells in _read_csv(self.path, self.delimiter):
            if line > self.header_line:
                yield line, cells


@dataclass(frozen=True, slots=True)
class XlsxTable:
    """One sheet of a workbook. Formulas count with the value that was last calculated."""

    path: Path
    name: str
    header: tuple[str, ...]
    header_line: int
    sheet: str

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Yield the rows below the header."""
        for line, cells in _read_sheet(self.path, self.sheet):
            if line > self.header_line:
                yield line, cells


def open_tables(path: Path) -> list[SourceTable]:
    """Return the tables of a file: one for a CSV, one per non-empty sheet for a workbook.

    Raises FileUnreadable when it is not what its suffix says, or empty.
    """
    try:
        if path.stat().st_size == 0:
            raise FileUnreadable(0, "the file is empty")
        return _open_workbook(path) if path.suffix.lower() == ".xlsx" else [_open_csv(path)]
    except OSError as error:
        raise FileUnreadable(0, f"the file cannot be read ({error.strerror or error})") from error


def _open_csv(path: Path) -> CsvTable:
    with path.open("rb") as handle:
        probe = handle.read(_PROBE_BYTES)
    if probe.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnreadable(0, "the file is UTF-16; save it as CSV UTF-8")
    if probe.startswith(b"PK\x03\x04") or b"\x00" in probe:
        raise FileUnreadable(0, "the file is binary, not CSV text")
    delimiter = _find_delimiter(probe)
    for line, cells in _read_csv(path, delimiter):
        return CsvTable(path, path.stem, tuple(cell or "" for cell in cells), line, delimiter)
    raise FileUnreadable(0, "the file is empty")


def _find_delimiter(probe: bytes) -> str:
    # The header decides: names have no separators in them, values may.
    lines = probe.decode("utf-8-sig", errors="replace").splitlines()
    first = next((line for line in lines if line.strip()), "")
    return max(",;\t", key=first.count)


def _read_csv(path: Path, delimiter: str) -> Iterator[tuple[int, Cells]]:
    previous = csv.field_size_limit(_LONGEST_CELL)
    line = 1
    try:
        with path.open("rb") as binary, io.TextIOWrapper(binary, "utf-8-sig", newline="") as text:
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            for row in reader:
                cells: Cells = [cell.strip() or None for cell in row]
                if any(cell is not None for cell in cells):
                    yield line, cells
                line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise FileUnreadable(line, "the text is not UTF-8; save the file as CSV UTF-8") from error
    except csv.Error as error:
        raise FileUnreadable(line, f"the row is not valid CSV ({error})") from error
    finally:
        csv.field_size_limit(previous)


def _open_workbook(path: Path) -> list[SourceTable]:
    with _workbook_errors(path), closing(load_workbook(path, read_only=True, data_only=True)) as workbook:
        names = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    tables: list[SourceTable] = []
    for name in names:
        for line, cells in _read_sheet(path, name):
            label = path.stem if len(names) == 1 else name
            tables.append(XlsxTable(path, label, tuple(cell or "" for cell in cells), line, name))
            break
    if not tables:
        raise FileUnreadable(0, "the workbook is empty")
    return tables


def _read_sheet(path: Path, sheet: str) -> Iterator[tuple[int, Cells]]:
    with _workbook_errors(path), closing(load_workbook(path, read_only=True, data_only=True)) as workbook:
        worksheet = workbook[sheet]
        worksheet.reset_dimensions()  # Some exporters write a wrong size, and rows would be cut off.
        for line, row in enumerate(worksheet.iter_rows(values_only=True), start=1):
            cells = [_cell_text(value) for value in row]
            while cells and cells[-1] is None:
                cells.pop()
            if cells:
                yield line, cells


class _workbook_errors:  # noqa: N801 (a context manager that reads like a block)
    """Translates what openpyxl raises on a file that is not a workbook."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        broken = (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, EOFError)
        if isinstance(error, broken):
            raise FileUnreadable(0, f"{self._path.name} is not a readable XLSX workbook") from error


def _cell_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files to import, those of folders by name; hidden and lock files are passed over."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(
                child
                for child in sorted(path.iterdir())
                if child.is_file()
                and child.suffix.lower() in SUFFIXES
                and not child.name.startswith((".", "~$"))
            )
        else:
            found.append(path)
    return found
