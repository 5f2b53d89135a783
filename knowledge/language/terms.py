"""Words as the lexical index and the evidence test see them: folded, stemmed, CJK in pairs."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from knowledge.language.dates import date_terms, set_dates_aside
from knowledge.language.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tantivy import TextAnalyzer

_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[぀-ヿ㐀-䶿一-鿿가-힯豈-﫿]+")
_PARTS = re.compile(r"[^\W\d_]{2,}|\d+")
_MAX_WORD = 64
# "L/H" and "R/H", as logs write left hand and right hand.
_HAND = re.compile(r"\b([lr])/h\b")
# A model is one word, with its dash or without: "FW-220" and "FW220". A bulletin's number and a date are not.
_DASHED_MODEL = re.compile(
    r"(?<![^\W_])([a-z]{1,4})[-\u2010\u2011](\d{2,4}[a-z]{0,2})(?![^\W_]|[-/.]\d)", re.IGNORECASE
)

_ENGLISH = """
a an and any are as at be been but by can could did do does doing for from get gets getting give go had has
have how given i if in into is it its just let like may might me my need no not of off on once one or our out
please shall should show so some such tell than that the their them then there these they this those to too us
use was we were what when where which while who whom whose why will with would yes you your about after again all also
because before being between both during each few more most only other over same very mean means meaning
explain say says want know happen happens happened looking look find thing things take takes
"""
_GERMAN = """
der die das den dem des ein eine einen einem einer und oder ist sind war wird werden wie was wo wann warum wer
welche welcher welches ich wir sie es mit auf fur von zu im in am an bei nach aus nicht kann muss soll bedeutet
"""
_SPANISH = """
el la los las un una unos unas y o es son era fue como que cual donde cuando por para con de del al en se su no
si significa hay
"""
_FRENCH = """
le les des du une est sont et ou que qui quoi quel quelle comment pourquoi dans avec pour sur pas
"""
# Said in questions besides, where they tell nothing; in a document "put", "goes" and "nothing" tell what is so.
_CHATTING_ENGLISH = """
put puts keep keeps kept good rid really actually maybe else something anything nothing everything someone
already still now here hello hi hey thanks thank ok okay going goes gone come comes came see
needs needed shows shown displays displayed near
whats hows wheres whos thats dont doesnt didnt cant wont isnt arent wasnt couldnt shouldnt wouldnt ive
don doesn didn isn aren wasn couldn shouldn wouldn ll ve re
"""
_CHATTING_GERMAN = """
vom zum zur beim mein meine meinen meiner dieser diese dieses diesen wenn kein keine hat haben bitte viel
"""
FUNCTION_WORDS_OF = {
    "de": frozenset((_GERMAN + _CHATTING_GERMAN).split()),
    "es": frozenset(_SPANISH.split()),
    "fr": frozenset(_FRENCH.split()),
    "zh": frozenset[str](),
}
# Words of function, folded, in the languages that questions come in: they assert nothing by themselves.
FUNCTION_WORDS = frozenset((_ENGLISH + _GERMAN + _SPANISH + _FRENCH).split())
# With the words of asking: no evidence.
STOP_WORDS = FUNCTION_WORDS.union(_CHATTING_ENGLISH.split(), _CHATTING_GERMAN.split())
_DEGREES = frozenset(
    ["much", "many", "long", "often", "high", "low", "big", "large", "far", "fast", "hot", "tight"]
)
# Characters of asking and of grammar: a pair with one of them says nothing.
CJK_FUNCTION = frozenset("的了是在吗呢么什怎如何哪请这那为和与我你应该")
# Words that mean the same on every job are one term. Tables write "max" where questions say "maximum";
# "min" is left alone: it may be minutes.
_SAME = {
    "maximum": "max largest highest greatest",
    "minimum": "smallest lowest least",
    "approximately": "approx",
    "quantity": "qty",
    "replace": (
        "change changes changed changing changeout changeouts replaces replaced replacing replacement swap swapped"
        " swapping exchange exchanged exchanging renew renewed renewing"
    ),
    "dismantle": "dismount disassemble disassembly dismantling dismounting",
    "colour": "color",
    "warranty": "warranties guarantee guarantees guaranteed",
    "left": "lh lhs",
    "right": "rh rhs",
}
_ONE_WORD = {word: kept for kept, words_alike in _SAME.items() for word in words_alike.split()}
_OF_ENGLISH = frozenset((_ENGLISH + _CHATTING_ENGLISH).split())
ENGLISH_ALONE = _OF_ENGLISH - frozenset((_GERMAN + _CHATTING_GERMAN + _SPANISH + _FRENCH).split())
_NEVER_ENGLISH = STOP_WORDS - _OF_ENGLISH


@cache
def _stemmer() -> TextAnalyzer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer("english")).build()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the English stem of one folded word; other words come back as they are."""
    word = _ONE_WORD.get(word, word)
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return word
    stems = _stemmer().analyze(word)
    return stems[0] if stems else word


def _split_cjk(word: str) -> Iterable[str]:
    position = 0
    for match in _CJK.finditer(word):
        if match.start() > position:
            yield word[position : match.start()]
        run = match[0]
        if len(run) == 1:
            yield run
        for start in range(len(run) - 1):
            yield run[start : start + 2]
        position = match.end()
    if position < len(word):
        yield word[position:]


def join_models(text: str) -> str:
    """Return a text with each model in it as one word, without its dash."""
    return _DASHED_MODEL.sub(r"\1\2", text)


def words(text: str) -> list[str]:
    """Return the folded words in order, unstemmed; CJK runs come as overlapping pairs, "FW-220" as one word."""
    found: list[str] = _WORD.findall(join_models(_HAND.sub(r"\1h", fold(text))))
    if all(word.isascii() and len(word) <= _MAX_WORD for word in found):
        return found
    pieces: list[str] = []
    for word in found:
        cut = word[:_MAX_WORD]
        pieces.extend([cut] if cut.isascii() else _split_cjk(cut))
    return pieces


@lru_cache(maxsize=200_000)
def _terms_of(word: str) -> tuple[str, ...]:
    if word.isalpha() or word.isdigit():
        return (stem(word),)
    return (stem(word), *(stem(part) for part in _PARTS.findall(word)))


def analyze(text: str) -> list[str]:
    """Return the terms of a text in order, repeated as they repeat.

    A word that mixes letters and digits ("joint3") also gives its parts, so that "joint 3" finds it, and a date its
    ISO form and its month's.
    """
    return [term for word in words(text) for term in _terms_of(word)] + date_terms(text)


def content_terms(text: str) -> list[str]:
    """Return the distinct terms that carry meaning, in order; stop words are left out, a date is one term."""
    rest, dates = set_dates_aside(text)
    return [*_terms_without(rest, STOP_WORDS), *dates]


def claim_terms(text: str) -> list[str]:
    """Return the distinct terms of what a text asserts, in order: only words of function are left out."""
    return _terms_without(text, FUNCTION_WORDS)


def _terms_without(text: str, left_out: frozenset[str]) -> list[str]:
    kept: dict[str, None] = {}
    before = ""
    for word in words(text):
        # "how long" asks for a figure, "a long cable" describes one.
        is_degree, before = before == "how" and word in _DEGREES, word
        if (
            is_degree
            or word in left_out
            or not CJK_FUNCTION.isdisjoint(word)
            or (len(word) == 1 and word.isascii() and word.isalpha())
        ):
            continue
        kept[stem(word)] = None
        if not word.isalpha() and not word.isdigit():
            for part in _PARTS.findall(word):
                kept[stem(part)] = None
    return list(kept)


def is_foreign(text: str) -> bool:
    """Tell whether a text is in another language than English: by its script, else by its words of function."""
    folded = fold(text)
    if len(_CJK.findall(folded)) and sum(map(len, _CJK.findall(folded))) * 3 > len(folded):
        return True
    found = _WORD.findall(folded)
    return sum(word in _NEVER_ENGLISH for word in found) > sum(word in ENGLISH_ALONE for word in found)
