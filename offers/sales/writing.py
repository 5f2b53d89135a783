"""What an acceptance writes beside its event: an order line, a contract for services, a reward, the hand-over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from offers.identifiers import new_id
from offers.models import ContractLine, Offer, OrderLine, ServiceContract
from offers.money import allocate_minor_units
from offers.outbox.messages import write_message
from offers.people import PersonFacts
from offers.playbook.situations import Catalogue
from offers.sales.accruals import write_accrual
from offers.sales.cards import read_items
from offers.tables.writing import write_rows
from offers.terms import last_day_of_term
from offers.vocabulary import ContractStatus, Source


@dataclass(frozen=True, slots=True)
class SaleRows:
    """The ids of what was written; no contract where nothing in the offer is a service."""

    order_line_id: str
    contract_line_id: str | None


@dataclass(frozen=True, slots=True)
class _ServiceShare:
    sku: str
    quantity: int
    net_minor: int

    @property
    def unit_amount_minor(self) -> int:
        """What one costs, rounded down."""
        return self.net_minor // self.quantity


def write_sale(
    session: Session,
    offer: Offer,
    catalogue: Catalogue,
    *,
    person: PersonFacts,
    now: datetime,
    agreed: Mapping[str, Any],
) -> SaleRows:
    """Write the rows of a sale in the caller's transaction; every one carries the `offer_id`.

    Args:
        agreed: What the hand-over says of the quote, beside what the offer says.
    """
    order_line_id, order_id = new_id("OL"), new_id("OR")
    order = {
        "order_line_id": order_line_id,
        "order_id": order_id,
        "account_id": offer.account_id,
        "partner_id": person.partner_id,
        "sku": offer.sku,
        "quantity": 1,
        "unit_amount_minor": offer.unit_amount_minor,
        "currency": offer.currency,
        "ordered_at": now,
        "related_asset_id": offer.asset_id,
        "offer_id": offer.offer_id,
        "recorded_at": now,
        "source": Source.OWN.value,
    }
    write_rows(session, OrderLine, order)
    services = _find_services(offer, catalogue)
    line_ids = _write_contract(session, offer, services, now)
    service_net_minor = sum(service.net_minor for service in services)
    write_accrual(session, offer, service_net_minor=service_net_minor, person=person, now=now)
    written = {"order_id": order_id, "order_line_id": order_line_id, "contract_line_ids": line_ids}
    _hand_over(session, offer, written, agreed, person=person, now=now)
    return SaleRows(order_line_id, line_ids[0] if line_ids else None)


def _hand_over(
    session: Session,
    offer: Offer,
    written: Mapping[str, Any],
    agreed: Mapping[str, Any],
    *,
    person: PersonFacts,
    now: datetime,
) -> None:
    """Write the message that the offer was accepted, with the ids of what was written and what was agreed."""
    write_message(
        session,
        "offer.accepted",
        offer_id=offer.offer_id,
        payload={
            "offer_id": offer.offer_id,
            "version": offer.version,
            "play": offer.play,
            "account_id": offer.account_id,
            "asset_id": offer.asset_id,
            "sku": offer.sku,
            "unit_amount_minor": offer.unit_amount_minor,
            "currency": offer.currency,
            **written,
            "accepted_by": person.person_id,
            "partner_id": person.partner_id,
            "accepted_at": now.isoformat(),
            **agreed,
        },
        now=now,
    )


def _write_contract(
    session: Session, offer: Offer, services: Sequence[_ServiceShare], now: datetime
) -> list[str]:
    """Return the ids of the contract's lines; without a service there is no contract."""
    if not services:
        return []
    starts_on = find_first_day(offer, now.date())
    ends_on = last_day_of_term(starts_on, offer.term_months or 12)
    contract_id = new_id("CO")
    contract = {
        "contract_id": contract_id,
        "account_id": offer.account_id,
        "start_date": starts_on,
        "end_date": ends_on,
        "status": ContractStatus.ACTIVE.value,
        "auto_renew": False,
        "recorded_at": now,
        "source": Source.OWN.value,
    }
    # In order: whoever looks for the lowest of them finds the first.
    line_ids = sorted(new_id("CL") for _ in services)
    lines = [
        {
            "contract_line_id": line_id,
            "contract_id": contract_id,
            "asset_id": offer.asset_id,
            "sku": service.sku,
            "start_date": starts_on,
            "end_date": ends_on,
            "quantity": service.quantity,
            "unit_amount_minor": service.unit_amount_minor,
            "currency": offer.currency,
            "predecessor_line_id": offer.predecessor_line_id,
            "booked_at": now,
            "offer_id": offer.offer_id,
            "recorded_at": now,
            "source": Source.OWN.value,
        }
        for line_id, service in zip(line_ids, services, strict=True)
    ]
    write_rows(session, ServiceContract, contract)
    write_rows(session, ContractLine, *lines)
    return line_ids


def find_first_day(offer: Offer, day: date) -> date:
    """Return when the service begins: a renewal where the old line ends, anything else not in the past."""
    starts_on = offer.starts_on or day
    return starts_on if offer.predecessor_line_id is not None else max(starts_on, day)


def _find_services(offer: Offer, catalogue: Catalogue) -> list[_ServiceShare]:
    """Return the services in the offer, a bundle's price allocated in proportion to its list prices."""
    items = read_items(offer)
    if not items:
        is_service = catalogue.is_service(offer.sku)
        return [_ServiceShare(offer.sku, 1, offer.unit_amount_minor)] if is_service else []
    weights = [item.list_price.amount_minor * item.quantity for item in items]
    shares = allocate_minor_units(offer.unit_amount_minor, weights)
    return [
        _ServiceShare(item.sku, item.quantity, share)
        for item, share in zip(items, shares, strict=True)
        if catalogue.is_service(item.sku)
    ]
