"""Does a passage support a sentence that something else wrote about it? Entailment, as far as words can tell.

A sentence is supported when one region of the passage (a row, a step, a sentence or its parts) holds all of
it, or when each of its clauses is so supported, in the passage's order. A region holds a sentence when

* every content word of the sentence stands in it or in the headings above it, by stem, synonym or, for the
  name of a figure ("torque"), by a figure in its unit; each name and identifier literally;
* every figure stands in it with unit, sign, bound ("at least") and range, every code as it is;
* limits and conditions that the region puts on what the sentence repeats are kept, and none is added;
* nothing is negated, affirmed or turned into its opposite, and acts keep their order (`polarity`, `ordering`);
* each figure and code is told of what it belongs to (`binding`), and no other row or sentence with figures of
  that kind fits the sentence's words, and the question's, as well.

How it was set. Sentences as a writer makes them were written for passages of manuals, true ones and ones that
only seem true (tests/knowledge/support_cases.toml), in three sets. On the first the rules were made. On the
second and third, each written before the rules had seen it, 49 of 55 and 37 of 42 true sentences were kept, and 8
of 100 and 2 of 73 false ones passed; what those taught was added. Now 170 of all 175 are kept and none of the 296
passes. Sentences of real manuals (tests/quality/test_gate.py, in larger samples): of 1,546 unchanged ones all are
kept; with one word turned round ("is not", "open" for "close") 17 of 1,241 pass, with another number or unit 2 of
333, with a figure of a neighbouring sentence 2 of 109, most of them in rows that list both anyway. A check takes
some 3 ms. Words are not weighed against each other: with rarity weights and a share of .9 one more true sentence
was kept, but what such a share forgives in a long sentence is a common word, "fan" for "pump"; shares of .8, .7
and .6 let 3, 18 and 26 of the 296 pass.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.answering.binding import codes_of, is_bound, mask_codes, strip_figures
from knowledge.answering.grounding import find_facts, passage_sources, ungrounded_facts
from knowledge.answering.regions import Region, find_regions, squeeze
from knowledge.answering.selection import split_passage
from knowledge.chunking import ChunkKind
from knowledge.language.figures import Figure, find_figures
from knowledge.language.folding import fold
from knowledge.language.number_words import write_digits
from knowledge.language.ordering import find_conditions, reverses, skips, tells_an_order
from knowledge.language.paraphrase import (
    DETERMINERS,
    RELATIONS,
    is_way_of_speaking,
    same_meaning,
    units_named,
)
from knowledge.language.polarity import contradicts
from knowledge.language.quantities import find_label_units, find_quantities
from knowledge.language.terms import FUNCTION_WORDS, claim_terms, stem, words
from knowledge.replies import Passage

Weigh = Callable[[str], float]

_LONGEST_NAME = 4
_CLAUSE_CUT = re.compile(
    r"\s*;\s*|\s*,?\s(?:and then|and|then|but|while|und|y|et)\s|\s*,\s(?=\w+\s\w+)", re.IGNORECASE
)
_PART_CUT = re.compile(r",\s|\s(?:and|or|but|und|oder|y|o|et|ou)\s")
_NAME = re.compile(
    r"\b[A-Za-z]{1,3}[+-](?=[\s.,;)]|$)|\b(?:[A-Z]{2,}(?:[-_/][A-Z]+)*|\w*[a-z][A-Z]\w*|\w+_\w+)\b"
)
_CJK_NUMERAL = re.compile(r"[零〇一二三四五六七八九十百千两]+")
_LIMIT_WORDS = {
    "most": re.compile(r"\b(?:limit\w*|max\w*|grenz\w*|límite)\b", re.I),
    "least": re.compile(r"\b(?:min(?:imum|imal)?|mindest\w*|mínim\w*)\b", re.I),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a passage says to a statement: `reason` is None when it supports it, else what was missing.

    `pieces` are the positions of the pieces that support it.
    """

    reason: str | None
    pieces: frozenset[int] = frozenset()

    @property
    def is_supported(self) -> bool:
        """Tell whether the statement may be said."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class _Claim:
    """A statement or clause, with what it asserts."""

    text: str
    terms: frozenset[str]
    figures: list[Figure]
    codes: frozenset[str]
    conditions: frozenset[str]


class Witness:
    """A passage, asked whether it supports statements."""

    def __init__(
        self, passage: Passage, *, weigh: Weigh, asked: Iterable[str] = (), without: Collection[int] = ()
    ) -> None:
        """Prepare.

        Args:
            weigh: Gives a term's rarity.
            asked: The question's terms; they tell which row is meant.
            without: The positions of pieces that support nothing here, because they are for other machines.
        """
        # A notice is quoted as a whole or not at all.
        self.pieces = () if passage.kind == ChunkKind.NOTICE else tuple(split_passage(passage))
        self._weigh = weigh
        self._asked = frozenset(asked)
        self._above = " ".join([passage.title, *passage.section])
        self._terms_above = frozenset(claim_terms(self._above))
        self._sources = passage_sources(passage)
        self._is_procedure = passage.kind == ChunkKind.PROCEDURE
        self._regions = [region for region in find_regions(self.pieces) if region.piece not in without]

    def judge(self, text: str, *, only: Iterable[int] | None = None) -> Verdict:
        """Return whether the passage, or `only` these pieces of it, supports a text, and by which pieces."""
        if ungrounded_facts(text, self._sources):
            return Verdict("figures")
        allowed = None if only is None else frozenset(only)
        regions = [region for region in self._regions if allowed is None or region.piece in allowed]
        quoted = squeeze(text)
        for region in regions:
            if quoted == region.squeezed and not region.is_joined:
                return Verdict(None, frozenset([region.piece]))
        statement = write_digits(text)
        whole = self._judge_claim(statement, regions)
        return whole if whole.is_supported else self._judge_clauses(statement, regions) or whole

    def _judge_claim(self, text: str, regions: Sequence[Region]) -> Verdict:
        claim = _read(text)
        if not claim.terms and not find_facts(text):
            return Verdict("words")
        reason, fewest = "words", len(claim.terms) + 1
        for region in regions:
            missing = sum(not self._is_held(term, region) for term in claim.terms)
            found = "words" if missing else self._objection(claim, region)
            if found is None:
                return Verdict(None, frozenset([region.piece]))
            if missing < fewest:
                reason, fewest = found, missing
        return Verdict(reason)

    def _judge_clauses(self, statement: str, regions: Sequence[Region]) -> Verdict | None:
        """Return a verdict on a sentence that joins what several pieces say; None when it does not hold so."""
        clauses = [clause for clause in _CLAUSE_CUT.split(statement.rstrip(" .")) if clause.strip()]
        if len(clauses) < 2 or not _stand_alone([_read(clause) for clause in clauses]):
            return None
        pieces: list[int] = []
        for clause in clauses:
            later = [region for region in regions if not pieces or region.piece >= pieces[-1]]
            verdict = self._judge_claim(clause, later)
            if not verdict.is_supported:
                return None
            pieces += verdict.pieces
        source = " ".join(self.pieces[position].text for position in sorted(set(pieces)))
        is_ordered = self._is_procedure or tells_an_order(statement) or tells_an_order(source)
        return None if is_ordered and reverses(statement, source) else Verdict(None, frozenset(pieces))

    def _objection(self, claim: _Claim, region: Region) -> str | None:
        """Return why a region that has all the words does not support a claim; None when it does."""
        has_facts = bool(claim.figures or claim.codes)
        objections: dict[str, Callable[[], bool]] = {
            "words": lambda: not self._holds_names(claim.text, region) or not _names_only(claim.text, region),
            "figures": lambda: not self._holds_facts(claim, region),
            "conditions": lambda: not _keeps_bounds(claim, region) or not _keeps_conditions(claim, region),
            "contradiction": lambda: contradicts(claim.text, region.core),
            "order": lambda: _changes_order(claim, region),
            "binding": lambda: (
                has_facts and not is_bound(claim.text, region.text, is_row=region.is_row, weigh=self._weigh)
            ),
            "ambiguous": lambda: bool(claim.figures) and not self._is_distinct(claim, region),
        }
        return next((reason for reason, applies in objections.items() if applies()), None)

    def _holds_facts(self, claim: _Claim, region: Region) -> bool:
        return all(self._holds(figure, claim.text, region) for figure in claim.figures) and all(
            self._holds_code(code, region) for code in claim.codes
        )

    def _is_held(self, term: str, region: Region) -> bool:
        if term in region.terms or term in self._terms_above:
            return True
        return bool(region.units & units_named(term)) or bool(region.terms & same_meaning(term))

    def _holds(self, figure: Figure, statement: str, region: Region) -> bool:
        """Tell whether a region holds a figure with its unit, sign, bound and range."""
        return any(
            (known.value, known.unit, known.sign, known.partner)
            == (figure.value, figure.unit, figure.sign, figure.partner)
            and (known.is_about or not figure.is_about)
            and (known.bound == figure.bound or self._names_bound(known, figure, statement, region))
            for known in region.figures
        )

    def _names_bound(self, known: Figure, figure: Figure, statement: str, region: Region) -> bool:
        """Tell whether one side says "limit" in words where the other has a bound at the figure."""
        if known.bound and figure.bound:
            return False
        named = _LIMIT_WORDS[known.bound or figure.bound]
        return bool(named.search(f"{region.text} {self._above}" if figure.bound else statement))

    def _holds_code(self, code: str, region: Region) -> bool:
        """Tell whether a region holds a code, or its heading does and neither has another one of that form."""
        held, above = codes_of(region.text), codes_of(self._above)
        alike = {other for other in held | above if _form(other) == _form(code)}
        return code in held or (code in above and alike == {code})

    def _holds_names(self, statement: str, region: Region) -> bool:
        """Tell whether names, odd digits and Chinese numerals of a statement stand literally in the region."""
        held = fold(f"{region.text} {self._above}")
        names = [match[0] for pattern in (_NAME, _CJK_NUMERAL) for match in pattern.finditer(statement)]
        names += [c for c in statement if unicodedata.category(c) in ("No", "Nl") and c not in "²³¹"]
        return all(fold(name) in held for name in names)

    def _is_distinct(self, claim: _Claim, region: Region) -> bool:
        """Tell whether a claim with figures means this piece and no other that has figures of the same units.

        Where its own words leave it open ("the limit is 10 bar"), the question's words decide.
        """
        units = {figure.unit for figure in claim.figures}
        values = {(figure.value, figure.unit) for figure in claim.figures}
        terms = frozenset(claim_terms(strip_figures(mask_codes(claim.text)))) | claim.codes
        terms |= RELATIONS & frozenset(words(claim.text))
        piece = self.pieces[region.piece].text
        own = self._held_weight(terms, f"{piece} {region.text}")
        for position, other in enumerate(self.pieces):
            known = {(f.value, f.unit) for f in find_figures(mask_codes(write_digits(other.text)))}
            if position == region.piece or values <= known or not any(unit in units for _, unit in known):
                continue
            alien = units - {unit for _, unit in known}
            rival = self._held_weight(terms, other.text) - len(alien)
            if rival > own:
                return False
            asked, asked_rival = (self._held_weight(self._asked, text) for text in (piece, other.text))
            if rival == own and asked_rival >= asked:
                return False
        return True

    def _held_weight(self, terms: frozenset[str], text: str) -> float:
        held = frozenset((*claim_terms(text), *words(text))) | codes_of(text)
        units = frozenset(quantity.unit for quantity in find_quantities(text)) | find_label_units(text)
        return sum(self._weigh(term) for term in terms if term in held or units & units_named(term))


def _read(text: str) -> _Claim:
    masked = mask_codes(text)
    terms = frozenset(
        term
        for term in claim_terms(strip_figures(masked))
        if not is_way_of_speaking(term) and not term.isdigit()
    )
    return _Claim(text, terms, find_figures(masked), frozenset(codes_of(text)), find_conditions(text))


def _stand_alone(claims: list[_Claim]) -> bool:
    """Tell whether each clause says something by itself; where one has a figure all must, else words are shared."""
    facts = [len(claim.figures) + len(claim.codes) for claim in claims]
    if any(facts) and not all(facts):
        return False
    return all(len(claim.terms) + count >= 2 for claim, count in zip(claims, facts, strict=True))


def _changes_order(claim: _Claim, region: Region) -> bool:
    """Tell whether a claim leaves out the acts before the one it tells, or turns their order round; rows have none."""
    if skips(claim.text, region.core):
        return True
    is_ordered = region.is_step or tells_an_order(region.core) or tells_an_order(claim.text)
    return is_ordered and not region.is_row and reverses(claim.text, region.core)


def _keeps_conditions(claim: _Claim, region: Region) -> bool:
    """Tell whether a claim keeps the conditions of its source and adds none; "when" may be added to a cause."""
    needed = region.conditions
    if region.is_row:
        cells = (cell for cell in region.text.split("; ") if not claim.terms.isdisjoint(claim_terms(cell)))
        needed = find_conditions("; ".join(cells)) - {"when"}
    return needed <= claim.conditions and claim.conditions - region.conditions <= {"when"}


def _keeps_bounds(claim: _Claim, region: Region) -> bool:
    """Tell whether a claim keeps the limits of what it repeats ("with water at no more than 5 bar")."""
    said = {(figure.value, figure.unit) for figure in claim.figures}
    return all(
        (figure.value, figure.unit) in said
        for cell in (region.core.split("; ") if region.is_row else [region.core])
        for part in _PART_CUT.split(cell)
        if _is_repeated(part, claim.terms)
        for figure in find_figures(mask_codes(part))
        if figure.bound
    )


def _is_repeated(part: str, terms: frozenset[str]) -> bool:
    """Tell whether a claim with these terms says most of what a part of its source says."""
    said = frozenset(claim_terms(part.split(": ", 1)[-1]))
    return bool(said) and 2 * len(said & terms) >= len(said)


def _names_only(statement: str, region: Region) -> bool:
    """Tell whether all that a statement takes from in front of a region's core is one name in place of "it"."""
    if not region.is_joined:
        return True
    core = frozenset(claim_terms(region.core))
    places = [
        (position, before)
        for position, (before, word) in enumerate(pairwise(["", *words(statement)]))
        if word not in FUNCTION_WORDS and stem(word) in region.terms - core
    ]
    if not places:
        return True
    first, before = places[0]
    is_one = places[-1][0] - first + 1 == len(places) <= _LONGEST_NAME
    return is_one and (before in DETERMINERS or stem(before) in core)


def _form(code: str) -> str:
    return re.sub(r"\d", "9", code)
