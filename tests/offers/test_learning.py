"""In markets whose true rates are known, learning earns more than rules alone and than chance."""

import pytest

from tests.benchmarks.learning import compare, gain_interval

# Weaker than the benchmark, whose markets are longer; seeded, so that it says the same every time.
SEEDS, MOMENTS = 8, 500


@pytest.mark.parametrize("are_rates_equal", [False, True])
def test_learning_earns_more_than_chance_and_no_less_than_rules_alone(are_rates_equal: bool) -> None:
    found = compare(seeds=SEEDS, moments=MOMENTS, are_rates_equal=are_rates_equal)
    assert gain_interval(found.learned, found.chance)[0] > 0
    assert gain_interval(found.learned, found.rules)[1] > 0
