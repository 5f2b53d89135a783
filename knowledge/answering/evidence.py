"""Does a passage answer the question? Evidence on an absolute scale.

The words of what is asked, weighted by rarity, must stand in the passage, best in one sentence or row of it. The
cosine helps where a question is put in other words: of multilingual-e5-small, unrelated text has .75 to .85 and a
paraphrase up to .93. It is that of the question without the names of machines, which alone bring every passage of
that machine near. Another model has another scale; a cosine below the floor counts nothing, so that there the words
decide alone. Where a cross-encoder has read passage and question together, its verdict counts besides, and words that
the passage doesn't hold cost nothing. A question in another language is read in English first, word by word, and
judged more strictly; one in a language that can't be read shares no words with the documents: there the cosine decides.

The constants were fitted on questions that real manuals answer or don't answer. How, on what, and what they reach on
questions that nothing was fitted on: see `deploy/decisions`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from knowledge.answering.amounts import holds_amount
from knowledge.answering.code_lookups import is_found_by_code, is_listed_number
from knowledge.answering.holding import find_held, full_text, read_terms, terms_held
from knowledge.answering.log_rows import held_by_label, is_of_another_day, is_of_another_machine
from knowledge.answering.selection import split_passage
from knowledge.chunking import ChunkKind
from knowledge.language.part_numbers import words_of_asking
from knowledge.language.quantities import units_of_compound
from knowledge.language.terms import stem, words
from knowledge.machine_names import terms_of_name
from knowledge.replies import Passage
from knowledge.retrieved import Retrieved

COSINE_GAIN = 14.0
COSINE_FLOOR = 0.83
# A logit of the first counts nothing; each one above it is worth a third of the question's words.
RELEVANCE_FLOOR = -1.3
RELEVANCE_GAIN = 0.2
THRESHOLD = 0.6
ROW_COVERAGE = 0.75
ROW_RELEVANCE = 1.0
UNNAMED_COVERAGE = 0.85
# A question that was read word by word from another language: its words stand for more than they say.
READ_THRESHOLD = 0.7
READ_ROW_COVERAGE = 0.65
FOREIGN_COSINE = 0.855
FOREIGN_FIGURE_WORTH = 0.02


@dataclass(frozen=True, slots=True)
class Scale:
    """What the words that a passage holds are worth, and what those cost that it lacks.

    `strangeness` is for words that are used about other machines only, `obscurity` for those that are used nowhere.
    """

    held: float
    strangeness: float
    obscurity: float


ALIENNESS_COST = 1.5
# What is asked stands, word for word, in the manual of another machine: there it is answered, not here.
ELSEWHERE_COST = 1.0
PLAIN_SCALE = Scale(held=1.0, strangeness=1.5, obscurity=0.75)
# A question that was read word by word from another language has words that nobody used.
TRANSLATED_SCALE = Scale(held=1.0, strangeness=1.5, obscurity=0.25)
# A model has seen whether a passage says it, in these words or in others.
RELEVANCE_SCALE = Scale(held=0.6, strangeness=0.0, obscurity=0.0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well one passage supports an answer.

    `coverage` is the share (0..1) of the question's information, its content words weighted by
    rarity without the names of machines, that stands in the passage, its notices, its headings, its
    title or its path. The name of a figure ("torque") is also held by a figure in one of its units
    ("24 Nm"). `together` is the share that one sentence, row or step holds with what stands above it.
    `cosine` is that of the question without the names of machines. The shares of that information in words that
    the passage lacks are `strangeness` for those used in documents, but in none about the machine, `obscurity` for
    those that no document uses, and `alienness` for those of them that are no words of the language. `relevance` is
    the logit of a cross-encoder, None where none read the passage. `elsewhere` is how much more of what is asked a
    passage about another machine holds.
    """

    coverage: float
    together: float
    cosine: float
    code: float
    strangeness: float = 0.0
    obscurity: float = 0.0
    alienness: float = 0.0
    scale: Scale = PLAIN_SCALE
    relevance: float | None = None
    elsewhere: float = 0.0

    @property
    def held(self) -> float:
        """How much of what is asked is held: words that stand together tell more than the same words here and there."""
        return (self.coverage + self.together) / 2

    @property
    def score(self) -> float:
        """One figure for all: what is held, what the cosine is above that of unrelated text, less what is strange."""
        relevance = 0.0 if self.relevance is None else self.relevance - RELEVANCE_FLOOR
        return (
            self.scale.held * self.held
            + COSINE_GAIN * max(0.0, self.cosine - COSINE_FLOOR)
            + RELEVANCE_GAIN * relevance
            - self.scale.strangeness * self.strangeness
            - self.scale.obscurity * self.obscurity
            - ALIENNESS_COST * self.alienness
            - ELSEWHERE_COST * self.elsewhere
        )


def measure(passage: Passage, retrieved: Retrieved) -> Evidence:
    """Return the evidence that one passage gives for the question it was retrieved for."""
    weights = _topic(retrieved)
    if passage.kind == ChunkKind.ROW:
        # Of which day a row is decides whether it is looked at, and tells nothing of what it says.
        weights = {term: weight for term, weight in weights.items() if term not in retrieved.plan.dates}
    total = sum(weights.values())
    cosine = retrieved.nearness.get(passage.chunk_id, passage.cosine)
    relevance = retrieved.relevance.get(passage.chunk_id)
    if not total:
        return Evidence(0.0, 0.0, cosine, passage.code, relevance=relevance)
    held = find_held(passage, retrieved, weights.keys()) | held_by_label(passage, retrieved) & weights.keys()

    def share(terms: Iterable[str]) -> float:
        return sum(weights[term] for term in terms if term in weights) / total

    # Words of another language are strange to every document.
    missing = frozenset() if retrieved.plan.is_foreign else weights.keys() - held
    coverage = share(held)
    # A word of another language is read as several: where they stand tells nothing.
    is_scattered = coverage > 0 and len(weights) > 1 and not retrieved.plan.is_read
    together = max(map(share, _held_together(passage, retrieved, held))) if is_scattered else coverage
    return Evidence(
        coverage=coverage,
        together=together,
        cosine=cosine,
        code=passage.code,
        strangeness=share(retrieved.subject.strange & missing),
        obscurity=share((retrieved.subject.unknown - retrieved.subject.alien) & missing),
        alienness=share(retrieved.subject.alien & missing),
        scale=_scale(retrieved, relevance),
        relevance=relevance,
        elsewhere=max(0.0, retrieved.held_elsewhere - (coverage + together) / 2),
    )


def look_elsewhere(retrieved: Retrieved) -> Retrieved:
    """Return what was retrieved with how much of what is asked a passage about another machine holds.

    Only of a machine that the question or its thread names: with one on the bench anything may be asked.
    """
    subject = retrieved.subject
    if not subject.names or not subject.is_said or subject.others:
        return retrieved
    others = [p for p in retrieved.passages if not subject.covers(p, read_terms(full_text(p))[0])]
    return replace(retrieved, held_elsewhere=max((measure(p, retrieved).held for p in others), default=0.0))


def _scale(retrieved: Retrieved, relevance: float | None) -> Scale:
    if relevance is not None:
        return RELEVANCE_SCALE
    return TRANSLATED_SCALE if retrieved.plan.is_read else PLAIN_SCALE


def _held_together(passage: Passage, retrieved: Retrieved, held: set[str]) -> Iterable[set[str]]:
    """Yield the terms, of those that a passage holds, that each of its pieces holds with the headings above it.

    What is held otherwise than by word, with a slip or as a code, counts for every piece.
    """
    above = read_terms(" ".join([passage.title, *passage.section]))[0] | terms_of_name(passage.document)
    anywhere = held & above | held - terms_held(full_text(passage), retrieved)
    yield anywhere
    for piece in split_passage(passage):
        yield anywhere | held & terms_held(piece.text, retrieved)


def _topic(retrieved: Retrieved) -> dict[str, float]:
    """Return the weights of what is asked; of the machine's names where nothing else is said.

    That it is a part's number says of which kind the answer is, and nothing of the part.
    """
    asking = {stem(word) for word in words_of_asking(retrieved.plan.own)}
    topic = {term: weight for term, weight in retrieved.rarity.items() if retrieved.subject.is_topic(term)}
    return {term: weight for term, weight in topic.items() if term not in asking} or topic or retrieved.rarity


def is_supported(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is evidence enough to answer from.

    It must be about the machine that the question names. Where the question is for a code that the
    documents know, only passages that hold it count.
    """
    if not retrieved.subject.covers(passage, read_terms(full_text(passage))[0]):
        return False
    if is_of_another_day(passage, retrieved) or is_of_another_machine(passage, retrieved):
        return False
    if any(mention.certain for mention in retrieved.known_codes) and not retrieved.names_machine:
        found = is_found_by_code(passage, retrieved)
        return _is_enough(passage, retrieved) if found is None else found
    return is_listed_number(passage, retrieved) or _is_enough(passage, retrieved)


def is_on_topic(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is about what is asked, whether or not it holds the answer: a warning holds no figure."""
    return retrieved.subject.covers(passage, read_terms(full_text(passage))[0]) and measure(
        passage, retrieved
    ).score >= _threshold(retrieved)


def _is_enough(passage: Passage, retrieved: Retrieved) -> bool:
    if not holds_amount(passage, retrieved):
        return False
    evidence = measure(passage, retrieved)
    # A row of a list says one thing in few words: what it doesn't name, it doesn't answer.
    least = READ_ROW_COVERAGE if retrieved.plan.is_read else ROW_COVERAGE
    is_seen = evidence.relevance is not None and evidence.relevance >= ROW_RELEVANCE
    is_whole = passage.kind != ChunkKind.ROW or passage.code > 0 or evidence.coverage >= least or is_seen
    # What bears nobody's name holds for every machine, but it is rarely what was meant.
    is_meant = not (retrieved.subject.names and retrieved.subject.is_said) or is_named(passage, retrieved)
    is_telling = (
        not retrieved.plan.is_read and len(_topic(retrieved)) > 1 and evidence.coverage >= UNNAMED_COVERAGE
    )
    is_whole = is_whole and (is_meant or is_telling)
    if evidence.score >= _threshold(retrieved) and is_whole:
        return True
    return retrieved.plan.is_foreign and _is_near_in_meaning(passage, retrieved)


def _threshold(retrieved: Retrieved) -> float:
    return READ_THRESHOLD if retrieved.plan.is_read else THRESHOLD


def is_named(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage bears the name of the machine that the question names."""
    return retrieved.subject.is_named_by(passage, read_terms(full_text(passage))[0])


def _is_near_in_meaning(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is near enough to a question in another language.

    One that holds a figure asked for need not be as near as others, and one that doesn't has to be nearer.
    """
    asked = {unit for word in words(retrieved.plan.asked) for unit in units_of_compound(word)}
    if not asked:
        return passage.cosine >= FOREIGN_COSINE
    holds = not asked.isdisjoint(read_terms(passage.text)[1])
    return passage.cosine >= FOREIGN_COSINE + (-FOREIGN_FIGURE_WORTH if holds else FOREIGN_FIGURE_WORTH)
