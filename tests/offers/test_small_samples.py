"""How often the interval over few accounts holds the truth, where the truth is known."""

from collections.abc import Callable
from statistics import mean

import numpy as np
import pytest
from numpy.typing import NDArray

from offers.resampling import LEAST_ACCOUNTS, bootstrap_interval

Pairs = NDArray[np.int64]
SAMPLES = 500


def draw_units(generator: np.random.Generator, count: int) -> Pairs:
    """Core units and the attached ones of each account; a few attached units go with no core."""
    core = generator.geometric(0.4, count)
    attached = generator.binomial(core, generator.beta(2, 3, count)) + generator.poisson(0.2, count)
    return np.column_stack([attached, core])


def draw_values(generator: np.random.Generator, count: int) -> Pairs:
    """Amounts of which each account has some share; a few accounts are many times as large as most."""
    base = np.ceil(100_000 * np.exp(generator.normal(0, 1, count)))
    return np.column_stack([np.floor(base * generator.beta(2, 3, count)), base]).astype(np.int64)


def draw_all_or_none(generator: np.random.Generator, count: int) -> Pairs:
    """Accounts of different sizes, three in ten of which have everything and the others nothing."""
    base = generator.geometric(0.4, count)
    return np.column_stack([base * (generator.random(count) < 0.3), base])


# The mean of the numerators over that of the denominators. Units: (2.5 * .4 + .2) / 2.5; the share of the others does
# not depend on the size, and so is its mean: 2 / (2 + 3), and .3.
POPULATIONS: list[tuple[Callable[[np.random.Generator, int], Pairs], float, bool]] = [
    (draw_units, 0.48, False),
    (draw_values, 0.4, True),
    (draw_all_or_none, 0.3, True),
]


def cover(
    draw: Callable[[np.random.Generator, int], Pairs], truth: float, count: int, *, is_share: bool
) -> float:
    """Return of how many of the samples that have an interval it holds the truth."""
    generator = np.random.default_rng(count)
    held = []
    for _ in range(SAMPLES):
        pairs = [((int(one), int(other)), 1) for one, other in draw(generator, count)]
        interval = bootstrap_interval(pairs, is_share=is_share)
        if interval is not None:
            held.append(interval[0] <= truth <= interval[1])
    assert len(held) > 0.9 * SAMPLES
    return mean(held)


@pytest.mark.parametrize("count", [LEAST_ACCOUNTS, 20])
def test_few_accounts_have_an_interval_that_holds_the_truth_nearly_as_often_as_it_says(count: int) -> None:
    covered = [cover(draw, truth, count, is_share=is_share) for draw, truth, is_share in POPULATIONS]
    # Each is the share of 500: its deviation is sqrt(.94 * .06 / 500) = .011, that of the mean of three .006. Sizes
    # that differ cost a few hundredths; the quantiles .025 and .975 hold it .89 of the time over eight accounts.
    assert min(covered) > 0.89, covered
    assert 0.92 < mean(covered) < 0.98, covered
