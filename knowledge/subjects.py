"""What a question is about: the machines it names, by the names that the documents bear themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from knowledge.chunking import ChunkKind
from knowledge.documents import Audience
from knowledge.language.terms import analyze, content_terms, words
from knowledge.lexical import LexicalIndex
from knowledge.machine_names import MODEL, NameFinder, terms_of_name
from knowledge.questions import QuestionPlan
from knowledge.replies import Passage
from knowledge.storage.catalogue import Catalogue
from knowledge.unknown_names import Vocabulary, find_alien_terms, find_unknown_names

_VERSION = re.compile(r"^v\d", re.IGNORECASE)
_LEAST_ELSEWHERE = 3
# MkIII and MkV, PX200 and PX300: one series, told apart by what follows the letters.
_SERIES = re.compile(r"^([a-z]{1,4})(\d+[a-z]?|[ivx]+)$")
_LISTS = (ChunkKind.ROW, ChunkKind.TABLE)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about, as far as the reader's documents tell.

    `names` are the names of machines that the question uses, with the paths of the documents that bear
    each; `marks` are terms that only tell which of them (a model, a version). `strange` are the
    question's terms that other documents use, and none about the named machine; `unknown` those that no
    document uses. `others` are names of machines that no document knows; `alien` are those of the unknown terms that
    are no English words either.
    `is_said` tells that the question or its thread uses the names, not only the machine on the bench.
    `rivals` are the paths of retrieved documents that bear the name of another machine, `other_models` the names of
    others that retrieved lists hold.
    """

    names: Mapping[str, frozenset[str]]
    marks: frozenset[str]
    strange: frozenset[str]
    unknown: frozenset[str]
    others: frozenset[str]
    alien: frozenset[str] = frozenset()
    is_said: bool = True
    rivals: frozenset[str] = frozenset()
    other_models: frozenset[str] = frozenset()

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
            is_of_another = passage.kind == ChunkKind.ROW and not held.isdisjoint(self.other_models)
            return passage.document not in self.rivals and not is_of_another
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
    finder = NameFinder(reader, catalogue, lexical)
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
    # A word that hardly any passage uses is missing here by chance, as one that none uses.
    chance = {
        term for term in strange if max(map(lexical.frequency, plan.terms_for(term))) < _LEAST_ELSEWHERE
    }
    return Subject(
        names={term: frozenset(catalogue.entries[i].path for i in ids) for term, ids in named.items()},
        marks=frozenset(marks | before),
        strange=frozenset(strange - chance),
        unknown=frozenset(unknown | chance),
        is_said=any(term in terms for terms in said for term in named),
        others=find_unknown_names(plan, known, passed=scope),
        alien=find_alien_terms(plan, known),
    )


def set_rivals_apart(
    subject: Subject,
    passages: Iterable[Passage],
    *,
    reader: Audience,
    catalogue: Catalogue,
    lexical: LexicalIndex,
) -> Subject:
    """Return the subject with those of the passages' documents, and the models in their lists, that are others.

    A name that some of the subject's documents bear as well is another's where it is a model's and each has documents
    of its own: a sheet for two models makes neither's manual hold for the other. A maker's or a family's name, and
    those of a named family's models, are no other machine's.
    """
    if not subject.names:
        return subject
    finder = NameFinder(reader, catalogue, lexical)
    own = common(subject.names)
    entries = catalogue.entries

    def is_of_another(name: str) -> bool:
        paths = {entries[i].path for i in finder.bearers_of_name(name)}
        is_apart = MODEL.match(name) and not own <= paths and not paths <= own
        return bool(paths) and (own.isdisjoint(paths) or bool(is_apart))

    def is_rival(path: str, title: str) -> bool:
        return any(map(is_of_another, terms_of_name(f"{path} {title}")))

    others = [passage for passage in passages if passage.document not in own]
    documents = {passage.document: passage.title for passage in others}
    listed = {term for one in others if one.kind in _LISTS for term in analyze(one.text) if MODEL.match(term)}
    return replace(
        subject,
        rivals=frozenset(path for path, title in documents.items() if is_rival(path, title)),
        other_models=frozenset(filter(is_of_another, listed - subject.names.keys())),
    )


def leave_other_rows_out(subject: Subject, passage: Passage) -> Passage:
    """Return a table without the rows that are for other models; as it is where none is for the named machine."""
    if passage.kind != ChunkKind.TABLE or not subject.other_models:
        return passage

    def is_own(row: str) -> bool:
        terms = set(analyze(row))
        return terms.isdisjoint(subject.other_models) or not terms.isdisjoint(subject.names)

    rows = passage.text.split("\n")
    kept = [row for row in rows if is_own(row)]
    return replace(passage, text="\n".join(kept)) if kept and len(kept) < len(rows) else passage


def common(named: Mapping[str, frozenset[T]]) -> frozenset[T]:
    """Return the documents that bear all these names, those that bear any where none bears all."""
    if not named:
        return frozenset()
    return frozenset.intersection(*named.values()) or frozenset().union(*named.values())


def _has_sibling(name: str, passage: Passage) -> bool:
    """Tell whether a passage's document bears the name of another model of the same series."""
    own = _SERIES.match(name)
    return own is not None and any(
        (other := _SERIES.match(term)) is not None and other[1] == own[1] and other[2] != own[2]
        for term in terms_of_name(f"{passage.document} {passage.title}")
    )
