"""Words that announce a code, a number or a serial number: "alarm 17", "it displays 2B", "s/n 18-0420"."""

from __future__ import annotations

import re

from knowledge.language.slips import is_slip

# Words that announce a code, as any maker's manual uses them.
CODE_WORDS = (
    r"alarms?|errors?|faults?|codes?|ids?|flags?|events?|messages?|warnings?|modes?|status|dtcs?|trouble"
    r"|fehler\w*|störung\w*|meldung\w*|código|codigo|fallo|alarma|erreur|défaut"
)
# What a display does with a code.
SHOWING = (
    r"shows?|showing|displays?|displaying|reads|reports?|says|flashes|blinks|throws|keeps giving|comes up with"
    r"|zeigt|meldet|sagt|muestra|affiche|indique"
)
LINK = r"(?:ids?|codes?|numbers?|nos?\.?|nr\.?|flags?|values?|is|=|of|and|or|und|y|[:#,/&(\"'`]|\s)"
_WORD_BEFORE = re.compile(rf"\b(?:{CODE_WORDS}){LINK}*$", re.IGNORECASE)
_WORD_REACH = 24
_NAMED_CODES = re.compile(rf"\b(?:{CODE_WORDS})\b", re.IGNORECASE)
_SERIAL_BEFORE = re.compile(
    r"\b(?:serial(?:number)?s?|s/n|sn|seriennummer|serien-?nr|número de serie|numéro de série)"
    r"(?:\s*(?:no|nos|nr|number|numbers|is|of|from|[:.#]))*\s*$",
    re.IGNORECASE,
)
_ANNOUNCEMENTS = ("alarm", "error", "fault", "warning", "fehler", "störung", "alarma", "fallo")
_WORD = re.compile(r"[^\W\d_]{4,}(?=\W{1,3}\d)")


def is_behind_word(text: str, start: int) -> bool:
    """Tell whether a word that announces codes stands in front of this place."""
    return bool(_WORD_BEFORE.search(text[max(0, start - _WORD_REACH) : start]))


def is_behind_serial(text: str, start: int) -> bool:
    """Tell whether a word for a serial number stands in front of this place."""
    return bool(_SERIAL_BEFORE.search(text[max(0, start - _WORD_REACH) : start]))


def tells_of_codes(text: str) -> bool:
    """Tell whether a heading or a path has a word for codes: "alarm_controller.csv", "Fault codes"."""
    return bool(_NAMED_CODES.search(text.replace("_", " ")))


def repair_announcements(text: str) -> str:
    """Return a question in which a mistyped word that announces a number is the word: "alrm 17" is "alarm 17"."""
    return _WORD.sub(_without_slip, text)


def _without_slip(match: re.Match[str]) -> str:
    """Return a word in front of a number as the announcement of a code that it is one slip away from."""
    word = match[0].lower()
    if word in _ANNOUNCEMENTS:
        return match[0]
    return next((known for known in _ANNOUNCEMENTS if is_slip(word, known)), match[0])
