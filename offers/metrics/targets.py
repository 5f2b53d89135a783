"""Which target belongs to a figure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from offers.metrics.grouping import PERIODS
from offers.models import Target
from offers.tables.versions import known_at

_COLUMNS = {"family": "family", "tier": "tier", "region": "region", "partner": "partner_id"}


def load_targets(session: Session, metric: str, known: datetime) -> Sequence[Target]:
    """Return the targets of a metric that were known at the instant."""
    query = select(Target).where(col(Target.metric) == metric, known_at(Target, known))
    return session.exec(query).all()


def find_target(targets: Sequence[Target], group: Mapping[str, str | None], day: date) -> float | None:
    """Return the target for exactly this group on a day, or None; of several, the latest to begin.

    A target with an empty dimension is for all of it, so it fits no single family; a month is a window, not
    a part, and takes the target of the whole. Groups by anything a target can't name have none.
    """
    parts = {name: value for name, value in group.items() if name not in PERIODS}
    if any(name not in _COLUMNS or value is None for name, value in parts.items()):
        return None
    wanted = {column: parts.get(name) for name, column in _COLUMNS.items()}
    fitting = [
        target
        for target in targets
        if all(getattr(target, column) == value for column, value in wanted.items())
        and (target.valid_from is None or target.valid_from <= day)
        and (target.valid_to is None or target.valid_to >= day)
    ]
    best = max(fitting, key=lambda target: (target.valid_from or date.min, target.row_id or 0), default=None)
    return None if best is None else best.value
