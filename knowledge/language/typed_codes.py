"""Codes as they are typed on the way: in pieces ("lv 200 240", "f 1 0 4", "E1 2"), put together as documents know them.

What no document knows is put together only where it can hardly be anything else, and is then said to be unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from knowledge.language.codes import exact_form, loose_form
from knowledge.language.dictionary import is_english
from knowledge.language.folding import fold
from knowledge.language.quantities import UNITS, find_quantities
from knowledge.language.terms import STOP_WORDS

_PIECE = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\s{1,2}|\s?[-–.]\s?")
_GLUED_BEFORE = re.compile(r"[\w.\-–/]$")
_FIGURE_BEFORE = re.compile(r"\d\s$")
_GLUED_BEHIND = re.compile(r"[_\-–/.,]\w")
_MOST_PIECES = 6
_LONGEST_CODE = 24
_LONGEST_LETTERS = 4
_LEAST_DIGITS = 3
_LEAST_OF_SERIES = 2
# One letter that is a word, or stands between two figures ("2 x 16").
_WORD_LETTERS = frozenset("aiyoux")
_UNITS = frozenset(unit.lower() for unit in UNITS.split("|"))
Knows = Callable[[str], bool]
IsName = Callable[[Sequence[str]], bool]


def join_codes(text: str, *, knows: Knows, is_name: IsName = lambda _: False) -> str:
    """Return a question with the pieces of its codes put together.

    Args:
        text: As it was typed.
        knows: Tells whether the documents have a code in an exact or a loose form.
        is_name: Tells whether these words are what documents are called ("BMS C1"): they stay apart.
    """
    pieces = list(_PIECE.finditer(text))
    measured = [(quantity.start, quantity.end) for quantity in find_quantities(text)]
    written, end, position = "", 0, 0
    while position < len(pieces):
        found = list(_run(text, pieces[position:], measured))
        count, code = _join(text, found, knows, is_name) if len(found) > 1 else (0, "")
        if not count:
            position += 1
            continue
        written += text[end : found[0].start()] + code
        end = found[count - 1].end()
        position += count
    return written + text[end:]


def find_counted(text: str, end: int) -> str:
    """Return the word behind a number, folded, that may be what the number counts ("E1 2 times"), or ""."""
    following = _PIECE.match(text, end + 1) if text[end : end + 1] == " " else None
    word = fold(following[0]) if following else ""
    return word if word.isalpha() and word not in STOP_WORDS else ""


def _run(
    text: str, pieces: Sequence[re.Match[str]], measured: Sequence[tuple[int, int]]
) -> Iterable[re.Match[str]]:
    """Yield the pieces from the first on that may belong to one code."""
    first = pieces[0]
    if not any(c.isalpha() for c in first[0]) or _GLUED_BEFORE.search(
        text[max(0, first.start() - 1) : first.start()]
    ):
        return
    if len(first[0]) == 1 and _FIGURE_BEFORE.search(text[max(0, first.start() - 2) : first.start()]):
        return
    end = first.start()
    for piece in pieces[:_MOST_PIECES]:
        is_near = piece is first or _GAP.fullmatch(text, end, piece.start())
        is_figure = any(start <= piece.start() < stop for start, stop in measured)
        if not is_near or is_figure or not piece[0].isascii() or len(piece[0]) > _LONGEST_CODE:
            return
        if piece[0].isalpha() and (len(piece[0]) > _LONGEST_LETTERS or fold(piece[0]) in STOP_WORDS - {"a"}):
            return
        yield piece
        end = piece.end()


def _join(text: str, found: Sequence[re.Match[str]], knows: Knows, is_name: IsName) -> tuple[int, str]:
    """Return how many pieces make a code, and that code; (0, "") where none do."""
    for count in range(len(found), 1, -1):
        window = found[:count]
        if _is_spelled_on(found, count) or is_name([piece[0] for piece in window]):
            continue
        if _is_whole(text, window) and (code := _find_known(text, window, knows)):
            return count, code
    digits = list(takewhile(lambda piece: piece[0].isdigit(), found[1:]))
    window = [found[0], *digits]
    if digits and _is_whole(text, window) and _can_only_be_code(text, window, knows):
        return len(window), "".join(piece[0] for piece in window)
    return 0, ""


def _is_spelled_on(found: Sequence[re.Match[str]], count: int) -> bool:
    """Tell whether a code is typed digit by digit, and goes on: "f 1 4 0" is no F1."""
    return all(len(piece[0]) == 1 for piece in found[:count]) and (
        count < len(found) and len(found[count][0]) == 1 and found[count][0].isdigit()
    )


def _is_whole(text: str, window: Sequence[re.Match[str]]) -> bool:
    joined = "".join(piece[0] for piece in window)
    is_spaced = any(c.isspace() for c in text[window[0].start() : window[-1].end()])
    return (
        is_spaced
        and len(joined) <= _LONGEST_CODE
        and any(c.isdigit() for c in joined)
        and not _GLUED_BEHIND.match(text, window[-1].end())
    )


def _find_known(text: str, window: Sequence[re.Match[str]], knows: Knows) -> str:
    """Return the one code that these pieces are, as documents know it, or ""."""
    parts = [piece[0] for piece in window]
    counted = find_counted(text, window[-1].end())
    if parts[-1].lower() in _WORD_LETTERS or (parts[0].lower() in _WORD_LETTERS and counted):
        return ""
    joined, spaced = "".join(parts), "-".join(parts)
    if knows(exact_form(joined)):
        is_other = counted and any(c.isdigit() for c in parts[0]) and _is_counted(counted, parts[0], knows)
        code = "" if is_other else joined
    else:
        # "F 1 04" is F104, not F14: only the first group may lack or have zeros that the document's has not.
        has_zeros = any(part[0] == "0" and len(part) > 1 for part in parts[2:])
        is_loose = not has_zeros and not knows(exact_form(parts[0])) and knows(loose_form(spaced))
        code = spaced if is_loose else ""
    # Looked at last: the list of English words takes a while to load.
    return "" if code and any(_is_word(part, text) for part in parts) else code


def _is_counted(counted: str, head: str, knows: Knows) -> bool:
    """Tell whether a number behind a code that documents know belongs to the word behind it."""
    return knows(exact_form(head)) or (counted.endswith("s") and knows(loose_form(head)))


def _is_word(part: str, text: str) -> bool:
    """Tell whether a piece is an ordinary word; in a question that isn't all in capitals those are none."""
    is_code = part.isupper() and not text.isupper()
    return part.isalpha() and len(part) > 1 and not is_code and is_english(part)


def _can_only_be_code(text: str, window: Sequence[re.Match[str]], knows: Knows) -> bool:
    """Tell whether pieces that no document knows are a code all the same, not a name or a word with a figure."""
    head, *groups = (piece[0] for piece in window)
    if find_counted(text, window[-1].end()):
        return False
    if not head.isalpha():
        # "E1 2": E01 is another code, and E1 itself would be one.
        is_known = knows(exact_form(head))
        return not is_known and knows(loose_form(head))
    if len(groups) == 1 and len(groups[0]) == 1 and len(head) > 1 and not _is_word(head, text):
        # "Er 3" where Er 1 and Er 2 are known.
        return sum(knows(exact_form(f"{head}{digit}")) for digit in range(10)) >= _LEAST_OF_SERIES
    if len(groups) < 2 or sum(map(len, groups)) < _LEAST_DIGITS or (len(head) > 1 and head.lower() in _UNITS):
        return False
    return head.lower() not in _WORD_LETTERS and not _is_word(head, text)
