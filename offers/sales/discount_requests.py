"""A request for more discount than one may give, as people read it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from offers.errors import UnknownDiscountRequest
from offers.models import DiscountRequest, Person
from offers.money import Money
from offers.people import PersonFacts, is_visible_account
from offers.sales.cards import OfferCard, get_offer_card
from offers.tables.versions import current


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request as people read it. `card_ref` is where the offer's card stands, as whoever asked gave it.

    `decision` is None while nobody has decided.
    """

    request_id: str
    card: OfferCard
    sku: str
    product_name: str
    discount_bps: int
    amount: Money
    reason: str
    card_ref: str | None
    asked_by: str
    asked_by_name: str
    asked_by_slack_id: str | None
    decision: str | None
    decided_by: str | None
    decided_by_name: str | None
    decided_at: datetime | None
    decision_reason: str | None


def get_request(session: Session, request_id: str, *, reader: PersonFacts, now: datetime) -> RequestFacts:
    """Return a request. Raises UnknownDiscountRequest, also when the reader may not see it."""
    return read_request(session, load_request(session, request_id, reader), reader, now)


def load_request(session: Session, request_id: str, reader: PersonFacts) -> DiscountRequest:
    """Return the row of a request. Raises UnknownDiscountRequest, also when the reader may not see it."""
    row = session.exec(
        select(DiscountRequest).where(
            col(DiscountRequest.request_id) == request_id,
            is_visible_account(col(DiscountRequest.account_id), reader),
        )
    ).first()
    if row is None:
        raise UnknownDiscountRequest(request_id)
    return row


def read_request(session: Session, row: DiscountRequest, reader: PersonFacts, now: datetime) -> RequestFacts:
    """Return a request with its card as the reader sees it and the names of those who asked and decided."""
    card = get_offer_card(session, row.offer_id, reader=reader, now=now)
    people = {
        person.person_id: person
        for person in session.exec(
            select(Person).where(col(Person.person_id).in_([row.asked_by, row.decided_by]), current(Person))
        ).all()
    }
    asker, decider = people.get(row.asked_by), people.get(row.decided_by or "")
    names = {option.sku: option.name for option in card.options}
    return RequestFacts(
        request_id=row.request_id,
        card=card,
        sku=row.sku,
        product_name=names.get(row.sku, card.product_name),
        discount_bps=row.discount_bps,
        amount=Money(row.amount_minor, row.currency),
        reason=row.reason,
        card_ref=row.card_ref,
        asked_by=row.asked_by,
        asked_by_name=asker.name if asker else row.asked_by,
        asked_by_slack_id=asker.slack_user_id if asker else None,
        decision=row.decision,
        decided_by=row.decided_by,
        decided_by_name=decider.name if decider else row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )
