"""Figures, prices and part numbers: whether a passage holds one of the kind that is asked for."""

from __future__ import annotations

from knowledge.answering.holding import full_text, read_terms, terms_held
from knowledge.language.part_numbers import find_part_numbers, words_of_asking
from knowledge.language.quantities import (
    Quantity,
    asks_for_figure,
    asks_for_price,
    asks_for_rate,
    find_label_units,
    find_quantities,
    holds_price,
    holds_rate,
    names_figure,
    plain_number,
    units_asked_for,
    units_asked_in,
)
from knowledge.language.sentences import split_sentences
from knowledge.language.terms import stem, words
from knowledge.questions import reports_trouble
from knowledge.replies import Passage
from knowledge.retrieved import Retrieved


def holds_amount(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage holds a figure of the kind that is asked for; True where none is."""
    asked = retrieved.plan.own
    if asks_for_price(asked):
        return holds_price(passage.text)
    if asks_for_rate(asked) and not holds_rate(full_text(passage)):
        return False
    if words_of_asking(asked):
        return any(not retrieved.subject.is_told_by(one) for one in find_part_numbers(passage.text))
    if not asks_for_figure(asked) and (reports_trouble(asked) or not names_figure(asked)):
        return True
    units = units_asked_in(asked)
    return not units or not units.isdisjoint(read_terms(full_text(passage))[1])


def holds_figure(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage holds the figure that is asked for; True when none is asked for."""
    asked = _figures_asked_for(retrieved)
    return not asked or bool(asked & terms_held(passage.text, retrieved))


def figure_coverage(passage: Passage, retrieved: Retrieved) -> float:
    """Return how much (0..1) of a question for a figure one sentence with such a figure holds, under its heading.

    0 where no figure is asked for. A figure that the question itself states ("of the 56 V drive") is no answer to it.
    """
    asked = _figures_asked_for(retrieved)
    total = sum(retrieved.rarity.values())
    if not asked or not total:
        return 0.0
    units = units_asked_in(retrieved.plan.own)
    stated = {_plain(quantity) for quantity in find_quantities(retrieved.plan.own)}
    above = terms_held(" ".join([passage.title, *passage.section]), retrieved)
    best = 0.0
    for sentence in split_sentences(passage.text):
        figures = [quantity for quantity in find_quantities(sentence) if quantity.unit in units]
        is_labelled = not units.isdisjoint(find_label_units(sentence))
        if is_labelled or any(_plain(quantity) not in stated for quantity in figures):
            covered = sum(retrieved.rarity[term] for term in above | terms_held(sentence, retrieved))
            best = max(best, covered / total)
    return best


def _plain(quantity: Quantity) -> str:
    return plain_number(quantity.number) + quantity.unit


def _figures_asked_for(retrieved: Retrieved) -> set[str]:
    return {
        stem(word) for word in words(retrieved.plan.own) if units_asked_for(word)
    } & retrieved.rarity.keys()
