"""Hazard notices: recognising DANGER, WARNING, CAUTION and NOTICE in any document."""

from __future__ import annotations

import re

LEVELS = ("danger", "warning", "caution", "notice")
_LABELS = {
    "danger": ("danger", "gefahr", "peligro", "pericolo", "危险"),
    "warning": ("warning", "warnung", "advertencia", "avertissement", "avvertenza", "警告"),
    "caution": ("caution", "vorsicht", "achtung", "precaución", "attenzione", "小心", "注意"),
    "notice": ("notice", "attention", "important", "hinweis", "aviso"),
}
_LEVEL_OF = {label: level for level, labels in _LABELS.items() for label in labels}
_WORDS = "|".join(sorted((re.escape(label) for label in _LEVEL_OF), key=len, reverse=True))
_LABEL = re.compile(
    rf"^[\W_]*(?P<label>{_WORDS})S?[\W_]*?(?P<sep>[:!：！]|\s[-–—]\s|\n|$)[\s*_]*", re.IGNORECASE
)
_SHOUTED = re.compile(rf"^[\W_]*(?P<label>{_WORDS})[\s*_]+", re.IGNORECASE)
# The signs of hazards that have a character of their own; what stands behind one is a warning.
_SIGN = re.compile(r"^[\s*_]*[⚠☠☢☣]\ufe0f?[\s*_]*(?=\w+\W+\w|[\u3400-\u9fff])")
_BEGINNING = re.compile(
    rf"""(?:(?<=[.!?…][*_)"'»”])[\s*_]+|(?<=[.!?…])[\s*_]+|(?<=[。！？])|\n)(?=[^\w\n]{{0,8}}(?:{_WORDS}|[⚠☠☢☣]))""",
    re.IGNORECASE,
)
_HAZARDS = ("danger", "warning", "caution")
# A label and the sign that sets it off are shorter.
_LABEL_CHARACTERS = 60


def notice_level(label: str) -> str | None:
    """Return the level that a label word stands for ("Warnung" -> "warning"), None for other words."""
    return _LEVEL_OF.get(label.strip(" :!*_[]\t").casefold())


def split_notice(text: str) -> tuple[str, str] | None:
    """Return (level, words of the notice) when the text opens with a label, else None.

    "WARNING: hot", "Caution! …", "**DANGER** …", "⚠ Hot surface" and a bare label count (then the words are
    empty); "Warning lights are yellow" and "notice that…" don't.
    """
    match = _LABEL.match(text)
    if match is None:
        match = _SHOUTED.match(text)
        if match is None or not match["label"].isupper():
            sign = _SIGN.match(text)
            return None if sign is None else ("warning", text[sign.end() :].strip())
    return _LEVEL_OF[match["label"].casefold()], text[match.end() :].strip()


def find_notice(text: str) -> int | None:
    """Return where in a text a notice begins behind another sentence or line, None when none does.

    "Read first. WARNING The hopper tips" and "Drain it. Caution: hot" hold one; "the WARNING lamp", "Look at it.
    WARNING lamps are yellow" and "It shows: WARNING: low" don't.
    """
    for before in _BEGINNING.finditer(text):
        rest = text[before.end() : before.end() + _LABEL_CHARACTERS]
        found = split_notice(rest)
        if found is not None and found[1] and _is_set_apart(rest, found[0], is_line="\n" in before[0]):
            return before.end()
    return None


def _is_set_apart(text: str, level: str, *, is_line: bool) -> bool:
    """Tell whether a label that is not the first word of its block is one, and no word of a sentence."""
    match = _LABEL.match(text)
    if match is None:
        shouted = _SHOUTED.match(text)
        return shouted is None or not text[shouted.end()].islower()
    label = match["label"]
    if label[0].islower():
        return False
    return label.isupper() or not label.isascii() or is_line or (bool(match["sep"]) and level in _HAZARDS)
