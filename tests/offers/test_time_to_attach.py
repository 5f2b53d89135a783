"""Time to attach of machines that are older than the orders that are known: delayed entry, and who is left out."""

from pathlib import Path

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from bot.views.figures import describe_figure
from offers.metrics.figures import MetricSettings
from offers.reporting import find_curve
from offers.survival import estimate_survival
from tests.offers.company import NOW
from tests.offers.conftest import Store
from tests.offers.rows import fill, groups, machine, order, run

LEFT_OUT = "3 machines left out that were installed too long before the first known order"


def fleet(store: Store, folder: Path) -> None:
    """Orders are known from 1 January 2026 on: three machines are of 2020, C of ten days before, A and B later."""
    fill(
        store,
        folder,
        assets=[
            *(machine(f"OLD-{number}", "ROOF", install_date="2020-01-01") for number in range(3)),
            machine("A", install_date="2026-01-05"),
            machine("B", install_date="2026-01-05"),
            machine("C", install_date="2025-12-22"),
        ],
        orders=[
            order("1a", "CHILL", "2026-01-01"),
            order("2a", "GATE", "2026-01-15", related_asset_id="A"),
            order("3a", "GATE", "2026-01-21", related_asset_id="C"),
            order("4a", "GATE", "2026-02-01", related_asset_id="OLD-0"),
        ],
    )


def test_what_is_much_older_than_the_first_known_order_is_left_out_and_counted(
    store: Store, folder: Path
) -> None:
    fleet(store, folder)
    found = run(store, "time_to_attach")
    # Day 10: A of A, B and C, who is observed from that day on; day 30: C of B and C. 1 - 2/3 * 1/2 = 2/3.
    assert (found.total.numerator, found.total.denominator) == (2, 3)
    assert found.total.rate == pytest.approx(2 / 3)
    # Greenwood: (1/3)^2 * (1/(3*2) + 1/(2*1)) = .07407; 1.96 standard errors are .5334.
    assert (found.total.low, found.total.high) == (pytest.approx(0.1332, abs=5e-4), 1.0)
    assert found.total.asides["left_out"] == 3
    assert LEFT_OUT in describe_figure(found, found.total)
    assert "observed from that on (delayed entry), beyond day 30 left out" in found.definition
    with store.scope() as session:
        curve = find_curve(session, "time_to_attach", now=NOW)
    assert curve is not None
    assert [(point.day, point.at_risk, point.happened) for point in curve.points] == [(10, 3, 1), (30, 2, 2)]


def test_a_group_of_which_all_are_left_out_says_so(store: Store, folder: Path) -> None:
    fleet(store, folder)
    found = run(store, "time_to_attach", "family")
    assert groups(found) == {"Aurora": (2, 3), "Boreal": (0, 0)}
    (boreal,) = (row for row in found.rows if row.group == {"family": "Boreal"})
    assert (boreal.rate, boreal.asides) == (None, {"left_out": 3})
    assert LEFT_OUT in describe_figure(found, boreal)


def test_who_enters_after_the_day_of_the_figure_has_no_part_in_it(store: Store, folder: Path) -> None:
    fleet(store, folder)
    # C is seen from day 10 on: of nine days there are A and B alone, neither with one.
    nine = run(store, "time_to_attach", settings=MetricSettings(horizon_days=9)).total
    assert (nine.numerator, nine.denominator, nine.rate, nine.asides["left_out"]) == (0, 2, 0.0, 4)


def test_without_any_known_order_nothing_is_known(store: Store, folder: Path) -> None:
    fill(store, folder, assets=[machine("A", install_date="2026-01-05")], orders=[])
    found = run(store, "time_to_attach").total
    assert (found.denominator, found.rate, found.asides) == (0, None, {"left_out": 1})


@pytest.mark.parametrize("seed", range(12))
def test_a_curve_with_late_entries_is_the_one_statsmodels_estimates(seed: int) -> None:
    generator = np.random.default_rng(seed)
    size = int(generator.integers(30, 300))
    begins = np.where(generator.random(size) < 0.5, 0, generator.integers(0, 20, size=size))
    days = begins + generator.integers(0, 60, size=size)
    happened = generator.random(size) < 0.6
    rows = [(int(day), bool(did), 1) for day, did in zip(days, happened, strict=True)]
    late = {int(day): int((begins == day).sum()) for day in set(begins) if day}
    curve = estimate_survival(rows, late)
    # Theirs are at risk after the day of entry, ours from the beginning of that day on: days are counted from one on.
    theirs = SurvfuncRight(days + 1, happened.astype(int), entry=begins)
    assert [point.day + 1 for point in curve.points] == [int(day) for day in theirs.surv_times]
    assert [point.at_risk for point in curve.points] == [int(count) for count in theirs.n_risk]
    assert [1 - point.share for point in curve.points] == pytest.approx(list(theirs.surv_prob), abs=1e-12)


def test_before_it_happened_to_anyone_the_fewest_observed_are_what_it_rests_on() -> None:
    # Two from the first day, a hundred more from day 20 on: until then nobody else was there to have it.
    point = estimate_survival([(40, False, 102)], {20: 100}).at(30)
    assert point is not None
    # 3.8415/(2 + 3.8415) = .6576.
    assert (point.share, point.high, point.at_risk) == (0.0, pytest.approx(0.6576, abs=5e-5), 2)
