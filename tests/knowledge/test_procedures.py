"""A procedure is answered with the hazards of its boxes first, and its pieces in the document's order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docx

from knowledge.documents import Audience
from knowledge.ingest_report import IngestReport
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Question
from tests.knowledge.conftest import NOW

_BLEEDING = """\
# Dentoria D3 chair

## Bleeding the hydraulics

1. Lower the chair to the stop.
2. Open the vent screw by half a turn.

| Chair | Oil |
|---|---|
| D3 | 1.8 l |

3. Bleed the hydraulics: move the chair up and down three times.
4. Close the vent screw after bleeding the hydraulics of the chair, 3 Nm.

## Lamp

The lamp takes 24 V.
"""


def test_the_pieces_of_a_procedure_around_a_table_are_told_in_order(
    base: KnowledgeBase, ingest: Callable[..., IngestReport]
) -> None:
    ingest({"d3.md": _BLEEDING})
    answer = base.answer(Question("How do I bleed the hydraulics of the chair?", Audience.INTERNAL))
    steps = [statement.step for statement in answer.statements if statement.step is not None]
    assert steps == [1, 2, 3, 4]


def test_a_box_comes_before_the_steps_it_guards(base: KnowledgeBase, tmp_path: Path) -> None:
    file = docx.Document()
    file.add_heading("Brevanta C20 service manual", level=0)
    file.add_heading("Changing the burrs", level=1)
    box = file.add_table(rows=1, cols=2)
    box.cell(0, 0).text, box.cell(0, 1).text = (
        "WARNING",
        "Pull the mains plug before you reach into the grinder.",
    )
    for step in ("Empty the bean hopper.", "Unscrew the collar.", "Fit the new burrs."):
        file.add_paragraph(step, style="List Number")
    file.save(str(tmp_path / "c20.docx"))
    base.ingest([tmp_path / "c20.docx"], audience=Audience.INTERNAL, now=NOW)
    answer = base.answer(Question("how do i swap the burrs", Audience.INTERNAL))
    assert [(notice.level, notice.text) for notice in answer.notices] == [
        ("warning", "Pull the mains plug before you reach into the grinder.")
    ]
    assert [statement.step for statement in answer.statements] == [1, 2, 3]
