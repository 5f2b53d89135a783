"""Names that no document knows: another maker's machine, or another model of a series.

An answer about the wrong machine is worse than none, and a name in lower case looks like any word. What tells it
apart is that neither the documents nor the English language know it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from knowledge.language.dictionary import is_english
from knowledge.language.folding import fold
from knowledge.language.quantities import UNITS, units_asked_for
from knowledge.language.series import split_series
from knowledge.language.terms import STOP_WORDS, analyze
from knowledge.questions import QuestionPlan

_WORD = re.compile(r"[^\W_]+")
_PLACE = frozenset(("at", "in", "near", "from", "by", "for", "bei", "von", "beim", "vom", "en", "de"))
_UNIT_NAMES = frozenset(unit.lower() for unit in UNITS.split("|"))
# What makers put behind a name for another model of it.
_VARIANT_WORDS = "pro plus max mini micro nano lite light ultra evo neo prime xl se gt"
_VARIANTS = frozenset(_VARIANT_WORDS.split())
# What may stand between a maker and the kind of machine.
_QUALITY_WORDS = "active passive smart new old big small single dual mini digital analog wireless"
_QUALITIES = frozenset(_QUALITY_WORDS.split())


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the reader's documents know of a question.

    `named` are the terms that name a machine they are about, `unknown` those that stand nowhere, `strange` those that
    stand in documents about other machines only. `is_used` tells whether a term stands anywhere, and `has_sibling`
    whether a document is about another model of the series that a term is written like.
    """

    named: Collection[str]
    unknown: Collection[str]
    strange: Collection[str]
    is_used: Callable[[str], object]
    has_sibling: Callable[[str], bool]


def find_unknown_names(plan: QuestionPlan, known: Vocabulary, *, passed: Iterable[str]) -> frozenset[str]:
    """Return the words that name a machine no document is about.

    Where a known machine is named, only what changes that name counts: "JK BMS", "ODrive Pro".

    Args:
        passed: Terms that are known otherwise, such as the machine's on the bench.
    """
    if plan.is_foreign or plan.is_read:
        return frozenset() if known.named else frozenset(_written_as_names(plan, known, passed))
    models = {word for word in _WORD.findall(plan.own) if _is_unknown_model(word, known)}
    if known.named:
        return frozenset((*models, *_changing_the_name(plan, known)))
    return frozenset((*models, *_written_as_names(plan, known, passed)))


def find_alien_terms(plan: QuestionPlan, known: Vocabulary) -> frozenset[str]:
    """Return the terms of an English question that are no words: neither documents nor the language know them."""
    if plan.is_foreign or plan.is_read:
        return frozenset()
    return frozenset(
        term for word in _WORD.findall(plan.own) if _is_alien(word, known) for term in analyze(word)
    )


def _written_as_names(plan: QuestionPlan, known: Vocabulary, passed: Iterable[str]) -> Iterator[str]:
    """Yield the words of a question that are written as names and that no document knows.

    A German question writes all nouns as names.
    """
    if plan.own.isupper() or plan.is_foreign or plan.read_from == "de":
        return
    codes = (term for code in plan.codes for term in analyze(code.surface))
    told = {*STOP_WORDS, *_PLACE, *passed, *codes}
    before = ""
    for match in _WORD.finditer(plan.own):
        word, previous, before = match[0], before, match[0]
        # A question begins with a capital, and a customer or a town stands behind "at" or "in".
        is_name = any(c.isupper() for c in (word if previous else word[1:]))
        if not is_name or len(word) < 2 or not word.isalpha() or fold(previous) in _PLACE:
            continue
        if not any(term in told or known.is_used(term) for term in (fold(word), *analyze(word))):
            yield word


def _changing_the_name(plan: QuestionPlan, known: Vocabulary) -> Iterator[str]:
    """Yield the words that turn a known machine's name into another's: a maker in front of it, a variant behind it."""
    found = _WORD.findall(plan.own)
    for position, word in enumerate(found):
        if not _is_named(word, known):
            continue
        before = [other for other in found[max(0, position - 2) : position] if not _is_named(other, known)]
        if len(before) > 1 and not _may_stand_between(before[1]):
            del before[0]
        yield from (
            other for other in before if _is_alien(other, known) or _is_unknown_maker(other, plan, known)
        )
        behind = found[position + 1] if position + 1 < len(found) else ""
        if behind.lower() in _VARIANTS and any(
            term in known.unknown or term in known.strange for term in analyze(behind)
        ):
            yield behind


def _may_stand_between(word: str) -> bool:
    """Tell whether a word says which one of a maker's machines is meant: "the daly 16s bms", "REC active bms"."""
    return any(c.isdigit() for c in word) or word.lower() in _QUALITIES


def _is_unknown_maker(word: str, plan: QuestionPlan, known: Vocabulary) -> bool:
    """Tell whether a word that no document has is written as a maker's short name: "REC active BMS"."""
    is_written = len(word) > 1 and word.isupper() and word.isalpha() and not plan.own.isupper()
    return is_written and all(term in known.unknown for term in analyze(word)) and bool(analyze(word))


def _is_named(word: str, known: Vocabulary) -> bool:
    return any(term in known.named for term in analyze(word))


def _is_unknown_model(word: str, known: Vocabulary) -> bool:
    """Tell whether a word is written as a model of a known series, MkII beside MkIII, and no document knows it."""
    return split_series(word) is not None and not known.is_used(fold(word)) and known.has_sibling(fold(word))


def _is_alien(word: str, known: Vocabulary) -> bool:
    """Tell whether a word stands in no document and is no English one, no unit and no figure's name."""
    terms = analyze(word)
    if len(word) < 2 or not word.isascii() or not word.isalpha() or not terms:
        return False
    if not all(term in known.unknown for term in terms):
        return False
    is_measure = word.lower() in _UNIT_NAMES or bool(units_asked_for(fold(word)))
    return not is_measure and not is_english(word)
