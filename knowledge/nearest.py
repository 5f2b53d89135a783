"""The nearest passages that a question may draw on: through Chroma where that is fast, exactly where it isn't.

A question about one machine reaches few passages, and reading just those is fast and exact. A question
to everything goes to Chroma, which is asked for more than is needed and what is out of reach is left
out; when too little is left, everything within reach is read: nothing a reader may see is ever missed
because of what they may not see.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IndexUnavailable
from knowledge.remote_index import NearestSource
from knowledge.storage.catalogue import Reach
from knowledge.storage.vectors import Vectors

# Reading 50,000 vectors of 384 dimensions takes as long as one question to one collection of Chroma: 3 ms. A
# question to everything is Chroma's whatever the size: one way for all, as fast at a million as at a thousand.
_EXACT_ROWS = 50_000
_MOST_HITS = 2_000
_SPARE = 1.3


def find_nearest(
    query: NDArray[np.float32], *, vectors: Vectors, source: NearestSource | None, reach: Reach, limit: int
) -> dict[int, float]:
    """Return the nearest chunks within reach with their cosine, best first; without Chroma exactly these."""
    rows, inside, visible = vectors.spans(reach)
    is_narrow = bool(reach.names) and rows <= _EXACT_ROWS
    if source is not None and inside and not is_narrow:
        wanted = math.ceil(_SPARE * limit * visible / inside)
        if wanted <= _MOST_HITS:
            try:
                hits = source.search(query, reach.reader.readable(), limit=wanted)
            except IndexUnavailable:
                return vectors.search(query, reach, limit=limit)
            documents = vectors.documents_of(list(hits))
            near = [
                (chunk_id, cosine)
                for chunk_id, cosine in hits.items()
                if chunk_id in documents and reach.holds(documents[chunk_id])
            ]
            if len(near) >= min(limit, inside):
                return dict(near[:limit])
    return vectors.search(query, reach, limit=limit)
