"""Offers that somebody has shown and that nobody has answered; and where the answer was no."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from offers.models import Offer, OfferEvent
from offers.people import PersonFacts
from offers.sales.cards import OfferCard, get_offer_card
from offers.tables.versions import current
from offers.vocabulary import OfferEventType

_AT_MOST = 100


def list_unanswered(session: Session, *, person: PersonFacts, now: datetime) -> list[OfferCard]:
    """Return the offers for machines that a person has shown and that are open, the first to expire first.

    "Not now" is an answer, too. Of more than a hundred that have not expired the first are looked at.
    """
    shown = select(OfferEvent.offer_id).where(
        col(OfferEvent.person_id) == person.person_id,
        col(OfferEvent.event) == OfferEventType.SURFACED.value,
        current(OfferEvent),
    )
    expires = func.max(col(Offer.expires_at))
    ids = session.exec(
        select(Offer.offer_id)
        .where(col(Offer.offer_id).in_(shown), col(Offer.expires_at) > now, col(Offer.asset_id).is_not(None))
        .group_by(col(Offer.offer_id))
        .order_by(expires, col(Offer.offer_id))
        .limit(_AT_MOST)
    ).all()
    cards = (get_offer_card(session, offer_id, reader=person, now=now) for offer_id in ids)
    return [card for card in cards if card.status == "open"]


def find_refused(session: Session, asset_ids: Sequence[str], *, since: datetime) -> set[str]:
    """Return those of the machines for which an offer was declined since then, whoever showed it."""
    refused = select(OfferEvent.asset_id).where(
        col(OfferEvent.asset_id).in_(asset_ids),
        col(OfferEvent.event) == OfferEventType.DECLINED.value,
        col(OfferEvent.occurred_at) >= since,
        current(OfferEvent),
    )
    return {asset_id for asset_id in session.exec(refused).all() if asset_id is not None}
