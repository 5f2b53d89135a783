"""Rows of a log: of which day, and of which of several machines of a kind that are told apart by a letter."""

from __future__ import annotations

import re

from knowledge.answering.holding import read_terms
from knowledge.chunking import ChunkKind
from knowledge.language.dates import find_dates
from knowledge.language.terms import content_terms
from knowledge.machine_names import terms_of_name
from knowledge.replies import Passage
from knowledge.retrieved import Retrieved

# "Shovel C" as it is typed; an "I" by itself is whoever asks.
_LABELLED = re.compile(r"\b([^\W\d_]{3,}) ([A-HJ-Z])\b(?!['’+-])")
_LABEL_CELL = re.compile(r": ([A-Z])(?=;|$)")


def is_of_another_day(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is a row with dates, and none of them is one that is asked about."""
    asked = retrieved.plan.dates
    if not asked or passage.kind != ChunkKind.ROW:
        return False
    return bool(find_dates(passage.text)) and asked.isdisjoint(read_terms(passage.text)[0])


def is_of_another_machine(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is a row for crane "B" where crane "C" is asked about, in a document about cranes."""
    labels = _labels_in(passage)
    named = terms_of_name(f"{passage.document} {passage.title}")
    asked = {label for kind, label in _asked_labels(retrieved) if not named.isdisjoint(content_terms(kind))}
    return bool(labels and asked) and labels.isdisjoint(asked)


def held_by_label(passage: Passage, retrieved: Retrieved) -> frozenset[str]:
    """Return the terms of "shovel" in "shovel C" where a passage is a row with a cell "C": the row is that one's."""
    labels = _labels_in(passage)
    kinds = (kind for kind, label in _asked_labels(retrieved) if label in labels)
    return frozenset(term for kind in kinds for term in content_terms(kind))


def _labels_in(passage: Passage) -> frozenset[str]:
    return frozenset(_LABEL_CELL.findall(passage.text)) if passage.kind == ChunkKind.ROW else frozenset()


def _asked_labels(retrieved: Retrieved) -> list[tuple[str, str]]:
    return _LABELLED.findall(retrieved.plan.asked) or _LABELLED.findall(retrieved.plan.typed)
