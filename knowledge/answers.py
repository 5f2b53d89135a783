"""Composing an answer from passages: their own sentences, chosen, ordered, cited and gated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from knowledge.answering.choosing import Choice, choose_passages, find_guarding
from knowledge.answering.grounding import keep_grounded, keep_literal
from knowledge.answering.guides import Surroundings, find_guide
from knowledge.answering.selection import Selection, is_repetition, select
from knowledge.language.notices import LEVELS
from knowledge.language.sentences import split_sentences
from knowledge.replies import Answer, Citation, Notice, Passage, Question, Statement
from knowledge.retrieved import Retrieved

MAX_STEPS = 10
MAX_SENTENCES = 5
MAX_MORE = 30
NEAREST = 3
_QUOTE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Drafted:
    """An extractive answer, and the passages it was made of by the number it cites them with."""

    answer: Answer
    passages: Mapping[int, Passage]


def draft_answer(
    question: Question, retrieved: Retrieved, surroundings: Surroundings | None = None
) -> Drafted:
    """Return the answer that the retrieved passages support, or an abstention with its reason.

    With `surroundings` an answer that rules out causes also comes as a guide.
    """
    reason = _reason_to_abstain(retrieved)
    choice = Choice() if reason else choose_passages(retrieved)
    chosen = choice.passages
    if not chosen:
        return Drafted(abstain(question, retrieved, reason or "no_evidence"), {})
    draft = _Draft()
    for passage in chosen:
        draft.add(passage, select(passage, retrieved))
    for passage in find_guarding(chosen, retrieved):
        draft.guard(passage)
    answer = draft.finish(question, retrieved)
    if not answer.statements and not answer.notices:
        return Drafted(abstain(question, retrieved, "no_evidence"), {})
    cited = [draft.passages[citation.number] for citation in answer.citations]
    guide = find_guide(cited, retrieved, surroundings) if surroundings is not None else None
    return Drafted(replace(answer, guide=guide, more_lists=choice.left_out), draft.passages)


def _reason_to_abstain(retrieved: Retrieved) -> str | None:
    if retrieved.plan.is_empty:
        return "empty_question"
    if not retrieved.has_documents:
        return "no_documents"
    known = any(mention.certain for mention in retrieved.known_codes)
    return "unknown_code" if retrieved.unknown_codes and not known else None


@dataclass(slots=True)
class _Draft:
    """An answer being written: statements in order, and the passages they cite by number."""

    passages: dict[int, Passage] = field(default_factory=dict)
    main: list[Statement] = field(default_factory=list)
    rest: list[Statement] = field(default_factory=list)
    guards: set[int] = field(default_factory=set)

    def add(self, passage: Passage, selection: Selection) -> None:
        """Take over what was selected from a passage, as far as there is room."""
        number = len(self.passages) + 1
        self.passages[number] = passage
        is_cut = False
        for piece in selection.pieces:
            statement = Statement(piece.kind, piece.text, number, piece.step)
            has_room = not is_cut and self._has_room(piece.kind)
            (self.main if piece.is_chosen and has_room else self.rest).append(statement)
            # What follows a step that found no room would read as if the job ended there.
            is_cut = is_cut or (piece.is_chosen and not has_room and piece.kind == "step")

    def guard(self, passage: Passage) -> None:
        """Take over the hazard notices of a passage, and nothing else of it."""
        number = len(self.passages) + 1
        self.passages[number] = passage
        self.guards.add(number)

    def _has_room(self, kind: str) -> bool:
        same = sum((statement.kind == "step") == (kind == "step") for statement in self.main)
        return same < (MAX_STEPS if kind == "step" else MAX_SENTENCES)

    def finish(self, question: Question, retrieved: Retrieved) -> Answer:
        """Return the answer behind the gate, its citations numbered as they are used."""
        main = keep_grounded(self.main, self.passages)
        rest = keep_grounded(self.rest, self.passages)[:MAX_MORE]
        cites = {statement.citation for statement in main}
        warning = {n: p for n, p in self.passages.items() if n in cites | self.guards or p.kind == "notice"}
        notices = find_notices(warning)
        used = {statement.citation for statement in (*main, *rest)} | {notice.citation for notice in notices}
        citations = tuple(
            cite(number, passage, [s.text for s in main if s.citation == number])
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
            replaced=replaced_by(cited, retrieved),
            read_codes=retrieved.read_codes,
            timings_ms=retrieved.timings_ms,
        )


def find_notices(passages: Mapping[int, Passage]) -> tuple[Notice, ...]:
    """Return the hazard notices of passages, each once and word for word, the gravest first."""
    found: dict[tuple[str, str], Notice] = {}
    for number, passage in passages.items():
        for level, text in passage.notices:
            found.setdefault((level, text), Notice(level, text, number))
    ranked = sorted(found.values(), key=lambda notice: LEVELS.index(notice.level))
    return keep_literal(ranked, passages)


def replaced_by(documents: Collection[str], retrieved: Retrieved) -> tuple[tuple[str, str], ...]:
    """Return the (old, new) titles of what these documents supersede."""
    return tuple(pair for new, pairs in retrieved.replacements.items() if new in documents for pair in pairs)


def cite(number: int, passage: Passage, texts: Sequence[str]) -> Citation:
    """Return the citation of a passage; `texts` are its words that are quoted, its first sentence if there are none."""
    quote = " … ".join(texts) if texts else next(iter(split_sentences(passage.text)), "")
    return Citation(number, passage.document, passage.cited_title, passage.heading, passage.page, _cut(quote))


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTE_CHARACTERS else flat[: _QUOTE_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def abstain(question: Question, retrieved: Retrieved, reason: str) -> Answer:
    """Return an abstention with its reason and the nearest pages."""
    nearest: list[Passage] = []
    similar = retrieved.similar_codes if reason == "unknown_code" else ()
    for passage in (*(passage for _, passage in similar), *retrieved.passages):
        if len(nearest) < NEAREST and not any(is_repetition(passage, other) for other in nearest):
            nearest.append(passage)
    return Answer(
        question=question.text,
        abstained=True,
        reason=reason,
        nearest=tuple(cite(number, passage, []) for number, passage in enumerate(nearest, start=1)),
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
