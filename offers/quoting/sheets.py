"""A quote: what is sold, what each part costs, tax and total, on one sheet. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from offers.models import Offer
from offers.money import Money, allocate_minor_units, take_share
from offers.playbook.situations import Catalogue, PriceFacts


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A product on a quote: `net_minor` is `quantity` times `unit_amount_minor` less `discount_minor`.

    The discount of a bundle's item is what it costs less than alone; negative where it costs more.
    """

    sku: str
    name: str
    quantity: int
    unit_amount_minor: int
    discount_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a quote: the lines' net amounts add up to `subtotal_minor`, that and the tax to the total."""

    lines: tuple[QuoteLine, ...]
    currency: str
    discount_bps: int
    subtotal_minor: int
    tax_bps: int
    tax_minor: int
    total_minor: int

    @property
    def total(self) -> Money:
        """What the customer pays; without the tax where its rate is not known here."""
        return Money(self.total_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Buyer:
    """For whom and for which machine a quote is; None where it isn't on record."""

    account_id: str
    account_name: str
    region: str | None = None
    site_id: str | None = None
    site_name: str | None = None
    site_address: str | None = None
    asset_id: str | None = None
    serial_number: str | None = None
    machine_name: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who at the customer said yes, and what they gave with it."""

    said_by: str | None = None
    email: str | None = None
    purchase_order: str | None = None


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """A quote as it is read; `quote_id` is None while it is not written.

    `starts_on` is when a service begins, None for what has no term; `pricebook` and `price_valid_from` name the
    entry that the price is from.
    """

    quote_id: str | None
    status: str
    offer_id: str
    offer_version: int
    buyer: Buyer
    seller_name: str | None
    sku: str
    product_name: str
    figures: Figures
    term_months: int | None
    starts_on: date | None
    pricebook: str
    price_valid_from: date | None
    valid_until: datetime
    created_at: datetime
    created_by: str | None
    created_by_name: str | None
    partner_id: str | None
    confirmation: Confirmation = Confirmation()


@dataclass(frozen=True, slots=True)
class Option:
    """A product that an offer leaves the choice of, at the price shown: as listed, less its rule's discount."""

    sku: str
    name: str
    listed: Money
    term_months: int | None
    discount_bps: int = 0

    @property
    def price(self) -> Money:
        """What is asked."""
        return Money(discount(self.listed.amount_minor, self.discount_bps), self.listed.currency)


@dataclass(frozen=True, slots=True)
class _Item:
    sku: str
    name: str
    quantity: int
    unit_amount_minor: int


def read_options(offer: Offer) -> tuple[Option, ...]:
    """Return what may be chosen, the offer's own product first; () where there is no choice."""
    return tuple(
        Option(
            str(option["sku"]),
            str(option["name"]),
            Money(int(option["unit_amount_minor"]), str(option["currency"])),
            option["term_months"],
            int(option.get("discount_bps", 0)),
        )
        for option in offer.options
    )


def discount(list_minor: int, discount_bps: int) -> int:
    """Return a price after a discount, which is rounded once, half up."""
    return list_minor - take_share(list_minor, discount_bps)


def find_cost(offer: Offer, sku: str, catalogue: Catalogue) -> int | None:
    """Return what the product costs us; a bundle without a cost of its own costs what its items do. None: unknown."""
    price = catalogue.prices.get(sku)
    if price is None or price.unit_cost_minor is not None or not offer.items:
        return price.unit_cost_minor if price else None
    return catalogue.add_costs((str(item["sku"]), int(item["quantity"])) for item in offer.items)


def compute_figures(
    offer: Offer, sku: str, price: PriceFacts, *, name: str, discount_bps: int, tax_bps: int
) -> Figures:
    """Return lines and sums of selling the product at its listed price less a discount.

    Discount and tax are each rounded once, half up; a bundle's price is split over its items in proportion to what
    they cost alone, by largest remainder, so that the lines add up to it exactly.
    """
    asked_minor = discount(price.money.amount_minor, discount_bps)
    items = [
        _Item(str(item["sku"]), str(item["name"]), int(item["quantity"]), int(item["list_unit_amount_minor"]))
        for item in offer.items
    ] or [_Item(sku, name, 1, price.money.amount_minor)]
    lines = _build_lines(items, asked_minor)
    tax_minor = take_share(asked_minor, tax_bps)
    return Figures(
        lines=lines,
        currency=price.money.currency,
        discount_bps=discount_bps,
        subtotal_minor=asked_minor,
        tax_bps=tax_bps,
        tax_minor=tax_minor,
        total_minor=asked_minor + tax_minor,
    )


def _build_lines(items: Sequence[_Item], asked_minor: int) -> tuple[QuoteLine, ...]:
    alone = [item.unit_amount_minor * item.quantity for item in items]
    shares = allocate_minor_units(asked_minor, alone)
    return tuple(
        QuoteLine(
            item.sku,
            item.name,
            item.quantity,
            item.unit_amount_minor,
            discount_minor=whole - net,
            net_minor=net,
        )
        for item, whole, net in zip(items, alone, shares, strict=True)
    )
