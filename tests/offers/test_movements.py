"""What moved a figure: by more than chance or not, and which part of the company, by its rate or by its base."""

from datetime import date
from functools import partial

import pytest

from bot.views.moved import say_most, say_parts
from offers.attach_rate import wilson_interval
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.entries import Interval
from offers.metrics.figures import Figure, Report
from offers.metrics.kinds import COUNTED, RATIOS
from offers.metrics.movements import Contribution, Movement, compare, find_contributions
from offers.reporting import open_window
from offers.resampling import bootstrap_interval
from tests.offers.company import NOW
from tests.offers.conftest import Store

DAY = date(2026, 3, 1)


def figure(numerator: int, denominator: int, **group: str) -> Figure:
    low, high = wilson_interval(numerator, denominator) or (None, None)
    return Figure(group, numerator, denominator, numerator / denominator, low, high, None)


def told(metric: str, total: Figure, *rows: Figure) -> Report:
    return Report(metric, DAY, DAY, DAY, "", rows, total)


@pytest.mark.parametrize("metric", sorted(METRIC_TABLE))
def test_a_metrics_kind_is_that_of_its_entries(store: Store, metric: str) -> None:
    count = METRIC_TABLE[metric].count
    if not isinstance(count, partial):
        return
    with store.scope() as session:
        entries = count.keywords["select_entries"](session, open_window(metric, now=NOW))
    assert (metric in COUNTED) is (entries.interval is Interval.WILSON)
    assert (metric in RATIOS) is entries.may_exceed_one


def test_a_ratio_of_few_accounts_moved_surely_only_where_the_intervals_part() -> None:
    old, new = [((40, 50), 1), ((2, 50), 1), ((30, 50), 1)], [((0, 50), 1), ((45, 50), 1), ((2, 50), 1)]

    def resampled(pairs: list[tuple[tuple[int, int], int]]) -> Report:
        low, high = bootstrap_interval(pairs) or (None, None)
        hits, base = (sum(pair[side] for pair, _ in pairs) for side in (0, 1))
        return told("units_attach", Figure({}, hits, base, hits / base, low, high, None, 3))

    # 72 of 150 and 47 of 150 units, but of three customers each: from .04 to .80 and from 0 to .90.
    moved = compare(resampled(old), resampled(new))
    assert moved is not None
    assert not moved.is_sure
    # As counts, each by itself, the difference would exclude zero: Newcombe's interval is [-.273, -.056].
    counted = compare(told("conversion", figure(72, 150)), told("conversion", figure(47, 150)))
    assert counted is not None
    assert counted.is_sure


def test_a_part_moves_the_whole_by_its_rate_and_by_its_share_of_the_base() -> None:
    # 40/100 and 60/100 are 50 %; then 75/200 and 59/100 are 134/300: -5.3333 points; the middle rate is .473333.
    before = told("coverage", figure(100, 200), figure(40, 100, region="N"), figure(60, 100, region="S"))
    after = told("coverage", figure(134, 300), figure(75, 200, region="N"), figure(59, 100, region="S"))
    north, south = find_contributions(before, after)
    # N: shares 1/2 and 2/3, rates .400 and .375: .58333 * -.025 = -.014583; .16667 * (.3875 - .47333) = -.014306.
    assert north.group == {"region": "N"}
    assert (north.of_rate, north.of_base) == pytest.approx((-1.4583, -1.4306), abs=5e-5)
    # S: shares 1/2 and 1/3, rates .60 and .59: .41667 * -.01 = -.004167; -.16667 * (.595 - .47333) = -.020278.
    assert (south.of_rate, south.of_base) == pytest.approx((-0.4167, -2.0278), abs=5e-5)
    assert north.points + south.points == pytest.approx(-5.33333, abs=5e-5)
    movement = compare(before, after)
    assert movement is not None
    # 2.9 of 5.3 is more than half.
    assert (north.is_most_of(movement), south.is_most_of(movement)) == (True, False)
    assert say_parts(movement, [north, south], {}) == (
        "Most of it came from N (-2.9 points), then S (-2.4 points, by its share of the base)."
    )


def test_a_part_that_is_new_or_gone_counts_by_its_base_and_units_without_one_by_themselves() -> None:
    before = told("units_attach", figure(50, 100), figure(50, 80, family="A"), figure(0, 20, family="B"))
    after = told(
        "units_attach", figure(60, 100), figure(50, 80, family="A"), figure(5, 20, family="C"),
        Figure({"family": "D"}, 5, 0, None, None, None, None),
    )  # fmt: skip
    parts = {one.group["family"]: (one.of_rate, one.of_base) for one in find_contributions(before, after)}
    # The middle rate is .55. B had a fifth of the base at 0: .2 * .55 = 11 points; C has one at .25: .2 * (.25 - .55).
    assert parts["A"] == pytest.approx((0, 0))
    assert parts["B"] == pytest.approx((0, 11))
    assert parts["C"] == pytest.approx((0, -6))
    # Five attached units of a family without core units are 5 of 100.
    assert parts["D"] == pytest.approx((5, 0))


def test_what_went_the_other_way_stands_behind_however_much_it_moved() -> None:
    # +9, -6 and -6 of 90: it fell by 3.3 points, and not in A.
    hits = {"A": (10, 19), "B": (20, 14), "C": (20, 14)}
    before, after = (
        told(
            "coverage", figure(whole, 90), *(figure(two[side], 30, region=name) for name, two in hits.items())
        )
        for side, whole in ((0, 50), (1, 47))
    )
    assert [one.group["region"] for one in find_contributions(before, after)] == ["B", "C", "A"]


def test_less_than_half_is_not_most() -> None:
    one = figure(1, 2)
    movement = Movement("coverage", one, one, -3.1, is_sure=True)
    part = Contribution({"region": "North"}, -1.2, 0.0)
    assert say_most(movement, part, {}) == (
        ", the largest part in North (-1.2 points): less than half of it"
    )  # fmt: skip
    assert say_most(movement, Contribution({"region": "North"}, -1.6, 0.0), {}) == (
        ", most of it in North (-1.6 points)"
    )
    assert say_most(movement, Contribution({"region": "North"}, 1.6, 0.0), {}) == ""
    assert say_parts(movement, [part], {}) == "The largest parts: North (-1.2 points)."
