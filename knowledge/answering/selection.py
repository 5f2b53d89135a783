"""Choosing within a passage: which of its steps, rows or sentences answer, in the passage's order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from knowledge.answering.holding import terms_held
from knowledge.chunking import ChunkKind
from knowledge.language.codes import codes_in
from knowledge.language.quantities import (
    find_label_units,
    find_quantities,
    units_asked_for,
    units_asked_in,
)
from knowledge.language.sentences import split_sentences
from knowledge.language.terms import analyze, stem, words
from knowledge.questions import asks_for_a_way
from knowledge.replies import Passage
from knowledge.retrieved import Retrieved

_STEP_LINE = re.compile(r"^(\d{1,4}|[a-z])\.\s+(.*)$")
_ITEM_LINE = re.compile(r"^\s*-\s+")
# A question for one fact, in contrast to one for a way to do something.
_FACT_QUESTION = re.compile(
    r"^\W*(?:what|which|how (?:much|many|long|often|high|low|far|big|large|tight|hot|fast)|when|where|who|is|are"
    r"|does|do|can|was|welche\w*|wie (?:viel|lange|oft|hoch|groß)|wann|wo|qué|cuál|cuánt\w+)\b",
    re.IGNORECASE,
)
# How much more a piece counts that holds not only the name of a figure but the figure.
_FIGURE_SHARE = 0.5
_SAME_SHARE = 0.85
_KEEP_SHARE = 0.5
_KEEP_ROW_SHARE = 0.8
_FEW = 3
# Less is a page number or a stray mark.
_LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A step, row or sentence; `is_chosen` when it belongs in the short answer."""

    kind: str
    text: str
    step: int | None = None
    score: float = 0.0
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """A passage's pieces in its order."""

    pieces: tuple[Piece, ...]


def select(passage: Passage, retrieved: Retrieved) -> Selection:
    """Return the passage's pieces, those that answer the question chosen."""
    if passage.kind == ChunkKind.NOTICE:
        return Selection(())
    pieces = split_passage(passage)
    held_above = set(analyze(" ".join([passage.title, *passage.section])))
    scored = [replace(piece, score=_score(piece, retrieved, held_above)) for piece in pieces]
    scored, aside = _set_aside(scored, passage, retrieved)
    return Selection((*_choose(scored, passage, retrieved), *aside))


def _set_aside(
    pieces: list[Piece], passage: Passage, retrieved: Retrieved
) -> tuple[list[Piece], list[Piece]]:
    """Return (pieces to choose from, pieces for other machines)."""
    aside = find_aside(pieces, passage, retrieved)
    return (
        [piece for at, piece in enumerate(pieces) if at not in aside],
        [pieces[at] for at in sorted(aside)],
    )


def find_aside(pieces: Sequence[Piece], passage: Passage, retrieved: Retrieved) -> frozenset[int]:
    """Return where the pieces for other machines stand: only in a passage that tells machines apart."""
    machines = retrieved.machines
    if passage.kind == ChunkKind.PROCEDURE or not any(machines.are_named(piece.text) for piece in pieces):
        return frozenset()
    return frozenset(at for at, piece in enumerate(pieces) if machines.is_of_others(piece.text))


def _choose(scored: list[Piece], passage: Passage, retrieved: Retrieved) -> list[Piece]:
    forms = {form for mention in retrieved.known_codes if mention.certain for form in mention.forms}
    holders = [forms.intersection(codes_in(piece.text)) for piece in scored]
    is_looked_up = not units_asked_in(retrieved.plan.own)
    if any(holders) and is_looked_up and passage.kind != ChunkKind.PROCEDURE:
        return _choose_holders(scored, [bool(codes) for codes in holders])
    wants_fact = _wants_fact(retrieved.plan.own)
    if passage.kind == ChunkKind.PROCEDURE:
        return _choose_steps(scored, wants_fact=wants_fact)
    if wants_fact and any(holders):
        # Of several sizes in one table the one that is asked for.
        scored = [
            piece if codes else replace(piece, score=0.0)
            for piece, codes in zip(scored, holders, strict=True)
        ]
    return _choose_best(scored, limit=_FEW if len(scored) <= _FEW else 5, wants_fact=wants_fact)


def _wants_fact(text: str) -> bool:
    """Tell a question for one fact or figure from one for a way to do something."""
    if asks_for_a_way(text):
        return False
    return bool(_FACT_QUESTION.search(text) or units_asked_in(text))


def is_repetition(passage: Passage, other: Passage) -> bool:
    """Tell whether two passages say the same (the same manual in two formats)."""
    own, theirs = set(analyze(passage.text)), set(analyze(other.text))
    if not own or not theirs:
        return passage.text == other.text
    return len(own & theirs) / min(len(own), len(theirs)) >= _SAME_SHARE


def _score(piece: Piece, retrieved: Retrieved, held_above: set[str]) -> float:
    """Return the information of the question that a piece holds; words the heading holds count half."""
    held = terms_held(piece.text, retrieved)
    units = {quantity.unit for quantity in find_quantities(piece.text)} | find_label_units(piece.text)
    asked = {stem(word) for word in words(retrieved.plan.own) if units & units_asked_for(word)}
    figure = max((retrieved.rarity.get(term, 0.0) for term in asked), default=0.0)
    return _FIGURE_SHARE * figure + sum(
        retrieved.rarity[term] * (0.5 if term in held_above else 1.0) for term in held
    )


def split_passage(passage: Passage) -> list[Piece]:
    """Return the steps, rows or sentences of a passage in its order, none chosen."""
    lines = passage.text.split("\n")
    if passage.kind == ChunkKind.PROCEDURE:
        return _split_steps(lines)
    if passage.kind == ChunkKind.TABLE:
        return _split_rows(lines)
    if passage.kind == ChunkKind.ROW:
        return [Piece("row", passage.text)]
    return [
        Piece("sentence", _ITEM_LINE.sub("", sentence))
        for sentence in split_sentences(passage.text)
        if sum(c.isalpha() for c in sentence) >= _LEAST_LETTERS
    ]


def _split_steps(lines: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    for line in lines:
        match = _STEP_LINE.match(line)
        if match and match[1].isdigit():
            pieces.append(Piece("step", match[2], int(match[1])))
        elif pieces and pieces[-1].kind == "step":
            pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text}\n{line.strip()}")
        elif line.strip():
            pieces.append(Piece("sentence", line.strip()))
    return pieces


def _split_rows(lines: list[str]) -> list[Piece]:
    """Return the rows, each with the table's caption in front of it."""
    caption = lines[0].rstrip(":") if len(lines) > 1 and "; " not in lines[0] and len(lines[0]) < 80 else ""
    has_caption = bool(caption) and (lines[0].endswith(":") or ": " not in lines[0])
    rows = lines[1:] if has_caption else lines
    return [Piece("row", f"{caption}: {row}" if has_caption else row) for row in rows if row.strip()]


def _choose_steps(pieces: list[Piece], *, wants_fact: bool) -> list[Piece]:
    """Return all steps chosen; for a question for one fact only the steps that hold it."""
    best = max((piece.score for piece in pieces), default=0.0)
    scores = sorted(piece.score for piece in pieces)
    middle = scores[len(scores) // 2] if scores else 0.0
    if wants_fact and len(pieces) > _FEW and best > 0 and best >= 2 * middle:
        return _mark(pieces, lambda piece: piece.score >= 0.7 * best)
    return _mark(pieces, lambda _: True)


def _choose_holders(pieces: list[Piece], holds: list[bool]) -> list[Piece]:
    """Return the pieces that hold the code chosen; in prose also the two sentences that follow each."""
    chosen = [
        is_holder or (piece.kind == "sentence" and any(holds[max(0, i - 2) : i]))
        for i, (piece, is_holder) in enumerate(zip(pieces, holds, strict=True))
    ]
    return [replace(piece, is_chosen=flag) for piece, flag in zip(pieces, chosen, strict=True)]


def _choose_best(pieces: list[Piece], *, limit: int, wants_fact: bool) -> list[Piece]:
    best = max((piece.score for piece in pieces), default=0.0)
    if len(pieces) <= 2:
        return _mark(pieces, lambda _: True)
    if best <= 0:
        # Nothing in common with the question's words (another language, say): how the passage begins.
        first = pieces[:_FEW]
        return _mark(pieces, lambda piece: any(piece is chosen for chosen in first))
    ranked = sorted(range(len(pieces)), key=lambda i: (-pieces[i].score, i))
    shares = [_KEEP_ROW_SHARE if wants_fact and piece.kind == "row" else _KEEP_SHARE for piece in pieces]
    kept = {i for i in ranked[:limit] if pieces[i].score >= shares[i] * best}
    for i in list(kept):
        # A sentence that announces something says nothing without what follows, nor that without it.
        if pieces[i].text.rstrip().endswith(":") and i + 1 < len(pieces):
            kept.add(i + 1)
        if i and pieces[i - 1].text.rstrip().endswith(":"):
            kept.add(i - 1)
    return [replace(piece, is_chosen=i in kept) for i, piece in enumerate(pieces)]


def _mark(pieces: list[Piece], is_chosen: Callable[[Piece], bool]) -> list[Piece]:
    return [replace(piece, is_chosen=is_chosen(piece)) for piece in pieces]
