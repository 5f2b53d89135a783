"""Appending to the ledger: each idempotency key once, each offer accepted once, whoever comes first."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from offers.audit import write_audit_entry
from offers.identifiers import new_id
from offers.models import Offer, OfferEvent
from offers.people import PersonFacts
from offers.tables.writing import write_row_once
from offers.vocabulary import OfferEventType, Origin, Source


def append_event(
    session: Session,
    offer: Offer,
    event: OfferEventType,
    *,
    person: PersonFacts,
    now: datetime,
    idempotency_key: str,
    reason: str | None = None,
    work_order_id: str | None = None,
    thread_ref: str | None = None,
    snoozed_until: datetime | None = None,
    occurred_at: datetime | None = None,
    origin: Origin | None = None,
) -> bool:
    """Append an event to the ledger; returns False, and writes nothing, where it stands there already.

    The database decides, by its unique indexes: of two writers at the same instant one waits for the other,
    then learns that it is second, and its transaction goes on unharmed.
    """
    row = {
        "event_id": new_id("EV"),
        "idempotency_key": f"{event.value}:{offer.offer_id}:{idempotency_key}",
        "event": event.value,
        **_describe(offer),
        "person_id": person.person_id,
        "partner_id": person.partner_id,
        "work_order_id": work_order_id,
        "thread_ref": thread_ref or offer.thread_ref,
        "occurred_at": occurred_at or now,
        "recorded_at": now,
        "reason": reason,
        "snoozed_until": snoozed_until,
        "source": Source.OWN.value,
    }
    if not write_row_once(session, OfferEvent, row):
        return False
    write_audit_entry(
        session,
        f"offer.{event.value}",
        subject=("offer", offer.offer_id),
        at=now,
        person=person,
        offer_id=offer.offer_id,
        thread_ref=thread_ref or offer.thread_ref,
        origin=origin,
        details={"version": offer.version} | ({"reason": reason} if reason else {}),
    )
    return True


def _describe(offer: Offer) -> dict[str, Any]:
    """Return what every event repeats of the offer's version."""
    return {
        "offer_id": offer.offer_id,
        "offer_version": offer.version,
        "rule_id": offer.rule_id,
        "play": offer.play,
        "account_id": offer.account_id,
        "asset_id": offer.asset_id,
        "amount_minor": offer.unit_amount_minor,
        "currency": offer.currency,
    }
