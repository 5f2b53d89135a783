"""The yes to an offer: one transaction, once, whatever is clicked or retried."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from offers.events import append_event
from offers.models import Offer
from offers.people import PersonFacts
from offers.playbook.obstacles import find_obstacle
from offers.playbook.situations import Situation
from offers.quoting.book import draw_up, summarise, write_accepted
from offers.quoting.drafting import is_repriced, write_fresh_version
from offers.quoting.sheets import QuoteFacts
from offers.sales.agreements import (
    Agreement,
    check_discount,
    find_allowed_discount,
    is_loss_open,
    is_settled,
    settle,
)
from offers.sales.cards import AcceptanceFacts, OfferCard, build_card, find_offer, get_offer_with_card
from offers.sales.offer_rows import load_sale_of, lock_machine, read_basis
from offers.sales.writing import SaleRows, write_sale
from offers.tables.writing import writing_together
from offers.vocabulary import OfferEventType


@dataclass(frozen=True, slots=True)
class Accepted:
    """This click was the acceptance. Exactly one click per offer gets this answer."""

    card: OfferCard
    order_line_id: str
    contract_line_id: str | None


@dataclass(frozen=True, slots=True)
class AlreadyAccepted:
    """Somebody accepted before; the card says who and when. A redelivery of the same click gets this too."""

    card: OfferCard


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The offer had expired or its price had changed; the card is the fresh version.

    `why`: expired, repriced, or unseen, where the offer stands but what is agreed costs not what was shown.
    """

    card: OfferCard
    why: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The offer can't be taken any more.

    `why`: no_price, machine_gone, or a code of `offers.playbook.obstacles.find_obstacle`, of which escalated_case,
    do_not_sell and repeat_failures hold for the time being.
    """

    card: OfferCard
    why: str


@dataclass(frozen=True, slots=True)
class Open:
    """The offer can be accepted: what it would cost, and how much discount the person may give.

    `needs_approval`: somebody else has to say yes first, to the discount or to a price below cost.
    """

    card: OfferCard
    quote: QuoteFacts
    allowed_bps: int
    needs_approval: bool = False


AcceptResult = Accepted | AlreadyAccepted | Refreshed | Withdrawn


def accept(
    session: Session,
    offer_id: str,
    *,
    version: int,
    person: PersonFacts,
    now: datetime,
    work_order_id: str | None = None,
    thread_ref: str | None = None,
    idempotency_key: str,
    agreement: Agreement | None = None,
) -> AcceptResult:
    """Accept an offer version: event, quote, order line, contract line for a service, outbox row and audit entry.

    All of it is in the caller's transaction. Who comes second, by a moment or by a month, changes nothing.
    Another option or a discount makes the next version, which is the one that is accepted.

    Raises:
        UnknownOffer: There is none, or the person may not see it.
        UnknownOption, DiscountTooHigh: It can't be agreed on like this.
        DiscountBelowCost: Nor this, before an admin says yes: a discount goes below cost, or the cost rose above it.
    """
    agreement = agreement or Agreement()
    ready = _prepare(session, offer_id, version=version, person=person, now=now, agreement=agreement)
    if not isinstance(ready, _Ready):
        return ready
    quote, catalogue = ready.quote, ready.situation.catalogue
    check_discount(session, ready.offer, quote, catalogue, person=person, conditions=agreement.conditions)
    if agreement.seen not in (None, quote.figures.total):
        return Refreshed(ready.card, "unseen")
    append = partial(
        append_event,
        event=OfferEventType.ACCEPTED,
        person=person,
        now=now,
        idempotency_key=idempotency_key,
        work_order_id=work_order_id,
        thread_ref=thread_ref,
    )
    with writing_together(session):
        offer = _append_agreed(session, ready, append, now)
        if offer is None:
            return _look_again(session, offer_id, person, now)
        agreed = write_accepted(
            session, quote, offer_version=offer.version, confirmation=agreement.confirmation
        )
        rows = write_sale(session, offer, catalogue, person=person, now=now, agreed=summarise(agreed))
    return _describe_accepted(session, ready, offer, rows, person, now)


def review(
    session: Session,
    offer_id: str,
    *,
    version: int,
    person: PersonFacts,
    now: datetime,
    agreement: Agreement | None = None,
) -> Open | AcceptResult:
    """Return what accepting would come to, without accepting: what the person is shown before they confirm.

    An offer that has expired or has a new price is refreshed here as `accept` does it. A discount is priced
    whether or not the person may give it.

    Raises:
        UnknownOffer: There is none, or the person may not see it.
        UnknownOption: It can't be chosen.
    """
    agreement = agreement or Agreement()
    ready = _prepare(session, offer_id, version=version, person=person, now=now, agreement=agreement)
    if not isinstance(ready, _Ready):
        return ready
    allowed = find_allowed_discount(ready.offer, ready.quote.sku, person, agreement.conditions)
    is_loss = is_loss_open(
        session,
        ready.offer,
        ready.quote,
        ready.situation.catalogue,
        person=person,
        conditions=agreement.conditions,
    )
    needs_approval = is_loss or ready.quote.figures.discount_bps > allowed
    return Open(ready.card, ready.quote, allowed, needs_approval)


@dataclass(frozen=True, slots=True)
class _Ready:
    offer: Offer
    card: OfferCard
    situation: Situation
    quote: QuoteFacts


def _prepare(
    session: Session,
    offer_id: str,
    *,
    version: int,
    person: PersonFacts,
    now: datetime,
    agreement: Agreement,
) -> _Ready | AcceptResult:
    """Return what is to be accepted with its quote, or why it can't be."""
    lock_machine(session, offer_id)
    # Read after the lock: whoever held it before may have accepted or refreshed the offer.
    offer, card = get_offer_with_card(session, offer_id, reader=person, now=now)
    if card.accepted is not None:
        return AlreadyAccepted(card)
    if version != offer.version:
        return Refreshed(card, "repriced")
    situation = load_sale_of(session, offer, at=now)
    if situation is None:
        return Withdrawn(card, "machine_gone")
    sku = agreement.choose_sku(offer)
    refusal = _find_refusal(session, offer, situation, sku=sku, card=card, person=person, now=now)
    if refusal is not None:
        return refusal
    quote = draw_up(
        session,
        offer,
        situation,
        agreement.conditions,
        sku=sku,
        discount_bps=agreement.choose_discount(offer),
        person=person,
        now=now,
    )
    return _Ready(offer, card, situation, quote)


def _append_agreed(
    session: Session, ready: _Ready, append: Callable[[Session, Offer], bool], now: datetime
) -> Offer | None:
    """Return the version that is accepted, with its acceptance appended, or None where somebody else was first."""
    if is_settled(ready.offer, ready.quote):
        return ready.offer if append(session, ready.offer) else None
    try:
        with session.begin_nested() as step:
            offer = settle(session, ready.offer, ready.quote, ready.situation.catalogue, now=now)
            if append(session, offer):
                return offer
            # The version that was to be accepted goes as well.
            step.rollback()
    except IntegrityError:
        pass
    return None


def _describe_accepted(
    session: Session, ready: _Ready, offer: Offer, rows: SaleRows, person: PersonFacts, now: datetime
) -> Accepted:
    # Nothing of the card has changed but this, unless what was agreed is a version of its own.
    card = ready.card if offer is ready.offer else build_card(session, offer, now=now)
    done = AcceptanceFacts(person.name, now, rows.order_line_id, rows.contract_line_id)
    card = replace(card, status="accepted", accepted=done)
    return Accepted(card, rows.order_line_id, rows.contract_line_id)


def _look_again(session: Session, offer_id: str, person: PersonFacts, now: datetime) -> AcceptResult:
    """Return what became of an offer whose next version somebody else wrote at the same instant."""
    _, card = get_offer_with_card(session, offer_id, reader=person, now=now)
    return AlreadyAccepted(card) if card.accepted is not None else Refreshed(card, "repriced")


def _find_refusal(
    session: Session,
    offer: Offer,
    situation: Situation,
    *,
    sku: str,
    card: OfferCard,
    person: PersonFacts,
    now: datetime,
) -> AcceptResult | None:
    """Return why the offer can't be accepted as it stands, or None."""
    if not situation.machines:
        return Withdrawn(card, "machine_gone")
    obstacle = find_obstacle(situation, situation.machines[0], read_basis(session, offer, sku))
    if obstacle is not None:
        return Withdrawn(card, obstacle)
    if offer.expires_at <= now:
        return _refresh(session, offer, situation, person=person, now=now, why="expired")
    if is_repriced(offer, situation.catalogue, sku=sku):
        return _refresh(session, offer, situation, person=person, now=now, why="repriced")
    return None


def _refresh(
    session: Session, offer: Offer, situation: Situation, *, person: PersonFacts, now: datetime, why: str
) -> AcceptResult:
    append_event(
        session,
        offer,
        OfferEventType.EXPIRED,
        person=person,
        now=now,
        idempotency_key=str(offer.version),
        reason=why,
    )
    try:
        with session.begin_nested():
            fresh = write_fresh_version(session, offer, situation.catalogue, person=person, now=now)
    except IntegrityError:
        # Somebody else refreshed it at the same instant: theirs is the one to show.
        fresh = find_offer(session, offer.offer_id, reader=person)
    if fresh is None:
        return Withdrawn(build_card(session, offer, now=now), "no_price")
    return Refreshed(build_card(session, fresh, now=now), why)
