"""Reading what a text asks of the records; a text with any other word in it is for the documents."""

import re
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

_LONGEST = 160

_SERIAL = re.compile(r"(?<![\w./-])(?=[\w./-]*\d)[^\W_][\w./-]{3,}[^\W_]", re.ASCII)
# As a thumb types it: "nv aur240 00417".
_SPACED_SERIAL = re.compile(
    r"(?<!\w)(?:[a-z]{1,4} )?[a-z]+\d[\w./-]*(?: \d{2,})+(?!\w)", re.ASCII | re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_THIS_ONE = re.compile(r"\b(this|that|diese[rs]?|est[ea]|cet(?:te)?|ce)\s+[^\W\d_]+")


def _read_words() -> dict[str, frozenset[str]]:
    text = files("bot.lookups").joinpath("words.txt").read_text("utf-8")
    sections = re.findall(r"(?m)^\[([\w ]+)\]$([^\[]*)", text)
    return {name: frozenset(words.split()) for name, words in sections}


_WORDS = _read_words()

_CHINESE_COVER = re.compile(r"保修|质保|合同|维保")
_CHINESE_FILLER = re.compile(
    r"[这台机器设备还是否在的有没有吗么内过期到什么时候何时为止呢请问它该？?\s]|保修期?|质保期?|合同|维保|服务"
)

_PRICE = re.compile(
    r"^(?:what(?:'s| is| are)?|whats) (?:the |a )?(?:list )?prices? (?:of|for) (.+)$"
    r"|^(?:list )?prices? (?:of|for) (.+)$"
    r"|^(?:how much|what) (?:does|do|would|will) (.+?) costs?"
    r"(?: us| me| them| the customer)?(?: (?:a|per) year)?$"
    r"|^how much (?:is|are|for) (.+)$"
    r"|^(?:was|wieviel|wie viel) kostet (.+)$"
    r"|^(?:preis|preise) (?:von|für) (.+)$"
    r"|^cu[aá]nto (?:cuesta|vale) (.+)$"
    r"|^combien co[uû]te (.+)$"
    r"|^(.+?)(?: list)? price$"
)
_ARTICLE = re.compile(
    r"^(?:the|a|an|our|one|der|die|das|ein|eine|einen|el|la|los|las|un|una|le|les|une|l')\s*\b"
)


class Aspect(StrEnum):
    """What is asked of a machine's records; `BRIEF` is all that is worth knowing before a visit."""

    COVERAGE = "coverage"
    HISTORY = "history"
    AGE = "age"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True)
class MachineQuestion:
    """A question about a machine's records; `number` as it was typed, None for the machine on the bench."""

    aspect: Aspect
    number: str | None


def read_machine_question(text: str) -> MachineQuestion | None:
    """Return what a text asks of one machine's records, None where it asks anything else.

    Every word has to belong to such a question: what a warranty covers is for the documents to say.
    """
    if len(text) > _LONGEST:
        return None
    numbers = [_leave_word_out(one) for one in _SPACED_SERIAL.findall(text)] or _SERIAL.findall(text)
    if len(numbers) > 1:
        return None
    number = numbers[0] if numbers else None
    rest = text.replace(number, " ") if number else text
    aspect = _read_chinese(rest) or _read_aspect(rest, has_number=number is not None)
    return None if aspect is None else MachineQuestion(aspect, number)


def _leave_word_out(number: str) -> str:
    """Return a number with blanks without the word before it: "is aur240 00417"."""
    first, _, rest = number.partition(" ")
    return rest if first.casefold() in _WORDS["asked"] | _WORDS["opening"] else number


def _read_aspect(text: str, *, has_number: bool) -> Aspect | None:
    plain = _THIS_ONE.sub(r"\1", text.casefold().replace("’", "'").replace("'s", " "))
    if re.search(r"\d", plain):
        return None
    words, asked = set(_WORD.findall(plain)), _WORDS["asked"]
    if words & _WORDS["cover"] and words <= _WORDS["cover"] | _WORDS["beside cover"] | asked:
        return Aspect.COVERAGE
    earlier, work, age = _WORDS["earlier"], _WORDS["work"], _WORDS["age"]
    is_past = "history" in words or (words & earlier and words & (work | {"who"}))
    if is_past and words <= earlier | work | asked:
        return Aspect.HISTORY
    if words & age and words & {"age", "alt", "old", "wann", "when"} and words <= age | asked | {"how"}:
        return Aspect.AGE
    return Aspect.BRIEF if has_number and words <= _WORDS["opening"] | asked else None


def _read_chinese(text: str) -> Aspect | None:
    if _CHINESE_COVER.search(text) and not _CHINESE_FILLER.sub("", text):
        return Aspect.COVERAGE
    return None


def read_price_question(text: str) -> str | None:
    """Return the words for what somebody wants to know the price of, or None."""
    plain = " ".join(text.casefold().replace("’", "'").split()).rstrip(" ?!.")
    if len(plain) > _LONGEST:
        return None
    match = _PRICE.match(plain)
    return _ARTICLE.sub("", next(filter(None, match.groups()))).strip() or None if match else None
