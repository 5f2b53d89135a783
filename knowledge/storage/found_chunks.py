"""What a passage shows, by the ids a search gave: chunks with their documents, and those beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Text, bindparam, cast, or_
from sqlmodel import Session, col, select

from knowledge.storage.models import ChunkRow, DocumentRow
from knowledge.storage.repository import batches, select_columns


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk with what a passage shows of it and of its document."""

    id: int
    kind: str
    text: str
    section: list[str]
    page: int | None
    notices: list[list[str]]
    codes: list[str]
    key_codes: list[str]
    table_header: list[str] | None
    table_rows: list[list[str]] | None
    document_id: int
    path: str
    title: str
    audience: str
    products: list[str]


# Built once: building it takes as long as running it.
_FOUND = select_columns(
    ChunkRow.id,
    ChunkRow.kind,
    ChunkRow.text,
    ChunkRow.section,
    ChunkRow.page,
    ChunkRow.notices,
    ChunkRow.codes,
    ChunkRow.key_codes,
    ChunkRow.table_header,
    ChunkRow.table_rows,
    ChunkRow.document_id,
    DocumentRow.path,
    DocumentRow.title,
    DocumentRow.audience,
    DocumentRow.products,
).join(DocumentRow, col(DocumentRow.id) == col(ChunkRow.document_id))
_FOUND_BY_ID = _FOUND.where(col(ChunkRow.id).in_(bindparam("ids", expanding=True)))


def find_chunks(session: Session, chunk_ids: Iterable[int]) -> dict[int, FoundChunk]:
    """Return chunks with their documents by chunk id; unknown ids are left out."""
    found: dict[int, FoundChunk] = {}
    for part in batches(chunk_ids):
        for row in session.execute(_FOUND_BY_ID, {"ids": part}):
            found[row[0]] = FoundChunk(*row)
    return found


def find_in_section(session: Session, chunk_id: int, *, reach: int) -> list[FoundChunk]:
    """Return a chunk and the others of its section at most `reach` places before and behind it, in order."""
    anchor = session.get(ChunkRow, chunk_id)
    if anchor is None:
        return []
    own = select(cast(col(ChunkRow.section), Text)).where(ChunkRow.id == chunk_id).scalar_subquery()
    statement = _FOUND.where(
        col(ChunkRow.document_id) == anchor.document_id,
        col(ChunkRow.position).between(anchor.position - reach, anchor.position + reach),
        cast(col(ChunkRow.section), Text) == own,
    ).order_by(col(ChunkRow.position))
    return [FoundChunk(*row) for row in session.execute(statement)]


def find_with_heading(session: Session, chunk_id: int, number: str, *, limit: int) -> list[FoundChunk]:
    """Return chunks of the same document below a heading that may bear this number, in its order.

    The number is looked for at the start of a heading, or behind one word ("Chapter 7"): a caller that
    needs certainty looks at the headings itself.
    """
    anchor = session.get(ChunkRow, chunk_id)
    if anchor is None:
        return []
    headings = cast(col(ChunkRow.section), Text)
    statement = (
        _FOUND.where(
            col(ChunkRow.document_id) == anchor.document_id,
            or_(headings.contains(f'"{number}'), headings.contains(f" {number}")),
        )
        .order_by(col(ChunkRow.position))
        .limit(limit)
    )
    return [FoundChunk(*row) for row in session.execute(statement)]
