"""Questions to the tables, each named after what it answers. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Text, cast, delete, func, or_, update
from sqlmodel import Session, col, select

from knowledge.chunking import Chunk
from knowledge.errors import EmbedderMismatch
from knowledge.storage.models import ChunkRow, DocumentRow, NoteRow, RemovalRow, StateRow, VectorRow

_IN_LIMIT = 500


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with its document's id, as the indexes need it."""

    chunk_id: int
    document_id: int
    title: str
    section: tuple[str, ...]
    searchable: str
    codes: tuple[str, ...]
    key_codes: tuple[str, ...]


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
        ChunkRow(
            document_id=document.id,
            position=position,
            kind=chunk.kind.value,
            text=chunk.text,
            section=list(chunk.section),
            page=chunk.page,
            notices=[list(notice) for notice in chunk.notices],
            codes=list(chunk.codes),
            key_codes=list(chunk.key_codes),
            table_header=list(chunk.header) if chunk.rows else None,
            table_rows=[list(cells) for cells in chunk.rows] or None,
            embed_hash=embed_hash,
        )
        for position, (chunk, embed_hash) in enumerate(zip(chunks, hashes, strict=True))
    ]
    session.add_all(rows)
    session.flush()
    session.add_all(
        VectorRow(chunk_id=row.id or 0, embedding=vector) for row, vector in zip(rows, vectors, strict=True)
    )
    session.flush()


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


def changed_since(session: Session, revision: int) -> tuple[list[DocumentRow], list[int]]:
    """Return (documents written, ids of documents removed) after a revision."""
    written = session.exec(
        select(DocumentRow).where(DocumentRow.revision > revision).order_by(col(DocumentRow.id))
    ).all()
    removed = session.exec(select(RemovalRow.document_id).where(RemovalRow.revision > revision)).all()
    return list(written), list(removed)


def stored_chunks(session: Session, document_ids: Iterable[int]) -> Iterator[StoredChunk]:
    """Yield the chunks of documents as the indexes need them."""
    for part in batches(document_ids):
        rows = session.exec(
            select(ChunkRow, DocumentRow.title)
            .join(DocumentRow, col(DocumentRow.id) == col(ChunkRow.document_id))
            .where(col(ChunkRow.document_id).in_(part))
            .order_by(col(ChunkRow.id))
        ).all()
        for chunk, title in rows:
            notices = [words for _, words in chunk.notices if words not in chunk.text]
            yield StoredChunk(
                chunk_id=chunk.id or 0,
                document_id=chunk.document_id,
                title=title,
                section=tuple(chunk.section),
                searchable="\n".join([*notices, chunk.text]),
                codes=tuple(chunk.codes),
                key_codes=tuple(chunk.key_codes),
            )


def find_vectors(
    session: Session, chunk_ids: Iterable[int], dimensions: int
) -> dict[int, NDArray[np.float32]]:
    """Return the vectors of chunks by chunk id; unknown ids are left out."""
    found: dict[int, NDArray[np.float32]] = {}
    for part in batches(chunk_ids):
        for row in session.exec(select(VectorRow).where(col(VectorRow.chunk_id).in_(part))).all():
            found[row.chunk_id] = np.frombuffer(row.embedding, dtype="<f4", count=dimensions)
    return found


def find_chunks(session: Session, chunk_ids: Iterable[int]) -> dict[int, tuple[ChunkRow, DocumentRow]]:
    """Return chunks with their documents by chunk id; unknown ids are left out."""
    found: dict[int, tuple[ChunkRow, DocumentRow]] = {}
    for part in batches(chunk_ids):
        rows = session.exec(
            select(ChunkRow, DocumentRow)
            .join(DocumentRow, col(DocumentRow.id) == col(ChunkRow.document_id))
            .where(col(ChunkRow.id).in_(part))
        ).all()
        found.update((chunk.id or 0, (chunk, document)) for chunk, document in rows)
    return found


def find_in_section(session: Session, chunk_id: int, *, reach: int) -> list[tuple[ChunkRow, DocumentRow]]:
    """Return a chunk and the others of its section at most `reach` places before and behind it, in order."""
    anchor = session.get(ChunkRow, chunk_id)
    if anchor is None:
        return []
    own = select(cast(col(ChunkRow.section), Text)).where(ChunkRow.id == chunk_id).scalar_subquery()
    rows = session.exec(
        select(ChunkRow, DocumentRow)
        .join(DocumentRow, col(DocumentRow.id) == col(ChunkRow.document_id))
        .where(
            ChunkRow.document_id == anchor.document_id,
            col(ChunkRow.position).between(anchor.position - reach, anchor.position + reach),
            cast(col(ChunkRow.section), Text) == own,
        )
        .order_by(col(ChunkRow.position))
    ).all()
    return [(chunk, document) for chunk, document in rows]


def find_with_heading(
    session: Session, chunk_id: int, number: str, *, limit: int
) -> list[tuple[ChunkRow, DocumentRow]]:
    """Return chunks of the same document below a heading that may bear this number, in its order.

    The number is looked for at the start of a heading, or behind one word ("Chapter 7"): a caller that
    needs certainty looks at the headings itself.
    """
    anchor = session.get(ChunkRow, chunk_id)
    if anchor is None:
        return []
    headings = cast(col(ChunkRow.section), Text)
    rows = session.exec(
        select(ChunkRow, DocumentRow)
        .join(DocumentRow, col(DocumentRow.id) == col(ChunkRow.document_id))
        .where(
            ChunkRow.document_id == anchor.document_id,
            or_(headings.contains(f'"{number}'), headings.contains(f" {number}")),
        )
        .order_by(col(ChunkRow.position))
        .limit(limit)
    ).all()
    return [(chunk, document) for chunk, document in rows]


def find_document_ids(session: Session, chunk_ids: Iterable[int]) -> dict[int, int]:
    """Return the documents of chunks by chunk id; unknown ids are left out."""
    found: dict[int, int] = {}
    for part in batches(chunk_ids):
        rows = session.exec(select(ChunkRow.id, ChunkRow.document_id).where(col(ChunkRow.id).in_(part))).all()
        found.update((chunk_id or 0, document_id) for chunk_id, document_id in rows)
    return found
