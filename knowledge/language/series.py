"""What is typed together or apart: MkV as Mk5, FW-220 as FW 220, step 10 as step-10, and 7.5 m as 7.5m."""

from __future__ import annotations

import re
from collections.abc import Callable

from knowledge.language.quantities import UNITS_TYPED

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_SERIES = re.compile(r"([a-z]{2,4}?)(viii|vii|iii|ii|iv|vi|ix|v|x|i)", re.IGNORECASE)
_APART = re.compile(r"(?<![\w-])([A-Za-z]{1,4}) (\d{2,4}[A-Za-z]{0,2})(?![\w-]|[.,]\d)")
_DASHED = re.compile(r"(?<![\w-])([A-Za-z]{1,4})-(\d{2,4}[A-Za-z]{0,2})(?![\w-]|[.,]\d)")
_MEASURE = re.compile(rf"(?<![\w.,-])(\d+[.,]\d+)({'|'.join(UNITS_TYPED)}|[mvalg])(?![\w-])", re.IGNORECASE)
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


def write_models(text: str, *, is_known: Callable[[str], bool]) -> str:
    """Return a text with "fw 220" as one word where documents know it so, "step-10" and "7.5m" as two elsewhere."""

    def join(match: re.Match[str]) -> str:
        return match[1] + match[2] if is_known(match[1] + match[2]) else match[0]

    def part(match: re.Match[str]) -> str:
        is_two = not is_known(match[1] + match[2]) and is_known(match[1])
        return f"{match[1]} {match[2]}" if is_two else match[0]

    def space(match: re.Match[str]) -> str:
        return match[0] if is_known(re.split("[.,]", match[0])[-1]) else f"{match[1]} {match[2]}"

    return _MEASURE.sub(space, _DASHED.sub(part, _APART.sub(join, text)))
