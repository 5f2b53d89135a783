"""A question is words: no character in it is a command to whatever searches, and no length breaks it."""

from __future__ import annotations

import pytest

from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.questions import MAX_QUESTION_CHARACTERS
from knowledge.replies import Answer, Question
from tests.knowledge import samples
from tests.knowledge.conftest import NOW

QUESTION = "Which torque tightens the cover bolts"
SYNTAX = ["&&", "||", *"+-!(){}[]^\"~*?:\\/<>=|&'`#%$@;,_"]
OPERATORS = ["AND", "OR", "NOT", "NEAR", "TO", "IN"]


@pytest.fixture(scope="module")
def base_with_pump(standing_base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The sample pump's manual."""
    folder = tmp_path_factory.mktemp("documents")
    for name, text in {"manual.md": samples.MARKDOWN, "parts.csv": samples.CSV}.items():
        (folder / name).write_text(text, encoding="utf-8")
    standing_base.ingest([folder], audience=Audience.INTERNAL, now=NOW)
    return standing_base


def ask(base: KnowledgeBase, text: str) -> Answer:
    return base.answer(Question(text, Audience.INTERNAL))


def variants(mark: str) -> list[str]:
    """The question with the mark in every place where search engines read it as a command."""
    words = QUESTION.split()
    return [
        f"{mark}{QUESTION}",
        f"{QUESTION}{mark}",
        f"{QUESTION} {mark}",
        f" {mark} ".join(words),
        " ".join(f"{mark}{word}" for word in words),
        " ".join(f"{word}{mark}" for word in words),
        " ".join(f"{mark}{word}{mark}" for word in words),
        f"{mark * 40} {QUESTION} {mark * 40}",
    ]


@pytest.mark.parametrize("mark", SYNTAX)
def test_a_character_of_search_syntax_changes_no_answer(mark: str, base_with_pump: KnowledgeBase) -> None:
    plain = ask(base_with_pump, QUESTION)
    assert "24 Nm" in plain.text
    for text in variants(mark):
        answer = ask(base_with_pump, text)
        assert (answer.statements, answer.notices) == (plain.statements, plain.notices), text


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_word_that_is_an_operator_elsewhere_changes_no_answer(
    operator: str, base_with_pump: KnowledgeBase
) -> None:
    plain = ask(base_with_pump, QUESTION)
    words = QUESTION.split()
    for text in (
        f" {operator} ".join(words),
        f"{operator} {QUESTION}",
        f"{QUESTION} {operator}",
        f"({words[1]} {operator} {QUESTION})",
    ):
        answer = ask(base_with_pump, text)
        assert (answer.statements, answer.notices) == (plain.statements, plain.notices), text


@pytest.mark.parametrize("mark", SYNTAX)
def test_a_code_is_found_whatever_stands_around_it(mark: str, base_with_pump: KnowledgeBase) -> None:
    plain = ask(base_with_pump, "What does E07 mean")
    assert "Dry running" in plain.text
    for text in (
        f"What does {mark}E07{mark} mean",
        f"What does {mark} E07 mean{mark}",
        f"{mark}What does E07 mean",
    ):
        assert ask(base_with_pump, text).statements == plain.statements, text


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE knowledge_documents; --",
        '" OR ""="',
        "1; DELETE FROM knowledge_chunks WHERE 1=1",
        "{$ne: null}",
        "(" * 1_500,
        "[" * 1_500 + "]" * 400,
        '"' * 1_999,
        "\\" * 1_999,
        "a" * 100_000,
        "a " * 100_000,
        "E07 " * 50_000,
        "\x00\x01\x02",
        "\ud800\udfff",
        "\u202e" * 500 + "torque",
        "🔧" * 5_000,
        "a\u0301" * 5_000,
        "0x" + "f" * 5_000,
        "1" * 10_000,
        "alarm " + "9" * 400,
        "-" * 5_000 + "1",
        "%s %d %n {0} {x!r}",
        "\n\n\n\t\r",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_nothing_typed_breaks_the_search(text: str, base_with_pump: KnowledgeBase) -> None:
    answer = ask(base_with_pump, text)
    answer.text.encode("utf-8")
    repr(answer.question).encode("utf-8")
    assert len(base_with_pump.list_documents()) == 2
    assert "24 Nm" in ask(base_with_pump, QUESTION).text


def test_a_long_question_is_read_in_part_and_says_so(base_with_pump: KnowledgeBase) -> None:
    whole = ask(base_with_pump, QUESTION)
    assert not whole.shortened
    cut = ask(base_with_pump, QUESTION + " please" * MAX_QUESTION_CHARACTERS)
    assert cut.shortened
    assert "24 Nm" in cut.text
