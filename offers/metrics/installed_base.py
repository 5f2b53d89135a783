"""Metrics over the installed base."""

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from offers.attach_rate import Group, wilson_interval
from offers.coverage import is_active, is_covered
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import Columns, Query, join_dimensions
from offers.models import Account, Asset, Partner, Product
from offers.tables.versions import known_at

COVERAGE_DIMENSIONS = ("family", "sku", "region", "segment", "tier", "partner")


def count_coverage(session: Session, window: Window) -> tuple[dict[Group, Counts], Counts]:
    """Count active, serviceable assets, and those with a live contract line on the as-of day."""
    columns: Columns = {
        "family": col(Product.family),
        "sku": col(Asset.sku),
        "region": col(Account.region),
        "segment": col(Account.segment),
        "partner": col(Asset.sold_by_partner_id),
        "tier": col(Partner.tier),
    }
    machines: Query = (
        select(
            *(columns[name].label(f"group_{index}") for index, name in enumerate(window.by)),
            is_covered(Asset, window.day, window.known).label("is_covered"),
            func.coalesce(col(Asset.warranty_end) >= window.day, False).label("is_in_warranty"),
        )
        .select_from(Asset)
        .join(Product, and_(col(Product.sku) == col(Asset.sku), known_at(Product, window.known)))
        .where(
            known_at(Asset, window.known),
            is_active(Asset, window.day),
            col(Product.serviceable).is_(True),
        )
    )
    listed = join_dimensions(
        machines, window, account_id=col(Asset.account_id), partner_id=col(Asset.sold_by_partner_id)
    ).subquery()
    groups = [listed.c[f"group_{index}"] for index in range(len(window.by))]
    covered, in_warranty = listed.c.is_covered, listed.c.is_in_warranty
    rows = session.execute(
        select(
            *groups,
            func.count(),
            func.count().filter(covered),
            func.count().filter(and_(~covered, in_warranty)),
        )
        .select_from(listed)
        .group_by(*groups)
    ).all()
    tallies = {tuple(row[:-3]): (int(row[-3]), int(row[-2]), int(row[-1])) for row in rows}
    machine_count, covered_count, warranty_only = (
        sum(tally[index] for tally in tallies.values()) for index in range(3)
    )
    total = _coverage_counts(machine_count, covered_count, warranty_only)
    return {group: _coverage_counts(*tally) for group, tally in tallies.items() if tally[0]}, total


def _coverage_counts(machines: int, covered: int, warranty_only: int) -> Counts:
    return Counts(covered, machines, wilson_interval(covered, machines), warranty_only)
