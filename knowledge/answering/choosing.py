"""Choosing the passages to answer from: the best that is evidence enough, and what belongs beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.answering.amounts import figure_coverage
from knowledge.answering.code_lists import is_alike, is_list, is_same_entry, keep_machine
from knowledge.answering.evidence import RELEVANCE_FLOOR, is_named, is_on_topic, is_supported, measure
from knowledge.answering.log_rows import held_by_label
from knowledge.answering.selection import is_repetition
from knowledge.chunking import ChunkKind
from knowledge.fusion import CODE_WEIGHT
from knowledge.language.terms import content_terms
from knowledge.questions import asks_for_a_way, asks_to_find_fault
from knowledge.replies import Passage
from knowledge.retrieved import Retrieved

MAX_PASSAGES = 3
_MAX_FAMILIES = 4
# A second passage joins the answer when its worth is at least this share of the best one's.
_JOIN_SHARE = 0.85
_SAME_WORTH = 0.2
_GUARD_COVERAGE = 0.7
_CODE_WORTH = 0.6
_PROCEDURE_WORTH = 0.3
_SCOPE_WORTH = 0.25
_LABEL_WORTH = 0.25
_FIGURE_WORTH = 0.8
_TOPIC_WORTH = 0.25
_RELEVANCE_WORTH = 0.1


@dataclass(frozen=True, slots=True)
class Choice:
    """The passages to answer from, the best first, and in how many lists more the code asked for stands."""

    passages: tuple[Passage, ...] = ()
    left_out: int = 0


def choose_passages(retrieved: Retrieved) -> Choice:
    """Return the passages to answer from; none where nothing is evidence enough.

    The pieces of one procedure follow each other as they do in their document. A question for several codes gets the
    best passages of each.
    """
    supported = find_supported(retrieved)
    if not supported:
        return Choice()
    worth = {passage.chunk_id: _worth(passage, retrieved) for passage in supported}
    supported.sort(key=lambda passage: -worth[passage.chunk_id])
    certain = [mention for mention in retrieved.known_codes if mention.certain]
    if certain and not retrieved.names_machine:
        return _choose_by_code(supported, [frozenset(mention.forms) for mention in certain], worth, retrieved)
    least = _JOIN_SHARE * worth[supported[0].chunk_id]
    chosen: list[Passage] = []
    for passage in supported:
        if len(chosen) == MAX_PASSAGES or worth[passage.chunk_id] < least:
            break
        if not any(is_repetition(passage, other) for other in chosen):
            chosen.append(passage)
    return Choice(_order_pieces(chosen))


def _order_pieces(chosen: list[Passage]) -> tuple[Passage, ...]:
    """Return the passages with the pieces of one procedure, a table between them, in the document's order."""
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for at, passage in enumerate(chosen):
        if passage.kind == ChunkKind.PROCEDURE:
            groups.setdefault((passage.document, passage.section), []).append(at)
    ordered = list(chosen)
    for places in groups.values():
        pieces = sorted((chosen[at] for at in places), key=lambda passage: passage.chunk_id)
        for at, piece in zip(places, pieces, strict=True):
            ordered[at] = piece
    return tuple(ordered)


def find_guarding(chosen: Sequence[Passage], retrieved: Retrieved) -> list[Passage]:
    """Return what else the chosen passages' documents say of the job with a hazard notice.

    A bulletin warns under "Reason" of what is done under "What to do". Its headings or the notice itself have to be
    about the job: that another job's steps touch the same part ("change the filter drier" when a compressor is
    replaced) brings none of that job's hazards.
    """
    documents = {passage.document for passage in chosen}
    covered = _GUARD_COVERAGE * max((measure(passage, retrieved).coverage for passage in chosen), default=0.0)
    return [
        passage
        for passage in retrieved.passages
        if passage.notices
        and passage.document in documents
        and passage not in chosen
        and is_on_topic(passage, retrieved)
        and measure(replace(passage, text=""), retrieved).coverage >= covered
    ][:MAX_PASSAGES]


def find_supported(retrieved: Retrieved) -> list[Passage]:
    """Return the passages that are evidence enough, as they are ranked, for the machine that is asked about."""
    supported = [passage for passage in retrieved.passages if is_supported(passage, retrieved)]
    return _leave_other_machines_out(supported, retrieved)


def _leave_other_machines_out(supported: list[Passage], retrieved: Retrieved) -> list[Passage]:
    """Return the passages without those that a document for several machines has for the others of them."""
    telling = {passage.document for passage in supported if _is_about_machine(passage, retrieved)}
    return [
        passage
        for passage in supported
        if passage.document not in telling
        or not retrieved.machines.is_of_others(" ".join([*passage.section, passage.text]))
    ]


def _worth(passage: Passage, retrieved: Retrieved) -> float:
    """Return what orders passages for an answer: the fused rank, and how much of the question each holds.

    Retrieval puts every passage that defines a code before every one that mentions it; for an answer
    a mention beside the figure asked for is worth more than a heading with the same code. A question
    for a way to do something is answered by a procedure before prose about it. "High pressure on circuit A"
    reports a fault: it asks for no figure, and a symptom in a table counts as much as a heading. A model that was
    taught with questions prefers prose to such a row; of questions proper its verdict counts.
    """
    rank = passage.score - (CODE_WEIGHT - _CODE_WORTH) * passage.code
    is_way = passage.kind == ChunkKind.PROCEDURE and asks_for_a_way(retrieved.plan.own)
    bonus = _PROCEDURE_WORTH if is_way else 0.0
    if _is_about_machine(passage, retrieved) or is_named(passage, retrieved):
        bonus += _SCOPE_WORTH
    if held_by_label(passage, retrieved):
        bonus += _LABEL_WORTH
    evidence = measure(passage, retrieved)
    if not asks_to_find_fault(retrieved.plan.own):
        bonus += _FIGURE_WORTH * figure_coverage(passage, retrieved)
        bonus += _TOPIC_WORTH * _topic_share(passage, retrieved)
        if evidence.relevance is not None:
            bonus += _RELEVANCE_WORTH * (evidence.relevance - RELEVANCE_FLOOR)
    return rank + evidence.coverage + bonus


def _topic_share(passage: Passage, retrieved: Retrieved) -> float:
    """Return how much (0..1) of a passage's own heading is what was asked: its topic, or one aspect of it.

    "How do I calibrate a drive?" is answered under "Calibration" before "Calibration > Limited rotation".
    """
    heading = content_terms(passage.section[-1] if passage.section else passage.title)
    topic = {term for term in heading if not term.isdigit()}
    asked = {*retrieved.plan.terms, *retrieved.plan.context}
    return len(topic & asked) / len(topic) if topic else 0.0


def _is_about_machine(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage names the machine asked about (a list of alarms of all families does so by row)."""
    return retrieved.machines.are_named(" ".join([passage.title, *passage.section, passage.text]))


def _choose_by_code(
    supported: list[Passage], forms: list[frozenset[str]], worth: dict[int, float], retrieved: Retrieved
) -> Choice:
    """Return for each code its best entry, and the section that says what to do about it.

    The same number in several families: all are shown unless the words around it, or the machine, decide.
    """
    groups: list[list[Passage]] = []
    for wanted in forms:
        chosen = [passage for group in groups for passage in group]
        holders = keep_machine([p for p in supported if p.codes & wanted], wanted, retrieved)
        entries: list[Passage] = []
        for passage in holders:
            is_other = entries and not is_alike(passage, entries[0], retrieved)
            if is_other and worth[passage.chunk_id] < worth[entries[0].chunk_id] - _SAME_WORTH:
                continue
            if not any(_says_same(passage, other, wanted) for other in (*chosen, *entries)):
                entries.append(passage)
        if len(entries) == 1:
            entries += _find_section(holders, beside=entries[0])
        groups.append([passage for passage in entries if passage not in chosen])
    return _cut_longest(groups, most=max(_MAX_FAMILIES, len(forms)))


def _cut_longest(groups: list[list[Passage]], *, most: int) -> Choice:
    """Return as many passages as there is room for, of each code as many as of the others if it has them."""
    left_out = sum(map(len, groups)) - most
    for _ in range(left_out):
        max(groups, key=len).pop()
    return Choice(tuple(passage for group in groups for passage in group), max(0, left_out))


def _says_same(passage: Passage, other: Passage, wanted: frozenset[str]) -> bool:
    if is_list(passage) and is_list(other):
        return is_same_entry(passage, other, wanted)
    return is_repetition(passage, other)


def _find_section(holders: list[Passage], *, beside: Passage) -> list[Passage]:
    """Return the section, of another kind than an entry found already, that has the code in its heading."""
    sections = [
        passage
        for passage in holders
        if passage.kind not in {beside.kind, ChunkKind.ROW}
        and passage.code >= 1.0
        and not is_repetition(passage, beside)
    ]
    sections.sort(key=lambda passage: passage.kind != ChunkKind.PROCEDURE)
    return sections[:1]
