"""Questions for a code: it stands in a passage or it doesn't, and the same number means other things elsewhere."""

from __future__ import annotations

import re

from knowledge.answering.amounts import holds_amount, holds_figure
from knowledge.answering.holding import find_held, full_text, read_terms
from knowledge.answering.selection import split_passage
from knowledge.fusion import UNCERTAIN_SHARE
from knowledge.language.code_words import tells_of_codes
from knowledge.language.codes import announces, codes_in
from knowledge.language.terms import analyze, words
from knowledge.questions import announcing_terms, asks_what_a_number_is, is_lookup, kinds_announced
from knowledge.replies import Passage
from knowledge.retrieved import Retrieved


def is_found_by_code(passage: Passage, retrieved: Retrieved) -> bool | None:
    """Tell whether a passage answers a question for a code; None where its other evidence has to decide.

    A passage with the code must also hold something of what else is said. A code that is not announced as one may
    name a part ("the mass of an R4"): then a figure asked for must be there, and a mere mention is not enough.
    """
    if passage.code <= 0:
        return False
    if is_lookup(retrieved.plan.text):
        return _is_looked_up(passage, retrieved)
    if not _is_written_as_code(retrieved) and not _holds_surface(passage, retrieved):
        return False
    if tells_of_codes(_above(passage)) and _is_listed_for_machine(passage, retrieved):
        # In a machine's list of faults a code is nothing else, whatever is told of the weather.
        return holds_amount(passage, retrieved)
    if not holds_figure(passage, retrieved):
        return False
    return True if passage.code >= 1.0 and _shares_topic(passage, retrieved) else None


def _is_looked_up(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage with a code says what it stands for, among the codes that were meant."""
    if _is_of_another_kind(passage, retrieved):
        return False
    if not _is_written_as_code(retrieved) and not _stands_as_code(passage, retrieved):
        return False
    return _is_listed_for_machine(passage, retrieved) or _is_listed_as_asked(passage, retrieved)


def _is_listed_as_asked(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage with a code is a list's entry for it, and holds something of what else is said."""
    if _missing_unknown(passage, retrieved):
        return False
    is_written = _is_written_as_code(retrieved)
    if not is_written and not is_lookup(f"{passage.document} {full_text(passage)}"):
        return False
    if not is_written and not _holds_surface(passage, retrieved) and not _is_called_so(passage, retrieved):
        return False
    if _shares_topic(passage, retrieved) or retrieved.plan.is_foreign:
        return True
    return passage.code >= 1.0 and is_written and not (retrieved.subject.strange or retrieved.subject.unknown)


def _is_listed_for_machine(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether the list of the very machine that is named has the code, whatever else is told of what happened."""
    return (
        passage.code >= 1.0
        and (_is_written_as_code(retrieved) or _holds_surface(passage, retrieved))
        and _is_of_named_machine(passage, retrieved)
    )


def is_listed_number(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a number that may be a code ("what is 182 on the CR") is one in a list of the named machine.

    The machine's own name is none: of "the display of the D3 is dark" no row of the D3 tells anything.
    """
    asked = retrieved.plan.text
    return (
        passage.code >= UNCERTAIN_SHARE
        and any(mention.surface not in retrieved.names for mention in retrieved.known_codes)
        and (is_lookup(asked) or asks_what_a_number_is(asked))
        and tells_of_codes(_above(passage))
        and _is_of_named_machine(passage, retrieved)
        and not _is_of_another_kind(passage, retrieved)
    )


def _stands_as_code(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a number stands in a passage as a code: in a list of codes, or with a word that announces it.

    "- 18 voltage is 12 V" is no error 18.
    """
    asked = [mention for mention in retrieved.known_codes if mention.certain]
    return tells_of_codes(_above(passage)) or any(announces(full_text(passage), mention) for mention in asked)


def _above(passage: Passage) -> str:
    return " ".join([passage.document, passage.title, *passage.section, *passage.header])


def _is_of_named_machine(passage: Passage, retrieved: Retrieved) -> bool:
    return retrieved.subject.is_named_by(passage, read_terms(full_text(passage))[0])


def _is_of_another_kind(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether the code is listed for something else: an encoder's error 0x20 is no axis error 0x20.

    The word in front of the announcement tells them apart where other entries of that list have it there.
    """
    forms = {form for mention in retrieved.known_codes for form in mention.forms}
    entries = [piece.text for piece in split_passage(passage) if not forms.isdisjoint(codes_in(piece.text))]
    announced = kinds_announced(retrieved.plan.text)
    # "Status flag 64": both words announce a code, and neither tells of which kind.
    kinds = {kind for kind in announced if not tells_of_codes(kind)}
    said = [*passage.section, *entries] if entries else [full_text(passage)]
    wanted = kinds - kinds_announced(" | ".join(said))
    if not wanted:
        return False
    others = (other for other in retrieved.passages if other.document == passage.document)
    return not wanted.isdisjoint(kind for other in others for kind in kinds_announced(full_text(other)))


def find_said(retrieved: Retrieved) -> set[str]:
    """Return the terms of what is asked beside a code, as far as documents about the machine have them."""
    codes = {term for mention in retrieved.plan.codes for term in analyze(mention.surface)}
    announcing = announcing_terms(retrieved.plan.text)
    if not _is_written_as_code(retrieved):
        # Of a bare number what it is called counts: a register is no mode. That it "reads" something does not.
        announcing -= {
            term for word in words(retrieved.plan.text) if tells_of_codes(word) for term in analyze(word)
        }
    codes |= announcing
    return {
        term
        for term in retrieved.rarity
        if retrieved.subject.is_topic(term)
        and term not in codes | retrieved.subject.strange | retrieved.subject.unknown
    }


def _shares_topic(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage with a code holds a word of what else is asked; True where nothing else is."""
    said = find_said(retrieved)
    return not said or bool(find_held(passage, retrieved, said))


def _holds_surface(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage holds a number as it was typed: "mode 42" is not what stands at 0x02a."""
    return any(
        re.search(
            rf"(?<![\w.])0*{re.escape(mention.surface.lstrip('0') or '0')}(?![\w])",
            full_text(passage),
            re.IGNORECASE,
        )
        for mention in retrieved.known_codes
        if mention.certain
    )


def _is_called_so(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether a passage is headed by what the question calls its number: a register 0x02a is no mode 42."""
    above = read_terms(" ".join([passage.document, passage.title, *passage.section]))[0]
    return not above.isdisjoint(announcing_terms(retrieved.plan.text))


def _missing_unknown(passage: Passage, retrieved: Retrieved) -> bool:
    """Tell whether an English question has a word that no document knows, and this passage none like it."""
    unknown = retrieved.subject.unknown - announcing_terms(retrieved.plan.text)
    return not retrieved.plan.is_foreign and bool(unknown - find_held(passage, retrieved, unknown))


def _is_written_as_code(retrieved: Retrieved) -> bool:
    """Tell whether the codes asked for are codes by themselves ("E07"); "fault 88" is one only among faults."""
    return all(
        any(c.isalpha() for c in mention.surface.lower().removeprefix("0x"))
        for mention in retrieved.known_codes
        if mention.certain
    )
