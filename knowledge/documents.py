"""What a document is to the rest of the product: who may read it, and its facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Audience(StrEnum):
    """Who may read a document. Audiences nest: internal sees partner sees public."""

    INTERNAL = "internal"
    PARTNER = "partner"
    PUBLIC = "public"

    def readable(self) -> tuple[Audience, ...]:
        """Return the audiences whose documents a reader of this audience may see."""
        order = (Audience.INTERNAL, Audience.PARTNER, Audience.PUBLIC)
        return order[order.index(self) :]

    def readers(self) -> tuple[Audience, ...]:
        """Return the readers who may see a document of this audience."""
        return tuple(reader for reader in Audience if self in reader.readable())


@dataclass(frozen=True, slots=True)
class NoteSummary:
    """Who vouches for a note, since when, when it is to be looked at again, and its last day."""

    author: str
    reviewed_on: date
    review_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """One line of the list of documents. `pages` is None for formats without pages, `note` for what is no note."""

    document: str
    title: str
    audience: Audience
    products: tuple[str, ...]
    version: str | None
    superseded_by: str | None
    chunks: int
    pages: int | None
    ingested_at: datetime
    note: NoteSummary | None = None
