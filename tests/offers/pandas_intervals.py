"""The intervals once more, from the import files' entries alone: plain numpy, and nothing of the product in it.

Wilson's is the root of its own equation, Greenwood's a sum over days, and the bootstrap draws accounts one by one.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, t

from tests.offers.pandas_company import Records

Z = float(norm.ppf(0.975))
DRAWS = 5_000
LEAST = 8
"""Fewer customers that ordered at all say too little."""

Ends = tuple[float, float]
Group = tuple[str | None, ...]


def wilson(hits: float, tries: float) -> Ends | None:
    """The two rates that lie just 1.96 of their own standard deviations from what was seen; None without a base.

    (hits / tries - x)^2 = z^2 x (1 - x) / tries, solved for x.
    """
    if tries == 0:
        return None
    seen, share = hits / tries, Z * Z / tries
    low, high = sorted(np.roots([1 + share, -(2 * seen + share), seen * seen]).real)
    return float(low), float(high)


def newcombe(first: tuple[int, int], second: tuple[int, int]) -> Ends | None:
    """The interval of a difference of two shares, from Wilson's of each."""
    one, other = wilson(*first), wilson(*second)
    if one is None or other is None:
        return None
    a, b = first[0] / first[1], second[0] / second[1]
    below, above = np.hypot(a - one[0], other[1] - b), np.hypot(one[1] - a, b - other[0])
    return float(a - b - below), float(a - b + above)


def greenwood(rows: Records, horizon: int) -> Ends | None:
    """The interval of a Kaplan-Meier share by a day; None where nobody was watched for so long.

    Before it happened to anyone it is Wilson's over those still watched on the day, or on the day on which they were
    fewest; with nobody left, Wilson's over those to whom it happened.
    """
    columns = {"day": "day", "did": "numerator", "begins": "begins"}
    table = pd.DataFrame({column: [row[name] for row in rows] for column, name in columns.items()})

    def count_at_risk(day: int) -> int:
        return int(((table["begins"] <= day) & (table["day"] >= day)).sum())

    happened = table[(table["did"] == 1) & (table["day"] <= horizon)].groupby("day").size()
    at_risk = np.array([count_at_risk(day) for day in happened.index], dtype=float)
    left = at_risk - happened.to_numpy()
    survival = float(np.prod(left / at_risk))
    if survival > 0 and not (table["day"] >= horizon).any():
        return None
    if not len(happened):
        return wilson(0, min(map(count_at_risk, range(horizon + 1))))
    if left[-1] == 0 or survival == 0:
        return wilson(int(happened.sum()), int(happened.sum()))
    variance = survival**2 * float(np.sum(happened.to_numpy() / (at_risk * left)))
    share, half = 1 - survival, Z * sqrt(variance)
    return max(0.0, share - half), min(1.0, share + half)


def account_pairs(rows: Records, by: Sequence[str]) -> dict[Group, NDArray[np.float64]]:
    """What each account adds to numerator and denominator of its groups, (accounts, 2); who adds nothing is left out.

    A currency joins the group where the entries have several.
    """
    names = [*by, "currency"] if len({row.get("currency") for row in rows}) > 1 else list(by)
    sums: defaultdict[Group, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for row in rows:
        pair = sums[tuple(row[name] or None for name in names)][row["account_id"]]
        pair[0] += row["numerator"]
        pair[1] += row["denominator"]
    return {
        group: np.array([pair for pair in pairs.values() if pair != [0, 0]], dtype=float).reshape(-1, 2)
        for group, pairs in sums.items()
    }


@lru_cache(maxsize=512)
def drawn_accounts(count: int) -> NDArray[np.uint8]:
    """How often each of so many accounts was drawn, (draws, accounts): one by one, put back each time."""
    drawn = np.random.default_rng(count).integers(0, count, size=(DRAWS, count))
    places = drawn + count * np.arange(DRAWS)[:, None]
    return np.bincount(places.ravel(), minlength=DRAWS * count).reshape(DRAWS, count).astype(np.uint8)


def tail_of(customers: int) -> float:
    """How much of the draws lies beyond an end: the end is n / (n - 1) of the spread away, Student's point times."""
    away = float(t.isf(0.025, customers - 1)) * sqrt(customers / (customers - 1))
    return float(norm.sf(away))


def resample(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ratios of the draws that have a denominator, in order."""
    sums = drawn_accounts(len(pairs)) @ pairs
    return np.sort(sums[sums[:, 1] > 0, 0] / sums[sums[:, 1] > 0, 1])


def are_alike(pairs: NDArray[np.float64]) -> bool:
    """Whether all accounts have the same rate."""
    return bool((pairs[:, 1] > 0).all() and len(set((pairs[:, 0] / pairs[:, 1]).round(12))) == 1)


def levels_of(ratios: NDArray[np.float64], end: float) -> tuple[float, float]:
    """The shares of the draws below an end, and up to it: the same but for ties."""
    near = 1e-9 * max(1.0, abs(end))
    below, up_to = np.searchsorted(ratios, [end - near, end + near])
    return float(below) / len(ratios), float(up_to) / len(ratios)
