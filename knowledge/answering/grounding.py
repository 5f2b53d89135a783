"""The grounding gate: what a statement asserts must stand in the passage it cites.

Checked are the things a person acts on: numbers with their units, bare numbers, codes, part numbers
and addresses of the web. Whatever wrote the statement, one that fails is removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from knowledge.language.quantities import find_numbers, plain_number
from knowledge.replies import Notice, Passage, Statement

_URL = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\bmailto:|\btel:)[^\s<>\"')\]]+|\b[\w.+-]+@[\w-]+\.[\w.]+"
    # An address without "https://" in front is one as well; only endings that no sentence has by accident.
    r"|\b(?:[a-z0-9-]+\.)+(?:com|net|org|info|biz|io|ai|app|dev|xyz|eu|de|uk|fr|cn|ru|example|invalid)\b(?:/[^\s<>\"')\]]*)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-_./][A-Za-z0-9]+)*")
_JOINTS = re.compile(r"[\s\-–_./]")


def find_facts(text: str) -> set[str]:
    """Return what a text asserts in figures: "25Nm", "#3" (a bare number), "E07", "url:https://…".

    A code keeps its letters and digits in upper case without separators, leading zeros included; a
    number keeps its value and unit, however it is spaced.
    """
    facts: set[str] = set()
    for match in _URL.finditer(text):
        facts.add("url:" + match[0].rstrip(".,;:!?").casefold())
    bare = _URL.sub(" ", text)
    for quantity in find_numbers(bare):
        value = plain_number(quantity.number)
        facts.add(f"{value}{quantity.unit}" if quantity.unit else f"#{value}")
    for match in _TOKEN.finditer(bare):
        token = match[0]
        has_digit = any(c.isdigit() for c in token)
        if (has_digit and any(c.isalpha() for c in token)) or (has_digit and "-" in token):
            code = _JOINTS.sub("", token).upper()
            if not _is_quantity(token, facts):
                facts.add(code)
    return facts


def _is_quantity(token: str, facts: set[str]) -> bool:
    numbers = find_numbers(token)
    return (
        len(numbers) == 1
        and numbers[0].end == len(token)
        and f"{plain_number(numbers[0].number)}{numbers[0].unit}" in facts
    )


def ungrounded_facts(text: str, sources: Iterable[str]) -> set[str]:
    """Return the facts of a text that stand in none of its sources.

    A bare number is also grounded by the same number with a unit; a number with a unit is grounded by
    that number with that unit only.
    """
    known: set[str] = set()
    for source in sources:
        known |= find_facts(source)
        known |= {f"#{plain_number(quantity.number)}" for quantity in find_numbers(source)}
    return find_facts(text) - known


def is_grounded(text: str, sources: Iterable[str]) -> bool:
    """Tell whether everything a text asserts in figures stands in its sources."""
    return not ungrounded_facts(text, sources)


def passage_sources(passage: Passage) -> tuple[str, ...]:
    """Return the texts a statement that cites this passage may draw on."""
    return (passage.text, *(words for _, words in passage.notices), passage.title, *passage.section)


def keep_grounded(statements: Sequence[Statement], passages: Mapping[int, Passage]) -> tuple[Statement, ...]:
    """Return the statements whose figures stand in the passage they cite; `passages` by citation number."""
    return tuple(
        statement
        for statement in statements
        if statement.citation in passages
        and is_grounded(_asserted(statement), passage_sources(passages[statement.citation]))
    )


def keep_literal(notices: Sequence[Notice], passages: Mapping[int, Passage]) -> tuple[Notice, ...]:
    """Return the notices that stand word for word in the passage they cite."""
    return tuple(
        notice
        for notice in notices
        if notice.citation in passages
        and any(notice.text in source for source in passage_sources(passages[notice.citation]))
    )


def _asserted(statement: Statement) -> str:
    return f"{statement.step}. {statement.text}" if statement.step is not None else statement.text
