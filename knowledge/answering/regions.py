"""The stretches of a passage that a sentence about it may rest on: a row, a step, a sentence or a part of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from knowledge.answering.binding import mask_codes
from knowledge.answering.selection import Piece
from knowledge.language.figures import Figure, find_figures
from knowledge.language.folding import fold
from knowledge.language.number_words import write_digits
from knowledge.language.ordering import find_conditions
from knowledge.language.quantities import find_label_units, find_quantities
from knowledge.language.sentences import split_sentences
from knowledge.language.terms import claim_terms

_LONGEST_RUN = 3
_LOOK_BACK = 2
_LEANING = re.compile(
    r"^(?:\w+\s){0,3}(?:it|its|this|that|these|those|they|their|the same|both|er|sie|es|dies\w*|sein\w*|ihr\w*|esto"
    r"|este|ello|il|elle|ils|ce|cela|son|sa)\b"
)


class Region:
    """A stretch of text. Where its core leans on what stands before it ("replace it"), that is in `text` as well."""

    def __init__(self, text: str, *, piece: int, kind: str, core: str | None = None) -> None:
        """Take a stretch of the piece at position `piece`; `core` is the part that says something, None for all."""
        self.text = write_digits(text)
        self.core = write_digits(core) if core is not None else self.text
        self.piece = piece
        self.is_row = kind == "row"
        self.is_step = kind == "step"
        self.squeezed = squeeze(text)

    @property
    def is_joined(self) -> bool:
        """Tell whether what stands before the core only says what its "it" is."""
        return self.core != self.text

    @cached_property
    def terms(self) -> frozenset[str]:
        """The content terms."""
        return frozenset(claim_terms(self.text))

    @cached_property
    def units(self) -> frozenset[str]:
        """The units of the figures, and those in labels ("Weight, kg")."""
        return frozenset(quantity.unit for quantity in find_quantities(self.text)) | find_label_units(
            self.text
        )

    @cached_property
    def figures(self) -> list[Figure]:
        """The numbers outside codes."""
        return find_figures(mask_codes(self.text))

    @cached_property
    def conditions(self) -> frozenset[str]:
        """The kinds of condition that the core states."""
        return find_conditions(self.core)


def find_regions(pieces: Sequence[Piece]) -> list[Region]:
    """Return every stretch of a passage's pieces that can support a sentence, in order, short ones first."""
    return [region for position in range(len(pieces)) for region in _stretches(pieces, position)]


def squeeze(text: str) -> str:
    """Return a text as it is compared with a quotation of it: blanks, case and the last stop don't count."""
    return " ".join(text.split()).rstrip(" .;").casefold()


def _stretches(pieces: Sequence[Piece], position: int) -> Iterator[Region]:
    piece = pieces[position]
    if piece.kind == "row":
        yield Region(piece.text, piece=position, kind="row")
        return
    parts = [
        part.strip()
        for sentence in split_sentences(piece.text)
        for part in sentence.split("; ")
        if part.strip()
    ]
    for part in parts:
        for bracket in re.finditer(r"\)", part):
            yield Region(part[: bracket.end()], piece=position, kind=piece.kind)
    for length in range(1, min(_LONGEST_RUN, len(parts)) + 1):
        for start in range(len(parts) - length + 1):
            run, last = "; ".join(parts[start : start + length]), parts[start + length - 1]
            yield Region(run, piece=position, kind=piece.kind)
            if length > 1 and _LEANING.match(fold(last)):
                yield Region(run, piece=position, kind=piece.kind, core=last)
    if len(parts) > _LONGEST_RUN:
        yield Region(piece.text, piece=position, kind=piece.kind)
    text, first = piece.text, position
    while first and position - first < _LOOK_BACK and _leans(pieces[first], pieces[first - 1]):
        first -= 1
        text = f"{pieces[first].text} {text}"
        yield Region(text, piece=position, kind=piece.kind, core=piece.text)


def _leans(piece: Piece, before: Piece) -> bool:
    """Tell whether a sentence speaks of what the one before it named ("Replace it when it slips.")."""
    if not before.kind == piece.kind == "sentence":
        return False
    return bool(_LEANING.match(fold(piece.text))) or before.text.rstrip().endswith(":")
