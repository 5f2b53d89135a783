"""What was offered before: to this customer, and how each play has done so far."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from offers.models import Offer, OfferEvent
from offers.playbook.situations import OfferMemory, PlayRecord, Subject
from offers.tables.versions import Instant, version_at
from offers.vocabulary import OfferEventType, Play

_RECORD_LENGTH = timedelta(days=365)
"""What a play did longer ago says little about the next customer."""

_CLOSING = (
    OfferEventType.ACCEPTED.value,
    OfferEventType.DECLINED.value,
    OfferEventType.SNOOZED.value,
)


def load_memory(session: Session, account_id: str, *, at: datetime, known: Instant) -> OfferMemory:
    """Return the account's open offers, refusals and snoozes at the moment."""
    events = session.exec(
        select(OfferEvent)
        .where(
            col(OfferEvent.account_id) == account_id,
            col(OfferEvent.event).in_(_CLOSING),
            col(OfferEvent.occurred_at) <= at,
            version_at(OfferEvent, known),
        )
        .order_by(col(OfferEvent.occurred_at), col(OfferEvent.row_id))
    ).all()
    closed = {event.offer_id for event in events}
    declined: dict[Subject, datetime] = {}
    snoozed: dict[Subject, datetime] = {}
    for event in events:
        if event.play is None:
            continue
        subject = (event.asset_id, Play(event.play))
        if event.event == OfferEventType.DECLINED.value:
            declined[subject] = event.occurred_at
        elif event.event == OfferEventType.SNOOZED.value and event.snoozed_until is not None:
            snoozed[subject] = event.snoozed_until
    offers = session.exec(
        select(Offer)
        .where(col(Offer.account_id) == account_id, col(Offer.created_at) <= at)
        .order_by(col(Offer.version))
    ).all()
    newest = {offer.offer_id: offer for offer in offers}
    still_open: dict[Subject, str] = {
        (offer.asset_id, Play(offer.play)): offer.offer_id
        for offer in newest.values()
        if offer.offer_id not in closed and offer.expires_at > at
    }
    return OfferMemory(open_offers=still_open, declined_at=declined, snoozed_until=snoozed)


def load_records(session: Session, *, at: datetime, known: Instant) -> dict[Play, PlayRecord]:
    """Return how often each play was surfaced and accepted in the year up to the moment."""
    counts = session.exec(
        select(OfferEvent.play, OfferEvent.event, func.count())
        .where(
            col(OfferEvent.event).in_([OfferEventType.SURFACED.value, OfferEventType.ACCEPTED.value]),
            col(OfferEvent.play).is_not(None),
            col(OfferEvent.occurred_at) <= at,
            col(OfferEvent.occurred_at) > at - _RECORD_LENGTH,
            version_at(OfferEvent, known),
        )
        .group_by(col(OfferEvent.play), col(OfferEvent.event))
    ).all()
    by_kind = {(play, event): count for play, event, count in counts}
    return {
        play: PlayRecord(
            surfaced=by_kind.get((play.value, OfferEventType.SURFACED.value), 0),
            accepted=by_kind.get((play.value, OfferEventType.ACCEPTED.value), 0),
        )
        for play in Play
    }
