"""Words as they are typed on a phone: cut short, or with a slip."""

from __future__ import annotations

_SHORTEST_START = 4
_SHORTEST_SLIP = 6


def is_cut_short(term: str, word: str) -> bool:
    """Tell whether a term is how a word begins: "temp" for "temperatur"."""
    return len(term) >= _SHORTEST_START and term.isalpha() and word.startswith(term)


def is_slip(term: str, word: str) -> bool:
    """Tell whether a word of any length is another one with one letter added, left out, mistaken or swapped."""
    if term == word or term[0] != word[0] or abs(len(term) - len(word)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(term, word, strict=False)) if a != b), None)
    if start is None:
        return True
    one, other = term[start:], word[start:]
    if len(one) != len(other):
        return one[1:] == other or one == other[1:]
    return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])


def is_one_slip(term: str, word: str) -> bool:
    """Tell whether a longer term is a word with one letter added, left out, mistaken or swapped with the next.

    The first letter is hardly ever mistaken, and short words differ in one letter by nature.
    """
    return len(term) >= _SHORTEST_SLIP and term.isalpha() and bool(word) and is_slip(term, word)
