"""Which words of a text a figure or code belongs to, so that a true figure is not told of the wrong thing.

A text is cut at commas, brackets and conjunctions, a table row at its cells. A cut that holds no figure
or code is common to all; one that holds some owns its words against the cuts that hold others of the
same unit. A statement that names words owned by such a rival must name all that the figure's own cut
owns: of "a prefilter has a drop of 60 Pa and a bag filter 110 Pa", "the bag filter has 60 Pa" lacks
"prefilter", and "the bag filter has a drop of 110 Pa" lacks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from knowledge.answering.grounding import find_facts
from knowledge.language.figures import find_figures
from knowledge.language.number_words import write_digits
from knowledge.language.quantities import find_numbers
from knowledge.language.terms import FUNCTION_WORDS, analyze

_CUT = re.compile(r"[,;]\s+|\n|\s(?:and|und|y|et|while|but|or|oder|ou|o)\s|[.)]\s+(?=[A-Za-z])")
_BRACKET = re.compile(r"\(([^()]*)\)?")
_CELL = re.compile(r";\s+")
_CODE = re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:[-_./][A-Za-z0-9]+)*")
_IDENTIFIER = re.compile(r"\b\w*[^\W_]_\w+\b")
_WHOLE = 0.9
_HALF = 0.5
_LITTLE = 0.25


@dataclass(frozen=True, slots=True)
class _Cut:
    """A cut of a text: its words, and its figures and codes by unit ("" for bare numbers, "code" for codes)."""

    terms: frozenset[str]
    facts: frozenset[tuple[str, str]]


def mask_codes(text: str) -> str:
    """Return the text with its codes blotted out in place, so that the digits of "P4-40" are no number."""
    return _CODE.sub(
        lambda match: "_" * len(match[0]) if any(c.isdigit() for c in match[0]) else match[0], text
    )


def codes_of(text: str) -> set[str]:
    """Return the codes, part numbers and identifiers of a text, in upper case without separators."""
    codes = {
        fact for fact in find_facts(text) if not fact.startswith(("#", "url:")) and not fact[0].isdigit()
    }
    return codes | {match[0].upper() for match in _IDENTIFIER.finditer(text)}


def strip_figures(text: str) -> str:
    """Return the text without its numbers and their units; codes stay."""
    for number in reversed(find_numbers(mask_codes(text))):
        text = f"{text[: number.start]} {text[number.end :]}"
    return text


def is_bound(statement: str, source: str, *, is_row: bool, weigh: Callable[[str], float]) -> bool:
    """Tell whether each figure and code of a statement is told of what it belongs to in the source."""
    cuts = [_read(part) for part in (_CELL.split(source) if is_row else _parts(source))]
    # What a row's first cell says is the row's name: all of the row is told of it.
    name = cuts[0].facts if is_row and cuts else frozenset()
    said = _joined([_read(part) for part in _parts(statement)])
    common = frozenset[str]().union(*(cut.terms for cut in said if not cut.facts))
    return all(
        any(
            _fits(part.terms | common, fact, own, _rivals(fact, own, cuts, is_row=is_row), weigh)
            for own in cuts
            if fact in own.facts
        )
        for part in said
        for fact in part.facts - name
        if any(fact in cut.facts for cut in cuts)
    )


def _rivals(fact: tuple[str, str], own: _Cut, cuts: Iterable[_Cut], *, is_row: bool) -> list[_Cut]:
    """Return the other cuts with facts, without those that hold this one too.

    The cells of a row belong together: there only cells with facts of the same unit are rivals.
    """
    others = [cut for cut in cuts if cut is not own and cut.facts and fact not in cut.facts]
    return [cut for cut in others if not is_row or any(unit == fact[1] for _, unit in cut.facts)]


def _fits(
    said: frozenset[str],
    fact: tuple[str, str],
    own: _Cut,
    rivals: list[_Cut],
    weigh: Callable[[str], float],
) -> bool:
    theirs = max((_share(rival.terms - own.terms, said, weigh) for rival in rivals), default=0.0)
    if not theirs:
        return True
    mine = own.terms - frozenset[str]().union(*(rival.terms for rival in rivals)) - set(analyze(fact[0]))
    covered = _share(mine, said, weigh) if mine else 1.0
    return (bool(mine) and covered >= _WHOLE) or (covered >= _HALF and theirs <= _LITTLE)


def _share(terms: frozenset[str], said: frozenset[str], weigh: Callable[[str], float]) -> float:
    total = sum(map(weigh, terms))
    return sum(map(weigh, terms & said)) / total if total else 0.0


def _parts(text: str) -> list[str]:
    """Return the cuts of running text.

    A bracket that holds but a code or figure is part of its cut; another one belongs to the figure before
    it ("42 kPa (AUR-240, new)"), and where there is none it is a cut of its own.
    """
    plain = _BRACKET.sub(lambda bracket: f" {bracket[1]} " if _is_bare(bracket[1]) else bracket[0], text)
    parts: list[str] = []
    start = 0
    for bracket in _BRACKET.finditer(plain):
        pieces = [piece for piece in _CUT.split(plain[start : bracket.start()]) if piece.strip()]
        inner = bracket[1].replace(", ", " ")
        if pieces and _read(pieces[-1]).facts:
            parts += [*pieces[:-1], f"{pieces[-1]} {inner}"]
        else:
            parts += [*pieces, inner]
        start = bracket.end()
    return [part for part in (*parts, *_CUT.split(plain[start:])) if part.strip()]


def _is_bare(inner: str) -> bool:
    """Tell whether a bracket holds nothing but codes and figures."""
    return not any(c.isalpha() for c in strip_figures(mask_codes(inner)))


def _joined(cuts: list[_Cut]) -> list[_Cut]:
    """Return the cuts of a statement, a lone figure together with what stands before it ("…, in kg, is 940")."""
    joined: list[_Cut] = []
    for cut in cuts:
        is_lone = bool(cut.facts) and not cut.terms and all(unit != "code" for _, unit in cut.facts)
        if is_lone and joined:
            before = joined.pop()
            while joined and not before.facts and not joined[-1].facts:
                before = _Cut(before.terms | joined[-1].terms, before.facts)
                joined.pop()
            if not before.facts and joined:
                earlier = joined.pop()
                before = _Cut(before.terms | earlier.terms, earlier.facts)
            cut = _Cut(before.terms, before.facts | cut.facts)  # noqa: PLW2901
        joined.append(cut)
    return joined


def _read(part: str) -> _Cut:
    part = write_digits(part)
    figures = {(figure.value, figure.unit) for figure in find_figures(mask_codes(part))}
    codes = codes_of(part)
    terms = frozenset(
        term for term in analyze(strip_figures(part)) if term not in FUNCTION_WORDS and len(term) > 1
    )
    return _Cut(terms, frozenset(figures | {(code, "code") for code in codes}))
