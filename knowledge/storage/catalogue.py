"""The documents of one revision in memory: who may see which, what is in scope, what is superseded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlmodel import Session

from knowledge.documents import Audience
from knowledge.language.codes import codes_in
from knowledge.storage.models import NoteRow
from knowledge.storage.repository import get_state, list_document_rows, list_note_rows

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What retrieval has to know of a document without asking the database.

    `credit` names who vouches for a note and since when; `expires_on` is its last day. Both are None for a file.
    """

    document_id: int
    path: str
    title: str
    audience: Audience
    products: frozenset[str]
    identifiers: frozenset[str]
    supersedes: frozenset[str]
    credit: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class Catalogue:
    """All documents at a revision."""

    revision: int
    instance: str
    entries: dict[int, CatalogueEntry]

    def visible(self, reader: Audience) -> dict[int, CatalogueEntry]:
        """Return what a reader may see."""
        readable = reader.readable()
        return {key: entry for key, entry in self.entries.items() if entry.audience in readable}

    @cached_property
    def _by_identifier(self) -> dict[str, list[CatalogueEntry]]:
        found: dict[str, list[CatalogueEntry]] = {}
        for entry in self.entries.values():
            for identifier in entry.identifiers:
                found.setdefault(identifier, []).append(entry)
        return found

    @cached_property
    def _products(self) -> dict[Audience, frozenset[str]]:
        found: dict[Audience, set[str]] = {audience: set() for audience in Audience}
        for entry in self.entries.values():
            found[entry.audience] |= entry.products
        return {audience: frozenset(names) for audience, names in found.items()}

    def products(self, reader: Audience) -> frozenset[str]:
        """Return the names of all products that the reader's documents are for, folded."""
        return frozenset().union(*(self._products[audience] for audience in reader.readable()))

    @cached_property
    def _title_codes(self) -> dict[str, set[Audience]]:
        found: dict[str, set[Audience]] = {}
        for entry in self.entries.values():
            # A note's title is what somebody typed; it must not change how a code is read.
            for code in codes_in(entry.title) if entry.credit is None else ():
                found.setdefault(code, set()).add(entry.audience)
        return found

    def is_in_title(self, reader: Audience, forms: Iterable[str]) -> bool:
        """Tell whether a code stands in the title of a document of the reader's: it names what that is about."""
        readable = reader.readable()
        return any(not self._title_codes.get(form, set()).isdisjoint(readable) for form in forms)

    @cached_property
    def _supersessions(self) -> tuple[tuple[CatalogueEntry, CatalogueEntry], ...]:
        pairs = []
        for new in self.entries.values():
            for number in new.supersedes:
                pairs += [(old, new) for old in self._by_identifier.get(number, []) if old is not new]
        return tuple(pairs)

    def superseded(self, reader: Audience) -> dict[int, CatalogueEntry]:
        """Return, by the superseded document's id, the document that replaces it for this reader.

        Only a document the reader may see can replace another: what is hidden has no effect.
        """
        readable = reader.readable()
        replaced = {
            old.document_id: new
            for old, new in self._supersessions
            if old.audience in readable and new.audience in readable
        }
        return {old: self._latest(new, replaced) for old, new in replaced.items()}

    @staticmethod
    def _latest(entry: CatalogueEntry, replaced: dict[int, CatalogueEntry]) -> CatalogueEntry:
        seen: set[int] = set()
        while entry.document_id in replaced and entry.document_id not in seen:
            seen.add(entry.document_id)
            entry = replaced[entry.document_id]
        return entry

    def expired(self, today: date) -> frozenset[int]:
        """Return the documents whose last day is over."""
        return frozenset(
            key
            for key, entry in self.entries.items()
            if entry.expires_on is not None and entry.expires_on < today
        )

    def in_scope(self, reader: Audience, names: Iterable[str]) -> frozenset[int]:
        """Return the reader's documents for a product: those that name it, and those for no product at all."""
        wanted = frozenset(names)
        return frozenset(
            key
            for key, entry in self.visible(reader).items()
            if not entry.products or entry.products & wanted
        )


def load_catalogue(session: Session) -> Catalogue:
    """Return the catalogue of the current revision."""
    state = get_state(session)
    notes = {note.document_id: note for note, _ in list_note_rows(session)}
    entries = {
        row.id: CatalogueEntry(
            document_id=row.id,
            path=row.path,
            title=row.title,
            audience=Audience(row.audience),
            products=frozenset(product.strip().casefold() for product in row.products),
            identifiers=frozenset(row.identifiers),
            supersedes=frozenset(row.supersedes),
            credit=credit_note(notes[row.id]) if row.id in notes else None,
            expires_on=notes[row.id].expires_on if row.id in notes else None,
        )
        for row in list_document_rows(session)
        if row.id is not None
    }
    return Catalogue(revision=state.revision, instance=state.instance, entries=entries)


def credit_note(note: NoteRow) -> str:
    """Return how a note is cited: "Note by Ada Berg, reviewed 3 Mar 2026"."""
    day = note.reviewed_on
    return f"Note by {note.author}, reviewed {day.day} {_MONTHS[day.month - 1]} {day.year}"
