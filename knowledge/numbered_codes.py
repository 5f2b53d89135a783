"""A plain number that is announced ("error 12 on the HV90"), where the list of what it is said of has it as K-12.

It is taken for that code only where no other one has the number there. Several machines' lists may have the same code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlmodel import Session

from knowledge.fusion import Signals
from knowledge.language.codes import CodeMention, exact_form
from knowledge.language.terms import analyze
from knowledge.machine_names import terms_of_name
from knowledge.passages import build_passage
from knowledge.questions import QuestionPlan, announcing_terms
from knowledge.reader_view import ReaderView
from knowledge.replies import Passage, ReadCode
from knowledge.similar_codes import find_surface
from knowledge.storage.found_chunks import find_chunks

_HITS = 60
_UNRANKED = Signals(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A code with a letter that a list has, by its loose form, and the passage that has it."""

    form: str
    passage: Passage


def read_numbers(
    plan: QuestionPlan,
    view: ReaderView,
    *,
    bench: Iterable[str],
    session_scope: Callable[[], AbstractContextManager[Session]],
) -> tuple[tuple[CodeMention, ...], tuple[ReadCode, ...]]:
    """Return the codes of a question, and which of its numbers were taken for the code that a list has.

    Args:
        plan: The question.
        view: What its reader may be shown.
        bench: The names of the machine on the bench.
        session_scope: Opens the database.
    """
    codes, read = list(plan.codes), []
    for at, mention in enumerate(plan.codes):
        if not (mention.announced and mention.surface.isdigit()):
            continue
        said = _said(plan, view) or {term for name in bench for term in analyze(name)}
        if not said:
            continue
        with session_scope() as session:
            if _is_listed_so(session, view, mention.forms, said):
                continue
            found = [
                one for one in _find_listed(session, view, int(mention.surface)) if _holds(one.passage, said)
            ]
        if len({one.form for one in found}) == 1:
            form, passage = found[0].form, found[0].passage
            surface = find_surface(form[1:], passage)
            codes[at] = CodeMention(surface, (exact_form(surface), form), certain=True, announced=True)
            read.append(ReadCode(mention.surface, surface))
    return tuple(codes), tuple(read)


def _said(plan: QuestionPlan, view: ReaderView) -> set[str]:
    """Return the terms of what an announced number is said of: a machine that documents bear the name of, or a part."""
    numbers = {
        term for mention in plan.codes if mention.surface.isdigit() for term in analyze(mention.surface)
    }
    said = {*plan.terms, *plan.context} - numbers - announcing_terms(plan.text)
    return said & view.catalogue.bearers.keys() or said


def _is_listed_so(session: Session, view: ReaderView, forms: Iterable[str], said: Collection[str]) -> bool:
    """Tell whether a passage about what is said has the plain number itself."""
    hits = view.lexical.search_codes(list(forms), limit=_HITS, excluded=view.hidden)
    return any(_holds(passage, said) for passage in _load(session, view, hits))


def _find_listed(session: Session, view: ReaderView, number: int) -> Iterable[_Listed]:
    """Yield the codes of letters and this number that lists define."""
    written = re.compile(rf"~[A-Z]{{1,3}}{number}")
    hits = view.lexical.search_numbered_codes(number, limit=_HITS, excluded=view.hidden)
    for passage in _load(session, view, hits):
        for form in filter(written.fullmatch, passage.codes):
            yield _Listed(form, passage)


def _load(session: Session, view: ReaderView, hits: Iterable[int]) -> list[Passage]:
    visible = view.catalogue.visible(view.reader)
    return [
        build_passage(chunk, _UNRANKED, cosine=0.0)
        for chunk in find_chunks(session, hits).values()
        if chunk.document_id in visible
    ]


def _holds(passage: Passage, said: Collection[str]) -> bool:
    """Tell whether a passage, or what stands above it, has every word of what a number is said of."""
    above = " ".join([passage.title, *passage.section, *passage.products])
    return {*terms_of_name(passage.document), *analyze(above), *analyze(passage.text)}.issuperset(said)
