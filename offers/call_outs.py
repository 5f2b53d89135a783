"""How often machines failed: call-outs of the last year, and failures that came back after a repair."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session, col, select

from offers.models import WorkOrder
from offers.tables.versions import Instant, version_at
from offers.vocabulary import is_call_out

_YEAR = timedelta(days=365)
_LATELY = timedelta(days=90)
_REPEATED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CallOut:
    """Somebody was called because a machine failed; `is_over` is False while the work goes on."""

    opened_at: datetime
    is_over: bool


def find_call_outs(
    session: Session, asset_ids: Sequence[str], *, at: datetime, known: Instant
) -> defaultdict[str, list[CallOut]]:
    """Return the call-outs to each machine in the year up to the moment, oldest first; planned work is none."""
    rows = session.exec(
        select(WorkOrder.asset_id, WorkOrder.type, WorkOrder.opened_at, WorkOrder.closed_at)
        .where(
            col(WorkOrder.asset_id).in_(asset_ids),
            col(WorkOrder.opened_at) > at - _YEAR,
            col(WorkOrder.opened_at) <= at,
            version_at(WorkOrder, known),
        )
        .order_by(col(WorkOrder.opened_at), col(WorkOrder.work_order_id))
    ).all()
    found: defaultdict[str, list[CallOut]] = defaultdict(list)
    for asset_id, kind, opened_at, closed_at in rows:
        if asset_id is not None and is_call_out(kind):
            found[asset_id].append(CallOut(opened_at, closed_at is not None and closed_at <= at))
    return found


def count_repeat_failures(call_outs: Sequence[CallOut], at: datetime) -> int:
    """Return how many of a machine's call-outs (oldest first) in the last 90 days came within 30 days of another.

    The one that is going on counts: the machine has failed again.
    """
    return sum(
        later.opened_at - earlier.opened_at <= _REPEATED_WITHIN and at - later.opened_at <= _LATELY
        for earlier, later in pairwise(call_outs)
    )
