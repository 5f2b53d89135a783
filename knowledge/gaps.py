"""What the documents lack, judged by the questions that they failed.

Questions that ask the same are one gap. Each is named with how often and by how many people it was asked, and with what
is missing or stale; a gap that the documents have closed meanwhile is none. Nothing here reads a database or a clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge.documents import DocumentSummary
from knowledge.failed_questions import Cluster, FailedQuestion, Library, Page, Trouble
from knowledge.likeness import QuestionVectors, group_alike
from knowledge.shortfall import describe_blamed, describe_missing, is_mended

__all__ = ["FailedQuestion", "Gap", "Library", "Page", "Trouble", "find_gaps"]

_NEAREST = 3
_QUESTIONS = 5
_COMMENTS = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that people asked for and the documents don't give.

    Attributes:
        questions: As they were asked, the most frequent first; the first one names the gap.
        times: How often it was asked, by how many `people`.
        families: The product families it was asked for, the most frequent first; () when none is known.
        complaints: Why answers were disliked, with how often, the most frequent first.
        comments: What readers wrote about the answers, the latest first.
        nearest: The pages that came nearest, or that the disliked answers came from.
        missing: One sentence on what is missing or stale.
        question_ids: Every question of the gap, the oldest first.
    """

    questions: tuple[str, ...]
    times: int
    people: int
    last_asked: datetime
    families: tuple[str, ...]
    trouble: Trouble
    complaints: tuple[tuple[str, int], ...]
    comments: tuple[str, ...]
    nearest: tuple[Page, ...]
    missing: str
    question_ids: tuple[str, ...]


def find_gaps(
    asked: Sequence[FailedQuestion],
    *,
    library: Library,
    vectors: QuestionVectors,
    now: datetime,
    limit: int | None = None,
) -> list[Gap]:
    """Return the gaps that are still open, the gravest first: asked by most people, then most often, then last.

    Args:
        limit: Stop after so many; None works out all of them.
    """
    ordered = sorted(asked, key=lambda one: (one.asked_at, one.question_id))
    groups = group_alike([one.text for one in ordered], keys=[one.key for one in ordered], vectors=vectors)
    clusters = [Cluster(tuple(ordered[position] for position in group)) for group in groups]
    clusters.sort(key=_gravity)
    documents = {document.document: document for document in library.list_documents()}
    gaps: list[Gap] = []
    for cluster in clusters:
        if limit is not None and len(gaps) >= limit:
            break
        missing = _find_missing(cluster, library, documents, now=now)
        if missing is not None:
            gaps.append(_build_gap(cluster, missing))
    return gaps


def _gravity(cluster: Cluster) -> tuple[int, int, float, str]:
    asked = cluster.asked
    return (-cluster.people, -len(asked), -cluster.last_asked.timestamp(), asked[0].question_id)


def _find_missing(
    cluster: Cluster, library: Library, documents: Mapping[str, DocumentSummary], *, now: datetime
) -> str | None:
    """Return what is missing or stale, or None when the documents have closed the gap meanwhile."""
    answer = library.find_answer(cluster.ask(cluster.reader))
    if cluster.trouble is Trouble.DISLIKED:
        is_closed = is_mended(cluster, answer, documents)
        return None if is_closed else describe_blamed(cluster, documents, now=now)
    return describe_missing(cluster, library) if answer.abstained else None


def _build_gap(cluster: Cluster, missing: str) -> Gap:
    return Gap(
        questions=tuple(cluster.questions[:_QUESTIONS]),
        times=len(cluster.asked),
        people=cluster.people,
        last_asked=cluster.last_asked,
        families=cluster.families,
        trouble=cluster.trouble,
        complaints=cluster.complaints,
        comments=tuple(one.comment for one in reversed(cluster.asked) if one.comment)[:_COMMENTS],
        nearest=cluster.pages[:_NEAREST],
        missing=missing,
        question_ids=tuple(one.question_id for one in cluster.asked),
    )
