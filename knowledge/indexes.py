"""The derived indexes together: brought up to date by whoever keeps them, read by everyone, rebuilt from SQL.

A folder holds the lexical indexes, the vector file and, where Chroma is embedded, its store; the process
with the owner lock keeps them. A Chroma server is kept by whichever process gets the database's lock
when there is something to do. Every step of an update may be repeated: what an index shows is written
down last, and an interrupted update is simply done again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.documents import Audience
from knowledge.errors import IndexUnavailable
from knowledge.index import ChromaServer, DenseIndex
from knowledge.index_state import Shown, discard_older, read_state, write_state
from knowledge.lexical import LexicalIndex, build_entries
from knowledge.nearest import find_nearest
from knowledge.ownership import OwnerLock, Ownership, SessionScope
from knowledge.remote_index import RemoteIndex, fill
from knowledge.storage.catalogue import Catalogue, Reach
from knowledge.storage.changes import Changes, find_changes
from knowledge.storage.repository import find_vectors, get_state, stored_chunks
from knowledge.storage.vector_file import Extent, VectorFile
from knowledge.storage.vectors import Vectors, empty_matrix, load_matrix

Progress = Callable[[int, int], None]
_DOCUMENTS_PER_BATCH = 40
_MEMORY_LIMIT = 30_000


class Indexes:
    """The indexes of one database, in the part this process may play."""

    def __init__(
        self,
        *,
        session_scope: SessionScope,
        index_dir: Path,
        dimensions: int,
        ownership: Ownership,
        server: ChromaServer | None = None,
    ) -> None:
        self._session_scope = session_scope
        self._directory = index_dir
        self._dimensions = dimensions
        self._ownership = ownership
        self._lock = OwnerLock(index_dir, ownership)
        self._file = VectorFile(index_dir / "vectors", dimensions)
        self._remote = RemoteIndex(session_scope, server, dimensions) if server else None
        self._embedded: DenseIndex | None = None
        self._lexical: dict[Audience, LexicalIndex] = {}
        self._vectors = Vectors((empty_matrix(dimensions),))
        self._memory: dict[Audience, tuple[int, LexicalIndex]] = {}
        self._known_vectors: tuple[int, Vectors] | None = None
        self._guard = threading.RLock()
        if self._lock.acquire():
            self._open()

    @property
    def is_owner(self) -> bool:
        """Tell whether this process keeps the indexes in the folder."""
        return self._lock.is_held

    def _open(self) -> None:
        discard_older(self._directory)
        self._lexical = {reader: LexicalIndex(self._lexical_dir(reader)) for reader in Audience}
        if self._remote is None:
            self._embedded = DenseIndex.embedded(self._directory / "dense")
        known = self._file.read(read_state(self._directory).extent)
        if known is None:
            write_state(self._directory, Shown())
        else:
            self._vectors = Vectors((known,))

    def _lexical_dir(self, reader: Audience) -> Path:
        return self._directory / "lexical" / reader.value

    def catch_up(self) -> int:
        """Apply the revisions that SQL has and the indexes don't; return how many documents changed in the folder.

        A process that wanted the indexes and did not get them tries again: their owner may be gone.
        """
        with self._guard:
            if self._ownership is Ownership.NEVER:
                return 0
            with self._session_scope() as session:
                state = get_state(session)
                instance, target = state.instance, state.revision
            if self._remote is not None:
                self._remote.catch_up(instance, target)
            if not self.is_owner:
                if not self._lock.acquire():
                    return 0
                self._open()
            shown = read_state(self._directory)
            if (instance, target) == (shown.instance, shown.revision):
                return 0
            if instance != shown.instance or shown.revision > target:
                return self._rebuild_folder(instance, target, None)
            return self._apply(shown, target, None)

    def rebuild(self, on_progress: Progress | None = None) -> int:
        """Make all indexes anew from SQL; return how many documents they hold. (done, total) is reported.

        Raises ServerUnavailable when only the server could not be used.
        """
        with self._guard:
            if not self.is_owner:
                return 0
            with self._session_scope() as session:
                state = get_state(session)
                instance, target = state.instance, state.revision
            documents = self._rebuild_folder(instance, target, on_progress)
            if self._remote is not None:
                self._remote.rebuild(instance, target)
            return documents

    def _rebuild_folder(self, instance: str, target: int, on_progress: Progress | None) -> int:
        old = read_state(self._directory).extent
        shown = Shown(instance, 0, Extent(old.generation + 1))
        write_state(self._directory, replace(shown, instance=""))
        if self._embedded is not None:
            self._embedded.clear()
        for index in self._lexical.values():
            index.clear()
            index.commit()
        self._vectors = Vectors((empty_matrix(self._dimensions),))
        return self._apply(shown, target, on_progress)

    def _apply(self, shown: Shown, target: int, on_progress: Progress | None) -> int:
        """Bring the folder from what it shows to a revision, in slices that count one by one."""
        is_anew = not shown.revision
        with self._session_scope() as session:
            changes = find_changes(session, shown.revision, target)
        done, total = 0, sum(len(part.written) for part in changes)
        for part in changes:
            extent = self._apply_slice(part, shown.extent)
            shown = replace(shown, revision=part.until, extent=extent)
            write_state(self._directory, shown)
            self._show(extent)
            done += len(part.written)
            if on_progress:
                on_progress(done, total)
        if self._file.is_sparse(shown.extent):
            shown = replace(shown, extent=self._file.compact(shown.extent))
            write_state(self._directory, shown)
            self._show(shown.extent)
        self._file.forget_others(shown.extent)
        return total + sum(len(part.removed) for part in changes if not is_anew)

    def _apply_slice(self, part: Changes, extent: Extent) -> Extent:
        gone = part.forgotten
        if gone and self._embedded is not None:
            self._embedded.forget(gone)
        for index in self._lexical.values():
            index.remove_documents(gone)
        writer = self._file.begin(extent, gone=gone)
        ids = list(part.written)
        for start in range(0, len(ids), _DOCUMENTS_PER_BATCH):
            with self._session_scope() as session:
                chunks = list(stored_chunks(session, ids[start : start + _DOCUMENTS_PER_BATCH]))
                vectors = find_vectors(session, [chunk.chunk_id for chunk in chunks], self._dimensions)
            for audience in Audience:
                own = [chunk for chunk in chunks if part.written[chunk.document_id] is audience]
                entries = build_entries(own)
                for reader in audience.readers():
                    self._lexical[reader].add(entries)
            known = [chunk for chunk in chunks if chunk.chunk_id in vectors]
            if known:
                writer.add(
                    [chunk.chunk_id for chunk in known],
                    [chunk.document_id for chunk in known],
                    np.vstack([vectors[chunk.chunk_id] for chunk in known]),
                )
        reached = writer.finish()
        if self._embedded is not None:
            added = self._file.read(reached)
            if added is not None:
                fill(self._embedded, added.behind(extent.rows), part.written)
        for index in self._lexical.values():
            index.commit()
        return reached

    def _show(self, extent: Extent) -> None:
        matrix = self._file.read(extent)
        if matrix is None:
            raise IndexUnavailable("vectors", "its files are gone")
        self._vectors = Vectors((matrix,))

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
        shown = read_state(self._directory)
        is_ours = shown.instance == catalogue.instance and LexicalIndex.exists(directory)
        if is_ours and shown.revision == catalogue.revision:
            return LexicalIndex(directory)
        with self._session_scope() as session:
            chunks = list(stored_chunks(session, catalogue.visible(reader)))
        if is_ours and len(chunks) > _MEMORY_LIMIT:
            return LexicalIndex(directory)
        index = LexicalIndex(None)
        index.add(build_entries(chunks))
        index.commit()
        return index

    def vectors(self, catalogue: Catalogue) -> Vectors:
        """Return all vectors; a process that is not the owner adds from SQL what the file doesn't have yet."""
        if self.is_owner:
            return self._vectors
        with self._guard:
            if self._known_vectors is None or self._known_vectors[0] != catalogue.revision:
                self._known_vectors = (catalogue.revision, self._read_vectors(catalogue))
            return self._known_vectors[1]

    def _read_vectors(self, catalogue: Catalogue) -> Vectors:
        shown = read_state(self._directory)
        matrix = self._file.read(shown.extent) if shown.instance == catalogue.instance else None
        with self._session_scope() as session:
            if matrix is None or not shown.revision:
                return Vectors((load_matrix(session, dimensions=self._dimensions),))
            if shown.revision == catalogue.revision:
                return Vectors((matrix,))
            changed: set[int] = set()
            for part in find_changes(session, shown.revision, catalogue.revision):
                changed |= part.forgotten
            newer = load_matrix(session, dimensions=self._dimensions, documents=changed)
        return Vectors((matrix.without(changed), newer))

    def search_dense(
        self, query: NDArray[np.float32], *, reach: Reach, catalogue: Catalogue, limit: int
    ) -> dict[int, float]:
        """Return the nearest chunks within reach with their cosine, best first."""
        vectors = self.vectors(catalogue)
        return find_nearest(
            query, vectors=vectors, source=self._remote or self._embedded, reach=reach, limit=limit
        )

    def close(self) -> None:
        """Close the files and give the indexes free."""
        with self._guard:
            for index in self._lexical.values():
                index.close()
            if self._embedded is not None:
                self._embedded.close()
            if self._remote is not None:
                self._remote.close()
            self._lexical, self._embedded = {}, None
            self._lock.release()
