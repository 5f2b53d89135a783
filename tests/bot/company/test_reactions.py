"""The simulated reactions follow the true rates."""

from collections import Counter
from datetime import datetime

import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]

from bot.demo.company.simulator import TRUE_RATES
from tests.bot.company.conftest import Files, Simulate

SEEDS = (1, 2, 3, 5, 8)
# 24 rates are looked at; 0.001 for each makes a false alarm in all of them together rarer than 1 in 40.
SMALLEST_P = 0.001


def count_reactions(files: Files) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return how many offers were surfaced and accepted, by play and family of the machine."""
    families = {row["sku"]: row["family"] for row in files["products"]}
    family_of = {row["asset_id"]: families[row["sku"]] for row in files["assets"]}
    keys = [(row["event"], (row["play"], family_of[row["asset_id"]])) for row in files["offer_events"]]
    surfaced = Counter(key for event, key in keys if event == "surfaced")
    accepted = Counter(key for event, key in keys if event == "accepted")
    return surfaced, accepted


@pytest.mark.parametrize("seed", SEEDS)
def test_the_acceptances_of_a_seed_lie_within_binomial_noise_of_the_true_rates(
    simulate: Simulate, seed: int
) -> None:
    surfaced, accepted = count_reactions(simulate(seed=seed))
    assert set(surfaced) <= set(TRUE_RATES)
    for key, shown in surfaced.items():
        assert binomtest(accepted[key], shown, TRUE_RATES[key]).pvalue > SMALLEST_P, key


def test_the_acceptances_of_five_seeds_together_lie_within_noise_for_each_play(simulate: Simulate) -> None:
    counts = [count_reactions(simulate(seed=seed)) for seed in SEEDS]
    for play in sorted({play for play, _ in TRUE_RATES}):
        keys = [key for key in TRUE_RATES if key[0] == play]
        shown = sum(surfaced[key] for surfaced, _ in counts for key in keys)
        taken = sum(accepted[key] for _, accepted in counts for key in keys)
        expected = sum(surfaced[key] * TRUE_RATES[key] for surfaced, _ in counts for key in keys)
        assert shown >= 20, play
        assert binomtest(taken, shown, expected / shown).pvalue > SMALLEST_P, play


@pytest.mark.parametrize("seed", SEEDS)
def test_people_react_during_working_hours_and_in_order(simulate: Simulate, seed: int) -> None:
    steps = ("surfaced", "viewed", "accepted", "booked")
    when: dict[str, dict[str, datetime]] = {}
    for row in simulate(seed=seed)["offer_events"]:
        at = datetime.fromisoformat(row["occurred_at"])
        assert 7 <= at.hour < 17, row
        when.setdefault(row["offer_id"], {})[row["event"]] = at
    for events in when.values():
        order = [events[step] for step in steps if step in events]
        assert order == sorted(order)
