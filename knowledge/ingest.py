"""Files into SQL: documents, passages and vectors, one transaction per document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlmodel import Session

from knowledge.chunking import Chunk
from knowledge.documents import Audience
from knowledge.embeddings import BATCH, Embedder
from knowledge.errors import PathNotFound, UnreadableDocument
from knowledge.identity import Identity
from knowledge.ingest_report import FailedDocument, IngestProgress, IngestReport, PicturePages, Tally
from knowledge.reading.ahead import ReadAhead, Reading, keep_ahead
from knowledge.reading.prepared import prepare_file
from knowledge.reading.separate import Read
from knowledge.sources import SourceFile, Sources, collect_sources, hash_file, shown_name
from knowledge.storage.models import DocumentRow
from knowledge.storage.repository import (
    check_embedder,
    delete_document,
    find_by_path,
    find_by_source,
    find_vectors_by_hash,
    list_document_rows,
    next_revision,
    replace_chunks,
)

__all__ = ["FailedDocument", "IngestProgress", "IngestReport", "Ingester", "embedded_text"]


class Ingester:
    """One run of ingest for one audience."""

    def __init__(
        self,
        *,
        session_scope: Callable[[], AbstractContextManager[Session]],
        embedder: Embedder,
        audience: Audience,
        products: Sequence[str],
        now: datetime,
        on_progress: Callable[[IngestProgress], None] | None,
        read: Read = prepare_file,
    ) -> None:
        self._read = read
        self._session_scope = session_scope
        self._embedder = embedder
        self._audience = audience
        self._products = list(dict.fromkeys(products))
        self._now = now
        self._on_progress = on_progress or (lambda _: None)
        self._tally = Tally()
        self._done = 0
        self._total = 0

    def run(self, paths: Sequence[Path]) -> IngestReport:
        """Read the files and folders; return what changed.

        Raises:
            PathNotFound: a path does not exist. Nothing was read.
            EmbedderMismatch: the stored vectors were made by another embedder.
        """
        for path in paths:
            if not path.exists():
                raise PathNotFound(str(path))
        with self._session_scope() as session:
            check_embedder(session, name=self._embedder.name, dimensions=self._embedder.dimensions)
            known = {row.source: row.root for row in list_document_rows(session)}
        sources = collect_sources(paths, sorted(set(known.values()), key=len))
        self._tally.failed += [FailedDocument(name, reason) for name, reason in sources.refused]
        self._tally.skipped += sources.skipped
        self._total = len(sources.files)
        with ReadAhead(self._read) as ahead:
            begun = ((source, self._begin_file(source, ahead)) for source in sources.files.values())
            for source, reading in keep_ahead(begun):
                self._finish_file(source, reading)
        self._remove_missing(sources)
        return self._tally.report()

    def _begin_file(self, source: SourceFile, ahead: ReadAhead) -> Reading | None:
        """Begin to read a file while those before it are embedded; None when that is not needed or not possible."""
        try:
            content_hash, size = hash_file(source.file), source.file.stat().st_size
        except OSError:
            self._refuse(source, "unreadable")
            return None
        with self._session_scope() as session:
            row = find_by_source(session, str(source.file))
            same = row is not None and row.content_hash == content_hash
            settled = (
                row is not None
                and (row.path, row.root) == (source.path, str(source.root))
                and (row.audience, row.products) == (self._audience.value, self._products)
            )
        if same and settled:
            self._tally.unchanged.append(source.path)
            return None
        if same:
            self._update_facts(source)
            self._tally.updated.append(source.path)
            return None
        return ahead.begin(source, content_hash, size)

    def _finish_file(self, source: SourceFile, reading: Reading | None) -> None:
        self._report(source.path, 0)
        if reading is not None:
            self._take_in(source, reading)
        self._done += 1

    def _take_in(self, source: SourceFile, reading: Reading) -> None:
        try:
            prepared = reading.result()
        except UnreadableDocument as error:
            self._refuse(source, error.reason)
            return
        self.store(source, reading.content_hash, prepared.identity, prepared.chunks, pages=prepared.pages)
        if prepared.picture_pages:
            self._tally.pictures.append(PicturePages(source.path, prepared.picture_pages))

    def _refuse(self, source: SourceFile, reason: str) -> None:
        """Name a file that could not be read; what was read of it before stays, for today's readers only."""
        self._tally.failed.append(FailedDocument(source.path, reason))
        with self._session_scope() as session:
            row = find_by_source(session, str(source.file))
            is_changed = row is not None and (row.audience, row.products) != (
                self._audience.value,
                self._products,
            )
        if is_changed:
            self._update_facts(source)

    def _update_facts(self, source: SourceFile) -> None:
        """Change a document's audience, products or name; its passages and vectors stay."""
        with self._session_scope() as session:
            revision = next_revision(session)
            row = find_by_source(session, str(source.file))
            if row is not None:
                row.root, row.path = str(source.root), self._free_path(session, source)
                row.audience, row.products, row.revision = self._audience.value, self._products, revision
                session.add(row)

    def store(
        self,
        source: SourceFile,
        content_hash: str,
        identity: Identity,
        chunks: Sequence[Chunk],
        *,
        pages: int | None,
    ) -> None:
        """Write a document with its passages: embedded first, then put in place in one transaction."""
        hashes = [self._embed_hash(embedded_text(identity.title, chunk)) for chunk in chunks]
        vectors = self._embed(source.path, identity.title, chunks, hashes)
        with self._session_scope() as session:
            revision = next_revision(session)
            check_embedder(
                session, name=self._embedder.name, dimensions=self._embedder.dimensions, record=True
            )
            row = find_by_source(session, str(source.file))
            is_new = row is None
            if row is None:
                row = DocumentRow(
                    source=str(source.file), root="", path="", content_hash="", audience="", title="",
                    revision=revision, ingested_at=self._now,
                )  # fmt: skip
            row.root, row.path = str(source.root), self._free_path(session, source)
            row.content_hash = content_hash
            row.audience, row.products = self._audience.value, self._products
            row.title, row.version = identity.title, identity.version
            row.identifiers, row.supersedes = list(identity.identifiers), list(identity.supersedes)
            row.pages, row.chunk_count = pages, len(chunks)
            row.revision, row.ingested_at = revision, self._now
            session.add(row)
            session.flush()
            replace_chunks(session, row, chunks, hashes, vectors)
        (self._tally.added if is_new else self._tally.updated).append(source.path)
        self._tally.chunks += len(chunks)

    def _embed(
        self, document: str, title: str, chunks: Sequence[Chunk], hashes: Sequence[str]
    ) -> list[bytes]:
        """Return the vectors of chunks; what was embedded before, here or elsewhere, is not embedded again."""
        with self._session_scope() as session:
            known = find_vectors_by_hash(session, hashes)
        missing = {
            h: embedded_text(title, chunk) for h, chunk in zip(hashes, chunks, strict=True) if h not in known
        }
        waiting = list(missing.items())
        for start in range(0, len(waiting), BATCH):
            part = waiting[start : start + BATCH]
            matrix = self._embedder.embed_passages([text for _, text in part])
            known.update(
                (h, np.ascontiguousarray(vector, dtype="<f4").tobytes())
                for (h, _), vector in zip(part, matrix, strict=True)
            )
            self._report(document, len(chunks) - len(waiting) + start + len(part))
        return [known[h] for h in hashes]

    def _embed_hash(self, text: str) -> str:
        return hashlib.sha256(f"{self._embedder.name}\0{text}".encode()).hexdigest()

    @staticmethod
    def _free_path(session: Session, source: SourceFile) -> str:
        """Return the path people see; the second root with the same one is told apart by its name."""
        other = find_by_path(session, source.path)
        if other is None or other.source == str(source.file):
            return source.path
        return (
            f"{shown_name(source.root.name)}/{source.path}"
            if find_by_path(session, f"{shown_name(source.root.name)}/{source.path}") is None
            else shown_name(str(source.file))
        )

    def _remove_missing(self, sources: Sources) -> None:
        """Remove what was read from these folders before and is not there any more; what can't be seen stays."""
        with self._session_scope() as session:
            rows = list_document_rows(session)
            gone = [
                row.source
                for row in rows
                if row.source not in sources.files
                and any(Path(row.source).is_relative_to(folder) for folder in sources.folders)
                and not any(Path(row.source).is_relative_to(place) for place in sources.unlisted)
            ]
        for source in gone:
            with self._session_scope() as session:
                revision = next_revision(session)
                row = find_by_source(session, source)
                if row is not None:
                    self._tally.removed.append(row.path)
                    delete_document(session, row, revision=revision)

    def _report(self, document: str, chunks: int) -> None:
        self._on_progress(IngestProgress(self._done, self._total, document, chunks))


def embedded_text(title: str, chunk: Chunk) -> str:
    """Return what a passage's vector is made from: its title and headings, and its searchable text."""
    return "\n".join(part for part in (" > ".join([title, *chunk.section]), chunk.searchable()) if part)
