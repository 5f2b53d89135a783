"""Which symptom a question reports: by its code, else by what the two have in common."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answering.fault_rows import FaultRow, read_codes
from knowledge.answering.holding import terms_held
from knowledge.language.codes import codes_in
from knowledge.language.terms import content_terms
from knowledge.retrieved import Retrieved

MAX_SYMPTOMS = 3
# What a symptom, or the headings of a list, must have in common with the question (0..1).
LEAST_MATCH = 0.5
_SAME = 0.02


def choose_symptoms(
    groups: Sequence[Sequence[FaultRow]], retrieved: Retrieved, *, above: str
) -> list[Sequence[FaultRow]]:
    """Return the rows of the symptoms that the question reports, in the document's order, [] when it names none.

    Args:
        groups: The rows of each symptom.
        above: The headings that the table stands under.
    """
    forms = codes_asked_for(retrieved)
    held = [group for group in groups if forms and read_codes(group[0]) & forms]
    own = [group for group in held or groups if retrieved.machines.are_named(group[0].symptom)]
    matches = [
        (1.0 if held else match_symptom(group[0].symptom, retrieved, above=above), group)
        for group in own or held or groups
    ]
    best = max((match for match, _ in matches), default=0.0)
    if best < LEAST_MATCH:
        return []
    meant = [group for match, group in matches if match >= best - _SAME]
    meant = [group for group in meant if held or _share(group[0].symptom, retrieved) > 0]
    # The same symptom of two product lines, or a code of two: which one is meant only the bench can tell.
    names = {group[0].name for group in meant}
    limit = MAX_SYMPTOMS if len(names) == len(meant) and "" not in names else 1
    return meant if len(meant) <= limit else []


def match_symptom(symptom: str, retrieved: Retrieved, *, above: str) -> float:
    """Return how far (0..1) a symptom is the one that is asked for.

    Either it holds the question's information, together with the words above it, or the question, however
    much it tells besides, holds most of the symptom's words.
    """
    if codes_asked_for(retrieved) & set(codes_in(f"{above} {symptom}")):
        return 1.0
    named = set(content_terms(symptom))
    held = named & retrieved.rarity.keys()
    return max(_share(f"{above} {symptom}", retrieved), len(held) / len(named) if len(held) >= 2 else 0.0)


def codes_asked_for(retrieved: Retrieved) -> set[str]:
    """Return every form of the codes that a question surely asks for and the documents know."""
    return {form for mention in retrieved.known_codes if mention.certain for form in mention.forms}


def _share(text: str, retrieved: Retrieved) -> float:
    total = sum(retrieved.rarity.values())
    return sum(retrieved.rarity[term] for term in terms_held(text, retrieved)) / total if total else 0.0
