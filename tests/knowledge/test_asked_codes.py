"""A machine's name is written like a code, and is none where a code or anything else stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Answer, Question
from tests.knowledge.conftest import NOW

PANEL = """# Panel BX4: faults

Valid for the hoists of the series Talus.

| Fault | Meaning | Remedy |
|---|---|---|
| H104 | Brake shut | Measure its supply |
| H120 | Door open | Close the door |
"""
RIDGE = "# Ridge W30 service manual\n\nThe W30 washes cups. The panel of the W30 shows faults.\n"
RIDGE_QUICK = "# Ridge W30 in short\n\nThe W30 is switched on at its left side.\n"
RIDGE_PARTS = """part,description,model
RP-10031,Wash arm,W30
RP-10032,Display panel,W30
"""
BULLETIN = "# Bulletin H120\n\nFault H120 came up on hoists that were greased: clean the door contact.\n"
Ask = Callable[[str], Answer]


@pytest.fixture
def ask(base: KnowledgeBase, tmp_path: Path) -> Ask:
    files = {
        "panel.md": PANEL,
        "W30_manual.md": RIDGE,
        "W30_short.md": RIDGE_QUICK,
        "parts.csv": RIDGE_PARTS,
        "bulletin.md": BULLETIN,
    }
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    return lambda text: base.answer(Question(text, Audience.INTERNAL))


@pytest.mark.parametrize(
    "text", ["h 140 bx4", "error H140", "code H 140 on the BX4", "W30 error h140 keeps coming", "h140 w30"]
)
def test_an_unknown_code_is_one_beside_a_known_name(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert answer.reason == "unknown_code"
    assert {similar.code for similar in answer.similar_codes} >= {"H104", "H120"}


@pytest.mark.parametrize("text", ["error on the W30, the boiler is furred", "W30 display went purple"])
def test_a_name_is_not_the_code_that_is_announced(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert answer.abstained
    assert answer.reason == "no_evidence"


def test_a_known_code_beside_a_name_is_answered(ask: Ask) -> None:
    assert "Brake shut" in ask("h 104 bx4").text
    assert "Brake shut" in ask("BX4 shows fault H104").text


def test_a_code_that_a_bulletin_is_named_after_is_still_a_code(ask: Ask) -> None:
    for text in ("fault H120", "fault H120 after greasing", "H120 on the BX4"):
        assert "H120" in ask(text).text, text
