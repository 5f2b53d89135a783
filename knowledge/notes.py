"""Reviewed notes: what an expert said, kept as a document that somebody vouches for until a day.

A note is data like any document. Its words can't retire another document, give themselves a version or an author:
those facts come from whoever saves it, never from the text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime

import numpy as np
from sqlmodel import Session

from knowledge.blocks import Block, BlockKind, ParsedDocument
from knowledge.chunking import Chunk, chunk_document
from knowledge.documents import Audience
from knowledge.embeddings import Embedder
from knowledge.errors import NoteDatesWrong, NoteEmpty, UnreadableDocument
from knowledge.ingest import embedded_text
from knowledge.language.folding import fold
from knowledge.parsing.files import finish
from knowledge.parsing.plain import split_lines
from knowledge.storage.models import DocumentRow, NoteRow
from knowledge.storage.repository import (
    check_embedder,
    find_by_source,
    find_note,
    list_note_rows,
    next_revision,
    replace_chunks,
)

SOURCE = "note:"
_SLUG_CHARACTERS = 48


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """What somebody wants kept. `products` is empty for a note about everything; days are UTC days.

    `note_id` names the note for good: saved again under it, a note is replaced.
    """

    note_id: str
    title: str
    question: str
    text: str
    author: str
    reviewer: str
    audience: Audience
    products: tuple[str, ...]
    review_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class Note:
    """A note that is kept. `document` is its name in the list of documents; `reviewed_on` the day it was saved."""

    document: str
    draft: NoteDraft
    reviewed_on: date

    def is_due(self, today: date) -> bool:
        """Tell whether somebody has to look at it again."""
        return self.draft.review_on <= today or self.is_expired(today)

    def is_expired(self, today: date) -> bool:
        """Tell whether its last day is over, so that it is cited no more."""
        return self.draft.expires_on < today


def save_note(
    draft: NoteDraft,
    *,
    session_scope: Callable[[], AbstractContextManager[Session]],
    embedder: Embedder,
    now: datetime,
) -> Note:
    """Write the note with its passages under a new revision, in the place of an earlier one with its id.

    The author of a note that is saved again stays who it was.

    Raises:
        NoteEmpty: it has no title, or no text that says anything.
        NoteDatesWrong: it would expire before today or before its review.
        EmbedderMismatch: the stored vectors were made by another embedder.
    """
    check_draft(draft, today=now.date())
    title = _flat(draft.title)
    chunks = chunk_document(_parse(draft), title=title)
    texts = [embedded_text(title, chunk) for chunk in chunks]
    vectors = [_pack(vector) for vector in embedder.embed_passages(texts)]
    hashes = [hashlib.sha256(f"{embedder.name}\0{text}".encode()).hexdigest() for text in texts]
    with session_scope() as session:
        revision = next_revision(session)
        check_embedder(session, name=embedder.name, dimensions=embedder.dimensions, record=True)
        known = find_note(session, draft.note_id)
        if known is not None:
            draft = replace(draft, author=known[0].author)
        document = _put_document(session, draft, chunks, revision=revision, now=now)
        replace_chunks(session, document, chunks, hashes, vectors)
        session.merge(
            NoteRow(
                note_id=draft.note_id,
                document_id=document.id or 0,
                author=draft.author,
                reviewer=draft.reviewer,
                question=draft.question,
                text=draft.text,
                reviewed_on=now.date(),
                review_on=draft.review_on,
                expires_on=draft.expires_on,
            )
        )
        return Note(document.path, draft, now.date())


def check_draft(draft: NoteDraft, *, today: date) -> None:
    """Check what a person filled in.

    Raises:
        NoteEmpty, NoteDatesWrong: see `save_note`.
    """
    if not _flat(draft.title):
        raise NoteEmpty("title")
    if not any(character.isalnum() for character in draft.text):
        raise NoteEmpty("text")
    if draft.expires_on < today or draft.review_on > draft.expires_on:
        raise NoteDatesWrong(draft.review_on, draft.expires_on)


def list_notes(session: Session) -> list[Note]:
    """Return every note, by the name of its document."""
    return [_build_note(note, document) for note, document in list_note_rows(session)]


def get_note(session: Session, note_id: str) -> Note | None:
    """Return a note by its id, None when there is none (any more)."""
    found = find_note(session, note_id)
    return _build_note(*found) if found else None


def _build_note(note: NoteRow, document: DocumentRow) -> Note:
    draft = NoteDraft(
        note_id=note.note_id,
        title=document.title,
        question=note.question,
        text=note.text,
        author=note.author,
        reviewer=note.reviewer,
        audience=Audience(document.audience),
        products=tuple(document.products),
        review_on=note.review_on,
        expires_on=note.expires_on,
    )
    return Note(document.path, draft, note.reviewed_on)


def _parse(draft: NoteDraft) -> ParsedDocument:
    """Return the note as blocks: the question as the heading over all of it, then what was said."""
    blocks = [
        replace(block, level=block.level + 1) if block.kind is BlockKind.HEADING else block
        for block in split_lines(draft.text.splitlines())
    ]
    question = _flat(draft.question)
    heading = [Block(BlockKind.HEADING, question, level=1)] if question else []
    try:
        return finish(ParsedDocument(blocks=(*heading, *blocks)), document=draft.note_id)
    except UnreadableDocument as error:
        raise NoteEmpty("text") from error


def _put_document(
    session: Session, draft: NoteDraft, chunks: Sequence[Chunk], *, revision: int, now: datetime
) -> DocumentRow:
    source = SOURCE + draft.note_id
    row = find_by_source(session, source)
    if row is None:
        row = DocumentRow(
            source=source, root=SOURCE, path=_name(draft), content_hash="", audience="", title="",
            revision=revision, ingested_at=now,
        )  # fmt: skip
    row.content_hash = hashlib.sha256(repr(astuple(draft)).encode()).hexdigest()
    row.audience, row.products = draft.audience.value, list(draft.products)
    row.title, row.chunk_count = _flat(draft.title), len(chunks)
    row.revision, row.ingested_at = revision, now
    session.add(row)
    session.flush()
    return row


def _name(draft: NoteDraft) -> str:
    """Return what people call the note's document: readable, and unlike any other by the id at its end."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(draft.title))[:_SLUG_CHARACTERS].strip("-")
    return f"{SOURCE}{slug or 'note'}-{hashlib.sha256(draft.note_id.encode()).hexdigest()[:8]}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _pack(vector: object) -> bytes:
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()
