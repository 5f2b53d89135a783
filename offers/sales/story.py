"""One sale whole: the offer as it was taken, its life, its quote, who allowed its discount, why it was chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from offers.deciding.decision_log import DecisionFacts, get_decision
from offers.errors import UnknownDecision
from offers.models import DiscountRequest, Offer, OfferEvent, OutboxMessage, Person, Product
from offers.people import PersonFacts
from offers.quoting.book import find_accepted_quote
from offers.quoting.sheets import QuoteFacts
from offers.sales.conversions import Conversion, get_conversion
from offers.tables.versions import current
from offers.vocabulary import DiscountDecision, OfferEventType, Source


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """What happened to an offer, when, and who did it; `is_own` is False for what a file brought in."""

    event: str
    occurred_at: datetime
    person_name: str | None
    reason: str | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class TakenOffer:
    """The version of the offer that was accepted. `reasons` are the customer's own facts, as the card gave them."""

    version: int
    rule_name: str
    reasons: tuple[str, ...]
    term_months: int | None
    starts_on: date | None
    expires_at: datetime
    decision_id: str | None


@dataclass(frozen=True, slots=True)
class Allowance:
    """A discount that somebody else allowed; `decided_by_name` is None where the reader is not told."""

    discount_bps: int
    asked_by_name: str | None
    asked_for: str
    decided_by_name: str | None
    decided_at: datetime | None
    remark: str | None


@dataclass(frozen=True, slots=True)
class HandOver:
    """A message about the sale to another system: waiting, arrived, or given up with the last error."""

    topic: str
    created_at: datetime
    attempts: int
    delivered_at: datetime | None
    dead_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class SaleStory:
    """Everything that is on record of a sale and is the reader's to see; imported history has only its events.

    `events` are in order of time. `decision` and `hand_overs` are empty for readers who don't manage; `names` are what
    the products of the decision are called.
    """

    sale: Conversion
    events: tuple[LifeEvent, ...]
    offer: TakenOffer | None = None
    quote: QuoteFacts | None = None
    allowance: Allowance | None = None
    decision: DecisionFacts | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    hand_overs: tuple[HandOver, ...] = ()


def read_sale_story(
    session: Session, offer_id: str, *, reader: PersonFacts, shows_decision: bool
) -> SaleStory:
    """Return a sale whole; `shows_decision` adds what is for whoever manages.

    Raises:
        UnknownOffer: There is no such sale, or it is not the reader's to see.
    """
    sale = get_conversion(session, offer_id, reader)
    events = _list_events(session, offer_id)
    offer = _find_taken(session, offer_id)
    if offer is None:
        return SaleStory(sale, events)
    decision = None
    if shows_decision and offer.decision_id is not None:
        decision = _find_decision(session, offer.decision_id, reader)
    return SaleStory(
        sale,
        events,
        offer,
        quote=find_accepted_quote(session, offer_id, reader=reader),
        allowance=_find_allowance(session, offer_id, reader),
        decision=decision,
        names=_name_products(session, decision),
        hand_overs=_list_hand_overs(session, offer_id) if shows_decision else (),
    )


def _list_events(session: Session, offer_id: str) -> tuple[LifeEvent, ...]:
    rows = session.execute(
        select(OfferEvent, col(Person.name))
        .outerjoin(Person, and_(col(Person.person_id) == col(OfferEvent.person_id), current(Person)))
        .where(col(OfferEvent.offer_id) == offer_id, current(OfferEvent))
        .order_by(col(OfferEvent.occurred_at), col(OfferEvent.row_id))
    ).all()
    return tuple(
        LifeEvent(event.event, event.occurred_at, name, event.reason, event.source == Source.OWN.value)
        for event, name in rows
    )


def _find_taken(session: Session, offer_id: str) -> TakenOffer | None:
    row = session.execute(
        select(Offer)
        .join(
            OfferEvent,
            and_(
                col(OfferEvent.offer_id) == col(Offer.offer_id),
                col(OfferEvent.offer_version) == col(Offer.version),
            ),
        )
        .where(
            col(Offer.offer_id) == offer_id,
            col(OfferEvent.event) == OfferEventType.ACCEPTED.value,
            current(OfferEvent),
        )
    ).scalar_one_or_none()
    if row is None:
        return None
    return TakenOffer(
        row.version,
        row.rule_name,
        tuple(row.reasons),
        row.term_months,
        row.starts_on,
        row.expires_at,
        row.decision_id,
    )


def _find_allowance(session: Session, offer_id: str, reader: PersonFacts) -> Allowance | None:
    asker, decider = aliased(Person, name="asker"), aliased(Person, name="decider")
    found = session.execute(
        select(DiscountRequest, col(asker.name), col(decider.name))
        .outerjoin(asker, and_(col(asker.person_id) == col(DiscountRequest.asked_by), current(asker)))
        .outerjoin(decider, and_(col(decider.person_id) == col(DiscountRequest.decided_by), current(decider)))
        .where(
            col(DiscountRequest.offer_id) == offer_id,
            col(DiscountRequest.decision) == DiscountDecision.APPROVED.value,
        )
        .order_by(col(DiscountRequest.row_id).desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    row, asked_by, decided_by = found
    return Allowance(
        row.discount_bps,
        asked_by,
        row.reason,
        None if reader.is_external else decided_by,
        row.decided_at,
        None if reader.is_external else row.decision_reason,
    )


def _find_decision(session: Session, decision_id: str, reader: PersonFacts) -> DecisionFacts | None:
    try:
        return get_decision(session, decision_id, reader=reader)
    except UnknownDecision:
        return None


def _name_products(session: Session, decision: DecisionFacts | None) -> dict[str, str]:
    skus = {one.sku for one in decision.considered if one.sku} if decision is not None else set()
    if not skus:
        return {}
    query = select(col(Product.sku), col(Product.name)).where(col(Product.sku).in_(skus), current(Product))
    return {row.sku: row.name for row in session.execute(query).all()}


def _list_hand_overs(session: Session, offer_id: str) -> tuple[HandOver, ...]:
    rows = session.execute(
        select(OutboxMessage)
        .where(col(OutboxMessage.offer_id) == offer_id)
        .order_by(col(OutboxMessage.row_id))
    ).scalars()
    return tuple(
        HandOver(row.topic, row.created_at, row.attempts, row.delivered_at, row.dead_at, row.last_error)
        for row in rows
    )
