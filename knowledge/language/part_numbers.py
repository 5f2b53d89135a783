"""Part numbers: whether a question is for one, and whether a text holds any."""

from __future__ import annotations

import re

from knowledge.language.quantities import find_quantities
from knowledge.language.terms import words

# "No." of a part, an order or an article; a serial number is another thing.
_ASKED = re.compile(
    r"\b(?:(?:spare )?parts?|order(?:ing)?|article|item|catalog(?:ue)?|stock|material)[ -]?"
    r"(?:no\b(?! (?:longer|more|one))|nos\b|nr\b|num\b|numbers?\b|code\b|#)"
    r"|\bp/n\b|\bskus?\b"
    r"|\b(?:ersatz)?teile?-?(?:nr\b|nummer)|\b(?:bestell|artikel|material)-?(?:nr\b|nummer)"
    r"|\bnúmeros? de (?:la |el )?(?:pieza|parte|artículo|pedido|repuesto|referencia)"
    r"|\b(?:numéro|n°|no) de (?:la )?(?:pièce|commande|référence|article)|\b(?:référence|referencia)s?\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![\w./-])\w+(?:[-./]\w+)*")
_SCREW = re.compile(r"[Mm]\d+(?:[.,]\d+)?(?:[xX×]\d+)*")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_LEAST_CHARACTERS = 5
_LEAST_DIGITS = 2


def words_of_asking(text: str) -> list[str]:
    """Return the words by which a question asks for the number that a part is ordered by, none where it doesn't."""
    return [word for match in _ASKED.finditer(text) for word in words(match[0])]


def find_part_numbers(text: str) -> set[str]:
    """Return the words of a text that may be part numbers: with two figures at least, and no quantity, date or screw.

    What a word is can't be told from its letters alone: a bulletin's number is among them.
    """
    quantities = {text[one.start : one.end] for one in find_quantities(text)}
    found = {match[0] for match in _WORD.finditer(text)}
    return {word for word in found - quantities if _may_be_one(word)}


def _may_be_one(word: str) -> bool:
    letters = sum(one.isalpha() for one in word)
    digits = sum(one.isdigit() for one in word)
    if (
        len(word) < _LEAST_CHARACTERS
        or digits < _LEAST_DIGITS
        or _SCREW.fullmatch(word)
        or _DATE.fullmatch(word)
    ):
        return False
    return letters > 0 or digits >= _LEAST_CHARACTERS
