"""What of an order line left the net: units that came back, and sales that were undone."""

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from offers.metrics.figures import Window
from offers.models import BundleItem, ContractLine, OfferEvent, OrderLine, Product, ServiceContract
from offers.tables.calendar import day_number
from offers.tables.versions import known_at
from offers.vocabulary import ContractStatus, OfferEventType, ProductKind


def returned_units(window: Window) -> ColumnElement[int]:
    """SQL: how many units of the item came back inside the cancellation window; no quantity means all of them."""
    soon = (
        day_number(col(OrderLine.returned_at)) - day_number(col(OrderLine.ordered_at))
        <= window.settings.cancellation_days
    )
    returned = func.coalesce(col(OrderLine.returned_quantity), col(OrderLine.quantity))
    bounded = case((returned > col(OrderLine.quantity), col(OrderLine.quantity)), else_=returned)
    is_known = and_(col(OrderLine.returned_at).is_not(None), col(OrderLine.returned_at) <= window.known)
    units = bounded * func.coalesce(col(BundleItem.quantity), 1)
    return case((and_(is_known, soon), units), else_=0)


def is_all_back(window: Window) -> ColumnElement[bool]:
    """SQL: everything of the order line came back by the as-of date, however late."""
    returned = func.coalesce(col(OrderLine.returned_quantity), col(OrderLine.quantity))
    return and_(
        col(OrderLine.returned_at).is_not(None),
        col(OrderLine.returned_at) <= window.known,
        returned >= col(OrderLine.quantity),
    )


def is_undone(item: type[Product], window: Window) -> ColumnElement[bool]:
    """SQL: the sale of the order line's item was cancelled, returned or reversed inside the cancellation window.

    Of a sale of both, a cancellation ends the services and a return brings back the goods; a sale of one of them is
    undone by either. A service's contract that was cancelled in the customer's own records counts like the event.
    """
    is_service = col(item.kind) == ProductKind.SERVICE.value
    last = day_number(col(OrderLine.ordered_at)) + window.settings.cancellation_days
    event, line, contract = aliased(OfferEvent), aliased(ContractLine), aliased(ServiceContract)
    undone = (
        select(col(event.row_id))
        .where(
            col(event.offer_id) == col(OrderLine.offer_id),
            or_(
                col(event.event) == OfferEventType.REVERSED.value,
                and_(
                    col(event.event) == OfferEventType.CANCELLED.value,
                    or_(is_service, ~_sells_too(window, is_service=True)),
                ),
                and_(
                    col(event.event) == OfferEventType.RETURNED.value,
                    or_(~is_service, ~_sells_too(window, is_service=False)),
                ),
            ),
            col(event.occurred_at) <= window.known,
            known_at(event, window.known),
            day_number(col(event.occurred_at)) <= last,
        )
        .exists()
    )
    cancelled = (
        select(col(line.row_id))
        .join(
            contract,
            and_(col(contract.contract_id) == col(line.contract_id), known_at(contract, window.known)),
        )
        .where(
            col(line.offer_id) == col(OrderLine.offer_id),
            known_at(line, window.known),
            col(contract.status) == ContractStatus.CANCELLED.value,
            col(contract.cancelled_on) <= window.day,
            day_number(col(contract.cancelled_on)) <= last,
        )
        .exists()
    )
    return and_(col(OrderLine.offer_id).is_not(None), or_(undone, and_(is_service, cancelled)))


def _sells_too(window: Window, *, is_service: bool) -> ColumnElement[bool]:
    """SQL: the sale that the order line belongs to has a service among its items, or something else among them."""
    line, sold, part, item = aliased(OrderLine), aliased(Product), aliased(BundleItem), aliased(Product)
    kind = col(item.kind) == ProductKind.SERVICE.value
    return (
        select(col(line.row_id))
        .join(sold, and_(col(sold.sku) == col(line.sku), known_at(sold, window.known)))
        .outerjoin(
            part,
            and_(
                col(sold.kind) == ProductKind.BUNDLE.value,
                col(part.bundle_sku) == col(line.sku),
                known_at(part, window.known),
            ),
        )
        .join(
            item,
            and_(
                col(item.sku) == func.coalesce(col(part.sku), col(line.sku)),
                col(item.kind) != ProductKind.BUNDLE.value,
                known_at(item, window.known),
            ),
        )
        .where(
            col(line.offer_id) == col(OrderLine.offer_id),
            known_at(line, window.known),
            kind if is_service else ~kind,
        )
        .correlate(OrderLine)
        .exists()
    )
