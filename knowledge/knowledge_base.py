"""The knowledge base: what the rest of the product asks and tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from knowledge.answers import compose_answer
from knowledge.documents import Audience, DocumentSummary
from knowledge.embeddings import Embedder
from knowledge.fusion import Mode
from knowledge.indexes import Indexes
from knowledge.ingest import Ingester
from knowledge.ingest_report import IngestProgress, IngestReport
from knowledge.language.unseen import strip_unseen
from knowledge.ownership import Ownership
from knowledge.parsing.separate import Read, read_here
from knowledge.replies import Answer, Passage, Question
from knowledge.retrieval import Retriever
from knowledge.storage.catalogue import load_catalogue
from knowledge.storage.repository import (
    check_embedder,
    delete_document,
    find_by_path,
    list_document_rows,
    next_revision,
)

_ANSWER_PASSAGES = 12


class KnowledgeBase:
    """Documents in, cited answers out. Safe to use from many threads."""

    def __init__(
        self,
        *,
        session_scope: Callable[[], AbstractContextManager[Session]],
        index_dir: Path,
        embedder: Embedder,
        ownership: Ownership = Ownership.NEVER,
        read_scope: Callable[[], AbstractContextManager[Session]] | None = None,
    ) -> None:
        """Open. With Ownership.TRY the indexes are taken if nobody has them, and are brought up to date.

        Args:
            read_scope: A scope that takes no write lock, so that questions don't wait for each other;
                `session_scope` serves when there is none.

        Raises:
            IndexUnavailable: the index folder cannot be written or opened.
            EmbedderMismatch: the stored vectors were made by another embedder.
        """
        self._session_scope = session_scope
        self._read_scope = read_scope or session_scope
        self._embedder = embedder
        with self._read_scope() as session:
            check_embedder(session, name=embedder.name, dimensions=embedder.dimensions)
        self._indexes = Indexes(
            session_scope=self._read_scope,
            index_dir=index_dir,
            dimensions=embedder.dimensions,
            ownership=ownership,
        )
        self._retriever = Retriever(session_scope=self._read_scope, indexes=self._indexes, embedder=embedder)
        self.catch_up()

    @property
    def is_owner(self) -> bool:
        """Tell whether this process keeps the indexes."""
        return self._indexes.is_owner

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        audience: Audience,
        products: Sequence[str] = (),
        on_progress: Callable[[IngestProgress], None] | None = None,
        now: datetime,
        read: Read = read_here,
    ) -> IngestReport:
        """Read files and folders into the database; the owner also brings the indexes up to date.

        An unchanged file costs a hash. A file that cannot be read is in the report's `failed` with a
        reason, and the rest is read. An interrupted run has whole documents only; the next goes on.

        Args:
            read: Reads one file; `SeparateReader.read` does it in a process of its own.

        Raises:
            PathNotFound: a path does not exist.
            EmbedderMismatch: the stored vectors were made by another embedder.
            EmbedderUnavailable: the embedder cannot be loaded.
        """
        ingester = Ingester(
            session_scope=self._session_scope,
            embedder=self._embedder,
            audience=audience,
            products=products,
            now=now,
            on_progress=on_progress,
            read=read,
        )
        try:
            return ingester.run(paths)
        finally:
            self.catch_up()

    def catch_up(self) -> int:
        """Apply what other processes wrote; return how many documents changed (0 when not the owner)."""
        return self._indexes.catch_up()

    def answer(self, question: Question) -> Answer:
        """Return a cited answer, or an abstention with the nearest pages.

        Where the documents of the question's product don't answer, the whole collection is asked and
        the answer says so (`widened`).
        """
        question = _without_unseen(question)
        scoped = compose_answer(question, self._retriever.retrieve(question, limit=_ANSWER_PASSAGES))
        if (
            not scoped.abstained
            or scoped.reason != "no_evidence"
            or not (question.scope and question.scope.names())
        ):
            return scoped
        anywhere = replace(question, scope=None)
        wide = compose_answer(anywhere, self._retriever.retrieve(anywhere, limit=_ANSWER_PASSAGES))
        return scoped if wide.abstained else replace(wide, widened=True)

    def search(self, question: Question, *, limit: int = 10, mode: Mode = Mode.HYBRID) -> list[Passage]:
        """Return ranked passages, best first, [] if none."""
        return list(self._retriever.retrieve(_without_unseen(question), limit=limit, mode=mode).passages)

    def list_documents(self) -> list[DocumentSummary]:
        """Return every document, by path. `superseded_by` is the path of its replacement."""
        with self._read_scope() as session:
            catalogue = load_catalogue(session)
            replaced = catalogue.superseded(Audience.INTERNAL)
            return [
                DocumentSummary(
                    document=row.path,
                    title=row.title,
                    audience=Audience(row.audience),
                    products=tuple(row.products),
                    version=row.version,
                    superseded_by=replaced[row.id].path if row.id in replaced else None,
                    chunks=row.chunk_count,
                    pages=row.pages,
                    ingested_at=row.ingested_at,
                )
                for row in list_document_rows(session)
            ]

    def remove(self, document: str) -> bool:
        """Remove a document by the path that `list_documents` shows; False when there is none."""
        with self._session_scope() as session:
            if find_by_path(session, document) is None:
                return False
            revision = next_revision(session)
            row = find_by_path(session, document)
            if row is None:
                return False
            delete_document(session, row, revision=revision)
        self.catch_up()
        return True

    def rebuild(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Make the indexes anew from the database; return how many documents they hold (0 when not the owner)."""
        return self._indexes.rebuild(on_progress)

    def close(self) -> None:
        """Close the files and give the indexes free."""
        self._indexes.close()


def _without_unseen(question: Question) -> Question:
    return replace(
        question,
        text=strip_unseen(question.text),
        previous=tuple(strip_unseen(text) for text in question.previous),
    )
