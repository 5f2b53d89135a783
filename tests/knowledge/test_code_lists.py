"""The same code in the lists of several machines: each is shown, or that of the machine that is asked about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Answer, ProductScope, Question
from tests.knowledge.conftest import NOW

CUPS = """code,model,meaning,remedy
K12,P20,Scale on the level probe,Clean the probe
K13,P20 P40,Too hot,Let it cool
"""
WASHER_50 = """code,message,cause,remedy
K-02,Tank fault,The tap is shut,Open the tap
K-12,Drain too slow,The pump is blocked,Free the pump
"""
WASHER_90 = """code,message,cause,remedy
K-02,Tank fault,The valve is dead,Measure the valve
K-12,Converter fault,The motor is blocked,Free the motor
"""
FUSES = "# {0}\n\n## Supply\n\n| Fuse | Rating | Protects |\n|---|---|---|\n| F1 | 10 A | {1} |\n| F2 | 4 A | {2} |\n"
FILES = {
    "P20_manual.md": "# P20 manual\n\nThe P20 makes coffee.\n",
    "cups_errors.csv": CUPS,
    "errors_HV50.csv": WASHER_50,
    "errors_HV90.csv": WASHER_90,
    "saw.md": FUSES.format("Saw ST7", "Blade", "Table"),
    "drill.md": FUSES.format("Drill DT9", "Spindle", "Lamp of the drill"),
}
Ask = Callable[..., Answer]


@pytest.fixture
def ask(base: KnowledgeBase, tmp_path: Path) -> Ask:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    return lambda text, model=None: base.answer(
        Question(text, Audience.INTERNAL, scope=ProductScope(model=model) if model else None)
    )


@pytest.mark.parametrize("text", ["K12", "fault K.12", "K 12?"])
def test_a_bare_code_is_shown_from_every_list(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert {cited.document.rpartition("/")[2] for cited in answer.citations} == {
        "cups_errors.csv",
        "errors_HV50.csv",
        "errors_HV90.csv",
    }
    assert all("12" in statement.text for statement in answer.statements)
    assert not answer.more_lists


def test_the_fuses_of_two_machines_are_two(ask: Ask) -> None:
    assert "Table" in ask("fuse F2").text
    assert "Lamp" in ask("fuse F2").text


@pytest.mark.parametrize(
    ("text", "model", "said"),
    [
        ("K12 p20", None, "Scale"),
        ("K12", "P20", "Scale"),
        ("K12 on the HV90", None, "Converter"),
        ("K12", "HV50", "Drain too slow"),
        ("K12 drain", None, "Drain too slow"),
    ],
)
def test_with_the_machine_only_its_own(ask: Ask, text: str, model: str | None, said: str) -> None:
    answer = ask(text, model)
    assert len(answer.statements) == 1
    assert said in answer.text


def test_there_are_more_lists_than_are_shown(base: KnowledgeBase, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    reasons = ("Lid open", "Belt torn", "Motor hot", "Fan stuck", "Oil low", "Lid open")
    for number, reason in enumerate(reasons, start=1):
        (folder / f"list{number}.csv").write_text(
            f"code,message,remedy\nK12,{reason},See to it\n", encoding="utf-8"
        )
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    answer = base.answer(Question("K12", Audience.INTERNAL))
    assert len(answer.statements) == 4
    assert answer.more_lists == 1
    assert "1 more list:" in answer.text
