"""Does a passage answer the question? Absolute evidence, with thresholds calibrated on data.

How the thresholds were found. 43 questions that a collection of 185 real manuals answers and 42 that
it doesn't (foreign to the field, other machines, unknown codes, and things its machines' manuals just
don't say) were asked with multilingual-e5-small; per question the best passage was noted.

* `coverage` alone nearly separates them: of the answerable 90 % lie at .65 or above, of the others
  95 % at .51 or below. Words that no document knows weigh most, so that a question about a
  carburettor is not answered by a passage about adjusting.
* The cosine helps where a question is put in other words: unrelated text has .75 to .85 in this
  model, paraphrases up to .93. Another model has another scale; a cosine below the floor counts
  nothing, so that for such a model the words decide alone.
* `coverage + 4 * max(0, cosine - .84) >= .66` keeps all 43 answerable questions and lets 4 of the 42
  others through: two ask for a neighbour of what the manuals describe (another field bus), two find a
  work order about the very part, though no instruction.
* A question in another language shares no words with the documents. There the cosine decides: over
  Chinese questions the best passage has .82 to .91 where the answer exists and .80 to .835 where it
  doesn't; `.84` lets no unrelated one through (18 questions in German, Spanish and Chinese: no false
  answer, half of the answerable answered).
* A code is no matter of degree. A question for codes that the documents know is answered only from
  passages that hold them; one for a code that stands in no document is not answered at all (the 60
  unknown codes of a list of 3,071 trouble codes all abstain).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from knowledge.language.quantities import (
    Quantity,
    find_label_units,
    find_quantities,
    plain_number,
    units_asked_for,
)
from knowledge.language.sentences import split_sentences
from knowledge.language.terms import analyze, is_foreign, stem, words
from knowledge.questions import is_lookup
from knowledge.replies import Passage
from knowledge.retrieval import Retrieved

COSINE_GAIN = 4.0
COSINE_FLOOR = 0.84
THRESHOLD = 0.66
FOREIGN_COSINE = 0.84
# The same passages come up again and again; a text and its terms take about 5 kB.
_REMEMBERED_TEXTS = 8_192


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well one passage supports an answer.

    `coverage` is the share (0..1) of the question's information, its content words weighted by
    rarity, that stands in the passage, its notices, its title or its headings. The name of a figure
    ("torque") is also held by a figure in one of its units ("24 Nm").
    """

    coverage: float
    cosine: float
    code: float

    @property
    def score(self) -> float:
        """One figure for both: the coverage, and what the cosine is above that of unrelated text."""
        return self.coverage + COSINE_GAIN * max(0.0, self.cosine - COSINE_FLOOR)


def measure(passage: Passage, retrieved: Retrieved) -> Evidence:
    """Return the evidence that one passage gives for the question it was retrieved for."""
    total = sum(retrieved.rarity.values())
    notices = (words for _, words in passage.notices)
    held = terms_held(" ".join([passage.title, *passage.section, *notices, passage.text]), retrieved)
    covered = sum(retrieved.rarity[term] for term in held)
    return Evidence(covered / total if total else 0.0, passage.cosine, passage.code)


def terms_held(text: str, retrieved: Retrieved) -> set[str]:
    """Return the question's terms that a text holds, by word or by a figure in a unit asked for."""
    standing, units = _read(text)
    held = set(standing & retrieved.rarity.keys())
    asked = {stem(word): units_asked_for(word) for word in words(retrieved.plan.text)} if units else {}
    return held | {term for term, known in asked.items() if term in retrieved.rarity and units & known}


@lru_cache(_REMEMBERED_TEXTS)
def _read(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the terms that stand in a text and the units of its figures."""
    units = {quantity.unit for quantity in find_quantities(text)} | find_label_units(text)
    return frozenset(analyze(text)), frozenset(units)


def is_supported(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is evidence enough to answer from.

    Where the question names a code that the documents know, only passages that hold it count; and
    where it asks for a figure of what bears that name ("the mass of an R4"), only those with one.
    """
    if any(mention.certain for mention in retrieved.known_codes) and not retrieved.names_machine:
        return passage.code > 0 and (is_lookup(retrieved.plan.text) or _holds_figure(passage, retrieved))
    if measure(passage, retrieved).score >= THRESHOLD:
        return True
    return passage.cosine >= FOREIGN_COSINE and is_foreign(retrieved.plan.text)


def _holds_figure(passage: Passage, retrieved: Retrieved) -> bool:
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
    units = {unit for word in words(retrieved.plan.own) for unit in units_asked_for(word)}
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
