"""Does a message report a present danger, and in which language? Then people come first, and nothing is sold.

Deliberately eager: a needless silence costs one offer, a missed one costs trust. Questions about equipment that only
bears such a name (a smoke detector, a fire alarm panel, a shock absorber), about a procedure ("how do I check for
leaks") and hypothetical ones ("how do I prevent a gas leak") don't count. Words may have a slip of the finger in them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge.language.folding import fold
from knowledge.language.slips import is_slip
from knowledge.safety.english import ENGLISH
from knowledge.safety.french import FRENCH
from knowledge.safety.german import GERMAN
from knowledge.safety.phrases import Phrases
from knowledge.safety.spanish import SPANISH

# Who writes longer than this tells a story; the danger stands at its beginning.
_MOST_CHARACTERS = 2_000
_LANGUAGES = {"en": ENGLISH, "de": GERMAN, "es": SPANISH, "fr": FRENCH}
_CJK = re.compile(r"着火|起火|冒烟|煤气味|漏气|燃气泄漏|气体泄漏|触电|受伤|爆炸|烧焦|焦味|昏迷")
_SENTENCE = re.compile(r"[.!?;\n]+|\s[-\u2013\u2014]+\s|\b(?:but|aber|pero|mais)\b")
_WORD = re.compile(r"[a-z]+")
# A short word differs from others in one letter by nature.
_SHORTEST_MISTAKEN = 6
_SHORTEST_SLIP = 5
# German without its umlauts.
_WRITTEN_OUT = (
    ("kaelte", "kalte"),
    ("stroem", "strom"),
    ("stuerz", "sturz"),
    ("ueber", "uber"),
    ("laeuf", "lauf"),
)


def reports_danger(text: str) -> bool:
    """Tell whether the text reports smoke, fire, gas, an electric shock or an injury as happening."""
    return find_danger(text) is not None


@lru_cache(maxsize=4_000)
def find_danger(text: str) -> str | None:
    """Return the language ("en", "de", "es", "fr", "zh") in which a present danger is reported; None without one."""
    if _CJK.search(text):
        return "zh"
    folded = fold(text[:_MOST_CHARACTERS]).replace("\u2019", "'")
    for written, short in _WRITTEN_OUT:
        folded = folded.replace(written, short)
    sentences = [" ".join(one.split()) for one in _SENTENCE.split(folded)]
    for language, phrases in _LANGUAGES.items():
        if any(_reports(sentence, phrases) for sentence in sentences if sentence):
            return language
    return None


def _reports(sentence: str, phrases: Phrases) -> bool:
    repaired = _WORD.sub(lambda match: _repair(match[0], phrases), sentence)
    clauses = [clause.strip() for clause in phrases.joins.split(repaired)]
    return any(_is_report(clause.replace(",", ""), phrases) for clause in clauses)


def _is_report(clause: str, phrases: Phrases) -> bool:
    if phrases.unreal.search(clause):
        return False
    if phrases.alarms.search(clause):
        return True
    is_about = phrases.asking.search(clause) or phrases.everyday.search(clause)
    return not is_about and bool(phrases.reports.search(clause))


def _repair(word: str, phrases: Phrases) -> str:
    """Return the trigger that a word is with a slip in it, else the word."""
    if word in phrases.triggers or word in phrases.lookalikes:
        return word
    return next((trigger for trigger in sorted(phrases.triggers) if _is_mistyped(word, trigger)), word)


def _is_mistyped(word: str, trigger: str) -> bool:
    if len(trigger) < _SHORTEST_SLIP:
        return len(trigger) > 2 and word == trigger + trigger[-1]
    if len(word) == len(trigger) < _SHORTEST_MISTAKEN and sorted(word) != sorted(trigger):
        return False
    return is_slip(word, trigger)
