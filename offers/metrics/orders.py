"""Metrics over orders. A line of a bundle stands as its items, each with the bundle's quantity times its own."""

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery
from sqlmodel import Session, col

from offers.metrics.entries import Entries, Interval
from offers.metrics.figures import Window
from offers.metrics.grouping import (
    PARTIES,
    PERIODS,
    PRODUCTS,
    Columns,
    Query,
    group_names,
    join_parties,
    label_groups,
    name_parties,
    name_periods,
    occurred_in,
)
from offers.models import Asset, BundleItem, ContractLine, OfferEvent, OrderLine, Product, ServiceContract
from offers.tables.calendar import day_number
from offers.tables.versions import known_at
from offers.vocabulary import ContractStatus, OfferEventType, ProductKind

ORDER_DIMENSIONS = (*PRODUCTS, *PARTIES, *PERIODS)

_SHARED = {"partner", "tier", "type", "region", "segment", *PERIODS}
"""What core and attached lines of one group have in common; a product is the core line's own."""

Item = aliased(Product, name="item")


def select_units_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: attached and core units ordered in the window."""
    attached, core = _sides()
    units = _units()
    query = _select_lines(window).add_columns(
        case((attached, units), else_=0).label("numerator"),
        case((core, units), else_=0).label("denominator"),
    )
    return Entries(query, Interval.BOOTSTRAP)


def select_net_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: the same without what was cancelled, returned or reversed inside the cancellation window.

    The base keeps every core unit; of the attached ones no more can leave than were ordered.
    """
    attached, core = _sides()
    units = _units()
    lost = case((_is_undone(window), units), else_=_returned_units(window))
    query = _select_lines(window).add_columns(
        case((attached, units - lost), else_=0).label("numerator"),
        case((core, units), else_=0).label("denominator"),
        case((attached, units), else_=0).label("gross"),
    )
    return Entries(query, Interval.BOOTSTRAP, ("gross",))


def select_order_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: orders with a core line, and those that have an attached line too."""
    attached, core = _sides()
    names = group_names(window.by)
    lines = _select_lines(window).add_columns(col(OrderLine.order_id).label("order_id"))
    cores = lines.where(core).subquery()
    with_attached = select(lines.where(attached).subquery().c.order_id)
    query: Query = select(
        *(cores.c[name] for name in names),
        cores.c.order_id.label("entry_id"),
        func.min(cores.c.account_id).label("account_id"),
        case((cores.c.order_id.in_(with_attached), 1), else_=0).label("numerator"),
        literal(1).label("denominator"),
    ).group_by(*(cores.c[name] for name in names), cores.c.order_id)
    return Entries(query, Interval.WILSON)


def select_account_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: accounts that ordered core in the window, and those that ordered attached in it too."""
    return _select_accounts(window, _select_lines(window))


def select_partner_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: the same of what partners sold."""
    return _select_accounts(window, _select_lines(window).where(col(OrderLine.partner_id).is_not(None)))


def select_pos_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: core units ordered in the window, and those whose asset got an attached line soon after installation."""
    _, core = _sides()
    ordered = aliased(OrderLine, name="ordered")
    machines = select(col(ordered.related_asset_id)).where(
        known_at(ordered, window.known), *occurred_in(col(ordered.ordered_at), window)
    )
    # Only of the window's machines: the database would else look at every order that there ever was.
    first = select_first_attached(window, of=machines)
    machine = aliased(Asset, name="machine")
    units = _units()
    soon = first.c.day <= day_number(col(machine.install_date)) + window.settings.pos_days
    query = (
        _select_lines(window)
        .outerjoin(
            machine,
            and_(col(machine.asset_id) == col(OrderLine.related_asset_id), known_at(machine, window.known)),
        )
        .outerjoin(first, first.c.asset_id == col(OrderLine.related_asset_id))
        .where(core)
        .add_columns(
            case((soon, units), else_=0).label("numerator"),
            units.label("denominator"),
            case((and_(first.c.day.is_not(None), ~func.coalesce(soon, False)), units), else_=0).label(
                "post_sale"
            ),
        )
    )
    return Entries(query, Interval.BOOTSTRAP, ("post_sale",))


def _select_accounts(window: Window, lines: Query) -> Entries:
    attached, core = _sides()
    names = group_names(window.by)
    cores = lines.where(core).subquery()
    others = lines.where(attached).subquery()
    shared = [name for name, dimension in zip(names, window.by, strict=True) if dimension in _SHARED]
    bought = select(others.c.account_id, *(others.c[name] for name in shared)).distinct().subquery("bought")
    query: Query = (
        select(
            *(cores.c[name] for name in names),
            cores.c.account_id.label("entry_id"),
            cores.c.account_id.label("account_id"),
            func.max(case((bought.c.account_id.is_not(None), 1), else_=0)).label("numerator"),
            literal(1).label("denominator"),
        )
        .select_from(cores)
        .outerjoin(
            bought,
            and_(
                bought.c.account_id == cores.c.account_id,
                *(bought.c[name].is_not_distinct_from(cores.c[name]) for name in shared),
            ),
        )
        .group_by(*(cores.c[name] for name in names), cores.c.account_id)
    )
    return Entries(query, Interval.WILSON)


def _select_lines(window: Window) -> Query:
    """SQL: the order lines of the window, one row for each item, with their groups."""
    columns: Columns = {
        "family": col(Item.family),
        "sku": col(Item.sku),
        **name_parties(col(OrderLine.partner_id)),
        **name_periods(col(OrderLine.ordered_at)),
    }
    query = with_items(
        select(
            *label_groups(columns, window),
            col(OrderLine.order_line_id).label("entry_id"),
            col(OrderLine.account_id).label("account_id"),
        ),
        window,
    ).where(*occurred_in(col(OrderLine.ordered_at), window))
    return join_parties(
        query, window, account_id=col(OrderLine.account_id), partner_id=col(OrderLine.partner_id)
    )


def with_items(query: Query, window: Window) -> Query:
    """SQL: the query over order lines, joined with the items that each stands for."""
    return (
        query.select_from(OrderLine)
        .join(Product, and_(col(Product.sku) == col(OrderLine.sku), known_at(Product, window.known)))
        .outerjoin(
            BundleItem,
            and_(
                col(Product.kind) == ProductKind.BUNDLE.value,
                col(BundleItem.bundle_sku) == col(OrderLine.sku),
                known_at(BundleItem, window.known),
            ),
        )
        .join(
            Item,
            and_(
                col(Item.sku) == func.coalesce(col(BundleItem.sku), col(OrderLine.sku)),
                known_at(Item, window.known),
                col(Item.kind) != ProductKind.BUNDLE.value,
            ),
        )
        .where(known_at(OrderLine, window.known))
    )


def is_attached(item: type[Product]) -> ColumnElement[bool]:
    """SQL: the product is one that goes with a core product: of kind attach or service."""
    return col(item.kind).in_([ProductKind.ATTACH.value, ProductKind.SERVICE.value])


def _sides() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """SQL: the item is attached; the item is core."""
    return is_attached(Item), col(Item.kind) == ProductKind.CORE.value


def _units() -> ColumnElement[int]:
    return col(OrderLine.quantity) * func.coalesce(col(BundleItem.quantity), 1, type_=Integer)


def select_first_attached(window: Window, *, of: Query | None = None) -> Subquery:
    """SQL: asset_id, day: when each asset (of a query of asset ids) got its first attached order line."""
    attached, _ = _sides()
    machine_id = col(OrderLine.related_asset_id)
    return (
        with_items(
            select(
                col(OrderLine.related_asset_id).label("asset_id"),
                func.min(day_number(col(OrderLine.ordered_at))).label("day"),
            ),
            window,
        )
        .where(
            attached,
            machine_id.is_not(None) if of is None else machine_id.in_(of),
            col(OrderLine.ordered_at) <= window.known,
        )
        .group_by(col(OrderLine.related_asset_id))
        .subquery("first_attached")
    )


def _returned_units(window: Window) -> ColumnElement[int]:
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


def _is_undone(window: Window) -> ColumnElement[bool]:
    """SQL: the sale of the item was cancelled, returned or reversed inside the cancellation window.

    Of a bundle's sale a cancellation ends the services and a return brings back the goods. A service's contract that
    was cancelled in the customer's own records counts like the event.
    """
    is_service = col(Item.kind) == ProductKind.SERVICE.value
    last = day_number(col(OrderLine.ordered_at)) + window.settings.cancellation_days
    event, line, contract = aliased(OfferEvent), aliased(ContractLine), aliased(ServiceContract)
    undone = (
        select(col(event.row_id))
        .where(
            col(event.offer_id) == col(OrderLine.offer_id),
            or_(
                col(event.event) == OfferEventType.REVERSED.value,
                and_(col(event.event) == OfferEventType.CANCELLED.value, is_service),
                and_(col(event.event) == OfferEventType.RETURNED.value, ~is_service),
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
