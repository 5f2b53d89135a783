"""Numbers that documents write in hex, typed otherwise: "40h", "40 hex", or in decimal behind a register's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from knowledge.language.code_words import CODE_WORDS, SHOWING, is_behind_word
from knowledge.language.codes import exact_form
from knowledge.language.quantities import find_quantities
from knowledge.language.typed_codes import find_counted

_HEX_TYPED = re.compile(
    r"(?<![\w.,])(?:0x)?([0-9a-f]{1,8})(?:\s?(hex)|(h))\b|\bhex\s(?:0x)?([0-9a-f]{1,8})(?![\w.])",
    re.IGNORECASE,
)
# "It displays 2B": what a display shows.
_HEX_SHOWN = re.compile(
    rf"\b(?:{SHOWING}|{CODE_WORDS})\s+(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])([0-9a-f]{{2,4}})(?![\w.-])",
    re.IGNORECASE,
)
_REGISTER = r"(?<![\w.-])([A-Z]{1,8}[_-]?\d{1,3})(?:\s(?:reads|shows|says|is|has|at|value|bit|flag))*[\s=:]+"
_BEHIND_REGISTER = re.compile(rf"{_REGISTER}$", re.IGNORECASE)
_OF_REGISTER = re.compile(rf"{_REGISTER}(\d{{1,7}})(?![\w.,]*\w)", re.IGNORECASE)
_REACH = 40
_WIDTHS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """What the documents know of codes: whether one is known, and whether two stand in one passage."""

    knows: Callable[[str], bool]
    share: Callable[[str, Collection[str]], bool]


def write_hex(text: str, known: KnownCodes) -> str:
    """Return a question with its hex numbers as "0x40", where documents know them or the question calls them flags."""

    def rewrite(match: re.Match[str]) -> str:
        digits = match[1] or match[4]
        forms = _forms(int(digits, 16))
        is_alone = match[0] == text.strip(" ?!.")
        is_announced = is_behind_word(text, match.start()) or _is_of_register(
            text, match.start(), forms, known
        )
        if match[3]:
            # "40h" is forty hours as well.
            is_hex = is_announced or (any(map(known.knows, forms)) and (is_alone or not digits.isdigit()))
        else:
            is_counting = bool(find_counted(text, match.end()))
            is_hex = is_announced or (any(map(known.knows, forms)) and not is_counting)
        return f"0x{digits}" if is_hex and any(c.isdigit() for c in digits) else match[0]

    def read_shown(match: re.Match[str]) -> str:
        is_hex = not known.knows(exact_form(match[1])) and any(map(known.knows, _forms(int(match[1], 16))))
        return f"{match[0][: -len(match[1])]}0x{match[1]}" if is_hex else match[0]

    written = _HEX_SHOWN.sub(read_shown, _HEX_TYPED.sub(rewrite, text))
    return _OF_REGISTER.sub(lambda match: _in_hex(match, known), written)


def _is_of_register(text: str, start: int, forms: Collection[str], known: KnownCodes) -> bool:
    before = _BEHIND_REGISTER.search(text[max(0, start - _REACH) : start])
    return before is not None and known.share(exact_form(before[1]), forms)


def _in_hex(match: re.Match[str], known: KnownCodes) -> str:
    """Return "ST1 64" as "ST1 0x40" where a passage about ST1 has that, and the number is no figure."""
    number = int(match[2])
    figures = [quantity.start for quantity in find_quantities(match.string)]
    at = match.start(2)
    if at in figures or find_counted(match.string, match.end(2)):
        return match[0]
    form = next((form for form in _forms(number) if known.share(exact_form(match[1]), (form,))), None)
    return match[0] if form is None else f"{match.string[match.start() : at]}0x{form[2:]}"


def _forms(number: int) -> tuple[str, ...]:
    """Return how a number may be written in hex, as a code's exact form: "0X4", "0X04", "0X0004"."""
    return tuple(dict.fromkeys(f"0X{number:0{width}X}" for width in _WIDTHS))
