"""Metrics over orders."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from offers.attach_rate import Group, bootstrap_interval
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import Columns, Query, join_dimensions, occurred_in
from offers.models import Account, BundleItem, OrderLine, Partner, Product
from offers.tables.columns import utc_month
from offers.tables.versions import known_at
from offers.vocabulary import ProductKind

ORDER_DIMENSIONS = ("family", "sku", "region", "segment", "tier", "partner", "month")

_ATTACHED, _CORE = 0, 1


def count_units_attach(session: Session, window: Window) -> tuple[dict[Group, Counts], Counts]:
    """Count attached and core units ordered in the window; the interval resamples accounts."""
    groups: defaultdict[Group, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(_no_units))
    total: defaultdict[str, list[int]] = defaultdict(_no_units)
    for *group, account_id, kind, units in session.execute(_select_units(window)).all():
        side = _CORE if kind == ProductKind.CORE.value else _ATTACHED
        groups[tuple(group)][account_id][side] += int(units)
        total[account_id][side] += int(units)
    return (
        {group: _ratio(accounts.values()) for group, accounts in groups.items()},
        _ratio(total.values()),
    )


def _no_units() -> list[int]:
    return [0, 0]


def _ratio(accounts: Iterable[list[int]]) -> Counts:
    pairs = [(units[_ATTACHED], units[_CORE]) for units in accounts]
    return Counts(
        sum(attached for attached, _ in pairs), sum(core for _, core in pairs), bootstrap_interval(pairs)
    )


def _select_units(window: Window) -> Query:
    """SQL: units by group, account and kind; a bundle's line stands as its items."""
    item = aliased(Product, name="item")
    columns: Columns = {
        "family": col(item.family),
        "sku": col(item.sku),
        "region": col(Account.region),
        "segment": col(Account.segment),
        "partner": col(OrderLine.partner_id),
        "tier": col(Partner.tier),
        "month": utc_month(col(OrderLine.ordered_at)),
    }
    groups = [columns[name] for name in window.by]
    query: Query = (
        select(
            *groups,
            col(OrderLine.account_id),
            col(item.kind),
            func.sum(col(OrderLine.quantity) * func.coalesce(col(BundleItem.quantity), 1)),
        )
        .select_from(OrderLine)
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
            item,
            and_(
                col(item.sku) == func.coalesce(col(BundleItem.sku), col(OrderLine.sku)),
                known_at(item, window.known),
                col(item.kind) != ProductKind.BUNDLE.value,
            ),
        )
        .where(known_at(OrderLine, window.known), *occurred_in(col(OrderLine.ordered_at), window))
        .group_by(*groups, col(OrderLine.account_id), col(item.kind))
    )
    return join_dimensions(
        query, window, account_id=col(OrderLine.account_id), partner_id=col(OrderLine.partner_id)
    )
