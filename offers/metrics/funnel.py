"""From what made sense to what was booked, and why customers said no."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from offers.attach_rate import FUNNEL, Group, OpportunityKey, find_furthest, wilson_interval
from offers.metrics.entries import Counted, Entry
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import (
    PARTIES,
    PERIODS,
    PRODUCTS,
    Query,
    group_names,
    join_parties,
    label_groups,
    name_parties,
    name_periods,
    occurred_in,
    start_of_day,
)
from offers.metrics.offers import CONVERSION_DIMENSIONS, load_opportunities, name_opportunity
from offers.metrics.parts import without_share
from offers.models import Asset, OfferEvent, Product
from offers.tables.versions import known_at
from offers.vocabulary import OfferEventType

STAGE = "stage"
ELIGIBLE = "eligible"
DROPPED = "dropped"
STAGES = (ELIGIBLE, *(stage.value for stage in FUNNEL))
"""What an opportunity gets to, in order."""

FUNNEL_DIMENSIONS = (STAGE, *CONVERSION_DIMENSIONS)
DECLINE_DIMENSIONS = ("reason", "play", *PRODUCTS, *PARTIES, "technician", *PERIODS)


def count_stages(session: Session, window: Window) -> Counted:
    """Count how many of the window's opportunities got at least to each stage; the total is the last one.

    Without stages a group is of the last one too. What was dropped since the stage before stands beside, in a group of
    the last stage alone and in the total all that was dropped on the way.
    """
    reached = _list_reached(session, window)
    groups: defaultdict[Group, list[int]] = defaultdict(list)
    for one in reached:
        groups[tuple(one.dimensions[name] for name in window.by if name != STAGE)].append(one.stage)
    counted: dict[Group, Counts] = {}
    for group, places in groups.items():
        counts = [sum(at >= place for at in places) for place in range(len(STAGES))]
        if STAGE not in window.by:
            counted[group] = _stage(counts, len(STAGES) - 1, since=0)
            continue
        where = window.by.index(STAGE)
        for place, stage in enumerate(STAGES):
            counted[(*group[:where], stage, *group[where:])] = _stage(counts, place, since=max(0, place - 1))
    whole = [sum(one.stage >= place for one in reached) for place in range(len(STAGES))]
    total = _stage(whole, len(STAGES) - 1, since=0)
    if not window.by:
        return {}, total
    if window.by == (STAGE,) and not counted:
        return {(stage,): _stage(whole, 0, since=0) for stage in STAGES}, total
    return {group: counted[group] for group in sorted(counted, key=partial(_place, window.by))}, total


def list_stages(session: Session, window: Window) -> list[Entry]:
    """Return each opportunity of the window with the furthest stage that it got to; by stage once for every stage."""
    entries = []
    for one in _list_reached(session, window):
        for place, stage in enumerate(STAGES) if STAGE in window.by else [(len(STAGES) - 1, "")]:
            entries.append(
                Entry(
                    entry_id=name_opportunity(one.key),
                    account_id=one.key.account_id,
                    group=tuple(stage if name == STAGE else one.dimensions[name] for name in window.by),
                    numerator=int(one.stage >= place),
                    denominator=1,
                    counts_as=f"got to {STAGES[one.stage]}",
                )
            )
    return entries


@dataclass(frozen=True, slots=True)
class _Reached:
    """An opportunity with the place in `STAGES` of the furthest one that it got to."""

    key: OpportunityKey
    dimensions: Mapping[str, str | None]
    stage: int


def _list_reached(session: Session, window: Window) -> list[_Reached]:
    own = replace(window, by=tuple(name for name in window.by if name != STAGE))
    opportunities = load_opportunities(session, own)
    keys = {one.key for one, _ in opportunities}
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
    furthest = find_furthest(
        (str(key), row.event)
        for row in rows
        if (key := OpportunityKey(row.account_id, row.asset_id, row.play)) in keys
        and not (row.offer_id in reversed_ids and row.event in undone)
    )
    return [
        _Reached(one.key, dimensions, furthest.get(str(one.key), -1) + 1) for one, dimensions in opportunities
    ]


def _stage(counts: Sequence[int], place: int, *, since: int) -> Counts:
    return replace(_share(counts[place], counts[0]), asides={DROPPED: counts[since] - counts[place]})


def _place(by: Sequence[str], group: Group) -> tuple[tuple[bool, int, str], ...]:
    """Return where a group stands: stages in the order in which they are reached, others by name, unknown last."""
    return tuple(
        (False, STAGES.index(str(value)), "") if name == STAGE else (value is None, 0, value or "")
        for name, value in zip(by, group, strict=True)
    )


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
            col(OfferEvent.account_id).label("account_id"),
            col(OfferEvent.reason).label("reason"),
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
    """Count declined offers by group, each against all of them; the total is their number."""
    declined = _select_declined(window).subquery()
    keys = [declined.c[f"group_{index}"] for index in range(len(window.by))]
    rows = session.execute(select(*keys, func.count()).select_from(declined).group_by(*keys)).all()
    everything = sum(int(row[-1]) for row in rows)
    groups = {tuple(row[:-1]): _share(int(row[-1]), everything) for row in rows} if window.by else {}
    return groups, without_share(_share(everything, everything))


def list_declines(session: Session, window: Window) -> list[Entry]:
    """Return each offer that was declined in the window, by its event's id."""
    declined = _select_declined(window).subquery()
    return [
        Entry(
            entry_id=row.event_id,
            account_id=row.account_id,
            group=tuple(getattr(row, name) for name in group_names(window.by)),
            numerator=1,
            denominator=1,
            counts_as=f"declined: {row.reason}" if row.reason else "declined without a reason",
        )
        for row in session.execute(select(declined).order_by(declined.c.event_id)).all()
    ]


def _share(numerator: int, denominator: int) -> Counts:
    return Counts(numerator, denominator, wilson_interval(numerator, denominator), denominator)
