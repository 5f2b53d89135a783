"""Intervals and rates that compare: two proportions, and many small ones. Pure."""

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt

from offers.attach_rate import Interval, wilson_interval

Share = tuple[int, int]
"""How many of how many."""


def difference_interval(first: Share, second: Share) -> Interval | None:
    """Return the 95 % interval of the first proportion less the second; None where one of them has no base.

    Newcombe's hybrid score interval: Newcombe, R. G. (1998), Statistics in Medicine 17, method 10.
    """
    intervals = wilson_interval(*first), wilson_interval(*second)
    if intervals[0] is None or intervals[1] is None:
        return None
    (low_a, high_a), (low_b, high_b) = intervals[0], intervals[1]
    rate_a, rate_b = first[0] / first[1], second[0] / second[1]
    difference = rate_a - rate_b
    below = sqrt((rate_a - low_a) ** 2 + (high_b - rate_b) ** 2)
    above = sqrt((high_a - rate_a) ** 2 + (rate_b - low_b) ** 2)
    return difference - below, difference + above


def shrink(shares: Sequence[Share]) -> list[float]:
    """Return each proportion drawn towards what all of them have in common, by how little it rests on.

    The posterior mean under a beta-binomial fitted to all shares by maximum likelihood; with fewer than two that have
    a base, or none at all in common, each is drawn to the pooled rate with the weight of one. A share without a base
    gets what they have in common.
    """
    based = tuple(sorted(share for share in shares if share[1] > 0))
    if not based:
        return [0.0 for _ in shares]
    alpha, beta = fit_beta(based)
    return [(hits + alpha) / (tries + alpha + beta) for hits, tries in shares]


@lru_cache(maxsize=256)
def fit_beta(shares: tuple[Share, ...]) -> tuple[float, float]:
    """Return the two parameters of the beta that makes the shares likeliest: sorted, at least one, each with a base."""
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import betaln

    hits = np.array([share[0] for share in shares], dtype=np.float64)
    tries = np.array([share[1] for share in shares], dtype=np.float64)
    pooled = (hits.sum() + 0.5) / (tries.sum() + 1)
    if len(shares) < 2:
        return float(pooled), float(1 - pooled)

    def unlikelihood(point: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
        mean, strength = 1 / (1 + np.exp(-point[0])), np.exp(point[1])
        alpha, beta = mean * strength, (1 - mean) * strength
        return -float(np.sum(betaln(hits + alpha, tries - hits + beta) - betaln(alpha, beta)))

    start = np.array([np.log(pooled / (1 - pooled)), np.log(10.0)])
    bounds = [(-12.0, 12.0), (np.log(0.5), np.log(1e5))]
    found = minimize(unlikelihood, start, bounds=bounds, method="L-BFGS-B").x
    mean, strength = 1 / (1 + np.exp(-found[0])), np.exp(found[1])
    return float(mean * strength), float((1 - mean) * strength)
