"""Composing an answer from passages: their own sentences, chosen, ordered, cited and gated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from knowledge.answering.choosing import choose_passages, find_guarding
from knowledge.answering.grounding import keep_grounded, keep_literal
from knowledge.answering.guides import Surroundings, find_guide
from knowledge.answering.selection import Selection, is_repetition, select
from knowledge.language.notices import LEVELS
from knowledge.language.sentences import split_sentences
from knowledge.replies import Answer, Citation, Notice, Passage, Question, Statement
from knowledge.retrieval import Retrieved

MAX_STEPS = 10
MAX_SENTENCES = 5
MAX_MORE = 30
NEAREST = 3
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
    chosen = choose_passages(retrieved)
    if not chosen:
        return _abstain(question, retrieved, "no_evidence")
    draft = _Draft()
    for passage in chosen:
        draft.add(passage, select(passage, retrieved))
    for passage in find_guarding(chosen, retrieved):
        draft.guard(passage)
    answer = draft.finish(question, retrieved)
    if not answer.statements and not answer.notices:
        return _abstain(question, retrieved, "no_evidence")
    cited = [draft.passages[citation.number] for citation in answer.citations]
    guide = find_guide(cited, retrieved, surroundings) if surroundings is not None else None
    return replace(answer, guide=guide)


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
            if number in cited or number in self.guards or passage.kind == "notice":
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
