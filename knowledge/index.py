"""The dense index: Chroma, embedded. The only place that imports chromadb.

One collection per audience: what a reader may not see is never searched, and no `where` filter is
needed for it (at 100k chunks a filter costs 40-90 ms, an unfiltered query 1.2 ms). Only the process
that holds the owner lock opens the store: embedded Chroma is not safe between processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.documents import Audience
from knowledge.errors import IndexUnavailable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

_SPACE = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
_BATCH = 2_000


class DenseIndex:
    """Vectors by audience. Ids are chunk ids."""

    def __init__(self, directory: Path) -> None:
        """Open or create the store. Raises IndexUnavailable when it cannot be opened."""
        import chromadb
        from chromadb.config import Settings
        from chromadb.errors import ChromaError

        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._client: ClientAPI = chromadb.PersistentClient(
                path=str(directory), settings=Settings(anonymized_telemetry=False, allow_reset=True)
            )
            self._collections = {audience: self._open(audience) for audience in Audience}
        except (ChromaError, OSError, ValueError, RuntimeError) as error:
            raise IndexUnavailable("dense", type(error).__name__) from error

    def _open(self, audience: Audience) -> Collection:
        configuration: Any = {"hnsw": _SPACE}
        return self._client.get_or_create_collection(
            f"passages-{audience.value}", configuration=configuration, embedding_function=None
        )

    def add(self, audience: Audience, chunk_ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add or replace vectors."""
        for start in range(0, len(chunk_ids), _BATCH):
            part = slice(start, start + _BATCH)
            self._collections[audience].upsert(
                ids=[str(i) for i in chunk_ids[part]], embeddings=vectors[part]
            )

    def remove(self, chunk_ids: Iterable[int]) -> None:
        """Forget chunks, whatever their audience; unknown ids are fine."""
        ids = [str(chunk_id) for chunk_id in chunk_ids]
        for collection in self._collections.values():
            for start in range(0, len(ids), _BATCH):
                known = collection.get(ids=ids[start : start + _BATCH], include=[])["ids"]
                if known:
                    collection.delete(ids=known)

    def count(self) -> int:
        """Return how many vectors there are."""
        return sum(collection.count() for collection in self._collections.values())

    def search(
        self, query: NDArray[np.float32], audiences: Iterable[Audience], *, limit: int
    ) -> dict[int, float]:
        """Return the nearest chunks of these audiences with their cosine, best first."""
        found: dict[int, float] = {}
        for audience in audiences:
            collection = self._collections[audience]
            size = collection.count()
            if not size:
                continue
            answer = collection.query(
                query_embeddings=query[np.newaxis, :], n_results=min(limit, size), include=["distances"]
            )
            distances = answer["distances"] or [[]]
            found.update(
                (int(chunk_id), 1.0 - distance)
                for chunk_id, distance in zip(answer["ids"][0], distances[0], strict=True)
            )
        best = sorted(found.items(), key=lambda hit: (-hit[1], hit[0]))
        return dict(best[:limit])

    def clear(self) -> None:
        """Forget everything."""
        for audience in Audience:
            self._client.delete_collection(f"passages-{audience.value}")
            self._collections[audience] = self._open(audience)

    def close(self) -> None:
        """Let go of the store's files, so that the next owner can open them."""
        close = getattr(self._client, "close", None)
        if close is not None:
            close()
