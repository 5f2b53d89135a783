"""Asking for more discount than one may give, and deciding on it: once, by somebody else, for the offer that stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from offers.audit import write_audit_entry
from offers.conditions import ANY_DISCOUNT_BPS, Conditions
from offers.errors import DiscountNotYours, NobodyMayApprove, OwnDiscount
from offers.identifiers import new_id
from offers.ledger import AcceptResult, Open, review
from offers.models import Account, DiscountRequest, Offer
from offers.money import format_percent
from offers.people import PersonFacts, list_people
from offers.quoting.drafting import OFFER_VALID_DAYS, write_next_version
from offers.sales.agreements import Agreement, is_below_cost
from offers.sales.discount_requests import RequestFacts, load_request, read_request
from offers.sales.offer_rows import load_sale_of
from offers.tables.versions import current
from offers.vocabulary import DiscountDecision, Role

REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """The request is written, and `approvers` are who may decide on it."""

    request: RequestFacts
    approvers: tuple[PersonFacts, ...]


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """A request for this offer is waiting already."""

    request: RequestFacts


@dataclass(frozen=True, slots=True)
class Decided:
    """This click was the decision. It lapsed where the offer is accepted, expired or priced anew meanwhile."""

    request: RequestFacts


@dataclass(frozen=True, slots=True)
class DecidedBefore:
    """Somebody decided before."""

    request: RequestFacts


def ask_for_discount(
    session: Session,
    offer_id: str,
    *,
    version: int,
    agreement: Agreement,
    reason: str,
    card_ref: str | None,
    person: PersonFacts,
    now: datetime,
) -> Asked | AskedBefore | AcceptResult:
    """Write the request for a discount that the person may not give; what else can come of it is the ledger's to say.

    Raises:
        UnknownOffer, UnknownOption: It is not there to be had.
        NobodyMayApprove: Nobody else could.
    """
    found = review(session, offer_id, version=version, person=person, now=now, agreement=agreement)
    if not isinstance(found, Open):
        return found
    waiting = _find_waiting(session, offer_id, person, now)
    if waiting is not None:
        return AskedBefore(read_request(session, waiting, person, now))
    figures = found.quote.figures
    row = DiscountRequest(
        request_id=new_id("DR"),
        offer_id=offer_id,
        offer_version=version,
        account_id=found.card.account_id,
        sku=found.quote.sku,
        discount_bps=figures.discount_bps,
        amount_minor=figures.subtotal_minor,
        currency=figures.currency,
        reason=reason[:REASON_LIMIT],
        card_ref=card_ref,
        asked_by=person.person_id,
        asked_at=now,
    )
    approvers = find_approvers(session, row, agreement.conditions, now=now)
    if not approvers:
        raise NobodyMayApprove(format_percent(row.discount_bps))
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        waiting = _find_waiting(session, offer_id, person, now)
        return AskedBefore(read_request(session, waiting or row, person, now))
    _audit(session, row, "asked", person, now)
    return Asked(read_request(session, row, person, now), approvers)


def find_approvers(
    session: Session, row: DiscountRequest, conditions: Conditions, *, now: datetime
) -> tuple[PersonFacts, ...]:
    """Return who may decide, without the asker: the region's managers, else all of them; admins where it takes one."""
    everybody = [one for one in list_people(session) if one.slack_user_id and one.person_id != row.asked_by]
    able = [one for one in everybody if _may_decide(session, row, one, conditions, now)]
    managers = [one for one in able if one.role == Role.MANAGER.value]
    region = session.exec(
        select(Account.region).where(col(Account.account_id) == row.account_id, current(Account))
    ).first()
    near = [one for one in managers if region is not None and one.region == region]
    return tuple(near or managers or able)


def decide_discount(
    session: Session,
    request_id: str,
    *,
    is_approved: bool,
    reason: str | None,
    person: PersonFacts,
    now: datetime,
    conditions: Conditions,
) -> Decided | DecidedBefore:
    """Decide on a request, once whoever clicks; an approval writes the offer's next version at the discounted price.

    Raises:
        UnknownDiscountRequest: There is none, or the person may not see it.
        OwnDiscount: The person asked for it.
        DiscountNotYours: It is beyond what the person may give.
    """
    row = load_request(session, request_id, person)
    if row.asked_by == person.person_id:
        raise OwnDiscount(request_id)
    if row.decided_at is not None:
        return DecidedBefore(read_request(session, row, person, now))
    if not _may_decide(session, row, person, conditions, now):
        raise DiscountNotYours(format_percent(row.discount_bps))
    decision = DiscountDecision.REFUSED
    if is_approved:
        agreement = Agreement(sku=row.sku, discount_bps=row.discount_bps, conditions=conditions)
        # This locks the machine, so that nobody accepts the offer between the look and the next version.
        stands = review(
            session, row.offer_id, version=row.offer_version, person=person, now=now, agreement=agreement
        )
        is_same = isinstance(stands, Open) and stands.quote.figures.subtotal_minor == row.amount_minor
        decision = DiscountDecision.APPROVED if is_same else DiscountDecision.LAPSED
    if not _close(session, row, decision, person, now, reason):
        session.refresh(row)
        return DecidedBefore(read_request(session, row, person, now))
    if decision is DiscountDecision.APPROVED:
        _write_version(session, row, now)
    session.refresh(row)
    _audit(session, row, decision.value, person, now)
    return Decided(read_request(session, row, person, now))


def _find_waiting(
    session: Session, offer_id: str, person: PersonFacts, now: datetime
) -> DiscountRequest | None:
    """Return the open request of an offer; one about a version that is gone is closed, to make room for another."""
    row = session.exec(
        select(DiscountRequest).where(
            col(DiscountRequest.offer_id) == offer_id, col(DiscountRequest.decided_at).is_(None)
        )
    ).first()
    if row is None:
        return None
    newest = session.exec(
        select(Offer.version).where(col(Offer.offer_id) == offer_id).order_by(col(Offer.version).desc())
    ).first()
    if newest == row.offer_version:
        return row
    row.decision, row.decided_at = DiscountDecision.LAPSED.value, now
    session.add(row)
    _audit(session, row, DiscountDecision.LAPSED.value, person, now)
    return None


def _may_decide(
    session: Session, row: DiscountRequest, person: PersonFacts, conditions: Conditions, now: datetime
) -> bool:
    if person.is_external or person.role not in (Role.MANAGER.value, Role.ADMIN.value):
        return False
    limit = conditions.find_discount_limit(person)
    if limit == ANY_DISCOUNT_BPS:
        return True
    return row.discount_bps <= limit and not _would_lose(session, row, now)


def _would_lose(session: Session, row: DiscountRequest, now: datetime) -> bool:
    offer = session.exec(
        select(Offer).where(col(Offer.offer_id) == row.offer_id, col(Offer.version) == row.offer_version)
    ).one()
    situation = load_sale_of(session, offer, at=now, also=row.sku)
    if situation is None or row.sku not in situation.catalogue.prices:
        return False
    return is_below_cost(offer, row.sku, row.discount_bps, situation.catalogue)


def _close(
    session: Session,
    row: DiscountRequest,
    decision: DiscountDecision,
    person: PersonFacts,
    now: datetime,
    reason: str | None,
) -> bool:
    """Write the decision unless there is one; the database says which of two was first."""
    result: CursorResult[Any] = session.connection().execute(
        update(DiscountRequest)
        .where(col(DiscountRequest.row_id) == row.row_id, col(DiscountRequest.decided_at).is_(None))
        .values(
            decision=decision.value,
            decided_by=person.person_id,
            decided_at=now,
            decision_reason=(reason or "").strip()[:REASON_LIMIT] or None,
        )
    )
    return result.rowcount == 1


def _write_version(session: Session, row: DiscountRequest, now: datetime) -> None:
    offer = session.exec(
        select(Offer).where(col(Offer.offer_id) == row.offer_id, col(Offer.version) == row.offer_version)
    ).one()
    situation = load_sale_of(session, offer, at=now, also=row.sku)
    if situation is None:
        return
    write_next_version(
        session,
        offer,
        situation.catalogue.prices[row.sku],
        sku=row.sku,
        discount_bps=row.discount_bps,
        expires_at=now + timedelta(days=OFFER_VALID_DAYS),
        now=now,
    )


def _audit(session: Session, row: DiscountRequest, step: str, person: PersonFacts, now: datetime) -> None:
    write_audit_entry(
        session,
        f"discount.{step}",
        subject=("discount_request", row.request_id),
        at=now,
        person=person,
        offer_id=row.offer_id,
        details={"version": row.offer_version, "discount_bps": row.discount_bps},
    )
