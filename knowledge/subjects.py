"""What a question is about: the machines it names, by the names that the documents bear themselves.

A word is a name when documents bear it in their path, title or products and hardly any other passage
uses it. In a collection of seven makers' documents the share of the passages that hold such a word and
belong to a document named by it is 1.00 for all products, .91 to .93 for the two that others mention, and
below .9 for the words of a field ("alarm" .95 apart, which announces a code: endstop .63, thermistor .27,
calibration .16, encoder .26).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from knowledge.documents import Audience
from knowledge.language.codes import CODE_WORDS
from knowledge.language.series import split_series
from knowledge.language.terms import STOP_WORDS, analyze, content_terms, stem, words
from knowledge.lexical import LexicalIndex
from knowledge.questions import QuestionPlan
from knowledge.replies import Passage
from knowledge.storage.catalogue import Catalogue
from knowledge.unknown_names import Vocabulary, find_alien_terms, find_unknown_names

# A name is used outside of the documents that bear it by at most one passage in so many of theirs.
_INSIDE_FOR_ONE_OUTSIDE = 9
# A word in lower case, without a figure, names a machine only where so many documents bear it.
_BEARERS_OF_A_PLAIN_NAME = 3
_CODE_WORD = re.compile(rf"^(?:{CODE_WORDS})$", re.IGNORECASE)
_VERSION = re.compile(r"^v\d", re.IGNORECASE)
# MkIII and MkV, PX200 and PX300: one series, told apart by what follows the letters.
_SERIES = re.compile(r"^([a-z]{1,4})(\d+[a-z]?|[ivx]+)$")
T = TypeVar("T")
_KIND_WORDS = """
manual guide reference handbook datasheet sheet installation operation operating maintenance service
troubleshooting specification specifications parts catalogue catalog instructions instruction safety
user list bulletin introduction overview quick start technical document documents documentation drawing
index readme release notes version revision original converted copy final draft pdf docx html htm txt csv
handbuch anleitung betriebsanleitung wartung datenblatt manuel notice instrucciones guia
"""
# Words that tell the kind of a document or file, not what it is about.
_KINDS = frozenset(map(stem, _KIND_WORDS.split()))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about, as far as the reader's documents tell.

    `names` are the names of machines that the question uses, with the paths of the documents that bear
    each; `marks` are terms that only tell which of them (a model, a version). `strange` are the
    question's terms that other documents use, and none about the named machine; `unknown` those that no
    document uses. `others` are names of machines that no document knows; `alien` are those of the unknown terms that
    are no English words either.
    `is_said` tells that the question or its thread uses the names, not only the machine on the bench.
    `rivals` are the paths of retrieved documents that bear the name of another machine.
    """

    names: Mapping[str, frozenset[str]]
    marks: frozenset[str]
    strange: frozenset[str]
    unknown: frozenset[str]
    others: frozenset[str]
    alien: frozenset[str] = frozenset()
    is_said: bool = True
    rivals: frozenset[str] = frozenset()

    def is_topic(self, term: str) -> bool:
        """Tell whether a term says what is asked, not of which machine."""
        return term not in self.names and term not in self.marks

    def set_names_aside(self, text: str) -> str:
        """Return a text without the words that only tell which machine is meant; as it is when nothing else is left."""
        kept = [word for word in text.split() if all(map(self.is_topic, analyze(word)))]
        return " ".join(kept) if words(" ".join(kept)) else text

    def is_told_by(self, code: str) -> bool:
        """Tell whether a code only says which machine is meant, as the names of its documents do."""
        return all(term in self.marks or term in self.names for term in words(code))

    def covers(self, passage: Passage, held: frozenset[str]) -> bool:
        """Tell whether a passage that holds these terms is about the machine that the question names.

        A document that bears nobody's name, a list of alarms say, is about every machine. A model's name
        may be missing where the passage holds the family's: a family's manual holds for its models,
        unless it is the manual of another model of the series.
        """
        if self.others:
            return False
        if not self._borne_by(passage, held):
            return passage.document not in self.rivals
        return self.is_named_by(passage, held)

    def is_named_by(self, passage: Passage, held: frozenset[str]) -> bool:
        """Tell whether a passage, or its document, bears the names that the question uses; False without any."""
        bears = self._borne_by(passage, held)
        return bool(bears) and all(
            name in bears or (self._is_model_of(name, bears) and not _has_sibling(name, passage))
            for name in self.names
        )

    def _borne_by(self, passage: Passage, held: frozenset[str]) -> set[str]:
        return {name for name, paths in self.names.items() if passage.document in paths or name in held}

    def _is_model_of(self, name: str, families: Iterable[str]) -> bool:
        own = self.names[name]
        return any(
            len(own) < len(self.names[family]) and not own.isdisjoint(self.names[family])
            for family in families
        )


def find_subject(
    plan: QuestionPlan,
    *,
    bench: Iterable[str],
    reader: Audience,
    catalogue: Catalogue,
    lexical: LexicalIndex,
) -> Subject:
    """Return what a question is about: by its own words, else by the thread's, else by the machine on the bench."""
    finder = _Finder(reader, catalogue, lexical)
    scope = tuple(term for name in sorted(bench) for term in analyze(name))
    named: dict[str, frozenset[int]] = {}
    said = (plan.terms, content_terms(plan.text))
    for terms in (*said, scope):
        named = {term: bearers for term in terms if (bearers := finder.bearers_of_name(term))}
        if named:
            break
    bearers = common(named)
    family = frozenset().union(*named.values())
    marks = {
        term
        for mention in plan.codes
        for term in analyze(mention.surface)
        if _VERSION.match(mention.surface) or finder.tells_which(mention.surface, bearers)
    }
    # "And for the MkV?": the machine that was asked about before is no part of this question.
    before = {term for term in plan.context if named and finder.bearers_of_name(term)}
    topic = {*plan.terms, *plan.context} - named.keys() - marks - before
    unknown = {term for term in topic if not any(map(lexical.frequency, plan.terms_for(term)))}
    strange = {
        term
        for term in topic - unknown
        if all(finder.is_strange(other, family) for other in plan.terms_for(term))
    }
    known = Vocabulary(named, unknown, strange, lexical.frequency, finder.has_sibling)
    return Subject(
        names={term: frozenset(catalogue.entries[i].path for i in ids) for term, ids in named.items()},
        marks=frozenset(marks | before),
        strange=frozenset(strange),
        unknown=frozenset(unknown),
        is_said=any(term in terms for terms in said for term in named),
        others=find_unknown_names(plan, known, passed=scope),
        alien=find_alien_terms(plan, known),
    )


def find_rivals(
    subject: Subject,
    passages: Iterable[Passage],
    *,
    reader: Audience,
    catalogue: Catalogue,
    lexical: LexicalIndex,
) -> frozenset[str]:
    """Return the paths of those passages' documents that bear the name of another machine than the subject."""
    if not subject.names:
        return frozenset()
    finder = _Finder(reader, catalogue, lexical)
    own = common(subject.names)
    entries = catalogue.entries

    def is_rival(path: str, title: str) -> bool:
        return any(
            bearers and own.isdisjoint(entries[i].path for i in bearers)
            for bearers in map(finder.bearers_of_name, terms_of_name(f"{path} {title}"))
        )

    documents = {passage.document: passage.title for passage in passages if passage.document not in own}
    return frozenset(path for path, title in documents.items() if is_rival(path, title))


def common(named: Mapping[str, frozenset[T]]) -> frozenset[T]:
    """Return the documents that bear all these names, those that bear any where none bears all."""
    if not named:
        return frozenset()
    return frozenset.intersection(*named.values()) or frozenset().union(*named.values())


class _Finder:
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
        inside = sum(self._catalogue.entries[i].passages for i in bearers)
        most = inside // _INSIDE_FOR_ONE_OUTSIDE
        outside = self._lexical.search([term], limit=most + 1, excluded=bearers)
        return bearers if len(outside) <= most else frozenset()

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


def _has_sibling(name: str, passage: Passage) -> bool:
    """Tell whether a passage's document bears the name of another model of the same series."""
    own = _SERIES.match(name)
    return own is not None and any(
        (other := _SERIES.match(term)) is not None and other[1] == own[1] and other[2] != own[2]
        for term in terms_of_name(f"{passage.document} {passage.title}")
    )


@lru_cache(16_384)
def terms_of_name(name: str) -> frozenset[str]:
    """Return the terms of a document's path or title."""
    return frozenset(analyze(name))
