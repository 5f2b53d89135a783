"""Codes that are typed in pieces, with a slip or in another notation are those that the documents know, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.language.codes import codes_in, question_codes
from knowledge.language.typed_codes import join_codes
from knowledge.replies import Answer, Question
from tests.knowledge.conftest import NOW

FAULTS = """code,meaning,remedy
K01,The lid is open,Close the lid
K12,The drum is stuck,Free the drum
K31,The drain is blocked,Clean the drain
Er 1,The rope is slack,Check the rope
Er 2,The door is heavy,Check the spring
"""
PARTS = """part number,description
RT-300450,Drum seal
RT-300612,Lid hinge
RT-5120,Drum belt
RT-4410,Drain hose
SB-2031-02-007,Retrofit kit
"""
FLAGS = """# Panel: faults and status flags

## Status flags

Register SR2 is shown in hexadecimal.

| Flag | Meaning |
|---|---|
| 0x01 | Lid open |
| 0x04 | Service mode |
| 0x40 | Fire contact |
| 0x2B | Heater cut out |
| 0x80 | Teaching is missing |
"""
DRIVE = "# Drive P8\n\nThe drive P8 turns the drum with 120 V.\n"
Ask = Callable[[str], Answer]


@pytest.fixture
def ask(base: KnowledgeBase, tmp_path: Path) -> Ask:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in {
        "faults.csv": FAULTS,
        "parts.csv": PARTS,
        "drive.md": DRIVE,
        "flags.md": FLAGS,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    return lambda text: base.answer(Question(text, Audience.INTERNAL))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("rt 300 450", "Drum seal"),
        ("RT 300 612", "Lid hinge"),
        ("RT-300 612", "Lid hinge"),
        ("rt 5 120", "Drum belt"),
        ("k 1 2", "drum is stuck"),
        ("K1 2", "drum is stuck"),
        ("k 12 what is that", "drum is stuck"),
        ("er 2", "door is heavy"),
        ("it stopped with Er2", "door is heavy"),
        ("sb 2031 2 7", "Retrofit kit"),
    ],
)
def test_a_code_in_pieces_is_the_one_that_documents_know(ask: Ask, typed: str, said: str) -> None:
    answer = ask(typed)
    assert said in answer.text
    assert len(answer.statements) == 1


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("K1 3", {"K12", "K31"}),
        ("K!2", {"K12"}),
        ("RT 300 451", {"RT-300450"}),
        ("rt 300 613", {"RT-300612"}),
        ("k 1 4 2", {"K12"}),
    ],
)
def test_pieces_that_make_no_known_code_are_an_unknown_one(ask: Ask, typed: str, near: set[str]) -> None:
    answer = ask(typed)
    assert answer.reason == "unknown_code"
    assert near <= {similar.code for similar in answer.similar_codes}


def test_one_of_a_series_that_the_list_has_not_is_unknown(ask: Ask) -> None:
    for text in ("Er 3", "er 3 on the door", "what is Er3"):
        answer = ask(text)
        assert answer.reason == "unknown_code", text
        assert {"ER1", "ER2"} & {one.code.replace(" ", "").upper() for one in answer.similar_codes}, text


def test_a_digit_typed_with_shift_is_offered_first(ask: Ask) -> None:
    assert ask("K!2").similar_codes[0].code == "K12"


@pytest.mark.parametrize(
    "text",
    [
        "5 120 V supply",
        "RT 5 120 V",
        "2 x 16 A fuse",
        "on 12 it stops",
        "in 2 steps",
        "K12 2 drums",
        "K1 2 times",
        "K12 on P8",
        "from 300 450 parts",
    ],
)
def test_what_is_no_code_is_left_as_it_is(text: str) -> None:
    known = {"K01", "~K1", "K12", "~K12", "P8", "~P8", "RT300450", "~RT300450"}
    assert join_codes(text, knows=known.__contains__) == text


def test_a_leading_zero_within_a_code_counts() -> None:
    assert join_codes("F 1 04", knows={"F14", "~F14"}.__contains__) != "F-1-04"
    assert join_codes("F 1 04", knows={"F104", "~F104"}.__contains__) == "F104"


def test_several_hex_flags_are_each_one_code() -> None:
    assert [mention.surface for mention in question_codes("flag 0x40 and 0x80")] == ["0x40", "0x80"]
    assert "#0" not in codes_in("Flags 0x40 and 0x80, status 0xA0")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("status flag 64", ["Fire contact"]),
        ("flag 4 and 64", ["Service mode", "Fire contact"]),
        ("SR2 64", ["Fire contact"]),
        ("sr2 reads 128 what is that", ["Teaching"]),
        ("sr2 = 128", ["Teaching"]),
        ("40h", ["Fire contact"]),
        ("SR2 shows 40h", ["Fire contact"]),
        ("flag 4h", ["Service mode"]),
        ("40 hex", ["Fire contact"]),
        ("the panel displays 2B what now", ["Heater cut out"]),
        ("it says 2b", ["Heater cut out"]),
        ("hex 40", ["Fire contact"]),
        ("flag 0x40 and 0x80", ["Fire contact", "Teaching"]),
    ],
)
def test_a_flag_is_found_in_any_notation(ask: Ask, text: str, said: list[str]) -> None:
    answer = ask(text)
    assert [word for word in said if word in answer.text] == said
    assert len(answer.statements) == len(said)
    assert not answer.unknown_codes


def test_an_unknown_flag_in_hex_is_named_as_one(ask: Ask) -> None:
    for text in ("flag 20 hex", "flag 20h", "status flag 0x20"):
        answer = ask(text)
        assert answer.reason == "unknown_code"
        assert "0x40" in {similar.code for similar in answer.similar_codes}, text


@pytest.mark.parametrize("text", ["service after 40h", "40 hex bolts", "SR2 64 V", "mode 64", "P8 64"])
def test_a_number_that_nothing_calls_a_flag_is_none(ask: Ask, text: str) -> None:
    answer = ask(text)
    assert "Fire contact" not in answer.text


def test_what_documents_are_called_is_no_code_in_pieces() -> None:
    def is_name(words: Sequence[str]) -> bool:
        return [word.lower() for word in words] == ["bms", "c1"]

    assert join_codes("fuse of the bms c1", knows={"BMSC1"}.__contains__) == "fuse of the bmsc1"
    assert (
        join_codes("fuse of the bms c1", knows={"BMSC1"}.__contains__, is_name=is_name)
        == "fuse of the bms c1"
    )
