"""Intervals, shrunk rates, survival and forecasts against exact, published or simulated truth."""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, log
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom, binom, norm
from statsmodels.duration.survfunc import SurvfuncRight

from offers.attach_rate import Interval, wilson_interval
from offers.forecast import Forecast, Method, forecast
from offers.intervals import Share, difference_interval, fit_beta, shrink
from offers.resampling import BOOTSTRAP_SEED, RESAMPLED_AT_MOST, bootstrap_interval
from offers.survival import estimate_survival

DRAWS = 10_000
Z = float(norm.ppf(0.975))


def certain(interval: Interval | None) -> Interval:
    assert interval is not None
    return interval


# Wilson.


def exact_coverage(n: int, p: float) -> float:
    """How often Wilson's interval holds p: over the k that solve (k/n - p)^2 <= z^2 p(1 - p) / n, its definition."""
    half = Z * (p * (1 - p) / n) ** 0.5
    return float(sum(binom.pmf(k, n, p) for k in range(n + 1) if abs(k / n - p) <= half))


CASES = [(5, 0.5), (10, 0.03), (20, 0.2), (40, 0.9), (100, 0.62), (200, 0.01), (1_000, 0.35)]


def find_holding(n: int, p: float) -> np.ndarray:
    """Return of each of 0..n successes whether the interval made of it holds p."""
    return np.array(
        [low <= p <= high for low, high in (certain(wilson_interval(k, n)) for k in range(n + 1))]
    )


@pytest.mark.parametrize(("n", "p"), CASES)
def test_wilson_covers_the_truth_as_often_as_it_must(n: int, p: float) -> None:
    holds, exact = find_holding(n, p), exact_coverage(n, p)
    # All n + 1 intervals together, without chance: they hold p exactly as often as the definition says.
    assert float(binom.pmf(np.arange(n + 1), n, p)[holds].sum()) == pytest.approx(exact, abs=1e-9)
    # And 10,000 draws: how many hold is binomial with the exact coverage, .9375 to .9655 here, of which the standard
    # deviation is at most sqrt(.9375 * .0625 / 10,000) = .0024. So .01 are 4.1 to 5.5 of them, and a seed that misses
    # comes up at most 4 times in 100,000.
    chances = [binom.cdf(round(DRAWS * (exact + end)), DRAWS, exact) for end in (-0.01, 0.01)]
    assert 1 - chances[1] + chances[0] < 1e-4
    for seed in range(20):
        drawn = np.random.default_rng(seed).binomial(n, p, size=DRAWS)
        assert abs(holds[drawn].mean() - exact) < 0.01, seed


@given(st.sampled_from(CASES), st.integers(0, 2**63))
@settings(deadline=None, max_examples=200)
def test_ten_thousand_draws_one_from_each_ten_thousandth_are_near_at_any_seed(
    case: tuple[int, float], seed: int
) -> None:
    # One draw from each ten-thousandth of the distribution: the successes whose interval holds p are neighbours, so
    # only the two draws at their ends are left to chance, and no seed is farther off than 2 / 10,000.
    n, p = case
    holds = find_holding(n, p)
    inside = np.flatnonzero(holds)
    assert inside[-1] - inside[0] + 1 == len(inside)
    points = (np.arange(DRAWS) + np.random.default_rng(seed).random(DRAWS)) / DRAWS
    drawn = binom.ppf(points, n, p).astype(int)
    assert abs(holds[drawn].mean() - exact_coverage(n, p)) <= 2 / DRAWS < 0.01


def test_a_million_draws_are_within_a_hundredth_of_the_exact_coverage() -> None:
    # A million deviate by at most sqrt(.09 * .91 / 1e6) = .00029: .01 are more than thirty of them, which no seed
    # ever draws.
    for n, p in [(5, 0.5), (20, 0.2), (100, 0.62)]:
        holds = [low <= p <= high for low, high in (certain(wilson_interval(k, n)) for k in range(n + 1))]
        drawn = np.random.default_rng(n).binomial(n, p, size=100 * DRAWS)
        assert abs(np.array(holds)[drawn].mean() - exact_coverage(n, p)) < 0.01


@given(st.integers(1, 2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_its_rate_stays_inside_and_mirrors(share: Share) -> None:
    hits, tries = share
    low, high = certain(wilson_interval(hits, tries))
    assert 0 <= low <= hits / tries <= high <= 1
    mirrored = certain(wilson_interval(tries - hits, tries))
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


# The difference of two proportions.


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10, its eight examples.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_difference_of_two_proportions_is_newcombes(
    first: Share, second: Share, low: float, high: float
) -> None:
    assert certain(difference_interval(first, second)) == pytest.approx((low, high), abs=5.1e-5)
    assert certain(difference_interval(second, first)) == pytest.approx((-high, -low), abs=5.1e-5)


def test_a_difference_needs_a_base_on_both_sides() -> None:
    assert difference_interval((0, 0), (3, 4)) is None
    assert difference_interval((3, 4), (0, 0)) is None


# Shrinking.


def draw_partners(seed: int) -> tuple[np.ndarray, list[Share]]:
    """Return 200 true rates from Beta(6, 14), .30 in the mean, and shares drawn from them with 1 to 40 tries each."""
    generator = np.random.default_rng(seed)
    truth = generator.beta(6, 14, size=200)
    tries = generator.integers(1, 41, size=200)
    hits = generator.binomial(tries, truth)
    return truth, [(int(hit), int(tried)) for hit, tried in zip(hits, tries, strict=True)]


@pytest.mark.parametrize("seed", range(6))
def test_shrunk_rates_are_nearer_to_the_truth_than_raw_ones(seed: int) -> None:
    truth, shares = draw_partners(seed)
    raw = np.array([hits / tries for hits, tries in shares])
    shrunk = np.array(shrink(shares))
    assert ((shrunk - truth) ** 2).mean() < 0.6 * ((raw - truth) ** 2).mean()
    # Whoever knew the true prior would say (k + 6)/(n + 20): the fitted one is not much farther away.
    known = np.array([(hits + 6) / (tries + 20) for hits, tries in shares])
    assert ((shrunk - truth) ** 2).mean() < 1.15 * ((known - truth) ** 2).mean()


@pytest.mark.parametrize("seed", range(3))
def test_no_other_prior_makes_the_shares_likelier(seed: int) -> None:
    _, shares = draw_partners(seed)
    alpha, beta = fit_beta(tuple(sorted(shares)))
    hits, tries = (np.array(column) for column in zip(*shares, strict=True))

    def likelihood(mean: float, strength: float) -> float:
        return float(betabinom.logpmf(hits, tries, mean * strength, (1 - mean) * strength).sum())

    best = likelihood(alpha / (alpha + beta), alpha + beta)
    grid = [(mean / 50, 1.5**power) for mean in range(10, 25) for power in range(-1, 25)]
    assert best >= max(likelihood(mean, strength) for mean, strength in grid) - 1e-3
    assert alpha / (alpha + beta) == pytest.approx(0.3, abs=0.04)


@given(
    st.lists(
        st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=2,
        max_size=12,
    )
)
@settings(deadline=None, max_examples=60)
def test_a_shrunk_rate_lies_between_its_own_and_what_all_have_in_common(shares: list[Share]) -> None:
    # A share without a base gets what all have in common.
    *shrunk, common = shrink([*shares, (0, 0)])
    for (hits, tries), rate in zip(shares, shrunk, strict=True):
        low, high = sorted((hits / tries, common))
        assert low - 1e-9 <= rate <= high + 1e-9
    # Of two that rest on equally much, the better one stays the better one.
    ranked = list(zip(shares, shrunk, strict=True))
    for (hits, tries), rate in ranked:
        assert all(rate < other for (more, base), other in ranked if base == tries and more > hits)


def test_the_own_rate_weighs_the_more_the_more_tries_it_rests_on() -> None:
    others = [(3, 10), (5, 20), (9, 25), (2, 8), (6, 15)]
    rates = [9 * size // 10 for size in (10, 40, 160)]
    *_, ten, forty, many, common = shrink([*others, *zip(rates, (10, 40, 160), strict=True), (0, 0)])
    weights = [(rate - common) / (0.9 - common) for rate in (ten, forty, many)]
    assert 0 < weights[0] < weights[1] < weights[2] < 1


def test_equal_rates_are_shrunk_to_that_rate() -> None:
    assert shrink([(30, 100), (60, 200), (90, 300)]) == pytest.approx([0.3] * 3, abs=0.01)


# Survival.

Observation = tuple[int, bool, int]


def test_the_designs_curve_is_58_percent_with_greenwoods_interval() -> None:
    curve = estimate_survival([(10, True, 1), (30, True, 2), (20, False, 1), (60, False, 1), (90, False, 1)])
    point = curve.at(30)
    assert point is not None
    # S = 5/6 * 2/4 = 5/12; Greenwood: 1/(6*5) + 2/(4*2) = .28333; S * sqrt = .22178; * 1.96 = .43469.
    assert point.share == pytest.approx(7 / 12)
    assert (point.low, point.high) == pytest.approx((0.583333 - 0.434686, 1.0), abs=1e-5)
    assert point.at_risk == 4


@pytest.mark.parametrize(
    ("day", "high"),
    [
        # Nobody yet by day 10: of 4 the one lost on day 5 was not seen so long; 3.8415/(3 + 3.8415).
        (10, 0.5615),
        # Who was lost on day 5 was at risk on it: 3.8415/(4 + 3.8415).
        (5, 0.4899),
        # Day 40: two of them, one of whom has it on day 50.
        (40, 0.6576),
    ],
)
def test_before_it_has_happened_to_anyone_the_interval_is_wilsons_over_those_observed(
    day: int, high: float
) -> None:
    curve = estimate_survival([(5, False, 1), (20, False, 1), (50, True, 1), (60, False, 1)])
    point = curve.at(day)
    assert point is not None
    assert (point.share, point.low) == (0.0, 0.0)
    assert point.high == pytest.approx(high, abs=5e-5)


def test_where_it_has_happened_to_all_the_interval_is_wilsons_over_them() -> None:
    # Both of two by day 9, a third was lost on day 1: 2/(2 + 3.8415) = .3424.
    point = estimate_survival([(1, False, 1), (3, True, 1), (9, True, 1)]).at(30)
    assert point is not None
    assert (point.share, point.high) == (1.0, 1.0)
    assert point.low == pytest.approx(0.3424, abs=5e-5)


@pytest.mark.parametrize("seed", range(12))
def test_a_curve_is_the_one_statsmodels_estimates(seed: int) -> None:
    generator = np.random.default_rng(seed)
    size = int(generator.integers(5, 300))
    days = generator.integers(0, 60, size=size)
    happened = generator.random(size) < 0.6
    happened[0] = True
    curve = estimate_survival((int(day), bool(did), 1) for day, did in zip(days, happened, strict=True))
    theirs = SurvfuncRight(days, happened.astype(int))
    assert [point.day for point in curve.points] == [int(day) for day in theirs.surv_times]
    for point, survival, error in zip(curve.points, theirs.surv_prob, theirs.surv_prob_se, strict=True):
        assert point.share == pytest.approx(1 - survival, abs=1e-12)
        if survival > 0:
            half = Z * error
            expected = max(0.0, 1 - survival - half), min(1.0, 1 - survival + half)
            assert (point.low, point.high) == pytest.approx(expected, abs=1e-9)
    assert [point.at_risk for point in curve.points] == [int(count) for count in theirs.n_risk]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.integers(1, 5)), min_size=1, max_size=20),
    st.randoms(),
)
def test_a_curve_never_falls_and_counts_are_repeated_rows(rows: list[Observation], random: Random) -> None:
    curve = estimate_survival(rows)
    shares = [point.share for point in curve.points]
    assert shares == sorted(shares)
    singly = [(day, did, 1) for day, did, count in rows for _ in range(count)]
    random.shuffle(singly)
    other = estimate_survival(singly)
    assert [point.day for point in other.points] == [point.day for point in curve.points]
    assert [point.share for point in other.points] == pytest.approx(shares)


# The bootstrap, and what takes its place for very many accounts.

Accounts = list[tuple[tuple[int, int], int]]


def draw_accounts(count: int, seed: int) -> Accounts:
    """Return so many accounts, all different, of a base from 1 to 100,000 and a share around .4 of it."""
    generator = np.random.default_rng(seed)
    bases = generator.choice(np.arange(1, 100_001), size=count, replace=False)
    shares = generator.beta(2, 3, size=count)
    return [((round(base * share), int(base)), 1) for base, share in zip(bases, shares, strict=True)]


def resample(accounts: Accounts, *, draws: int, seed: int) -> Interval:
    """The percentile bootstrap as the book has it: accounts drawn one by one, with replacement."""
    values = np.array([pair for pair, count in accounts for _ in range(count)], dtype=float)
    generator = np.random.default_rng(seed)
    ratios = []
    for _ in range(draws):
        sums = values[generator.integers(0, len(values), size=len(values))].sum(axis=0)
        ratios.append(sums[0] / sums[1])
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def assert_alike(one: Interval, other: Interval, share_of_width: float) -> None:
    width = other[1] - other[0]
    assert abs(one[0] - other[0]) < share_of_width * width
    assert abs(one[1] - other[1]) < share_of_width * width


@pytest.mark.parametrize("seed", range(3))
def test_above_the_limit_the_interval_is_still_the_bootstraps(seed: int) -> None:
    accounts = draw_accounts(RESAMPLED_AT_MOST + 1, seed)
    # An end of 2,000 draws has the deviation sqrt(.025 * .975 / 2000) / density = .06 of sigma, .015 of the width.
    assert_alike(certain(bootstrap_interval(accounts)), resample(accounts, draws=2_000, seed=seed + 1), 0.08)
    # One account less, and it is resampled: hardly another interval.
    assert_alike(certain(bootstrap_interval(accounts[1:])), certain(bootstrap_interval(accounts)), 0.08)


@pytest.mark.parametrize("lost", [0.0, 0.5])
def test_above_the_limit_amounts_of_money_have_the_bootstraps_interval_too(lost: float) -> None:
    # A few accounts are a hundred times as large as most; with losses the ratio lies below nothing, and so may its end.
    generator = np.random.default_rng(9)
    bases = np.unique(np.exp(generator.normal(11, 1, size=3 * RESAMPLED_AT_MOST)).astype(int))
    bases = generator.choice(bases, size=RESAMPLED_AT_MOST + 1, replace=False)
    shares = generator.beta(2, 3, size=len(bases)) - lost
    accounts = [((round(base * share), int(base)), 1) for base, share in zip(bases, shares, strict=True)]
    normal = certain(bootstrap_interval(accounts))
    assert_alike(normal, resample(accounts, draws=2_000, seed=10), 0.08)
    assert (normal[0] < 0) == (lost > 0)


def test_below_the_limit_equal_accounts_drawn_together_are_accounts_drawn_one_by_one() -> None:
    # Those who bought three are nine times as many.
    accounts = [((number % 4, 1 + number % 5), 9 if number % 4 == 3 else 1) for number in range(20)]
    drawn = certain(bootstrap_interval(accounts))
    assert_alike(drawn, resample(accounts, draws=6_000, seed=BOOTSTRAP_SEED), 0.1)


def test_accounts_without_a_base_still_add_to_the_numerator() -> None:
    # (2, 0) is somebody who bought only the attached part: 3 + 2 of 4, whatever is drawn between.
    low, high = certain(bootstrap_interval([((3, 4), 50), ((2, 0), 50)]))
    assert low < 1.25 < high
    assert low > 0.75


# Forecasts.

Months = Sequence[tuple[int, int]]


def months_of(rates: Sequence[float], base: int = 1_000) -> list[tuple[int, int]]:
    return [(round(rate * base), base) for rate in rates]


def look(history: Months, *, months: int = 6, is_proportion: bool = True) -> Forecast:
    found = forecast(history, months=months, is_proportion=is_proportion)
    assert found is not None
    return found


RISING = [0.20 + 0.015 * month for month in range(24)]


@pytest.mark.parametrize("history", [[], [(1, 4)], [(1, 4), (2, 4)], [(1, 4), (0, 0), (2, 4), (0, 0)]])
def test_too_little_history_says_nothing(history: Months) -> None:
    assert forecast(history, months=3, is_proportion=True) is None


def test_under_a_year_the_pooled_rate_is_carried_forward() -> None:
    found = look(months_of([0.30, 0.34, 0.26] * 3 + [0.30, 0.30]), months=4)
    assert found.method is Method.CARRIED_FORWARD
    assert found.months_of_history == 11
    # The mean of the eleven months is .30, and a carried rate is the same in each month to come.
    assert [point.rate for point in found.points] == pytest.approx([0.30] * 4, abs=0.005)
    assert {(point.low, point.high) for point in found.points} == {
        (found.points[0].low, found.points[0].high)
    }
    assert found.points[0].low < 0.28
    assert found.points[0].high > 0.32
    assert [point.denominator for point in found.points] == [1_000.0] * 4
    assert look(months_of([0.3] * 11 + [0.31])).method is Method.DAMPED_HOLT


def test_a_rising_line_goes_on_and_is_damped() -> None:
    found = look(months_of(RISING), months=12)
    rates = [point.rate for point in found.points]
    scaled = [log(rate / (1 - rate)) for rate in rates]
    steps = [after - before for before, after in pairwise(scaled)]
    last = RISING[-1]
    assert rates[0] > last
    assert all(step > 0 for step in steps)
    # On the scale on which it is fitted each step is smaller than the one before; a line would keep them equal.
    assert all(after < before for before, after in pairwise(steps))
    # The whole year that a straight line would add, it doesn't.
    assert rates[-1] < last + 12 * 0.015


@pytest.mark.parametrize(
    "history",
    [
        months_of([min(1.0, 0.5 + 0.03 * month) for month in range(24)], 40),
        months_of([max(0.0, 0.5 - 0.03 * month) for month in range(24)], 40),
        months_of([1.0] * 20, 3),
        months_of([0.0] * 20, 3),
        months_of([0.0, 1.0] * 9, 2),
        months_of([0.9, 1.0, 1.0, 0.8], 5),
    ],
)
def test_proportions_and_their_bands_stay_between_none_and_all(history: Months) -> None:
    for point in look(history, months=24).points:
        assert 0 <= point.low <= point.rate <= point.high <= 1


def test_a_ratio_may_exceed_one_and_never_falls_below_nothing() -> None:
    found = look(months_of([1.0 + 0.05 * month for month in range(18)], 100), is_proportion=False)
    assert found.points[0].rate > 1.8
    falling = look(months_of([max(0.0, 1.5 - 0.1 * month) for month in range(18)], 100), is_proportion=False)
    assert all(point.low >= 0 for point in falling.points)


def test_attached_counts_are_the_rate_of_the_base() -> None:
    for point in look(months_of(RISING)).points:
        assert point.numerator == pytest.approx(point.rate * point.denominator)
        assert point.denominator == pytest.approx(1_000)


def test_the_back_test_is_of_one_month_ahead_and_knows_only_what_came_before() -> None:
    history = months_of([0.30, 0.32, 0.28, 0.31, 0.29, 0.40, 0.33, 0.27, 0.35, 0.30, 0.30, 0.36, 0.34, 0.41])
    found = look(history)
    errors, naive = [], []
    for place in range(8, 14):
        # What would have been said then: the same call, with the months before it and nothing else.
        said = look(history[:place], months=1).points[0].rate
        happened = history[place][0] / history[place][1]
        errors.append(abs(said - happened))
        naive.append(abs(history[place - 1][0] / 1_000 - happened))
    assert found.tested == 6
    assert found.error == pytest.approx(sum(errors) / 6)
    assert found.naive_error == pytest.approx(sum(naive) / 6)


def test_what_happened_last_changes_only_the_last_back_test() -> None:
    calm = months_of([0.3] * 16)
    shocked = [*calm[:-1], (900, 1_000)]
    # Five months are forecast without an error; the last, of .9, is missed by .6 by whoever could not know it.
    found = look(shocked)
    assert found.error == pytest.approx(0.6 / 6, abs=0.001)
    assert found.naive_error == pytest.approx(0.6 / 6)
    assert look(calm).error == pytest.approx(0, abs=0.001)


@pytest.mark.parametrize(("length", "tested"), [(3, 0), (4, 1), (8, 5), (9, 6), (30, 6)])
def test_the_back_test_says_how_many_months_it_tried(length: int, tested: int) -> None:
    found = look(months_of([0.3, 0.31] * (length // 2) + [0.3] * (length % 2)))
    assert found.tested == tested
    assert (found.error is None) is (tested == 0)


def test_a_trend_is_forecast_better_than_as_last_month() -> None:
    line = [1 / (1 + exp(-(-2 + 0.15 * month))) for month in range(24)]
    found = look(months_of(line, 100_000))
    assert found.error is not None
    assert found.naive_error is not None
    assert found.error < found.naive_error / 2


def test_a_loss_that_all_accounts_share_has_no_interval() -> None:
    # A hundred customers bought at 80 what cost 100: -20 of 80 is no share of anything.
    assert bootstrap_interval([((-20, 80), 100)], is_share=True) is None
    assert bootstrap_interval([((-20, 80), 2)], is_share=True) is None
    assert bootstrap_interval([((0, 80), 100)], is_share=True) is not None


@pytest.mark.parametrize(("sign", "is_share"), [(-1, True), (1, True), (1, False)])
def test_of_many_accounts_the_interval_ends_where_the_ratio_does(sign: int, is_share: bool) -> None:
    # Six thousand customers with an odd price each, half of them with all of it and half with nearly nothing or a loss.
    accounts = [((sign * (price if price % 2 else price // 50), price), 1) for price in range(1_000, 7_000)]
    low, high = certain(bootstrap_interval(accounts, is_share=is_share))
    rate = sum(pair[0] for pair, _ in accounts) / sum(pair[1] for pair, _ in accounts)
    assert low < rate < high
    assert (low < 0) is (sign < 0)


@pytest.mark.parametrize(("is_share", "ends_at_one"), [(True, True), (False, False)])
def test_of_many_accounts_a_share_goes_no_higher_than_one(is_share: bool, ends_at_one: bool) -> None:
    # One of six thousand has nothing, and it is the largest.
    accounts = [((price, price), 1) for price in range(1_000, 7_000)]
    accounts += [((0, 60_000), 1)]
    _, high = certain(bootstrap_interval(accounts, is_share=is_share))
    assert (high <= 1) is ends_at_one
