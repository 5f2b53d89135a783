"""Turning a candidate into an offer whose price holds, and giving a lapsed offer a fresh price."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from offers.audit import write_audit_entry
from offers.identifiers import new_id
from offers.models import Offer
from offers.people import PersonFacts
from offers.playbook.candidates import Candidate, ItemFacts
from offers.playbook.situations import Catalogue, PriceFacts
from offers.quoting.sheets import discount, read_options
from offers.rules import RuleFacts, find_approved_rules

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
    options: Sequence[tuple[Candidate, str]] = (),
) -> Offer:
    """Write the first version of an offer and return it; `options` are all that may be chosen, named, this first."""
    offer = Offer(
        offer_id=new_id("OF"),
        decision_id=decision_id,
        rule_id=candidate.rule.rule_id,
        rule_version=candidate.rule.version,
        rule_name=candidate.rule.name,
        play=candidate.play.value,
        account_id=account_id,
        asset_id=candidate.machine.asset_id,
        sku=candidate.sku,
        unit_amount_minor=candidate.price.money.amount_minor,
        listed_minor=candidate.listed.amount_minor if candidate.listed is not None else None,
        discount_bps=candidate.rule.discount_bps,
        currency=candidate.price.money.currency,
        pricebook=candidate.price.pricebook,
        list_total_minor=_list_total(candidate),
        items=[_describe_item(item) for item in candidate.items],
        options=[_describe_option(one, name) for one, name in options],
        term_months=candidate.term_months,
        predecessor_line_id=candidate.predecessor_line_id,
        starts_on=candidate.starts_on,
        reasons=list(candidate.reasons),
        score=dict(candidate.score),
        incentive=candidate.rule.incentive.as_json(),
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


def _describe_item(item: ItemFacts) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "name": item.name,
        "quantity": item.quantity,
        "list_unit_amount_minor": item.list_price.amount_minor,
    }


def _describe_option(candidate: Candidate, name: str) -> dict[str, Any]:
    listed = candidate.listed or candidate.price.money
    return {
        "sku": candidate.sku,
        "name": name,
        "unit_amount_minor": listed.amount_minor,
        "discount_bps": candidate.rule.discount_bps,
        "currency": candidate.price.money.currency,
        "pricebook": candidate.price.pricebook,
        "term_months": candidate.term_months,
    }


def is_repriced(offer: Offer, catalogue: Catalogue, *, sku: str | None = None) -> bool:
    """Return whether the catalogue's price of the offer, or of one of its options, is no longer what was shown.

    A discount is no new price: what counts is the listed price that it was taken from.
    """
    sku = sku or offer.sku
    listed = offer.unit_amount_minor if offer.listed_minor is None else offer.listed_minor
    shown = {
        option.sku: (option.listed.amount_minor, option.listed.currency) for option in read_options(offer)
    }
    price = catalogue.prices.get(sku)
    offered = (listed, offer.currency) if sku == offer.sku else shown.get(sku)
    return price is None or (price.money.amount_minor, price.money.currency) != offered


def write_fresh_version(
    session: Session, offer: Offer, catalogue: Catalogue, *, person: PersonFacts, now: datetime
) -> Offer | None:
    """Write the next version of an offer at today's price, or return None when there is no price any more.

    That is the listed one, less what the offer's rule takes off today; what somebody approved was for the price before.
    Who sells it is promised what the rule promises today.

    Raises IntegrityError when somebody else wrote that version first.
    """
    price = catalogue.prices.get(offer.sku)
    if price is None or any(str(item["sku"]) not in catalogue.prices for item in offer.items):
        return None
    rule = _find_rule(session, offer, now.date())
    fresh = write_next_version(
        session,
        offer,
        price,
        sku=offer.sku,
        discount_bps=rule.discount_bps if rule is not None else 0,
        expires_at=now + timedelta(days=OFFER_VALID_DAYS),
        now=now,
        fresh=catalogue,
        promised={
            "rule_version": rule.version if rule is not None else offer.rule_version,
            "incentive": rule.incentive.as_json() if rule is not None else {},
        },
    )
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


def _find_rule(session: Session, offer: Offer, day: date) -> RuleFacts | None:
    """Return the offer's rule as it is in force on the day, None where it no longer is."""
    rule = next((one for one in find_approved_rules(session) if one.rule_id == offer.rule_id), None)
    is_over = rule is None or (rule.valid_until is not None and rule.valid_until < day)
    return None if is_over else rule


def write_next_version(
    session: Session,
    offer: Offer,
    price: PriceFacts,
    *,
    sku: str,
    discount_bps: int,
    expires_at: datetime,
    now: datetime,
    fresh: Catalogue | None = None,
    promised: Mapping[str, Any] | None = None,
) -> Offer:
    """Write the next version of an offer, for a product at its listed price less a discount, and return it.

    Args:
        fresh: Where to take the prices of a bundle's items and of the options from; None leaves them as they were.
        promised: What the rule promises who sells it, and which version of it; None leaves both as they were.

    Raises IntegrityError when somebody else wrote that version first.
    """
    items, options = [dict(item) for item in offer.items], [dict(option) for option in offer.options]
    if fresh is not None:
        for item in items:
            item["list_unit_amount_minor"] = fresh.prices[str(item["sku"])].money.amount_minor
        options = _reprice_options(options, fresh, discount_bps)
    snapshot = offer.model_dump(exclude={"row_id"})
    snapshot.update(
        version=offer.version + 1,
        sku=sku,
        unit_amount_minor=discount(price.money.amount_minor, discount_bps),
        listed_minor=price.money.amount_minor if discount_bps else None,
        discount_bps=discount_bps,
        currency=price.money.currency,
        pricebook=price.pricebook,
        items=items,
        options=options,
        list_total_minor=(
            sum(int(item["quantity"]) * int(item["list_unit_amount_minor"]) for item in items)
            if items
            else None
        ),
        expires_at=expires_at,
        created_at=now,
        **(promised or {}),
    )
    written = Offer(**snapshot)
    session.add(written)
    session.flush()
    return written


def _reprice_options(
    options: Sequence[dict[str, Any]], catalogue: Catalogue, discount_bps: int
) -> list[dict[str, Any]]:
    """Return the options at today's prices; without those that have none, and none at all where one is left."""
    kept = [
        option
        | {"unit_amount_minor": price.money.amount_minor, "pricebook": price.pricebook}
        | {"currency": price.money.currency, "discount_bps": discount_bps}
        for option in options
        for price in [catalogue.prices.get(str(option["sku"]))]
        if price is not None
    ]
    return kept if len(kept) > 1 else []
