"""How long customers take from a machine's installation to the first thing attached to it.

An attached order line is found only from the first day on of which orders are known: what was installed before it is
observed from then on, and what is older by then than the figure looks ahead is left out, as nothing says whether it was
attached already.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
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
from offers.models import Asset, OrderLine, Product
from offers.survival import SurvivalCurve, build_interval, estimate_survival
from offers.tables.calendar import day_number
from offers.tables.versions import known_at
from offers.vocabulary import AssetStatus, ProductKind

LEFT_OUT = "left_out"
"""Beside the figure: how many machines were installed too long before the first known order."""

TIME_DIMENSIONS = (*PRODUCTS, *PARTIES, *PERIODS)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The curve of the machines that were observed, and how many were left out."""

    curve: SurvivalCurve
    left_out: int


@dataclass(slots=True)
class _Observed:
    """Machines by (day, whether attached on it); `late` are those observed from a later day than the first."""

    days: Counter[tuple[int, bool]] = field(default_factory=Counter)
    late: Counter[int] = field(default_factory=Counter)
    left_out: int = 0

    def estimate(self) -> Estimate:
        rows = [(day, did_attach, count) for (day, did_attach), count in self.days.items()]
        return Estimate(estimate_survival(rows, self.late), self.left_out)


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
    """Return each machine behind the estimate: attached by the horizon's day or not, and how long it was seen.

    Those that were left out count nothing.
    """
    horizon = window.settings.horizon_days
    listed = _select_observations(session, window).subquery()
    return [
        Entry(
            entry_id=row.asset_id,
            account_id=row.account_id,
            group=tuple(getattr(row, name) for name in group_names(window.by)),
            numerator=int(bool(row.did_attach) and row.day <= horizon and not row.is_left_out),
            denominator=int(not row.is_left_out),
            counts_as=_say_seen(row),
        )
        for row in session.execute(select(listed).order_by(listed.c.asset_id)).all()
    ]


def _say_seen(row: Any) -> str:
    if row.is_left_out:
        return f"left out: orders known from day {row.begins} on"
    return f"attached on day {row.day}" if row.did_attach else f"seen without until day {row.day}"


def estimate_curves(session: Session, window: Window) -> dict[Group | None, Estimate]:
    """Return the curve of each group, and of all under None."""
    everyone = _Observed()
    grouped: defaultdict[Group, _Observed] = defaultdict(_Observed)
    listed = _select_observations(session, window).subquery()
    names = [*group_names(window.by), "begins", "day", "did_attach", "is_left_out"]
    keys = [listed.c[name] for name in names]
    for row in session.execute(select(*keys, func.count()).group_by(*keys)).all():
        *group, begins, day, did_attach, is_left_out, count = row
        for one in (everyone, grouped[tuple(group)]):
            if is_left_out:
                one.left_out += int(count)
                continue
            one.days[int(day), bool(did_attach)] += int(count)
            if begins:
                one.late[int(begins)] += int(count)
    estimates: dict[Group | None, Estimate] = {None: everyone.estimate()}
    if window.by:
        estimates |= {group: one.estimate() for group, one in grouped.items()}
    return estimates


def _find_first_order_day(session: Session, window: Window) -> date:
    """Return the first day of which an order is known; without any the day after the as-of day."""
    ordered = col(OrderLine.ordered_at)
    first = session.execute(
        select(func.min(ordered)).where(known_at(OrderLine, window.known), ordered <= window.known)
    ).scalar_one()
    return first.date() if first is not None else window.day + timedelta(days=1)


def _read(estimate: Estimate, horizon_days: int) -> Counts:
    curve = estimate.curve
    point = curve.at(horizon_days)
    median = curve.median_day()
    return Counts(
        point.happened if point is not None else curve.happened,
        curve.subjects,
        build_interval(point) if point is not None else None,
        curve.subjects,
        {
            **({"median_day": median} if median is not None else {}),
            **({LEFT_OUT: estimate.left_out} if estimate.left_out else {}),
        },
        rate=point.share if point is not None else None,
        is_estimated=True,
    )


def _at_least_none(days: ColumnElement[int]) -> ColumnElement[int]:
    return case((days < 0, 0), else_=days)


def _select_observations(session: Session, window: Window) -> Query:
    """SQL: groups, asset_id, account_id, begins, day, did_attach, is_left_out of each asset until it is out of sight.

    Days are counted from its installation; `begins` is the first of which orders are known. Out of sight is the as-of
    day, or the day on which it was retired; what was retired on an unknown day has no row.
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
    day = _at_least_none(case((did_attach, first.c.day), else_=last) - installed)
    begins = _at_least_none(day_number(literal(_find_first_order_day(session, window))) - installed)
    is_unseen = or_(begins > day, begins > window.settings.horizon_days)
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
            begins.label("begins"),
            day.label("day"),
            case((did_attach, 1), else_=0).label("did_attach"),
            case((is_unseen, 1), else_=0).label("is_left_out"),
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
