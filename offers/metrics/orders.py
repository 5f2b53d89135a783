"""Metrics over orders. A line of a bundle stands as its items, each with the bundle's quantity times its own."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal, select
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
from offers.metrics.offered import OFFERED, join_offers, name_offered
from offers.metrics.undone import is_undone, returned_units
from offers.models import Asset, BundleItem, OrderLine, Product
from offers.tables.calendar import day_number
from offers.tables.versions import known_at
from offers.vocabulary import ProductKind

ORDER_DIMENSIONS = (*PRODUCTS, *PARTIES, *PERIODS, *OFFERED)

_SHARED = {"partner", "tier", "type", "region", "segment", *PERIODS}
"""What core and attached lines of an account's group have in common; product and offer are the core line's own."""

Item = aliased(Product, name="item")


def select_units_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: attached and core units ordered in the window."""
    attached, core = _sides()
    units = count_units()
    query = select_lines(window).add_columns(
        case((attached, units), else_=0).label("numerator"),
        case((core, units), else_=0).label("denominator"),
    )
    return Entries(query, Interval.BOOTSTRAP, may_exceed_one=True)


def select_net_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: the same without what was cancelled, returned or reversed inside the cancellation window.

    The base keeps every core unit; of the attached ones no more can leave than were ordered.
    """
    attached, core = _sides()
    units = count_units()
    lost = case((is_undone(Item, window), units), else_=returned_units(window))
    query = select_lines(window).add_columns(
        case((attached, units - lost), else_=0).label("numerator"),
        case((core, units), else_=0).label("denominator"),
        case((attached, units), else_=0).label("gross"),
    )
    # A group all of whose attached units came back is one still: its gross stands beside an empty net.
    return Entries(query, Interval.BOOTSTRAP, ("gross",), may_exceed_one=True, standing=("gross",))


def select_order_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: orders with a core line, and those that have an attached line too; by period, one of the same period.

    So the row of a month is what a report of that month alone says, also of an order whose lines came later.
    """
    periods = [dimension for dimension in window.by if dimension in PERIODS]
    lines = select_lines(window).add_columns(col(OrderLine.order_id).label("member"))
    return _select_members(window, lines, shared=periods)


def select_account_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: accounts that ordered core in the window, and those that ordered attached in it too."""
    return _select_accounts(window, select_lines(window))


def select_partner_attach(session: Session, window: Window) -> Entries:  # noqa: ARG001 (one signature for all)
    """SQL: the same of what partners sold."""
    return _select_accounts(window, select_lines(window).where(col(OrderLine.partner_id).is_not(None)))


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
    units = count_units()
    soon = first.c.day <= day_number(col(machine.install_date)) + window.settings.pos_days
    query = (
        select_lines(window)
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
    shared = [dimension for dimension in window.by if dimension in _SHARED]
    return _select_members(
        window, lines.add_columns(col(OrderLine.account_id).label("member")), shared=shared
    )


def _select_members(window: Window, lines: Query, *, shared: Sequence[str]) -> Entries:
    """SQL: the members (orders, accounts) with a core line, and those with an attached one of the shared groups."""
    attached, core = _sides()
    names = group_names(window.by)
    cores = lines.where(core).subquery()
    others = lines.where(attached).subquery()
    common = [name for name, dimension in zip(names, window.by, strict=True) if dimension in shared]
    bought = select(others.c.member, *(others.c[name] for name in common)).distinct().subquery("bought")
    query: Query = (
        select(
            *(cores.c[name] for name in names),
            cores.c.member.label("entry_id"),
            func.min(cores.c.account_id).label("account_id"),
            func.max(case((bought.c.member.is_not(None), 1), else_=0)).label("numerator"),
            literal(1).label("denominator"),
        )
        .select_from(cores)
        .outerjoin(
            bought,
            and_(
                bought.c.member == cores.c.member,
                *(bought.c[name].is_not_distinct_from(cores.c[name]) for name in common),
            ),
        )
        .group_by(*(cores.c[name] for name in names), cores.c.member)
    )
    return Entries(query, Interval.WILSON, is_additive=False)


def select_lines(window: Window) -> Query:
    """SQL: the order lines of the window, one row for each item, with their groups."""
    columns: Columns = {
        "family": col(Item.family),
        "sku": col(Item.sku),
        **name_parties(col(OrderLine.partner_id)),
        **name_periods(col(OrderLine.ordered_at)),
        **name_offered(window),
    }
    query = with_items(
        select(
            *label_groups(columns, window),
            col(OrderLine.order_line_id).label("entry_id"),
            col(OrderLine.account_id).label("account_id"),
        ),
        window,
    ).where(*occurred_in(col(OrderLine.ordered_at), window))
    query = join_offers(query, window, offer_id=col(OrderLine.offer_id))
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


def count_units() -> ColumnElement[int]:
    """SQL: how many pieces of the item the line stands for."""
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
