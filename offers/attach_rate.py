"""The formulas of the attach rate. Pure: no database, no clock; the words are defined in the design, section 6."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from math import sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from offers.vocabulary import OfferEventType

CONFIDENCE = 0.95
_NORMAL_POINT = 1.959963984540054
BOOTSTRAP_DRAWS = 2_000
BOOTSTRAP_SEED = 20_260_101
"""Fixed, so that the same rows print the same interval."""

_DRAWN_AT_ONCE = 4_000_000
"""How many counts are held in memory at once: 32 MB."""

LEAST_ACCOUNTS = 8
"""Fewer accounts with a base have no interval over accounts: see `bootstrap_interval`."""

RESAMPLED_AT_MOST = 5_000
"""Of more different accounts the interval is the normal one, which the bootstrap approaches."""

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
    return None if denominator == 0 else _score_interval(numerator, denominator, denominator)


def _score_interval(numerator: int, denominator: int, n: int) -> Interval:
    """Return the Wilson score interval of a share that rests on n independent things."""
    rate, share = numerator / denominator, _NORMAL_POINT**2 / n
    middle = (rate + share / 2) / (1 + share)
    half = _NORMAL_POINT * sqrt(rate * (1 - rate) / n + share / (4 * n)) / (1 + share)
    # At the ends the bound is the end itself, which the difference would miss by a rounding.
    return (0.0 if numerator == 0 else middle - half), (1.0 if numerator == denominator else middle + half)


def bootstrap_interval(
    accounts: Iterable[tuple[tuple[int, int], int]], *, is_share: bool = False
) -> Interval | None:
    """Return the 95 % percentile interval of sum(numerators) / sum(denominators), resampling accounts.

    Takes ((numerator, denominator), how many accounts have it). Equal accounts are interchangeable, so their counts
    are drawn from a multinomial: the same distribution as drawing accounts one by one, at a fraction of the cost.

    Of few accounts the resampled spread is too narrow, and the normal point too near: the interval ends at the
    quantiles that make up for both (`find_tail`). None with fewer than `LEAST_ACCOUNTS` accounts that have a
    denominator, of which even that holds the truth too seldom to be called 95 %. How often it did of 1,500 samples
    (units: geometric base with a beta-binomial share and more beside; value: lognormal base, beta share; all or none:
    geometric base; skewed: lognormal base with sigma 1.5, all or none), the plain percentile interval in brackets:

    accounts        units        value  all or none       skewed
           3  .801 (.801)  .758 (.758)  .979 (.979)  .969 (.969)
           5  .892 (.833)  .910 (.803)  .992 (.955)  .977 (.891)
           8  .935 (.876)  .943 (.887)  .972 (.911)  .925 (.865)
          10  .953 (.911)  .921 (.861)  .911 (.870)  .872 (.812)
          20  .959 (.939)  .934 (.910)  .928 (.901)  .885 (.857)
          50  .947 (.939)  .931 (.923)  .948 (.943)  .901 (.891)

    Accounts that are all alike have no spread to resample, which says little of the next one: the interval of a share
    (`is_share`: no account's can exceed one or fall below nothing) is then Wilson's over the accounts, as an account's
    own share varies at most as one that has all or nothing; 10 accounts with 0 of 1 -> (0, .2775). Of a ratio without
    an end, and of a loss, it is None.
    """
    counts: Counter[tuple[int, int]] = Counter()
    for pair, count in accounts:
        if pair != (0, 0):
            counts[pair] += count
    total = sum(counts.values())
    based = sum(count for (_, denominator), count in counts.items() if denominator)
    if based < LEAST_ACCOUNTS:
        return None
    if _is_alike(counts):
        numerator, denominator = next(iter(counts))
        is_inside = is_share and numerator >= 0
        return _score_interval(numerator, denominator, total) if is_inside else None
    distinct = sorted(counts)
    values = np.array(distinct, dtype=np.float64)
    weights = np.array([counts[pair] for pair in distinct], dtype=np.float64)
    if len(distinct) > RESAMPLED_AT_MOST:
        return _linearised_interval(values, weights, is_share=is_share)
    ratios = _resample(values, weights)
    tail = find_tail(based)
    low, high = np.quantile(ratios, [tail, 1 - tail])
    return float(low), float(high)


def _resample(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ratios of sums over accounts drawn anew; `values` (n, 2), `weights` (n,) how many of each.

    Draws without a denominator are left out.
    """
    total = int(weights.sum())
    generator = np.random.default_rng(BOOTSTRAP_SEED)
    draws = max(1, _DRAWN_AT_ONCE // len(values))
    sums = np.vstack(
        [
            generator.multinomial(total, weights / total, size=min(draws, BOOTSTRAP_DRAWS - start)) @ values
            for start in range(0, BOOTSTRAP_DRAWS, draws)
        ]
    )
    usable = sums[sums[:, 1] > 0]
    ratios: NDArray[np.float64] = usable[:, 0] / usable[:, 1]
    return ratios


@lru_cache(maxsize=1_024)
def find_tail(count: int) -> float:
    """Return the share of the draws outside each end of the interval over so many accounts, two at least.

    The resampled spread is narrow by sqrt((n - 1) / n), and Student's point lies beyond the normal one: the expanded
    percentile interval of Hesterberg, T. C. (2015), The American Statistician 69. 8 -> .0057, 100 -> .0231.
    """
    from scipy.special import ndtr, stdtrit

    student = stdtrit(count - 1, 1 - (1 - CONFIDENCE) / 2)
    return float(ndtr(-sqrt(count / (count - 1)) * student))


def _is_alike(counts: Collection[tuple[int, int]]) -> bool:
    """Tell whether all accounts have the same rate."""
    first, base = next(iter(counts))
    return all(numerator * base == first * denominator and denominator for numerator, denominator in counts)


def _linearised_interval(
    values: NDArray[np.float64], weights: NDArray[np.float64], *, is_share: bool
) -> Interval:
    """Return the normal interval of a ratio of sums over accounts; `values` (n, 2), `weights` (n,) how many of each.

    Cochran, W. G., Sampling Techniques, 3rd ed. (1977), section 6.4: the variance of the residuals. It ends where the
    ratio does: at one where it is a share, at nought where no account has less.
    """
    numerator, denominator = weights @ values
    ratio = numerator / denominator
    residuals = values[:, 0] - ratio * values[:, 1]
    half = _NORMAL_POINT * np.sqrt(weights @ residuals**2) / denominator
    low, high = float(ratio - half), float(ratio + half)
    # A ratio of amounts that may be losses has no least value.
    return low if values[:, 0].min() < 0 else max(0.0, low), min(1.0, high) if is_share else high


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
