"""Both derived indexes together: opened by the owner, read by everyone else, rebuilt from SQL.

`state.json` beside them says which database and revision they show. It is written last, so that an
interrupted update is simply done again; every step of an update may be repeated.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from knowledge.documents import Audience
from knowledge.errors import IndexUnavailable
from knowledge.index import DenseIndex
from knowledge.lexical import LexicalIndex
from knowledge.ownership import OwnerLock, Ownership
from knowledge.storage.catalogue import Catalogue
from knowledge.storage.repository import StoredChunk, changed_since, find_vectors, get_state, stored_chunks
from knowledge.storage.vectors import VectorMatrix, load_matrix

SessionScope = Callable[[], AbstractContextManager[Session]]
FORMAT = 2
_DOCUMENTS_PER_BATCH = 40
_MEMORY_LIMIT = 30_000
_OVERFETCH = 6


class Indexes:
    """The dense and the lexical index of an index folder, in the part this process may play."""

    def __init__(
        self, *, session_scope: SessionScope, index_dir: Path, dimensions: int, ownership: Ownership
    ) -> None:
        self._session_scope = session_scope
        self._directory = index_dir
        self._dimensions = dimensions
        self._lock = OwnerLock(index_dir, ownership)
        self._dense: DenseIndex | None = None
        self._lexical: dict[Audience, LexicalIndex] = {}
        self._matrices: dict[tuple[int, Audience, frozenset[int] | None], VectorMatrix] = {}
        self._memory: dict[Audience, tuple[int, LexicalIndex]] = {}
        self._guard = threading.RLock()
        if self._lock.acquire():
            self._open()

    @property
    def is_owner(self) -> bool:
        """Tell whether this process keeps the indexes."""
        return self._lock.is_held

    def _open(self) -> None:
        self._lexical = {reader: LexicalIndex(self._lexical_dir(reader)) for reader in Audience}
        self._dense = DenseIndex(self._directory / "dense")

    def _lexical_dir(self, reader: Audience) -> Path:
        return self._directory / "lexical" / reader.value

    def _read_state(self) -> tuple[str, int]:
        """Return (instance, revision) of what the indexes show; ("", 0) when they show nothing."""
        try:
            state = json.loads((self._directory / "state.json").read_text(encoding="utf-8"))
            return (str(state["instance"]), int(state["revision"])) if state["format"] == FORMAT else ("", 0)
        except (OSError, ValueError, KeyError, TypeError):
            return "", 0

    def _write_state(self, instance: str, revision: int) -> None:
        path = self._directory / "state.json"
        scratch = path.with_suffix(".tmp")
        try:
            with scratch.open("w", encoding="utf-8") as file:
                json.dump({"format": FORMAT, "instance": instance, "revision": revision}, file)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(path)
        except OSError as error:
            raise IndexUnavailable("state", type(error).__name__) from error

    def catch_up(self) -> int:
        """Apply the revisions that SQL has and the indexes don't; return how many documents changed.

        A process that wanted the indexes and did not get them tries again: their owner may be gone.
        """
        with self._guard:
            if not self.is_owner:
                if not self._lock.acquire():
                    return 0
                self._open()
            with self._session_scope() as session:
                state = get_state(session)
                instance, target = state.instance, state.revision
            shown_instance, shown = self._read_state()
            if (instance, target) == (shown_instance, shown):
                return 0
            if instance != shown_instance or shown > target:
                return self.rebuild()
            return self._apply(shown, instance, target)

    def rebuild(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Make both indexes anew from SQL; return how many documents they hold. (done, total) is reported."""
        with self._guard:
            if not self.is_owner:
                return 0
            with self._session_scope() as session:
                state = get_state(session)
                instance, target = state.instance, state.revision
            self._write_state("", 0)
            if self._dense is not None:
                self._dense.clear()
            for index in self._lexical.values():
                index.clear()
                index.commit()
            return self._apply(0, instance, target, on_progress)

    def _apply(
        self, since: int, instance: str, target: int, on_progress: Callable[[int, int], None] | None = None
    ) -> int:
        with self._session_scope() as session:
            written, removed = changed_since(session, since)
            audiences = {row.id or 0: Audience(row.audience) for row in written}
        if since:
            self._forget([*audiences, *removed])
        ids = list(audiences)
        for start in range(0, len(ids), _DOCUMENTS_PER_BATCH):
            part = ids[start : start + _DOCUMENTS_PER_BATCH]
            with self._session_scope() as session:
                chunks = list(stored_chunks(session, part))
                vectors = find_vectors(session, [chunk.chunk_id for chunk in chunks], self._dimensions)
            self._add(chunks, vectors, audiences)
            if on_progress:
                on_progress(min(start + _DOCUMENTS_PER_BATCH, len(ids)), len(ids))
        for index in self._lexical.values():
            index.commit()
        self._write_state(instance, target)
        self._matrices.clear()
        return len(audiences) + len(removed)

    def _forget(self, document_ids: list[int]) -> None:
        # The internal reader sees every document, so its index knows every chunk to forget. Chroma
        # forgets first: if this stops half-way, the lexical index still knows them next time.
        gone = self._lexical[Audience.INTERNAL].chunks_of(document_ids)
        if self._dense is not None and gone:
            self._dense.remove(gone)
        for index in self._lexical.values():
            index.remove_documents(document_ids)

    def _add(
        self,
        chunks: list[StoredChunk],
        vectors: dict[int, NDArray[np.float32]],
        audiences: dict[int, Audience],
    ) -> None:
        for audience in Audience:
            own = [chunk for chunk in chunks if audiences.get(chunk.document_id) is audience]
            known = [chunk.chunk_id for chunk in own if chunk.chunk_id in vectors]
            if known and self._dense is not None:
                self._dense.add(audience, known, np.vstack([vectors[chunk_id] for chunk_id in known]))
            for reader in audience.readers():
                self._lexical[reader].add(own)

    def lexical(self, reader: Audience, catalogue: Catalogue) -> LexicalIndex:
        """Return the index of what a reader may see.

        A process that is not the owner reads the files; where there are none, or they lag behind, it
        makes one in memory (up to 30,000 passages; beyond that the files are used as they are).
        """
        if self.is_owner:
            return self._lexical[reader]
        with self._guard:
            known = self._memory.get(reader)
            if known is not None and known[0] == catalogue.revision:
                return known[1]
            index = self._read_lexical(reader, catalogue)
            self._memory[reader] = (catalogue.revision, index)
            return index

    def _read_lexical(self, reader: Audience, catalogue: Catalogue) -> LexicalIndex:
        directory = self._lexical_dir(reader)
        is_there = LexicalIndex.exists(directory)
        if is_there and self._read_state() == (catalogue.instance, catalogue.revision):
            return LexicalIndex(directory)
        documents = catalogue.visible(reader)
        with self._session_scope() as session:
            chunks = list(stored_chunks(session, documents))
        if is_there and len(chunks) > _MEMORY_LIMIT and self._read_state()[0] == catalogue.instance:
            return LexicalIndex(directory)
        index = LexicalIndex(None)
        index.add(chunks)
        index.commit()
        return index

    def search_dense(
        self,
        query: NDArray[np.float32],
        *,
        reader: Audience,
        catalogue: Catalogue,
        limit: int,
        allowed: Collection[int] | None,
        excluded: Collection[int],
    ) -> dict[int, float]:
        """Return the nearest chunks a reader may see with their cosine, best first.

        The owner asks Chroma; with a product scope it asks for more and keeps what is in scope, and
        searches the scope exactly when too little is left. Everyone else searches exactly.
        """
        if self.is_owner and self._dense is not None:
            if allowed is None and not excluded:
                return self._dense.search(query, reader.readable(), limit=limit)
            hits = self._dense.search(query, reader.readable(), limit=limit * _OVERFETCH)
            inside = self._keep(hits, allowed, excluded)
            if len(inside) >= limit or len(hits) < limit * _OVERFETCH:
                return dict(list(inside.items())[:limit])
        matrix = self._matrix(reader, catalogue, allowed if self.is_owner else None)
        return matrix.search(query, limit=limit, allowed=allowed, excluded=excluded)

    def _keep(
        self, hits: dict[int, float], allowed: Collection[int] | None, excluded: Collection[int]
    ) -> dict[int, float]:
        from knowledge.storage.repository import find_document_ids

        with self._session_scope() as session:
            owners = find_document_ids(session, hits)
        return {
            chunk_id: score
            for chunk_id, score in hits.items()
            if (owner := owners.get(chunk_id)) is not None
            and (allowed is None or owner in allowed)
            and owner not in excluded
        }

    def _matrix(
        self, reader: Audience, catalogue: Catalogue, documents: Collection[int] | None
    ) -> VectorMatrix:
        key = (catalogue.revision, reader, None if documents is None else frozenset(documents))
        with self._guard:
            if key not in self._matrices:
                # Matrices of older revisions are of no more use, and of scopes only a few are kept.
                self._matrices = {
                    k: m for k, m in list(self._matrices.items())[-8:] if k[0] == catalogue.revision
                }
                with self._session_scope() as session:
                    self._matrices[key] = load_matrix(
                        session, dimensions=self._dimensions, audiences=reader.readable(), documents=documents
                    )
            return self._matrices[key]

    def close(self) -> None:
        """Close the files and give the indexes free."""
        with self._guard:
            for index in self._lexical.values():
                index.close()
            if self._dense is not None:
                self._dense.close()
            self._lexical, self._dense = {}, None
            self._lock.release()
