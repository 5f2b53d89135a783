"""One sale, one count: what a CRM exports for an offer of ours takes the place of our own row."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from offers.audit import write_audit_entry
from offers.identifiers import new_id
from offers.people import PersonFacts
from offers.tables.installed_base import ContractLine, ServiceContract
from offers.tables.sales import OfferEvent, OrderLine
from offers.tables.versions import Row, close_versions
from offers.vocabulary import OfferEventType, Origin, Source

_OFFERS_PER_QUERY = 500
_NOT_AGAIN = (OfferEventType.BOOKED.value, OfferEventType.REVERSED.value)


def replace_own_rows(
    session: Session,
    model: type[OrderLine] | type[ContractLine],
    rows: Sequence[Row],
    *,
    recorded_at: datetime,
    person: PersonFacts | None,
    now: datetime,
) -> None:
    """Close our own rows for the offers that imported rows carry, and log each of these offers as booked, once.

    A sale that was reversed here stays reversed: the CRM's row stands, and is the CRM's to correct.

    Args:
        person: Who imports, None for nobody by name.
        now: The present, for the audit.
    """
    booked_at = {
        str(row["offer_id"]): row.get("ordered_at") or row.get("booked_at") or recorded_at
        for row in rows
        if row.get("offer_id")
    }
    offer_ids = sorted(booked_at)
    for start in range(0, len(offer_ids), _OFFERS_PER_QUERY):
        part = offer_ids[start : start + _OFFERS_PER_QUERY]
        own = [
            col(model.offer_id).in_(part),
            col(model.source) == Source.OWN.value,
            col(model.superseded_at).is_(None),
        ]
        if model is ContractLine:
            # Every line of a contract of ours carries the same offer, so its header goes with them.
            contract_ids = select(ContractLine.contract_id).where(*own)
            header = [
                col(ServiceContract.contract_id).in_(session.exec(contract_ids).all()),
                col(ServiceContract.source) == Source.OWN.value,
                col(ServiceContract.superseded_at).is_(None),
            ]
            close_versions(session, ServiceContract, header, at=recorded_at)
        close_versions(session, model, own, at=recorded_at)
        for event in _append_booked(session, part, booked_at, recorded_at):
            write_audit_entry(
                session,
                "offer.booked",
                subject=("offer", event.offer_id),
                at=now,
                person=person,
                offer_id=event.offer_id,
                origin=Origin.IMPORT,
                details={"version": event.offer_version},
            )


def _append_booked(
    session: Session, offer_ids: Sequence[str], booked_at: dict[str, datetime], recorded_at: datetime
) -> list[OfferEvent]:
    events = session.exec(
        select(OfferEvent).where(
            col(OfferEvent.offer_id).in_(offer_ids),
            col(OfferEvent.event).in_([OfferEventType.ACCEPTED.value, *_NOT_AGAIN]),
            col(OfferEvent.superseded_at).is_(None),
        )
    ).all()
    settled = {event.offer_id for event in events if event.event in _NOT_AGAIN}
    booked = [
        OfferEvent(
            event_id=new_id("EV"),
            idempotency_key=f"booked:{event.offer_id}",
            offer_id=event.offer_id,
            offer_version=event.offer_version,
            rule_id=event.rule_id,
            play=event.play,
            event=OfferEventType.BOOKED.value,
            account_id=event.account_id,
            asset_id=event.asset_id,
            partner_id=event.partner_id,
            occurred_at=max(booked_at[event.offer_id], event.occurred_at),
            recorded_at=max(recorded_at, event.recorded_at),
            amount_minor=event.amount_minor,
            currency=event.currency,
            source=Source.OWN.value,
        )
        for event in events
        if event.offer_id not in settled and event.source == Source.OWN.value
    ]
    session.add_all(booked)
    session.flush()
    return booked
