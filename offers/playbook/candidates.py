"""What a play makes of a machine: a candidate to offer, or a rejection that says why not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from offers.money import Money, take_share
from offers.playbook.situations import MachineFacts, PriceFacts, Situation
from offers.rules import RuleFacts
from offers.vocabulary import Play


class Restraint(StrEnum):
    """Why nothing is said to this customer now, although something would fit."""

    ESCALATED_CASE = "escalated_case"
    DO_NOT_SELL = "do_not_sell"
    OPEN_HAZARD = "open_hazard"
    CARD_IN_THREAD = "card_in_thread"
    OPEN_OFFER = "open_offer"
    DECLINED_RECENTLY = "declined_recently"
    SNOOZED = "snoozed"
    REPEAT_FAILURES = "repeat_failures"
    ENOUGH_SHOWN = "enough_shown"
    HOLD_OUT = "hold_out"


class Stage(StrEnum):
    """The gates of a decision, in order."""

    ELIGIBLE = "eligible"
    APPLICABLE = "applicable"
    SUITABLE = "suitable"
    CONTACT_POLICY = "contact_policy"
    ARBITRATION = "arbitration"


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One product inside an offer and what it costs alone."""

    sku: str
    name: str
    quantity: int
    list_price: Money


NO_SCORE: Mapping[str, float] = MappingProxyType({})


# A decision for a large customer makes thousands of these: a named tuple takes a quarter of the time of a frozen
# dataclass.
class Candidate(NamedTuple):
    """Something that could be offered. `items` is empty unless it is a bundle.

    `price` is what is asked: with a discount of the rule's, `listed` is what the price book says, else None.
    `starts_on` is when a service begins, None for what has no term; `score` has one entry per term.
    """

    rule: RuleFacts
    machine: MachineFacts
    sku: str
    price: PriceFacts
    reasons: tuple[str, ...]
    urgency: float
    term_months: int | None = None
    starts_on: date | None = None
    predecessor_line_id: str | None = None
    items: tuple[ItemFacts, ...] = ()
    listed: Money | None = None
    score: Mapping[str, float] = NO_SCORE

    @property
    def play(self) -> Play:
        """The rule's play."""
        return self.rule.play

    def with_score(self, score: Mapping[str, float]) -> "Candidate":
        """Return the same candidate with its score."""
        return Candidate(*self[:-1], score)


class Rejection(NamedTuple):
    """Something that is not offered, with the gate where it fell out and the reason as a sentence.

    `is_eligible` says that the machine's own facts made the play sensible. `sku` is None when the play fell
    out before a product was looked at. `price` is what would have been asked, where it came to a price.
    """

    rule: RuleFacts
    machine: MachineFacts
    sku: str | None
    stage: Stage
    reason: str
    restraint: Restraint | None = None
    score: Mapping[str, float] = NO_SCORE
    price: PriceFacts | None = None

    @property
    def play(self) -> Play:
        """The rule's play."""
        return self.rule.play

    @property
    def is_eligible(self) -> bool:
        """Whether it got past the first gate."""
        return self.stage is not Stage.ELIGIBLE


Considered = Candidate | Rejection


class Consideration(NamedTuple):
    """One rule looking at one machine."""

    situation: Situation
    rule: RuleFacts
    machine: MachineFacts
    day: date

    def reject(self, stage: Stage, reason: str, sku: str | None = None) -> Rejection:
        """Return the rejection."""
        return Rejection(self.rule, self.machine, sku, stage, reason)

    def offer(
        self,
        sku: str,
        *,
        reasons: tuple[str, ...],
        urgency: float,
        term_months: int | None = None,
        starts_on: date | None = None,
        predecessor_line_id: str | None = None,
        items: tuple[ItemFacts, ...] = (),
        currency: str | None = None,
    ) -> Considered:
        """Return the candidate at the rule's price, or its rejection when the catalogue has no price for it.

        Args:
            currency: That of the contract that is to be followed, None without one.
        """
        price = self.situation.catalogue.find_price(sku, currency)
        if price is None:
            return self.reject(Stage.APPLICABLE, "no price", sku)
        listed = price.money if self.rule.discount_bps else None
        if listed is not None:
            asked_minor = listed.amount_minor - take_share(listed.amount_minor, self.rule.discount_bps)
            price = replace(price, money=Money(asked_minor, listed.currency))
        return Candidate(
            self.rule,
            self.machine,
            sku,
            price,
            reasons,
            urgency,
            term_months,
            starts_on,
            predecessor_line_id,
            items,
            listed,
        )
