"""The documents as they are listed: each with its version, its replacement, and who answers for a note."""

from __future__ import annotations

from sqlmodel import Session

from knowledge.documents import Audience, DocumentSummary, NoteSummary
from knowledge.notes import Note, list_notes
from knowledge.storage.catalogue import load_catalogue
from knowledge.storage.repository import list_document_rows


def list_documents(session: Session) -> list[DocumentSummary]:
    """Return every document, by path. `superseded_by` is the path of its replacement."""
    replaced = load_catalogue(session).superseded(Audience.INTERNAL)
    notes = {note.document: note for note in list_notes(session)}
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
            note=_summarise(notes.get(row.path)),
        )
        for row in list_document_rows(session)
    ]


def _summarise(note: Note | None) -> NoteSummary | None:
    if note is None:
        return None
    return NoteSummary(note.draft.author, note.reviewed_on, note.draft.review_on, note.draft.expires_on)
