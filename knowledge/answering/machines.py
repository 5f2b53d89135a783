"""Which machine a question is about: what a document says of another one is no answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.language.terms import words


@dataclass(frozen=True, slots=True)
class Machines:
    """The names of the machine that is asked about, and those of all others the reader's documents are for, folded."""

    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    def are_named(self, text: str) -> bool:
        """Tell whether a text names the machine that is asked about."""
        return bool(find_names(text, self.own))

    def is_of_others(self, text: str) -> bool:
        """Tell whether a text names other machines and not the one that is asked about."""
        return bool(self.own) and bool(find_names(text, self.others)) and not self.are_named(text)


def find_machines(question: str, context: str, *, bench: frozenset[str], products: Iterable[str]) -> Machines:
    """Return the machine a question names, else that of the question before it, else the one on the bench.

    Args:
        question: The question's own words.
        context: Those it takes over from earlier questions.
        bench: The names of the machine on the bench, folded; none without one.
        products: The names of all products that the reader's documents are for, folded.
    """
    known = frozenset(products)
    named = find_names(question, known) or find_names(context, known)
    own = bench | named if not named or named & bench else named
    return Machines(own, known - own)


def find_names(text: str, names: Iterable[str]) -> frozenset[str]:
    """Return those of the names that stand in a text as whole words."""
    held = f" {' '.join(words(text))} "
    return frozenset(name for name in names if (spelt := " ".join(words(name))) and f" {spelt} " in held)
