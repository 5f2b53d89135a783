"""What comes up for renewal, as Home says it: kept in the database like the figures beside it, and made as they are."""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from offers.metrics.figures import Scope
from offers.metrics.rollups import FigureSpec, Viewpoint, store
from offers.models import FigureRollup
from offers.money import Money
from offers.steering.opportunities import RENEWAL_DAYS
from offers.steering.renewals import RenewalSummary, summarise

_SPEC = FigureSpec(f"renewals due in {RENEWAL_DAYS} days")


@dataclass(frozen=True, slots=True)
class DueSum:
    """A sum, when it was made, whether anything has changed since, and what it cost to make."""

    summary: RenewalSummary
    known_at: datetime
    is_fresh: bool
    cost_ms: int


def find_due(session: Session, view: Viewpoint) -> DueSum | None:
    """Return the reader's sum as it was kept, None where there is none."""
    row = session.execute(
        select(FigureRollup).where(col(FigureRollup.key) == view.key_of(_SPEC))
    ).scalar_one_or_none()
    if row is None:
        return None
    values = tuple(Money(**value) for value in row.document["values"])
    summary = RenewalSummary(row.document["lines"], row.document["unpriced"], values)
    is_fresh = row.day == view.now.date() and row.revision == view.revision
    return DueSum(summary, row.known_at, is_fresh, row.cost_ms)


def make_due(session: Session, view: Viewpoint) -> DueSum:
    """Return the reader's sum as it is now."""
    began = time.perf_counter()
    region = Scope.of(view.reader).region
    summary = summarise(session, day=view.now.date(), days=RENEWAL_DAYS, reader=view.reader, region=region)
    return DueSum(summary, view.now, is_fresh=True, cost_ms=round(1000 * (time.perf_counter() - began)))


def keep_due(session: Session, made: DueSum, view: Viewpoint) -> None:
    """Store a sum in place of the one before."""
    values = [
        {"amount_minor": value.amount_minor, "currency": value.currency} for value in made.summary.values
    ]
    document = {"lines": made.summary.lines, "unpriced": made.summary.unpriced, "values": values}
    store(
        session,
        view.key_of(_SPEC),
        view,
        known_at=made.known_at,
        cost_ms=made.cost_ms,
        document=document,
    )
