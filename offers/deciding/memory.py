"""What was offered before to a customer, and what of it still binds us."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select
from sqlmodel import Session

from offers.models import Decision, Offer, OfferEvent
from offers.playbook.contact_policy import BAD_SERVICE_REST_DAYS
from offers.playbook.situations import OfferMemory, Refusal, Subject
from offers.tables.columns import UtcDateTime
from offers.tables.versions import Instant, read_rows, table_of, version_bound
from offers.vocabulary import BAD_SERVICE, OfferEventType, Play, is_about_bad_service

_CLOSING = (
    OfferEventType.ACCEPTED.value,
    OfferEventType.DECLINED.value,
    OfferEventType.SNOOZED.value,
)
_ANSWERS = (*_CLOSING, OfferEventType.CANCELLED.value)
_CAP_WINDOW = timedelta(days=30)


def load_memories(
    session: Session,
    account_ids: Sequence[str],
    *,
    at: datetime,
    known: Instant,
    person_id: str | None = None,
    asset_id: str | None = None,
) -> dict[str, OfferMemory]:
    """Return each account's open offers, refusals, snoozes, and how much was shown, at the moment.

    Args:
        person_id: Who would show an offer.
        asset_id: The one machine that it is about, None for all of the accounts'. Of their other machines only
            what bears on the whole account is then read: what was shown, and said no to, in the last months.
    """
    bound: dict[str, object] = {"account_ids": account_ids, "at": at, "cap_since": at - _CAP_WINDOW}
    if asset_id is None:
        events = read_rows(session, _events, known, **bound)
        offers = read_rows(session, _offers, None, account_ids=account_ids, at=at)
    else:
        rest_since = at - timedelta(days=BAD_SERVICE_REST_DAYS)
        events = read_rows(session, _events_around, known, **bound, asset_id=asset_id, rest_since=rest_since)
        offers = read_rows(session, _offers_around, None, account_ids=account_ids, at=at, asset_id=asset_id)
    events_of: defaultdict[str | None, list[Any]] = defaultdict(list)
    for event in events:
        events_of[event.account_id].append(event)
    offers_of: defaultdict[str, list[Any]] = defaultdict(list)
    for offer in offers:
        offers_of[offer.account_id].append(offer)
    by_person = _count_by_person(session, person_id, at, known) if person_id else 0
    return {one: _remember(events_of[one], offers_of[one], at, by_person) for one in account_ids}


def _remember(events: Sequence[Any], offers: Sequence[Any], at: datetime, by_person: int) -> OfferMemory:
    """Return one account's memory; events in the order they happened, offers in the order of their versions."""
    refusals: dict[Subject, Refusal] = {}
    snoozed: dict[Subject, datetime] = {}
    for event in events:
        if event.play is None:
            continue
        subject = (event.asset_id, Play(event.play))
        if event.event == OfferEventType.DECLINED.value:
            refusals[subject] = Refusal(event.occurred_at, event.reason, event.amount_minor)
        elif event.event == OfferEventType.CANCELLED.value and is_about_bad_service(event.reason):
            # Who leaves because of our service has said no to what was sold, and is left alone as after any such no.
            refusals[subject] = Refusal(event.occurred_at, BAD_SERVICE, event.amount_minor)
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


def _count_shown(events: Iterable[Any], *, since: datetime) -> Counter[str | None]:
    """Count by machine what was shown unasked."""
    return Counter(
        event.asset_id
        for event in events
        if event.event == OfferEventType.SURFACED.value and event.occurred_at > since and not event.is_asked
    )


def _find_open(offers: Iterable[Any], closed: set[str], at: datetime) -> dict[Subject, str]:
    newest = {offer.offer_id: offer for offer in offers}
    return {
        (offer.asset_id, Play(offer.play)): offer.offer_id
        for offer in newest.values()
        if offer.offer_id not in closed and offer.expires_at > at
    }


def _count_by_person(session: Session, person_id: str, at: datetime, known: Instant) -> int:
    rows = read_rows(session, _shown_by, known, person_id=person_id, at=at, since=at - timedelta(days=1))
    return int(rows[0][0])


_DECISION = table_of(Decision)
_EVENT = table_of(OfferEvent)
_OFFER = table_of(Offer)
_ACCOUNT_IDS: BindParameter[str] = bindparam("account_ids", expanding=True)
_AT = bindparam("at", type_=UtcDateTime)


def _was_asked_for() -> ColumnElement[bool]:
    """SQL: an event is of a bundle that no call brought up; of one from another system, nobody knows a decision."""
    decided = (
        select(_DECISION.c.row_id)
        .join_from(_OFFER, _DECISION, _DECISION.c.decision_id == _OFFER.c.decision_id)
        .where(_OFFER.c.offer_id == _EVENT.c.offer_id, _DECISION.c.is_asked.is_(False))
    )
    return and_(_EVENT.c.play == Play.BUNDLE.value, ~decided.correlate(_EVENT).exists())


@cache
def _events(is_past: bool) -> Select[Any]:
    c = _EVENT.c
    # Of what was shown only the last weeks count; what was answered counts however long ago.
    is_recent = and_(
        c.event == OfferEventType.SURFACED.value, c.occurred_at > bindparam("cap_since", type_=UtcDateTime)
    )
    return (
        select(
            c.account_id,
            c.asset_id,
            c.offer_id,
            c.play,
            c.event,
            c.occurred_at,
            c.reason,
            c.amount_minor,
            c.snoozed_until,
            _was_asked_for().label("is_asked"),
        )
        .where(
            c.account_id.in_(_ACCOUNT_IDS),
            or_(c.event.in_(_ANSWERS), is_recent),
            c.occurred_at <= _AT,
            version_bound(_EVENT, is_past=is_past),
        )
        .order_by(c.occurred_at, c.row_id)
    )


@cache
def _events_around(is_past: bool) -> Select[Any]:
    c = _EVENT.c
    is_near = c.occurred_at > bindparam("rest_since", type_=UtcDateTime)
    return _events(is_past).where(or_(c.asset_id == bindparam("asset_id"), is_near))


@cache
def _offers(_is_past: bool) -> Select[Any]:
    c = _OFFER.c
    return (
        select(c.account_id, c.asset_id, c.offer_id, c.play, c.expires_at)
        .where(c.account_id.in_(_ACCOUNT_IDS), c.created_at <= _AT)
        .order_by(c.version)
    )


@cache
def _offers_around(is_past: bool) -> Select[Any]:
    return _offers(is_past).where(_OFFER.c.asset_id == bindparam("asset_id"))


@cache
def _shown_by(is_past: bool) -> Select[Any]:
    c = _EVENT.c
    return (
        select(func.count())
        .select_from(_EVENT)
        .where(
            c.person_id == bindparam("person_id"),
            c.event == OfferEventType.SURFACED.value,
            ~_was_asked_for(),
            c.occurred_at <= _AT,
            c.occurred_at > bindparam("since", type_=UtcDateTime),
            version_bound(_EVENT, is_past=is_past),
        )
    )
