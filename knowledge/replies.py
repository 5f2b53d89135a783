"""What goes in and out of the knowledge base: questions, passages, answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.documents import Audience


@dataclass(frozen=True, slots=True)
class ProductScope:
    """The machine a question is about. Any part may be unknown."""

    sku: str | None = None
    family: str | None = None
    model: str | None = None
    firmware: str | None = None

    def names(self) -> frozenset[str]:
        """Return the names a document's products are compared with, folded."""
        return frozenset(name.strip().casefold() for name in (self.sku, self.family, self.model) if name)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks. `previous` are the thread's earlier questions, oldest first."""

    text: str
    audience: Audience
    scope: ProductScope | None = None
    previous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A ranked passage. `score` is fused; `cosine` and `code` are absolute signals (code: 0..1)."""

    chunk_id: int
    document: str
    title: str
    section: tuple[str, ...]
    page: int | None
    kind: str
    text: str
    notices: tuple[tuple[str, str], ...]
    codes: frozenset[str]
    score: float
    cosine: float
    lexical: float
    code: float

    @property
    def heading(self) -> str | None:
        """The section as people cite it, None at the top of a document."""
        return " > ".join(self.section) or None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement comes from. `number` is its mark in the text; `page` is 1-based."""

    number: int
    document: str
    title: str
    section: str | None
    page: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A hazard notice, word for word. `level` is danger, warning, caution or notice."""

    level: str
    text: str
    citation: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece of an answer: "step", "sentence" or "row". `step` is the number as in the document."""

    kind: str
    text: str
    citation: int
    step: int | None = None


@dataclass(frozen=True, slots=True)
class SimilarCode:
    """A real code that looks like one that stands in no document. `citation` is its number among the nearest pages."""

    asked: str
    code: str
    citation: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A cited answer, or an abstention with its reason and the nearest pages.

    `reason` is no_evidence, unknown_code, empty_question or no_documents; None when answered.
    `more` is what did not fit on a phone. `replaced` names documents that were left out because a
    newer one supersedes them, as (old, new) titles.
    """

    question: str
    abstained: bool
    reason: str | None = None
    notices: tuple[Notice, ...] = ()
    statements: tuple[Statement, ...] = ()
    more: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    widened: bool = False
    shortened: bool = False
    unknown_codes: tuple[str, ...] = ()
    similar_codes: tuple[SimilarCode, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The answer as plain text: notices first, then the statements with their marks."""
        if self.abstained:
            sentence = _ABSTENTIONS[self.reason or "no_evidence"].format(codes=", ".join(self.unknown_codes))
            similar = ", ".join(dict.fromkeys(near.code for near in self.similar_codes))
            return f"{sentence} Other codes that look like it: {similar}." if similar else sentence
        lines = [f"{notice.level.upper()}: {notice.text} [{notice.citation}]" for notice in self.notices]
        for statement in self.statements:
            mark = f"{statement.step}. " if statement.step is not None else ""
            lines.append(f"{mark}{statement.text} [{statement.citation}]")
        return "\n".join(lines)


_ABSTENTIONS = {
    "no_evidence": "The documents do not answer this.",
    "unknown_code": "The documents do not know the code {codes}.",
    "empty_question": "There is no question to answer.",
    "no_documents": "There are no documents to answer from.",
}
