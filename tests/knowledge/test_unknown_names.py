"""Names that no document knows: a maker's before a known machine, a variant behind it, another model of a series."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.dictionary import is_english
from knowledge.language.series import split_series, write_roman
from knowledge.replies import Answer, Question
from knowledge.subjects import Subject
from tests.knowledge.conftest import NOW

CHARGER = (
    "# Charger MkIII\n\n## Fuse\n\nThe fuse of the charger has 10 A. The lamp flashes while it charges.\n"
)
OTHER = "# Charger MkV\n\n## Fuse\n\nThe fuse of the charger has 16 A.\n"
PUMP = "# PX200 pump\n\n## Cover\n\nThe bolts of the cover take 24 Nm.\n"
Look = Callable[[str], Subject]


@pytest.fixture
def base_with_chargers(base: KnowledgeBase, tmp_path: Path) -> KnowledgeBase:
    files = {"charger-MkIII": CHARGER, "charger-MkV": OTHER, "charger-notes": CHARGER, "PX200": PUMP}
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    return base


@pytest.fixture
def look(base_with_chargers: KnowledgeBase) -> Look:
    return lambda text: base_with_chargers._retriever.retrieve(Question(text, Audience.INTERNAL)).subject


@pytest.fixture
def ask(base_with_chargers: KnowledgeBase) -> Callable[[str], Answer]:
    return lambda text: base_with_chargers.answer(Question(text, Audience.INTERNAL))


@pytest.mark.parametrize("word", ["bolt", "Flickers", "REALLY", "realy", "differnce", "hvac", "setpoint"])
def test_words_with_a_slip_too_and_those_of_the_trade_are_english(word: str) -> None:
    assert is_english(word)


@pytest.mark.parametrize("word", ["jk", "daly", "vesc", "fanuc", "sinamics", "Roboteq"])
def test_names_of_makers_are_not(word: str) -> None:
    assert not is_english(word)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("fuse of the zylox charger", "zylox"),
        ("zylox 48v charger fuse", "zylox"),
        ("REC active charger lamp", "REC"),
        ("fuse of the charger pro?", "pro"),
        ("charger MkIV fuse", "MkIV"),
    ],
)
def test_a_name_that_makes_another_machine_of_a_known_one(look: Look, text: str, name: str) -> None:
    assert look(text).others == {name}


@pytest.mark.parametrize(
    "text",
    [
        "fuse of the charger MkIII",
        "which fuse has the charger at Kempten",
        "old charger fuse",
        "my grimy charger, which fuse",
        "charger kaputt, which fuse",
        "fuse of the charger, how many amps",
        "CHARGER FUSE ZYLOX",
    ],
)
def test_other_words_beside_a_known_machine_make_no_other_of_it(look: Look, text: str) -> None:
    assert look(text).others == frozenset()


def test_the_charger_of_another_maker_gets_no_answer(ask: Callable[[str], Answer]) -> None:
    assert "10 A" in ask("which fuse has the charger MkIII?").text
    for text in (
        "which fuse has the zylox charger?",
        "which fuse has the charger MkIV?",
        "charger pro fuse?",
    ):
        assert ask(text).abstained, text


def test_a_word_that_is_none_costs_more_than_an_unusual_one(look: Look) -> None:
    subject = look("vesc: which torque for the leftover bolts of the cover")
    assert {"vesc", "leftov"} <= subject.unknown
    assert subject.alien == {"vesc"}
    assert subject.others == frozenset()


def test_a_unit_and_a_german_noun_are_no_names(look: Look) -> None:
    assert look("torque of the cover in kpa and dB").alien == frozenset()
    assert look("Welche Sicherung hat der Lader?").alien == frozenset()


def test_a_model_is_found_with_its_number_in_figures(ask: Callable[[str], Answer]) -> None:
    for text in ("which fuse has the charger mk3?", "charger Mk 3: which fuse"):
        assert "10 A" in ask(text).text
        assert "16 A" not in ask(text).text
    assert ask("which fuse has the charger mk4?").abstained


def test_a_series_is_letters_and_a_roman_number() -> None:
    assert split_series("MkIII") == ("mk", "iii")
    assert split_series("mkiv") == ("mk", "iv")
    assert [split_series(word) for word in ("Mk3", "charger", "MKX1", "iii")] == [None] * 4


def test_a_number_is_written_as_the_documents_write_it() -> None:
    known = {"mkiii", "px3"}

    def write(text: str) -> str:
        return write_roman(text, is_known=lambda word: word.lower() in known)

    assert write("Mk3 and mk 3, px3, mk4, AB 12") == "MkIII and mkIII, px3, mk4, AB 12"
