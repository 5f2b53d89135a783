"""What was offered before to a customer, and what of it still binds us."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from offers.models import Offer, OfferEvent
from offers.playbook.situations import OfferMemory, Refusal, Subject
from offers.tables.versions import Instant, version_at
from offers.vocabulary import OfferEventType, Play

_CLOSING = (
    OfferEventType.ACCEPTED.value,
    OfferEventType.DECLINED.value,
    OfferEventType.SNOOZED.value,
)
_CAP_WINDOW = timedelta(days=30)


def load_memories(
    session: Session,
    account_ids: Sequence[str],
    *,
    at: datetime,
    known: Instant,
    person_id: str | None = None,
) -> dict[str, OfferMemory]:
    """Return each account's open offers, refusals, snoozes, and how much was shown, at the moment.

    `person_id` is who would show an offer.
    """
    events = session.exec(
        select(OfferEvent)
        .where(
            col(OfferEvent.account_id).in_(account_ids),
            col(OfferEvent.event).in_([*_CLOSING, OfferEventType.SURFACED.value]),
            col(OfferEvent.occurred_at) <= at,
            version_at(OfferEvent, known),
        )
        .order_by(col(OfferEvent.occurred_at), col(OfferEvent.row_id))
    ).all()
    offers = session.exec(
        select(Offer)
        .where(col(Offer.account_id).in_(account_ids), col(Offer.created_at) <= at)
        .order_by(col(Offer.version))
    ).all()
    events_of: defaultdict[str | None, list[OfferEvent]] = defaultdict(list)
    for event in events:
        events_of[event.account_id].append(event)
    offers_of: defaultdict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        offers_of[offer.account_id].append(offer)
    by_person = _count_by_person(session, person_id, at, known) if person_id else 0
    return {one: _remember(events_of[one], offers_of[one], at, by_person) for one in account_ids}


def _remember(
    events: Sequence[OfferEvent], offers: Sequence[Offer], at: datetime, by_person: int
) -> OfferMemory:
    """Return one account's memory; events in the order they happened, offers in the order of their versions."""
    refusals: dict[Subject, Refusal] = {}
    snoozed: dict[Subject, datetime] = {}
    for event in events:
        if event.play is None:
            continue
        subject = (event.asset_id, Play(event.play))
        if event.event == OfferEventType.DECLINED.value:
            refusals[subject] = Refusal(event.occurred_at, event.reason, event.amount_minor)
        elif event.event == OfferEventType.SNOOZED.value and event.snoozed_until is not None:
            snoozed[subject] = event.snoozed_until
    shown = _count_shown(events, since=at - _CAP_WINDOW)
    closed = {event.offer_id for event in events if event.event in _CLOSING}
    return OfferMemory(
        open_offers=_find_open(offers, closed, at),
        refusals=refusals,
        snoozed_until=snoozed,
        shown_to_asset=shown,
        shown_to_account=shown.total(),
        shown_by_person=by_person,
    )


def _count_shown(events: Iterable[OfferEvent], *, since: datetime) -> Counter[str | None]:
    """Count by machine what was shown unasked; bundles are only shown to who asks."""
    return Counter(
        event.asset_id
        for event in events
        if event.event == OfferEventType.SURFACED.value
        and event.occurred_at > since
        and event.play != Play.BUNDLE.value
    )


def _find_open(offers: Iterable[Offer], closed: set[str], at: datetime) -> dict[Subject, str]:
    newest = {offer.offer_id: offer for offer in offers}
    return {
        (offer.asset_id, Play(offer.play)): offer.offer_id
        for offer in newest.values()
        if offer.offer_id not in closed and offer.expires_at > at
    }


def _count_by_person(session: Session, person_id: str, at: datetime, known: Instant) -> int:
    return session.exec(
        select(func.count())
        .select_from(OfferEvent)
        .where(
            col(OfferEvent.person_id) == person_id,
            col(OfferEvent.event) == OfferEventType.SURFACED.value,
            col(OfferEvent.play) != Play.BUNDLE.value,
            col(OfferEvent.occurred_at) <= at,
            col(OfferEvent.occurred_at) > at - timedelta(days=1),
            version_at(OfferEvent, known),
        )
    ).one()
