"""Repeated measurements of one thing, and what is said of them: the median and the 95th percentile."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import ParamSpec, TypeVar

A = TypeVar("A")
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Readings:
    """Measurements in one unit, in the order in which they were taken; at least one."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("no readings")

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.values)

    @property
    def median(self) -> float:
        """The middle one, or the mean of the middle two."""
        return median(self.values)

    @property
    def p95(self) -> float | None:
        """The smallest reading that 95 % are not above (nearest rank); None below 20, where it says nothing."""
        if self.n < 20:
            return None
        return quantile(self.values, 0.95)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank quantile: the smallest value with at least `share` (0..1) at or below it."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def time_s(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, float]:
    """Return what the call returned and how many seconds it took."""
    started = time.perf_counter()
    result = call(*args, **kwargs)
    return result, time.perf_counter() - started


def time_each_ms(call: Callable[[A], object], arguments: Iterable[A]) -> Readings:
    """Return the milliseconds that the call takes for each argument, one after the other."""
    return Readings(tuple(1000 * time_s(call, argument)[1] for argument in arguments))
