"""What already stands in the records and counts only when its own moment has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from offers.metrics.grouping import start_of_day
from offers.models import ContractLine, Decision, OfferEvent, OrderLine
from offers.vocabulary import OfferEventType

_SOLD = (col(OrderLine.ordered_at), col(OfferEvent.occurred_at), col(Decision.decided_at))
_RETURNED = (col(OrderLine.returned_at),)
_BOOKED = (col(ContractLine.booked_at),)
_BESIDE: Mapping[str, Sequence[Any]] = {
    "net_attach": _RETURNED,
    **dict.fromkeys(("renewal_rate", "renewal_value", "first_renewal_rate"), _BOOKED),
    # By its last sale is known in which currency an account buys.
    **dict.fromkeys(("value_attach", "leakage"), _BOOKED),
}
"""What no index leads to is looked at for the figures that it counts in, and no others."""

_KINDS = tuple(kind.value for kind in OfferEventType)


def find_next_moment(session: Session, metric: str, *, after: datetime) -> datetime | None:
    """Return when, later on the same UTC day, something recorded begins to count in a metric; None for nothing.

    Another system's clock may go before ours, and its export say of a sale a moment that is still to come. What begins
    to count on another day is found then: figures are made anew each day.
    """
    until = start_of_day(after.date()) + timedelta(days=1)
    nearest = [
        select(func.min(moment))
        .where(moment > after, moment < until)
        # Events are found by their kind and moment.
        .where(*([col(OfferEvent.event).in_(_KINDS)] if moment.class_ is OfferEvent else []))
        .scalar_subquery()
        for moment in (*_SOLD, *_BESIDE.get(metric, ()))
    ]
    return min((one for one in session.execute(select(*nearest)).one() if one is not None), default=None)
