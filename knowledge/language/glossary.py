"""Questions in German, Spanish, French and Chinese read as English ones, word by word.

The words are those of service work in general: what is done, what goes wrong, what machines are made of. They stand in
`glossary.txt` beside this file. A word that it doesn't know stays as it is: a product's name, or one no document knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from knowledge.language.folding import fold
from knowledge.language.terms import (
    CJK_FUNCTION,
    ENGLISH_ALONE,
    FUNCTION_WORDS_OF,
    content_terms,
    is_foreign,
    stem,
)

LANGUAGES = ("de", "es", "fr", "zh")
# A name in code ("homing_speed") is one word and stays as it is.
_WORD = re.compile(r"[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])\w)+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_KANA = re.compile(r"[\u3040-\u30ff]")
_CLAUSE = re.compile(r"([,.;:?!]+)")
_LONGEST_PHRASE = 4
_ENDINGS = {
    language: frozenset(("", *listed.split()))
    for language, listed in {
        "de": "e en er es em n s t st te ten tet et end ende ung ungen est bar lich",
        "es": """s es o a os as ar er ir e en an ado ada ido ida ados adas idos idas ando iendo io amos emos imos
        or ora ores cion ciones acion aciones icion iciones miento ura adura""",
        "fr": "s e es x r er ez ent ons ee ees ant ir it is ie re t te ts ait al ale ation ement age ure ures eur euse",
        "zh": "",
    }.items()
}
# The same word in English: what its ending becomes there. Tried in order, believed where a document uses the word.
_COGNATES = {
    "de": """ische:ic ischen:ic isch:ic itat:ity ieren:ate ieren:e ieren: iert:ate iert:e ierung:ation ierung:ing
        ik:ic ik:ics en: e: us:e""",
    "es": """ciones:tion cion:tion siones:sion idades:ity idad:ity icos:ic icas:ic ico:ic ica:ic encia:ence
        ancia:ance encia:ency mentos:ment mento:ment ario:ary ores:or ura:ure ales:al ar:ate ar:e ar:
        os:e os: as:e
        o:e o: a:e a: e:""",
    "fr": """iques:ic ique:ic ites:ity ite:ity eurs:or eur:or eurs:er eur:er aires:ary aire:ary elles:al elle:al
        els:al el:al er:ate er:e er: es:e es: ee:ed e:""",
    "zh": "",
}
_SHORTEST_COGNATE = 5
_SEPARABLE = (
    "herunter",
    "heraus",
    "nach",
    "fest",
    "hoch",
    "auf",
    "aus",
    "ein",
    "an",
    "ab",
    "um",
    "vor",
    "zu",
)
# Said besides: articles, pronouns, particles and auxiliaries that a question in English would not have.
_PASSED_OVER = {
    language: FUNCTION_WORDS_OF[language].union(listed.split())
    for language, listed in {
        "de": """er ihn ihm ihr uns euch man sein seine seinen da dort hier so dann noch schon mal doch auch ganz sehr
        etwa als ob dass durch gegen um wurde wurden worden habe hast hatte bin seid ja nein dazu dabei
        davon jetzt immer wieder dafur danach damit tut tun macht machen kommt kommen gehort laut fur pro je
        einfach trotz bereits""",
        "es": """lo le les me mi mis tu tus te nos sus este esta estos estas ese esa eso esto esto ha han he hay ser
        estar esta estan soy muy mas ya aun desde hasta e ni u tiene tienen tengo hace hacer hago va van
        lleva llevan
        cada todo toda todos todas si aqui alli e entra dice sobre a""",
        "fr": """l d s n c j m t qu a la un de en au aux y ne ce cet cette ces mon ma mes ton ta tes son sa ses notre
        votre leur leurs il elle on nous vous ils elles je tu me te se lui ont ete etre avoir ai as plus
        moins tres
        deja encore si alors donc par chez vers fait faire faites va vont quel quelle quels quelles""",
        "zh": "",
    }.items()
}
_LINKS = ("", "s", "n", "en", "es", "er", "e")
_SHORTEST_PART = 3
# From this share of known pairs of characters on documents are taken to be in Chinese: some lists give both.
_OWN_SHARE = 0.8
_FEWEST_PAIRS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """A question in English words, and by each term of it the other terms that it may stand as in a document."""

    text: str
    language: str
    others: Mapping[str, frozenset[str]]


# What stands for one word: places in order, each with its readings, the likeliest first.
_Places = tuple[tuple[str, ...], ...]


def read_in_english(text: str, *, is_known: Callable[[str], bool]) -> Reading | None:
    """Return an English reading of a question; None where it is English, or in a language without a glossary.

    Args:
        is_known: Tells whether some document uses a word.
    """
    language = _language_of(text, is_known)
    if language is None:
        return None
    others: dict[str, set[str]] = {}
    pieces: list[str] = []
    for word, found in _read(text, language):
        places = found
        if places is None and _WORD.fullmatch(word) and not is_known(word):
            places = next((((one,),) for one in _cognates(fold(word), language) if is_known(one)), None)
        if places is None:
            pieces.append(word)
            continue
        pieces.append(" " + " ".join(place[0].replace("_", " ") for place in places) + " ")
        typed = {term for term in content_terms(word) if is_known(term)}
        for place in places:
            stems = {stem(one) for one in place[1:]}
            stems.update(typed)
            for first in place[0].split("_"):
                others.setdefault(stem(first), set()).update(stems)
    return Reading(
        text=" ".join("".join(pieces).split()),
        language=language,
        # What is said by a word of its own doesn't stand for another one.
        others={term: frozenset(more - others.keys()) for term, more in others.items()},
    )


def _language_of(text: str, is_known: Callable[[str], bool]) -> str | None:
    """Return the language of a text with a word that the glossary knows and no document uses; None without one.

    Where the documents use all its words they are in its language: it is understood as it is.
    """
    if _HAN.search(text):
        pairs = [term for term in content_terms(text) if _HAN.search(term)]
        is_own = len(pairs) >= _FEWEST_PAIRS and sum(map(is_known, pairs)) >= _OWN_SHARE * len(pairs)
        return None if _KANA.search(text) or is_own else "zh"
    found = [fold(word) for word in _WORD.findall(text) if not any(c.isdigit() or c == "_" for c in word)]
    said = {word for words in _PASSED_OVER.values() for word in words}
    strange = [word for word in found if word not in said and not is_known(word)]
    counts = {
        language: (
            sum(word in FUNCTION_WORDS_OF[language] for word in found)
            + sum(_places_of(word, language) is not None for word in strange)
        )
        for language in ("de", "es", "fr")
    }
    best = max(counts, key=lambda language: counts[language])
    is_told = is_foreign(text) or not ENGLISH_ALONE.intersection(found)
    return best if is_told and any(_places_of(word, best) is not None for word in strange) else None


def _join_separated(text: str) -> str:
    """Return a German text with the verbs whole whose first part stands at the end ("ziehe ich ... an")."""
    clauses = _CLAUSE.split(text)
    for at, clause in enumerate(clauses):
        matches = list(_WORD.finditer(clause))
        if len(matches) < 2 or fold(matches[-1][0]) not in _SEPARABLE:
            continue
        prefix = fold(matches[-1][0])
        for match in matches[:-1]:
            whole = prefix + fold(match[0])
            if match[0].islower() and any(whole.startswith(known) for known in _separable_verbs(prefix)):
                rest = clause[match.end() : matches[-1].start()]
                clauses[at] = clause[: match.start()] + whole + rest + clause[matches[-1].end() :]
                break
    return "".join(clauses)


def _read(text: str, language: str) -> Iterator[tuple[str, _Places | None]]:
    """Yield the text in pieces with what each stands for; None for what stays as it is."""
    if language == "de":
        text = _join_separated(text)
    matches = list(_WORD.finditer(text))
    at, end = 0, 0
    while at < len(matches):
        match = matches[at]
        yield text[end : match.start()], None
        taken, places = _match_phrase(text, matches[at : at + _LONGEST_PHRASE], language)
        if taken:
            end = matches[at + taken - 1].end()
            yield text[match.start() : end], places
            at += taken
            continue
        end = match.end()
        at += 1
        word = match[0]
        if language == "zh" and _HAN.search(word):
            yield from _read_chinese(word)
        elif "_" in word or any(c.isdigit() for c in word):
            yield word, None
        elif fold(word) in _PASSED_OVER[language] and not (len(word) > 1 and word.isupper()):
            yield word, load_entries(language).get(fold(word), ())
        else:
            yield word, _places_of(fold(word), language)
    yield text[end:], None


def _match_phrase(text: str, matches: Sequence[re.Match[str]], language: str) -> tuple[int, _Places | None]:
    """Return how many of these words are a phrase of the glossary (0: none), and what it stands for."""
    phrases = _phrases(language)
    for count in range(len(matches), 1, -1):
        key = "_".join(fold(match[0]) for match in matches[:count])
        gaps = (text[one.end() : other.start()] for one, other in pairwise(matches[:count]))
        if key in phrases and all(gap.strip() in ("", "-", "'", "’") for gap in gaps):
            return count, phrases[key]
    return 0, None


def _read_chinese(run: str) -> Iterator[tuple[str, _Places | None]]:
    """Yield a run of characters in its longest words; characters between them stay, those of grammar left out."""
    entries = load_entries("zh")
    longest = max(map(len, entries))
    words: list[str] = []
    at = 0
    while at < len(run):
        size = next((n for n in range(min(longest, len(run) - at), 0, -1) if run[at : at + n] in entries), 1)
        words.append(run[at : at + size])
        at += size
    unknown = [word not in entries and word not in CJK_FUNCTION for word in words]
    kept = ""
    for i, word in enumerate(words):
        # One character between two unknown ones is part of a name.
        is_part = len(word) == 1 and 0 < i < len(words) - 1 and unknown[i - 1] and unknown[i + 1]
        if unknown[i] or is_part:
            kept += word
            continue
        if len(kept) > 1 or not _HAN.fullmatch(kept):
            yield f" {kept} ", None
        kept = ""
        yield word, entries.get(word, ())
    if len(kept) > 1 or not _HAN.fullmatch(kept):
        yield f" {kept} ", None


def _cognates(word: str, language: str) -> Iterator[str]:
    """Yield the words that an English text may have for one of the same root."""
    if len(word) >= _SHORTEST_COGNATE:
        for ending, _, english in (pair.partition(":") for pair in _COGNATES[language].split()):
            if word.endswith(ending):
                yield word.removesuffix(ending) + english


@lru_cache(16_384)
def _places_of(word: str, language: str) -> _Places | None:
    if len(word) < 2:
        return None
    found = _whole(word, language)
    if found is None and language == "de":
        parts = _split(word)
        found = tuple(place for part in parts for place in part) if parts else None
    return found


def _whole(word: str, language: str) -> _Places | None:
    """Return what a word stands for, as it is or without an ending (of German verbs also without "ge" or "zu")."""
    entries, endings = load_entries(language), _ENDINGS[language]
    for form in _forms(word) if language == "de" else (word,):
        for size in range(len(form), 1, -1):
            if form[size:] in endings and form[:size] in entries:
                return entries[form[:size]]
    return None


def _forms(word: str) -> Iterator[str]:
    yield word
    for prefix in ("", *_SEPARABLE):
        for infix in ("ge", "zu"):
            if word.startswith(prefix + infix) and len(word) > len(prefix) + 5:
                yield prefix + word[len(prefix) + 2 :]


@lru_cache(16_384)
def _split(word: str) -> tuple[_Places, ...] | None:
    """Return the parts of a German compound, the fewest; None where a part is unknown."""
    entries = load_entries("de")
    best: tuple[_Places, ...] | None = None
    for size in range(len(word) - 2, _SHORTEST_PART - 1, -1):
        if word[:size] not in entries:
            continue
        for link in _LINKS:
            rest = word[size:].removeprefix(link) if word[size:].startswith(link) else ""
            if len(rest) < 2:
                continue
            whole = _whole(rest, "de")
            tail = (whole,) if whole is not None else _split(rest)
            if tail is not None and (best is None or len(tail) + 1 < len(best)):
                best = (entries[word[:size]], *tail)
    return best


@cache
def _load() -> dict[str, dict[str, _Places]]:
    found: dict[str, dict[str, _Places]] = {language: {} for language in LANGUAGES}
    text = (files("knowledge.language") / "glossary.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        english, *others = (part.split() for part in line.split("|"))
        places = tuple(tuple(place.split("/")) for place in english)
        for language, words_alike in zip(LANGUAGES, others, strict=True):
            for word in words_alike:
                known = found[language].get(word)
                if known is None:
                    found[language][word] = places
                elif len(known) == 1 and len(places) == 1:
                    found[language][word] = (tuple(dict.fromkeys(known[0] + places[0])),)
    return found


def load_entries(language: str) -> Mapping[str, _Places]:
    """Return what each word or phrase ("_" between its words) of a language stands for in English."""
    return _load()[language]


@cache
def _separable_verbs(prefix: str) -> tuple[str, ...]:
    return tuple(
        word for word in load_entries("de") if word.startswith(prefix) and len(word) > len(prefix) + 2
    )


@cache
def _phrases(language: str) -> Mapping[str, _Places]:
    return {word: places for word, places in load_entries(language).items() if "_" in word}
