"""Models of one series in one document: what it says of the FW-220 alone is no answer for the FW-320."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from knowledge.chunking import ChunkKind
from knowledge.language.folding import fold
from knowledge.language.sentences import split_sentences
from knowledge.language.terms import join_models
from knowledge.replies import Passage

# "FW220", "25e", and the number behind a name: "Pila 22", "Ranger 30e".
_LETTERS_FIRST = re.compile(r"([a-z]{1,6})(\d{1,4})[a-z]{0,2}")
_FIGURES_FIRST = re.compile(r"(\d{1,4})([a-z]{1,2})")
_NUMBER = r"(\d{1,4})(?:[a-z]{1,2})?(?![\w.,-]?\d)\b"
# Steps are kept whole and in order, whatever one of them is for.
_WHOLE = (ChunkKind.PROCEDURE, ChunkKind.ROW)


@dataclass(frozen=True, slots=True)
class Series:
    """How the models of a series are written: the group of the pattern is the number, `own` that of the asked one."""

    pattern: re.Pattern[str]
    own: frozenset[str]

    def is_for_others(self, text: str) -> bool:
        """Tell whether a text names models of the series, and the asked one is not among them."""
        numbers = {match[1] for match in self.pattern.finditer(join_models(fold(text)))}
        return bool(numbers) and numbers.isdisjoint(self.own)


def find_series(asked: str, names: Collection[str]) -> tuple[Series, ...]:
    """Return the series of the models that a question, or the machine on the bench, names.

    Args:
        asked: The question, with what the machine on the bench is called.
        names: The terms that name machines documents are about.
    """
    text = join_models(fold(asked))
    found: dict[str, set[str]] = {}
    for pattern, number in _find_written(text, names):
        found.setdefault(pattern, set()).add(number)
    return tuple(Series(re.compile(pattern), frozenset(own)) for pattern, own in found.items())


def _find_written(text: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield how a series is written, and the number of a model of it that a text names."""
    for name in names:
        if not re.search(rf"\b{re.escape(name)}\b", text):
            continue
        if letters_first := _LETTERS_FIRST.fullmatch(name):
            yield rf"\b{letters_first[1]}{_NUMBER}", letters_first[2]
        elif figures_first := _FIGURES_FIRST.fullmatch(name):
            yield rf"\b(\d{{1,4}}){figures_first[2]}\b", figures_first[1]
        elif name.isalpha():
            behind = rf"\b{re.escape(name)}[ -]?{_NUMBER}"
            yield from ((behind, match[1]) for match in re.finditer(behind, text))


def leave_siblings_out(passages: Iterable[Passage], series: Collection[Series]) -> tuple[Passage, ...]:
    """Return the passages without what is for other models of the series alone, and none that says no more."""
    if not series:
        return tuple(passages)
    kept = (_leave_out(passage, series) for passage in passages)
    return tuple(passage for passage in kept if passage is not None)


def _leave_out(passage: Passage, series: Collection[Series]) -> Passage | None:
    def is_for_others(text: str) -> bool:
        return any(one.is_for_others(text) for one in series)

    if any(map(is_for_others, passage.section)):
        return None
    if passage.kind in _WHOLE:
        return None if passage.kind == ChunkKind.ROW and is_for_others(passage.text) else passage
    is_table = passage.kind == ChunkKind.TABLE
    pieces = passage.text.split("\n") if is_table else list(split_sentences(passage.text))
    kept = [piece for piece in pieces if not is_for_others(piece)]
    if len(kept) == len(pieces):
        return passage
    return replace(passage, text=("\n" if is_table else " ").join(kept)) if kept else None
