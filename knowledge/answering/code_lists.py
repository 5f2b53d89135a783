"""The same code in the lists of several machines: all of them are shown, or that of the machine that is named."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from knowledge.answering.code_lookups import find_said
from knowledge.answering.holding import find_held, full_text, read_terms
from knowledge.answering.machines import find_names
from knowledge.answering.selection import split_passage
from knowledge.chunking import ChunkKind
from knowledge.language.codes import codes_in
from knowledge.language.terms import analyze
from knowledge.replies import Passage
from knowledge.retrieved import Retrieved

_LISTS = frozenset((ChunkKind.ROW, ChunkKind.TABLE))
# Rows are short: one word tells two faults apart.
_SAME_SHARE = 0.95


def is_list(passage: Passage) -> bool:
    """Tell whether a passage is a row of a list or a table of them."""
    return passage.kind in _LISTS


def keep_machine(holders: Sequence[Passage], wanted: Collection[str], retrieved: Retrieved) -> list[Passage]:
    """Return the passages with a code, those of the machine asked about first and no other machine's list beside them.

    Args:
        holders: The passages that hold the code.
        wanted: The forms of the code.
        retrieved: What was found out about the question.
    """
    own = [passage for passage in holders if _is_of_machine(passage, wanted, retrieved)]
    kinds = {kind for passage in own for kind in (_LISTS if is_list(passage) else {passage.kind})}
    return own + [passage for passage in holders if passage not in own and passage.kind not in kinds]


def is_alike(passage: Passage, best: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a list's entry for a code has of what else is said all that the best one has."""
    if not (is_list(passage) and is_list(best)) or passage.code < best.code or passage.code <= 0:
        return False
    said = find_said(retrieved)
    return set(find_held(best, retrieved, said)) <= set(find_held(passage, retrieved, said))


def is_same_entry(passage: Passage, other: Passage, wanted: Collection[str]) -> bool:
    """Tell whether two lists say the same of a code, whatever else they hold."""
    own, theirs = (set(analyze(" ".join(_entries(one, wanted)))) for one in (passage, other))
    return bool(own and theirs) and len(own & theirs) >= _SAME_SHARE * max(len(own), len(theirs))


def _is_of_machine(passage: Passage, wanted: Collection[str], retrieved: Retrieved) -> bool:
    """Tell whether what a passage says of a code is said of the machine asked about, by its entry or what is above."""
    above = " ".join([passage.document, passage.title, *passage.section])
    text = " ".join([above, *(_entries(passage, wanted) if is_list(passage) else [passage.text])])
    if retrieved.machines.are_named(text) or find_names(text, retrieved.names):
        return True
    return retrieved.subject.is_named_by(passage, read_terms(full_text(passage))[0])


def _entries(passage: Passage, wanted: Collection[str]) -> Iterator[str]:
    """Yield the rows of a list that hold a code."""
    for piece in split_passage(passage):
        if not set(wanted).isdisjoint(codes_in(piece.text)):
            yield piece.text
