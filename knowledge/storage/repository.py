"""Questions to the tables, each named after what it answers. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, func, insert, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from knowledge.chunking import Chunk
from knowledge.errors import EmbedderMismatch
from knowledge.storage.models import ChunkRow, DocumentRow, NoteRow, RemovalRow, StateRow, VectorRow

_IN_LIMIT = 500


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with what the indexes need of its document; `notices` are those that its text doesn't repeat."""

    chunk_id: int
    document_id: int
    title: str
    products: list[str]
    section: list[str]
    text: str
    notices: str
    codes: list[str]
    key_codes: list[str]


def select_columns(*columns: Any) -> Select[Any]:
    """Return a statement for rows of plain values: mapped objects cost ten times as much each."""
    return sql_select(*columns)


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Yield ids in lists short enough for one statement."""
    every = list(ids)
    for start in range(0, len(every), _IN_LIMIT):
        yield every[start : start + _IN_LIMIT]


def get_state(session: Session) -> StateRow:
    """Return the state; a database without one is at revision 0."""
    return session.get(StateRow, 1) or StateRow(id=1)


def next_revision(session: Session) -> int:
    """Raise the revision by one and return it.

    Called first in a writing transaction: the update takes the row's lock (SQLite: the write lock),
    so that revisions become visible in their order.
    """
    raised = session.execute(
        update(StateRow).where(col(StateRow.id) == 1).values(revision=col(StateRow.revision) + 1)
    )
    if not raised.rowcount:  # type: ignore[attr-defined]
        session.add(StateRow(id=1, revision=1, instance=uuid4().hex))
        session.flush()
    state = session.get(StateRow, 1, populate_existing=True)
    return state.revision if state else 1


def check_embedder(session: Session, *, name: str, dimensions: int, record: bool = False) -> None:
    """Make sure the stored vectors came from this embedder; `record` it when there are none yet.

    Raises:
        EmbedderMismatch: another embedder made them.
    """
    state = get_state(session)
    if state.embedder is not None and (state.embedder, state.dimensions) != (name, dimensions):
        if count_chunks(session):
            raise EmbedderMismatch(f"{state.embedder} ({state.dimensions})", f"{name} ({dimensions})")
        state.embedder = None
    if record and state.embedder is None:
        state.embedder, state.dimensions = name, dimensions
        session.add(state)
        session.flush()


def count_chunks(session: Session) -> int:
    """Return how many chunks there are."""
    return session.exec(select(func.count()).select_from(ChunkRow)).one()


def list_document_rows(session: Session) -> list[DocumentRow]:
    """Return every document, by path."""
    return list(session.exec(select(DocumentRow).order_by(DocumentRow.path)).all())


def find_by_source(session: Session, source: str) -> DocumentRow | None:
    """Return the document read from an absolute path."""
    return session.exec(select(DocumentRow).where(DocumentRow.source == source)).first()


def find_by_path(session: Session, path: str) -> DocumentRow | None:
    """Return the document that people know under a path."""
    return session.exec(select(DocumentRow).where(DocumentRow.path == path)).first()


def list_note_rows(session: Session) -> list[tuple[NoteRow, DocumentRow]]:
    """Return every note with its document, by path."""
    statement = (
        select(NoteRow, DocumentRow)
        .join(DocumentRow, col(DocumentRow.id) == col(NoteRow.document_id))
        .order_by(DocumentRow.path)
    )
    return [(note, document) for note, document in session.exec(statement).all()]


def find_note(session: Session, note_id: str) -> tuple[NoteRow, DocumentRow] | None:
    """Return a note with its document."""
    note = session.get(NoteRow, note_id)
    document = session.get(DocumentRow, note.document_id) if note is not None else None
    return (note, document) if note is not None and document is not None else None


def find_vectors_by_hash(session: Session, hashes: Sequence[str]) -> dict[str, bytes]:
    """Return known vectors by the hash of the text they were made from."""
    found: dict[str, bytes] = {}
    unique = list(dict.fromkeys(hashes))
    for start in range(0, len(unique), _IN_LIMIT):
        rows = session.exec(
            select(ChunkRow.embed_hash, VectorRow.embedding)
            .join(VectorRow, col(VectorRow.chunk_id) == col(ChunkRow.id))
            .where(col(ChunkRow.embed_hash).in_(unique[start : start + _IN_LIMIT]))
        ).all()
        found.update(rows)
    return found


def replace_chunks(
    session: Session,
    document: DocumentRow,
    chunks: Sequence[Chunk],
    hashes: Sequence[str],
    vectors: Sequence[bytes],
) -> None:
    """Put these chunks and vectors in the place of the document's old ones."""
    assert document.id is not None  # noqa: S101 - a flushed row has its id
    delete_chunks(session, document.id)
    rows = [
        {
            "document_id": document.id,
            "position": position,
            "kind": chunk.kind.value,
            "text": chunk.text,
            "section": list(chunk.section),
            "page": chunk.page,
            "notices": [list(notice) for notice in chunk.notices],
            "codes": list(chunk.codes),
            "key_codes": list(chunk.key_codes),
            "table_header": list(chunk.header) if chunk.rows else None,
            "table_rows": [list(cells) for cells in chunk.rows] or None,
            "embed_hash": embed_hash,
        }
        for position, (chunk, embed_hash) in enumerate(zip(chunks, hashes, strict=True))
    ]
    if rows:
        # Ids in the order of the passages: the vector file keeps what belongs together close together.
        insertion = insert(ChunkRow).returning(col(ChunkRow.id), sort_by_parameter_order=True)
        insert_vectors(session, list(session.scalars(insertion, rows)), vectors)


def insert_vectors(session: Session, chunk_ids: Sequence[int | None], vectors: Sequence[bytes]) -> None:
    """Write a vector for each of these new chunks."""
    rows = [{"chunk_id": key, "embedding": vector} for key, vector in zip(chunk_ids, vectors, strict=True)]
    session.execute(insert(VectorRow), rows)


def delete_chunks(session: Session, document_id: int) -> None:
    """Delete a document's chunks and vectors."""
    ids = select(ChunkRow.id).where(ChunkRow.document_id == document_id)
    session.execute(delete(VectorRow).where(col(VectorRow.chunk_id).in_(ids)))
    session.execute(delete(ChunkRow).where(col(ChunkRow.document_id) == document_id))


def delete_document(session: Session, document: DocumentRow, *, revision: int) -> None:
    """Delete a document and leave word for the indexes."""
    assert document.id is not None  # noqa: S101 - a stored row has its id
    delete_chunks(session, document.id)
    session.execute(delete(NoteRow).where(col(NoteRow.document_id) == document.id))
    session.add(RemovalRow(document_id=document.id, revision=revision))
    session.delete(document)
    session.flush()


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a document is, without its passages."""

    id: int
    path: str
    title: str
    audience: str
    products: list[str]
    identifiers: list[str]
    supersedes: list[str]
    chunk_count: int


def document_facts_since(session: Session, revision: int) -> tuple[list[DocumentFacts], set[int]]:
    """Return (documents written, ids of documents removed) after a revision, in the order of their ids."""
    columns = [getattr(DocumentRow, name) for name in DocumentFacts.__dataclass_fields__]
    rows = session.execute(
        select_columns(*columns).where(col(DocumentRow.revision) > revision).order_by(col(DocumentRow.id))
    )
    removed = session.exec(select(RemovalRow.document_id).where(RemovalRow.revision > revision)).all()
    return [DocumentFacts(*row) for row in rows], set(removed)


def stored_chunks(session: Session, document_ids: Iterable[int]) -> Iterator[StoredChunk]:
    """Yield the chunks of documents as the indexes need them."""
    statement = (
        select_columns(
            ChunkRow.id,
            ChunkRow.document_id,
            DocumentRow.title,
            DocumentRow.products,
            ChunkRow.section,
            ChunkRow.text,
            ChunkRow.notices,
            ChunkRow.codes,
            ChunkRow.key_codes,
        )
        .join(DocumentRow, col(DocumentRow.id) == col(ChunkRow.document_id))
        .order_by(col(ChunkRow.id))
    )
    for part in batches(document_ids):
        for chunk_id, document_id, title, products, section, text, notices, codes, keys in session.execute(
            statement.where(col(ChunkRow.document_id).in_(part))
        ):
            above = "\n".join(words for _, words in notices if words not in text)
            yield StoredChunk(chunk_id, document_id, title, products, section, text, above, codes, keys)


def find_vectors(
    session: Session, chunk_ids: Iterable[int], dimensions: int
) -> dict[int, NDArray[np.float32]]:
    """Return the vectors of chunks by chunk id; unknown ids are left out."""
    found: dict[int, NDArray[np.float32]] = {}
    for part in batches(chunk_ids):
        rows = session.execute(
            select_columns(VectorRow.chunk_id, VectorRow.embedding).where(col(VectorRow.chunk_id).in_(part))
        )
        for chunk_id, embedding in rows:
            found[chunk_id] = np.frombuffer(embedding, dtype="<f4", count=dimensions)
    return found
