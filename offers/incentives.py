"""Rewards for sales: what a rule promises, what an acceptance accrues, and what has become of it by a day. Pure.

A reward is written once, when its offer is accepted, and never changes. Whether it is pending, earned, lost or taken
back follows from the ledger as of a day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain
from typing import Any

from offers.money import Money, divide_half_even
from offers.people import PersonFacts
from offers.vocabulary import Role

_WHOLE_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Reward:
    """What one sale is worth to who makes it: a share of its net price in basis points, or a fixed amount."""

    share_bps: int | None = None
    fixed: Money | None = None


@dataclass(frozen=True, slots=True)
class IncentiveTerms:
    """What a rule promises a partner, and one of our own technicians; None promises nothing."""

    partner: Reward | None = None
    technician: Reward | None = None

    def __bool__(self) -> bool:
        """Whether anybody is promised anything."""
        return self.partner is not None or self.technician is not None

    def find_reward(self, person: PersonFacts) -> Reward | None:
        """Return what the person is promised: a partner's person through their company, a technician themself."""
        if person.is_external:
            return self.partner if person.partner_id is not None else None
        return self.technician if person.role == Role.TECHNICIAN.value else None

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Return the terms as they are stored; {} for none."""
        said = {"partner": self.partner, "technician": self.technician}
        return {who: _as_json(reward) for who, reward in said.items() if reward is not None}


NO_TERMS = IncentiveTerms()


def _as_json(reward: Reward) -> dict[str, Any]:
    if reward.fixed is None:
        return {"share_bps": reward.share_bps}
    return {"amount_minor": reward.fixed.amount_minor, "currency": reward.fixed.currency}


def read_terms(stored: Mapping[str, Mapping[str, Any]] | None) -> IncentiveTerms:
    """Return the terms from what `as_json` gave."""
    return IncentiveTerms(**{who: _read_reward(one) for who, one in (stored or {}).items()})


def _read_reward(stored: Mapping[str, Any]) -> Reward:
    if "share_bps" in stored:
        return Reward(share_bps=int(stored["share_bps"]))
    return Reward(fixed=Money(int(stored["amount_minor"]), str(stored["currency"])))


@dataclass(frozen=True, slots=True)
class Accrual:
    """A reward as an acceptance writes it.

    `service_minor` is the part that hangs on the services of a sale of services and goods, which may be undone apart;
    None where the sale is of one of them alone.
    """

    amount: Money
    service_minor: int | None = None


def accrue(reward: Reward, *, net: Money, service_net_minor: int) -> Accrual:
    """Return what a sale accrues.

    Shares are rounded once, half to even, to the minor units that the currency has.

    Args:
        net: What was agreed on, without tax.
        service_net_minor: How much of it is for services.
    """
    amount = reward.fixed or Money(
        divide_half_even(net.amount_minor * (reward.share_bps or 0), _WHOLE_BPS), net.currency
    )
    if not 0 < service_net_minor < net.amount_minor:
        return Accrual(amount)
    part = divide_half_even(amount.amount_minor * service_net_minor, net.amount_minor)
    return Accrual(amount, part)


class RewardState(StrEnum):
    """What has become of a reward."""

    PENDING = "pending"
    EARNED = "earned"
    LOST = "lost"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class Life:
    """What the ledger says of a sale; each the first UTC day on which it was so, None for never.

    `cancelled_on` is of its services, `returned_on` of all its goods; `units_back` are the units that came back and
    when, of the `units` that were ordered.
    """

    accepted_on: date
    booked_on: date | None = None
    cancelled_on: date | None = None
    returned_on: date | None = None
    reversed_on: date | None = None
    units: int = 0
    units_back: Sequence[tuple[date, int]] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A reward as of a day. The three parts add up to what was accrued; `since` is the day of a loss of all of it."""

    state: RewardState
    pending_minor: int = 0
    earned_minor: int = 0
    lost_minor: int = 0
    since: date | None = None


def find_standing(accrual: Accrual, life: Life, *, day: date, cancellation_days: int) -> Standing:
    """Return what has become of a reward by the end of a day.

    It is earned when the sale is booked and its cancellation window is over: a window of 90 days from 1 January on
    is over on 2 April. What is undone later is taken back.
    """
    total = accrual.amount.amount_minor
    turning = sorted({one for one in _days_of_loss(life) if one <= day})
    ended_on = next((one for one in turning if _is_all_lost(accrual, life, one)), None)
    earned_on = _find_earned_on(life, cancellation_days)
    if ended_on is not None:
        was_earned = earned_on is not None and earned_on < ended_on
        state = RewardState.TAKEN_BACK if was_earned else RewardState.LOST
        return Standing(state, lost_minor=total, since=ended_on)
    lost = _find_part_lost(accrual, life, day)
    if earned_on is not None and earned_on <= day:
        return Standing(RewardState.EARNED, earned_minor=total - lost, lost_minor=lost)
    return Standing(RewardState.PENDING, pending_minor=total - lost, lost_minor=lost)


def _find_earned_on(life: Life, cancellation_days: int) -> date | None:
    if life.booked_on is None:
        return None
    return max(life.booked_on, life.accepted_on + timedelta(days=cancellation_days + 1))


def _days_of_loss(life: Life) -> list[date]:
    whole = (life.cancelled_on, life.returned_on, life.reversed_on)
    return [one for one in chain(whole, (back_on for back_on, _ in life.units_back)) if one is not None]


def _is_all_lost(accrual: Accrual, life: Life, day: date) -> bool:
    is_cancelled = _is_by(life.cancelled_on, day)
    is_returned = _is_by(life.returned_on, day) or 0 < life.units <= _count_back(life, day)
    if _is_by(life.reversed_on, day):
        return True
    if accrual.service_minor is None:
        return is_cancelled or is_returned
    return is_cancelled and is_returned


def _find_part_lost(accrual: Accrual, life: Life, day: date) -> int:
    """Return what is lost of a reward that is not lost whole, in minor units."""
    service = accrual.service_minor or 0
    goods = accrual.amount.amount_minor - service
    lost = service if _is_by(life.cancelled_on, day) else 0
    if _is_by(life.returned_on, day):
        return lost + goods
    if life.units <= 0:
        return lost
    return lost + divide_half_even(goods * min(_count_back(life, day), life.units), life.units)


def _count_back(life: Life, day: date) -> int:
    return sum(units for back_on, units in life.units_back if back_on <= day)


def _is_by(happened_on: date | None, day: date) -> bool:
    return happened_on is not None and happened_on <= day
