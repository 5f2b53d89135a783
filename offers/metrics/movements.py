"""Whether a figure moved by more than chance, and which part of the company moved it."""

from collections.abc import Mapping
from dataclasses import dataclass

from offers.intervals import difference_interval
from offers.metrics.figures import Figure, Report


@dataclass(frozen=True, slots=True)
class Movement:
    """A figure then and now; `points` is the difference in percentage points. `is_sure`: by more than chance."""

    metric: str
    before: Figure
    after: Figure
    points: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Contribution:
    """How many points of a movement came from one group: its share of the whole's numerator now less before."""

    group: Mapping[str, str | None]
    points: float


def compare(before: Report, after: Report) -> Movement | None:
    """Return how a figure moved between two windows; None where one of them has no rate.

    A proportion moved surely when Newcombe's interval of the difference excludes zero, a ratio when the two intervals
    don't meet; figures without an interval never do.
    """
    old, new = before.total, after.total
    if old.rate is None or new.rate is None:
        return None
    return Movement(after.metric, old, new, 100 * (new.rate - old.rate), _is_sure(old, new))


def find_contributions(before: Report, after: Report) -> list[Contribution]:
    """Return what each group of two reports by the same dimensions added to the movement, the largest first.

    The points add up to the movement of the whole where its groups add up to it.
    """
    bases = before.total.denominator, after.total.denominator
    if not bases[0] or not bases[1]:
        return []
    shares: dict[tuple[str | None, ...], float] = {}
    groups: dict[tuple[str | None, ...], Mapping[str, str | None]] = {}
    for report, base, sign in ((before, bases[0], -1), (after, bases[1], 1)):
        for row in report.rows:
            key = tuple(row.group.values())
            groups[key] = row.group
            shares[key] = shares.get(key, 0.0) + sign * 100 * (row.numerator or 0) / base
    ordered = sorted(shares, key=lambda key: (-abs(shares[key]), str(key)))
    return [Contribution(groups[key], shares[key]) for key in ordered]


def _is_sure(old: Figure, new: Figure) -> bool:
    if old.low is None or old.high is None or new.low is None or new.high is None:
        return False
    counts = (old.numerator, old.denominator, new.numerator, new.denominator)
    if any(count is None for count in counts):
        return False
    hits_old, tries_old, hits_new, tries_new = (count or 0 for count in counts)
    if hits_old > tries_old or hits_new > tries_new or old.currency is not None:
        return new.low > old.high or new.high < old.low
    interval = difference_interval((hits_new, tries_new), (hits_old, tries_old))
    return interval is not None and (interval[0] > 0 or interval[1] < 0)
