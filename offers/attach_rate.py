"""The formulas of the attach rate. Pure: no database, no clock; the words are defined in the design, section 6."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from typing import TypeVar

from offers.vocabulary import OfferEventType

CONFIDENCE = 0.95
NORMAL_POINT = 1.959963984540054

Interval = tuple[float, float]
Group = tuple[str | None, ...]
GroupKey = TypeVar("GroupKey")


def divide(numerator: int, denominator: int) -> float | None:
    """Return the rate, or None for a zero denominator."""
    return None if denominator == 0 else numerator / denominator


def wilson_interval(numerator: int, denominator: int) -> Interval | None:
    """Return the 95 % Wilson score interval of a proportion, or None for a zero denominator.

    Wilson, E. B. (1927), JASA 22; without continuity correction. 3 of 4 -> (.3006, .9544).
    """
    return None if denominator == 0 else score_interval(numerator, denominator, denominator)


def score_interval(numerator: int, denominator: int, n: int) -> Interval:
    """Return the Wilson score interval of a share that rests on n independent things."""
    rate, share = numerator / denominator, NORMAL_POINT**2 / n
    middle = (rate + share / 2) / (1 + share)
    half = NORMAL_POINT * sqrt(rate * (1 - rate) / n + share / (4 * n)) / (1 + share)
    # At the ends the bound is the end itself, which the difference would miss by a rounding.
    return (0.0 if numerator == 0 else middle - half), (1.0 if numerator == denominator else middle + half)


@dataclass(frozen=True, slots=True)
class OpportunityKey:
    """What counts once in a window: account, machine (None: the account as a whole) and play."""

    account_id: str | None
    asset_id: str | None
    play: str | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A moment at which an opportunity was seen: an eligible candidate, or an offer that was surfaced."""

    key: OpportunityKey
    at: datetime
    person_id: str | None
    partner_id: str | None
    offer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An accepted offer. `was_surfaced`: the ledger has a surfaced event of the same offer.

    `surfaced` are those events, in the window or before it.
    """

    key: OpportunityKey
    at: datetime
    person_id: str | None
    partner_id: str | None
    offer_id: str
    was_surfaced: bool
    surfaced: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One entry of the denominator, with whom it counts for."""

    key: OpportunityKey
    opened_at: datetime
    person_id: str | None
    partner_id: str | None
    is_accepted: bool


def find_opportunities(
    sightings: Iterable[Sighting],
    acceptances: Iterable[Acceptance],
    *,
    attribution_days: int,
    first_day: date | None,
    last_day: date,
) -> list[Opportunity]:
    """Return each opportunity of the window once, oldest first.

    Sightings must lie in the window. An opportunity is accepted when an acceptance falls on the day of one
    of its sightings or up to `attribution_days` later; it counts for who surfaced the accepted offer last in that
    time, were it before the window, else for who saw it last before. An acceptance that was never surfaced is its own
    sighting.
    """
    seen: defaultdict[OpportunityKey, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        seen[sighting.key].append(sighting)
    accepted: defaultdict[OpportunityKey, list[Acceptance]] = defaultdict(list)
    for acceptance in acceptances:
        accepted[acceptance.key].append(acceptance)
        day = acceptance.at.date()
        if not acceptance.was_surfaced and (first_day is None or first_day <= day) and day <= last_day:
            seen[acceptance.key].append(
                Sighting(
                    acceptance.key,
                    acceptance.at,
                    acceptance.person_id,
                    acceptance.partner_id,
                    acceptance.offer_id,
                )
            )
    found = [
        _settle(key, sorted(moments, key=_moment), accepted.get(key, ()), attribution_days)
        for key, moments in seen.items()
    ]
    return sorted(found, key=lambda one: (one.opened_at, str(one.key)))


def _moment(event: Sighting | Acceptance) -> tuple[datetime, str]:
    return event.at, event.offer_id or ""


def _settle(
    key: OpportunityKey,
    sightings: Sequence[Sighting],
    acceptances: Sequence[Acceptance],
    attribution_days: int,
) -> Opportunity:
    opened = sightings[0]
    for acceptance in sorted(acceptances, key=_moment):
        within = _keep_within(sightings, acceptance, attribution_days)
        if within:
            surfaced = _keep_within(sorted(acceptance.surfaced, key=_moment), acceptance, attribution_days)
            same_offer = [one for one in within if one.offer_id == acceptance.offer_id]
            owner = (surfaced or same_offer or within)[-1]
            return Opportunity(key, opened.at, owner.person_id, owner.partner_id, is_accepted=True)
    return Opportunity(key, opened.at, opened.person_id, opened.partner_id, is_accepted=False)


def _keep_within(sightings: Sequence[Sighting], acceptance: Acceptance, days: int) -> list[Sighting]:
    """Return the sightings of the day of an acceptance or up to so many days before, in their order."""
    day = acceptance.at.date()
    return [one for one in sightings if 0 <= (day - one.at.date()).days <= days]


FUNNEL = (
    OfferEventType.SURFACED,
    OfferEventType.VIEWED,
    OfferEventType.ACCEPTED,
    OfferEventType.BOOKED,
)
"""The stages that an offer gets to, in order."""


def find_furthest(events: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return the place in `FUNNEL` of the furthest stage of each offer, from (offer id, event) pairs in any order.

    A sale that was reversed never was one: its offer was shown, and no more.
    """
    depth = {stage.value: index for index, stage in enumerate(FUNNEL)}
    reached: dict[str, int] = {}
    reversed_ids: set[str] = set()
    for offer_id, event in events:
        if event == OfferEventType.REVERSED.value:
            reversed_ids.add(offer_id)
        if event in depth:
            reached[offer_id] = max(reached.get(offer_id, 0), depth[event])
    for offer_id in reversed_ids & reached.keys():
        reached[offer_id] = min(reached[offer_id], depth[OfferEventType.VIEWED.value])
    return reached


def count_funnel(events: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """Return how many offers got at least to each stage, from (offer id, event) pairs in any order.

    Who accepted has seen, whether or not a click was logged: counts never rise from surfaced to booked.
    """
    furthest = find_furthest(events).values()
    return {stage.value: sum(at >= index for at in furthest) for index, stage in enumerate(FUNNEL)}
