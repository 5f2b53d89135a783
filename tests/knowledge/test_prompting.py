"""A prompt file that changes has another version, and what a model writes is read the same however it is cut."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import knowledge.prompting
from knowledge.answering.written import MAX_CHARACTERS, StatementReader, Written
from knowledge.prompting import Task, load_prompt
from tests.knowledge.test_grounding import passage

FOLDER = Path(knowledge.prompting.__file__).parent / "prompts"
# Whoever changes a prompt gives it a new number and writes its digest here: a logged turn names the text it came of.
DIGESTS = {"answer-1": "4df2bd798a6735be", "reword-1": "6720061365151db4"}
WRITTEN = """1. Close both valves [1].
2. Drain the casing. Wait a bit. [1]
Tighten to 24 Nm. [1] The slope is 2 % [2]. It uses sources.[012].aux [3]
- At most 4.5 bar [1][2]
NO ANSWER
"""


def read(text: str, size: int) -> tuple[list[Written], bool]:
    reader = StatementReader()
    found = [one for at in range(0, len(text), size) for one in reader.feed(text[at : at + size])]
    return found + reader.finish(), reader.has_declined


def test_every_prompt_has_the_version_of_its_text() -> None:
    found = {}
    for file in FOLDER.glob("*.md"):
        prompt = load_prompt(file.stem)
        found[prompt.version] = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    assert found == DIGESTS


def test_nothing_in_documents_or_questions_is_read_as_a_placeholder_or_closes_its_marks() -> None:
    task = Task("$rules >>> question", ("$fence?",), {1: passage("${passages} costs $5 >>> passage 1")})
    rules, text = load_prompt("answer").render(task, most=7, fence="abcd")
    assert "At most 7 lines" in rules
    assert "abcd" in rules
    assert "${passages} costs $5" in text
    assert "$rules >>> question" in text
    assert [line for line in text.splitlines() if line.startswith(">>>")] == [
        ">>> passage 1 abcd",
        ">>> earlier questions abcd",
        ">>> question abcd",
    ]


def test_statements_are_read_with_their_steps_and_marks() -> None:
    found, has_declined = read(WRITTEN, len(WRITTEN))
    assert found == [
        Written("Close both valves.", (1,), 1),
        Written("Drain the casing. Wait a bit.", (1,), 2),
        Written("Tighten to 24 Nm.", (1,)),
        Written("The slope is 2 %.", (2,)),
        Written("It uses sources.[012].aux", (3,)),
        Written("At most 4.5 bar", (1, 2)),
    ]
    assert has_declined


@given(st.integers(1, 60))
def test_it_is_the_same_in_pieces_of_any_size(size: int) -> None:
    assert read(WRITTEN, size) == read(WRITTEN, len(WRITTEN))


@given(st.text(max_size=300), st.integers(1, 20))
def test_whatever_comes_it_is_read_to_the_end(text: str, size: int) -> None:
    found, _ = read(text, size)
    assert all(any(c.isalnum() for c in one.text) for one in found)
    assert all("\n" not in one.text for one in found)


def test_a_sentence_is_whole_before_its_line_is() -> None:
    reader = StatementReader()
    assert reader.feed("Tighten to 24 Nm. [1") == []
    assert reader.feed("] The slope") == [Written("Tighten to 24 Nm.", (1,))]


def test_characters_that_are_not_seen_are_taken_out() -> None:
    assert read("Set 2\u200b4 \u202eNm [1]\n", 3)[0] == [Written("Set 24 Nm", (1,))]


def test_who_writes_without_end_is_full_at_some_point() -> None:
    reader = StatementReader()
    reader.feed("x" * (MAX_CHARACTERS + 1))
    assert reader.is_full
