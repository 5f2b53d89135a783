"""A plain number that is announced is the code of letters that the machine's list has, where it has just one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Answer, ProductScope, Question, ReadCode
from tests.knowledge.conftest import NOW

WASHER_90 = """code,message,remedy
K-02,Tank fault,Open the tap
K-12,Converter fault,Free the motor
"""
WASHER_50 = """code,message,remedy
K-12,Drain too slow,Free the pump
L-12,Lid open,Close the lid
"""
PANEL = """# Panel BX4

## Drive

Alarms of the inverter are shown with the letter d.

| Alarm | Meaning |
|---|---|
| d17 | Motor phase missing |

## Boom alarms

| Alarm | Meaning |
|---|---|
| 12 | Boom too low |
| 170 | Boom too high |
"""
Ask = Callable[..., Answer]


@pytest.fixture
def ask(base: KnowledgeBase, tmp_path: Path) -> Ask:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in {"HV90.csv": WASHER_90, "HV50.csv": WASHER_50, "panel.md": PANEL}.items():
        (folder / name).write_text(text, encoding="utf-8")
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    return lambda text, model=None: base.answer(
        Question(text, Audience.INTERNAL, scope=ProductScope(model=model) if model else None)
    )


@pytest.mark.parametrize(
    ("text", "model", "said", "code"),
    [
        ("error 12 HV90", None, "Converter fault", "K-12"),
        ("error 012 on the hv90 keeps coming", None, "Converter fault", "K-12"),
        ("error 12", "HV90", "Converter fault", "K-12"),
        ("alarm 17 inverter", None, "Motor phase missing", "d17"),
    ],
)
def test_a_number_is_the_one_code_of_the_machine(
    ask: Ask, text: str, model: str | None, said: str, code: str
) -> None:
    answer = ask(text, model)
    assert [statement.text for statement in answer.statements if said not in statement.text] == []
    assert [read.code for read in answer.read_codes] == [code]
    assert f"was read as {code}." in answer.text


def test_a_list_with_two_such_codes_or_none_leaves_the_number_unknown(ask: Ask) -> None:
    assert ask("error 13 HV90").reason == "unknown_code"
    for text in ("error 12 HV50", "error 13 HV90"):
        answer = ask(text)
        assert answer.abstained, text
        assert not answer.read_codes


def test_a_number_that_a_list_has_itself_is_that_number(ask: Ask) -> None:
    answer = ask("boom alarm 12")
    assert "Boom too low" in answer.text
    assert not answer.read_codes


def test_what_another_thing_calls_so_is_not_offered(ask: Ask) -> None:
    answer = ask("alarm 17 on the HV90")
    assert answer.reason == "unknown_code"
    assert "d17" not in {similar.code for similar in answer.similar_codes}


def test_several_machines_may_have_the_one_code(base: KnowledgeBase, tmp_path: Path) -> None:
    folder = tmp_path / "all" / "washers"
    folder.mkdir(parents=True)
    (folder / "A5.csv").write_text(WASHER_90, encoding="utf-8")
    (folder / "A7.csv").write_text(WASHER_90.replace("Converter", "Drum"), encoding="utf-8")
    base.ingest([folder.parent], audience=Audience.INTERNAL, now=NOW)
    answer = base.answer(Question("code 12 washers", Audience.INTERNAL))
    assert {"Converter", "Drum"} <= set(answer.text.replace(";", " ").split())
    assert answer.read_codes == (ReadCode("12", "K-12"),)
