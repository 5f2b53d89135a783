"""Recognising what can be walked check by check: fault tables, decision procedures, lists of checks.

Everything a guide says stands in the documents: causes, tests and remedies are whole cells or steps, or
the items that a cell lists. Nothing is paired by guess: where a cell lists several causes and another
several remedies, each cause is shown with the whole remedy, and the parts that speak of it are marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from knowledge.answering.fault_rows import FaultRow, find_table_intro, read_rows, split_items
from knowledge.answering.fault_steps import find_list_intro, is_walkable, read_list
from knowledge.answering.grounding import find_facts
from knowledge.answering.symptoms import LEAST_MATCH, choose_symptoms, codes_asked_for, match_symptom
from knowledge.chunking import ChunkKind
from knowledge.language.faults import (
    is_check,
    is_fault_heading,
    is_fault_table,
    sections_named,
    steps_named,
)
from knowledge.language.folding import fold
from knowledge.language.notices import LEVELS
from knowledge.language.terms import content_terms
from knowledge.questions import asks_to_find_fault, reports_trouble
from knowledge.replies import Check, Citation, Guide, Notice, Passage
from knowledge.retrieved import Retrieved
from knowledge.safety import reports_danger

MAX_CHECKS = 20
MAX_GUARDS = 4
_QUOTE_CHARACTERS = 300
_REPEATED = 0.8
_HEADING_NUMBER = re.compile(r"^\d+(?:\.\d+)*\.?\s+(?=\S)")


class Surroundings(Protocol):
    """What stands around a passage in its own document."""

    def same_section(self, passage: Passage) -> tuple[Passage, ...]:
        """Return the passages of the same section near this one, itself among them, in order."""
        ...

    def section(self, passage: Passage, number: str) -> tuple[Passage, ...]:
        """Return the passages under the heading with this number, in order, () if there is none."""
        ...


def find_guide(cited: Sequence[Passage], retrieved: Retrieved, surroundings: Surroundings) -> Guide | None:
    """Return the guide that the first of these passages gives, None when none can be walked.

    A question for a meaning, a figure or a way to do something gets no guide; nor does a symptom with
    one check, one that fits so many symptoms that it names none, or a report of danger: whoever sees
    smoke needs the whole answer at once.

    Args:
        cited: The passages the answer cites, best first.
        retrieved: What they were retrieved for.
        surroundings: Where the rest of a table or list is read.
    """
    if not asks_to_find_fault(retrieved.plan.own) or reports_danger(retrieved.plan.asked):
        return None
    case = _Case(cited, retrieved, surroundings)
    for passage in cited:
        for candidate in _candidates(passage, case):
            found = _read(candidate, case)
            if found is not None and 2 <= len(found.checks) <= MAX_CHECKS:
                return _write(found, candidate, case)
    return None


@dataclass(frozen=True, slots=True)
class _Case:
    """One question with the passages its answer cites; each section is read once."""

    cited: Sequence[Passage]
    retrieved: Retrieved
    surroundings: Surroundings
    _sections: dict[int, tuple[Passage, ...]] = field(default_factory=dict)

    def section_of(self, passage: Passage) -> tuple[Passage, ...]:
        """Return the passages of the same section near this one, itself among them."""
        if passage.chunk_id not in self._sections:
            self._sections[passage.chunk_id] = self.surroundings.same_section(passage) or (passage,)
        return self._sections[passage.chunk_id]

    def table_of(self, passage: Passage) -> list[Passage]:
        """Return the passages of the same table near this one, and near others of it with a code asked for.

        A long list of codes is not read whole, but the same code of another product line must be seen.
        """
        place = (passage.document, passage.section, passage.header)
        forms = codes_asked_for(self.retrieved)
        near: dict[int, Passage] = {}
        for one in (passage, *self.retrieved.passages):
            is_same = (one.document, one.section, one.header) == place and bool(one.codes & forms)
            if one.chunk_id not in near and (one is passage or is_same):
                near |= {other.chunk_id: other for other in self.section_of(one)}
        return [other for _, other in sorted(near.items()) if other.header == passage.header]


def _candidates(passage: Passage, case: _Case) -> list[Passage]:
    """Return a passage and what may be walked beside it: the list or table that a section's words lead up to."""
    others = case.section_of(passage) if passage.section and not passage.rows else ()
    lists = [other for other in others if other.kind == ChunkKind.PROCEDURE or is_fault_table(other.header)]
    return list({other.chunk_id: other for other in [passage, *lists]}.values())


@dataclass(frozen=True, slots=True)
class _Found:
    """Checks with the passages they stand in, before they are cited and guarded."""

    title: str
    checks: tuple[tuple[Check, Passage], ...]
    intro: str | None = None


def _read(passage: Passage, case: _Case) -> _Found | None:
    if is_fault_table(passage.header):
        return _read_table(passage, case)
    if passage.kind in (ChunkKind.PROCEDURE, ChunkKind.PROSE):
        return _read_list(passage, case)
    return None


def _read_table(passage: Passage, case: _Case) -> _Found | None:
    rows = read_rows(case.table_of(passage), question=case.retrieved.plan.own)
    groups: dict[str, list[FaultRow]] = {}
    for row in rows:
        groups.setdefault(fold(row.symptom), []).append(row)
    if set(groups) == {""}:
        # The table has no symptoms of its own: it stands under the one it is for.
        found = _found([(_heading(passage), rows)]) if _is_meant(passage, case) else None
    else:
        groups.pop("", None)
        meant = choose_symptoms(list(groups.values()), case.retrieved, above=" ".join(passage.section))
        found = _found([(group[0].symptom, group) for group in meant]) if meant else None
    return replace(found, intro=find_table_intro(passage)) if found is not None else None


def _is_meant(passage: Passage, case: _Case) -> bool:
    """Tell whether the headings above a passage name what the question reports."""
    above = " ".join([passage.title, *passage.section])
    return match_symptom(_heading(passage), case.retrieved, above=above) >= LEAST_MATCH


def _found(groups: Sequence[tuple[str, Sequence[FaultRow]]]) -> _Found:
    checks: list[tuple[Check, Passage]] = []
    for symptom, rows in groups:
        label = symptom if len(groups) > 1 else None
        for row in rows:
            is_single = len(rows) == 1 and row.cause
            split = split_items(row.cause or "", by_semicolon=bool(row.name)) if is_single else ()
            pieces = _checks_of(row, split) if len(split) > 1 else [_check_of(row)]
            checks += [(replace(check, symptom=label), row.passage) for check in pieces]
    return _Found(" / ".join(symptom for symptom, _ in groups), tuple(checks))


def _check_of(row: FaultRow) -> Check:
    return Check(citation=0, cause=row.cause, test=row.test, remedy=row.remedy)


def _checks_of(row: FaultRow, causes: Sequence[str]) -> list[Check]:
    """Return a check for each cause that one row lists, with the whole of its test and remedy."""
    parts = split_items(row.remedy) if row.remedy else ()
    return [
        Check(
            citation=0,
            cause=cause,
            test=row.test,
            remedy=row.remedy,
            focus=_focus(cause, parts),
        )
        for cause in causes
    ]


def _focus(cause: str, parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of a remedy that share a word with a cause; () when all of them do."""
    wanted = set(content_terms(cause))
    held = tuple(part for part in parts if wanted & set(content_terms(part)))
    return held if len(held) < len(parts) else ()


def _read_list(passage: Passage, case: _Case) -> _Found | None:
    is_fault = is_fault_heading(" ".join([passage.title, *passage.section]))
    if not is_fault and not reports_trouble(case.retrieved.plan.own):
        return None
    steps = read_list(passage, case.section_of(passage))
    if not is_walkable(steps, is_under_fault_heading=is_fault) or not _is_meant(passage, case):
        return None
    places = {step.number: place for place, step in enumerate(steps) if step.number}
    checks = tuple(
        (
            Check(
                citation=0,
                test=step.text,
                number=step.number,
                leads_to=tuple(
                    places[str(number)]
                    for number in steps_named(step.text)
                    if places.get(str(number), 0) > place + 1
                ),
                is_action=not is_check(step.text),
            ),
            step.passage,
        )
        for place, step in enumerate(steps)
    )
    return _Found(_heading(passage), checks, find_list_intro(steps[0].passage))


def _heading(passage: Passage) -> str:
    """Return the heading that a passage stands under, without its number."""
    return _HEADING_NUMBER.sub("", passage.section[-1] if passage.section else passage.title)


@dataclass(slots=True)
class _Citations:
    """Numbers the places that a guide cites, each once."""

    found: dict[tuple[str, tuple[str, ...], int | None], Citation] = field(default_factory=dict)

    def cite(self, passage: Passage, quote: str) -> int:
        """Return the number of a passage's place."""
        key = (passage.document, passage.section, passage.page)
        if key not in self.found:
            flat = " ".join(quote.split())
            cut = flat if len(flat) <= _QUOTE_CHARACTERS else flat[: _QUOTE_CHARACTERS - 1] + "…"
            self.found[key] = Citation(
                len(self.found) + 1, passage.document, passage.cited_title, passage.heading, passage.page, cut
            )
        return self.found[key].number


def _write(found: _Found, passage: Passage, case: _Case) -> Guide:
    """Return the guide with its citations, its notices, and the notices that guard single checks."""
    citations = _Citations()
    checks = [replace(check, citation=citations.cite(source, check.label)) for check, source in found.checks]
    sources = dict.fromkeys([passage, *(source for _, source in found.checks), *case.cited])
    notices = _notices(sources, citations)
    checks = [
        replace(check, notices=_guards(check, source, notices, citations, case.surroundings))
        for check, (_, source) in zip(checks, found.checks, strict=True)
    ]
    cited_places = tuple(citations.found.values())
    return Guide(found.title, passage.document, tuple(checks), notices, cited_places, found.intro)


def _notices(passages: Iterable[Passage], citations: _Citations) -> tuple[Notice, ...]:
    found: list[Notice] = []
    for passage in passages:
        for level, text in passage.notices:
            if not any(_repeats(level, text, notice) for notice in found):
                found.append(Notice(level, text, citations.cite(passage, text)))
    return tuple(sorted(found, key=lambda notice: LEVELS.index(notice.level)))


def _repeats(level: str, text: str, notice: Notice) -> bool:
    """Tell whether a notice says what another says already: no lower level, the same figures, most of its words."""
    if LEVELS.index(level) < LEVELS.index(notice.level) or find_facts(text) - find_facts(notice.text):
        return False
    told, known = set(content_terms(text)), set(content_terms(notice.text))
    return text == notice.text or (bool(told) and len(told & known) >= _REPEATED * len(told))


def _guards(
    check: Check,
    source: Passage,
    known: Sequence[Notice],
    citations: _Citations,
    surroundings: Surroundings,
) -> tuple[Notice, ...]:
    """Return the notices of the sections that a check sends its reader to, the gravest first."""
    remedy = check.focus or (check.remedy,)
    text = " ; ".join(part for part in (check.cause, check.test, *remedy) if part)
    found: dict[str, tuple[str, Passage]] = {}
    for number in sections_named(text):
        for passage in surroundings.section(source, number):
            for level, told in passage.notices:
                if not any(_repeats(level, told, notice) for notice in known):
                    found.setdefault(told, (level, passage))
    gravest = sorted(found.items(), key=lambda item: LEVELS.index(item[1][0]))[:MAX_GUARDS]
    return tuple(Notice(level, told, citations.cite(place, told)) for told, (level, place) in gravest)
