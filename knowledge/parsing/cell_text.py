"""The text that a cell of a workbook shows: numbers with the units, zeros and percent signs of their format."""

from __future__ import annotations

import re
from datetime import date, datetime, time

# Words in quotes, a character behind a backslash, and a currency's sign are shown as they are.
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]')
# Colours, conditions and the widths of signs that are left free or repeated.
_UNSEEN = re.compile(r"\[[^\]$][^\]]*\]|[_*].")
_PLACES = re.compile(r"[0#?](?:[0#?.,/%]*[0#?])?")
_NOISE_DIGITS = 12


def show_cell(value: object, number_format: str | None) -> str:
    """Return what a person reads in a cell; "" for an empty one and for an error such as #N/A."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return _show_number(value, number_format or "General")
    text = str(value).strip()
    return "" if re.fullmatch(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!)", text) else text


def _show_number(value: float, number_format: str) -> str:
    sections = number_format.split(";")
    # The second section of a format is that of negative numbers, and holds their sign.
    section = _UNSEEN.sub("", sections[0])
    places = _LITERAL.sub(lambda match: "\0" * len(match[0]), section)
    found = _PLACES.search(places)
    if found is None:
        return _plain(value)
    before = "".join(_literals(section[: found.start()]))
    after = "".join(_literals(section[found.end() :]))
    if "%" in places:
        return f"{before}{_plain(value * 100)}%{after}".strip()
    number = _plain(value)
    if re.fullmatch(r"0{2,}", found[0]) and number.isdigit():
        number = number.zfill(len(found[0]))
    return f"{before}{number}{after}".strip()


def _literals(part: str) -> list[str]:
    """Return the characters that a part of a format shows as they are."""
    shown = []
    at = 0
    for match in _LITERAL.finditer(part):
        shown.append(" " * part[at : match.start()].count(" "))
        shown.append(match[1] or match[2] or match[3] or "")
        at = match.end()
    shown.append(" " * part[at:].count(" "))
    return shown


def _plain(value: float) -> str:
    """Return a number without the noise of its binary digits."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{value:.{_NOISE_DIGITS}g}"
