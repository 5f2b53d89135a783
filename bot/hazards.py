"""While something dangerous is open nothing is sold: neither offered anew nor booked from a card shown before."""

from datetime import timedelta

from slack_sdk.models.views import View
from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from bot.deps import Deps
from bot.records import Visit
from bot.views.acceptance import build_closing
from offers.models import Offer

HELD_BY_HAZARD = (
    "Something dangerous was reported on a visit that is still open, so nothing is booked now. People first: when it is"
    " over, close the visit with Job done and press Accept again."
)


def is_held_by_hazard(session: Session, offer_id: str, slack_user_id: str, deps: Deps) -> bool:
    """Return whether a danger is open on the person's own visit, or on anybody's visit to the offer's machine.

    A danger ends with its visit. What somebody else left open counts no longer than a visit lasts.
    """
    since = deps.clock() - timedelta(hours=deps.settings.visit_lasts_h)
    machines = select(Offer.asset_id).where(Offer.offer_id == offer_id, col(Offer.asset_id).is_not(None))
    is_here = and_(col(Visit.asset_id).in_(machines), col(Visit.opened_at) > since)
    found = select(Visit.visit_id).where(
        col(Visit.danger_reported_at).is_not(None),
        col(Visit.closed_at).is_(None),
        or_(col(Visit.slack_user_id) == slack_user_id, is_here),
    )
    return session.exec(found).first() is not None


def build_held() -> View:
    """Build what takes a form's place while a danger is open."""
    return build_closing("Nothing is booked", HELD_BY_HAZARD)
