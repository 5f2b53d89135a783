"""What one reader may be shown at one revision and on one day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from string import ascii_uppercase

from knowledge.documents import Audience
from knowledge.language.codes import CodeMention
from knowledge.language.terms import analyze
from knowledge.lexical import LexicalIndex
from knowledge.storage.catalogue import Catalogue, CatalogueEntry

_PART_DIGITS = 4
_MOST_HELD = 200


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

    def is_name(self, parts: Sequence[str]) -> bool:
        """Tell whether a document bears each of these words, apart, in its path, title or products."""
        terms = {term for part in parts for term in analyze(part)}
        bearers = [self.catalogue.bearers.get(term, frozenset()) for term in terms]
        readable = self.reader.readable()
        return bool(bearers) and any(
            self.catalogue.entries[i].audience in readable for i in frozenset.intersection(*bearers)
        )

    def hold_together(self, form: str, others: Collection[str]) -> bool:
        """Tell whether a passage holds a code in this form and one in one of the other forms."""
        if not self.lexical.count_code(form):
            return False
        near, far = (
            self.lexical.search_codes(forms, limit=_MOST_HELD, excluded=self.hidden)
            for forms in ([form], list(others))
        )
        return not near.keys().isdisjoint(far)

    def complete(self, mention: CodeMention) -> CodeMention:
        """Return a code with the forms that documents give a part number typed without its suffix: AS5047 for AS5047P.

        An error code that is announced as one is exact.
        """
        form = mention.forms[0]
        is_part = sum(c.isdigit() for c in form) >= _PART_DIGITS and sum(c.isalpha() for c in form) > 1
        if (
            mention.announced
            or not is_part
            or not form[-1].isdigit()
            or any(map(self.knows_code, mention.forms))
        ):
            return mention
        longer = [form + letter for letter in ascii_uppercase if self.knows_code(form + letter)]
        return replace(mention, forms=(*mention.forms, *longer))


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
