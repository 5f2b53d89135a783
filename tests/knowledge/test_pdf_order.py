"""A PDF is read as it is seen: in the order of the page, without its feet, its tables and steps where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from knowledge.blocks import Block, BlockKind
from knowledge.chunking import ChunkKind, chunk_document
from knowledge.parsing import parse_file

_HEADING, _TEXT, _FOOT = 16.0, 10.0, 8.0
Line = tuple[float, float, float, str]
"""Left and baseline in points, font size, words."""

_FUSES = (("Fuse", "Rating"), ("F1", "6 A slow"), ("F2", "4 A slow"))


def draw_table(canvas: Canvas, *, left: float, top: float, rows: Sequence[Sequence[str]] = _FUSES) -> None:
    """Draw a ruled table with rows of 24 and columns of 80 points."""
    canvas.setFont("Helvetica", _TEXT)
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            canvas.rect(left + 80 * column, top - 24 * (row + 1), 80, 24)
            canvas.drawString(left + 80 * column + 6, top - 24 * row - 16, text)


def write_pages(
    path: Path, *pages: Sequence[Line], tables: Sequence[tuple[int, float, float]] = ()
) -> list[Block]:
    """Write a page of A4 for each list of lines, in their order; a table is (page from 1, left, top)."""
    canvas = Canvas(str(path), pagesize=(595, 842))
    for number, lines in enumerate(pages, start=1):
        for left, base, size, words in lines:
            canvas.setFont("Helvetica", size)
            canvas.drawString(left, base, words)
        for page, left, top in tables:
            if page == number:
                draw_table(canvas, left=left, top=top)
        canvas.showPage()
    canvas.save()
    return list(parse_file(path, document=path.name).blocks)


def foot(page: int) -> list[Line]:
    return [(60, 30, _FOOT, "Dentoria D3: service"), (500, 30, _FOOT, f"Page {page}")]


def texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks]


def test_a_foot_on_two_pages_that_is_drawn_first_is_no_text_and_a_procedure_goes_on_behind_it(
    tmp_path: Path,
) -> None:
    first = [
        *foot(1),
        (60, 780, _HEADING, "Bleeding"),
        (60, 120, _TEXT, "1. Lower the chair to the stop."),
        (60, 100, _TEXT, "2. Open the vent screw by"),
    ]
    second = [
        *foot(2),
        (60, 790, _TEXT, "half a turn."),
        (60, 770, _TEXT, "3. Move up and down three times."),
        (60, 750, _TEXT, "4. Close the vent screw, 3 Nm."),
        (60, 600, _HEADING, "Fuses"),
        (60, 400, _HEADING, "Lamp"),
        (60, 380, _TEXT, "The lamp takes 24 V."),
    ]
    write_pages(tmp_path / "d3.pdf", first, second, tables=[(2, 60, 590)])
    parsed = parse_file(tmp_path / "d3.pdf", document="d3.pdf")
    chunks = chunk_document(parsed, title="Dentoria D3")
    assert [(chunk.kind, chunk.section[-1], chunk.page) for chunk in chunks] == [
        (ChunkKind.PROCEDURE, "Bleeding", 1),
        (ChunkKind.TABLE, "Fuses", 2),
        (ChunkKind.PROSE, "Lamp", 2),
    ]
    assert chunks[0].text.split("\n") == [
        "1. Lower the chair to the stop.",
        "2. Open the vent screw by half a turn.",
        "3. Move up and down three times.",
        "4. Close the vent screw, 3 Nm.",
    ]


def test_on_a_page_of_its_own_a_foot_that_is_drawn_first_is_read_last(tmp_path: Path) -> None:
    lines: list[Line] = [
        *foot(1),
        (60, 780, _HEADING, "Fuses"),
        (60, 600, _HEADING, "Lamp"),
        (60, 580, _TEXT, "The lamp takes 24 V, and its light is white."),
    ]
    blocks = write_pages(tmp_path / "d3.pdf", lines, tables=[(1, 60, 770)])
    assert texts(blocks)[:3] == ["Fuses", "Fuse: F1; Rating: 6 A slow", "Fuse: F2; Rating: 4 A slow"]
    assert blocks[3].text == "Lamp"
    assert "Dentoria" in blocks[-1].text


def test_columns_are_read_one_after_the_other_with_the_table_of_each(tmp_path: Path) -> None:
    left: list[Line] = [(40, 780 - 14 * n, _TEXT, f"The left column has line {n}.") for n in range(20)]
    right: list[Line] = [(320, 780 - 14 * n, _TEXT, f"The right one has line {n}.") for n in range(5)]
    right.append((320, 600, _TEXT, "Behind the table."))
    blocks = write_pages(tmp_path / "two.pdf", [*left, *right], tables=[(1, 320, 700)])
    kinds = [block.kind for block in blocks]
    assert kinds == [
        BlockKind.PARAGRAPH,
        BlockKind.PARAGRAPH,
        BlockKind.ROW,
        BlockKind.ROW,
        BlockKind.PARAGRAPH,
    ]
    assert blocks[0].text.endswith("line 19.")
    assert blocks[-1].text == "Behind the table."


def test_what_only_looks_like_a_foot_on_two_pages_stays(tmp_path: Path) -> None:
    def page(step: int, torque: int) -> list[Line]:
        return [
            (60, 780, _HEADING, f"Job {step}"),
            (60, 90, _TEXT, f"{step}. Look for leaks."),
            (60, 76, _TEXT, f"Tighten the cover to {torque} Nm."),
        ]

    kept = texts(write_pages(tmp_path / "jobs.pdf", page(3, 5), page(4, 9)))
    assert [text for text in kept if "Nm" in text] == [
        "Look for leaks. Tighten the cover to 5 Nm.",
        "Look for leaks. Tighten the cover to 9 Nm.",
    ]


def test_a_title_that_both_pages_carry_stays_on_the_first(tmp_path: Path) -> None:
    pages = [
        [
            (60, 790, _HEADING, "Bulletin 7"),
            (60, 700, _TEXT, f"Measure {what} with the machine switched off."),
        ]
        for what in ("the current of the pump", "the pressure of the boiler")
    ]
    blocks = write_pages(tmp_path / "b7.pdf", *pages)
    assert [block.kind for block in blocks] == [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]


def test_a_label_close_under_a_paragraph_begins_a_notice(tmp_path: Path) -> None:
    lines: list[Line] = [
        (60, 780, _HEADING, "Valve"),
        (60, 760, _TEXT, "Replace it after four years, tighten to 30 Nm"),
        (60, 748, _TEXT, "WARNING: Never block the outlet."),
        (60, 600, _TEXT, "The panel is in order when nothing blinks, so look whether the"),
        (60, 588, _TEXT, "WARNING LED on it is lit."),
    ]
    blocks = write_pages(tmp_path / "valve.pdf", lines)
    assert [(block.notice, block.text) for block in blocks[1:]] == [
        (None, "Replace it after four years, tighten to 30 Nm"),
        ("warning", "Never block the outlet."),
        (None, "The panel is in order when nothing blinks, so look whether the WARNING LED on it is lit."),
    ]
