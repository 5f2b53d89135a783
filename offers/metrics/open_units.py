"""Core units whose point of sale isn't over: an attached line may still come soon enough after installation."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from offers.metrics.entries import Entry
from offers.metrics.ties import in_parts
from offers.models import Asset, OrderLine
from offers.tables.versions import known_at


def count_open_units(
    session: Session, entries: Iterable[Entry], *, day: date, known: datetime, pos_days: int
) -> int:
    """Return how many units of order lines without an attached one can still get it after the day.

    Of a machine that isn't installed yet, or not known, nothing is over; a line that names no machine never counts.
    """
    left = {one.entry_id: one.denominator for one in entries if not one.numerator}
    first = day - timedelta(days=pos_days - 1)
    total = 0
    for ids in in_parts(left):
        query = (
            select(col(OrderLine.order_line_id))
            .outerjoin(
                Asset, and_(col(Asset.asset_id) == col(OrderLine.related_asset_id), known_at(Asset, known))
            )
            .where(
                known_at(OrderLine, known),
                col(OrderLine.order_line_id).in_(ids),
                col(OrderLine.related_asset_id).is_not(None),
                or_(col(Asset.install_date).is_(None), col(Asset.install_date) >= first),
            )
        )
        total += sum(left[line_id] for (line_id,) in session.execute(query).all())
    return total
