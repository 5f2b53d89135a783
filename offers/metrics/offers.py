"""Metrics over offers and their ledger."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, and_, null, select
from sqlmodel import Session, col

from offers.attach_rate import (
    Acceptance,
    Group,
    Opportunity,
    OpportunityKey,
    Sighting,
    find_opportunities,
    wilson_interval,
)
from offers.metrics.entries import Counted, Entry
from offers.metrics.figures import Counts, Window
from offers.metrics.grouping import PARTIES, PERIODS, PRODUCTS, Query, occurred_in, start_of_day
from offers.models import Account, Asset, Decision, DecisionCandidate, OfferEvent, Partner, Product
from offers.tables.versions import known_at
from offers.vocabulary import OfferEventType

CONVERSION_DIMENSIONS = (*PRODUCTS, *PARTIES, "technician", "play", *PERIODS)


_OFFERS_AT_ONCE = 500
_FACTS = {"family", "sku", "region", "segment"}


@dataclass(slots=True)
class _Facts:
    """What a group needs of an opportunity's machine and account."""

    of_key: dict[OpportunityKey, dict[str, str | None]] = field(default_factory=dict)

    def note(self, row: Any) -> OpportunityKey:
        key = OpportunityKey(row.account_id, row.asset_id, row.play)
        self.of_key[key] = {
            "family": row.family,
            "sku": row.sku,
            "region": row.region,
            "segment": row.segment,
            "play": row.play,
        }
        return key


def count_conversion(session: Session, window: Window) -> Counted:
    """Count eligible opportunities, once per account, machine and play, and the accepted ones."""
    grouped: defaultdict[Group, list[Opportunity]] = defaultdict(list)
    opportunities = load_opportunities(session, window)
    for one, dimensions in opportunities:
        grouped[tuple(dimensions[name] for name in window.by)].append(one)
    groups = {group: _proportion(members) for group, members in grouped.items()} if window.by else {}
    return groups, _proportion([one for one, _ in opportunities])


def list_opportunities(session: Session, window: Window) -> list[Entry]:
    """Return the opportunities behind the conversion, oldest first; ids read account/machine/play."""
    return [
        Entry(
            entry_id=name_opportunity(one.key),
            account_id=one.key.account_id,
            group=tuple(dimensions[name] for name in window.by),
            numerator=int(one.is_accepted),
            denominator=1,
        )
        for one, dimensions in load_opportunities(session, window)
    ]


def name_opportunity(key: OpportunityKey) -> str:
    """Return an opportunity's id: account/machine/play."""
    return "/".join(part or "" for part in (key.account_id, key.asset_id, key.play))


def load_opportunities(
    session: Session, window: Window
) -> list[tuple[Opportunity, Mapping[str, str | None]]]:
    """Return each opportunity of the window that is the reader's to see, oldest first, with its dimensions."""
    facts = _Facts()
    opportunities = find_opportunities(
        [*_load_surfaced(session, window, facts), *_load_eligible(session, window, facts)],
        _load_acceptances(session, window, facts),
        attribution_days=window.settings.attribution_days,
        first_day=window.first_day,
        last_day=min(window.last_day, window.day),
    )
    scope = window.scope
    if scope.is_external:
        own = scope.partner_id
        opportunities = [one for one in opportunities if own is not None and one.partner_id == own]
    if scope.person_id is not None:
        opportunities = [one for one in opportunities if one.person_id == scope.person_id]
    if scope.region is not None:
        opportunities = [one for one in opportunities if facts.of_key[one.key]["region"] == scope.region]
    partners = {
        row.partner_id: (row.tier, row.type)
        for row in session.execute(
            select(col(Partner.partner_id), col(Partner.tier), col(Partner.type)).where(
                known_at(Partner, window.known)
            )
        ).all()
    }
    return [(one, {**facts.of_key[one.key], **_name(one, partners)}) for one in opportunities]


def _name(
    one: Opportunity, partners: Mapping[str | None, tuple[str | None, str | None]]
) -> dict[str, str | None]:
    """Return the dimensions that an opportunity has besides its machine's and account's."""
    tier, kind = partners.get(one.partner_id, (None, None))
    opened = one.opened_at
    return {
        "partner": one.partner_id,
        "tier": tier,
        "type": kind,
        "technician": one.person_id,
        "month": f"{opened:%Y-%m}",
        "quarter": f"{opened:%Y}-Q{(opened.month + 2) // 3}",
        "year": f"{opened:%Y}",
    }


def _proportion(opportunities: list[Opportunity]) -> Counts:
    accepted = sum(one.is_accepted for one in opportunities)
    count = len(opportunities)
    return Counts(accepted, count, wilson_interval(accepted, count), count)


def _load_surfaced(session: Session, window: Window, facts: _Facts) -> list[Sighting]:
    query = _with_facts(
        select(
            col(OfferEvent.account_id).label("account_id"),
            col(OfferEvent.asset_id).label("asset_id"),
            col(OfferEvent.play).label("play"),
            col(OfferEvent.occurred_at).label("at"),
            col(OfferEvent.person_id).label("person_id"),
            col(OfferEvent.partner_id).label("partner_id"),
            col(OfferEvent.offer_id).label("offer_id"),
        ).where(
            col(OfferEvent.event) == OfferEventType.SURFACED.value,
            known_at(OfferEvent, window.known),
            *occurred_in(col(OfferEvent.occurred_at), window),
        ),
        window,
        account_id=col(OfferEvent.account_id),
        asset_id=col(OfferEvent.asset_id),
    )
    return [
        Sighting(facts.note(row), row.at, row.person_id, row.partner_id, row.offer_id)
        for row in session.execute(query).all()
    ]


def _load_eligible(session: Session, window: Window, facts: _Facts) -> list[Sighting]:
    query = _with_facts(
        select(
            col(DecisionCandidate.account_id).label("account_id"),
            col(DecisionCandidate.asset_id).label("asset_id"),
            col(DecisionCandidate.play).label("play"),
            col(Decision.decided_at).label("at"),
            col(Decision.person_id).label("person_id"),
            col(Decision.partner_id).label("partner_id"),
        )
        .distinct()
        .join(Decision, col(Decision.decision_id) == col(DecisionCandidate.decision_id))
        .where(
            col(DecisionCandidate.is_eligible).is_(True),
            *occurred_in(col(Decision.decided_at), window),
        ),
        window,
        account_id=col(DecisionCandidate.account_id),
        asset_id=col(DecisionCandidate.asset_id),
    )
    return [
        Sighting(facts.note(row), row.at, row.person_id, row.partner_id)
        for row in session.execute(query).all()
    ]


def _load_acceptances(session: Session, window: Window, facts: _Facts) -> list[Acceptance]:
    query = _with_facts(
        select(
            col(OfferEvent.account_id).label("account_id"),
            col(OfferEvent.asset_id).label("asset_id"),
            col(OfferEvent.play).label("play"),
            col(OfferEvent.occurred_at).label("at"),
            col(OfferEvent.person_id).label("person_id"),
            col(OfferEvent.partner_id).label("partner_id"),
            col(OfferEvent.offer_id).label("offer_id"),
        ).where(
            col(OfferEvent.event) == OfferEventType.ACCEPTED.value,
            col(OfferEvent.occurred_at) <= window.known,
            known_at(OfferEvent, window.known),
        ),
        window,
        account_id=col(OfferEvent.account_id),
        asset_id=col(OfferEvent.asset_id),
    )
    if window.first_day is not None:
        query = query.where(col(OfferEvent.occurred_at) >= start_of_day(window.first_day))
    rows = session.execute(query).all()
    histories = _load_histories(session, [row.offer_id for row in rows], window)
    found = []
    for row in rows:
        key, history = facts.note(row), histories[row.offer_id]
        if any(event.event == OfferEventType.REVERSED.value for event in history):
            continue
        surfaced = tuple(
            Sighting(key, event.at, event.person_id, event.partner_id, row.offer_id)
            for event in history
            if event.event == OfferEventType.SURFACED.value
        )
        found.append(
            Acceptance(
                key,
                row.at,
                row.person_id,
                row.partner_id,
                row.offer_id,
                was_surfaced=bool(surfaced),
                surfaced=surfaced,
            )
        )
    return found


def _load_histories(session: Session, offer_ids: Sequence[str], window: Window) -> dict[str, list[Any]]:
    """Return what each offer was surfaced by and whether it was reversed, as far as was known, in the window or not.

    By offer and nothing else, so that the database has one way to look them up: it would else read every event of a
    kind that there ever was.
    """
    histories: defaultdict[str, list[Any]] = defaultdict(list)
    for start in range(0, len(offer_ids), _OFFERS_AT_ONCE):
        query: Query = select(
            col(OfferEvent.offer_id),
            col(OfferEvent.event),
            col(OfferEvent.occurred_at).label("at"),
            col(OfferEvent.person_id),
            col(OfferEvent.partner_id),
        ).where(
            col(OfferEvent.offer_id).in_(offer_ids[start : start + _OFFERS_AT_ONCE]),
            col(OfferEvent.occurred_at) <= window.known,
            known_at(OfferEvent, window.known),
        )
        for event in session.execute(query).all():
            histories[event.offer_id].append(event)
    return histories


def _with_facts(
    query: Select[*tuple[Any, ...]],
    window: Window,
    *,
    account_id: SQLColumnExpression[Any],
    asset_id: SQLColumnExpression[Any],
) -> Query:
    """SQL: the query with the machine's product and the account beside each row, where they are needed."""
    if window.scope.region is None and not _FACTS & set(window.by):
        return query.add_columns(*(null().label(name) for name in sorted(_FACTS)))
    return (
        query.add_columns(
            col(Product.family).label("family"),
            col(Asset.sku).label("sku"),
            col(Account.region).label("region"),
            col(Account.segment).label("segment"),
        )
        .outerjoin(Asset, and_(col(Asset.asset_id) == asset_id, known_at(Asset, window.known)))
        .outerjoin(Product, and_(col(Product.sku) == col(Asset.sku), known_at(Product, window.known)))
        .outerjoin(Account, and_(col(Account.account_id) == account_id, known_at(Account, window.known)))
    )
