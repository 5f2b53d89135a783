"""One machine is asked about: what the documents say of the others is no answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.answering.machines import Machines, find_machines
from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Answer, ProductScope, Question
from tests.knowledge.conftest import NOW

TARN = ProductScope(sku="TAR-40", family="Tarn", model="TAR-40")
TARN_MANUAL = """# Tarn service manual

## Oil

The Tarn takes 2.5 l of oil ISO VG 46.

## Overload: alarm E07

> **DANGER:** The drive stays charged for 12 minutes.

1. Lock the isolator.
2. Measure the motor current.
3. Set the relay to 18 A.
"""
FELL_MANUAL = "# Fell service manual\n\n## Oil\n\nThe Fell takes 9 l of oil ISO VG 220.\n"
CODES = (
    "code,family,meaning\nE07,Tarn,Motor overload\nE07,Fell,No flame\nE08,Tarn,Door open\nE08,Fell,Low water\n"
    + "".join(f"F{n},Fell,Meaning {n}\n" for n in range(20, 34))
)
FAQ = "# Questions\n\n## How often must filters be changed?\n\nFell: every 3 months. Tarn: every 12 months.\n"


@pytest.fixture
def ask(base: KnowledgeBase, tmp_path: Path) -> Callable[..., Answer]:
    for name, text, products in (
        ("tarn.md", TARN_MANUAL, ["Tarn"]),
        ("fell.md", FELL_MANUAL, ["Fell"]),
        ("codes.csv", CODES, ["Tarn", "Fell"]),
        ("faq.md", FAQ, []),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        base.ingest([tmp_path / name], audience=Audience.INTERNAL, products=products, now=NOW)

    def run(text: str, *previous: str, scope: ProductScope | None = None) -> Answer:
        return base.answer(Question(text, Audience.INTERNAL, scope, previous))

    return run


def test_only_the_sentence_about_the_machine_on_the_bench_is_chosen(ask: Callable[..., Answer]) -> None:
    answer = ask("How often must filters be changed?", scope=TARN)
    assert [s.text for s in answer.statements] == ["Tarn: every 12 months."]
    assert [s.text for s in answer.more] == ["Fell: every 3 months."]


def test_the_machine_that_a_question_names_is_asked_about(ask: Callable[..., Answer]) -> None:
    answer = ask("Which oil does the Fell take?")
    assert {citation.document for citation in answer.citations} == {"fell.md"}
    other = ask("Which oil does the Fell take?", scope=TARN)
    assert {citation.document for citation in other.citations} == {"fell.md"}
    assert other.widened


def test_a_following_code_keeps_the_machine(ask: Callable[..., Answer]) -> None:
    answer = ask("and E08?", "What does E07 mean on a Tarn?")
    assert [s.text for s in answer.statements] == ["code: E08; family: Tarn; meaning: Door open"]


def test_a_code_without_a_machine_shows_every_family(ask: Callable[..., Answer]) -> None:
    assert {s.text.split("; ")[1] for s in ask("What does E08 mean?").statements} == {
        "family: Tarn",
        "family: Fell",
    }


def test_a_listed_code_brings_its_section_with_hazards_and_steps(ask: Callable[..., Answer]) -> None:
    answer = ask("E07", scope=TARN)
    assert answer.text.startswith("DANGER: The drive stays charged for 12 minutes.")
    assert answer.statements[0].text == "code: E07; family: Tarn; meaning: Motor overload"
    assert [s.step for s in answer.statements if s.kind == "step"] == [1, 2, 3]


def test_the_code_of_the_question_before_does_not_eat_another_question(ask: Callable[..., Answer]) -> None:
    answer = ask("which oil does it need", "E07", scope=TARN)
    assert "2.5 l" in answer.text
    assert "overload" not in answer.text


def test_a_question_for_the_remedy_is_still_about_the_code_before(ask: Callable[..., Answer]) -> None:
    assert "Set the relay to 18 A." in ask("how do I fix it?", "What does E07 mean on a Tarn?").text


@pytest.mark.parametrize(
    ("question", "context", "own"),
    [
        ("oil?", "", {"tarn", "tar-40"}),
        ("oil of the Fell?", "", {"fell"}),
        ("oil?", "alarms of the Fell", {"fell"}),
        ("oil of the Tarn?", "", {"tarn", "tar-40"}),
    ],
)
def test_the_bench_gives_way_to_what_is_named(question: str, context: str, own: set[str]) -> None:
    found = find_machines(
        question, context, bench=frozenset({"tarn", "tar-40"}), products=("tarn", "fell", "gill-2")
    )
    assert found.own == own
    assert found.others == {"tarn", "fell", "gill-2"} - own


def test_a_name_is_a_whole_word() -> None:
    machines = Machines(own=frozenset({"fell"}), others=frozenset({"tarn"}))
    assert not machines.are_named("it fellows")
    assert machines.is_of_others("Tarn only")
    assert not machines.is_of_others("Tarn and Fell")
