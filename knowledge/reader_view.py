"""What one reader may be shown at one revision and on one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from knowledge.documents import Audience
from knowledge.lexical import LexicalIndex
from knowledge.storage.catalogue import Catalogue, CatalogueEntry


@dataclass(frozen=True, slots=True)
class ReaderView:
    """The documents and the words of a reader. `hidden` is what was superseded or has expired."""

    reader: Audience
    catalogue: Catalogue
    lexical: LexicalIndex
    superseded: dict[int, CatalogueEntry]
    expired: frozenset[int]
    hidden: frozenset[int]

    def knows_code(self, form: str) -> bool:
        """Tell whether a passage that has not expired holds a code in this form."""
        if not self.lexical.count_code(form):
            return False
        return not self.expired or bool(self.lexical.search_codes([form], limit=1, excluded=self.expired))


def build_reader_view(
    reader: Audience, catalogue: Catalogue, lexical: LexicalIndex, *, today: date
) -> ReaderView:
    """Return what this reader may be shown; a note that has expired stays out whether or not it was removed."""
    return ReaderView(
        reader,
        catalogue,
        lexical,
        catalogue.superseded(reader),
        catalogue.expired(today),
        catalogue.hidden(reader, today),
    )
