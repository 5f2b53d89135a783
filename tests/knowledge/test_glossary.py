"""A question in another language is read in English words, and answered from what the documents say in English."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.glossary import load_entries, read_in_english
from knowledge.language.terms import analyze
from knowledge.questions import plan_question
from knowledge.replies import Answer, Question
from tests.knowledge.conftest import NOW

Ask = Callable[..., Answer]

MANUAL = """# PX200 chiller manual

## Changing the filter drier

WARNING: Wear gloves, the refrigerant burns the skin.

1. Close the valve before the filter drier.
2. Replace the filter drier and its two seals.
3. Open the valve.

## Cover

The nuts of the cover take 24 Nm.

## Lamp

The red lamp blinks quickly while the pressure of the suction line is too low.

## Fault codes

E17: The sensor of the suction line is missing.
"""


def read(text: str, *known: str) -> str | None:
    """Return the English reading of a text, where documents use these words."""
    terms = {term for word in known for term in analyze(word)}
    reading = read_in_english(text, is_known=lambda word: not terms.isdisjoint(analyze(word)))
    return reading.text if reading else None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Wie wechsle ich den Filtertrockner?", "how do i replace filter drier ?"),
        ("Womit ziehe ich die Schrauben am PX200 an?", "Womit tighten screw PX200 ?"),
        ("Wie schalte ich die Pumpe aus?", "how do i turn off pump ?"),
        ("¿par de apriete de las tuercas?", "¿ torque nut ?"),
        ("comment remplacer le filtre à huile ?", "how do i replace filter oil ?"),
        ("PX200 的过滤器怎么更换", "PX200 filter how do i replace"),
        ("calibración del sensor", "calibrate sensor"),
    ],
)
def test_words_compounds_phrases_and_separated_verbs_are_read(typed: str, expected: str) -> None:
    assert read(typed, "PX200", "sensor") == expected


@pytest.mark.parametrize(
    "typed",
    ["How do I change the filter of the PX200?", "What is the par of the die?", "フィルターの交換方法は"],
)
def test_english_and_languages_without_a_glossary_are_left_alone(typed: str) -> None:
    assert read(typed) is None


def test_a_question_all_of_whose_words_the_documents_use_is_in_their_language() -> None:
    assert read("Wie wechsle ich den Filter?", "wechsle", "Filter") is None


def test_a_name_in_code_and_a_code_are_never_read_as_words() -> None:
    assert read("Fehler E17 bei homing_speed und Motor2", "E17") == "error E17 homing_speed Motor2"


def test_a_word_of_the_same_root_is_believed_only_where_a_document_uses_it() -> None:
    assert read("¿cómo cambio la fundición?", "foundation") == "¿ how do i replace fundición?"
    assert read("error de modulación, ¿qué hago?", "modulation") == "error modulation , ¿ what to do ?"
    assert read("error de modulación, ¿qué hago?") == "error modulación, ¿ what to do ?"


def test_a_word_that_documents_use_as_it_is_typed_stands_for_itself_too() -> None:
    reading = read_in_english(
        "Wie wechsle ich das Ventil?", is_known=lambda word: word.casefold() == "ventil"
    )
    assert reading is not None
    assert "ventil" in reading.others["valv"]


def test_a_word_said_by_itself_stands_for_no_other() -> None:
    """Else "torque" alone would be held twice: as the torque, and as what the tightening is called."""
    reading = read_in_english("Mit welchem Drehmoment ziehe ich die Muttern an?", is_known=lambda _: False)
    assert reading is not None
    assert "torqu" not in reading.others["tighten"]


def test_every_entry_of_the_glossary_has_english_words_and_is_folded() -> None:
    for language in ("de", "es", "fr", "zh"):
        entries = load_entries(language)
        assert len(entries) > 400
        for word, places in entries.items():
            assert word == word.casefold()
            assert places
            assert all(one.isascii() for place in places for one in place), word


def test_a_follow_up_in_german_leans_on_the_question_before() -> None:
    plan = plan_question(
        "und welches Drehmoment dafür?",
        previous=("Wie wechsle ich den Filtertrockner?",),
        is_known=lambda _: False,
    )
    assert (plan.read_from, plan.own) == ("de", "torque ?")
    assert {"filter", "drier"} <= set(plan.context)
    assert plan.typed == "Wie wechsle ich den Filtertrockner? und welches Drehmoment dafür?"


@pytest.fixture
def ask(base: KnowledgeBase, tmp_path: Path) -> Ask:
    (tmp_path / "px200.md").write_text(MANUAL, encoding="utf-8")
    base.ingest([tmp_path / "px200.md"], audience=Audience.INTERNAL, now=NOW)
    return lambda text, *previous: base.answer(Question(text, Audience.INTERNAL, None, previous))


@pytest.mark.parametrize(
    ("typed", "section"),
    [
        ("Wie wechsle ich den Filtertrockner am PX200?", "Changing the filter drier"),
        ("¿cómo cambio el filtro secador del PX200?", "Changing the filter drier"),
        ("comment remplacer le filtre déshydrateur du PX200 ?", "Changing the filter drier"),
        ("PX200 干燥器 过滤器 怎么更换", "Changing the filter drier"),
        ("Mit welchem Drehmoment werden die Muttern am Deckel angezogen?", "Cover"),
        ("el PX200: la lámpara roja parpadea rápido", "Lamp"),
    ],
)
def test_what_english_documents_answer_is_answered(ask: Ask, typed: str, section: str) -> None:
    answer = ask(typed)
    assert not answer.abstained
    assert section in (answer.citations[0].section or "")


def test_the_hazard_comes_first_in_the_words_of_the_document(ask: Ask) -> None:
    answer = ask("Wie wechsle ich den Filtertrockner am PX200?")
    assert [notice.level for notice in answer.notices] == ["warning"]
    assert "Wear gloves" in answer.notices[0].text
    assert [statement.step for statement in answer.statements] == [1, 2, 3]


@pytest.mark.parametrize(
    "typed",
    [
        "Wie beantrage ich Urlaub?",
        "Welches Öl kommt in das Getriebe vom PX200?",
        "¿cuántos meses de garantía tiene el PX200?",
        "comment régler le variateur Altivar ?",
        "PX200 的保修期多久",
        "Mit welchem Drehmoment werden die Muttern am QR9 angezogen?",
    ],
)
def test_what_the_documents_do_not_answer_is_not_answered(ask: Ask, typed: str) -> None:
    assert ask(typed).abstained


def test_a_code_that_no_document_knows_is_told_so(ask: Ask) -> None:
    answer = ask("Was bedeutet Fehler E99 am PX200?")
    assert (answer.reason, answer.unknown_codes) == ("unknown_code", ("E99",))
