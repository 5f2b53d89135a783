"""The names of machines, as the documents of one reader bear them.

A word is a name when documents bear it in their path, title or products and hardly any other passage
uses it. In a collection of seven makers' documents the share of the passages that hold such a word and
belong to a document named by it is 1.00 for all products, .91 to .93 for the two that others mention, and
below .9 for the words of a field ("alarm" .95 apart, which announces a code: endstop .63, thermistor .27,
calibration .16, encoder .26).
"""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge.documents import Audience
from knowledge.language.code_words import CODE_WORDS
from knowledge.language.series import split_series
from knowledge.language.terms import STOP_WORDS, analyze, stem, words
from knowledge.lexical import LexicalIndex
from knowledge.storage.catalogue import Catalogue

# A name is used outside of the documents that bear it by at most one passage in so many of theirs. Lists of errors and
# of parts and bulletins for several machines mention a model more often, and one of letters and figures is no word;
# beside another of its series (C20 and C40) it is a model however often it is mentioned.
_INSIDE_FOR_ONE_OUTSIDE = 9
_INSIDE_FOR_ONE_OUTSIDE_OF_MODEL = 1
_NUMBERED = re.compile(r"^([a-z]{1,4})(\d+)[a-z]?$")
MODEL = re.compile(r"^(?=[^\W\d_]*\d)(?=\d*[^\W\d_])[^\W_]+$")
# A word in lower case, without a figure, names a machine only where so many documents bear it.
_BEARERS_OF_A_PLAIN_NAME = 3
_CODE_WORD = re.compile(rf"^(?:{CODE_WORDS})$", re.IGNORECASE)
_KIND_WORDS = """
manual guide reference handbook datasheet sheet installation operation operating maintenance service
troubleshooting specification specifications parts catalogue catalog instructions instruction safety
user list bulletin introduction overview quick start technical document documents documentation drawing
index readme release notes version revision original converted copy final draft pdf docx html htm txt csv xlsx
spare table chart card checklist faq policy warranty plan plans alarm alarms error errors fault faults code codes
commissioning lubrication torque general common
handbuch anleitung betriebsanleitung wartung datenblatt manuel notice instrucciones guia
"""
# Words that tell the kind of a document or file, not what it is about.
_KINDS = frozenset(map(stem, _KIND_WORDS.split()))


class NameFinder:
    """Looks words up among the documents of one reader."""

    def __init__(self, reader: Audience, catalogue: Catalogue, lexical: LexicalIndex) -> None:
        self._reader = reader
        self._readable = reader.readable()
        self._catalogue = catalogue
        self._lexical = lexical

    def _bearers(self, term: str) -> frozenset[int]:
        entries = self._catalogue.entries
        return frozenset(
            i for i in self._catalogue.bearers.get(term, ()) if entries[i].audience in self._readable
        )

    def bearers_of_name(self, term: str) -> frozenset[int]:
        """Return the documents that a term names, none when it is no name; what was found is remembered."""
        known = self._catalogue.known_names
        if (self._reader, term) not in known:
            known[self._reader, term] = self._find_bearers(term)
        return known[self._reader, term]

    def _find_bearers(self, term: str) -> frozenset[int]:
        bearers = self._bearers(term)
        if not bearers or len(term) < 2 or term.isdigit() or term in STOP_WORDS or term in _KINDS:
            return frozenset()
        if _CODE_WORD.match(term) or not (
            term in self._catalogue.written_as_names or len(bearers) >= _BEARERS_OF_A_PLAIN_NAME
        ):
            return frozenset()
        if self._has_other_models(term, bearers):
            return bearers
        inside = sum(self._catalogue.entries[i].passages for i in bearers)
        most = inside // (_INSIDE_FOR_ONE_OUTSIDE_OF_MODEL if MODEL.match(term) else _INSIDE_FOR_ONE_OUTSIDE)
        outside = self._lexical.search([term], limit=most + 1, excluded=bearers)
        return bearers if len(outside) <= most else frozenset()

    def _has_other_models(self, term: str, bearers: frozenset[int]) -> bool:
        """Tell whether other documents bear the name of another model of the series that a term is written like."""
        own = _NUMBERED.match(term)
        return own is not None and any(
            (other := _NUMBERED.match(name)) is not None
            and other[1] == own[1]
            and other[2] != own[2]
            and not self._bearers(name) <= bearers
            for name in self._catalogue.written_as_names
        )

    def tells_which(self, code: str, bearers: frozenset[int]) -> bool:
        """Tell whether a model or a version stands, with all its parts, in the name of one of these documents."""
        return bool(frozenset.intersection(bearers, *(self._bearers(word) for word in words(code))))

    def is_strange(self, term: str, bearers: frozenset[int]) -> bool:
        """Tell whether a term stands nowhere in these documents; False where there are none."""
        if not bearers or not self._bearers(term).isdisjoint(bearers):
            return False
        return not self._lexical.search([term], limit=1, documents=bearers)

    def has_sibling(self, model: str) -> bool:
        """Tell whether a document is named after another model of the series that this one is written like."""
        own = split_series(model)
        return own is not None and any(
            (other := split_series(term)) is not None and other[0] == own[0] and bool(self._bearers(term))
            for term in self._catalogue.bearers
        )


@lru_cache(16_384)
def terms_of_name(name: str) -> frozenset[str]:
    """Return the terms of a document's path or title."""
    return frozenset(analyze(name))
