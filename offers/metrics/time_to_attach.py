"""How long customers take from a machine's installation to the first thing attached to it."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import and_, case, func, literal, or_, select
from sqlmodel import Session, col

from offers.attach_rate import Group
from offers.metrics.entries import Counted, Entry
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import (
    PARTIES,
    PERIODS,
    PRODUCTS,
    Columns,
    Query,
    falls_in,
    group_names,
    join_parties,
    label_groups,
    name_parties,
    name_periods,
)
from offers.metrics.orders import select_first_attached
from offers.models import Asset, Product
from offers.survival import SurvivalCurve, build_interval, estimate_survival
from offers.tables.calendar import day_number
from offers.tables.versions import known_at
from offers.vocabulary import AssetStatus, ProductKind

TIME_DIMENSIONS = (*PRODUCTS, *PARTIES, *PERIODS)


def count_time_to_attach(session: Session, window: Window) -> Counted:
    """Count core assets installed in the window; the rate is the Kaplan-Meier share on the horizon's day."""
    curves = estimate_curves(session, window)
    horizon = window.settings.horizon_days
    total = curves.pop(None)
    return (
        {group: _read(curve, horizon) for group, curve in curves.items() if group is not None},
        _read(total, horizon),
    )


def list_observations(session: Session, window: Window) -> list[Entry]:
    """Return each machine behind the estimate: attached by the horizon's day or not, and how long it was seen."""
    horizon = window.settings.horizon_days
    listed = _select_observations(window).subquery()
    return [
        Entry(
            entry_id=row.asset_id,
            account_id=row.account_id,
            group=tuple(getattr(row, name) for name in group_names(window.by)),
            numerator=int(bool(row.did_attach) and row.day <= horizon),
            denominator=1,
            counts_as=f"attached on day {row.day}" if row.did_attach else f"seen without until day {row.day}",
        )
        for row in session.execute(select(listed).order_by(listed.c.asset_id)).all()
    ]


def estimate_curves(session: Session, window: Window) -> dict[Group | None, SurvivalCurve]:
    """Return the curve of each group, and of all under None."""
    grouped: defaultdict[Group, list[tuple[int, bool, int]]] = defaultdict(list)
    listed = _select_observations(window).subquery()
    keys = [*(listed.c[name] for name in group_names(window.by)), listed.c.day, listed.c.did_attach]
    for row in session.execute(select(*keys, func.count()).group_by(*keys)).all():
        *group, day, did_attach, count = row
        grouped[tuple(group)].append((int(day), bool(did_attach), int(count)))
    everyone: Iterable[tuple[int, bool, int]] = [one for members in grouped.values() for one in members]
    curves: dict[Group | None, SurvivalCurve] = {None: estimate_survival(everyone)}
    if window.by:
        curves |= {group: estimate_survival(members) for group, members in grouped.items()}
    return curves


def _read(curve: SurvivalCurve, horizon_days: int) -> Counts:
    point = curve.at(horizon_days)
    median = curve.median_day()
    return Counts(
        point.happened if point is not None else curve.happened,
        curve.subjects,
        build_interval(point) if point is not None else None,
        curve.subjects,
        {"median_day": median} if median is not None else {},
        rate=point.share if point is not None else None,
        is_estimated=True,
    )


def _select_observations(window: Window) -> Query:
    """SQL: groups, asset_id, account_id, day, did_attach: each asset observed until attached or out of sight.

    Out of sight is the as-of day, or the day on which it was retired; what was retired on an unknown day is left out.
    """
    first = select_first_attached(window)
    installed = day_number(col(Asset.install_date))
    is_retired = col(Asset.status) == AssetStatus.RETIRED.value
    today = day_number(literal(window.day))
    last = case(
        (and_(is_retired, col(Asset.retired_on) <= window.day), day_number(col(Asset.retired_on))),
        else_=today,
    )
    did_attach = func.coalesce(first.c.day <= last, False)
    day = case((did_attach, first.c.day), else_=last) - installed
    columns: Columns = {
        "family": col(Product.family),
        "sku": col(Asset.sku),
        **name_parties(col(Asset.sold_by_partner_id)),
        **name_periods(col(Asset.install_date)),
    }
    return join_parties(
        select(
            *label_groups(columns, window),
            col(Asset.asset_id).label("asset_id"),
            col(Asset.account_id).label("account_id"),
            case((day < 0, 0), else_=day).label("day"),
            case((did_attach, 1), else_=0).label("did_attach"),
        )
        .select_from(Asset)
        .join(Product, and_(col(Product.sku) == col(Asset.sku), known_at(Product, window.known)))
        .outerjoin(first, first.c.asset_id == col(Asset.asset_id))
        .where(
            known_at(Asset, window.known),
            col(Product.kind) == ProductKind.CORE.value,
            col(Asset.status) != AssetStatus.COMPETITOR.value,
            col(Asset.install_date) <= window.day,
            *falls_in(col(Asset.install_date), window),
            or_(~is_retired, col(Asset.retired_on).is_not(None)),
        ),
        window,
        account_id=col(Asset.account_id),
        partner_id=col(Asset.sold_by_partner_id),
    )
