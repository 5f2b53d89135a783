"""What ranking earns by learning, beside rules alone and beside chance, in markets whose true rates are known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from scipy.stats import t as student

from offers.playbook.policy import Policy
from tests.benchmarks.figures import Figure, Peer
from tests.benchmarks.home import QUICK, Home
from tests.benchmarks.market import draw_market, sell, sell_at_random
from tests.benchmarks.progress import Progress
from tests.benchmarks.readings import Readings

_MOMENTS, _SEEDS = 3_000, 20
_QUICK_MOMENTS, _QUICK_SEEDS = 600, 6


@dataclass(frozen=True, slots=True)
class Comparison:
    """The margin per moment, by seed, of three ways to choose in the same markets."""

    learned: tuple[float, ...]
    rules: tuple[float, ...]
    chance: tuple[float, ...]


def compare(*, seeds: int, moments: int, are_rates_equal: bool, bar: Progress | None = None) -> Comparison:
    """Return what each policy earns in `seeds` markets of `moments` each."""
    found: list[tuple[float, float, float]] = []
    for seed in range(seeds):
        if bar is not None:
            bar.show(seed)
        market = draw_market(seed, are_rates_equal=are_rates_equal)
        earned = (
            sell(market, moments, Policy(exploration_share=0.05), learns=True),
            sell(market, moments, Policy(), learns=False),
            sell_at_random(market, moments),
        )
        learned, rules, chance = (one.margin / moments for one in earned)
        found.append((learned, rules, chance))
    learned_all, rules_all, chance_all = zip(*found, strict=True)
    return Comparison(learned_all, rules_all, chance_all)


def gain_interval(ours: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean gain over paired seeds (Student's t)."""
    gains = [one - other for one, other in zip(ours, others, strict=True)]
    half = student.ppf(0.975, len(gains) - 1) * stdev(gains) / math.sqrt(len(gains))
    return mean(gains) - half, mean(gains) + half


def measure_learning(home: Home) -> list[Figure]:
    """Return what learning earns where rates differ from what was expected, and where all are equal."""
    is_quick = home.scale == QUICK
    seeds = _QUICK_SEEDS if is_quick else _SEEDS
    moments = _QUICK_MOMENTS if is_quick else _MOMENTS
    figures: list[Figure] = []
    for are_equal, name in ((False, "true rates differ"), (True, "all true rates equal")):
        with Progress(f"selling, {name}", seeds) as bar:
            found = compare(seeds=seeds, moments=moments, are_rates_equal=are_equal, bar=bar)
        ours = Readings(found.learned)
        for peer, values in (("rules alone", found.rules), ("chance", found.chance)):
            low, high = gain_interval(found.learned, values)
            subject = f"margin by {moments:,} moments, {name}; gain per moment [{low:+.1f}, {high:+.1f}]"
            figures.append(Figure(subject, "EUR/moment", ours, Peer(peer, Readings(values))))
    return figures
