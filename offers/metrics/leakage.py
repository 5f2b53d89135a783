"""Where contract value is lost: machines that nobody saw as an opportunity, and those that were seen and not sold."""

from dataclasses import replace

from sqlalchemy import ColumnElement, and_, case, false, literal, select
from sqlmodel import Session, col

from offers.metrics.entries import Entries, Interval
from offers.metrics.figures import Window
from offers.metrics.grouping import Query, group_names, occurred_in
from offers.metrics.installed_base import COVERAGE_DIMENSIONS, materialise, select_valued
from offers.models import Decision, DecisionCandidate, OfferEvent
from offers.tables.versions import known_at
from offers.vocabulary import OfferEventType, Play

STAGE, ACCOUNT = "stage", "account"
LEAKAGE_DIMENSIONS = (*COVERAGE_DIMENSIONS, ACCOUNT, STAGE)
UNSEEN, UNSOLD, SOLD = "unseen", "unsold", "sold"
"""How far a machine got: nobody saw it, it was seen and is not sold, it is under contract."""

AMOUNTS = ("unseen", "unsold", "visible", "sold")
"""What stands beside the leak as amounts."""

_ADDED = ("unseen", "machines", "unseen_machines", "sold_machines")
_DIFFERENCES = {
    "visible": ("denominator", "unseen"),
    "sold": ("denominator", "numerator"),
    "unsold": ("numerator", "unseen"),
    "visible_machines": ("machines", "unseen_machines"),
    "unsold_machines": ("visible_machines", "sold_machines"),
}

CONTRACT_PLAYS = (Play.RENEWAL, Play.COVERAGE_GAP, Play.WARRANTY_END, Play.WIN_BACK)
"""The plays that bring a machine under contract."""


def select_leakage(session: Session, window: Window) -> Entries:
    """SQL: the attachable value of each active, serviceable asset, and what of it leaks because it isn't covered.

    The base and what is sold are those of `value_attach`. An asset is visible when it is covered, or when a contract
    for it was found eligible, surfaced or accepted in the window.
    """
    own = tuple(name for name in window.by if name not in (ACCOUNT, STAGE))
    valued = select_valued(session, replace(window, by=own))
    seen = materialise(_select_seen(window), "seen")
    is_sold, is_seen = valued.c.is_covered == 1, seen.c.asset_id.is_not(None)
    is_unseen = and_(~is_sold, ~is_seen)
    stage = case((is_sold, SOLD), (is_seen, UNSOLD), else_=UNSEEN)
    names = dict(zip(own, group_names(own), strict=True))
    groups = {ACCOUNT: valued.c.account_id, STAGE: stage} | {
        name: valued.c[key] for name, key in names.items()
    }
    amount = valued.c.amount

    query = (
        select(
            *(groups[name].label(f"group_{index}") for index, name in enumerate(window.by)),
            valued.c.entry_id,
            valued.c.account_id,
            case((is_sold, 0), else_=amount).label("numerator"),
            amount.label("denominator"),
            valued.c.currency,
            case((is_unseen, amount), else_=0).label("unseen"),
            literal(1).label("machines"),
            case((is_unseen, 1), else_=0).label("unseen_machines"),
            case((is_sold, 1), else_=0).label("sold_machines"),
        )
        .select_from(valued)
        .outerjoin(seen, seen.c.asset_id == valued.c.entry_id)
    )
    return Entries(query, Interval.BOOTSTRAP, _ADDED, is_money=True, differences=_DIFFERENCES)


def _select_seen(window: Window) -> Query:
    """SQL: asset_id of the machines for which a contract was an opportunity in the window; a partner's reader's own."""
    plays = [play.value for play in CONTRACT_PLAYS]
    events = [OfferEventType.SURFACED.value, OfferEventType.ACCEPTED.value]
    eligible: Query = (
        select(col(DecisionCandidate.asset_id).label("asset_id"))
        .join(Decision, col(Decision.decision_id) == col(DecisionCandidate.decision_id))
        .where(
            col(DecisionCandidate.is_eligible).is_(True),
            col(DecisionCandidate.play).in_(plays),
            *occurred_in(col(Decision.decided_at), window),
            *_own(window, Decision),
        )
    )
    logged: Query = select(col(OfferEvent.asset_id).label("asset_id")).where(
        col(OfferEvent.event).in_(events),
        col(OfferEvent.play).in_(plays),
        known_at(OfferEvent, window.known),
        *occurred_in(col(OfferEvent.occurred_at), window),
        *_own(window, OfferEvent),
    )
    both = eligible.union_all(logged).subquery()
    return select(both.c.asset_id).where(both.c.asset_id.is_not(None)).distinct()


def _own(window: Window, model: type[Decision] | type[OfferEvent]) -> list[ColumnElement[bool]]:
    """SQL: what others saw is not told to a partner."""
    if not window.scope.is_external:
        return []
    partner_id = window.scope.partner_id
    return [false() if partner_id is None else col(model.partner_id) == partner_id]
