"""What else than a yes may follow an offer: no, not now, or a look at it."""

from datetime import UTC, date, datetime, time

from sqlmodel import Session

from offers.errors import UnknownDeclineReason
from offers.events import append_event
from offers.models import Offer
from offers.people import PersonFacts
from offers.sales.cards import OfferCard, build_card, find_accepted_event
from offers.sales.offer_rows import get_offer_row, lock_machine
from offers.vocabulary import BAD_SERVICE, OfferEventType

DECLINE_REASONS: dict[str, str] = {
    "too_expensive": "Too expensive",
    "no_need": "No need",
    "has_alternative": "Has an alternative",
    "budget_later": "Budget comes later",
    BAD_SERVICE: "Unhappy with our service",
    "not_decision_maker": "Not theirs to decide",
}
"""Code -> short label."""


def decline(
    session: Session,
    offer_id: str,
    *,
    reason: str,
    person: PersonFacts,
    now: datetime,
    idempotency_key: str,
) -> OfferCard:
    """Log the customer's no. An accepted offer stays accepted, and its card comes back.

    Raises:
        UnknownOffer: There is none, or the person may not see it.
        UnknownDeclineReason: The reason is not one of DECLINE_REASONS.
    """
    if reason not in DECLINE_REASONS:
        raise UnknownDeclineReason(reason)
    offer = get_offer_row(session, offer_id, person)
    if _is_open(session, offer):
        append_event(
            session,
            offer,
            OfferEventType.DECLINED,
            person=person,
            now=now,
            idempotency_key=idempotency_key,
            reason=reason,
        )
    return build_card(session, offer, now=now)


def snooze(
    session: Session,
    offer_id: str,
    *,
    person: PersonFacts,
    now: datetime,
    until: date | datetime,
    idempotency_key: str,
) -> OfferCard:
    """Put the offer off until an instant, or the beginning of a UTC day. An accepted one stays accepted.

    Raises:
        UnknownOffer: There is none, or the person may not see it.
    """
    instant = until if isinstance(until, datetime) else datetime.combine(until, time(), UTC)
    offer = get_offer_row(session, offer_id, person)
    if _is_open(session, offer):
        append_event(
            session,
            offer,
            OfferEventType.SNOOZED,
            person=person,
            now=now,
            idempotency_key=idempotency_key,
            snoozed_until=instant,
        )
    return build_card(session, offer, now=now)


def mark_viewed(session: Session, offer_id: str, *, person: PersonFacts, now: datetime) -> OfferCard:
    """Log that a person opened the offer, once per person and version.

    Raises:
        UnknownOffer: There is none, or the person may not see it.
    """
    offer = get_offer_row(session, offer_id, person)
    append_event(
        session,
        offer,
        OfferEventType.VIEWED,
        person=person,
        now=now,
        idempotency_key=f"{offer.version}:{person.person_id}",
    )
    return build_card(session, offer, now=now)


def _is_open(session: Session, offer: Offer) -> bool:
    """Tell whether nobody has accepted the offer, under the lock that an acceptance would wait for."""
    lock_machine(session, offer.offer_id)
    return find_accepted_event(session, offer.offer_id) is None
