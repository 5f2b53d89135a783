"""Stored chunks as ranked passages."""

from __future__ import annotations

from knowledge.fusion import Signals
from knowledge.replies import Passage
from knowledge.storage.models import ChunkRow, DocumentRow


def build_passage(chunk: ChunkRow, document: DocumentRow, signals: Signals, *, cosine: float) -> Passage:
    """Return a chunk as a passage with the signals that ranked it."""
    return Passage(
        chunk_id=chunk.id or 0,
        document=document.path,
        title=document.title,
        section=tuple(chunk.section),
        page=chunk.page,
        kind=chunk.kind,
        text=chunk.text,
        notices=tuple((level, words) for level, words in chunk.notices),
        codes=frozenset(chunk.codes),
        score=signals.fused,
        cosine=cosine,
        lexical=signals.lexical,
        code=signals.code,
    )
