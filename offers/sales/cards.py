"""An offer as a person sees it: its current version and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Table, and_, bindparam, case, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from offers.errors import UnknownOffer
from offers.models import Account, Asset, ContractLine, Offer, OfferEvent, OrderLine, Person, Product
from offers.money import Money
from offers.people import PersonFacts, is_visible_account
from offers.quoting.sheets import Option, read_options
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
    query = _newest_version()
    if reader.is_external:
        query = query.where(is_visible_account(col(Offer.account_id), reader))
    return session.exec(query, params={"offer_id": offer_id}).first()


@cache
def _newest_version() -> SelectOfScalar[Offer]:
    return (
        select(Offer)
        .where(col(Offer.offer_id) == bindparam("offer_id"))
        .order_by(col(Offer.version).desc())
        .limit(1)
    )


def get_offer_card(
    session: Session, offer_id: str, *, reader: PersonFacts, now: datetime | None = None
) -> OfferCard:
    """Return the offer as it stands. Without `now`, one whose time has run out unnoticed still reads open.

    Raises UnknownOffer, also when the reader may not see it.
    """
    return get_offer_with_card(session, offer_id, reader=reader, now=now)[1]


def get_offer_with_card(
    session: Session, offer_id: str, *, reader: PersonFacts, now: datetime | None
) -> tuple[Offer, OfferCard]:
    """Return the offer's current version and its card, by one statement.

    Raises UnknownOffer, also when the reader may not see it.
    """
    query = _newest_with_around()
    if reader.is_external:
        query = query.where(is_visible_account(col(Offer.account_id), reader))
    row = session.execute(query, {"offer_id": offer_id}).first()
    if row is None:
        raise UnknownOffer(offer_id)
    return row.Offer, _build(row.Offer, row, now)


def build_card(session: Session, offer: Offer, *, now: datetime | None) -> OfferCard:
    """Return the card of an offer version."""
    [around] = read_rows(session, _around, None, row_id=offer.row_id)
    return _build(offer, around, now)


def _build(offer: Offer, around: Any, now: datetime | None) -> OfferCard:
    acceptance = _read_acceptance(around)
    list_total = offer.list_total_minor
    return OfferCard(
        offer_id=offer.offer_id,
        version=offer.version,
        play=offer.play,
        rule_id=offer.rule_id,
        rule_name=offer.rule_name,
        account_id=offer.account_id,
        account_name=around.account_name or offer.account_id,
        asset_id=offer.asset_id,
        serial_number=around.serial_number,
        sku=offer.sku,
        product_name=around.product_name or offer.sku,
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
        status=(around.end or "accepted") if acceptance else _status(offer, around, now),
        accepted=acceptance,
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


def _read_acceptance(around: Any) -> AcceptanceFacts | None:
    if around.accepted_at is None:
        return None
    return AcceptanceFacts(
        around.person_name or around.accepted_by or "unknown",
        around.accepted_at,
        around.order_line_id,
        around.contract_line_id,
    )


def _status(offer: Offer, around: Any, now: datetime | None) -> str:
    if around.reaction == OfferEventType.DECLINED.value:
        return "declined"
    if (now is not None and offer.expires_at <= now) or around.reaction == OfferEventType.EXPIRED.value:
        return "expired"
    until = around.snoozed_until
    is_asleep = around.reaction is not None and (now is None or until is None or until > now)
    return "snoozed" if is_asleep else "open"


_ENDS = (OfferEventType.REVERSED, OfferEventType.CANCELLED, OfferEventType.RETURNED)
_REACTIONS = (OfferEventType.DECLINED, OfferEventType.SNOOZED, OfferEventType.EXPIRED)


@cache
def _around(_is_past: bool) -> Select[Any]:
    return _select_around().where(table_of(Offer).c.row_id == bindparam("row_id"))


@cache
def _newest_with_around() -> Select[Any]:
    offer = table_of(Offer)
    return (
        _select_around()
        .add_columns(Offer)
        .where(offer.c.offer_id == bindparam("offer_id"))
        .order_by(offer.c.version.desc())
        .limit(1)
    )


def _select_around() -> Select[Any]:
    """What a card says of an offer's version beside the version itself, in one row."""
    offer, event = table_of(Offer), table_of(OfferEvent)
    accepted = event.alias("accepted")
    account, asset, product, person = (table_of(one) for one in (Account, Asset, Product, Person))
    order, line = table_of(OrderLine), table_of(ContractLine)
    is_accepted = and_(
        accepted.c.offer_id == offer.c.offer_id,
        accepted.c.event == OfferEventType.ACCEPTED.value,
        version_bound(accepted, is_past=False),
    )
    return select_columns(
        _one(account, account.c.name, account.c.account_id == offer.c.account_id).label("account_name"),
        _one(asset, asset.c.serial_number, asset.c.asset_id == offer.c.asset_id).label("serial_number"),
        _one(product, product.c.name, product.c.sku == offer.c.sku).label("product_name"),
        accepted.c.occurred_at.label("accepted_at"),
        accepted.c.person_id.label("accepted_by"),
        _one(person, person.c.name, person.c.person_id == accepted.c.person_id).label("person_name"),
        _one(order, _lowest(order.c.order_line_id), order.c.offer_id == offer.c.offer_id).label(
            "order_line_id"
        ),
        _one(line, _lowest(line.c.contract_line_id), line.c.offer_id == offer.c.offer_id).label(
            "contract_line_id"
        ),
        _end(offer, event).label("end"),
        _last_reaction(offer, event, event.c.event).label("reaction"),
        _last_reaction(offer, event, event.c.snoozed_until).label("snoozed_until"),
    ).select_from(offer.outerjoin(accepted, is_accepted))


def _lowest(key: ColumnElement[Any]) -> ColumnElement[Any]:
    # Joined with nothing, it is no index's column: one of those would be walked through from its lowest on.
    return func.min(key.concat(""))


def _one(table: Table, value: ColumnElement[Any], is_it: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select_columns(value).where(is_it, version_bound(table, is_past=False)).scalar_subquery()


def _end(offer: Table, event: Table) -> ScalarSelect[Any]:
    """How the sale ended: a reversal goes before a cancellation, that before a return."""
    rank = case({one.value: number for number, one in enumerate(_ENDS)}, value=event.c.event)
    return (
        select_columns(event.c.event)
        .where(
            event.c.offer_id == offer.c.offer_id,
            event.c.event.in_([one.value for one in _ENDS]),
            version_bound(event, is_past=False),
        )
        .order_by(rank)
        .limit(1)
        .correlate(offer)
        .scalar_subquery()
    )


def _last_reaction(offer: Table, event: Table, value: ColumnElement[Any]) -> ScalarSelect[Any]:
    return (
        select_columns(value)
        .where(
            event.c.offer_id == offer.c.offer_id,
            event.c.offer_version == offer.c.version,
            event.c.event.in_([one.value for one in _REACTIONS]),
            version_bound(event, is_past=False),
        )
        .order_by(event.c.occurred_at.desc(), event.c.row_id.desc())
        .limit(1)
        .correlate(offer)
        .scalar_subquery()
    )
