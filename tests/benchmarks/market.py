"""A seeded market whose true acceptance rates are known: what a policy earns in it shows whether it learned them.

One moment is one machine at one customer with several offers that fit. Which customers come and what each would
say yes to is drawn once per seed, so that every policy meets the same market.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from offers.engine import Verdict, decide
from offers.money import Money
from offers.playbook.candidates import Candidate
from offers.playbook.experiment import choose
from offers.playbook.policy import Policy
from offers.playbook.scoring import PRIOR_MEANS, expect_margin
from offers.playbook.situations import (
    Catalogue,
    CustomerFacts,
    MachineFacts,
    PriceFacts,
    ProductFacts,
    RelationFacts,
    Situation,
)
from offers.playbook.track_record import HistoryKey, PlayHistory, PlayRecord
from offers.rules import DEFAULT_RULES
from offers.vocabulary import AssetStatus, ProductKind, RelationType

FAMILIES = ("chillers", "rooftops", "heat pumps", "air handlers")
SEGMENTS = ("industry", "food", "public")
_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_CONCENTRATION = 6.0
"""How near to the prior means the true rates are drawn; a low figure is a market unlike what was expected."""
_KINDS = (
    ("care", ProductKind.SERVICE, RelationType.SERVICE, (400, 2_500)),
    ("gateway", ProductKind.ATTACH, RelationType.ACCESSORY, (150, 900)),
    ("step-up", ProductKind.ATTACH, RelationType.UP_SELL, (800, 6_000)),
)


@dataclass(frozen=True, slots=True)
class Market:
    """What can be sold, and how often each customer group says yes to each play in truth."""

    catalogue: Catalogue
    rates: Mapping[HistoryKey, float]
    seed: int

    def situation(self, number: int, history: PlayHistory) -> Situation:
        """Return the moment of this number, with what was learned until then."""
        rng = Random(f"{self.seed} moment {number}")
        family, segment = rng.choice(FAMILIES), rng.choice(SEGMENTS)
        machine = MachineFacts(
            asset_id=f"M-{number}",
            serial_number=None,
            sku=family,
            product_name=family,
            family=family,
            status=AssetStatus.ACTIVE,
            is_serviceable=True,
            install_date=(_NOW - timedelta(days=900)).date(),
            warranty_end=(_NOW - timedelta(days=200)).date(),
            visits_last_12m=rng.randrange(4),
        )
        customer = CustomerFacts(f"A-{number}", "A customer", segment=segment)
        return Situation(_NOW, customer, (machine,), self.catalogue, history=history)

    def says_yes(self, number: int, key: HistoryKey) -> bool:
        """Return whether the customer of a moment would take an offer."""
        return Random(f"{self.seed} answer {number} {key}").random() < self.rates[key]


def draw_market(seed: int, *, are_rates_equal: bool) -> Market:
    """Return a market; with equal rates every offer has the same chance, whatever anybody believes."""
    rng = Random(f"{seed} market")
    products: dict[str, ProductFacts] = {}
    prices: dict[str, PriceFacts] = {}
    relations: dict[str, tuple[RelationFacts, ...]] = {}
    for family in FAMILIES:
        products[family] = ProductFacts(family, family, family, ProductKind.CORE)
        found = []
        for name, kind, relation, (low, high) in _KINDS:
            for grade in ("a", "b"):
                sku = f"{name} {grade} for {family}"
                products[sku] = ProductFacts(sku, sku, family, kind)
                prices[sku] = PriceFacts(Money(100 * rng.randrange(low, high), "EUR"), "standard")
                found.append(RelationFacts(sku, relation))
        relations[family] = tuple(found)
    rates = {
        (play, family, segment): 0.2
        if are_rates_equal
        else rng.betavariate(mean * _CONCENTRATION, (1 - mean) * _CONCENTRATION)
        for play, mean in PRIOR_MEANS.items()
        for family in FAMILIES
        for segment in SEGMENTS
    }
    return Market(Catalogue(products, relations, {}, prices), rates, seed)


@dataclass(slots=True)
class Earnings:
    """What a policy earned, and what it saw.

    `margin` is what the offers that it showed are worth at their true rates, in major units: what they brought by
    luck would only add noise. Learning sees the yes and no of each.
    """

    margin: float = 0.0
    records: dict[HistoryKey, PlayRecord] = field(default_factory=dict)


def sell(market: Market, moments: int, policy: Policy, *, learns: bool) -> Earnings:
    """Offer in every moment what the policy chooses; `learns` says whether it sees what came of it."""
    earned = Earnings()
    nothing = PlayHistory()
    for number in range(moments):
        situation = market.situation(number, PlayHistory(earned.records) if learns else nothing)
        verdict = decide(situation, DEFAULT_RULES, policy)
        choice = choose(verdict.candidates, policy, seed=f"{market.seed} {number}")
        if choice is not None:
            _show(market, situation, verdict.candidates[choice.index], number, earned)
    return earned


def sell_at_random(market: Market, moments: int) -> Earnings:
    """Offer in every moment any of the candidates."""
    earned = Earnings()
    for number in range(moments):
        situation = market.situation(number, PlayHistory())
        verdict: Verdict = decide(situation, DEFAULT_RULES)
        if verdict.candidates:
            candidate = Random(f"{market.seed} any {number}").choice(verdict.candidates)
            _show(market, situation, candidate, number, earned)
    return earned


def _show(market: Market, situation: Situation, candidate: Candidate, number: int, earned: Earnings) -> None:
    key = (candidate.play, candidate.machine.family, situation.customer.segment)
    known = earned.records.get(key, PlayRecord())
    is_accepted = market.says_yes(number, key)
    earned.records[key] = PlayRecord(known.surfaced + 1, known.accepted + is_accepted)
    margin = expect_margin(candidate.price, Policy().typical_margin)
    earned.margin += market.rates[key] * margin.amount_minor / 100
