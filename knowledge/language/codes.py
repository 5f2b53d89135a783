"""Error codes, alarms, hex flags and part numbers, made equal however they are typed.

A code has up to three forms. The exact form is upper case without blanks, dashes, dots and
underscores, the letter O read as zero behind a digit ("c-175o" -> "C1750"). The loose form, marked
"~", also drops leading zeros ("E07" -> "~E7"). The numeric form, marked "#", is the value of a code
that is a bare number or a hex literal ("alarm 0064", "0x40" -> "#64").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from knowledge.blocks import Block, BlockKind
from knowledge.language.code_words import CODE_WORDS, LINK, is_behind_serial, is_behind_word
from knowledge.language.quantities import UNITS_TYPED, find_quantities

_NUMBER = r"(?:0x[0-9a-f]+|(?!0x)\d{1,7})"
# Said before the words: a look at one letter rules out most places of a text.
_INITIALS = "".join(sorted({word[0] for word in CODE_WORDS.split("|")}))
_AFTER_WORD = re.compile(
    rf"\b(?=[{_INITIALS}])(?:{CODE_WORDS})\b{LINK}*({_NUMBER}(?:(?:{LINK})+{_NUMBER})*)",
    re.I,
)
_AFTER_CJK = re.compile(
    r"(?:报警|报错|错误|故障|代码|警报|アラーム|エラー)(?:码|代码|号|编号)?\s*[:：#]?\s*(\d{1,7})"
)
# A bare number that is asked about may be a code; in a document it is a number.
ASKED_NUMBER = re.compile(
    r"\b(?:what(?:'?s| is| does)|meaning of|meldet|zeigt|shows?|showing|displays?|reads|reports?|throws?|throwing"
    r"|goes to|gives)\s+(?:me\s+)?(\d{2,7})\b(?![.,]?\d)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"0x[0-9a-f]+|\d+", re.IGNORECASE)
_HEX = re.compile(r"\b0x([0-9a-f]{1,16})\b", re.I)
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
# A digit that was typed with the shift key, or can't be read: "E!2".
_SLIPPED = re.compile(r"(?<!\w)(?:[A-Za-z]\d{0,5}|[A-Z]{2,3}\d{0,5})[!|?*@$§^~]\d{1,6}(?!\w)")
# The size of a screw is no code that documents explain.
_SCREW = re.compile(r"[Mm]\d{1,2}(?:[.,]\d)?s?(?:[xX×]\d{1,3})?s?")
# The same for documents, where only capitals announce a number.
_SPACED_CAPITALS = re.compile(
    r"(?<![\w.-])([A-Z]{1,3})(?:\s{1,2}|\s?[-–.]\s?)(\d[\dOo]{1,6})(?![\w])(?!\s?[.,]\d)"
)
_SPACED = re.compile(r"(?<![\w.-])([A-Za-z]{1,4})(?:\s{1,2}|\s?[-–.]\s?)(\d[\dOo]{1,6})(?![\w])(?!\s?[.,]\d)")
_MEASURE_TYPED = re.compile(r"^(\d+(?:[.,]\d+)?)([a-zµ]{2,4})$")
_LEAD_NUMBER = re.compile(r"^\W{0,3}(\d{1,6})\s*(?:[-–—:=)]|\s[A-Za-z])")
# A cell that is nothing but a code with a blank in it: "Er 3". A position and a number of pieces are none.
_SPACED_CELL = re.compile(
    r"(?:^|(?<=[:;]\s))(?!pos|qty|no|nr|vol|fig)([A-Za-z]{1,3})[ .]{1,2}(\d{1,3})(?=\s*(?:[;\n]|$))",
    re.IGNORECASE | re.MULTILINE,
)
_DATE = re.compile(r"^(?:\d{4}-\d\d?-\d\d?|\d\d?[.-]\d\d?[.-]\d{2,4})$")
_CODE_HEADER = re.compile(rf"\b(?:{CODE_WORDS}|no|nr|number|num|hex|alarm_id|error_code)\b|_id$|^id$", re.I)
# "v3.6" tells a version of the thing that is asked about, it is not looked up.
_VERSION = re.compile(r"^[vV]\d{1,3}(?:[._]\d{1,3}){0,3}$")
_MAX_CODE = 48
_ANNOUNCED = re.compile(r"^(?:err(?:or)?|fault|alarm|warn(?:ing)?)_(.*[a-z].*)$", re.IGNORECASE)
# No text without one of these holds a code, and no word of it is one: most of a manual is told apart by this.
_HINT = re.compile(r"[\d_]")


@dataclass(frozen=True, slots=True)
class CodeMention:
    """A code in a question: as typed, and its forms from the most to the least exact.

    `certain` is False for what may be an ordinary word and number ("on 12"), and for a short name beside a code that
    is announced or can be nothing else ("error 0x40 on axis1"): that is `announced`.
    """

    surface: str
    forms: tuple[str, ...]
    certain: bool
    announced: bool = False


def exact_form(token: str) -> str:
    """Return upper case without separators, O read as zero behind the first digit."""
    bare = re.sub(r"[\s\-–_./]", "", token).upper()
    first = next((i for i, c in enumerate(bare) if c.isdigit()), len(bare))
    return bare[:first] + bare[first:].replace("O", "0")


def loose_form(token: str) -> str:
    """Return the exact form without leading zeros in its groups of digits, marked "~".

    The groups are those of the token as written: "NV-240-00417" is "~NV240417".
    """
    parts = [re.sub(r"(?<![0-9])0+(?=\d)", "", part) for part in re.split(r"[\s\-–_./]", token)]
    return "~" + exact_form("".join(parts))


def _is_code_token(token: str) -> bool:
    if len(token) > _MAX_CODE or _DATE.match(token):
        return False
    digits = sum(c.isdigit() for c in token)
    letters = sum(c.isalpha() for c in token)
    if "_" in token and letters >= 3:
        return True
    if not digits or token.lower().startswith("0x"):
        return False
    if letters:
        return not _is_measure(token) and not (letters > 6 and digits == 1)
    return ("-" in token and digits >= 5) or (token.isdigit() and digits >= 5)


def _is_measure(token: str) -> bool:
    found = find_quantities(_MEASURE_TYPED.sub(_with_unit, token))
    return bool(found) and found[0].start == 0 and found[0].end == len(token)


def _with_unit(match: re.Match[str]) -> str:
    """Return a figure typed in small letters with its unit as it is written: "100ah" is "100Ah"."""
    return match[1] + UNITS_TYPED.get(match[2], match[2])


def _forms(token: str) -> list[str]:
    if own := _ANNOUNCED.match(token):
        # A list of errors need not repeat at each of them that it is one.
        return [exact_form(token), loose_form(token), exact_form(own[1]), loose_form(own[1])]
    exact = exact_form(token)
    if token.isdigit():
        return [f"#{int(token)}", exact]
    return [exact, loose_form(token)]


def codes_in(text: str) -> list[str]:
    """Return every form of every code that a document's text holds, sorted, none twice."""
    return list(_codes_in(text)) if _HINT.search(text) else []


# A row is looked at as a passage, as a block and by its cells, and cells come again and again.
@lru_cache(maxsize=2_048)
def _codes_in(text: str) -> tuple[str, ...]:
    found: set[str] = set()
    for match in _TOKEN.finditer(text):
        if _HINT.search(match[0]) and _is_code_token(match[0]):
            found.update((exact_form(match[0]), loose_form(match[0])))
            found.update(_part_codes(match[0]))
    for pattern in (_SPACED_CAPITALS, _SPACED_CELL):
        for match in pattern.finditer(text):
            found.update((exact_form(match[1] + match[2]), loose_form(match[1] + match[2])))
    for match in _HEX.finditer(text):
        found.update((f"0X{match[1].upper()}", f"#{int(match[1], 16)}"))
    for pattern in (_AFTER_WORD, _AFTER_CJK):
        for match in pattern.finditer(text):
            found.update(f"#{int(n)}" for n in re.findall(r"(?<![\w.])\d{1,7}(?!x|[\w.]\d)", match[1]))
    return tuple(sorted(found))


def _part_codes(token: str) -> set[str]:
    """Return the forms of the parts of a compound that are codes themselves: "pump-r4" also holds "R4"."""
    parts = re.split(r"[-_.]", token)
    if len(parts) < 2:
        return set()
    mixed = [p for p in parts if any(c.isalpha() for c in p) and _is_code_token(p)]
    return {form for part in mixed for form in (exact_form(part), loose_form(part))}


def block_codes(block: Block) -> tuple[set[str], set[str]]:
    """Return (all codes, codes this block defines): a heading's, a list item's first, a row's short cells."""
    codes = set(codes_in(block.text))
    keys: set[str] = set()
    if block.kind is BlockKind.ROW:
        for position, cell in enumerate(block.cells):
            if len(cell) > 40 or len(cell.split()) > 4:
                continue
            keys.update(codes_in(cell))
            header = block.header[position] if position < len(block.header) else ""
            if (
                cell.strip().isdigit()
                and len(cell.strip()) <= 7
                and (position == 0 or _CODE_HEADER.search(header))
            ):
                keys.add(f"#{int(cell)}")
    elif block.kind is BlockKind.HEADING:
        keys = set(codes)
    if block.kind in (BlockKind.HEADING, BlockKind.ITEM, BlockKind.PARAGRAPH):
        lead = _LEAD_NUMBER.match(block.text)
        if lead and block.kind is not BlockKind.HEADING:
            keys.add(f"#{int(lead[1])}")
        if block.kind is BlockKind.ITEM:
            keys.update(codes_in(re.split(r"\s[-–—]\s|[:=]\s", block.text, maxsplit=1)[0][:48]))
    return codes | keys, keys


def question_codes(text: str) -> list[CodeMention]:
    """Return the codes that a question asks for, in order of reading, none twice."""
    mentions: dict[str, CodeMention] = {}

    def add(surface: str, forms: list[str], *, certain: bool, announced: bool = False) -> None:
        known = mentions.get(forms[0])
        if known is None or (certain and not known.certain):
            mentions[forms[0]] = CodeMention(surface, tuple(dict.fromkeys(forms)), certain, announced)

    measured = [(quantity.start, quantity.end) for quantity in find_quantities(text)]

    def is_measured(start: int) -> bool:
        return any(first <= start < end for first, end in measured)

    for match in _HEX.finditer(text):
        add(match[0], [f"0X{match[1].upper()}", f"#{int(match[1], 16)}"], certain=True, announced=True)
    for match in _TOKEN.finditer(text):
        if _is_code_token(match[0]) and not is_measured(match.start()):
            forms = _forms(match[0])
            if any(c.isdigit() for c in match[0]):
                forms += _forms(match[0][0] + re.sub("[Oo]", "0", match[0][1:]))
            is_version = bool(_VERSION.match(match[0]))
            is_other = is_version or bool(_SCREW.fullmatch(match[0])) or is_behind_serial(text, match.start())
            certain = not is_other and (not match[0].isdigit() or len(match[0]) > 5)
            is_flag = match[0].isupper() and "_" in match[0]
            add(match[0], forms, certain=certain, announced=is_flag or is_behind_word(text, match.start()))
    for match in _SPACED.finditer(text):
        if not is_measured(match.start(2)):
            is_code = _is_letter_prefix(match[1], match[2])
            is_announced = is_code and is_behind_word(text, match.start())
            add(match[0], _forms(match[1] + match[2]), certain=is_code, announced=is_announced)
    for match in _SLIPPED.finditer(text):
        add(match[0], [exact_form(match[0])], certain=True, announced=True)
    for number, start in _announced_numbers(text):
        if not is_measured(start):
            add(number, [f"#{int(number)}"], certain=True, announced=True)
    for match in ASKED_NUMBER.finditer(text):
        if not is_measured(match.start(1)):
            add(match[1], [f"#{int(match[1])}"], certain=False)
    return _without_names(list(mentions.values()))


def _announced_numbers(text: str) -> Iterator[tuple[str, int]]:
    """Yield each number behind a word that announces codes, and where it begins."""
    for pattern in (_AFTER_WORD, _AFTER_CJK):
        for match in pattern.finditer(text):
            for number in re.finditer(r"(?<![\w.])\d{1,7}(?![\w])", match[1]):
                yield number[0], match.start(1) + number.start()


def _without_names(mentions: list[CodeMention]) -> list[CodeMention]:
    """Return mentions, none certain that names a command, an axis or a model beside an announced code."""
    if not any(mention.announced and mention.certain for mention in mentions):
        return mentions
    return [
        replace(mention, certain=False) if not mention.announced and _is_name(mention.surface) else mention
        for mention in mentions
    ]


def _is_name(surface: str) -> bool:
    is_command = surface.islower() and "_" in surface
    return is_command or (surface.isalnum() and sum(c.isdigit() for c in surface) == 1)


def announces(text: str, mention: CodeMention) -> bool:
    """Tell whether a text has a number behind a word that announces codes: "mode 11", "Fault: 34"."""
    return any(
        f"#{int(number, 16 if number[:2].lower() == '0x' else 10)}" in mention.forms
        for match in _AFTER_WORD.finditer(text)
        for number in _NUMBERS.findall(match[1])
    )


def _is_letter_prefix(letters: str, digits: str) -> bool:
    """Tell "P 0121" (a code with a blank) from "at 50" (a word and a number)."""
    if len(letters) == 1:
        return letters not in "aAI" and len(digits) >= (2 if letters.isupper() else 3)
    return letters.isupper() and len(letters) <= 3 and len(digits) >= 2
