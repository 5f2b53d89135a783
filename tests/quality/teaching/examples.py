"""Passages that were written for teaching, each with questions that it answers and questions that it doesn't.

Everything is invented: products, figures, words. Of what a passage doesn't answer most is about the very part or step
that it speaks of, and asks for what is not stated.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PASSAGES = Path(__file__).parent / "passages"
_STRAY = 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """A passage of a document with what it answers and what it doesn't."""

    document: str
    section: tuple[str, ...]
    text: str
    answered: tuple[str, ...]
    unanswered: tuple[str, ...]

    @property
    def written(self) -> str:
        """The passage as it is read together with a question: its headings stand before it."""
        return f"{' > '.join([self.document, *self.section])}. {self.text}"


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a text, and whether the text answers it."""

    question: str
    text: str
    is_answered: bool


def load_lessons(folder: Path = PASSAGES) -> list[Lesson]:
    """Read all lessons, in the order of their files' names."""
    rows = (
        json.loads(line)
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    )
    return [
        Lesson(row["doc"], tuple(row["section"]), row["text"], tuple(row["yes"]), tuple(row["no"]))
        for row in rows
    ]


def make_examples(lessons: list[Lesson], *, seed: int) -> Iterator[Example]:
    """Yield each passage with its questions, and with each two of its questions another passage of its document."""
    chance = random.Random(seed)
    documents: dict[str, list[Lesson]] = {}
    for lesson in lessons:
        documents.setdefault(lesson.document, []).append(lesson)
    for lesson in lessons:
        yield from (Example(question, lesson.written, True) for question in lesson.answered)
        yield from (Example(question, lesson.written, False) for question in lesson.unanswered)
        others = [other for other in documents[lesson.document] if other is not lesson]
        for question in lesson.answered[:_STRAY] if others else ():
            yield Example(question, chance.choice(others).written, False)
