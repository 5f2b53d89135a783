"""Questions that the documents failed: as they were logged, and gathered into those that ask the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from knowledge.documents import Audience, DocumentSummary
from knowledge.replies import Answer, ProductScope, Question

T = TypeVar("T")


class Trouble(StrEnum):
    """How the documents failed a question."""

    NO_DOCUMENT = "no_document"
    UNKNOWN_CODE = "unknown_code"
    DISLIKED = "disliked"


@dataclass(frozen=True, slots=True)
class Page:
    """A place in a document."""

    document: str
    title: str
    section: str | None
    page: int | None


@dataclass(frozen=True, slots=True)
class FailedQuestion:
    """A question as it was logged.

    Attributes:
        text: What was searched for, with the question that it leans on.
        asker: Tells people apart, nothing else.
        code: The code that it asks for, in its most exact form; `typed_code` is the same as it was typed.
        pages: Where the answer came from when it was disliked, else the nearest pages.
        complaint: Why it was disliked, in a word or two; None when nothing was said.
        comment: What the reader wrote about the answer; None when nothing was written.
    """

    question_id: str
    text: str
    asked_at: datetime
    asker: str
    audience: Audience
    trouble: Trouble
    family: str | None = None
    code: str | None = None
    typed_code: str | None = None
    pages: tuple[Page, ...] = ()
    complaint: str | None = None
    comment: str | None = None

    @property
    def key(self) -> str | None:
        """What joins questions for codes: an unknown code by itself, a known one within its family."""
        if self.code is None or self.trouble is Trouble.UNKNOWN_CODE:
            return self.code
        return f"{self.code} of {self.family or 'any family'}"


class Library(Protocol):
    """What has to be known of the documents as they are now."""

    def find_answer(self, question: Question) -> Answer:
        """Return what the documents say, in their own words."""
        ...

    def mentions(self, terms: Sequence[str], *, reader: Audience, names: Collection[str]) -> bool:
        """Tell whether one passage that the reader may see, in the scope of these names, holds all terms (stems)."""
        ...

    def list_documents(self) -> list[DocumentSummary]:
        """Return every document."""
        ...


@dataclass(frozen=True, slots=True)
class Cluster:
    """Failed questions that ask the same, the oldest first; never empty."""

    asked: tuple[FailedQuestion, ...]

    @property
    def people(self) -> int:
        """How many different people asked."""
        return len({one.asker for one in self.asked})

    @property
    def last_asked(self) -> datetime:
        """When it was asked last."""
        return self.asked[-1].asked_at

    @property
    def questions(self) -> list[str]:
        """The distinct questions: the most frequent first, a whole question before a fragment, then the shortest."""
        counts = Counter(" ".join(one.text.split()) for one in self.asked)
        return sorted(counts, key=lambda text: (-counts[text], not text.endswith("?"), len(text), text))

    @property
    def families(self) -> tuple[str, ...]:
        """The product families it was asked for, the most frequent first."""
        return by_count(one.family for one in self.asked if one.family)

    @property
    def trouble(self) -> Trouble:
        """How the documents failed most of them."""
        counts = Counter(one.trouble for one in self.asked)
        order = (Trouble.UNKNOWN_CODE, Trouble.NO_DOCUMENT, Trouble.DISLIKED)
        return max(order, key=lambda one: (counts[one], -order.index(one)))

    @property
    def complaints(self) -> tuple[tuple[str, int], ...]:
        """Why answers were disliked, with how often, the most frequent first."""
        counts = Counter(one.complaint for one in self.asked if one.complaint)
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages that answers came from, or that came nearest: the most frequent first, then the latest."""
        return by_count(page for one in reversed(self.asked) for page in one.pages)

    @property
    def reader(self) -> Audience:
        """The audience among the askers that sees least: the gap is closed when that one gets an answer."""
        return min((one.audience for one in self.asked), key=lambda one: len(one.readable()))

    def ask(self, reader: Audience) -> Question:
        """Return the question as it would be asked today."""
        scope = ProductScope(family=self.families[0]) if self.families else None
        return Question(self.questions[0], reader, scope=scope)


def by_count(things: Iterable[T]) -> tuple[T, ...]:
    """Return the distinct things, the most frequent first; what is as frequent keeps its order."""
    return tuple(thing for thing, _ in Counter(things).most_common())
