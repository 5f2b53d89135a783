"""Every format becomes blocks with its structure; what can't be read says why."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from knowledge.blocks import Block, BlockKind, ParsedDocument
from knowledge.errors import UnreadableDocument
from knowledge.parsing import is_document, parse_file
from knowledge.parsing.pdf_lines import read_page
from tests.knowledge import samples


def parse(folder: Path, name: str, content: str | bytes) -> ParsedDocument:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return parse_file(path, document=name)


def of_kind(parsed: ParsedDocument, kind: BlockKind) -> list[Block]:
    return [block for block in parsed.blocks if block.kind is kind]


def all_text(parsed: ParsedDocument) -> str:
    return "\n".join(block.text for block in parsed.blocks)


def test_markdown_keeps_headings_steps_notices_and_rows(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "manual.md", samples.MARKDOWN)
    assert [block.text for block in of_kind(parsed, BlockKind.HEADING)][:3] == [
        "Tarn P4 pump: service manual",
        "Safety",
        "Replace the shaft seal",
    ]
    assert [block.number for block in of_kind(parsed, BlockKind.STEP)] == ["1", "2", "3", "4", "5"]
    assert [(block.notice, block.text) for block in of_kind(parsed, BlockKind.NOTICE)] == [
        ("warning", "Lock out the supply before you open the housing."),
        ("caution", "The casing stays hot for 40 minutes after a stop."),
    ]
    rows = of_kind(parsed, BlockKind.ROW)
    assert rows[0].text == "Code: E07; Meaning: Dry running; Remedy: Open the suction valve"


@pytest.mark.parametrize(
    "markup",
    [
        "!!! danger\n    Live parts.\n",
        "> [!DANGER]\n> Live parts.\n",
        "::: danger\nLive parts.\n:::\n",
        "**DANGER:** Live parts.",
    ],
)
def test_markdown_admonitions_of_every_flavour_are_notices(tmp_path: Path, markup: str) -> None:
    parsed = parse(tmp_path, "a.md", f"# Title\n\n{markup}\n\nAfterwards.\n")
    assert [(b.notice, b.text) for b in of_kind(parsed, BlockKind.NOTICE)] == [("danger", "Live parts.")]
    assert "Afterwards." in [block.text for block in of_kind(parsed, BlockKind.PARAGRAPH)]


def test_a_lone_label_takes_the_paragraph_behind_it(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "a.txt", "WARNING\n\nThe shaft turns.\n\nNext.\n")
    assert [(b.notice, b.text) for b in of_kind(parsed, BlockKind.NOTICE)] == [
        ("warning", "The shaft turns.")
    ]


def test_hidden_html_is_no_text(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "guide.html", samples.HTML)
    text = all_text(parsed)
    for hidden in ("hunter2", "555-0199", "Bypass", "alert", "Home | Products"):
        assert hidden not in text
    assert "Never run the pump without water." in text


def test_html_inside_markdown_is_hidden_as_well(tmp_path: Path) -> None:
    parsed = parse(
        tmp_path, "a.md", 'Seen.\n\n<div style="display:none">Unseen order.</div>\n\n<!-- neither -->\n'
    )
    assert all_text(parsed) == "Seen."


def test_html_lists_keep_their_printed_numbers(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "guide.html", samples.HTML)
    assert [(b.number, b.text) for b in of_kind(parsed, BlockKind.STEP)] == [
        ("3", "Open the vent."),
        ("4", "Wait for 20 s."),
    ]


def test_html_spans_fill_the_cells_they_cover(tmp_path: Path) -> None:
    table = "<table><tr><th>A</th><th>B</th></tr><tr><td rowspan=2>x</td><td>1</td></tr><tr><td>2</td></tr></table>"
    rows = of_kind(parse(tmp_path, "t.html", table), BlockKind.ROW)
    assert [row.cells for row in rows] == [("x", "1"), ("x", "2")]


def test_rst_loses_no_text_to_unknown_roles_and_directives(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    parsed = parse(tmp_path, "controller.rst", samples.RST)
    text = all_text(parsed)
    for kept in ("start-up", "See start-up and pump_start first.", "Serial line", "19200 baud"):
        assert kept in text
    assert [(b.notice, b.text) for b in of_kind(parsed, BlockKind.NOTICE)] == [
        ("danger", "Capacitors hold 400 V for 5 minutes.")
    ]
    assert capfd.readouterr() == ("", "")


def test_rst_reads_no_other_file_and_no_raw_html(tmp_path: Path) -> None:
    text = all_text(parse(tmp_path, "controller.rst", samples.RST))
    assert "root:" not in text
    assert "passwd" not in text
    assert "raw text" not in text


def test_asciidoc_keeps_steps_notices_and_tables(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "i.adoc", samples.ASCIIDOC)
    assert [(b.number, b.text) for b in of_kind(parsed, BlockKind.STEP)] == [
        ("1", "Level the plate."),
        ("2", "Grout the plate."),
    ]
    assert [b.notice for b in of_kind(parsed, BlockKind.NOTICE)] == ["warning"]
    assert [b.text for b in of_kind(parsed, BlockKind.ROW)] == [
        "Side: Front; Clearance: 600 mm",
        "Side: Rear; Clearance: 250 mm",
    ]


def test_csv_rows_carry_their_header(tmp_path: Path) -> None:
    rows = of_kind(parse(tmp_path, "parts.csv", samples.CSV), BlockKind.ROW)
    assert rows[1].text == "part_number: BOLT-0088; name: Cover bolt M8; torque: 24 Nm"


def test_json_rows_join_nested_names(tmp_path: Path) -> None:
    rows = of_kind(parse(tmp_path, "alarms.json", samples.JSON), BlockKind.ROW)
    assert rows[0].text == "id: 17; text en: Suction blocked; text zh: 吸入口堵塞"


def test_docx_keeps_order_lists_tables_and_hides_hidden_runs(tmp_path: Path) -> None:
    samples.write_docx(tmp_path / "plan.docx")
    parsed = parse_file(tmp_path / "plan.docx", document="plan.docx")
    kinds = [block.kind for block in parsed.blocks]
    assert kinds == [
        BlockKind.HEADING,
        BlockKind.HEADING,
        BlockKind.NOTICE,
        BlockKind.STEP,
        BlockKind.STEP,
        BlockKind.ROW,
        BlockKind.PARAGRAPH,
        BlockKind.PARAGRAPH,
    ]
    assert parsed.blocks[5].text == "Item: Coupling; Interval: 24 months"
    assert "approve all offers" not in all_text(parsed)


def test_pdf_knows_pages_headings_tables_and_drops_running_heads(tmp_path: Path) -> None:
    samples.write_pdf(tmp_path / "data.pdf", pages=4)
    parsed = parse_file(tmp_path / "data.pdf", document="data.pdf")
    assert parsed.pages == 4
    text = all_text(parsed)
    assert "confidential" not in text
    assert "Page 2" not in text
    assert [(b.text, b.page) for b in of_kind(parsed, BlockKind.HEADING)][1:3] == [
        ("Electrical data", 1),
        ("Chapter 2", 2),
    ]
    assert [b.text for b in of_kind(parsed, BlockKind.ROW)] == [
        "Model: P4-40; Power: 4.0 kW; Fuse: 16 A",
        "Model: P4-60; Power: 5.5 kW; Fuse: 20 A",
    ]
    assert text.count("P4-40") == 1


def _write_ruled(path: Path, *, turned: bool, floor: float) -> None:
    """Write a page with a table of two columns, as it lies in a file that is turned or that begins elsewhere."""
    width, height = (300, 400) if turned else (400, 300)
    canvas = Canvas(str(path), pagesize=(width, height))
    if turned:
        canvas.translate(300, 0)
        canvas.rotate(90)
    canvas.translate(floor, floor)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(40, 260, "The limits of the pump are these.")
    for row, cells in enumerate(
        (("Part", "Highest torque"), ("Cover bolt", "24 Nm"), ("Drain plug", "9 Nm"))
    ):
        for column, text in enumerate(cells):
            canvas.rect(40 + 120 * column, 200 - 24 * row, 120, 24)
            canvas.drawString(46 + 120 * column, 208 - 24 * row, text)
    canvas.drawString(40, 100, "Nothing else is tightened.")
    canvas.save()
    with pypdfium2.PdfDocument(path.read_bytes()) as file:
        page = file[0]
        page.set_rotation(90 if turned else 0)
        page.set_mediabox(floor, floor, width + floor, height + floor)
        file.save(path)


@pytest.mark.parametrize(("turned", "floor"), [(False, 0.0), (True, 0.0), (False, 50.0), (False, -50.0)])
def test_a_table_is_read_on_pages_that_are_turned_or_begin_elsewhere(
    tmp_path: Path, turned: bool, floor: float
) -> None:
    _write_ruled(tmp_path / "limits.pdf", turned=turned, floor=floor)
    blocks = parse_file(tmp_path / "limits.pdf", document="limits.pdf").blocks
    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.PARAGRAPH, "The limits of the pump are these."),
        (BlockKind.ROW, "Part: Cover bolt; Highest torque: 24 Nm"),
        (BlockKind.ROW, "Part: Drain plug; Highest torque: 9 Nm"),
        (BlockKind.PARAGRAPH, "Nothing else is tightened."),
    ]


def _draw_grid(canvas: Canvas) -> None:
    """Draw rulings around three rows of two cells, the way a drawing program does: one path, lines beside boxes."""
    path = canvas.beginPath()
    for row in range(4):
        path.moveTo(20, 100 - 12 * row)
        path.lineTo(140, 100 - 12 * row)
    canvas.drawPath(path)
    for x in (20, 80, 140):
        # A line that is a narrow box without an outline.
        canvas.rect(x - 0.2, 64, 0.4, 36, stroke=0, fill=1)
    # A box through every row that is not painted.
    hidden = canvas.beginPath()
    hidden.rect(50, 64, 10, 36)
    canvas.drawPath(hidden, stroke=0, fill=0)


def test_a_table_is_read_whose_lines_stand_in_a_form_of_another_scale(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "form.pdf"), pagesize=(400, 300))
    canvas.beginForm("grid", 0, 0, 200, 150)
    _draw_grid(canvas)
    canvas.endForm()
    canvas.setFont("Helvetica", 10)
    canvas.drawString(40, 260, "The limits of the pump are these.")
    canvas.saveState()
    canvas.scale(2, 2)
    canvas.doForm("grid")
    canvas.restoreState()
    for row, cells in enumerate((("Part", "Torque"), ("Cover bolt", "24 Nm"), ("Drain plug", "9 Nm"))):
        for column, text in enumerate(cells):
            canvas.drawString(46 + 120 * column, 184 - 24 * row, text)
    canvas.save()
    blocks = parse_file(tmp_path / "form.pdf", document="form.pdf").blocks
    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.PARAGRAPH, "The limits of the pump are these."),
        (BlockKind.ROW, "Part: Cover bolt; Torque: 24 Nm"),
        (BlockKind.ROW, "Part: Drain plug; Torque: 9 Nm"),
    ]


@pytest.mark.parametrize(("paths", "rulings"), [(20, 1_600), (200, 0)])
def test_a_page_with_more_strokes_than_a_table_has_is_a_drawing(
    tmp_path: Path, paths: int, rulings: int
) -> None:
    canvas = Canvas(str(tmp_path / "plan.pdf"), pagesize=(500, 500))
    for number in range(paths):
        path = canvas.beginPath()
        path.moveTo(0, number)
        for step in range(1, 41):
            path.lineTo(step * 10, number + 20 * (step % 2))
            path.lineTo(step * 10, number)
            path.lineTo(step * 10 - 5, number)
        canvas.drawPath(path)
    canvas.save()
    with pypdfium2.PdfDocument(tmp_path / "plan.pdf") as file:
        page = read_page(file[0], 1)
    assert page is not None
    assert len(page.rulings) == rulings


def reason_of(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        parse_file(path, document=path.name)
    assert caught.value.document == path.name
    assert caught.value.reason in UnreadableDocument.REASONS
    return caught.value.reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.md", b"  \n", "empty"),
        ("corrupt.pdf", b"%PDF-1.7 broken", "corrupt"),
        ("corrupt.docx", b"PK\x03\x04 broken", "corrupt"),
        ("locked.docx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le") * 9, "encrypted"),
        ("broken.json", b'{"a": ', "corrupt"),
        ("deep.json", b"[" * 5_000 + b"]" * 5_000, "too_deep"),
        ("picture.md", b"\x89PNG\x00\x00\x01\x02", "mislabelled"),
        ("rules.txt", b"-----\n=====\n", "no_text"),
    ],
)
def test_an_unreadable_file_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert reason_of(tmp_path / name) == reason


def test_encrypted_scanned_and_bombed_files_say_why(tmp_path: Path) -> None:
    samples.write_pdf(tmp_path / "locked.pdf", password="secret")
    samples.write_pdf(tmp_path / "scan.pdf", text=False)
    samples.write_zip_bomb(tmp_path / "bomb.docx")
    assert reason_of(tmp_path / "locked.pdf") == "encrypted"
    assert reason_of(tmp_path / "scan.pdf") == "no_text"
    assert reason_of(tmp_path / "bomb.docx") == "zip_bomb"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_common_encodings(tmp_path: Path, encoding: str) -> None:
    parsed = parse(tmp_path, "a.txt", "Ölstand prüfen".encode(encoding))
    assert all_text(parsed) == "Ölstand prüfen"


def test_images_and_archives_are_no_documents() -> None:
    assert not any(is_document(Path(name)) for name in ("a.png", "b.zip", "c.exe", "README"))
    assert all(is_document(Path(name)) for name in (*samples.TEXTS, "x.PDF", "y.Docx"))


def test_the_word_that_people_read_decides_how_dangerous_a_notice_is(tmp_path: Path) -> None:
    page = '<h1>Pump</h1><div class="notice danger"><p>DANGER: Live parts at 400 V.</p></div>'
    notices = of_kind(parse(tmp_path, "manual.html", page), BlockKind.NOTICE)
    assert [(notice.notice, notice.text) for notice in notices] == [("danger", "Live parts at 400 V.")]
