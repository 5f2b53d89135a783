"""What is agreed on with an offer: which of its options, at which discount, and who at the customer said yes.

A sale below cost takes somebody who may give any discount, or the yes of one: whether a discount takes the price down
there, or the cost has risen above it since it was shown.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from offers.conditions import ANY_DISCOUNT_BPS, Conditions
from offers.errors import DiscountBelowCost, DiscountTooHigh, UnknownOption
from offers.models import DiscountRequest, Offer
from offers.money import Money, format_percent
from offers.people import PersonFacts, find_person
from offers.playbook.situations import Catalogue
from offers.quoting.drafting import write_next_version
from offers.quoting.sheets import Confirmation, QuoteFacts, discount, find_cost, read_options
from offers.vocabulary import DiscountDecision


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
        """Return the discount: the one given, else what holds for the product without anybody asking."""
        return (
            self.discount_bps
            if self.discount_bps is not None
            else find_granted(offer, self.choose_sku(offer))
        )


def find_granted(offer: Offer, sku: str) -> int:
    """Return the discount that stands: what was approved for the offer's product, or its rule takes off an option's."""
    if sku == offer.sku:
        return offer.discount_bps
    return next((option.discount_bps for option in read_options(offer) if option.sku == sku), 0)


def find_allowed_discount(offer: Offer, sku: str, person: PersonFacts, conditions: Conditions) -> int:
    """Return how much the person may take off this product: their own limit, or what was approved already."""
    return max(conditions.find_discount_limit(person), find_granted(offer, sku))


def is_below_cost(offer: Offer, sku: str, discount_bps: int, catalogue: Catalogue) -> bool:
    """Return whether the price at this discount is below what the product costs us today; an unknown cost never is."""
    cost = find_cost(offer, sku, catalogue)
    return cost is not None and discount(catalogue.prices[sku].money.amount_minor, discount_bps) < cost


def is_loss_open(
    session: Session,
    offer: Offer,
    quote: QuoteFacts,
    catalogue: Catalogue,
    *,
    person: PersonFacts,
    conditions: Conditions,
) -> bool:
    """Return whether the quote is below cost, and nobody who may sell at a loss has said yes to its price."""
    sku, discount_bps = quote.sku, quote.figures.discount_bps
    if not is_below_cost(offer, sku, discount_bps, catalogue) or _may_lose(person, conditions):
        return False
    approval = session.exec(
        select(DiscountRequest).where(
            col(DiscountRequest.offer_id) == offer.offer_id,
            # An approval is about one version and writes the next.
            col(DiscountRequest.offer_version) == offer.version - 1,
            col(DiscountRequest.decision) == DiscountDecision.APPROVED.value,
            col(DiscountRequest.sku) == sku,
            col(DiscountRequest.discount_bps) == discount_bps,
        )
    ).first()
    decider = find_person(session, approval.decided_by) if approval and approval.decided_by else None
    # A manager's yes was to a price above cost.
    return decider is None or not _may_lose(decider, conditions)


def _may_lose(person: PersonFacts, conditions: Conditions) -> bool:
    return conditions.find_discount_limit(person) == ANY_DISCOUNT_BPS


def check_discount(
    session: Session,
    offer: Offer,
    quote: QuoteFacts,
    catalogue: Catalogue,
    *,
    person: PersonFacts,
    conditions: Conditions,
) -> None:
    """Check that the person may sell at the quote's price.

    Raises:
        DiscountTooHigh: Its discount is above what they may give.
        DiscountBelowCost: It is below cost, discount or not, and neither approved nor given by an admin.
    """
    discount_bps = quote.figures.discount_bps
    allowed = find_allowed_discount(offer, quote.sku, person, conditions)
    if not 0 <= discount_bps <= allowed:
        raise DiscountTooHigh(format_percent(discount_bps), format_percent(allowed))
    if is_loss_open(session, offer, quote, catalogue, person=person, conditions=conditions):
        raise DiscountBelowCost(format_percent(discount_bps))


def is_settled(offer: Offer, quote: QuoteFacts) -> bool:
    """Return whether the offer's version says what is agreed, so that no next one is needed."""
    return (quote.sku, quote.figures.discount_bps) == (offer.sku, offer.discount_bps)


def settle(
    session: Session, offer: Offer, quote: QuoteFacts, catalogue: Catalogue, *, now: datetime
) -> Offer:
    """Return the version of the offer that says what is agreed: itself, or its next, written here.

    Raises IntegrityError when somebody else wrote that version first.
    """
    if is_settled(offer, quote):
        return offer
    sku, discount_bps = quote.sku, quote.figures.discount_bps
    return write_next_version(
        session,
        offer,
        catalogue.prices[sku],
        sku=sku,
        discount_bps=discount_bps,
        expires_at=offer.expires_at,
        now=now,
    )
