"""Exact vector search with numpy over the vectors in SQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from knowledge.documents import Audience
from knowledge.storage.models import ChunkRow, DocumentRow, VectorRow
from knowledge.storage.repository import batches


@dataclass(frozen=True, slots=True)
class VectorMatrix:
    """The vectors of some documents: row i belongs to `chunk_ids[i]` of `document_ids[i]`."""

    chunk_ids: NDArray[np.int64]
    document_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def search(
        self,
        query: NDArray[np.float32],
        *,
        limit: int,
        allowed: Collection[int] | None = None,
        excluded: Collection[int] = (),
    ) -> dict[int, float]:
        """Return the `limit` nearest chunks of allowed documents, best first, with their cosine."""
        if not len(self.chunk_ids):
            return {}
        scores = self.vectors @ query
        if allowed is not None:
            scores = np.where(np.isin(self.document_ids, list(allowed)), scores, -2.0)
        if excluded:
            scores = np.where(np.isin(self.document_ids, list(excluded)), -2.0, scores)
        count = min(limit, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        # Equal scores are ordered by chunk id, so that two runs agree.
        order = best[np.lexsort((self.chunk_ids[best], -scores[best]))]
        return {int(self.chunk_ids[i]): float(scores[i]) for i in order if scores[i] > -1.5}


def load_matrix(
    session: Session,
    *,
    dimensions: int,
    audiences: Collection[Audience],
    documents: Collection[int] | None = None,
) -> VectorMatrix:
    """Return the vectors of an audience's documents, or of those documents among them only."""
    statement = (
        select(ChunkRow.id, ChunkRow.document_id, VectorRow.embedding)
        .join(VectorRow, col(VectorRow.chunk_id) == col(ChunkRow.id))
        .join(DocumentRow, col(DocumentRow.id) == col(ChunkRow.document_id))
        .where(col(DocumentRow.audience).in_([audience.value for audience in audiences]))
    )
    rows = []
    if documents is None:
        rows = list(session.exec(statement).all())
    else:
        for part in batches(sorted(documents)):
            rows += session.exec(statement.where(col(ChunkRow.document_id).in_(part))).all()
    matrix = np.empty((len(rows), dimensions), dtype=np.float32)
    for position, (_, _, blob) in enumerate(rows):
        matrix[position] = np.frombuffer(blob, dtype="<f4", count=dimensions)
    return VectorMatrix(
        chunk_ids=np.array([row[0] for row in rows], dtype=np.int64),
        document_ids=np.array([row[1] for row in rows], dtype=np.int64),
        vectors=matrix,
    )
