"""Which target belongs to a figure, for how long it holds, and how a figure stands to it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from offers.metrics.currencies import CURRENCY
from offers.metrics.figures import Figure, Scope
from offers.metrics.grouping import PERIODS
from offers.models import Target
from offers.people import PersonFacts
from offers.tables.versions import known_at

COLUMNS = {"family": "family", "tier": "tier", "region": "region", "partner": "partner_id"}
"""The dimensions that a target can name, and the columns that it names them in."""

AT_MOST = frozenset({"cancellation_rate", "leakage"})
"""Metrics whose target is a limit: less is better."""


def load_targets(session: Session, metric: str, known: datetime) -> Sequence[Target]:
    """Return the targets of a metric that were known at the instant."""
    query = select(Target).where(col(Target.metric) == metric, known_at(Target, known))
    return session.exec(query).all()


def find_goal(targets: Sequence[Target], group: Mapping[str, str | None], day: date) -> Target | None:
    """Return the target for exactly this group on a day, or None; of several, the latest to begin.

    A target with an empty dimension is for all of it, so it fits no single family; a month is a window and a currency
    what it is counted in: they are no parts, and take the target of the whole. Groups by anything a target can't name
    have none.
    """
    parts = {name: value for name, value in group.items() if name not in (*PERIODS, CURRENCY)}
    if any(name not in COLUMNS or value is None for name, value in parts.items()):
        return None
    wanted = {column: parts.get(name) for name, column in COLUMNS.items()}
    fitting = [
        target
        for target in targets
        if all(getattr(target, column) == value for column, value in wanted.items())
        and (target.valid_from is None or target.valid_from <= day)
        and (target.valid_to is None or target.valid_to >= day)
    ]
    return max(fitting, key=lambda one: (one.valid_from or date.min, one.row_id or 0), default=None)


def find_target(targets: Sequence[Target], group: Mapping[str, str | None], day: date) -> float | None:
    """Return the value of the target for exactly this group on a day, or None."""
    found = find_goal(targets, group, day)
    return None if found is None else found.value


def group_of(scope: Scope) -> dict[str, str | None]:
    """Return which part of the company a reader's figures are: a target for all of it is none for a part."""
    if scope.is_external:
        return {"partner": scope.partner_id}
    if scope.region is not None:
        return {"region": scope.region}
    return {"technician": scope.person_id} if scope.person_id is not None else {}


def find_readers_goal(
    session: Session,
    metric: str,
    *,
    reader: PersonFacts | None,
    now: datetime,
    day: date | None = None,
    only: Mapping[str, str] | None = None,
) -> Target | None:
    """Return the target that a reader's figure of a metric has on a day (today without one), or None."""
    targets = load_targets(session, metric, now)
    return find_goal(targets, {**group_of(Scope.of(reader)), **(only or {})}, day or now.date())


def period_of(target: Target, day: date) -> tuple[date, date]:
    """Return the first and last day of a target's period; where it is open, the calendar year bounds it."""
    last = target.valid_to or date(day.year, 12, 31)
    first = target.valid_from or date(last.year, 1, 1)
    if target.valid_to is None:
        first = max(first, date(last.year, 1, 1))
    return first, last


def judge(metric: str, total: Figure) -> str:
    """Return how a figure stands to its target: missed only when its interval excludes it."""
    if total.rate is None or total.target is None:
        return "no figure"
    if metric in AT_MOST:
        is_met, edge = total.rate <= total.target, total.low
        is_missed = edge is not None and edge > total.target
    else:
        is_met, edge = total.rate >= total.target, total.high
        is_missed = edge is not None and edge < total.target
    if is_met:
        return "met"
    return "missed" if is_missed else "within its noise"
