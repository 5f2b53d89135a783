"""What becomes of a sale after its acceptance: booked, cancelled, returned, reversed. Each a new event, once.

Our own rows follow the event as row versions. A row that the CRM has exported stands for the CRM's own record: it is
left alone, and the result names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from offers.errors import (
    OfferNotAccepted,
    ReasonUnusable,
    SaleNotYours,
    SaleStepRefused,
    ServiceNotReturnable,
    StepBeforeSale,
    UnknownOffer,
)
from offers.events import append_event
from offers.models import Offer, OfferEvent, Product
from offers.outbox.messages import write_message
from offers.people import PersonFacts
from offers.sales.cards import find_accepted_event, find_offer
from offers.sales.rows import change_rows, find_imported_rows
from offers.tables.versions import current
from offers.vocabulary import OfferEventType, Origin, ProductKind, Role

REASON_LIMIT = 500

_STEPS = (
    OfferEventType.BOOKED,
    OfferEventType.CANCELLED,
    OfferEventType.RETURNED,
    OfferEventType.REVERSED,
)
# What may not come after what. A bundle may lose its service and its goods in either order; nothing follows a reversal.
_REFUSED_AFTER = {
    OfferEventType.BOOKED: {OfferEventType.CANCELLED, OfferEventType.RETURNED, OfferEventType.REVERSED},
    OfferEventType.CANCELLED: {OfferEventType.REVERSED},
    OfferEventType.RETURNED: {OfferEventType.REVERSED},
    OfferEventType.REVERSED: set[OfferEventType](),
}
_MANAGERS = frozenset({Role.MANAGER.value, Role.ADMIN.value})


@dataclass(frozen=True, slots=True)
class SaleStep:
    """What a step did. `is_new` is False where it had been taken before, and nothing was written.

    `changed` are the ids of our own rows that follow it; `left_to_crm` those of imported rows of the same sale,
    which are the CRM's to change.
    """

    offer_id: str
    event: OfferEventType
    occurred_at: datetime
    is_new: bool
    changed: tuple[str, ...] = ()
    left_to_crm: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Who says that something became of a sale, when it did, why, and from where.

    `occurred_at` None is now. A reason is needed except for a booking, at most `REASON_LIMIT` characters.
    """

    person: PersonFacts
    now: datetime
    idempotency_key: str
    reason: str | None = None
    occurred_at: datetime | None = None
    thread_ref: str | None = None
    origin: Origin | None = None


def book(session: Session, offer_id: str, notice: Notice) -> SaleStep:
    """Log that a sale is in the books. Any of our own people may.

    Raises:
        UnknownOffer, OfferNotAccepted, SaleNotYours, SaleStepRefused, StepBeforeSale, ReasonUnusable.
    """
    return _take(session, offer_id, OfferEventType.BOOKED, notice)


def cancel(session: Session, offer_id: str, notice: Notice) -> SaleStep:
    """Cancel a sale: its contract ends on that day. Managers and admins only.

    Raises:
        UnknownOffer, OfferNotAccepted, SaleNotYours, SaleStepRefused, StepBeforeSale, ReasonUnusable.
    """
    return _take(session, offer_id, OfferEventType.CANCELLED, notice)


def record_return(session: Session, offer_id: str, notice: Notice) -> SaleStep:
    """Log that the goods of a sale came back, all of them; a contract sold with them goes on until it is cancelled.

    Any of our own people may.

    Raises:
        UnknownOffer, OfferNotAccepted, SaleNotYours, SaleStepRefused, StepBeforeSale, ReasonUnusable.
        ServiceNotReturnable: A service was sold, which is cancelled.
    """
    return _take(session, offer_id, OfferEventType.RETURNED, notice)


def reverse(session: Session, offer_id: str, notice: Notice) -> SaleStep:
    """Take a sale back as if it never was: an acceptance by mistake. Managers and admins only.

    Raises:
        UnknownOffer, OfferNotAccepted, SaleNotYours, SaleStepRefused, StepBeforeSale, ReasonUnusable.
    """
    return _take(session, offer_id, OfferEventType.REVERSED, notice)


def list_steps(session: Session, offer_id: str) -> tuple[OfferEventType, ...]:
    """Return which steps a manager could take with a sale now; () for an offer that is not ours or not accepted."""
    offer = session.exec(select(Offer).where(col(Offer.offer_id) == offer_id)).first()
    if offer is None or find_accepted_event(session, offer_id) is None:
        return ()
    done = {OfferEventType(event.event) for event in _find_steps(session, offer_id)}
    possible = [step for step in _STEPS if step not in done and not _REFUSED_AFTER[step] & done]
    is_service = _is_service(session, offer)
    return tuple(step for step in possible if not (is_service and step is OfferEventType.RETURNED))


def _take(session: Session, offer_id: str, step: OfferEventType, notice: Notice) -> SaleStep:
    offer = find_offer(session, offer_id, reader=notice.person)
    if offer is None:
        raise UnknownOffer(offer_id)
    _require_allowed(step, notice.person)
    _lock(session, offer_id)
    accepted = find_accepted_event(session, offer_id)
    if accepted is None:
        raise OfferNotAccepted(offer_id)
    earlier = _find_steps(session, offer_id)
    same = next((event for event in earlier if event.event == step.value), None)
    if same is not None:
        return SaleStep(offer_id, step, same.occurred_at, is_new=False)
    for event in earlier:
        if OfferEventType(event.event) in _REFUSED_AFTER[step]:
            raise SaleStepRefused(offer_id, step.value, event.event)
    occurred_at = notice.occurred_at or notice.now
    if not accepted.occurred_at <= occurred_at <= notice.now:
        raise StepBeforeSale(offer_id, occurred_at, accepted.occurred_at)
    if step is OfferEventType.RETURNED and _is_service(session, offer):
        raise ServiceNotReturnable(offer_id)
    return _write(session, offer, step, notice, occurred_at)


def _write(
    session: Session, offer: Offer, step: OfferEventType, notice: Notice, occurred_at: datetime
) -> SaleStep:
    reason = _read_reason(step, notice.reason)
    is_new = append_event(
        session,
        offer,
        step,
        person=notice.person,
        now=notice.now,
        idempotency_key=notice.idempotency_key,
        reason=reason,
        thread_ref=notice.thread_ref,
        occurred_at=occurred_at,
        origin=notice.origin,
    )
    if not is_new:
        return SaleStep(offer.offer_id, step, occurred_at, is_new=False)
    changed = change_rows(session, offer.offer_id, step, occurred_at=occurred_at, now=notice.now)
    left = find_imported_rows(session, offer.offer_id) if step is not OfferEventType.BOOKED else ()
    write_message(
        session,
        f"offer.{step.value}",
        offer_id=offer.offer_id,
        payload={
            "offer_id": offer.offer_id,
            "play": offer.play,
            "account_id": offer.account_id,
            "asset_id": offer.asset_id,
            "sku": offer.sku,
            "reason": reason,
            "occurred_at": occurred_at.isoformat(),
            "recorded_by": notice.person.person_id,
            "changed": list(changed),
        },
        now=notice.now,
    )
    return SaleStep(offer.offer_id, step, occurred_at, is_new=True, changed=changed, left_to_crm=left)


def _require_allowed(step: OfferEventType, person: PersonFacts) -> None:
    if step in (OfferEventType.CANCELLED, OfferEventType.REVERSED):
        if person.is_external or person.role not in _MANAGERS:
            raise SaleNotYours(step.value, "managers and admins")
    elif person.is_external:
        raise SaleNotYours(step.value, "our own people")


def _read_reason(step: OfferEventType, text: str | None) -> str | None:
    reason = (text or "").strip()
    if len(reason) > REASON_LIMIT or (not reason and step is not OfferEventType.BOOKED):
        raise ReasonUnusable(REASON_LIMIT)
    return reason or None


def _lock(session: Session, offer_id: str) -> None:
    """Make steps of one sale wait for each other on PostgreSQL; SQLite has one writer anyway."""
    session.exec(select(Offer.row_id).where(col(Offer.offer_id) == offer_id).with_for_update()).all()


def _find_steps(session: Session, offer_id: str) -> Sequence[OfferEvent]:
    return session.exec(
        select(OfferEvent).where(
            col(OfferEvent.offer_id) == offer_id,
            col(OfferEvent.event).in_([step.value for step in _STEPS]),
            current(OfferEvent),
        )
    ).all()


def _is_service(session: Session, offer: Offer) -> bool:
    kind = session.exec(select(Product.kind).where(col(Product.sku) == offer.sku, current(Product))).first()
    return kind == ProductKind.SERVICE.value
