"""Splitting prose into sentences without breaking figures and abbreviations."""

from __future__ import annotations

import re

_END = re.compile(r"([.!?]+[\"'”’)\]]*)\s+(?=[\"'“‘(\[]?[A-ZÀ-ÝΑ-ЯÄÖÜ0-9¿¡`*•-])|(?<=[。！？；])\s*|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|approx|max|min|no|nos|nr|fig|figs|vs|ca|resp|incl|dr|mr|mrs|inc|ltd|sec|para"
    r"|p|pp|vol|rev|ed|cf|z\.b|d\.h|bzw|ggf|abb|art|tel|temp|ext|st)|(?<![°/\d])(?<!\d\s)\b[A-Za-z])\.$",
    re.IGNORECASE,
)


def split_sentences(text: str) -> list[str]:
    """Return the sentences in order, stripped, none empty. Joined they hold every word of the text."""
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end(1) if match[1] else match.start()
        if match[1] and _ABBREVIATION.search(text[start:end]):
            continue
        piece = text[start:end].strip()
        if piece:
            sentences.append(piece)
        start = match.end()
    tail = text[start:].strip()
    if tail:
        sentences.append(tail)
    return sentences


def split_long(text: str, *, limit: int) -> list[str]:
    """Return pieces of at most `limit` characters, cut at sentences, else at blanks, else anywhere."""
    pieces: list[str] = []
    current = ""
    for sentence in split_sentences(text):
        for part in _hard_split(sentence, limit=limit):
            joined = f"{current} {part}" if current else part
            if len(joined) > limit:
                pieces.append(current)
                current = part
            else:
                current = joined
    if current:
        pieces.append(current)
    return pieces


def _hard_split(sentence: str, *, limit: int) -> list[str]:
    parts: list[str] = []
    rest = sentence
    while len(rest) > limit:
        cut = rest.rfind(" ", limit // 2, limit)
        cut = cut if cut > 0 else limit
        parts.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    if rest:
        parts.append(rest)
    return parts
