"""Does a passage answer the question? Absolute evidence, with thresholds calibrated on data."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.replies import Passage
from knowledge.retrieval import Retrieved
from knowledge.terms import analyze

WEIGHT_COVERAGE = 1.0
WEIGHT_COSINE = 6.0
COSINE_CENTRE = 0.82
THRESHOLD = 0.45


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well one passage supports an answer.

    `coverage` is the share (0..1) of the question's information, its content words weighted by
    rarity, that stands in the passage, its title or its headings.
    """

    coverage: float
    cosine: float
    code: float

    @property
    def score(self) -> float:
        """One figure for both: the coverage plus the cosine's distance from that of unrelated text."""
        return WEIGHT_COVERAGE * self.coverage + WEIGHT_COSINE * (self.cosine - COSINE_CENTRE)


def measure(passage: Passage, retrieved: Retrieved) -> Evidence:
    """Return the evidence that one passage gives for the question it was retrieved for."""
    total = sum(retrieved.rarity.values())
    held = passage_terms(passage)
    covered = sum(weight for term, weight in retrieved.rarity.items() if term in held)
    return Evidence(covered / total if total else 0.0, passage.cosine, passage.code)


def passage_terms(passage: Passage) -> set[str]:
    """Return the terms of a passage, its notices, title and headings."""
    notices = (words for _, words in passage.notices)
    return set(analyze(" ".join([passage.title, *passage.section, *notices, passage.text])))


def is_supported(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is evidence enough to answer from.

    Where the question names a code that the documents know, only passages that hold it count.
    """
    if any(mention.certain for mention in retrieved.known_codes):
        return passage.code > 0
    return measure(passage, retrieved).score >= THRESHOLD
