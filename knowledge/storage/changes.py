"""What happened between two revisions, in slices that can be applied and written down one by one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col

from knowledge.documents import Audience
from knowledge.storage.models import DocumentRow, RemovalRow
from knowledge.storage.repository import select_columns

CHUNKS_PER_SLICE = 20_000


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after the revision `since` up to `until`: documents written, with their audience, and removed."""

    since: int
    until: int
    written: dict[int, Audience]
    removed: frozenset[int]

    @property
    def forgotten(self) -> frozenset[int]:
        """The documents of which an index may hold an older state."""
        return self.removed | self.written.keys() if self.since else frozenset()


def find_changes(session: Session, since: int, until: int) -> list[Changes]:
    """Return what happened after `since` up to `until`, in order; the last slice ends with `until`."""
    written = session.execute(
        select_columns(DocumentRow.id, DocumentRow.audience, DocumentRow.revision, DocumentRow.chunk_count)
        .where(col(DocumentRow.revision) > since, col(DocumentRow.revision) <= until)
        .order_by(col(DocumentRow.revision), col(DocumentRow.id))
    ).all()
    removed = session.execute(
        select_columns(RemovalRow.document_id, RemovalRow.revision)
        .where(col(RemovalRow.revision) > since, col(RemovalRow.revision) <= until)
        .order_by(col(RemovalRow.revision))
    ).all()
    ends = _find_ends([(revision, chunks) for _, _, revision, chunks in written], until)
    slices = []
    for end in ends:
        slices.append(
            Changes(
                since,
                end,
                {
                    key: Audience(audience)
                    for key, audience, revision, _ in written
                    if since < revision <= end
                },
                frozenset(key for key, revision in removed if since < revision <= end),
            )
        )
        since = end
    return slices


def _find_ends(written: list[tuple[int, int]], until: int) -> list[int]:
    """Return the revisions at which slices end, from (revision, chunks) in order."""
    ends = []
    size = 0
    for position, (revision, chunks) in enumerate(written[:-1]):
        size += chunks
        if size >= CHUNKS_PER_SLICE and written[position + 1][0] > revision:
            ends.append(revision)
            size = 0
    return [*ends, until]
