"""What must not get worse while the attach rate rises: failures that repeat, and escalations that are open."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from offers.metrics.figures import Scope
from offers.models import Account, Case, WorkOrder
from offers.tables.versions import current, known_at
from offers.vocabulary import is_call_out

REPEATS = 2
_WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """Machines with at least `REPEATS` call-outs in the last ninety days and in those before, and open escalations."""

    repeat_failures: int
    repeat_failures_before: int
    open_escalations: int


def read_service_health(session: Session, scope: Scope, *, now: datetime) -> ServiceHealth:
    """Return how service stands as is known now, in the reader's region where there is one."""
    since = now - 2 * _WINDOW
    # Of the months that count alone: of all there ever were, every order would be read for its kind.
    kinds = session.execute(
        select(col(WorkOrder.type)).where(current(WorkOrder), col(WorkOrder.opened_at) > since).distinct()
    ).scalars()
    call_outs = [kind for kind in kinds if is_call_out(kind)]
    return ServiceHealth(
        _count_repeats(session, scope, call_outs, now - _WINDOW, now),
        _count_repeats(session, scope, call_outs, since, now - _WINDOW),
        _count_escalations(session, scope, now),
    )


def _count_repeats(
    session: Session, scope: Scope, call_outs: list[str | None], since: datetime, until: datetime
) -> int:
    query = (
        select(col(WorkOrder.asset_id))
        .where(
            current(WorkOrder),
            col(WorkOrder.type).in_(call_outs),
            col(WorkOrder.asset_id).is_not(None),
            col(WorkOrder.opened_at) > since,
            col(WorkOrder.opened_at) <= until,
        )
        .group_by(col(WorkOrder.asset_id))
        .having(func.count() >= REPEATS)
    )
    if scope.region is not None:
        query = query.where(_in_region(WorkOrder, scope.region))
    return int(session.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _count_escalations(session: Session, scope: Scope, now: datetime) -> int:
    query = (
        select(func.count())
        .select_from(Case)
        .where(
            known_at(Case, now),
            col(Case.is_escalated).is_(True),
            col(Case.opened_at) <= now,
            or_(col(Case.closed_at).is_(None), col(Case.closed_at) > now),
        )
    )
    if scope.region is not None:
        query = query.where(_in_region(Case, scope.region))
    return int(session.execute(query).scalar_one())


def _in_region(model: type[WorkOrder] | type[Case], region: str) -> ColumnElement[bool]:
    accounts = select(col(Account.account_id)).where(col(Account.region) == region, current(Account))
    return col(model.account_id).in_(accounts)
