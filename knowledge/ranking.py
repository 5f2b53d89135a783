"""Ranking passages: what words, vectors and codes find is fused, and read from the database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from knowledge.fusion import UNCERTAIN_SHARE, Mode, Signals, fuse, lexical_weight
from knowledge.indexes import Indexes
from knowledge.language.codes import CodeMention
from knowledge.language.terms import analyze
from knowledge.lexical import LexicalIndex
from knowledge.passages import build_passage
from knowledge.questions import QuestionPlan, names_machine_by_code
from knowledge.reader_view import ReaderView
from knowledge.replies import Passage
from knowledge.storage.catalogue import Reach
from knowledge.storage.found_chunks import find_chunks

CANDIDATES = 60
_CODE_CANDIDATES = 200
_WEIGHING_PASSAGES = 5
# "How do I change the filter of the DX-20": the code is the machine's, and the procedure rarely repeats it.
_MACHINE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Ranker:
    """Ranks the passages of one knowledge base. Safe to use from many threads."""

    session_scope: Callable[[], AbstractContextManager[Session]]
    indexes: Indexes

    def rank(
        self,
        plan: QuestionPlan,
        view: ReaderView,
        query: NDArray[np.float32] | None,
        known: dict[CodeMention, str],
        *,
        reach: Reach,
        limit: int,
        mode: Mode,
    ) -> tuple[Passage, ...]:
        """Return the best passages within reach, best first.

        Args:
            query: The question's vector, None to search by words alone.
            known: The codes that were asked for, with the form that documents have.
        """
        terms = _query_terms(plan)
        lexical: dict[int, float] = {}
        dense: dict[int, float] = {}
        if mode is not Mode.DENSE:
            lexical = view.lexical.search(terms, limit=CANDIDATES, names=reach.names, excluded=reach.hidden)
        if query is not None:
            dense = self.indexes.search_dense(query, reach=reach, catalogue=view.catalogue, limit=CANDIDATES)
        if mode is not Mode.HYBRID:
            ranked = fuse(dense=dense, lexical=lexical, codes={}, weight=float(mode is Mode.LEXICAL))
            return self._load(view, reach, ranked, dense, limit=limit)
        codes = _code_scores(view.lexical, known, reach=reach)
        if names_machine_by_code(plan):
            codes = {chunk_id: _MACHINE_SHARE * score for chunk_id, score in codes.items()}
        best = dict(sorted(codes.items(), key=lambda hit: (-hit[1], hit[0]))[:_CODE_CANDIDATES])
        if query is not None:
            candidates = list({**lexical, **dense, **best})
            lexical = _score_others(view.lexical, terms, lexical, candidates)
            others = [chunk_id for chunk_id in candidates if chunk_id not in dense]
            dense = dense | self.indexes.vectors(view.catalogue).cosines(query, others)
        size = view.lexical.mean_size(list(lexical)[:_WEIGHING_PASSAGES]) if lexical else None
        weight = lexical_weight(passage_terms=size) if size is not None else 0.0
        ranked = fuse(dense=dense, lexical=lexical, codes=best, weight=weight)
        return self._load(view, reach, ranked, dense, limit=limit)

    def _load(
        self,
        view: ReaderView,
        reach: Reach,
        ranked: dict[int, Signals],
        cosines: dict[int, float],
        *,
        limit: int,
    ) -> tuple[Passage, ...]:
        """Return the first passages of a ranking. The indexes may lag behind: the database has the last word."""
        passages: list[Passage] = []
        wanted = list(ranked)[: limit * 2 + 10]
        for start in range(0, len(wanted), limit):
            part = wanted[start : start + limit]
            with self.session_scope() as session:
                rows = find_chunks(session, part)
            for chunk_id in part:
                chunk = rows.get(chunk_id)
                if chunk is None or not reach.holds(chunk.document_id):
                    continue
                entry = view.catalogue.entries.get(chunk.document_id)
                cosine, credit = cosines.get(chunk_id, 0.0), entry.credit if entry else None
                passages.append(build_passage(chunk, ranked[chunk_id], cosine=cosine, credit=credit))
            if len(passages) >= limit:
                break
        return tuple(passages[:limit])


def _score_others(
    index: LexicalIndex, terms: list[str], lexical: dict[int, float], candidates: list[int]
) -> dict[int, float]:
    """Return the lexical scores of all candidates, best first; those that were found have theirs already."""
    if len(lexical) < CANDIDATES:
        return lexical  # Every passage within reach that holds one of the terms is among them.
    others = [chunk_id for chunk_id in candidates if chunk_id not in lexical]
    found = index.search(terms, limit=len(others), chunks=others) if others else {}
    return dict(sorted((lexical | found).items(), key=lambda hit: (-hit[1], hit[0])))


def _query_terms(plan: QuestionPlan) -> list[str]:
    """Return the terms to search for; a question of nothing but stop words keeps them."""
    wanted = [
        other for term in (*plan.terms, *plan.context) for other in (term, *sorted(plan.others.get(term, ())))
    ]
    return list(dict.fromkeys(wanted)) or analyze(plan.text)


def _code_scores(
    lexical: LexicalIndex,
    known: dict[CodeMention, str],
    *,
    reach: Reach,
) -> dict[int, float]:
    """Return 0..1 for passages that hold the codes: full for a definition, half for a mention."""
    scores: dict[int, float] = {}
    for mention, form in known.items():
        share = 1.0 if mention.certain else UNCERTAIN_SHARE
        hits = lexical.search_codes([form], limit=_CODE_CANDIDATES, names=reach.names, excluded=reach.hidden)
        for chunk_id, score in hits.items():
            scores[chunk_id] = max(scores.get(chunk_id, 0.0), share * score)
    return scores
