"""Which way a text points: what it negates, and which of two opposites ("open", "close") it joins to what.

Two texts contradict each other when a word of both is negated in one and affirmed in the other, or is
joined to opposite poles. The reading is shallow on purpose: where it is unsure, texts count as
contradicting, because a sentence that is removed costs less than one that says the opposite.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from knowledge.language.folding import fold
from knowledge.language.opposites import OPPOSITES, PHRASES
from knowledge.language.terms import FUNCTION_WORDS, stem

_POLES: dict[str, tuple[int, int]] = {
    word: (pair, side)
    for pair, sides in enumerate(OPPOSITES)
    for side, listed in enumerate(sides)
    for word in listed.split()
}
# "no more than" says "less", and mere ways of speaking hold a negation word without negating anything.
_BOUNDS = (
    (
        re.compile(
            r"\b(?:not?|nicht) (?:more|greater|higher|longer|later|wider|larger|mehr)\b(?: than| als)?"
        ),
        " less ",
    ),
    (
        re.compile(r"\b(?:not?|nicht) (?:less|fewer|lower|smaller|shorter|earlier|weniger)\b(?: than| als)?"),
        " more ",
    ),
    (re.compile(r"\bnot only\b|\bno\.?\s?(?=\d)|\bwhether or not\b"), " "),
)
_NEGATION = re.compile(
    r"^(?:not|never|no|none|nothing|nobody|neither|nor|cannot|without|avoid\w*|prevent\w*|prohibit\w*|forbid\w*"
    r"|refrain|instead|\w+n't|nicht|kein\w*|nie|niemals|ohne|verboten|vermeide\w*|nunca|jamas|sin|evit\w+"
    r"|prohibido|ne|pas|jamais|sans|interdit\w*)$"
)
# These negate only what follows them: "the lamp means no data".
_NEGATES_BEHIND_WORDS = "no none without nothing kein keine keinen keinem keiner ohne sin sans"
_NEGATES_BEHIND = frozenset(_NEGATES_BEHIND_WORDS.split())
_CJK_NEGATION = re.compile(r"[不勿未无没禁]")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?(?:-part|-from)?|[,;:.!?()\u2014\u2013]|\s-\s")
_BREAK_WORDS = """
, ; : . ! ? ( ) — – but while when whenever if before after until unless because although whereas then once
wenn aber bevor nachdem bis sondern weil damit dann pero cuando hasta luego mais quand puis
"""
_BREAKS = frozenset(_BREAK_WORDS.split())
_JOINTS = frozenset(["and", "und", "y", "et", "or", "oder", "ou"])
_REACH = 4


def contradicts(statement: str, source: str) -> bool:
    """Tell whether a statement turns round what its source says, or joins an opposite to another thing."""
    return (
        _negates_otherwise(statement, source)
        or _joins_otherwise(statement, source)
        or _compares_otherwise(statement, source)
        or _prefixed(statement, source)
    )


def _negates_otherwise(statement: str, source: str) -> bool:
    if _count_negations(statement) > _count_negations(source):
        return True
    if bool(_CJK_NEGATION.search(statement)) != bool(_CJK_NEGATION.search(source)):
        return True
    said, known = _marks(statement), _marks(source)
    return any(not said[term] <= known[term] for term in said.keys() & known.keys())


def _joins_otherwise(statement: str, source: str) -> bool:
    mine, theirs = _poles(statement), _poles(source)
    for pair in mine.keys() & theirs.keys():
        if not mine[pair].keys() <= theirs[pair].keys():
            return True
        joined, known = _by_term(mine[pair]), _by_term(theirs[pair])
        if any(not joined[term] <= known[term] for term in joined.keys() & known.keys()):
            return True
    return False


def _compares_otherwise(statement: str, source: str) -> bool:
    sides, known = _followers(statement), _followers(source)
    return any(not sides[word] <= known[word] for word in sides.keys() & known.keys())


def same_pole(word: str) -> frozenset[str]:
    """Return the stems of the words at the same pole ("remove" -> "detach", …); none for other words."""
    return _SAME.get(word, frozenset())


def _plain(text: str) -> str:
    plain = fold(text).replace("\u2019", "'")
    for bound, meaning in _BOUNDS:
        plain = bound.sub(meaning, plain)
    for phrase, word in PHRASES:
        plain = phrase.sub(lambda match, word=word: f"{word} {_kept(match[0])}", plain)  # type: ignore[misc]
    return plain


def _kept(phrase: str) -> str:
    """Return what stood between the parts of a phrasal verb ("take the filter out" -> "the filter")."""
    inner = phrase.split()[1:-1]
    return " ".join(inner) + (" " if phrase.endswith(" ") else "")


def _clauses(text: str) -> Iterator[list[str]]:
    clause: list[str] = []
    for match in _WORD.finditer(_plain(text)):
        word = match[0].strip()
        if word in _BREAKS or word == "-":
            if clause:
                yield clause
            clause = []
        else:
            clause.append(word)
    if clause:
        yield clause


def _count_negations(text: str) -> int:
    return sum(bool(_NEGATION.match(word)) for clause in _clauses(text) for word in clause)


def _marks(text: str) -> dict[str, set[int]]:
    """Return each content term with how often it is negated (0: affirmed), at all its places.

    A negation reaches back to the last "and" and on to the end of its clause; "never without" is two.
    """
    marks: dict[str, set[int]] = defaultdict(set)
    for clause in _clauses(text):
        groups: list[list[str]] = [[]]
        for word in clause:
            if word in _JOINTS:
                groups.append([])
            else:
                groups[-1].append(word)
        negated = 0
        for group in groups:
            negated += sum(bool(_NEGATION.match(word)) and word not in _NEGATES_BEHIND for word in group)
            for word in group:
                negated += word in _NEGATES_BEHIND
                if (
                    len(word) > 1
                    and word[0].isalpha()
                    and word not in FUNCTION_WORDS
                    and not _NEGATION.match(word)
                ):
                    marks[stem(word)].add(negated)
    return marks


def _poles(text: str) -> dict[int, dict[int, set[str]]]:
    """Return, by pair of opposites, the poles that a text names and the terms each is joined to."""
    found: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for clause in _clauses(text):
        places = {i: _POLES[word] for i, word in enumerate(clause) if word in _POLES}
        for pair, side in places.values():
            found[pair][side].update()
        for i, word in enumerate(clause):
            if i in places or word in FUNCTION_WORDS or len(word) < 2 or not word[0].isalpha():
                continue
            for pair in {pair for pair, _ in places.values()}:
                nearest = _nearest({at: side for at, (p, side) in places.items() if p == pair}, i)
                if nearest is not None:
                    found[pair][nearest].add(stem(word))
    return found


def _nearest(places: dict[int, int], at: int) -> int | None:
    """Return the pole that a word belongs to: the nearest before it, else the nearest behind it."""
    before = [place for place in places if place < at and at - place <= _REACH + 2]
    behind = [place for place in places if place > at and place - at <= _REACH]
    if before:
        return places[max(before)]
    return places[min(behind)] if behind else None


def _by_term(poles: dict[int, set[str]]) -> dict[str, set[int]]:
    terms: dict[str, set[int]] = defaultdict(set)
    for side, joined in poles.items():
        for term in joined:
            terms[term].add(side)
    return terms


_SIDES = frozenset(["than", "from", "als", "von", "que"])


def _followers(text: str) -> dict[str, set[str]]:
    """Return, by words such as "than", the terms that come right behind them: which side is which."""
    found: dict[str, set[str]] = defaultdict(set)
    for clause in _clauses(text):
        for i, word in enumerate(clause):
            if word in _SIDES:
                behind = (
                    other for other in clause[i + 1 :] if other not in FUNCTION_WORDS and other[0].isalpha()
                )
                found[word].update(stem(other) for other in islice(behind, 1))
    return found


_PREFIXES = ("un", "dis", "non", "in", "de", "im")


def _prefixed(statement: str, source: str) -> bool:
    """Tell whether one text has a word where the other has only its opposite by prefix ("insulated")."""
    mine, theirs = _stems(statement), _stems(source)
    for word in mine:
        for prefix in _PREFIXES:
            if prefix + word in theirs and word not in theirs and prefix + word not in mine:
                return True
            if (
                word.startswith(prefix)
                and len(word) > len(prefix) + 3
                and word[len(prefix) :] in theirs
                and word not in theirs
                and word[len(prefix) :] not in mine
            ):
                return True
    return False


def _stems(text: str) -> set[str]:
    return {stem(word) for clause in _clauses(text) for word in clause if len(word) > 3}


_SAME: dict[str, frozenset[str]] = {}
for _word, _place in _POLES.items():
    _SAME[stem(_word)] = frozenset(stem(other) for other, place in _POLES.items() if place == _place)
