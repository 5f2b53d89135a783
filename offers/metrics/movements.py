"""Whether a figure moved by more than chance, and which part of the company moved it."""

from collections.abc import Mapping
from dataclasses import dataclass

from offers.intervals import difference_interval
from offers.metrics.figures import Figure, Report
from offers.metrics.kinds import COUNTED


@dataclass(frozen=True, slots=True)
class Movement:
    """A figure then and now; `points` is the difference in percentage points. `is_sure`: by more than chance.

    `is_hindsight`: nothing of it was recorded then; both are by when things happened, as it is known now.
    """

    metric: str
    before: Figure
    after: Figure
    points: float
    is_sure: bool
    is_hindsight: bool = False

    @property
    def has_intervals(self) -> bool:
        """Tell whether both figures have an interval: without, nothing says whether it is chance."""
        return self.before.low is not None and self.after.low is not None


@dataclass(frozen=True, slots=True)
class Contribution:
    """How many points of a movement came from one group.

    `of_rate` is what its own rate moved, at the middle of its shares of the base; `of_base` what it did by becoming a
    larger or smaller share of the base while its rate is above or below that of the whole. `points` is both.
    `before` and `after` are its own figures, None where it had none.
    """

    group: Mapping[str, str | None]
    of_rate: float
    of_base: float
    before: Figure | None = None
    after: Figure | None = None

    @property
    def points(self) -> float:
        """The percentage points from both."""
        return self.of_rate + self.of_base

    def is_most_of(self, movement: Movement) -> bool:
        """Tell whether more than half of a movement came from the group."""
        return self.goes_with(movement) and abs(self.points) > abs(movement.points) / 2

    def goes_with(self, movement: Movement) -> bool:
        """Tell whether the group moved the figure the way it went."""
        return self.points * movement.points > 0


def compare(before: Report, after: Report, *, is_hindsight: bool = False) -> Movement | None:
    """Return how a figure moved between two windows; None where one of them has no rate.

    A proportion of counts moved surely when Newcombe's interval of the difference excludes zero; what has another kind
    of interval (resampled accounts, a curve's) when the two don't meet; figures without an interval never do.
    """
    old, new = before.total, after.total
    if old.rate is None or new.rate is None:
        return None
    points = 100 * (new.rate - old.rate)
    return Movement(after.metric, old, new, points, _is_sure(after.metric, old, new), is_hindsight)


def find_contributions(before: Report, after: Report) -> list[Contribution]:
    """Return what each group of two reports by the same dimensions added to the movement.

    Those that go its way come first, the largest before others. The points add up to the movement of the whole where
    its groups add up to it: the difference of sum(share of the base * rate) is that of the rates at the middle shares
    and that of the shares at the middle rates, each less the middle rate of the whole, as shares always add up to one.
    """
    old, new = before.total, after.total
    if not old.denominator or not new.denominator or old.numerator is None or new.numerator is None:
        return []
    middle = (old.numerator / old.denominator + new.numerator / new.denominator) / 2
    sides = [{tuple(row.group.values()): row for row in report.rows} for report in (before, after)]
    bases = old.denominator, new.denominator
    found = [
        _contribute((sides[0].get(key), sides[1].get(key)), bases, middle)
        for key in dict.fromkeys((*sides[0], *sides[1]))
    ]
    whole = new.numerator / new.denominator - old.numerator / old.denominator
    return sorted(
        found, key=lambda one: (one.points * whole <= 0, -abs(one.points), str(tuple(one.group.values())))
    )


def _contribute(
    rows: tuple[Figure | None, Figure | None], bases: tuple[int, int], middle: float
) -> Contribution:
    """Return one group's part; what has a rate on one side only is all base, what has none on either all rate."""
    (hits_old, base_old), (hits_new, base_new) = (
        (row.numerator or 0, row.denominator or 0) if row is not None else (0, 0) for row in rows
    )
    group = next(row.group for row in rows if row is not None)
    moved = hits_new / bases[1] - hits_old / bases[0]
    shares = base_old / bases[0], base_new / bases[1]
    of_all = moved - middle * (shares[1] - shares[0])
    if base_old and base_new:
        of_rate = sum(shares) / 2 * (hits_new / base_new - hits_old / base_old)
    else:
        of_rate = 0.0 if base_old or base_new else of_all
    return Contribution(group, 100 * of_rate, 100 * (of_all - of_rate), *rows)


def _is_sure(metric: str, old: Figure, new: Figure) -> bool:
    if old.low is None or old.high is None or new.low is None or new.high is None:
        return False
    if metric not in COUNTED:
        return new.low > old.high or new.high < old.low
    counts = (new.numerator, new.denominator), (old.numerator, old.denominator)
    shares = [(hits, tries) for hits, tries in counts if hits is not None and tries is not None]
    interval = difference_interval(*shares) if len(shares) == len(counts) else None
    return interval is not None and (interval[0] > 0 or interval[1] < 0)
