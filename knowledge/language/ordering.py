"""What comes first and under which condition: the order of acts in a text, and its ifs, onlys and untils."""

from __future__ import annotations

import re

from knowledge.language.folding import fold
from knowledge.language.terms import claim_terms, stem

_CONDITIONS = {
    "when": r"if|when|whenever|once|as soon as|in case|after|wenn|falls|sobald|nachdem|si|cuando|quand|lorsque|apres",
    "before": r"before|until|prior to|bevor|bis|antes|hasta|avant|jusqu",
    "unless": r"unless|except|ausser|salvo|excepto|sauf",
    "while": r"while|as long as|during|wahrend|solange|mientras|durante|pendant|tant que",
    "only": r"only|solely|exclusively|nur|ausschliesslich|solo|solamente|seulement|uniquement",
}
_CJK_CONDITIONS = {"when": "如果当若", "before": "前直", "unless": "除", "only": "仅只"}
_CONDITION_PATTERNS = {name: re.compile(rf"\b(?:{words})\b") for name, words in _CONDITIONS.items()}
_TIME_CUE = re.compile(
    r"\b(?:before|after|until|once|then|first|next|finally|afterwards|lastly|zuerst|dann|danach|bevor|nachdem"
    r"|primero|luego|despues|antes|d'abord|ensuite|puis|avant|apres)\b"
)
_LATER = frozenset(("before", "until", "bevor", "bis", "antes", "hasta", "avant"))
_EARLIER = frozenset(
    ("after", "once", "when", "if", "nachdem", "sobald", "wenn", "despues", "cuando", "apres", "quand", "si")
)
_CAUSES = frozenset(("because", "since", "weil", "porque", "car", "parce"))
_HEADS = "|".join(sorted(_LATER | _EARLIER | _CAUSES))
_CLAUSE = re.compile(rf",|\b(?:and|then|und|dann|y|luego|et|puis)\b|\b(?=(?:{_HEADS})\b)")
_SENTENCE = re.compile(r"[.;!?\n]+(?=\s|$)|(?<=[。；！？])")
_LEAST_SHARE = 0.5
_WORK_VERBS = """
adjust apply attach bleed bridge charge check clamp clean close connect cut discharge disconnect drain earth evacuate
fasten fill fit flush ground hold insert install isolate let lift lock loosen lower make mark measure mount move open
place plug press prove pull pump purge push put raise read recover release remove replace reset retighten rinse screw
secure set shut slide start stop support switch take tag tighten turn undo unlock unplug unscrew vent ventilate wait
wear wipe
"""
_WORK = frozenset(_WORK_VERBS.split())
_WORK_STEMS = frozenset(stem(verb) for verb in _WORK)
_BRACKET = re.compile(r"\([^()]*\)")


def find_conditions(text: str) -> frozenset[str]:
    """Return the kinds of condition that a text states: when, before, unless, while, only."""
    folded = fold(text)
    found = {name for name, pattern in _CONDITION_PATTERNS.items() if pattern.search(folded)}
    found |= {name for name, characters in _CJK_CONDITIONS.items() if not set(characters).isdisjoint(folded)}
    return frozenset(found)


def tells_an_order(text: str) -> bool:
    """Tell whether a text says in words what comes before what."""
    return bool(_TIME_CUE.search(fold(text)))


def order_in_time(text: str) -> list[frozenset[str]]:
    """Return the content terms of each clause, the clauses in the order in which their acts happen.

    "Before you open it, wait" and "wait before you open it" both give waiting first.
    """
    ordered: list[frozenset[str]] = []
    for sentence in _SENTENCE.split(fold(text)):
        clauses = [clause for clause in (part.strip() for part in _CLAUSE.split(sentence)) if clause]
        line: list[frozenset[str]] = []
        held: list[frozenset[str]] = []
        for position, clause in enumerate(clauses):
            terms = frozenset(claim_terms(clause))
            head = clause.split()[0]
            if not terms:
                continue
            if head in _LATER and position == 0:
                held.append(terms)
            elif head in _CAUSES:
                line.insert(0, terms)
            elif head in _EARLIER and line:
                line.insert(len(line) - 1, terms)
            else:
                line.append(terms)
        ordered += line + held
    return ordered


def skips(statement: str, source: str) -> bool:
    """Tell whether a statement tells a later act of an instruction without the earlier ones.

    "Open the cabinet" is not what "Lock Q1, wait 10 minutes and open the cabinet" says. A sentence is an
    instruction when it begins with a verb of work or tells an order.
    """
    said = frozenset(claim_terms(statement))
    if said.isdisjoint(_WORK_STEMS):
        return False
    for sentence in _SENTENCE.split(_BRACKET.sub(" ", source)):
        first = fold(sentence).split(maxsplit=1)[:1]
        if not (first and first[0].strip(",") in _WORK) and not tells_an_order(sentence):
            continue
        told = [2 * len(terms & said) >= len(terms) for terms in order_in_time(sentence)]
        if True in told and False in told[: len(told) - told[::-1].index(True)]:
            return True
    return False


def reverses(statement: str, source: str) -> bool:
    """Tell whether a statement puts acts of its source into another order."""
    known = order_in_time(source)
    last = 0
    for terms in order_in_time(statement):
        # The share of the statement's clause decides; between equals, how little else the source's clause says.
        shares = [(len(terms & clause) / len(terms), len(terms & clause) / len(clause)) for clause in known]
        best = max(shares, default=(0.0, 0.0))
        if best[0] < _LEAST_SHARE:
            continue
        places = [place for place, share in enumerate(shares) if share == best]
        later = [place for place in places if place >= last]
        if not later:
            return True
        last = later[0]
    return False
