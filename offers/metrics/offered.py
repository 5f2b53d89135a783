"""By which offer a line was sold, and whose it was: what order and contract lines can be grouped by."""

from sqlalchemy import SQLColumnExpression, and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from offers.metrics.figures import Window
from offers.metrics.grouping import Columns, Query
from offers.models import OfferEvent
from offers.tables.calendar import day_number
from offers.tables.versions import known_at
from offers.vocabulary import OfferEventType

OFFERED = ("play", "technician")
"""A line that came from no offer has neither: its group is None."""

_accepted = aliased(OfferEvent, name="accepted")


def name_offered(window: Window) -> Columns:
    """Return the columns of the offer by which a line was sold, which `join_offers` joins.

    The technician is who surfaced the offer last within the attribution window, else who accepted it.
    """
    shown = aliased(OfferEvent, name="shown")
    days = day_number(col(_accepted.occurred_at)) - day_number(col(shown.occurred_at))
    surfacer = (
        select(col(shown.person_id))
        .where(
            col(shown.offer_id) == col(_accepted.offer_id),
            col(shown.event) == OfferEventType.SURFACED.value,
            col(shown.person_id).is_not(None),
            known_at(shown, window.known),
            days >= 0,
            days <= window.settings.attribution_days,
        )
        .order_by(col(shown.occurred_at).desc(), col(shown.row_id).desc())
        .limit(1)
        .correlate(_accepted)
        .scalar_subquery()
    )
    return {"play": col(_accepted.play), "technician": func.coalesce(surfacer, col(_accepted.person_id))}


def join_offers(query: Query, window: Window, *, offer_id: SQLColumnExpression[str | None]) -> Query:
    """Join the acceptance of the line's offer where a dimension needs it: there is at most one."""
    if not set(OFFERED) & set(window.by):
        return query
    return query.outerjoin(
        _accepted,
        and_(
            col(_accepted.offer_id) == offer_id,
            col(_accepted.event) == OfferEventType.ACCEPTED.value,
            known_at(_accepted, window.known),
            col(_accepted.occurred_at) <= window.known,
        ),
    )
