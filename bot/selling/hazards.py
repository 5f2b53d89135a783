"""While something dangerous is open nothing is sold: neither offered anew nor booked from a card shown before."""

from slack_sdk.models.views import View
from sqlmodel import Session, col, select

from bot.conduct.threads import is_danger_open
from bot.deps import Deps
from bot.views.acceptance import build_closing
from offers.models import Offer

HELD_BY_HAZARD = (
    "Something dangerous was reported on a visit that is still open, so nothing is booked now. People first: when it is"
    " over, close the visit with Job done and press Accept again."
)


def is_held_by_hazard(session: Session, offer_id: str, slack_user_id: str, deps: Deps) -> bool:
    """Return whether a danger is open on the person's own visit, or on anybody's visit to the offer's machine."""
    machines = select(Offer.asset_id).where(Offer.offer_id == offer_id, col(Offer.asset_id).is_not(None))
    return is_danger_open(
        session, slack_user_id, machines, now=deps.clock(), lasts_h=deps.settings.visit_lasts_h
    )


def build_held() -> View:
    """Build what takes a form's place while a danger is open."""
    return build_closing("Nothing is booked", HELD_BY_HAZARD)
