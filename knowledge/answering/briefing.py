"""What a model is given to write from, and when what it wrote answers the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.answering.choosing import find_supported
from knowledge.answering.evidence import measure
from knowledge.answering.holding import terms_held
from knowledge.answering.selection import find_aside, is_repetition, split_passage
from knowledge.answering.support import Weigh
from knowledge.answers import Drafted
from knowledge.chunking import ChunkKind
from knowledge.language.codes import codes_in
from knowledge.language.quantities import find_quantities, units_asked_in
from knowledge.language.tongues import may_be_same_language
from knowledge.prompting import Task
from knowledge.replies import Passage, Question, Statement
from knowledge.retrieved import Retrieved
from knowledge.safety import reports_danger

MAX_PASSAGES = 6
MAX_PROMPT_CHARACTERS = 9_000
# Of the question's information that the extractive answer holds, what a composed one must hold to stand alone.
ENOUGH = 0.7
# From this much evidence on (`evidence.measure`) a model that finds no answer is not believed. Of 44 questions that
# two collections don't answer 13 pass the threshold for an answer, all but 2 of them below this; of 34 questions that
# they do answer 31 lie above. So a second opinion turns most false answers into honest ones and few true ones.
CERTAIN = 1.0


@dataclass(frozen=True, slots=True)
class Brief:
    """What there is to write an answer from. `weigh` gives a term's rarity among the reader's passages."""

    question: Question
    retrieved: Retrieved
    drafted: Drafted
    weigh: Weigh

    @property
    def is_certain(self) -> bool:
        """Tell whether the documents answer, whatever a model thinks of it."""
        if any(mention.certain for mention in self.retrieved.known_codes):
            return True
        passages = self.drafted.passages.values()
        return max((measure(passage, self.retrieved).score for passage in passages), default=0.0) >= CERTAIN

    @property
    def is_for_a_model(self) -> bool:
        """Tell whether a model may word the answer.

        Not where there is nothing to word, where the answer is walked check by check, or where somebody is in
        danger and waits; nor where the passages are in another language than the question: a translation
        can't be checked word by word.
        """
        answer, asked = self.drafted.answer, self.retrieved.plan.asked
        return (
            bool(answer.statements)
            and answer.guide is None
            and not reports_danger(asked)
            and all(may_be_same_language(asked, passage.text) for passage in self.drafted.passages.values())
        )

    def choose_passages(self) -> dict[int, Passage]:
        """Return the passages to write from, by number: those of the draft, and further evidence.

        A passage with a hazard notice that is not shown is not given: the notices stand before the first
        statement. Where a code is looked up the draft has chosen whose it is, and nothing is added.
        """
        given = dict(self.drafted.passages)
        shown = {notice for passage in given.values() for notice in passage.notices}
        size = sum(len(passage.text) for passage in given.values())
        if any(mention.certain for mention in self.retrieved.known_codes):
            return given
        for passage in find_supported(self.retrieved):
            if len(given) >= MAX_PASSAGES or size + len(passage.text) > MAX_PROMPT_CHARACTERS:
                break
            if (
                passage.kind != ChunkKind.NOTICE
                and set(passage.notices) <= shown
                and not any(is_repetition(passage, other) for other in given.values())
            ):
                given[len(given) + 1] = passage
                size += len(passage.text)
        return given

    def find_aside(self, passage: Passage) -> frozenset[int]:
        """Return the positions of a passage's pieces that are for other machines than the one asked about."""
        return find_aside(split_passage(passage), passage, self.retrieved)

    def build_task(self, given: Mapping[int, Passage]) -> Task:
        """Return what a model is asked: the question, and of the passages what it may write from."""
        shown = {}
        for number, passage in given.items():
            aside = self.find_aside(passage)
            kept = [piece.text for at, piece in enumerate(split_passage(passage)) if at not in aside]
            if passage.kind != ChunkKind.NOTICE and kept:
                shown[number] = replace(passage, text="\n".join(kept)) if aside else passage
        return Task(self.retrieved.plan.asked, self.question.previous, shown)

    def is_answered_by(self, said: Sequence[Statement], given: Mapping[int, Passage]) -> bool:
        """Tell whether statements answer as the extractive answer does: its terms, its figure, its codes, its way."""
        drafted = self.drafted.answer.statements
        if not said:
            return False
        if sum(statement.step is not None for statement in drafted) > 1:
            # Whatever it is asked with: a procedure answers with its steps, and of those none is missing.
            return any(statement.step is not None for statement in said)
        own, theirs = _with_headings(said, given), _with_headings(drafted, given)
        held, needed = (
            sum(self.retrieved.rarity[term] for term in terms_held(text, self.retrieved))
            for text in (own, theirs)
        )
        forms = {form for mention in self.retrieved.known_codes if mention.certain for form in mention.forms}
        return (
            held >= ENOUGH * needed
            and (self._holds_figure(said) or not self._holds_figure(drafted))
            and forms.intersection(codes_in(theirs)) <= set(codes_in(own))
        )

    def _holds_figure(self, statements: Sequence[Statement]) -> bool:
        units = units_asked_in(self.retrieved.plan.own)
        return any(
            quantity.unit in units for statement in statements for quantity in find_quantities(statement.text)
        )


def _with_headings(statements: Sequence[Statement], given: Mapping[int, Passage]) -> str:
    passages = {statement.citation: given[statement.citation] for statement in statements}
    above = [" ".join([passage.title, *passage.section]) for passage in passages.values()]
    return " ".join([*above, *(statement.text for statement in statements)])
