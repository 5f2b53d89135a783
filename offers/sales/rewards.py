"""Whose rewards there are and what has become of them by a day, read from the ledger; nothing of it is stored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, select
from sqlmodel import Session, col

from offers.incentives import Accrual, Life, RewardState, Standing, find_standing
from offers.metrics.figures import Scope
from offers.metrics.grouping import end_of_day, start_of_day
from offers.models import (
    Account,
    ContractLine,
    Incentive,
    OfferEvent,
    OrderLine,
    Partner,
    Person,
    ServiceContract,
)
from offers.money import Money
from offers.tables.versions import current, known_at
from offers.vocabulary import ContractStatus, OfferEventType

_LOSSES = (OfferEventType.CANCELLED, OfferEventType.RETURNED, OfferEventType.REVERSED)


@dataclass(frozen=True, slots=True)
class RewardFacts:
    """A reward, whose it is, and what has become of it by a day."""

    incentive_id: str
    offer_id: str
    rule_id: str
    rule_version: int | None
    play: str
    account_id: str
    person_id: str
    person_name: str | None
    partner_id: str | None
    partner_name: str | None
    amount: Money
    accepted_at: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class RewardTotal:
    """Rewards of one currency added up, in minor units; `taken_back_minor` is what of the loss was earned before."""

    currency: str
    sales: int = 0
    accrued_minor: int = 0
    pending_minor: int = 0
    earned_minor: int = 0
    lost_minor: int = 0
    taken_back_minor: int = 0


def list_rewards(
    session: Session,
    *,
    scope: Scope,
    day: date,
    now: datetime,
    cancellation_days: int,
    since: date | None = None,
    offer_id: str | None = None,
) -> list[RewardFacts]:
    """Return the rewards of sales accepted by the end of a day, as they stood then, the oldest sale first.

    What is known by then counts; a day that isn't over, or is to come, is read as far as it has come.

    Args:
        scope: Whose: everybody's, those of a region's customers, one partner's, or one person's.
        since: The first day of acceptance, None for no beginning.
        offer_id: Only the rewards of this sale.
    """
    known = min(end_of_day(day), now)
    day = _day_of(known)
    wanted = [col(Incentive.accepted_at) <= known, *_within(scope)]
    if since is not None:
        wanted.append(col(Incentive.accepted_at) >= start_of_day(since))
    if offer_id is not None:
        wanted.append(col(Incentive.offer_id) == offer_id)
    rows = session.execute(
        select(Incentive, col(Person.name), col(Partner.name))
        .outerjoin(Person, and_(col(Person.person_id) == col(Incentive.person_id), current(Person)))
        .outerjoin(Partner, and_(col(Partner.partner_id) == col(Incentive.partner_id), current(Partner)))
        .where(*wanted)
        .order_by(col(Incentive.accepted_at), col(Incentive.row_id))
    ).all()
    lives = _read_lives(session, wanted, known) if rows else {}
    return [
        _describe(row, name, partner, lives[row.offer_id].close(row.accepted_at), day, cancellation_days)
        for row, name, partner in rows
    ]


def add_up(rewards: Iterable[RewardFacts]) -> list[RewardTotal]:
    """Return the totals by currency, which are never added; [] for no rewards."""
    found: dict[str, list[RewardFacts]] = defaultdict(list)
    for one in rewards:
        found[one.amount.currency].append(one)
    return [
        RewardTotal(
            currency,
            sales=len(some),
            accrued_minor=sum(one.amount.amount_minor for one in some),
            pending_minor=sum(one.standing.pending_minor for one in some),
            earned_minor=sum(one.standing.earned_minor for one in some),
            lost_minor=sum(one.standing.lost_minor for one in some),
            taken_back_minor=sum(
                one.standing.lost_minor for one in some if one.standing.state is RewardState.TAKEN_BACK
            ),
        )
        for currency, some in sorted(found.items())
    ]


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    """SQL: the reward is within the scope."""
    if scope.is_external:
        return [col(Incentive.partner_id) == scope.partner_id if scope.partner_id is not None else false()]
    wanted = []
    if scope.person_id is not None:
        wanted.append(col(Incentive.person_id) == scope.person_id)
    if scope.region is not None:
        own = select(col(Account.account_id)).where(current(Account), col(Account.region) == scope.region)
        wanted.append(col(Incentive.account_id).in_(own))
    return wanted


@dataclass(slots=True)
class _Found:
    """What is read of one sale; the first day of each kind of event counts."""

    first: dict[OfferEventType, date] = field(default_factory=dict)
    units: int = 0
    units_back: list[tuple[date, int]] = field(default_factory=list)

    def note(self, event: OfferEventType, day: date) -> None:
        self.first[event] = min(day, self.first.get(event, day))

    def close(self, accepted_at: datetime) -> Life:
        return Life(
            _day_of(accepted_at),
            booked_on=self.first.get(OfferEventType.BOOKED),
            cancelled_on=self.first.get(OfferEventType.CANCELLED),
            returned_on=self.first.get(OfferEventType.RETURNED),
            reversed_on=self.first.get(OfferEventType.REVERSED),
            units=self.units,
            units_back=tuple(self.units_back),
        )


def _read_lives(
    session: Session, wanted: Sequence[ColumnElement[bool]], known: datetime
) -> Mapping[str, _Found]:
    """Return what was known of each sale: its events, and what the CRM's own records say came back or ended."""
    lives: dict[str, _Found] = defaultdict(_Found)
    for offer_id, event, at in session.execute(_select_events(wanted, known)):
        lives[offer_id].note(OfferEventType(event), _day_of(at))
    for offer_id, cancelled_on in session.execute(_select_cancelled(wanted, known)):
        lives[offer_id].note(OfferEventType.CANCELLED, cancelled_on)
    for offer_id, units, returned_at, returned in session.execute(_select_orders(wanted, known)):
        lives[offer_id].units += units
        if returned_at is not None and returned_at <= known:
            back = units if returned is None else min(returned, units)
            lives[offer_id].units_back.append((_day_of(returned_at), back))
    return lives


def _select_events(wanted: Sequence[ColumnElement[bool]], known: datetime) -> Select[*tuple[Any, ...]]:
    steps = [step.value for step in (OfferEventType.BOOKED, *_LOSSES)]
    return (
        select(col(OfferEvent.offer_id), col(OfferEvent.event), col(OfferEvent.occurred_at))
        .join(Incentive, col(Incentive.offer_id) == col(OfferEvent.offer_id))
        .where(
            *wanted,
            col(OfferEvent.event).in_(steps),
            col(OfferEvent.occurred_at) <= known,
            known_at(OfferEvent, known),
        )
    )


def _select_cancelled(wanted: Sequence[ColumnElement[bool]], known: datetime) -> Select[*tuple[Any, ...]]:
    """SQL: contracts that were cancelled, ours or in the customer's own records."""
    return (
        select(col(ContractLine.offer_id), col(ServiceContract.cancelled_on))
        .join(Incentive, col(Incentive.offer_id) == col(ContractLine.offer_id))
        .join(ServiceContract, col(ServiceContract.contract_id) == col(ContractLine.contract_id))
        .where(
            *wanted,
            known_at(ContractLine, known),
            known_at(ServiceContract, known),
            col(ServiceContract.status) == ContractStatus.CANCELLED.value,
            col(ServiceContract.cancelled_on) <= _day_of(known),
        )
    )


def _select_orders(wanted: Sequence[ColumnElement[bool]], known: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(OrderLine.offer_id),
            col(OrderLine.quantity),
            col(OrderLine.returned_at),
            col(OrderLine.returned_quantity),
        )
        .join(Incentive, col(Incentive.offer_id) == col(OrderLine.offer_id))
        .where(*wanted, known_at(OrderLine, known))
    )


def _day_of(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _describe(
    row: Incentive, name: str | None, partner: str | None, life: Life, day: date, cancellation_days: int
) -> RewardFacts:
    amount = Money(row.amount_minor, row.currency)
    accrual = Accrual(amount, row.service_minor)
    return RewardFacts(
        row.incentive_id,
        row.offer_id,
        row.rule_id,
        row.rule_version,
        row.play,
        row.account_id,
        row.person_id,
        name,
        row.partner_id,
        partner,
        amount,
        row.accepted_at,
        find_standing(accrual, life, day=day, cancellation_days=cancellation_days),
    )
