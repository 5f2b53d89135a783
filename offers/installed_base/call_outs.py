"""How often machines failed: call-outs of the last year, and failures that came back after a repair."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session

from offers.installed_base.machine_sets import MachineSet, is_listed, is_of_account
from offers.models import WorkOrder
from offers.tables.columns import UtcDateTime
from offers.tables.versions import Instant, table_of, version_bound
from offers.vocabulary import is_call_out

_YEAR = timedelta(days=365)
_LATELY = timedelta(days=90)
REPEATED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CallOut:
    """Somebody was called because a machine failed; `is_over` is False while the work goes on."""

    opened_at: datetime
    is_over: bool


def find_call_outs(
    session: Session, machines: MachineSet, *, at: datetime, known: Instant, is_recent: bool = False
) -> defaultdict[str, list[CallOut]]:
    """Return the call-outs to each machine in the year up to the moment, oldest first; planned work is none.

    Args:
        is_recent: Then no more are read than failures that were repeated lately are counted from.
    """
    since = at - (_LATELY + REPEATED_WITHIN if is_recent else _YEAR)
    rows = machines.read(session, _opened_listed, _opened_of_account, known, since=since, at=at)
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
        later.opened_at - earlier.opened_at <= REPEATED_WITHIN and at - later.opened_at <= _LATELY
        for earlier, later in pairwise(call_outs)
    )


_WORK_ORDER = table_of(WorkOrder)


@cache
def _opened(is_past: bool) -> Select[Any]:
    c = _WORK_ORDER.c
    return (
        select(c.asset_id, c.type, c.opened_at, c.closed_at)
        .where(
            c.opened_at > bindparam("since", type_=UtcDateTime),
            c.opened_at <= bindparam("at", type_=UtcDateTime),
            version_bound(_WORK_ORDER, is_past=is_past),
        )
        .order_by(c.opened_at, c.work_order_id)
    )


@cache
def _opened_listed(is_past: bool) -> Select[Any]:
    return _opened(is_past).where(is_listed(_WORK_ORDER.c.asset_id))


@cache
def _opened_of_account(is_past: bool) -> Select[Any]:
    return _opened(is_past).where(is_of_account(_WORK_ORDER.c.asset_id, is_past=is_past))
