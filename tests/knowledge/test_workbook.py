"""A workbook is read as it is seen: every sheet a table, cells with their units, what is hidden left out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from knowledge.blocks import BlockKind, ParsedDocument
from knowledge.chunking import chunk_document
from knowledge.errors import UnreadableDocument
from knowledge.parsing import parse_file
from knowledge.parsing.cell_text import show_cell

_HEADER = ["Code", "Meaning", "Remedy"]


def read(folder: Path, book: Workbook) -> ParsedDocument:
    book.save(folder / "errors.xlsx")
    return parse_file(folder / "errors.xlsx", document="errors.xlsx")


def fill(book: Workbook, title: str, *rows: list[object]) -> Any:
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    return sheet


@pytest.fixture
def book() -> Workbook:
    made = Workbook()
    made.remove(made.worksheets[0])
    return made


def rows_of(parsed: ParsedDocument) -> list[str]:
    return [block.text for block in parsed.blocks if block.kind is BlockKind.ROW]


def test_every_sheet_is_a_table_under_its_name(tmp_path: Path, book: Workbook) -> None:
    fill(
        book, "UC50", _HEADER, ["E-12", "Drain time exceeded", "Clean the sieve"], ["E-14", "Flow low", None]
    )
    fill(book, "HT90", ["Fault list"], [], _HEADER, ["E-12", "Converter fault", "Measure 3.1 A"])
    fill(book, "Empty")
    chunks = chunk_document(read(tmp_path, book), title="Errors")
    assert [(chunk.section, chunk.text) for chunk in chunks] == [
        (
            ("UC50",),
            "Code: E-12; Meaning: Drain time exceeded; Remedy: Clean the sieve\nCode: E-14; Meaning: Flow low",
        ),
        (("HT90",), "Fault list\nCode: E-12; Meaning: Converter fault; Remedy: Measure 3.1 A"),
    ]


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (24, "General", "24"),
        (24.0, '0" Nm"', "24 Nm"),
        (1.8, '0.0\\ "Nm"', "1.8 Nm"),
        (0.25, "0%", "25%"),
        (417, "00000", "00417"),
        (1234.5, "#,##0.00 [$€-407]", "1234.5 €"),
        (-5, '0 "°C";[Red]-0 "°C"', "-5 °C"),
        (0.1 + 0.2, "General", "0.3"),
        (datetime.combine(date(2026, 3, 4), time()), "dd.mm.yyyy", "2026-03-04"),
        (date(2026, 3, 4), "General", "2026-03-04"),
        (True, "General", "TRUE"),
        ("#N/A", "General", ""),
        (" E-12 ", "@", "E-12"),
        (None, "General", ""),
    ],
)
def test_a_cell_is_read_as_it_is_shown(value: object, number_format: str, shown: str) -> None:
    assert show_cell(value, number_format) == shown


def test_a_formula_counts_with_its_kept_value_and_not_with_its_words(tmp_path: Path, book: Workbook) -> None:
    fill(book, "Torque", ["Joint", "Torque"], ["Cover", "=2*12"], ["Plug", "9 Nm"])
    book.save(tmp_path / "raw.xlsx")
    with zipfile.ZipFile(tmp_path / "raw.xlsx") as raw, zipfile.ZipFile(tmp_path / "t.xlsx", "w") as kept:
        for name in raw.namelist():
            kept.writestr(name, raw.read(name).replace(b"</f><v></v>", b"</f><v>24</v>"))
    assert rows_of(parse_file(tmp_path / "t.xlsx", document="t.xlsx"))[0] == "Joint: Cover; Torque: 24"


def test_what_nobody_sees_is_no_text(tmp_path: Path, book: Workbook) -> None:
    sheet = fill(book, "Seen", [*_HEADER, "Secret"], ["E-1", "Leak", "Seal it", "secret one"])
    sheet.append(["E-2", "secret two", "secret two"])
    sheet.column_dimensions["D"].hidden = True
    sheet.row_dimensions[3].hidden = True
    fill(book, "Unseen", _HEADER, ["E-3", "secret three", "x"]).sheet_state = "hidden"
    fill(book, "Never", _HEADER, ["E-4", "secret four", "x"]).sheet_state = "veryHidden"
    assert rows_of(read(tmp_path, book)) == ["Code: E-1; Meaning: Leak; Remedy: Seal it"]


def test_a_cell_over_several_rows_stands_in_each(tmp_path: Path, book: Workbook) -> None:
    sheet = fill(
        book, "Faults", _HEADER, ["E-1", "Leak", "Seal it"], [None, "Drop", "Dry it"], ["E-2", "Heat", "Wait"]
    )
    sheet.merge_cells("A2:A3")
    assert rows_of(read(tmp_path, book)) == [
        "Code: E-1; Meaning: Leak; Remedy: Seal it",
        "Code: E-1; Meaning: Drop; Remedy: Dry it",
        "Code: E-2; Meaning: Heat; Remedy: Wait",
    ]


def test_a_cell_far_away_costs_nothing(tmp_path: Path, book: Workbook) -> None:
    sheet = fill(book, "Faults", _HEADER, ["E-1", "Leak", "Seal it"])
    sheet["XFD1048576"] = "Checked by no one"
    assert rows_of(read(tmp_path, book)) == ["Code: E-1; Meaning: Leak; Remedy: Seal it", "Checked by no one"]


def _archive(*parts: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"PK\x03\x04 broken", "corrupt"),
        (lambda: b"Code,Meaning\nE-1,Leak\n", "mislabelled"),
        (lambda: _archive(("word/document.xml", b"<x/>")), "mislabelled"),
        (lambda: _archive(("xl/workbook.xml", b"<x/>")), "corrupt"),
        (lambda: _archive(("xl/worksheets/sheet1.xml", b"0" * 30_000_000)), "zip_bomb"),
        (lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le") * 9, "encrypted"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"Workbook" * 9, "mislabelled"),
    ],
)
def test_a_workbook_that_can_not_be_read_says_why(
    tmp_path: Path, make: Callable[[], bytes], reason: str
) -> None:
    (tmp_path / "bad.xlsx").write_bytes(make())
    with pytest.raises(UnreadableDocument) as caught:
        parse_file(tmp_path / "bad.xlsx", document="bad.xlsx")
    assert caught.value.reason == reason


def test_an_empty_workbook_holds_no_text(tmp_path: Path, book: Workbook) -> None:
    fill(book, "Empty")
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, book)
    assert caught.value.reason == "no_text"
