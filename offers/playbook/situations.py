"""What the engine looks at: one customer's facts at one moment, as plain values."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from offers.money import Money
from offers.playbook.service import ServiceFacts
from offers.playbook.track_record import PlayHistory
from offers.vocabulary import AssetStatus, Play, ProductKind, RelationType


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product of the catalogue."""

    sku: str
    name: str
    family: str | None
    kind: ProductKind
    replaces_sku: str | None = None


@dataclass(frozen=True, slots=True)
class RelationFacts:
    """That a product goes with a core product, for machines of an age in days (both ends included)."""

    attach_sku: str
    type: RelationType
    min_age_days: int | None = None
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """A price that holds on the moment's day, the price book entry it is from, and what the product costs us."""

    money: Money
    pricebook: str
    unit_cost_minor: int | None = None
    valid_from: date | None = None


@dataclass(frozen=True)
class Catalogue:
    """The part of the catalogue that matters here. `prices` are in the currency that the account buys in.

    `foreign_prices` are in each other currency that a contract of its machines is in, by product. What many machines
    ask is worked out once.
    """

    products: Mapping[str, ProductFacts]
    relations: Mapping[str, tuple[RelationFacts, ...]]
    bundles: Mapping[str, tuple[tuple[str, int], ...]]
    prices: Mapping[str, PriceFacts]
    foreign_prices: Mapping[str, Mapping[str, PriceFacts]] = field(default_factory=dict)

    def name_of(self, sku: str) -> str:
        """Return the product's name, or its sku where the catalogue has none."""
        return self.products[sku].name if sku in self.products else sku

    def is_service(self, sku: str) -> bool:
        """Return whether the product is a service, sold for a term."""
        return sku in self._services

    def find_heirs(self, sku: str) -> Sequence[str]:
        """Return the products that replaced this one, by sku."""
        return self._heirs.get(sku, ())

    def find_bundles(self, core_sku: str) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """Return the bundles with anything in them that goes with a product, by sku, and what is in each."""
        if core_sku not in self._bundles_around:
            fitting = {relation.attach_sku for relation in self.relations.get(core_sku, ())}
            self._bundles_around[core_sku] = {
                sku: items
                for sku, items in sorted(self.bundles.items())
                if any(item in fitting for item, _ in items)
            }
        return self._bundles_around[core_sku]

    def prices_in(self, currency: str | None) -> Mapping[str, PriceFacts]:
        """Return the prices in a currency where a contract is in it, else those that the account buys at."""
        return self.foreign_prices.get(currency or "", self.prices)

    def find_price(self, sku: str, currency: str | None = None) -> PriceFacts | None:
        """Return the product's price, or None. A bundle without a cost of its own costs what is in it.

        Args:
            currency: That of the contract that is to be followed, which goes before the account's; None without one.
        """
        price = self.prices_in(currency).get(sku) or self.prices.get(sku)
        if price is None or price.unit_cost_minor is not None or sku not in self.bundles:
            return price
        return replace(price, unit_cost_minor=self.add_costs(self.bundles[sku]))

    def add_costs(self, items: Iterable[tuple[str, int]]) -> int | None:
        """Return what these products in these quantities cost us, in minor units; None where one's cost is unknown."""
        total = 0
        for sku, quantity in items:
            price = self.prices.get(sku)
            if price is None or price.unit_cost_minor is None:
                return None
            total += price.unit_cost_minor * quantity
        return total

    @cached_property
    def _services(self) -> frozenset[str]:
        return frozenset(sku for sku, one in self.products.items() if one.kind is ProductKind.SERVICE)

    @cached_property
    def _heirs(self) -> Mapping[str, Sequence[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for one in sorted(self.products.values(), key=lambda product: product.sku):
            if one.replaces_sku is not None:
                found[one.replaces_sku].append(one.sku)
        return found

    @cached_property
    def _bundles_around(self) -> dict[str, Mapping[str, tuple[tuple[str, int], ...]]]:
        return {}


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of a contract that is or was in force: dates are the narrower of line and contract, None is open.

    `currency` is what the customer pays it in, None where it is not on record. `cancelled_on`: the contract was
    cancelled, and from that day on is in force no longer; None of one that was not. The line ends before that day.
    """

    contract_line_id: str
    contract_id: str
    sku: str
    starts_on: date | None
    ends_on: date | None
    auto_renew: bool | None
    notice_date: date | None
    predecessor_line_id: str | None
    currency: str | None = None
    cancelled_on: date | None = None

    def is_live(self, day: date) -> bool:
        """Return whether the line covers the day."""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or self.ends_on >= day
        )


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """A machine: `lines` are those of contracts that are, were or will be in force.

    `repeat_failures` counts the call-outs of the last 90 days that came within 30 days of the one before.
    `partner_tier` is that of the partner who services the machine, else of the one who sold it.
    """

    asset_id: str
    serial_number: str | None
    sku: str
    product_name: str
    family: str | None
    status: AssetStatus
    is_serviceable: bool
    install_date: date | None
    warranty_end: date | None
    lines: tuple[LineFacts, ...] = ()
    installed_skus: frozenset[str] = frozenset()
    visits_last_12m: int = 0
    repeat_failures: int = 0
    partner_tier: str | None = None

    def live_line(self, day: date) -> LineFacts | None:
        """Return the live line that lasts longest, or None."""
        live = [line for line in self.lines if line.is_live(day)]
        if len(live) < 2:
            return live[0] if live else None
        return max(live, key=lambda line: (line.ends_on or date.max, line.contract_line_id))

    def next_line(self, day: date) -> LineFacts | None:
        """Return the line that starts next after the day, or None."""
        coming = [line for line in self.lines if line.starts_on is not None and line.starts_on > day]
        if len(coming) < 2:
            return coming[0] if coming else None
        return min(coming, key=lambda line: (line.starts_on or date.max, line.contract_line_id))

    def last_line(self, day: date) -> LineFacts | None:
        """Return the line that ended last before the day, or None."""
        over = [line for line in self.lines if line.ends_on is not None and line.ends_on < day]
        if len(over) < 2:
            return over[0] if over else None
        return max(over, key=lambda line: (line.ends_on or date.min, line.contract_line_id))

    def age_days(self, day: date) -> int | None:
        """Return how long the machine has been installed, or None when unknown."""
        return None if self.install_date is None else (day - self.install_date).days


Fleets = Mapping[str | None, tuple[int, int]]
"""A customer's active serviceable machines by product family: (covered, all)."""


def count_fleets(machines: Iterable[MachineFacts], day: date) -> Fleets:
    """Return the fleets that all machines of one customer make up on the day."""
    fleets: defaultdict[str | None, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for machine in machines:
        if machine.is_serviceable and machine.status is AssetStatus.ACTIVE:
            covered, total = fleets[machine.family]
            is_covered = any(line.is_live(day) for line in machine.lines)
            fleets[machine.family] = (covered + is_covered, total + 1)
    return dict(fleets)


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """The account and its restraints.

    `do_not_sell_by` and `escalated_by` name the account above it whose restraint it is, None where it is its own.
    """

    account_id: str
    name: str
    do_not_sell_until: date | None = None
    do_not_sell_by: str | None = None
    escalated_case_id: str | None = None
    escalated_by: str | None = None
    fleets: Fleets = field(default_factory=dict)
    region: str | None = None
    segment: str | None = None


Subject = tuple[str | None, Play]
"""What an offer is about: a machine (None: the account) and a play."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A customer's "No": when, why (a code of the ledger, None unknown), and at what price."""

    at: datetime
    reason: str | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class OfferMemory:
    """What was offered before.

    Open offers, refusals and snoozes are by subject, the newest of each. `shown_to_asset` and `shown_to_account`
    count what was shown unasked in the last 30 days, `shown_by_person` what this person showed in the last one.
    """

    open_offers: Mapping[Subject, str] = field(default_factory=dict)
    refusals: Mapping[Subject, Refusal] = field(default_factory=dict)
    snoozed_until: Mapping[Subject, datetime] = field(default_factory=dict)
    shown_to_asset: Mapping[str | None, int] = field(default_factory=dict)
    shown_to_account: int = 0
    shown_by_person: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision is made from.

    `is_asked` means that the person asked for offers. `service` is the call at hand, None when there is none.
    """

    at: datetime
    customer: CustomerFacts
    machines: tuple[MachineFacts, ...]
    catalogue: Catalogue
    memory: OfferMemory = OfferMemory()
    history: PlayHistory = field(default_factory=PlayHistory)
    has_open_hazard: bool = False
    has_card_in_thread: bool = False
    is_asked: bool = False
    service: ServiceFacts | None = None

    @property
    def day(self) -> date:
        """The UTC day of the moment."""
        return self.at.date()
