"""From what made sense to what was booked, and why customers said no."""

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from offers.attach_rate import Group, OpportunityKey, count_funnel, wilson_interval
from offers.metrics.entries import Counted
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import (
    PARTIES,
    PERIODS,
    PRODUCTS,
    Query,
    join_parties,
    label_groups,
    name_parties,
    name_periods,
    occurred_in,
    start_of_day,
)
from offers.metrics.offers import load_opportunities
from offers.models import Asset, OfferEvent, Product
from offers.tables.versions import known_at
from offers.vocabulary import OfferEventType

STAGE = "stage"
ELIGIBLE = "eligible"
FUNNEL_DIMENSIONS = (STAGE,)
DECLINE_DIMENSIONS = ("reason", "play", *PRODUCTS, *PARTIES, "technician", *PERIODS)


def count_stages(session: Session, window: Window) -> Counted:
    """Count how many of the window's opportunities got at least to each stage; the total is the last one."""
    keys = {one.key for one, _ in load_opportunities(session, window)}
    query = select(
        col(OfferEvent.account_id), col(OfferEvent.asset_id), col(OfferEvent.play), col(OfferEvent.event),
        col(OfferEvent.offer_id),
    ).where(
        col(OfferEvent.occurred_at) <= window.known,
        known_at(OfferEvent, window.known),
        *([col(OfferEvent.occurred_at) >= start_of_day(window.first_day)] if window.first_day else []),
    )  # fmt: skip
    rows = session.execute(query).all()
    reversed_ids = {row.offer_id for row in rows if row.event == OfferEventType.REVERSED.value}
    undone = {OfferEventType.ACCEPTED.value, OfferEventType.BOOKED.value, OfferEventType.REVERSED.value}
    events = (
        (str(key), row.event)
        for row in rows
        if (key := OpportunityKey(row.account_id, row.asset_id, row.play)) in keys
        and not (row.offer_id in reversed_ids and row.event in undone)
    )
    reached = {ELIGIBLE: len(keys), **count_funnel(events)}
    stages: dict[Group, Counts] = {(stage,): _share(count, len(keys)) for stage, count in reached.items()}
    return (stages if window.by else {}), _share(list(reached.values())[-1], len(keys))


def _select_declined(window: Window) -> Query:
    """SQL: the offers that were declined in the window, with their groups."""
    columns = {
        "reason": col(OfferEvent.reason),
        "play": col(OfferEvent.play),
        "technician": col(OfferEvent.person_id),
        "family": col(Product.family),
        "sku": col(Asset.sku),
        **name_parties(col(OfferEvent.partner_id)),
        **name_periods(col(OfferEvent.occurred_at)),
    }
    listed: Query = (
        select(
            *label_groups(columns, window),
            col(OfferEvent.event_id).label("event_id"),
        )
        .select_from(OfferEvent)
        .outerjoin(
            Asset, and_(col(Asset.asset_id) == col(OfferEvent.asset_id), known_at(Asset, window.known))
        )
        .outerjoin(Product, and_(col(Product.sku) == col(Asset.sku), known_at(Product, window.known)))
        .where(
            col(OfferEvent.event) == OfferEventType.DECLINED.value,
            known_at(OfferEvent, window.known),
            *occurred_in(col(OfferEvent.occurred_at), window),
        )
    )
    if window.scope.person_id is not None:
        listed = listed.where(col(OfferEvent.person_id) == window.scope.person_id)
    return join_parties(
        listed, window, account_id=col(OfferEvent.account_id), partner_id=col(OfferEvent.partner_id)
    )


def count_declines(session: Session, window: Window) -> Counted:
    """Count declined offers by group, each against all of them."""
    declined = _select_declined(window).subquery()
    keys = [declined.c[f"group_{index}"] for index in range(len(window.by))]
    rows = session.execute(select(*keys, func.count()).select_from(declined).group_by(*keys)).all()
    everything = sum(int(row[-1]) for row in rows)
    groups = {tuple(row[:-1]): _share(int(row[-1]), everything) for row in rows} if window.by else {}
    return groups, _share(everything, everything)


def _share(numerator: int, denominator: int) -> Counts:
    return Counts(numerator, denominator, wilson_interval(numerator, denominator), denominator)
