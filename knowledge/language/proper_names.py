"""Names of customers and places in a question: they tell where somebody stands, not what is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from knowledge.language.folding import fold
from knowledge.language.terms import content_terms

_WORD = re.compile(r"[^\W_]+")
# "at the", "beim", "en el": what leads to a place goes with it.
_LEADING = re.compile(
    r"\b(?:at|in|for|from|of|near|on|by|bei|beim|von|vom|für|im|am|auf|en|de|del|chez|à|au)\s+"
    r"(?:(?:the|our|my|der|die|das|dem|den|el|la|los|las|le|les)\s+)?$",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"^['\u2019]s\b")


def set_aside_names(text: str, names: Iterable[str], *, is_known: Callable[[str], bool]) -> str:
    """Return a question without the names of the customer and the site that it was asked at.

    A whole name of several words goes; so does a part of one that is written as a name or stands behind "at", where no
    document knows its words. A customer may be called as a part is, and a house has a number as an alarm does. What
    leads to a name ("at the") goes with it. A question that is nothing but names stays as it is.

    Args:
        names: As the records have them: "Fjordview Clinic", "12 Mill Lane, Bergen".
        is_known: Tells whether any document has a word.
    """
    spans = sorted(_find_spans(text, [_fold_words(name) for name in names], is_known))
    kept, end = "", 0
    for start, stop in spans:
        if start < end:
            continue
        kept += _LEADING.sub("", text[end:start])
        end = stop + len(found[0]) if (found := _POSSESSIVE.match(text[stop:])) else stop
    kept += text[end:]
    return kept if spans and content_terms(kept) else text


def _find_spans(
    text: str, names: Sequence[tuple[str, ...]], is_known: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    """Yield where names begin and end, at each place the longest."""
    found = [(fold(match[0]), match.span()) for match in _WORD.finditer(text)]
    for position in range(len(found)):
        longest = max((_count_same(found[position:], name) for name in names), default=0)
        words = tuple(word for word, _ in found[position : position + longest])
        is_whole = longest > 1 and words in names
        span = found[position][1][0], found[position + max(longest, 1) - 1][1][1]
        if is_whole or (_is_strange(words, is_known) and _is_written_as_name(text, span)):
            yield span


def _is_strange(words: Sequence[str], is_known: Callable[[str], bool]) -> bool:
    """Tell whether a part of a name can't be anything else: plain words, and one of them in no document."""
    return all(map(str.isalpha, words)) and any(len(word) > 2 and not is_known(word) for word in words)


def _is_written_as_name(text: str, span: tuple[int, int]) -> bool:
    return text[slice(*span)] != text[slice(*span)].lower() or _LEADING.search(text[: span[0]]) is not None


def _count_same(found: Sequence[tuple[str, tuple[int, int]]], name: Sequence[str]) -> int:
    """Return how many words from here on follow each other in a name, wherever in it they begin."""
    longest = 0
    for start in range(len(name)):
        same = 0
        for (word, _), own in zip(found, name[start:], strict=False):
            if word != own:
                break
            same += 1
        longest = max(longest, same)
    return longest


def _fold_words(name: str) -> tuple[str, ...]:
    return tuple(fold(match[0]) for match in _WORD.finditer(name))
