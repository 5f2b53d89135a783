"""The gate: what is not in the cited passage does not get out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering.grounding import (
    find_facts,
    is_grounded,
    keep_grounded,
    keep_literal,
    ungrounded_facts,
)
from knowledge.replies import Notice, Passage, Statement


def passage(text: str, *notices: tuple[str, str]) -> Passage:
    return Passage(
        chunk_id=1,
        document="manual.md",
        title="Tarn P4",
        section=("3.2 Cover",),
        page=None,
        kind="prose",
        text=text,
        notices=notices,
        codes=frozenset(),
        score=1.0,
        cosine=0.9,
        lexical=1.0,
        code=0.0,
    )


SOURCE = "Tighten the M8 bolts to 24 Nm (part BOLT-0088). Limit: 1,500 rpm at 0.5 bar. See https://tarn.example/p4."


@pytest.mark.parametrize(
    "text",
    [
        "Tighten to 24Nm.",
        "The limit is 1500 rpm.",
        "Use bolt-0088.",
        "0,5 bar is the limit.",
        "Read https://tarn.example/p4",
        "M8 bolts",
        "No figures at all.",
        "24 is the value",
    ],
)
def test_what_stands_in_the_passage_passes(text: str) -> None:
    assert is_grounded(text, [SOURCE])


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Tighten to 42 Nm.", "42Nm"),
        ("Tighten to 24 lb-ft.", "24lb-ft"),
        ("The limit is 15000 rpm.", "15000rpm"),
        ("Use BOLT-0089.", "BOLT0089"),
        ("Use M10 bolts.", "M10"),
        ("Read https://evil.example/p4", "url:https://evil.example/p4"),
        ("Read evil.example/p4", "url:evil.example/p4"),
        ("Load ftp://tarn.example/p4", "url:ftp://tarn.example/p4"),
        ("Call tel:+49170555", "url:tel:+49170555"),
        ("It takes 7 steps.", "#7"),
        ("Write to sales@evil.example", "url:sales@evil.example"),
    ],
)
def test_what_does_not_stand_in_the_passage_is_named(text: str, fact: str) -> None:
    assert fact in ungrounded_facts(text, [SOURCE])


@given(st.text(max_size=200))
def test_every_text_is_grounded_in_itself(text: str) -> None:
    assert is_grounded(text, [text])


@given(st.integers(100, 10**6), st.sampled_from(["Nm", "bar", "V", "°C", "mm"]))
def test_a_changed_figure_never_passes(number: int, unit: str) -> None:
    assert not is_grounded(f"Set it to {number + 1} {unit}.", [f"Set it to {number} {unit}."])


@given(st.text(max_size=80), st.text(max_size=80))
def test_more_sources_never_make_a_text_less_grounded(text: str, other: str) -> None:
    assert ungrounded_facts(text, [SOURCE, other]) <= ungrounded_facts(text, [SOURCE])


def test_a_step_is_checked_with_its_number_and_dropped_alone() -> None:
    steps = (
        Statement("step", "Loosen the bolts.", 1, 3),
        Statement("step", "Tighten to 99 Nm.", 1, 4),
        Statement("step", "Close the cover.", 1, 8),
        Statement("sentence", "Cited from nowhere.", 2),
    )
    assert keep_grounded(steps, {1: passage("3. Loosen the bolts.\n4. Tighten to 24 Nm.")}) == (steps[0],)


def test_only_literal_notices_pass() -> None:
    source = passage("Words.", ("danger", "400 V remain for 5 minutes."))
    literal = Notice("danger", "400 V remain for 5 minutes.", 1)
    assert keep_literal((literal, Notice("danger", "Voltage remains a while.", 1)), {1: source}) == (literal,)


def test_codes_keep_their_leading_zeros() -> None:
    assert "E07" in find_facts("E07")
    assert not is_grounded("E7", ["E07"])
