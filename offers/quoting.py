"""Turning a candidate into an offer whose price holds, and giving a lapsed offer a fresh price."""

from datetime import datetime, timedelta

from sqlmodel import Session

from offers.audit import write_audit_entry
from offers.identifiers import new_id
from offers.models import Offer
from offers.people import PersonFacts
from offers.playbook.candidates import Candidate
from offers.playbook.situations import Catalogue

OFFER_VALID_DAYS = 14
"""How long a price that was shown holds."""


def write_offer(
    session: Session,
    candidate: Candidate,
    *,
    account_id: str,
    decision_id: str,
    person: PersonFacts,
    thread_ref: str | None,
    now: datetime,
) -> Offer:
    """Write the first version of an offer and return it."""
    offer = Offer(
        offer_id=new_id("OF"),
        decision_id=decision_id,
        rule_id=candidate.rule.rule_id,
        rule_name=candidate.rule.name,
        play=candidate.play.value,
        account_id=account_id,
        asset_id=candidate.machine.asset_id,
        sku=candidate.sku,
        unit_amount_minor=candidate.price.money.amount_minor,
        currency=candidate.price.money.currency,
        pricebook=candidate.price.pricebook,
        list_total_minor=_list_total(candidate),
        items=[
            {
                "sku": item.sku,
                "name": item.name,
                "quantity": item.quantity,
                "list_unit_amount_minor": item.list_price.amount_minor,
            }
            for item in candidate.items
        ],
        term_months=candidate.term_months,
        predecessor_line_id=candidate.predecessor_line_id,
        starts_on=candidate.starts_on,
        reasons=list(candidate.reasons),
        score=dict(candidate.score),
        expires_at=now + timedelta(days=OFFER_VALID_DAYS),
        thread_ref=thread_ref,
        person_id=person.person_id,
        partner_id=person.partner_id,
        created_at=now,
    )
    session.add(offer)
    session.flush()
    return offer


def _list_total(candidate: Candidate) -> int | None:
    if not candidate.items:
        return None
    return sum(item.quantity * item.list_price.amount_minor for item in candidate.items)


def is_repriced(offer: Offer, catalogue: Catalogue) -> bool:
    """Return whether the catalogue's price is no longer the one that was offered."""
    price = catalogue.prices.get(offer.sku)
    return price is None or (price.money.amount_minor, price.money.currency) != (
        offer.unit_amount_minor,
        offer.currency,
    )


def write_fresh_version(
    session: Session, offer: Offer, catalogue: Catalogue, *, person: PersonFacts, now: datetime
) -> Offer | None:
    """Write the next version of an offer at today's price, or return None when there is no price any more.

    Raises IntegrityError when somebody else wrote that version first.
    """
    price = catalogue.prices.get(offer.sku)
    items = [dict(item) for item in offer.items]
    if price is None or any(str(item["sku"]) not in catalogue.prices for item in items):
        return None
    for item in items:
        item["list_unit_amount_minor"] = catalogue.prices[str(item["sku"])].money.amount_minor
    snapshot = offer.model_dump(exclude={"row_id"})
    snapshot.update(
        version=offer.version + 1,
        unit_amount_minor=price.money.amount_minor,
        currency=price.money.currency,
        pricebook=price.pricebook,
        items=items,
        list_total_minor=(
            sum(int(item["quantity"]) * int(item["list_unit_amount_minor"]) for item in items)
            if items
            else None
        ),
        expires_at=now + timedelta(days=OFFER_VALID_DAYS),
        created_at=now,
    )
    fresh = Offer(**snapshot)
    session.add(fresh)
    session.flush()
    write_audit_entry(
        session,
        "offer.refreshed",
        subject=("offer", fresh.offer_id),
        at=now,
        person=person,
        offer_id=fresh.offer_id,
        thread_ref=fresh.thread_ref,
        details={"version": fresh.version},
    )
    return fresh
