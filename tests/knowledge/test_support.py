"""What a passage supports and what it only seems to support, told apart as the figures in `support` say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering.support import Witness
from knowledge.chunking import chunk_document
from knowledge.language.figures import Figure, find_figures
from knowledge.language.number_words import write_digits
from knowledge.language.ordering import reverses
from knowledge.language.polarity import contradicts
from knowledge.language.terms import content_terms
from knowledge.language.tongues import guess_language
from knowledge.parsing.files import parse_file
from knowledge.replies import Passage

CASES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent / "support_cases.toml").read_text(encoding="utf-8")
)
MANUALS = Path(__file__).parents[2] / "bot" / "demo" / "company" / "documents" / "manuals"
# True sentences of the three sets that the check does not recognise: the price of none that is false.
MISSED = {
    "Pull out both cores and wipe the shell dry with a fluff-free cloth.",
    "Alarm E06 means that the pressure drop has reached 250 Pa.",
    "Stop the burner, then close the test point and check it for leaks.",
    "For up to 160 A use cables of 50 mm².",
    "Without glycol, drain the evaporator through both drain plugs if there is no glycol.",
}


def witness_of(case: dict[str, Any], folder: Path) -> Witness:
    path = folder / "case.md"
    path.write_text(case["document"], encoding="utf-8")
    parsed = parse_file(path, document="case.md")
    title = parsed.title or ""
    chunk = chunk_document(parsed, title=title)[-1]
    passage = Passage(
        chunk_id=1,
        document="case.md",
        title=title,
        section=chunk.section,
        page=None,
        kind=chunk.kind,
        text=chunk.text,
        notices=(),
        codes=frozenset(chunk.codes),
        score=1.0,
        cosine=0.9,
        lexical=1.0,
        code=0.0,
    )
    return Witness(passage, weigh=lambda _: 1.0, asked=content_terms(case["asked"]))


@pytest.mark.parametrize(
    "case", [case for cases in CASES.values() for case in cases], ids=lambda c: c["asked"][:30]
)
def test_true_sentences_are_kept_and_false_ones_are_not(case: dict[str, Any], tmp_path: Path) -> None:
    witness = witness_of(case, tmp_path)
    kept = {text for text in case["supported"] if witness.judge(text).is_supported}
    assert set(case["supported"]) - kept <= MISSED
    assert [text for text in case["unsupported"] if witness.judge(text).is_supported] == []


@pytest.mark.parametrize(
    "case", [case for cases in CASES.values() for case in cases], ids=lambda c: c["asked"][:30]
)
def test_a_passages_own_sentences_are_supported_by_it(case: dict[str, Any], tmp_path: Path) -> None:
    witness = witness_of(case, tmp_path)
    assert witness.pieces
    for position, piece in enumerate(witness.pieces):
        verdict = witness.judge(piece.text, only=[position])
        assert verdict.is_supported, (piece.text, verdict)
        assert verdict.pieces == {position}


def test_the_sets_are_as_large_as_they_are_said_to_be() -> None:
    supported = sum(len(case["supported"]) for cases in CASES.values() for case in cases)
    unsupported = sum(len(case["unsupported"]) for cases in CASES.values() for case in cases)
    assert (supported, unsupported, len(MISSED)) == (178, 301, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at least 5 mm", [Figure("5", "mm", bound="least")]),
        ("no more than 5 bar", [Figure("5", "bar", bound="most")]),
        ("5 bar or less", [Figure("5", "bar", bound="most")]),
        ("−20 °C", [Figure("20", "°C", sign="-")]),
        ("4 mm ±1 mm", [Figure("4", "mm"), Figure("1", "mm", sign="±")]),
        ("20 to 25 mm", [Figure("20", "mm", partner="25"), Figure("25", "mm", partner="20")]),
        ("6 and 10 bar", [Figure("6", "bar"), Figure("10", "bar")]),
        ("about 24 Nm", [Figure("24", "Nm", is_about=True)]),
        ("turn the screw under the cap until it shows 8.7 mbar", [Figure("8.7", "mbar")]),
    ],
)
def test_a_figure_is_read_with_sign_bound_and_range(text: str, expected: list[Figure]) -> None:
    assert find_figures(text) == expected


@given(st.integers(21, 99).filter(lambda n: n % 10 > 1))
def test_written_out_numbers_are_read_as_digits(number: int) -> None:
    tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"][number // 10 - 2]
    ones = ["two", "three", "four", "five", "six", "seven", "eight", "nine"][number % 10 - 2]
    assert write_digits(f"{tens}-{ones} Nm") == f"{number} Nm"


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("Open the cover.", "Do not open the cover."),
        ("The cover may be opened without gloves.", "The cover may not be opened without gloves."),
        ("Open the drain and close the vent.", "Close the drain and open the vent."),
        ("Turn it clockwise.", "Turn it anticlockwise."),
        ("Use insulated tools.", "Use uninsulated tools."),
        ("Air is colder than water.", "Water is colder than air."),
        ("Switch the fan on.", "Switch the fan off."),
        ("Die Abdeckung öffnen.", "Die Abdeckung nicht öffnen."),
        ("打开盖板。", "请勿打开盖板。"),
    ],
)
def test_opposites_contradict_each_other_in_both_directions(statement: str, source: str) -> None:
    assert contradicts(statement, source)
    assert contradicts(source, statement)
    assert not contradicts(statement, statement)
    assert not contradicts(source, source)


def test_acts_in_another_order_are_reversed_and_another_way_to_tell_the_order_is_not() -> None:
    source = "Wait 5 minutes before you open the door."
    assert not reverses("Before you open the door, wait 5 minutes.", source)
    assert not reverses("Wait 5 minutes, then open the door.", source)
    assert reverses("Open the door, then wait 5 minutes.", source)
    assert reverses("Open the door before you wait 5 minutes.", source)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the torque of the bolts?", "en"),
        ("Wie fest werden die Schrauben angezogen?", "de"),
        ("¿Cuál es el par de los tornillos?", "es"),
        ("Quel est le couple des vis de la pompe ?", "fr"),
        ("端盖螺栓的力矩是多少？", "zh"),
        ("E07", None),
        ("seal torque", None),
    ],
)
def test_a_language_is_told_by_script_and_words_of_function(text: str, language: str | None) -> None:
    assert guess_language(text) == language


def test_no_sentence_of_the_sample_manuals_passes_with_another_figure() -> None:
    tried = 0
    for file in sorted(MANUALS.glob("*.md")):
        parsed = parse_file(file, document=file.name)
        title = parsed.title or ""
        for chunk in chunk_document(parsed, title=title):
            facts = (1, file.name, title, chunk.section, None, chunk.kind, chunk.text, (), frozenset[str]())
            witness = Witness(Passage(*facts, 1.0, 0.9, 1.0, 0.0), weigh=lambda _: 1.0)
            for piece in witness.pieces:
                assert witness.judge(piece.text).is_supported
                for figure in re.finditer(r"(?<![\w.])\d+(?![\w.,])", piece.text):
                    wrong = f"{piece.text[: figure.start()]}{int(figure[0]) + 7}{piece.text[figure.end() :]}"
                    tried += 1
                    assert not witness.judge(wrong).is_supported, wrong
    assert tried > 100
