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

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from knowledge.chunking import ChunkKind
from knowledge.language.quantities import (
    Quantity,
    asks_for_figure,
    asks_for_price,
    find_label_units,
    find_quantities,
    holds_price,
    plain_number,
    units_asked_for,
    units_of_compound,
)
from knowledge.language.sentences import split_sentences
from knowledge.language.slips import is_cut_short, is_one_slip
from knowledge.language.terms import analyze, is_foreign, stem, words
from knowledge.questions import announcing_terms, is_lookup
from knowledge.replies import Passage
from knowledge.retrieval import Retrieved
from knowledge.subjects import terms_of_name

COSINE_GAIN = 8.0
COSINE_FLOOR = 0.84
STRANGENESS_COST = 1.5
OBSCURITY_COST = 0.75
THRESHOLD = 0.6
ROW_COVERAGE = 0.75
UNNAMED_COVERAGE = 0.85
FOREIGN_COSINE = 0.855
FOREIGN_FIGURE_WORTH = 0.02
# The same passages come up again and again; a text and its terms take about 5 kB.
_REMEMBERED_TEXTS = 8_192
# A bound is written in other words, or as a sign.
_BOUNDS = {
    "maximum": re.compile(
        r"[<≤]|\b(?:up to|at most|not exceed|no more than|less than|below|limit\w*)\b", re.I
    ),
    "minimum": re.compile(r"[>≥]|\b(?:at least|no less than|not less than|more than|above|or more)\b", re.I),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well one passage supports an answer.

    `coverage` is the share (0..1) of the question's information, its content words weighted by
    rarity without the names of machines, that stands in the passage, its notices, its headings, its
    title or its path. The name of a figure ("torque") is also held by a figure in one of its units
    ("24 Nm"). `strangeness` and `obscurity` are the shares of that information in words that are used
    in documents, but in none about the machine, and in words that no document uses.
    """

    coverage: float
    cosine: float
    code: float
    strangeness: float = 0.0
    obscurity: float = 0.0

    @property
    def score(self) -> float:
        """One figure for all: the coverage, what the cosine is above that of unrelated text, less what is strange."""
        return (
            self.coverage
            + COSINE_GAIN * max(0.0, self.cosine - COSINE_FLOOR)
            - STRANGENESS_COST * self.strangeness
            - OBSCURITY_COST * self.obscurity
        )


def measure(passage: Passage, retrieved: Retrieved) -> Evidence:
    """Return the evidence that one passage gives for the question it was retrieved for."""
    weights = _topic(retrieved)
    total = sum(weights.values())
    if not total:
        return Evidence(0.0, passage.cosine, passage.code)
    held = _held(passage, retrieved, weights.keys())

    def share(terms: Iterable[str]) -> float:
        return sum(weights[term] for term in terms if term in weights) / total

    # Words of another language are strange to every document.
    missing = frozenset() if is_foreign(retrieved.plan.text) else weights.keys() - held
    return Evidence(
        coverage=share(held),
        cosine=passage.cosine,
        code=passage.code,
        strangeness=share(retrieved.subject.strange & missing),
        obscurity=share(retrieved.subject.unknown & missing),
    )


def _topic(retrieved: Retrieved) -> dict[str, float]:
    """Return the weights of what is asked; of the machine's names where nothing else is said."""
    topic = {term: weight for term, weight in retrieved.rarity.items() if retrieved.subject.is_topic(term)}
    return topic or retrieved.rarity


def _held(passage: Passage, retrieved: Retrieved, wanted: Collection[str]) -> set[str]:
    """Return which of these terms a passage holds, as it is typed, cut short or with a slip."""
    text = _full_text(passage)
    standing = _read(text)[0] | terms_of_name(passage.document)
    held = {*terms_held(text, retrieved), *standing} & set(wanted)
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


def _full_text(passage: Passage) -> str:
    notices = (words for _, words in passage.notices)
    return " ".join([passage.title, *passage.section, *notices, passage.text])


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

    It must be about the machine that the question names. Where the question is for a code that the
    documents know, only passages that hold it count.
    """
    if not retrieved.subject.covers(passage, _read(_full_text(passage))[0]):
        return False
    if any(mention.certain for mention in retrieved.known_codes) and not retrieved.names_machine:
        return passage.code > 0 and _supports_code(passage, retrieved)
    return _is_enough(passage, retrieved)


def is_on_topic(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is about what is asked, whether or not it holds the answer: a warning holds no figure."""
    return (
        retrieved.subject.covers(passage, _read(_full_text(passage))[0])
        and measure(passage, retrieved).score >= THRESHOLD
    )


def _supports_code(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage with the code asked for also holds something of what else is said.

    The same number means other things elsewhere. A code that is not announced as one may name a part
    ("the mass of an R4"): then a figure asked for must be there, and a mere mention is not enough.
    """
    shares = _shares_topic(passage, retrieved)
    if is_lookup(retrieved.plan.text):
        if _missing_unknown(passage, retrieved):
            return False
        if not _is_written_as_code(retrieved) and not is_lookup(f"{passage.document} {_full_text(passage)}"):
            return False
        subject = retrieved.subject
        is_plain = _is_written_as_code(retrieved) and not (subject.strange or subject.unknown)
        return shares or is_foreign(retrieved.plan.text) or (passage.code >= 1.0 and is_plain)
    if not _is_written_as_code(retrieved) and not _holds_surface(passage, retrieved):
        return False
    defines = shares and passage.code >= 1.0
    return _holds_figure(passage, retrieved) and (defines or _is_enough(passage, retrieved))


def _is_enough(passage: Passage, retrieved: Retrieved) -> bool:
    if not _holds_amount(passage, retrieved):
        return False
    evidence = measure(passage, retrieved)
    # A row of a list says one thing in few words: what it doesn't name, it doesn't answer.
    is_whole = passage.kind != ChunkKind.ROW or passage.code > 0 or evidence.coverage >= ROW_COVERAGE
    # What bears nobody's name holds for every machine, but it is rarely what was meant.
    is_meant = not (retrieved.subject.names and retrieved.subject.is_said) or is_named(passage, retrieved)
    is_telling = len(_topic(retrieved)) > 1 and evidence.coverage >= UNNAMED_COVERAGE
    is_whole = is_whole and (is_meant or is_telling)
    if evidence.score >= THRESHOLD and is_whole:
        return True
    return is_foreign(retrieved.plan.text) and _is_near_in_meaning(passage, retrieved)


def _holds_amount(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage holds a figure of the kind that is asked for; True where none is."""
    asked = retrieved.plan.own
    if asks_for_price(asked):
        return holds_price(passage.text)
    if not asks_for_figure(asked):
        return True
    units = {unit for word in words(asked) for unit in units_asked_for(word)}
    return not units or not units.isdisjoint(_read(_full_text(passage))[1])


def is_named(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage bears the name of the machine that the question names."""
    return retrieved.subject.is_named_by(passage, _read(_full_text(passage))[0])


def _is_near_in_meaning(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is near enough to a question in another language.

    One that holds a figure asked for need not be as near as others, and one that doesn't has to be nearer.
    """
    asked = {unit for word in words(retrieved.plan.own) for unit in units_of_compound(word)}
    if not asked:
        return passage.cosine >= FOREIGN_COSINE
    holds = not asked.isdisjoint(_read(passage.text)[1])
    return passage.cosine >= FOREIGN_COSINE + (-FOREIGN_FIGURE_WORTH if holds else FOREIGN_FIGURE_WORTH)


def _shares_topic(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage with a code holds a word of what else is asked; True where nothing else is."""
    codes = {term for mention in retrieved.plan.codes for term in analyze(mention.surface)}
    if _is_written_as_code(retrieved):
        codes |= announcing_terms(retrieved.plan.text)
    said = {
        term
        for term in retrieved.rarity
        if retrieved.subject.is_topic(term)
        and term not in codes | retrieved.subject.strange | retrieved.subject.unknown
    }
    return not said or bool(_held(passage, retrieved, said))


def _holds_surface(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage holds a number as it was typed: "mode 42" is not what stands at 0x02a."""
    return any(
        re.search(rf"(?<![\w.]){re.escape(mention.surface)}(?![\w])", _full_text(passage), re.IGNORECASE)
        for mention in retrieved.known_codes
        if mention.certain
    )


def _missing_unknown(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether an English question has a word that no document knows, and this passage none like it."""
    unknown = retrieved.subject.unknown - announcing_terms(retrieved.plan.text)
    return not is_foreign(retrieved.plan.text) and bool(unknown - _held(passage, retrieved, unknown))


def _is_written_as_code(retrieved: Retrieved) -> bool:
    """Tell whether the codes asked for are codes by themselves ("E07"); "fault 88" is one only among faults."""
    return all(
        any(c.isalpha() for c in mention.surface.lower().removeprefix("0x"))
        for mention in retrieved.known_codes
        if mention.certain
    )


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
