"""How long until it happens, with those for whom it has not happened yet: the Kaplan-Meier estimate. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from offers.attach_rate import Interval, wilson_interval

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

    `followed_days` is how long the one observed longest was observed; beyond it nothing is known. `lost` are the days
    after which somebody was no longer observed, with how many; `late` the days on which somebody began to be, after
    the first, with how many.
    """

    points: tuple[SurvivalPoint, ...]
    subjects: int
    happened: int
    followed_days: int
    lost: tuple[tuple[int, int], ...] = ()
    late: tuple[tuple[int, int], ...] = ()

    def at(self, day: int) -> SurvivalPoint | None:
        """Return the share by the end of a day, or None where nobody was observed for so long and some had none yet.

        Before it has happened to anyone the interval is Wilson's, over those who were observed up to the day, or on
        the day on which they were fewest.
        """
        known = [point for point in self.points if point.day <= day]
        last = known[-1] if known else self._before_any(day)
        is_known = self.subjects > 0 and (day <= self.followed_days or last.share == 1.0)
        return last if is_known else None

    def _before_any(self, day: int) -> SurvivalPoint:
        fewest = {0, day, *(left + 1 for left, _ in self.lost if left < day)}
        at_risk = min(map(self._count_at_risk, fewest))
        low, high = wilson_interval(0, at_risk) or (0.0, 1.0)
        return SurvivalPoint(0, 0.0, low, high, at_risk, 0)

    def _count_at_risk(self, day: int) -> int:
        to_come = sum(count for begun, count in self.late if begun > day)
        return self.subjects - to_come - sum(count for left, count in self.lost if left < day)

    def median_day(self) -> int | None:
        """Return the first day by which it had happened for half of them, or None when it never was."""
        return next((point.day for point in self.points if point.share >= 0.5), None)


def estimate_survival(
    observations: Iterable[tuple[int, bool, int]], late: Mapping[int, int] | None = None
) -> SurvivalCurve:
    """Return the Kaplan-Meier curve of (day, whether it happened, how many) in any order.

    Who was lost on a day was at risk on it. `late` are the days from which on somebody was observed, with how many:
    they are at risk from then on (delayed entry), all others from the first. Days 10, 30, 30 and censored at 20, 60, 90
    -> 58.3 % by day 30. Interval: Greenwood's variance, normal, cut at 0 and 1; he has none where nobody is left, of
    whom Wilson's counts those to whom it happened. Kaplan, E. L. and Meier, P. (1958), JASA 53; Greenwood, M. (1926);
    late entry: Klein, J. P. and Moeschberger, M. L. (2003), Survival Analysis, 4.6.
    """
    begun = dict(late or {})
    happened: dict[int, int] = {}
    left: dict[int, int] = {}
    for day, did_happen, count in observations:
        side = happened if did_happen else left
        side[day] = side.get(day, 0) + count
    subjects = sum(happened.values()) + sum(left.values())
    at_risk = subjects - sum(begun.values())
    survival, hazard_sum, so_far = 1.0, 0.0, 0
    points: list[SurvivalPoint] = []
    for day in sorted(happened.keys() | left.keys() | begun.keys()):
        at_risk += begun.get(day, 0)
        events = happened.get(day, 0)
        if events:
            survival *= 1 - events / at_risk
            remaining = at_risk - events
            hazard_sum += events / (at_risk * remaining) if remaining else 0.0
            so_far += events
            share = 1 - survival
            low, high = _find_ends(survival, hazard_sum, so_far=so_far, remaining=remaining)
            points.append(SurvivalPoint(day, share, low, high, at_risk, so_far))
        at_risk -= events + left.get(day, 0)
    followed = max([*happened, *left], default=0)
    return SurvivalCurve(
        tuple(points),
        subjects,
        sum(happened.values()),
        followed,
        tuple(sorted(left.items())),
        tuple(sorted(begun.items())),
    )


def _find_ends(survival: float, hazard_sum: float, *, so_far: int, remaining: int) -> Interval:
    """Return the interval of a step: `remaining` are those without it after it, `so_far` those with it."""
    if not remaining or not survival:
        return wilson_interval(so_far, so_far) or (0.0, 1.0)
    share, half = 1 - survival, _Z * survival * sqrt(hazard_sum)
    return max(0.0, share - half), min(1.0, share + half)


def build_interval(point: SurvivalPoint) -> Interval:
    """Return the point's interval."""
    return point.low, point.high
