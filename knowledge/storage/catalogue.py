"""The documents of one revision in memory: who may see which, what is in scope, what is superseded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session

from knowledge.documents import Audience
from knowledge.language.codes import codes_in
from knowledge.language.terms import analyze
from knowledge.storage.repository import get_state, list_document_rows

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What retrieval has to know of a document without asking the database."""

    document_id: int
    path: str
    title: str
    audience: Audience
    products: frozenset[str]
    identifiers: frozenset[str]
    supersedes: frozenset[str]
    passages: int = 0


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
            for code in codes_in(entry.title):
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
            for word in _words_of_names(entry):
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

    def in_scope(self, reader: Audience, names: Iterable[str]) -> frozenset[int]:
        """Return the reader's documents for a product: those that name it, and those for no product at all."""
        wanted = frozenset(names)
        return frozenset(
            key
            for key, entry in self.visible(reader).items()
            if not entry.products or entry.products & wanted
        )


def _words_of_names(entry: CatalogueEntry) -> Iterable[str]:
    path = entry.path.rpartition(".")[0] or entry.path
    for text in (path, entry.title, *entry.products):
        # A title all in capitals writes nothing as a name.
        yield from _WORD.findall(text.lower() if text.isupper() and " " in text else text)


def _is_written_as_name(word: str) -> bool:
    return any(c.isupper() for c in word[1:]) or (
        any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
    )


def load_catalogue(session: Session) -> Catalogue:
    """Return the catalogue of the current revision."""
    state = get_state(session)
    entries = {
        row.id: CatalogueEntry(
            document_id=row.id,
            path=row.path,
            title=row.title,
            audience=Audience(row.audience),
            products=frozenset(product.strip().casefold() for product in row.products),
            identifiers=frozenset(row.identifiers),
            supersedes=frozenset(row.supersedes),
            passages=row.chunk_count,
        )
        for row in list_document_rows(session)
        if row.id is not None
    }
    return Catalogue(revision=state.revision, instance=state.instance, entries=entries)
