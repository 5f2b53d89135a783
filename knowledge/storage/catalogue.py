"""The documents of one revision in memory: who may see which, what is in scope, what is superseded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from knowledge.documents import Audience
from knowledge.language.codes import codes_in
from knowledge.language.terms import analyze, join_models
from knowledge.storage.models import NoteRow
from knowledge.storage.repository import document_facts_since, get_state, list_note_rows

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What retrieval has to know of a document without asking the database.

    `credit` names who vouches for a note and since when; `expires_on` is its last day. Both are None for a file.
    """

    document_id: int
    path: str
    title: str
    title_codes: frozenset[str]
    audience: Audience
    products: frozenset[str]
    identifiers: frozenset[str]
    supersedes: frozenset[str]
    passages: int = 0
    credit: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True, eq=False)
class Reach:
    """The documents that one question may draw on: visible to its reader, in its scope, not hidden.

    `names` are the products of the scope, empty for none; `hidden` is what was superseded or has expired.
    `documents` tells by document id what is within reach, `visible` what the reader may see at all; their
    first and their last place are nobody's.
    """

    reader: Audience
    names: frozenset[str]
    hidden: frozenset[int]
    documents: NDArray[np.bool_]
    visible: NDArray[np.bool_]

    def holds(self, document_id: int) -> bool:
        """Tell whether a document is within reach."""
        return bool(self.documents[min(document_id, len(self.documents) - 1)])


@dataclass(slots=True)
class _Known:
    """What was worked out from a catalogue: a question must not walk all documents."""

    visible: dict[Audience, dict[int, CatalogueEntry]] = field(default_factory=dict)
    superseded: dict[Audience, dict[int, CatalogueEntry]] = field(default_factory=dict)
    product_codes: dict[Audience, frozenset[str]] = field(default_factory=dict)
    hidden: dict[tuple[Audience, date], frozenset[int]] = field(default_factory=dict)
    expired: dict[date, frozenset[int]] = field(default_factory=dict)
    reaches: dict[tuple[Audience, frozenset[str], frozenset[int]], Reach] = field(default_factory=dict)


_REMEMBERED_SCOPES = 64


@dataclass(frozen=True)
class Catalogue:
    """All documents at a revision. What it hands out is kept and handed out again: not to be changed."""

    revision: int
    instance: str
    entries: dict[int, CatalogueEntry]
    _known: _Known = field(default_factory=_Known, compare=False, repr=False)

    def visible(self, reader: Audience) -> dict[int, CatalogueEntry]:
        """Return what a reader may see."""
        known = self._known.visible.get(reader)
        if known is None:
            readable = reader.readable()
            known = {key: entry for key, entry in self.entries.items() if entry.audience in readable}
            self._known.visible[reader] = known
        return known

    def reach(self, reader: Audience, names: frozenset[str], hidden: frozenset[int]) -> Reach:
        """Return what a reader's question may draw on.

        With product names that is the documents that name one of them and those for no product at all.
        """
        known = self._known.reaches.get((reader, names, hidden))
        if known is None:
            visible = self.visible(reader)
            inside = [
                key
                for key, entry in visible.items()
                if key not in hidden and (not names or not entry.products or entry.products & names)
            ]
            known = Reach(reader, names, hidden, self._mask(inside), self._mask(visible))
            if len(self._known.reaches) >= _REMEMBERED_SCOPES:
                self._known.reaches.clear()
            self._known.reaches[reader, names, hidden] = known
        return known

    def _mask(self, document_ids: Iterable[int]) -> NDArray[np.bool_]:
        mask = np.zeros(max(self.entries, default=0) + 2, dtype=np.bool_)
        mask[list(document_ids)] = True
        return mask

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

    def product_codes(self, reader: Audience) -> frozenset[str]:
        """Return the names of those products as codes are written: capitals and digits."""
        known = self._known.product_codes.get(reader)
        if known is None:
            names = self.products(reader)
            known = frozenset("".join(c for c in name if c.isalnum()).upper() for name in names)
            self._known.product_codes[reader] = known
        return known

    @cached_property
    def _title_codes(self) -> dict[str, set[Audience]]:
        found: dict[str, set[Audience]] = {}
        for entry in self.entries.values():
            # A note's title is what somebody typed; it must not change how a code is read.
            for code in entry.title_codes if entry.credit is None else ():
                found.setdefault(code, set()).add(entry.audience)
        return found

    def is_in_title(self, reader: Audience, forms: Iterable[str]) -> bool:
        """Tell whether a code stands in the title of a document of the reader's: it names what that is about."""
        readable = reader.readable()
        return any(not self._title_codes.get(form, set()).isdisjoint(readable) for form in forms)

    @cached_property
    def bearers(self) -> dict[str, frozenset[int]]:
        """The documents by each term of their path, title and products."""
        found: dict[str, set[int]] = {}
        for key, entry in self.entries.items():
            # As with codes: what somebody typed above a note names no machine.
            for word in _words_of_names(entry) if entry.credit is None else ():
                for term in analyze(word):
                    found.setdefault(term, set()).add(key)
        return {term: frozenset(keys) for term, keys in found.items()}

    @cached_property
    def known_names(self) -> dict[tuple[Audience, str], frozenset[int]]:
        """The documents that a term names for a reader, as far as it was looked up."""
        return {}

    @cached_property
    def written_as_names(self) -> frozenset[str]:
        """The terms that some path or title writes as a name ("MkV", "ODrive", "PX200"), and all of products."""
        return frozenset(
            term
            for entry in self.entries.values()
            if entry.credit is None
            for word in (*filter(_is_written_as_name, _words_of_names(entry)), *entry.products)
            for term in analyze(word)
        )

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
        known = self._known.superseded.get(reader)
        if known is None:
            known = self._known.superseded[reader] = self._find_superseded(reader)
        return known

    def _find_superseded(self, reader: Audience) -> dict[int, CatalogueEntry]:
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
        known = self._known.expired.get(today)
        if known is None:
            known = self._known.expired[today] = frozenset(
                key
                for key, entry in self.entries.items()
                if entry.expires_on is not None and entry.expires_on < today
            )
        return known

    def hidden(self, reader: Audience, today: date) -> frozenset[int]:
        """Return what this reader is not shown today: superseded for this reader, or expired."""
        known = self._known.hidden.get((reader, today))
        if known is None:
            known = self.expired(today).union(self.superseded(reader))
            self._known.hidden[reader, today] = known
        return known


def _words_of_names(entry: CatalogueEntry) -> Iterable[str]:
    path = entry.path.rpartition(".")[0] or entry.path
    for text in (path, entry.title, *entry.products):
        # A title all in capitals writes nothing as a name.
        written = text.lower() if text.isupper() and " " in text else text
        yield from _WORD.findall(join_models(written))


def _is_written_as_name(word: str) -> bool:
    return any(c.isupper() for c in word[1:]) or (
        any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
    )


def load_catalogue(session: Session, known: Catalogue | None = None) -> Catalogue:
    """Return the catalogue of the current revision; of a `known` one only what changed since is read."""
    state = get_state(session)
    if known is None or known.instance != state.instance or known.revision > state.revision:
        known = Catalogue(revision=0, instance=state.instance, entries={})
    written, removed = document_facts_since(session, known.revision)
    notes = {note.document_id: note for note, _ in list_note_rows(session)}
    entries = {key: entry for key, entry in known.entries.items() if key not in removed}
    for row in written:
        note = notes.get(row.id)
        entries[row.id] = CatalogueEntry(
            document_id=row.id,
            path=row.path,
            title=row.title,
            title_codes=frozenset(codes_in(row.title)),
            audience=Audience(row.audience),
            products=frozenset(product.strip().casefold() for product in row.products),
            identifiers=frozenset(row.identifiers),
            supersedes=frozenset(row.supersedes),
            passages=row.chunk_count,
            credit=credit_note(note) if note else None,
            expires_on=note.expires_on if note else None,
        )
    # By path, so that of two documents that supersede a third the same one always wins.
    ordered = dict(sorted(entries.items(), key=lambda item: item[1].path))
    return Catalogue(revision=state.revision, instance=state.instance, entries=ordered)


def credit_note(note: NoteRow) -> str:
    """Return how a note is cited: "Note by Ada Berg, reviewed 3 Mar 2026"."""
    day = note.reviewed_on
    return f"Note by {note.author}, reviewed {day.day} {_MONTHS[day.month - 1]} {day.year}"
