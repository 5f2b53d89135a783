"""Hazard notices set as boxes, behind a sign or in mid-text are notices; what only speaks of a warning is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import docx
import pytest

from knowledge.blocks import BlockKind, ParsedDocument
from knowledge.chunking import ChunkKind, chunk_document
from knowledge.language.notice_boxes import read_between, read_boxes
from knowledge.parsing import parse_file

_STEPS = "1. Open the hood.\n2. Lift the stone.\n"


def read_text(folder: Path, name: str, content: str) -> ParsedDocument:
    (folder / name).write_text(content, encoding="utf-8")
    return parse_file(folder / name, document=name)


def notices_of(parsed: ParsedDocument) -> list[tuple[str | None, str]]:
    return [(block.notice, block.text) for block in parsed.blocks if block.kind is BlockKind.NOTICE]


def write_table(folder: Path, *tables: Sequence[Sequence[str]]) -> ParsedDocument:
    """Write a procedure with tables before its steps, each a list of rows."""
    file = docx.Document()
    file.add_heading("Stone change", level=1)
    for rows in tables:
        table = file.add_table(rows=0, cols=len(rows[0]))
        for cells in rows:
            for cell, text in zip(table.add_row().cells, cells, strict=True):
                cell.text = text
        file.add_paragraph("")
    file.add_paragraph("Open the hood.", style="List Number")
    file.add_paragraph("Lift the stone.", style="List Number")
    file.save(str(folder / "mill.docx"))
    return parse_file(folder / "mill.docx", document="mill.docx")


@pytest.mark.parametrize(
    ("rows", "notice"),
    [
        ([["WARNING", "The stone weighs 60 kg."]], ("warning", "The stone weighs 60 kg.")),
        ([["⚠", "CAUTION", "Wear a mask."]], ("caution", "Wear a mask.")),
        ([["!", "DANGER: Live parts behind the hood."]], ("danger", "Live parts behind the hood.")),
        ([["WARNING"], ["The stone weighs 60 kg."]], ("warning", "The stone weighs 60 kg.")),
        ([["Achtung!", ""], ["", "Der Stein ist schwer."]], ("caution", "Der Stein ist schwer.")),
        ([["危险", "断开电源后再打开护罩。"]], ("danger", "断开电源后再打开护罩。")),
        ([["⚠", "The stone weighs 60 kg."]], ("warning", "The stone weighs 60 kg.")),
    ],
)
def test_a_box_in_a_word_file_stands_before_the_steps_it_guards(
    tmp_path: Path, rows: list[list[str]], notice: tuple[str, str]
) -> None:
    chunks = chunk_document(write_table(tmp_path, rows), title="Mill")
    assert [(chunk.kind, chunk.notices) for chunk in chunks] == [(ChunkKind.PROCEDURE, (notice,))]


def test_each_of_two_boxes_is_a_notice_of_its_own(tmp_path: Path) -> None:
    rows = [["WARNING", "The stone is heavy."], ["CAUTION", "The edge is sharp."]]
    assert notices_of(write_table(tmp_path, rows)) == [
        ("warning", "The stone is heavy."),
        ("caution", "The edge is sharp."),
    ]


@pytest.mark.parametrize(
    "box",
    [
        "| WARNING | The stone weighs 60 kg. |\n|---|---|\n",
        "| WARNING | The stone |\n|---|---|\n| | weighs 60 kg. |\n",
        "> ⚠️ The stone weighs 60 kg.\n",
        "Read all of it first. **WARNING** The stone weighs 60 kg.\n",
        "Read all of it first.  \nWarning: The stone weighs 60 kg.\n",
    ],
)
def test_a_box_or_a_label_in_mid_text_of_markdown_is_a_notice(tmp_path: Path, box: str) -> None:
    parsed = read_text(tmp_path, "mill.md", f"# Mill\n\n## Stone change\n\n{box}\n{_STEPS}")
    assert [(level, words.split()) for level, words in notices_of(parsed)] == [
        ("warning", ["The", "stone", "weighs", "60", "kg."])
    ]
    assert "WARNING" not in " ".join(block.text for block in parsed.blocks)


@pytest.mark.parametrize(
    "box",
    [
        "<table><tr><td><b>WARNING</b></td><td>The stone weighs 60 kg.</td></tr></table>",
        "<table><tr><th>WARNING</th></tr><tr><td>The stone weighs 60 kg.</td></tr></table>",
        '<table class="warning"><tr><td><img src="w.png"></td><td>The stone weighs 60 kg.</td></tr></table>',
        '<div class="warning"><table><tr><td><div class="title">Warning</div></td><td>The stone weighs 60 kg.</td>'
        "</tr></table></div>",
        "<p>Read first. <b>WARNING</b> The stone weighs 60 kg.</p>",
    ],
)
def test_a_box_or_a_label_in_mid_text_of_a_page_is_a_notice(tmp_path: Path, box: str) -> None:
    parsed = read_text(tmp_path, "mill.html", f"<h2>Stone change</h2>{box}<ol><li>Open the hood.</li></ol>")
    assert notices_of(parsed) == [("warning", "The stone weighs 60 kg.")]


def test_a_notice_within_a_step_comes_before_it_and_stays_in_it(tmp_path: Path) -> None:
    parsed = read_text(
        tmp_path, "mill.md", "# Mill\n\n1. Open the hood. DANGER: The belt runs on.\n2. Wait.\n"
    )
    assert [(block.kind, block.text) for block in parsed.blocks[1:3]] == [
        (BlockKind.NOTICE, "The belt runs on."),
        (BlockKind.STEP, "Open the hood. DANGER: The belt runs on."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The lamp is red. WARNING lamps are yellow.",
        "Look at the WARNING lamp.",
        "Turn it off. The display shows: WARNING: low oil.",
        "It was checked. Warning signs were found on the door.",
        "| Severity | Code | Meaning |\n|---|---|---|\n| WARNING | E17 | Low oil pressure |\n",
        "| Code | Severity |\n|---|---|\n| E17 | WARNING |\n| E18 | DANGER |\n",
        "| Signal word | Meaning |\n|---|---|\n| WARNING | May end in death. |\n| CAUTION | May hurt you. |\n",
        "| Warning | Threshold |\n|---|---|\n| Low oil pressure | 2 bar |\n",
        "| WARNING | 3 |\n|---|---|\n| CAUTION | 5 |\n",
    ],
)
def test_what_speaks_of_warnings_is_no_notice(tmp_path: Path, text: str) -> None:
    assert notices_of(read_text(tmp_path, "mill.md", f"# Mill\n\n{text}\n")) == []


def test_a_row_between_numbered_steps_is_a_notice_and_the_steps_stay_rows() -> None:
    rows = [("1", "Open the hood."), ("WARNING", "The stone is heavy."), ("2", "Lift the stone.")]
    assert read_boxes([("Step", "What to do"), *rows]) is None
    assert read_between(rows) == [None, ("warning", "The stone is heavy."), None]


def test_a_cell_across_a_table_is_a_notice_and_one_of_a_severity_is_a_row() -> None:
    rows = [("CAUTION: Isolate the mains first.", "", ""), ("WARNING", "E17", "Low oil pressure")]
    assert read_between(rows) == [("caution", "Isolate the mains first."), None]


def test_a_long_list_of_messages_is_a_table() -> None:
    assert read_boxes([("WARNING", f"Pressure of line {n} is low.") for n in range(13)]) is None
