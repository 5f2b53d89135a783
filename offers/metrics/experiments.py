"""What offering adds: accounts that are offered something against those that were held out by chance."""

from dataclasses import replace

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from offers.attach_rate import Group, wilson_interval
from offers.intervals import difference_interval
from offers.metrics.entries import Counted, Entry
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import (
    PERIODS,
    Query,
    group_names,
    join_parties,
    label_groups,
    name_periods,
    occurred_in,
)
from offers.metrics.orders import Item, is_attached, with_items
from offers.models import Account, Decision, OrderLine
from offers.tables.calendar import day_number

ARM = "arm"
OFFERED, HELD_OUT = "offered", "held_out"
INCREMENT_DIMENSIONS = (ARM, "region", "segment", *PERIODS)
"""Periods are of the day on which an account was first considered."""


def count_increment(session: Session, window: Window) -> Counted:
    """Count accounts under the experiment that bought something attached after they were first considered.

    An account counts in the arm that it was drawn into, whatever was shown to it; first considered is within the
    window, and who was held out by any experiment there counts as held out. The total's rate is the difference
    between the arms, of which neither numerator nor denominator make sense: they are the sums over both.
    """
    if window.scope.is_external:
        return {}, Counts(0, 0, None)
    arms = _count_arms(session, replace(window, by=(ARM,)))
    groups = _count_arms(session, window) if window.by else {}
    return groups, _difference(arms)


def _difference(arms: dict[Group, Counts]) -> Counts:
    offered, held = arms.get((OFFERED,)), arms.get((HELD_OUT,))
    numerator = sum(counts.numerator for counts in arms.values())
    denominator = sum(counts.denominator for counts in arms.values())
    if offered is None or held is None:
        return Counts(numerator, denominator, None, denominator, is_estimated=True)
    rate = offered.numerator / offered.denominator - held.numerator / held.denominator
    interval = difference_interval(
        (offered.numerator, offered.denominator), (held.numerator, held.denominator)
    )
    return Counts(numerator, denominator, interval, denominator, rate=rate, is_estimated=True)


def list_arms(session: Session, window: Window) -> list[Entry]:
    """Return each account under the experiment, in the arm it was drawn into, and whether it bought."""
    if window.scope.is_external:
        return []
    listed = _select_arms(window).subquery()
    said = {OFFERED: "offered something", HELD_OUT: "held out"}
    return [
        Entry(
            entry_id=row.account_id,
            account_id=row.account_id,
            group=tuple(getattr(row, name) for name in group_names(window.by)),
            numerator=int(row.bought),
            denominator=1,
            counts_as=f"{said[row.arm]}, {'bought' if row.bought else 'did not buy'}",
        )
        for row in session.execute(select(listed).order_by(listed.c.account_id)).all()
    ]


def _count_arms(session: Session, window: Window) -> dict[Group, Counts]:
    listed = _select_arms(window).subquery()
    keys = [listed.c[name] for name in group_names(window.by)]
    query = select(*keys, func.sum(listed.c.bought), func.count()).group_by(*keys)
    counted: dict[Group, Counts] = {}
    for *group, bought, accounts in session.execute(query).all():
        counted[tuple(group)] = Counts(
            int(bought), int(accounts), wilson_interval(int(bought), int(accounts)), int(accounts)
        )
    return counted


def _select_arms(window: Window) -> Query:
    """SQL: groups, account_id, arm, bought: each account that was considered in the window."""
    decision = aliased(Decision)
    first = (
        select(
            col(decision.account_id).label("account_id"),
            func.min(col(decision.decided_at)).label("decided_at"),
            func.max(case((col(decision.is_held_out).is_(True), 1), else_=0)).label("is_held_out"),
        )
        .where(col(decision.experiment).is_not(None), *occurred_in(col(decision.decided_at), window))
        .group_by(col(decision.account_id))
        .subquery("first_decision")
    )
    days = day_number(col(OrderLine.ordered_at)) - day_number(first.c.decided_at)
    bought = (
        with_items(select(col(OrderLine.account_id).label("account_id")), window)
        .join(first, first.c.account_id == col(OrderLine.account_id))
        .where(
            is_attached(Item),
            col(OrderLine.ordered_at) <= window.known,
            col(OrderLine.ordered_at) >= first.c.decided_at,
            days <= window.settings.attribution_days,
        )
        .distinct()
        .subquery("bought")
    )
    arm = case((first.c.is_held_out == 1, HELD_OUT), else_=OFFERED)
    columns = {
        ARM: arm,
        "region": col(Account.region),
        "segment": col(Account.segment),
        **name_periods(first.c.decided_at),
    }
    return join_parties(
        select(
            *label_groups(columns, window),
            first.c.account_id,
            arm.label("arm"),
            case((bought.c.account_id.is_not(None), 1), else_=0).label("bought"),
        )
        .select_from(first)
        .outerjoin(bought, and_(bought.c.account_id == first.c.account_id)),
        window,
        account_id=first.c.account_id,
        partner_id=first.c.account_id,
    )
