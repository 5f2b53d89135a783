"""From a question to ranked passages: audience in the query, scope first, three signals fused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from knowledge.answering.machines import Machines, find_machines
from knowledge.asked_codes import AskedCodes, sort_codes
from knowledge.documents import Audience
from knowledge.embeddings import Embedder, normalise
from knowledge.fusion import Mode
from knowledge.indexes import Indexes
from knowledge.language.codes import CodeMention
from knowledge.language.folding import fold
from knowledge.language.hex_codes import KnownCodes, write_hex
from knowledge.language.proper_names import set_aside_names
from knowledge.language.series import write_models, write_roman
from knowledge.language.terms import analyze
from knowledge.language.typed_codes import join_codes
from knowledge.lexical import LexicalIndex
from knowledge.numbered_codes import read_numbers
from knowledge.questions import MAX_QUESTION_CHARACTERS, QuestionPlan, names_machine_by_code, plan_question
from knowledge.ranking import Ranker
from knowledge.reader_view import ReaderView, build_reader_view
from knowledge.replies import Passage, ProductScope, Question, SimilarCode
from knowledge.retrieved import Retrieved
from knowledge.siblings import find_series, leave_siblings_out
from knowledge.similar_codes import find_similar_codes
from knowledge.storage.catalogue import Catalogue, load_catalogue
from knowledge.storage.repository import check_embedder, get_state
from knowledge.subjects import Subject, find_subject, leave_other_rows_out, set_rivals_apart

_CONTEXT_WEIGHT = 0.5
# More of a question is not searched for.
_MOST_READ = 2 * MAX_QUESTION_CHARACTERS


class Retriever:
    """Ranks passages. Safe to use from many threads."""

    def __init__(
        self,
        *,
        session_scope: Callable[[], AbstractContextManager[Session]],
        indexes: Indexes,
        embedder: Embedder,
        clock: Callable[[], datetime],
    ) -> None:
        self._session_scope = session_scope
        self._indexes = indexes
        self._ranker = Ranker(session_scope, indexes)
        self._embedder = embedder
        self._clock = clock
        self._catalogue: Catalogue | None = None
        self._guard = threading.Lock()

    def catalogue(self) -> Catalogue:
        """Return the catalogue of the current revision. Raises EmbedderMismatch on foreign vectors."""
        with self._session_scope() as session:
            state = get_state(session)
            known = self._catalogue
            if known is not None and (known.revision, known.instance) == (state.revision, state.instance):
                return known
            if state.embedder is not None:
                check_embedder(session, name=self._embedder.name, dimensions=self._embedder.dimensions)
            fresh = load_catalogue(session, known)
        with self._guard:
            self._catalogue = fresh
        return fresh

    def weigher(self, reader: Audience) -> Callable[[str], float]:
        """Return what gives a term's weight, its ln-idf among the passages that this reader may see."""
        return cache(self._indexes.lexical(reader, self.catalogue()).rarity)

    def retrieve(
        self, question: Question, *, limit: int = 10, mode: Mode = Mode.HYBRID, is_wide: bool = False
    ) -> Retrieved:
        """Return the best passages for a question, best first, none superseded, expired or hidden.

        Where the question is about a known machine, only documents for it, or for none, are searched unless `is_wide`.
        """
        started = time.perf_counter()
        view = self._look(question.audience)
        plan = _plan(question, view)
        catalogue = view.catalogue
        bench = question.scope.names() if question.scope else frozenset()
        asked, read = read_numbers(plan, view, bench=bench, session_scope=self._session_scope)
        plan = replace(plan, codes=asked)
        planned = time.perf_counter()
        query = self._embed(plan) if mode is not Mode.LEXICAL and not plan.is_empty else None
        embedded = time.perf_counter()
        aim = _find_aim(plan, question, view, is_wide=is_wide)
        codes = aim.codes
        reach = catalogue.reach(question.audience, frozenset() if is_wide else aim.machines.own, view.hidden)
        ranked: tuple[Passage, ...] = ()
        if not plan.is_empty and catalogue.visible(question.audience):
            ranked = self._ranker.rank(plan, view, query, codes.known, reach=reach, limit=limit, mode=mode)
        said = " ".join((plan.text, *(() if is_wide else bench)))
        subject, passages = _set_others_apart(aim.subject, ranked, view, asked=said)
        similar = self._find_similar(codes.unknown, view)
        done = time.perf_counter()
        return Retrieved(
            plan=plan,
            passages=passages,
            rarity=aim.rarity,
            known_codes=tuple(codes.known),
            unknown_codes=codes.unknown,
            similar_codes=similar,
            names_machine=aim.names_machine,
            machines=aim.machines,
            is_wide=is_wide,
            subject=subject,
            has_documents=bool(catalogue.visible(question.audience)),
            replacements=_replacements(view),
            machine_codes=aim.machine_codes,
            names=codes.names,
            read_codes=read,
            timings_ms={
                "plan": 1000 * (planned - started),
                "embed": 1000 * (embedded - planned),
                "search": 1000 * (done - embedded),
            },
        )

    def retrieve_evidence(self, question: Question, *, limit: int, is_wide: bool = False) -> Retrieved:
        """Return what `retrieve` does, and how near each passage is to what is asked of a machine.

        That costs an embedding where the question names one.
        """
        retrieved = self.retrieve(question, limit=limit, is_wide=is_wide)
        plan = retrieved.plan
        topic = retrieved.subject.set_names_aside(plan.text)
        if not retrieved.passages or plan.is_foreign or (topic == plan.text and not plan.is_read):
            return retrieved
        started = time.perf_counter()
        ids = [passage.chunk_id for passage in retrieved.passages]
        vector = self._embedder.embed_query(topic)
        nearness = self._indexes.vectors(self.catalogue()).cosines(vector, ids)
        timings = retrieved.timings_ms | {"judge": 1000 * (time.perf_counter() - started)}
        return replace(retrieved, nearness=nearness, timings_ms=timings)

    def _embed(self, plan: QuestionPlan) -> NDArray[np.float32]:
        """Return a question's vector; of one in another language halfway between it and its English reading."""
        vector = self._embedder.embed_query(plan.text)
        if not plan.is_read:
            return vector
        return normalise(vector + self._embedder.embed_query(plan.typed))

    def _find_similar(
        self, unknown: Sequence[CodeMention], view: ReaderView
    ) -> tuple[tuple[SimilarCode, Passage], ...]:
        if not unknown:
            return ()
        return find_similar_codes(
            unknown, view.lexical, session_scope=self._session_scope, reader=view.reader, excluded=view.hidden
        )

    def mentions(self, terms: Sequence[str], *, reader: Audience, names: Collection[str]) -> bool:
        """Tell whether one passage that the reader may see, in the scope of these names, holds all terms (stems)."""
        view = self._look(reader)
        return view.lexical.holds_all(terms, names=names, excluded=view.hidden)

    def _look(self, reader: Audience) -> ReaderView:
        catalogue = self.catalogue()
        lexical = self._indexes.lexical(reader, catalogue)
        return build_reader_view(reader, catalogue, lexical, today=self._clock().date())


def _plan(question: Question, view: ReaderView) -> QuestionPlan:
    """Return what a question asks, wherever it is asked."""

    def is_known(word: str) -> bool:
        return any(view.lexical.frequency(term) for term in analyze(word))

    def is_written(word: str) -> bool:
        return bool(view.lexical.frequency(fold(word)))

    def read(typed: str) -> str:
        kept = set_aside_names(typed, question.names, is_known=is_known)
        head, tail = kept[:_MOST_READ], kept[_MOST_READ:]
        written = write_models(write_roman(head, is_known=is_written), is_known=is_written)
        joined = join_codes(written, knows=view.knows_code, is_name=view.is_name)
        return write_hex(joined, KnownCodes(view.knows_code, view.hold_together)) + tail

    text, *previous = map(read, (question.text, *question.previous))
    return plan_question(text, previous=tuple(previous), is_known=is_known)


def _find_machines(plan: QuestionPlan, question: Question, view: ReaderView) -> Machines:
    """Return which products a question is about: by its own words, by all that it leans on, by what is on the bench."""
    return find_machines(
        f"{plan.own} {plan.asked}",
        f"{plan.text} {plan.typed}",
        bench=question.scope.names() if question.scope else frozenset(),
        products=view.catalogue.products(question.audience),
    )


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a question is about: its machines and its codes, and what its words weigh without those."""

    machines: Machines
    subject: Subject
    codes: AskedCodes
    machine_codes: frozenset[str]
    names_machine: bool
    rarity: dict[str, float]


def _find_aim(plan: QuestionPlan, question: Question, view: ReaderView, *, is_wide: bool) -> _Aim:
    machines = _find_machines(plan, question, view)
    subject = find_subject(
        plan,
        bench=frozenset() if is_wide else machines.own,
        reader=view.reader,
        catalogue=view.catalogue,
        lexical=view.lexical,
    )
    machine_codes = _machine_codes(view, question.scope)
    codes = sort_codes(plan, view, machine_codes, subject)
    names_machine = names_machine_by_code(plan)
    said = [*machines.own, *(mention.surface for mention in codes.known if names_machine)]
    rarity = _rarity(plan, view.lexical, known_anyway=set(analyze(" ".join(said))))
    return _Aim(machines, subject, codes, machine_codes, names_machine, rarity)


def _set_others_apart(
    subject: Subject, passages: Sequence[Passage], view: ReaderView, *, asked: str
) -> tuple[Subject, tuple[Passage, ...]]:
    """Return the subject with what is for other machines, and the passages without what is for those.

    Args:
        asked: The question, with what the machine on the bench is called.
    """
    known = set_rivals_apart(
        subject, passages, reader=view.reader, catalogue=view.catalogue, lexical=view.lexical
    )
    kept = (leave_other_rows_out(known, passage) for passage in passages)
    return known, leave_siblings_out(kept, find_series(asked, known.names))


def _machine_codes(view: ReaderView, scope: ProductScope | None) -> frozenset[str]:
    """Return the names of machines as codes are written: those on the bench, and those documents are about."""
    names = [scope.sku, scope.model, scope.family, scope.firmware] if scope else []
    bench = {"".join(c for c in name if c.isalnum()).upper() for name in names if name}
    return view.catalogue.product_codes(view.reader) | bench


def _replacements(view: ReaderView) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for old, new in view.superseded.items():
        pair = (view.catalogue.entries[old].title, new.title)
        found[new.path] = (*found.get(new.path, ()), pair)
    return found


def _rarity(plan: QuestionPlan, lexical: LexicalIndex, *, known_anyway: set[str]) -> dict[str, float]:
    """Return the weights of the question's terms; the name of the machine on the bench needs no evidence."""
    shares = ((plan.terms, 1.0), (plan.context, _CONTEXT_WEIGHT))
    return {
        term: share * min(map(lexical.rarity, plan.terms_for(term)))
        for terms, share in shares
        for term in terms
        if term not in known_anyway
    }
