"""Deciding what to offer: eligible -> applicable -> suitable -> contact policy -> arbitration.

Pure: the same situation and rules always give the same decision, down to the order.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from offers.playbook.candidates import Candidate, Consideration, Considered, Rejection, Restraint, Stage
from offers.playbook.contact_policy import Standing, find_restraint, find_standing
from offers.playbook.contract_plays import (
    consider_coverage_gap,
    consider_renewal,
    consider_warranty_end,
    find_bar,
)
from offers.playbook.experiment import Choice, choose
from offers.playbook.overlaps import settle_overlaps
from offers.playbook.policy import Policy
from offers.playbook.product_plays import consider_add_on, consider_bundle, consider_upgrade
from offers.playbook.scoring import (
    estimate_propensity,
    expect_margin,
    find_top_value,
    scale_value,
    score_terms,
)
from offers.playbook.situations import Situation
from offers.playbook.targeting import find_mismatch, is_for_everything, keep_within
from offers.playbook.win_back import consider_win_back
from offers.rules import RuleFacts
from offers.vocabulary import Play

POLICY_VERSION = "2026-11-learning-5"
"""Changes with every change that could make a past decision come out differently."""

_OPTIONS = 3
"""Good, better, best."""

PLAYS: Mapping[Play, Callable[[Consideration], Iterator[Considered]]] = {
    Play.RENEWAL: consider_renewal,
    Play.COVERAGE_GAP: consider_coverage_gap,
    Play.WARRANTY_END: consider_warranty_end,
    Play.ADD_ON: consider_add_on,
    Play.UPGRADE: consider_upgrade,
    Play.WIN_BACK: consider_win_back,
    Play.BUNDLE: consider_bundle,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out: candidates best first, and everything that fell out with its reason."""

    candidates: tuple[Candidate, ...]
    rejections: tuple[Rejection, ...]


def decide(situation: Situation, rules: Sequence[RuleFacts], policy: Policy | None = None) -> Verdict:
    """Consider every rule for every machine of the situation.

    Ties in the score go by price, then play, product and machine, so that the order is never luck.
    """
    judge = _Judge(situation, policy or Policy())
    candidates: list[Candidate] = []
    rejections: list[Rejection] = []
    for considered in settle_overlaps(_consider_all(situation, rules)):
        if isinstance(considered, Rejection):
            rejections.append(considered)
            continue
        scored = considered.with_score(judge.score(considered))
        rejection = _find_loss(scored) or judge.find_hold(scored)
        if rejection is not None:
            rejections.append(rejection)
        else:
            candidates.append(scored)
    candidates.sort(key=_rank)
    return Verdict(tuple(candidates), tuple(rejections))


def arbitrate(verdict: Verdict, policy: Policy, *, seed: str) -> tuple[Choice | None, tuple[Rejection, ...]]:
    """Return which candidate is shown and why not the others; nothing of none."""
    choice = choose(verdict.candidates, policy, seed=seed)
    if choice is None:
        return None, ()
    chosen = verdict.candidates[choice.index]
    return choice, tuple(rank_below(one, chosen) for one in verdict.candidates if one is not chosen)


def find_options(chosen: Candidate, verdict: Verdict) -> tuple[Candidate, ...]:
    """Return what the customer may choose from: the chosen one, then up to two others by price; () for no choice.

    They are services of the same rule for the same machine and term, and differ in nothing but the product.
    """

    def terms(one: Candidate) -> tuple[object, ...]:
        return (one.rule, one.machine.asset_id, one.term_months, one.starts_on, one.predecessor_line_id)

    if chosen.term_months is None or chosen.items:
        return ()
    others = [
        one
        for one in verdict.candidates
        if one.sku != chosen.sku and not one.items and terms(one) == terms(chosen)
        if one.price.money.currency == chosen.price.money.currency
    ]
    others.sort(key=lambda one: (one.price.money.amount_minor, one.sku))
    return (chosen, *others[: _OPTIONS - 1]) if others else ()


def rank_below(candidate: Candidate, chosen: Candidate) -> Rejection:
    """Return the rejection of a candidate that lost to the chosen one."""
    is_lower = candidate.score["total"] <= chosen.score["total"]
    words = "ranked below" if is_lower else "gave way, by chance, to"
    return _reject(candidate, Stage.ARBITRATION, f"{words} {chosen.play.value} {chosen.sku}")


def _consider_all(situation: Situation, rules: Sequence[RuleFacts]) -> Iterator[Considered]:
    day = situation.day
    plays = [(rule, PLAYS.get(rule.play), is_for_everything(rule)) for rule in rules]
    for machine in situation.machines:
        for rule, consider, is_open in plays:
            case = Consideration(situation, rule, machine, day)
            bar = find_bar(case) or (None if is_open else find_mismatch(case))
            if bar is not None:
                yield case.reject(Stage.ELIGIBLE, bar)
            elif consider is not None and is_open:
                yield from consider(case)
            elif consider is not None:
                yield from (keep_within(case, found) for found in consider(case))


class _Judge:
    """Scores the candidates of one decision and holds them back; what they have in common is worked out once."""

    def __init__(self, situation: Situation, policy: Policy) -> None:
        self._situation = situation
        self._policy = policy
        self._scores: dict[tuple[object, ...], Mapping[str, float]] = {}
        self._propensities: dict[tuple[Play, str | None], float] = {}
        self._standing: Standing | None = None

    def score(self, candidate: Candidate) -> Mapping[str, float]:
        price = candidate.price
        money = price.money
        subject = (candidate.play, candidate.machine.family)
        key = (*subject, money.amount_minor, money.currency, price.unit_cost_minor, candidate.urgency)
        if key not in self._scores:
            margin = expect_margin(price, self._policy.typical_margin)
            value = scale_value(margin, top_major=find_top_value(money.currency))
            propensity = self._estimate(subject)
            self._scores[key] = score_terms(propensity, value, candidate.urgency, self._policy)
        return self._scores[key]

    def _estimate(self, subject: tuple[Play, str | None]) -> float:
        if subject not in self._propensities:
            segment = self._situation.customer.segment
            self._propensities[subject] = estimate_propensity(
                subject[0], self._situation.history, family=subject[1], segment=segment
            )
        return self._propensities[subject]

    def find_hold(self, candidate: Candidate) -> Rejection | None:
        if self._standing is None:
            self._standing = find_standing(self._situation, self._policy)
        held = find_restraint(self._situation, candidate, self._policy, self._standing)
        return None if held is None else _reject(candidate, Stage.CONTACT_POLICY, held[1], held[0])


def _find_loss(candidate: Candidate) -> Rejection | None:
    cost = candidate.price.unit_cost_minor
    if cost is None or cost <= candidate.price.money.amount_minor:
        return None
    return _reject(candidate, Stage.SUITABLE, "it would be sold below cost")


def _reject(candidate: Candidate, stage: Stage, reason: str, restraint: Restraint | None = None) -> Rejection:
    return Rejection(
        candidate.rule,
        candidate.machine,
        candidate.sku,
        stage,
        reason,
        restraint,
        score=candidate.score,
        price=candidate.price,
    )


def _rank(candidate: Candidate) -> tuple[float, int, str, str, str]:
    return (
        -candidate.score["total"],
        -candidate.price.money.amount_minor,
        candidate.play.value,
        candidate.sku,
        candidate.machine.asset_id,
    )
