"""An offer as a person sees it: its current version and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from offers.errors import UnknownOffer
from offers.models import Account, Asset, ContractLine, Offer, OfferEvent, OrderLine, Person, Product
from offers.money import Money
from offers.people import PersonFacts, is_visible_account
from offers.quotes import Option, read_options
from offers.tables.versions import current, read_rows, table_of, version_bound
from offers.vocabulary import OfferEventType


@dataclass(frozen=True, slots=True)
class OfferItem:
    """One product of a bundle and what it costs alone, per unit."""

    sku: str
    name: str
    quantity: int
    list_price: Money


@dataclass(frozen=True, slots=True)
class AcceptanceFacts:
    """Who accepted when, and the rows that came of it. An import may have replaced the rows: then its ids."""

    person_name: str
    at: datetime
    order_line_id: str | None
    contract_line_id: str | None


@dataclass(frozen=True, slots=True)
class OfferCard:
    """An offer to show. `status` is open, accepted, declined, snoozed or expired; of a sale that ended, how it did:
    cancelled, returned or reversed.

    `list_total` is what a bundle's items cost apart, None for a single product. `listed` is the price
    before a discount, None without one.
    `options` are the products to choose from, this one among them; () where there is no choice.
    `wording` says the reasons in other words, None where they stand as they are.
    """

    offer_id: str
    version: int
    play: str
    rule_id: str
    rule_name: str
    account_id: str
    account_name: str
    asset_id: str | None
    serial_number: str | None
    sku: str
    product_name: str
    price: Money
    term_months: int | None
    items: tuple[OfferItem, ...]
    list_total: Money | None
    reasons: tuple[str, ...]
    expires_at: datetime
    status: str
    accepted: AcceptanceFacts | None
    discount_bps: int = 0
    listed: Money | None = None
    options: tuple[Option, ...] = ()
    wording: str | None = None


def find_offer(session: Session, offer_id: str, *, reader: PersonFacts) -> Offer | None:
    """Return the offer's current version, or None when there is none that the reader may see."""
    return session.exec(
        select(Offer)
        .where(col(Offer.offer_id) == offer_id, is_visible_account(col(Offer.account_id), reader))
        .order_by(col(Offer.version).desc())
        .limit(1)
    ).first()


def get_offer_card(
    session: Session, offer_id: str, *, reader: PersonFacts, now: datetime | None = None
) -> OfferCard:
    """Return the offer as it stands. Without `now`, one whose time has run out unnoticed still reads open.

    Raises UnknownOffer, also when the reader may not see it.
    """
    offer = find_offer(session, offer_id, reader=reader)
    if offer is None:
        raise UnknownOffer(offer_id)
    return build_card(session, offer, now=now)


def build_card(session: Session, offer: Offer, *, now: datetime | None) -> OfferCard:
    """Return the card of an offer version."""
    [(account_name, serial_number, product_name)] = read_rows(
        session, _names, None, account_id=offer.account_id, asset_id=offer.asset_id, sku=offer.sku
    )
    acceptance = find_acceptance(session, offer.offer_id)
    list_total = offer.list_total_minor
    return OfferCard(
        offer_id=offer.offer_id,
        version=offer.version,
        play=offer.play,
        rule_id=offer.rule_id,
        rule_name=offer.rule_name,
        account_id=offer.account_id,
        account_name=account_name or offer.account_id,
        asset_id=offer.asset_id,
        serial_number=serial_number,
        sku=offer.sku,
        product_name=product_name or offer.sku,
        price=Money(offer.unit_amount_minor, offer.currency),
        discount_bps=offer.discount_bps,
        listed=None if offer.listed_minor is None else Money(offer.listed_minor, offer.currency),
        options=read_options(offer),
        term_months=offer.term_months,
        items=read_items(offer),
        list_total=None if list_total is None else Money(list_total, offer.currency),
        reasons=tuple(offer.reasons),
        wording=offer.wording,
        expires_at=offer.expires_at,
        status=_find_end(session, offer) if acceptance else _status(session, offer, now),
        accepted=acceptance,
    )


@cache
def _names(_is_past: bool) -> Select[Any]:
    account, asset, product = table_of(Account), table_of(Asset), table_of(Product)
    found = (
        (account.c.name, account.c.account_id == bindparam("account_id"), account),
        (asset.c.serial_number, asset.c.asset_id == bindparam("asset_id"), asset),
        (product.c.name, product.c.sku == bindparam("sku"), product),
    )
    return select_columns(
        *(
            select_columns(name).where(is_it, version_bound(table, is_past=False)).scalar_subquery()
            for name, is_it, table in found
        )
    )


def read_items(offer: Offer) -> tuple[OfferItem, ...]:
    """Return the products of a bundle as they were priced; () for a single product."""
    return tuple(
        OfferItem(
            str(item["sku"]),
            str(item["name"]),
            int(item["quantity"]),
            Money(int(item["list_unit_amount_minor"]), offer.currency),
        )
        for item in offer.items
    )


def find_accepted_event(session: Session, offer_id: str) -> OfferEvent | None:
    """Return the one acceptance of the offer, or None."""
    return session.exec(
        select(OfferEvent).where(
            col(OfferEvent.offer_id) == offer_id,
            col(OfferEvent.event) == OfferEventType.ACCEPTED.value,
            current(OfferEvent),
        )
    ).first()


def find_acceptance(session: Session, offer_id: str) -> AcceptanceFacts | None:
    """Return who accepted the offer when, or None."""
    event = find_accepted_event(session, offer_id)
    if event is None:
        return None
    name = session.exec(
        select(Person.name).where(col(Person.person_id) == event.person_id, current(Person))
    ).first()
    order_line_id = session.exec(
        select(OrderLine.order_line_id)
        .where(col(OrderLine.offer_id) == offer_id, current(OrderLine))
        .order_by(col(OrderLine.order_line_id))
    ).first()
    contract_line_id = session.exec(
        select(ContractLine.contract_line_id)
        .where(col(ContractLine.offer_id) == offer_id, current(ContractLine))
        .order_by(col(ContractLine.contract_line_id))
    ).first()
    return AcceptanceFacts(
        name or event.person_id or "unknown", event.occurred_at, order_line_id, contract_line_id
    )


def _find_end(session: Session, offer: Offer) -> str:
    """Return how an accepted offer's sale ended; "accepted" while it stands."""
    ends = [OfferEventType.REVERSED.value, OfferEventType.CANCELLED.value, OfferEventType.RETURNED.value]
    found = session.exec(
        select(OfferEvent.event).where(
            col(OfferEvent.offer_id) == offer.offer_id, col(OfferEvent.event).in_(ends), current(OfferEvent)
        )
    ).all()
    return min(found, key=ends.index, default="accepted")


def _status(session: Session, offer: Offer, now: datetime | None) -> str:
    last = session.exec(
        select(OfferEvent)
        .where(
            col(OfferEvent.offer_id) == offer.offer_id,
            col(OfferEvent.offer_version) == offer.version,
            col(OfferEvent.event).in_(
                [
                    OfferEventType.DECLINED.value,
                    OfferEventType.SNOOZED.value,
                    OfferEventType.EXPIRED.value,
                ]
            ),
            current(OfferEvent),
        )
        .order_by(col(OfferEvent.occurred_at).desc(), col(OfferEvent.row_id).desc())
    ).first()
    if last is not None and last.event == OfferEventType.DECLINED.value:
        return "declined"
    if (now is not None and offer.expires_at <= now) or (
        last is not None and last.event == OfferEventType.EXPIRED.value
    ):
        return "expired"
    is_asleep = last is not None and (now is None or last.snoozed_until is None or last.snoozed_until > now)
    return "snoozed" if is_asleep else "open"
