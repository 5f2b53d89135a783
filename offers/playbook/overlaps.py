"""Several rules with the same idea for one machine: one of them goes first, the others say so. Pure."""

from collections.abc import Iterable

from offers.playbook.candidates import Candidate, Considered, Rejection, Stage
from offers.vocabulary import Play

_COVERING = (Play.RENEWAL, Play.WIN_BACK, Play.COVERAGE_GAP)
"""The plays that bring a machine under contract, what the customer had with us before first."""

_WORDS = {Play.RENEWAL: "a renewal", Play.WIN_BACK: "a win-back"}


def settle_overlaps(considered: Iterable[Considered]) -> list[Considered]:
    """Return what was considered, in order, each candidate that another one makes pointless as a rejection.

    * The same product for the same reason from two rules: the more special rule offers it, that is the one with
      more conditions; of two alike the one whose id comes first.
    * A contract for a machine that had one: a renewal goes before a win-back, a win-back before a coverage gap.
      This holds before anything is held back: a customer who said no to one of them hears none of the others.
    """
    found = list(considered)
    candidates = [one for one in found if isinstance(one, Candidate)]
    specials: dict[object, Candidate] = {}
    for one in candidates:
        key = _subject(one)
        if key not in specials or _rank(one) < _rank(specials[key]):
            specials[key] = one
    plays = {(one.machine.asset_id, one.play) for one in candidates}
    return [_settle(one, specials, plays) if isinstance(one, Candidate) else one for one in found]


def _settle(one: Candidate, specials: dict[object, Candidate], plays: set[tuple[str, Play]]) -> Considered:
    special = specials[_subject(one)]
    if special is not one:
        return _reject(one, f"rule {special.rule.rule_id} offers the same and is more special")
    if one.play not in _COVERING:
        return one
    for earlier in _COVERING[: _COVERING.index(one.play)]:
        if (one.machine.asset_id, earlier) in plays and not _is_goods(one):
            return _reject(one, f"{_WORDS[earlier]} of this machine goes first")
    return one


def _is_goods(one: Candidate) -> bool:
    return one.term_months is None


def _reject(one: Candidate, reason: str) -> Rejection:
    return Rejection(one.rule, one.machine, one.sku, Stage.SUITABLE, reason)


def _subject(one: Candidate) -> tuple[str, Play, str, str | None]:
    return one.machine.asset_id, one.play, one.sku, one.predecessor_line_id


def _rank(one: Candidate) -> tuple[int, str]:
    return -one.rule.specificity, one.rule.rule_id
