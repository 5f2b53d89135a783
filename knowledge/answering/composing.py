"""An answer that a language model writes, behind the gate: what is shown was checked before it is shown.

The model is asked only where the documents answer: the extractive answer exists before, and it is no walk
through checks. It is given the passages which that answer is made of, and others that are evidence as well, as
far as all their hazard notices are shown anyway. The notices come first, from the documents and never from the
model. Then each statement is shown as soon as it is whole and has passed: it must cite a passage it was given
and be supported by it (`knowledge.answering.support`). One that fails is left out, and one that leans on what
was left out goes with it ("Then open the valve").

A procedure has no holes: where the extractive answer lists steps, the steps that the model leaves out, gets
wrong or cuts short are said in the document's words, in the document's order.

When the model fails, says nothing that holds, or leaves the question open, the extractive answer completes
what is shown: nothing that was read disappears, and what was said in full is not said again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, field, replace

from knowledge.answering.briefing import Brief
from knowledge.answering.chat import Composer
from knowledge.answering.completeness import tell_all_of
from knowledge.answering.support import Witness
from knowledge.answering.written import StatementReader, Written
from knowledge.answers import (
    MAX_MORE,
    abstain,
    cite,
    find_notices,
    replaced_by,
)
from knowledge.errors import WritingFailed
from knowledge.language.folding import fold
from knowledge.language.notices import split_notice
from knowledge.language.sentences import split_sentences
from knowledge.replies import Answer, Notice, Passage, Statement

Listener = Callable[[Notice | Statement], None]

MAX_SENTENCES = 8
_LEANING = re.compile(
    r"^(?:and|but|then|afterwards|after that|otherwise|instead|this|that|these|those|it|its|they|there|also|so"
    r"|dann|danach|sonst|dies\w*|luego|esto|ensuite|puis)\b"
)


def compose(
    brief: Brief,
    composer: Composer,
    *,
    on_part: Listener | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Answer:
    """Return the answer, written by the model as far as what it writes holds.

    Args:
        on_part: Told each notice and statement as soon as it is certain to be in the answer, in order.
        should_stop: Asked now and then; when it says so, the answer ends with what was told.
    """
    if not brief.is_for_a_model:
        return brief.drafted.answer
    composition = _Composition(brief, on_part or (lambda _: None))
    if brief.is_certain:
        composition.begin()
    started = time.perf_counter()
    failure = composition.listen(composer, should_stop or (lambda: False))
    timings = dict(brief.drafted.answer.timings_ms) | {"model": 1000 * (time.perf_counter() - started)}
    answer = composition.finish(failure)
    return replace(
        answer,
        composed_by=composer.name,
        prompt_version=composer.prompt_version,
        timings_ms=timings | composition.timings_ms,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement that was shown, and the pieces (passage number, position) that it says."""

    statement: Statement
    pieces: frozenset[tuple[int, int]]


@dataclass(slots=True)
class _Composition:
    """An answer being written: what is given, what was said, what is due."""

    brief: Brief
    listener: Listener
    given: dict[int, Passage] = field(init=False)
    notices: tuple[Notice, ...] = field(init=False)
    said: list[_Said] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=dict)
    _witnesses: dict[int, Witness] = field(default_factory=dict)
    _has_begun: bool = False
    _was_removed: bool = False
    _was_stopped: bool = False

    def __post_init__(self) -> None:
        self.given = self.brief.choose_passages()
        self.notices = find_notices(self.given)

    def begin(self) -> None:
        """Show the notices, once."""
        if not self._has_begun:
            self._has_begun = True
            for notice in self.notices:
                self.listener(notice)

    def listen(self, composer: Composer, should_stop: Callable[[], bool]) -> str | None:
        """Take what the model writes; return why it failed, None when it came to an end by itself."""
        reader = StatementReader()
        started = time.perf_counter()
        task = self.brief.build_task(self.given)
        try:
            with closing(composer.write(task)) as pieces:
                for piece in pieces:
                    if should_stop():
                        self._was_stopped = True
                        return None
                    if piece:
                        self.timings_ms.setdefault("model_first", 1000 * (time.perf_counter() - started))
                    self._take_all(reader.feed(piece))
                    if reader.is_full:
                        break
            self._take_all(reader.finish())
        except WritingFailed as failed:
            return failed.reason
        if self.said:
            return None
        return "declined" if reader.has_declined else "ungrounded"

    def finish(self, failure: str | None) -> Answer:
        """Return the answer: what was said, completed from the documents where that is needed."""
        draft = self.brief.drafted.answer
        if self._was_stopped:
            return self._build(None) if self.said else draft
        if failure in ("failed", "cut_off"):
            # Whatever ended it: the reader has a part of it, or nothing.
            failure = "cut_off" if self.said else "failed"
        if failure == "declined" and not self.brief.is_certain:
            no = abstain(self.brief.question, self.brief.retrieved, "no_evidence")
            return replace(no, trace=draft.trace)
        for number in {
            said.statement.citation: None for said in self.said if said.statement.step is not None
        }:
            self._fill(number, before=None)
        said = [one.statement for one in self.said]
        if failure is None and not self.brief.is_answered_by(said, self.given):
            failure = "incomplete"
        if failure is not None:
            for statement in draft.statements:
                self._say_own(statement)
        return self._build(failure)

    def _take_all(self, statements: Sequence[Written]) -> None:
        for written in statements:
            is_taken = self._take(written)
            self._was_removed = not is_taken

    def _take(self, written: Written) -> bool:
        """Show a statement if it holds; tell whether it (or the document's words for it) is shown."""
        if split_notice(written.text) is not None or any(n not in self.given for n in written.citations):
            return False
        if self._was_removed and _LEANING.match(fold(written.text)):
            return False
        return any(
            self._take_step(number, written)
            if written.step is not None and self._has_steps(number)
            else self._take_sentence(number, written)
            for number in written.citations
        )

    def _take_step(self, number: int, written: Written) -> bool:
        """Show a step: in the model's words if they hold, else in the document's where the step is due anyway."""
        witness = self._witness(number)
        last = self._last(number)
        places = [at for at, piece in enumerate(witness.pieces) if piece.step == written.step and at > last]
        if not places:
            return False
        at = places[0]
        holds = all(
            witness.judge(sentence, only=[at]).is_supported for sentence in split_sentences(written.text)
        )
        if not holds and not any(place == at for _, place in self._due(number)):
            return False
        self._say_step(number, at, written.text if holds else None)
        return True

    def _take_sentence(self, number: int, written: Written) -> bool:
        witness = self._witness(number)
        verdict = witness.judge(written.text)
        if not verdict.is_supported:
            return False
        if len(self._due(number)) > 1 and any(witness.pieces[at].kind == "step" for at in verdict.pieces):
            # Prose can leave a step out or tell it out of order without saying a wrong word: it is a step, or nothing.
            at = min(verdict.pieces)
            if len(verdict.pieces) > 1 or at <= self._last(number):
                return False
            self._say_step(number, at, written.text)
            return True
        pieces = {(number, at) for at in verdict.pieces}
        is_new = not tell_all_of(written.text, self._texts_on(pieces))
        if not is_new or self._sentences() >= MAX_SENTENCES:
            return False
        self._say(Statement("sentence", written.text, number), pieces)
        return True

    def _say_step(self, number: int, at: int, text: str | None) -> None:
        """Say a step after those that are due before it; in the document's words where the text tells not all of it."""
        self._fill(number, before=at)
        piece = self._witness(number).pieces[at]
        whole = text if text is not None and tell_all_of(piece.text, [text]) else piece.text
        self._say(Statement("step", whole, number, piece.step), {(number, at)})

    def _last(self, number: int) -> int:
        """Return the position of the last step of a passage that was said, -1 when none was."""
        pieces = self._witness(number).pieces
        said = (at for n, at in self._pieces_said() if n == number and pieces[at].step is not None)
        return max(said, default=-1)

    def _texts_on(self, pieces: Set[tuple[int, int]]) -> list[str]:
        """Return what was said on any of these pieces."""
        return [one.statement.text for one in self.said if one.pieces & pieces]

    def _is_told(self, statement: Statement) -> bool:
        """Tell whether a statement of the extractive answer was said in full."""
        place = self._place(statement)
        return place in self._pieces_said() and tell_all_of(statement.text, self._texts_on({place}))

    def _fill(self, number: int, *, before: int | None) -> None:
        """Say the steps that are due in a passage (up to a position) in the document's words."""
        for statement, at in self._due(number):
            if (before is None or at < before) and (number, at) not in self._pieces_said():
                self._say(statement, {(number, at)})

    def _say_own(self, statement: Statement) -> None:
        if not self._is_told(statement):
            self._say(statement, {self._place(statement)})

    def _say(self, statement: Statement, pieces: set[tuple[int, int]]) -> None:
        self.begin()
        self.said.append(_Said(statement, frozenset(pieces)))
        self.listener(statement)

    def _build(self, failure: str | None) -> Answer:
        draft = self.brief.drafted.answer
        unsaid = [s for s in (*draft.statements, *draft.more) if not self._is_told(s)]
        rest = sorted(unsaid, key=self._place)[:MAX_MORE]
        used = {one.statement.citation for one in self.said} | {s.citation for s in rest}
        used |= {notice.citation for notice in self.notices}
        citations = tuple(
            cite(number, passage, self._quotes(number))
            for number, passage in self.given.items()
            if number in used
        )
        return replace(
            draft,
            notices=self.notices,
            statements=tuple(one.statement for one in self.said),
            more=tuple(rest),
            citations=citations,
            replaced=replaced_by({citation.document for citation in citations}, self.brief.retrieved),
            short_form=failure,
        )

    def _quotes(self, number: int) -> list[str]:
        """Return the document's own words for what was said of a passage, in its order."""
        pieces = self._witness(number).pieces
        return [
            pieces[at].text for at in sorted(at for n, at in self._pieces_said() if n == number and at >= 0)
        ]

    def _due(self, number: int) -> list[tuple[Statement, int]]:
        """Return the steps of a passage that the extractive answer shows, with their positions, in order."""
        steps = [
            s for s in self.brief.drafted.answer.statements if s.citation == number and s.step is not None
        ]
        return [(step, self._place(step)[1]) for step in steps]

    def _place(self, statement: Statement) -> tuple[int, int]:
        """Return where a statement of the extractive answer stands; -1 for one that is no piece."""
        pieces = self._witness(statement.citation).pieces
        for at, piece in enumerate(pieces):
            if (piece.kind, piece.text, piece.step) == (statement.kind, statement.text, statement.step):
                return statement.citation, at
        return statement.citation, -1

    def _has_steps(self, number: int) -> bool:
        return any(piece.step is not None for piece in self._witness(number).pieces)

    def _pieces_said(self) -> set[tuple[int, int]]:
        return {piece for one in self.said for piece in one.pieces}

    def _sentences(self) -> int:
        return sum(one.statement.step is None for one in self.said)

    def _witness(self, number: int) -> Witness:
        if number not in self._witnesses:
            plan = self.brief.retrieved.plan
            passage = self.given[number]
            self._witnesses[number] = Witness(
                passage,
                weigh=self.brief.weigh,
                asked=(*plan.terms, *plan.context),
                without=self.brief.find_aside(passage),
            )
        return self._witnesses[number]
