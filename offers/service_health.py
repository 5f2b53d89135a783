"""How customers fare: machines that keep failing, and escalations that are open, now and in the time before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, or_, select
from sqlmodel import Session, col

from offers.metrics.figures import Scope, Window
from offers.metrics.grouping import (
    PARTIES,
    PRODUCTS,
    Columns,
    Query,
    end_of_day,
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
    part = _Part(scope, days, dict(only or {}), now, is_past)
    return ServiceHealth(
        repeat_failures=(
            _count_repeats(session, part, days.first, days.last),
            _count_repeats(session, part, days.before_first, days.before_last),
        ),
        open_escalations=(
            _count_escalations(session, part, days.last),
            _count_escalations(session, part, days.before_last),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of the company that a reader asks about, and what is known of it."""

    scope: Scope
    days: Days
    only: Mapping[str, str]
    known: datetime
    is_past: bool

    def holds(self, model: type[Versioned]) -> ColumnElement[bool]:
        """SQL: the row version that counts."""
        return version_at(model, self.known if self.is_past else None)

    def keep(
        self,
        query: Query,
        account_id: SQLColumnExpression[str],
        asset_id: SQLColumnExpression[str | None],
    ) -> Query:
        """SQL: the query's rows that are of this part."""
        if self.only or self.scope.is_external:
            query = query.outerjoin(
                Asset, and_(col(Asset.asset_id) == asset_id, self.holds(Asset))
            ).outerjoin(Product, and_(col(Product.sku) == col(Asset.sku), self.holds(Product)))
        window = Window(
            day=self.days.last,
            known=self.known,
            first_day=self.days.first,
            last_day=self.days.last,
            by=tuple(self.only),
            scope=self.scope,
        )
        seller = col(Asset.sold_by_partner_id)
        columns: Columns = {"family": col(Product.family), "sku": col(Asset.sku), **name_parties(seller)}
        joined = join_parties(query, window, account_id=account_id, partner_id=seller)
        return joined.where(*(columns[name] == value for name, value in self.only.items()))


def _count_repeats(session: Session, part: _Part, first: date, last: date) -> int:
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
    query = part.keep(query, col(WorkOrder.account_id), col(WorkOrder.asset_id))
    return int(session.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _count_escalations(session: Session, part: _Part, day: date) -> int:
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
    return int(session.execute(part.keep(query, col(Case.account_id), col(Case.asset_id))).scalar_one())
