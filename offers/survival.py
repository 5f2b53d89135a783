"""How long until it happens, with those for whom it has not happened yet: the Kaplan-Meier estimate. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from offers.attach_rate import Interval

_Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class SurvivalPoint:
    """The share for whom it happened by a day (0..1) with its 95 % interval.

    `at_risk` were still without it when the day began; `happened` had it by its end.
    """

    day: int
    share: float
    low: float
    high: float
    at_risk: int
    happened: int


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """The steps of a curve, one for each day on which it happened, in order of days.

    `followed_days` is how long the one observed longest was observed; beyond it nothing is known.
    """

    points: tuple[SurvivalPoint, ...]
    subjects: int
    happened: int
    followed_days: int

    def at(self, day: int) -> SurvivalPoint | None:
        """Return the share by the end of a day, or None where nobody was observed for so long and some had none yet."""
        known = [point for point in self.points if point.day <= day]
        last = known[-1] if known else SurvivalPoint(0, 0.0, 0.0, 0.0, self.subjects, 0)
        is_known = self.subjects > 0 and (day <= self.followed_days or last.share == 1.0)
        return last if is_known else None

    def median_day(self) -> int | None:
        """Return the first day by which it had happened for half of them, or None when it never was."""
        return next((point.day for point in self.points if point.share >= 0.5), None)


def estimate_survival(observations: Iterable[tuple[int, bool, int]]) -> SurvivalCurve:
    """Return the Kaplan-Meier curve of (day, whether it happened, how many) in any order.

    Who was lost on a day was at risk on it. Days 10, 30, 30 and censored at 20, 60, 90 -> 58.3 % by day 30. Interval:
    Greenwood's variance, normal, cut at 0 and 1. Kaplan, E. L. and Meier, P. (1958), JASA 53; Greenwood, M. (1926).
    """
    happened: dict[int, int] = {}
    left: dict[int, int] = {}
    for day, did_happen, count in observations:
        side = happened if did_happen else left
        side[day] = side.get(day, 0) + count
    subjects = at_risk = sum(happened.values()) + sum(left.values())
    survival, hazard_sum, so_far = 1.0, 0.0, 0
    points: list[SurvivalPoint] = []
    for day in sorted(happened.keys() | left.keys()):
        events = happened.get(day, 0)
        if events:
            survival *= 1 - events / at_risk
            remaining = at_risk - events
            hazard_sum += events / (at_risk * remaining) if remaining else 0.0
            half = _Z * survival * sqrt(hazard_sum)
            share = 1 - survival
            low, high = max(0.0, share - half), min(1.0, share + half)
            so_far += events
            points.append(SurvivalPoint(day, share, low, high, at_risk, so_far))
        at_risk -= events + left.get(day, 0)
    followed = max([*happened, *left], default=0)
    return SurvivalCurve(tuple(points), subjects, sum(happened.values()), followed)


def build_interval(point: SurvivalPoint) -> Interval:
    """Return the point's interval."""
    return point.low, point.high
