"""Models of a series, told apart by a Roman number behind its letters: MkIII and MkV, or Mk3 as it is typed."""

from __future__ import annotations

import re
from collections.abc import Callable

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_SERIES = re.compile(r"([a-z]{2,4}?)(viii|vii|iii|ii|iv|vi|ix|v|x|i)", re.IGNORECASE)
_TYPED = re.compile(r"\b([A-Za-z]{2,4})[ -]?(\d{1,2})\b")


def split_series(word: str) -> tuple[str, str] | None:
    """Return the letters and the Roman number of a word that may be a model's name, None of other words."""
    match = None if word.lower() in _ROMAN else _SERIES.fullmatch(word)
    return (match[1].lower(), match[2].lower()) if match else None


def write_roman(text: str, *, is_known: Callable[[str], bool]) -> str:
    """Return a text with "Mk3" or "mk 3" as documents write it, "MkIII", where they know only that."""

    def rewrite(match: re.Match[str]) -> str:
        number = int(match[2])
        if not 1 <= number <= len(_ROMAN) or is_known(f"{match[1]}{number}"):
            return match[0]
        model = f"{match[1]}{_ROMAN[number - 1].upper()}"
        return model if is_known(model) else match[0]

    return _TYPED.sub(rewrite, text)
