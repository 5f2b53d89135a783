"""Reading the passages that may answer together with the question."""

from __future__ import annotations

import time
from dataclasses import replace

from knowledge.answering.amounts import holds_amount
from knowledge.answering.evidence import measure
from knowledge.answering.holding import full_text, read_terms
from knowledge.cross_encoder import RelevanceModel
from knowledge.replies import Passage
from knowledge.retrieved import Retrieved

_MOST_READ = 8
_RANK_SHARE = 0.3
_SAME_SHARE = 0.85


def read_together(retrieved: Retrieved, model: RelevanceModel) -> Retrieved:
    """Return what was retrieved with the relevance of its most promising passages.

    What can't be the answer whatever it says, because it is about another machine or holds no figure of the kind that
    is asked for, is not read. The same passage in another format has the relevance of the one that is. The model reads
    English only, and a question that was read from another language word by word is no sentence to it.
    """
    if retrieved.plan.is_foreign or retrieved.plan.is_read or retrieved.plan.is_empty:
        return retrieved
    started = time.perf_counter()
    read: list[Passage] = []
    alike: dict[int, int] = {}
    able = _most_promising(retrieved)
    for passage in able:
        same = next((other for other in read if _say_the_same(passage, other)), None)
        if same is not None:
            alike[passage.chunk_id] = same.chunk_id
        elif len(read) < _MOST_READ:
            read.append(passage)
    scores = model.score(retrieved.plan.text, [_as_text(passage) for passage in read])
    # What is less promising than all that was read is no better an answer than the worst of it.
    relevance = {passage.chunk_id: min(scores, default=0.0) for passage in able}
    relevance |= {passage.chunk_id: score for passage, score in zip(read, scores, strict=True)}
    relevance |= {chunk_id: relevance[other] for chunk_id, other in alike.items()}
    spent = 1000 * (time.perf_counter() - started)
    return replace(retrieved, relevance=relevance, timings_ms=retrieved.timings_ms | {"read": spent})


def _most_promising(retrieved: Retrieved) -> list[Passage]:
    able = [
        passage
        for passage in retrieved.passages
        if holds_amount(passage, retrieved)
        and retrieved.subject.covers(passage, read_terms(full_text(passage))[0])
    ]
    promise = {p.chunk_id: measure(p, retrieved).score + _RANK_SHARE * p.score for p in able}
    return sorted(able, key=lambda passage: -promise[passage.chunk_id])


def _as_text(passage: Passage) -> str:
    return f"{' > '.join([passage.title, *passage.section])}. {passage.text}"


def _say_the_same(passage: Passage, other: Passage) -> bool:
    own, theirs = read_terms(_as_text(passage))[0], read_terms(_as_text(other))[0]
    return len(own & theirs) >= _SAME_SHARE * len(own | theirs)
