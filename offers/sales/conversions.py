"""The list of what was sold through an offer: who, what, where, when, and the thread it came from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    and_,
    false,
    func,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as sqlmodel_select

from offers.errors import UnknownOffer
from offers.models import Account, Asset, ContractLine, Offer, OfferEvent, OrderLine, Partner, Person, Product
from offers.money import Money
from offers.people import PersonFacts
from offers.sales.conversion_filter import ConversionFilter, narrow
from offers.tables.versions import current
from offers.vocabulary import OfferEventType, Role

_ENDS = [OfferEventType.CANCELLED.value, OfferEventType.RETURNED.value, OfferEventType.REVERSED.value]
# Columns and not rows of the table: a file has a hundred thousand of them.
_EVENT = (
    col(OfferEvent.offer_id),
    col(OfferEvent.play),
    col(OfferEvent.account_id),
    col(OfferEvent.asset_id),
    col(OfferEvent.person_id),
    col(OfferEvent.occurred_at),
    col(OfferEvent.amount_minor),
    col(OfferEvent.currency),
    col(OfferEvent.thread_ref),
    col(OfferEvent.work_order_id),
)
# A database takes only so many values in one statement: 32,766 the smaller of the two.
_AT_ONCE = 10_000
_SEE_ALL = {Role.MANAGER.value, Role.ADMIN.value}
_SEE_THEIR_OWN = {Role.TECHNICIAN.value, Role.CHANNEL_MANAGER.value}


@dataclass(frozen=True, slots=True)
class SaleEnd:
    """That a sale was booked, cancelled, returned or reversed; `event` says which."""

    event: str
    occurred_at: datetime
    reason: str | None
    person_name: str | None


@dataclass(frozen=True, slots=True)
class Conversion:
    """One accepted offer. Imported history has a product where it was booked, an amount where the file had one."""

    offer_id: str
    play: str | None
    product_name: str | None
    sku: str | None
    account_id: str | None
    account_name: str | None
    asset_id: str | None
    serial_number: str | None
    person_id: str | None
    person_name: str | None
    partner_name: str | None
    region: str | None
    offered_at: datetime | None
    accepted_at: datetime
    amount: Money | None
    thread_ref: str | None
    work_order_id: str | None
    order_line_id: str | None
    contract_line_id: str | None
    ends: tuple[SaleEnd, ...] = ()
    booked: SaleEnd | None = None


def list_conversions(
    session: Session,
    *,
    reader: PersonFacts,
    limit: int,
    since: datetime | None = None,
    only: ConversionFilter | None = None,
) -> list[Conversion]:
    """Return accepted offers, newest first, at most `limit`. `since` and `only` leave out the others.

    Managers and admins see all, a manager of a region that region's, a partner's person those that the partner's people
    made, technicians and channel managers their own, everyone else none.
    """
    query = _accepted(reader).where(*narrow(only, since, sold=sold_sku())).limit(limit)
    return _with_ends(session, [_conversion(row) for row in session.execute(query).all()])


def count_conversions(
    session: Session,
    *,
    reader: PersonFacts,
    since: datetime | None = None,
    only: ConversionFilter | None = None,
) -> int:
    """Return how many `list_conversions` would list without a limit."""
    kept = _accepted(reader).where(*narrow(only, since, sold=sold_sku())).order_by(None)
    return int(session.execute(kept.with_only_columns(func.count())).scalar_one())


def get_conversion(session: Session, offer_id: str, reader: PersonFacts) -> Conversion:
    """Return one accepted offer. Raises UnknownOffer, also when it is not the reader's to see."""
    row = session.execute(_accepted(reader).where(col(OfferEvent.offer_id) == offer_id)).first()
    if row is None:
        raise UnknownOffer(offer_id)
    return _with_ends(session, [_conversion(row)])[0]


def _with_ends(session: Session, conversions: list[Conversion]) -> list[Conversion]:
    """Return the same conversions with what became of their sales, in order of time."""
    ids = [one.offer_id for one in conversions]
    ends: dict[str, tuple[SaleEnd, ...]] = {}
    booked: dict[str, SaleEnd] = {}
    for event, name in _read_ends(session, ids):
        end = SaleEnd(event.event, event.occurred_at, event.reason, name)
        if event.event == OfferEventType.BOOKED.value:
            booked.setdefault(event.offer_id, end)
        else:
            ends[event.offer_id] = (*ends.get(event.offer_id, ()), end)
    return [
        replace(one, ends=ends.get(one.offer_id, ()), booked=booked.get(one.offer_id))
        if one.offer_id in ends or one.offer_id in booked
        else one
        for one in conversions
    ]


def _read_ends(session: Session, offer_ids: Sequence[str]) -> Iterator[tuple[OfferEvent, str | None]]:
    """Yield the events after the acceptance with who logged them, in order of time for each offer."""
    for start in range(0, len(offer_ids), _AT_ONCE):
        query = (
            sqlmodel_select(OfferEvent, Person.name)
            .outerjoin(Person, and_(col(Person.person_id) == col(OfferEvent.person_id), current(Person)))
            .where(
                col(OfferEvent.offer_id).in_(offer_ids[start : start + _AT_ONCE]),
                col(OfferEvent.event).in_([*_ENDS, OfferEventType.BOOKED.value]),
                current(OfferEvent),
            )
            .order_by(col(OfferEvent.occurred_at), col(OfferEvent.row_id))
        )
        yield from session.exec(query).all()


def _accepted(reader: PersonFacts) -> Select[*tuple[Any, ...]]:
    sold = sold_sku()
    query = (
        select(
            *_EVENT,
            sold,
            col(Account.name),
            col(Account.region),
            col(Asset.serial_number),
            col(Product.name),
            col(Person.name),
            col(Partner.name),
            col(Offer.created_at),
            _offered_on(),
            _first_line(OrderLine, OrderLine.order_line_id),
            _first_line(ContractLine, ContractLine.contract_line_id),
        )
        .outerjoin(
            Offer,
            and_(
                col(Offer.offer_id) == col(OfferEvent.offer_id),
                col(Offer.version) == col(OfferEvent.offer_version),
            ),
        )
        .outerjoin(Account, and_(col(Account.account_id) == col(OfferEvent.account_id), current(Account)))
        .outerjoin(Asset, and_(col(Asset.asset_id) == col(OfferEvent.asset_id), current(Asset)))
        .outerjoin(Product, and_(col(Product.sku) == sold, current(Product)))
        .outerjoin(Person, and_(col(Person.person_id) == col(OfferEvent.person_id), current(Person)))
        .outerjoin(Partner, and_(col(Partner.partner_id) == col(OfferEvent.partner_id), current(Partner)))
        .where(col(OfferEvent.event) == OfferEventType.ACCEPTED.value, current(OfferEvent))
        .order_by(col(OfferEvent.occurred_at).desc(), col(OfferEvent.row_id).desc())
    )
    region = find_region(reader)
    return query.where(*see_events(reader), *([col(Account.region) == region] if region is not None else []))


def find_region(reader: PersonFacts) -> str | None:
    """Return the region whose conversions are all that the reader may see, None without such a limit."""
    return reader.region if reader.role == Role.MANAGER.value and not reader.is_external else None


def see_events(reader: PersonFacts) -> list[ColumnElement[bool]]:
    """SQL: conditions on the accepted events that the reader may see, beside `find_region`."""
    if reader.is_external:
        # Nobody's partner is nobody's colleague: NULL would match no row, and must not be compared with one.
        return [col(OfferEvent.partner_id) == reader.partner_id if reader.partner_id is not None else false()]
    if reader.role in _SEE_ALL:
        return []
    return [col(OfferEvent.person_id) == reader.person_id if reader.role in _SEE_THEIR_OWN else false()]


def sold_sku() -> ColumnElement[str | None]:
    """SQL: the product of an accepted event, whose offer is joined: our own offer's.

    Imported history has no offer of ours: what was sold stands in the rows that the sale is booked as.
    """
    return func.coalesce(
        col(Offer.sku), _first_line(OrderLine, OrderLine.sku), _first_line(ContractLine, ContractLine.sku)
    )


def _offered_on() -> ScalarSelect[Any]:
    """SQL: the work order on which the offer was first shown, when one was recorded."""
    shown = aliased(OfferEvent)
    return (
        select(func.min(col(shown.work_order_id)))
        .where(
            col(shown.offer_id) == col(OfferEvent.offer_id),
            col(shown.event) == OfferEventType.SURFACED.value,
            current(shown),
        )
        .correlate(OfferEvent)
        .scalar_subquery()
    )


def _first_line(model: type[OrderLine] | type[ContractLine], column: str) -> ScalarSelect[Any]:
    """SQL: a column of the current rows that the sale is booked as; the first value where there are several."""
    return (
        select(func.min(col(column)))
        .where(col(model.offer_id) == col(OfferEvent.offer_id), current(model))
        .correlate(OfferEvent)
        .scalar_subquery()
    )


def _conversion(row: Row[*tuple[Any, ...]]) -> Conversion:
    event, rest = row[: len(_EVENT)], row[len(_EVENT) :]
    offer_id, play, account_id, asset_id, person_id, accepted_at, minor, currency, thread_ref, called_on = (
        event
    )
    sku, account_name, region, serial_number, product_name, person_name, partner_name, *others = rest
    offered_at, work_order_id, order, line = others
    return Conversion(
        offer_id=offer_id,
        play=play,
        product_name=product_name or sku,
        sku=sku,
        account_id=account_id,
        account_name=account_name,
        asset_id=asset_id,
        serial_number=serial_number,
        person_id=person_id,
        person_name=person_name,
        partner_name=partner_name,
        region=region,
        offered_at=offered_at,
        accepted_at=accepted_at,
        amount=Money(minor, currency) if minor is not None and currency is not None else None,
        thread_ref=thread_ref,
        work_order_id=called_on or work_order_id,
        order_line_id=order,
        contract_line_id=line,
    )
