"""What of a question stands in a passage: by word, cut short, with a slip, as a code or as a figure."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from knowledge.language.quantities import find_label_units, find_quantities, units_asked_for
from knowledge.language.slips import is_cut_short, is_one_slip
from knowledge.language.terms import analyze, stem, words
from knowledge.machine_names import terms_of_name
from knowledge.replies import Passage
from knowledge.retrieved import Retrieved

# The same passages come up again and again; a text and its terms take about 5 kB.
_REMEMBERED_TEXTS = 8_192
# A bound is written in other words, or as a sign.
_BOUNDS = {
    "maximum": re.compile(
        r"[<≤]|\b(?:up to|at most|not exceed|no more than|less than|below|limit\w*)\b", re.I
    ),
    "minimum": re.compile(r"[>≥]|\b(?:at least|no less than|not less than|more than|above|or more)\b", re.I),
}


def find_held(passage: Passage, retrieved: Retrieved, wanted: Collection[str]) -> set[str]:
    """Return which of these terms a passage holds, as it is typed, cut short or with a slip."""
    text = full_text(passage)
    standing = read_terms(text)[0] | terms_of_name(passage.document)
    held = {*terms_held(text, retrieved), *standing} & set(wanted)
    held |= {term for term, others in retrieved.plan.others.items() if term in wanted and others & standing}
    held |= {term for term, bound in _BOUNDS.items() if term in wanted and bound.search(passage.text)}
    for mention in retrieved.known_codes:
        if not passage.codes.isdisjoint(mention.forms):
            held.update(term for term in analyze(mention.surface) if term in wanted)
    return held | {term for term in wanted if term not in held and _is_typed_alike(term, standing, retrieved)}


def _is_typed_alike(term: str, standing: Collection[str], retrieved: Retrieved) -> bool:
    """Tell whether a term is the start of a standing one, or a word no document uses one slip away from one."""
    if any(is_cut_short(term, word) for word in standing):
        return True
    return term in retrieved.subject.unknown and any(is_one_slip(term, word) for word in standing)


def full_text(passage: Passage) -> str:
    """Return all of a passage that speaks for it: its title, its headings, its notices and its text."""
    notices = (words for _, words in passage.notices)
    return " ".join([passage.title, *passage.section, *notices, passage.text])


def terms_held(text: str, retrieved: Retrieved) -> set[str]:
    """Return the question's terms that a text holds, by word or by a figure in a unit asked for."""
    standing, units = read_terms(text)
    held = set(standing & retrieved.rarity.keys())
    held |= {
        term
        for term, others in retrieved.plan.others.items()
        if term in retrieved.rarity and not others.isdisjoint(standing)
    }
    asked = {stem(word): units_asked_for(word) for word in words(retrieved.plan.text)} if units else {}
    return held | {term for term, known in asked.items() if term in retrieved.rarity and units & known}


@lru_cache(_REMEMBERED_TEXTS)
def read_terms(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the terms that stand in a text and the units of its figures."""
    units = {quantity.unit for quantity in find_quantities(text)} | find_label_units(text)
    return frozenset(analyze(text)), frozenset(units)
