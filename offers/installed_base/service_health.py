"""How customers fare: machines that keep failing, and escalations that are open, now and in the time before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, or_, select
from sqlmodel import Session, col

from offers.attach_rate import Group
from offers.metrics.figures import Scope, Window
from offers.metrics.grouping import (
    PARTIES,
    PRODUCTS,
    Columns,
    Query,
    end_of_day,
    group_names,
    join_parties,
    name_parties,
    start_of_day,
)
from offers.models import Asset, Case, Product, WorkOrder
from offers.tables.columns import Versioned
from offers.tables.versions import version_at
from offers.vocabulary import is_call_out

REPEATS = 2
"""So many call-outs to one machine in the time looked at are a failure that repeats."""

HEALTH_DIMENSIONS = (*PRODUCTS, *PARTIES)
"""Of a machine: what it is, whose, and who sold it."""

Pair = tuple[int, int]
"""How many now, and how many before."""


@dataclass(frozen=True, slots=True)
class Days:
    """A period and the one before it, all days included."""

    first: date
    last: date
    before_first: date
    before_last: date

    @classmethod
    def up_to(cls, last: date, *, count: int) -> "Days":
        """Return so many days up to one, and as many before."""
        begins = last - timedelta(days=count - 1)
        return cls(begins, last, begins - timedelta(days=count), begins - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """Machines with at least `REPEATS` call-outs in the period, and escalations open at its end."""

    repeat_failures: Pair
    open_escalations: Pair


NO_TROUBLE = ServiceHealth((0, 0), (0, 0))


def read_service_health(
    session: Session,
    scope: Scope,
    days: Days,
    *,
    now: datetime,
    is_past: bool = False,
    only: Mapping[str, str] | None = None,
) -> ServiceHealth:
    """Return how service stands in the reader's part and the days before, as far as was known at `now`.

    `is_past`: that instant lies before the present, whose rows are found faster. `only` keeps machines with these
    values of `HEALTH_DIMENSIONS`. A partner's reader gets machines the partner sold.
    """
    found = read_health_groups(session, scope, days, (), now=now, is_past=is_past, only=only)
    return found.get((), NO_TROUBLE)


def read_health_groups(
    session: Session,
    scope: Scope,
    days: Days,
    by: Sequence[str],
    *,
    now: datetime,
    is_past: bool = False,
    only: Mapping[str, str] | None = None,
) -> dict[Group, ServiceHealth]:
    """Return how service stands in each group by `HEALTH_DIMENSIONS`; one without trouble is left out.

    The options are those of `read_service_health`.
    """
    part = _Part(scope, days, dict(only or {}), now, is_past, tuple(by))
    failures = (
        _count_repeats(session, part, days.first, days.last),
        _count_repeats(session, part, days.before_first, days.before_last),
    )
    escalations = (
        _count_escalations(session, part, days.last),
        _count_escalations(session, part, days.before_last),
    )
    return {
        group: ServiceHealth(
            (failures[0].get(group, 0), failures[1].get(group, 0)),
            (escalations[0].get(group, 0), escalations[1].get(group, 0)),
        )
        for group in {group for counted in (*failures, *escalations) for group in counted}
    }


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of the company that a reader asks about, and what is known of it."""

    scope: Scope
    days: Days
    only: Mapping[str, str]
    known: datetime
    is_past: bool
    by: tuple[str, ...] = ()

    def holds(self, model: type[Versioned]) -> ColumnElement[bool]:
        """SQL: the row version that counts."""
        return version_at(model, self.known if self.is_past else None)

    def keep(
        self,
        query: Query,
        account_id: SQLColumnExpression[str],
        asset_id: SQLColumnExpression[str | None],
    ) -> Query:
        """SQL: the query's rows that are of this part, with their groups."""
        if self.only or self.by or self.scope.is_external:
            query = query.outerjoin(
                Asset, and_(col(Asset.asset_id) == asset_id, self.holds(Asset))
            ).outerjoin(Product, and_(col(Product.sku) == col(Asset.sku), self.holds(Product)))
        window = Window(
            day=self.days.last,
            known=self.known,
            first_day=self.days.first,
            last_day=self.days.last,
            by=(*self.by, *self.only),
            scope=self.scope,
        )
        seller = col(Asset.sold_by_partner_id)
        columns: Columns = {"family": col(Product.family), "sku": col(Asset.sku), **name_parties(seller)}
        joined = join_parties(query, window, account_id=account_id, partner_id=seller)
        labels = zip(self.by, group_names(self.by), strict=True)
        groups: list[ColumnElement[Any]] = [columns[name].label(label) for name, label in labels]
        kept = joined.where(*(columns[name] == value for name, value in self.only.items()))
        return kept.add_columns(*groups).group_by(*groups)


def _count_repeats(session: Session, part: _Part, first: date, last: date) -> dict[Group, int]:
    within = (
        part.holds(WorkOrder),
        col(WorkOrder.opened_at) >= start_of_day(first),
        col(WorkOrder.opened_at) <= min(end_of_day(last), part.known),
    )
    # Of the days that count alone: of all there ever were, every order would be read for its kind.
    kinds = session.execute(select(col(WorkOrder.type)).where(*within).distinct()).scalars()
    query: Query = (
        select(col(WorkOrder.asset_id))
        .select_from(WorkOrder)
        .where(
            *within,
            col(WorkOrder.type).in_([kind for kind in kinds if is_call_out(kind)]),
            col(WorkOrder.asset_id).is_not(None),
        )
        .group_by(col(WorkOrder.asset_id))
        .having(func.count() >= REPEATS)
    )
    repeats = part.keep(query, col(WorkOrder.account_id), col(WorkOrder.asset_id)).subquery()
    groups = [repeats.c[name] for name in group_names(part.by)]
    counted = session.execute(select(func.count(), *groups).select_from(repeats).group_by(*groups)).all()
    return {tuple(group): int(count) for count, *group in counted}


def _count_escalations(session: Session, part: _Part, day: date) -> dict[Group, int]:
    at = min(end_of_day(day), part.known)
    query: Query = (
        select(func.count())
        .select_from(Case)
        .where(
            part.holds(Case),
            col(Case.is_escalated).is_(True),
            col(Case.opened_at) <= at,
            or_(col(Case.closed_at).is_(None), col(Case.closed_at) > at),
        )
    )
    counted = session.execute(part.keep(query, col(Case.account_id), col(Case.asset_id))).all()
    return {tuple(group): int(count) for count, *group in counted}
