"""Composing an answer from passages: their own sentences, chosen, ordered, cited and gated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from knowledge.answering.evidence import figure_coverage, is_supported, measure
from knowledge.answering.grounding import keep_grounded, keep_literal
from knowledge.answering.guides import Surroundings, find_guide
from knowledge.answering.selection import Selection, is_repetition, select
from knowledge.chunking import ChunkKind
from knowledge.fusion import CODE_WEIGHT
from knowledge.language.notices import LEVELS
from knowledge.language.sentences import split_sentences
from knowledge.language.terms import content_terms, words
from knowledge.questions import asks_for_a_way
from knowledge.replies import Answer, Citation, Notice, Passage, Question, Statement
from knowledge.retrieval import Retrieved

MAX_STEPS = 8
MAX_SENTENCES = 5
MAX_PASSAGES = 3
MAX_MORE = 30
NEAREST = 3
# A second passage joins the answer when its worth is at least this share of the best one's.
_JOIN_SHARE = 0.85
_CODE_WORTH = 0.6
_PROCEDURE_WORTH = 0.3
_SCOPE_WORTH = 0.25
_FIGURE_WORTH = 0.8
_TOPIC_WORTH = 0.25
_QUOTE_CHARACTERS = 300


def compose_answer(
    question: Question, retrieved: Retrieved, surroundings: Surroundings | None = None
) -> Answer:
    """Return the answer that the retrieved passages support, or an abstention with its reason.

    With `surroundings` an answer that rules out causes also comes as a guide.
    """
    if retrieved.plan.is_empty:
        return _abstain(question, retrieved, "empty_question")
    if not retrieved.has_documents:
        return _abstain(question, retrieved, "no_documents")
    known = any(mention.certain for mention in retrieved.known_codes)
    if retrieved.unknown_codes and not known:
        return _abstain(question, retrieved, "unknown_code")
    chosen = _choose_passages(retrieved)
    if not chosen:
        return _abstain(question, retrieved, "no_evidence")
    draft = _Draft()
    for passage in chosen:
        draft.add(passage, select(passage, retrieved))
    answer = draft.finish(question, retrieved)
    if not answer.statements and not answer.notices:
        return _abstain(question, retrieved, "no_evidence")
    cited = [draft.passages[citation.number] for citation in answer.citations]
    guide = find_guide(cited, retrieved, surroundings) if surroundings is not None else None
    return replace(answer, guide=guide)


def _choose_passages(retrieved: Retrieved) -> list[Passage]:
    """Return the passages to answer from: the best that is evidence enough, and its near equals.

    A question for several codes gets the best passage of each.
    """
    supported = [passage for passage in retrieved.passages if is_supported(passage, retrieved)]
    if not supported:
        return []
    worth = {passage.chunk_id: _worth(passage, retrieved) for passage in supported}
    supported.sort(key=lambda passage: -worth[passage.chunk_id])
    certain = [mention for mention in retrieved.known_codes if mention.certain]
    if certain and not retrieved.names_machine:
        own = [passage for passage in supported if _is_about_scope(passage, retrieved)]
        supported = own + [passage for passage in supported if not _shares_code(passage, own)]
        return _choose_by_code(supported, [frozenset(mention.forms) for mention in certain], worth)
    least = _JOIN_SHARE * worth[supported[0].chunk_id]
    chosen: list[Passage] = []
    for passage in supported:
        if len(chosen) == MAX_PASSAGES or worth[passage.chunk_id] < least:
            break
        if not any(is_repetition(passage, other) for other in chosen):
            chosen.append(passage)
    return chosen


def _worth(passage: Passage, retrieved: Retrieved) -> float:
    """Return what orders passages for an answer: the fused rank, and how much of the question each holds.

    Retrieval puts every passage that defines a code before every one that mentions it; for an answer
    a mention beside the figure asked for is worth more than a heading with the same code. A question
    for a way to do something is answered by a procedure before prose about it.
    """
    rank = passage.score - (CODE_WEIGHT - _CODE_WORTH) * passage.code
    is_way = passage.kind == ChunkKind.PROCEDURE and asks_for_a_way(retrieved.plan.own)
    bonus = _PROCEDURE_WORTH if is_way else 0.0
    if _is_about_scope(passage, retrieved):
        bonus += _SCOPE_WORTH
    bonus += _FIGURE_WORTH * figure_coverage(passage, retrieved)
    bonus += _TOPIC_WORTH * _topic_share(passage, retrieved)
    return rank + measure(passage, retrieved).coverage + bonus


def _topic_share(passage: Passage, retrieved: Retrieved) -> float:
    """Return how much (0..1) of a passage's own heading is what was asked: its topic, or one aspect of it.

    "How do I calibrate a drive?" is answered under "Calibration" before "Calibration > Limited rotation".
    """
    heading = set(content_terms(passage.section[-1] if passage.section else passage.title))
    asked = {*retrieved.plan.terms, *retrieved.plan.context}
    return len(heading & asked) / len(heading) if heading else 0.0


def _is_about_scope(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage names the machine on the bench (a list of alarms of all families does so by row)."""
    held = " ".join(words(" ".join([passage.title, *passage.section, passage.text])))
    return any(f" {' '.join(words(name))} " in f" {held} " for name in retrieved.scope_names)


def _shares_code(passage: Passage, others: list[Passage]) -> bool:
    """Tell whether one of these other passages is listed for the same code (or is this passage)."""
    return any(
        passage is other or (passage.kind == other.kind and passage.codes & other.codes) for other in others
    )


def _choose_by_code(
    supported: list[Passage], forms: list[frozenset[str]], worth: dict[int, float]
) -> list[Passage]:
    chosen: list[Passage] = []
    for wanted in forms:
        holders = [passage for passage in supported if passage.codes & wanted]
        for passage in holders:
            # The same number in two families: both are shown unless the words around it decide.
            if passage is not holders[0] and worth[passage.chunk_id] < worth[holders[0].chunk_id] - 0.2:
                break
            if passage not in chosen and not any(is_repetition(passage, other) for other in chosen):
                chosen.append(passage)
            if sum(bool(p.codes & wanted) for p in chosen) >= 2:
                break
    return chosen[: max(MAX_PASSAGES, len(forms))]


@dataclass(slots=True)
class _Draft:
    """An answer being written: statements in order, and the passages they cite by number."""

    passages: dict[int, Passage] = field(default_factory=dict)
    main: list[Statement] = field(default_factory=list)
    rest: list[Statement] = field(default_factory=list)

    def add(self, passage: Passage, selection: Selection) -> None:
        """Take over what was selected from a passage, as far as there is room."""
        number = len(self.passages) + 1
        self.passages[number] = passage
        for piece in selection.pieces:
            statement = Statement(piece.kind, piece.text, number, piece.step)
            has_room = self._has_room(piece.kind)
            (self.main if piece.is_chosen and has_room else self.rest).append(statement)

    def _has_room(self, kind: str) -> bool:
        same = sum((statement.kind == "step") == (kind == "step") for statement in self.main)
        return same < (MAX_STEPS if kind == "step" else MAX_SENTENCES)

    def finish(self, question: Question, retrieved: Retrieved) -> Answer:
        """Return the answer behind the gate, its citations numbered as they are used."""
        main = keep_grounded(self.main, self.passages)
        rest = keep_grounded(self.rest, self.passages)[:MAX_MORE]
        notices = keep_literal(self._notices({statement.citation for statement in main}), self.passages)
        used = {statement.citation for statement in (*main, *rest)} | {notice.citation for notice in notices}
        citations = tuple(
            _cite(number, passage, [s.text for s in main if s.citation == number])
            for number, passage in self.passages.items()
            if number in used
        )
        cited = {citation.document for citation in citations}
        return Answer(
            question=question.text,
            abstained=False,
            notices=notices,
            statements=main,
            more=rest,
            citations=citations,
            shortened=retrieved.plan.is_shortened,
            unknown_codes=tuple(mention.surface for mention in retrieved.unknown_codes),
            replaced=tuple(
                pair for new, pairs in retrieved.replacements.items() if new in cited for pair in pairs
            ),
            timings_ms=retrieved.timings_ms,
        )

    def _notices(self, cited: set[int]) -> list[Notice]:
        found: dict[tuple[str, str], Notice] = {}
        for number, passage in self.passages.items():
            if number in cited or passage.kind == "notice":
                for level, words in passage.notices:
                    found.setdefault((level, words), Notice(level, words, number))
        return sorted(found.values(), key=lambda notice: LEVELS.index(notice.level))


def _cite(number: int, passage: Passage, texts: list[str]) -> Citation:
    quote = " … ".join(texts) if texts else next(iter(split_sentences(passage.text)), "")
    return Citation(number, passage.document, passage.cited_title, passage.heading, passage.page, _cut(quote))


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTE_CHARACTERS else flat[: _QUOTE_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def _abstain(question: Question, retrieved: Retrieved, reason: str) -> Answer:
    nearest: list[Passage] = []
    similar = retrieved.similar_codes if reason == "unknown_code" else ()
    for passage in (*(passage for _, passage in similar), *retrieved.passages):
        if len(nearest) < NEAREST and not any(is_repetition(passage, other) for other in nearest):
            nearest.append(passage)
    return Answer(
        question=question.text,
        abstained=True,
        reason=reason,
        nearest=tuple(_cite(number, passage, []) for number, passage in enumerate(nearest, start=1)),
        shortened=retrieved.plan.is_shortened,
        unknown_codes=tuple(mention.surface for mention in retrieved.unknown_codes),
        similar_codes=tuple(
            replace(code, citation=number)
            for code, passage in similar
            for number, near in enumerate(nearest, start=1)
            if near.chunk_id == passage.chunk_id
        ),
        timings_ms=retrieved.timings_ms,
    )
