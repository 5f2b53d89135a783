"""What is agreed on with an offer: which of its options, at which discount, and who at the customer said yes."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from offers.conditions import ANY_DISCOUNT_BPS, Conditions
from offers.errors import DiscountBelowCost, DiscountTooHigh, UnknownOption
from offers.models import Offer
from offers.money import Money, format_percent
from offers.people import PersonFacts
from offers.playbook.situations import Catalogue
from offers.quotes import Confirmation, QuoteFacts, discount, find_cost, read_options
from offers.quoting import write_next_version


@dataclass(frozen=True, slots=True)
class Agreement:
    """Without anything in it, an offer as it stands.

    `sku` is one of the offer's options and `discount_bps` counts from its listed price; None is the offer's own.
    `seen` is the total that was shown to whoever agrees; None for somebody who was shown none.
    """

    sku: str | None = None
    discount_bps: int | None = None
    confirmation: Confirmation = field(default_factory=Confirmation)
    seen: Money | None = None
    conditions: Conditions = field(default_factory=Conditions)

    def choose_sku(self, offer: Offer) -> str:
        """Return the product. Raises UnknownOption when the offer leaves no choice of it."""
        if self.sku is None or self.sku == offer.sku:
            return offer.sku
        if all(option.sku != self.sku for option in read_options(offer)):
            raise UnknownOption(self.sku)
        return self.sku

    def choose_discount(self, offer: Offer) -> int:
        """Return the discount: what was approved for the offer's product holds for that product alone."""
        if self.discount_bps is not None:
            return self.discount_bps
        return offer.discount_bps if self.sku in (None, offer.sku) else 0


def find_allowed_discount(offer: Offer, sku: str, person: PersonFacts, conditions: Conditions) -> int:
    """Return how much the person may take off this product: their own limit, or what was approved already."""
    approved = offer.discount_bps if sku == offer.sku else 0
    return max(conditions.find_discount_limit(person), approved)


def is_below_cost(offer: Offer, sku: str, discount_bps: int, catalogue: Catalogue) -> bool:
    """Return whether a discount takes the price below what the product costs us; no discount never does."""
    cost = find_cost(offer, sku, catalogue)
    if cost is None or discount_bps == 0:
        return False
    return discount(catalogue.prices[sku].money.amount_minor, discount_bps) < cost


def check_discount(
    offer: Offer, quote: QuoteFacts, catalogue: Catalogue, *, person: PersonFacts, conditions: Conditions
) -> None:
    """Check that the person may sell at the quote's discount.

    Raises:
        DiscountTooHigh: It is above what they may give.
        DiscountBelowCost: It is below cost, and neither approved nor given by an admin.
    """
    sku, discount_bps = quote.sku, quote.figures.discount_bps
    allowed = find_allowed_discount(offer, sku, person, conditions)
    if not 0 <= discount_bps <= allowed:
        raise DiscountTooHigh(format_percent(discount_bps), format_percent(allowed))
    is_approved = sku == offer.sku and discount_bps == offer.discount_bps
    may_lose = is_approved or conditions.find_discount_limit(person) == ANY_DISCOUNT_BPS
    if not may_lose and is_below_cost(offer, sku, discount_bps, catalogue):
        raise DiscountBelowCost(format_percent(discount_bps))


def settle(
    session: Session, offer: Offer, quote: QuoteFacts, catalogue: Catalogue, *, now: datetime
) -> Offer:
    """Return the version of the offer that says what is agreed: itself, or its next, written here.

    Raises IntegrityError when somebody else wrote that version first.
    """
    sku, discount_bps = quote.sku, quote.figures.discount_bps
    if (sku, discount_bps) == (offer.sku, offer.discount_bps):
        return offer
    return write_next_version(
        session,
        offer,
        catalogue.prices[sku],
        sku=sku,
        discount_bps=discount_bps,
        expires_at=offer.expires_at,
        now=now,
    )
