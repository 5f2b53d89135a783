"""Is a step or sentence told in full? One that is cut short may lose the act that keeps somebody safe."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.answering.binding import codes_of, mask_codes, strip_figures
from knowledge.language.figures import find_figures
from knowledge.language.number_words import write_digits
from knowledge.language.paraphrase import is_way_of_speaking, same_meaning
from knowledge.language.terms import claim_terms

_ACT = re.compile(r"[,;:.!?()]\s+|\n|\s(?:and|then|und|dann|y|et)\s")


def tell_all_of(source: str, texts: Sequence[str]) -> bool:
    """Tell whether texts say each act of their source, with all its figures and codes.

    An act counts as said when half of its words are, or when it has a figure or code and that is.
    """
    said = write_digits(" ".join(texts))
    figures = {(figure.value, figure.unit) for figure in find_figures(mask_codes(said))}
    codes, terms = codes_of(said), frozenset(claim_terms(said))
    for act in _ACT.split(write_digits(source)):
        needed_figures = {(figure.value, figure.unit) for figure in find_figures(mask_codes(act))}
        needed_codes = codes_of(act)
        if not needed_figures <= figures or not needed_codes <= codes:
            return False
        if not (needed_figures or needed_codes) and not _is_said(_words_of(act), terms):
            return False
    return True


def _words_of(act: str) -> list[str]:
    found = claim_terms(strip_figures(mask_codes(act)))
    return [term for term in found if not is_way_of_speaking(term)]


def _is_said(needed: Sequence[str], terms: frozenset[str]) -> bool:
    held = [term for term in needed if term in terms or terms & same_meaning(term)]
    return 2 * len(held) >= len(needed)
