"""Where a target stands: what is expected by now, what is left, what the rest has to reach, and what can't be done."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.views.pace import describe_progress
from offers.metrics.progress import PastMonth, Standing, Term, measure_flow, measure_level

# 2026 has 365 days; 19 October is the 292nd, so that a fifth of the year (73 days) is left after it.
YEAR = Term(0.7, date(2026, 1, 1), date(2026, 12, 31), date(2026, 10, 19))


def at(day: date, target: float = 0.7) -> Term:
    return Term(target, date(2026, 1, 1), date(2026, 12, 31), day)


def test_what_is_left_to_sell_and_the_rate_that_the_rest_must_reach() -> None:
    # 80 in four fifths of the year: 20 are to come. 70 % of 100 are 70; 52 are there, so 18 of 20 (90 %) in 73 days:
    # 18 / 73 * 7 = 1.726 a week. On target 70 % of 80 = 56 would be there now.
    found = measure_flow(YEAR, 52, 80)
    assert (found.base_to_come, found.needed, found.required) == (20.0, 18, pytest.approx(0.9))
    assert found.expected == pytest.approx(56.0)
    assert found.per_week == pytest.approx(1.726, abs=0.001)
    assert found.standing is Standing.OPEN


def test_more_than_the_best_month_is_said_and_is_not_out_of_reach() -> None:
    # 18 of 20 (90 %) are needed. 15 of 20 (75 %) is the best; 2 of 2 stands on less than a quarter of the usual
    # (20 + 20 + 2) / 3 = 14.
    months = [PastMonth("2026-07", 15, 20), PastMonth("2026-08", 14, 20), PastMonth("2026-09", 2, 2)]
    found = measure_flow(YEAR, 52, 80, months=months)
    assert (found.standing, found.best, found.best_month) == (Standing.OPEN, 0.75, "2026-07")
    assert describe_progress("order_attach", found).endswith(
        ": 90.0 % of what is still to come. No month so far did as much: the best, Jul 2026, had 75.0 %."
    )
    reached_before = measure_flow(YEAR, 52, 80, months=[*months, PastMonth("2026-06", 19, 20)])
    assert (reached_before.standing, reached_before.best) == (Standing.OPEN, 0.95)
    assert describe_progress("order_attach", reached_before).endswith("The best month, Jun 2026, had 95.0 %.")


def test_what_is_open_today_can_still_count() -> None:
    # 40 of 80 and 20 to come lack 70 - 40 = 30. Of the 40 that are not there yet 25 are open: 30 of 45, two thirds.
    found = measure_flow(YEAR, 40, 80, open_base=25)
    assert (found.needed, found.candidates, found.required) == (30, 45.0, pytest.approx(30 / 45))
    assert found.standing is Standing.OPEN
    assert "66.7 % of what is open (25) and still to come (20)." in describe_progress("conversion", found)
    # With 10 open all 30 have to; with 9 even all of them would not do.
    assert measure_flow(YEAR, 40, 80, open_base=10).standing is Standing.OPEN
    beyond = measure_flow(YEAR, 40, 80, open_base=9)
    assert beyond.standing is Standing.OUT_OF_REACH
    said = describe_progress("conversion", beyond)
    assert said.endswith("Out of reach: all 29 that is open (9) and still to come (20) would not do.")
    assert "103" not in said


def test_a_past_day_is_not_now() -> None:
    flow = replace(measure_flow(YEAR, 52, 80), is_past=True)
    assert describe_progress("order_attach", flow).startswith(
        "From 1 Jan 2026 to 19 Oct 2026 52 of 80 (65.0 %)"
    )
    level = measure_level(YEAR, 40, 100)
    assert describe_progress("coverage", level).startswith("Now 40 of 100")
    past = describe_progress("coverage", replace(level, is_past=True))
    assert past.startswith("On 19 Oct 2026 40 of 100")


def test_a_proportion_cannot_make_up_what_a_ratio_can() -> None:
    # 40 of 80 with 20 to come lack 30 of 20: 150 %.
    assert measure_flow(YEAR, 40, 80).standing is Standing.OUT_OF_REACH
    ratio = measure_flow(YEAR, 40, 80, is_proportion=False)
    assert (ratio.standing, ratio.required) == (Standing.OPEN, pytest.approx(1.5))
    assert "about 2.9 a week: 1.5 to each of what is still to come." in describe_progress(
        "units_attach", ratio
    )
    # A ratio's target may exceed one: 120 % of 100 are 120, 96 are there; 24 of the 20 to come, 120 %.
    above = measure_flow(at(date(2026, 10, 19), 1.2), 96, 80, is_proportion=False)
    assert (above.needed, above.required, above.standing) == (24, pytest.approx(1.2), Standing.OPEN)


def test_a_target_that_no_more_is_needed_for_is_reached() -> None:
    # 70 of 80 are 70 % of the 100 expected.
    found = measure_flow(YEAR, 70, 80)
    assert (found.needed, found.required, found.standing) == (0, 0.0, Standing.REACHED)
    assert measure_flow(YEAR, 69, 80).standing is Standing.OPEN


def test_a_young_period_takes_its_base_from_the_months_before() -> None:
    months = [PastMonth("2025-11", 60, 120), PastMonth("2025-12", 60, 120)]
    # 240 in two months of 30.4375 days are 3.9425 a day; after 10 January 355 days are left: 1,399.6.
    found = measure_flow(at(date(2026, 1, 10)), 3, 10, months=months)
    assert found.base_to_come == pytest.approx(240 / 60.875 * 355)
    # From the 28th day on the period speaks for itself: 28 in 28 days are 337 in the 337 that are left.
    assert measure_flow(at(date(2026, 1, 28)), 3, 28, months=months).base_to_come == pytest.approx(337.0)
    # With no month before, the ten days have to do: one a day.
    assert measure_flow(at(date(2026, 1, 10)), 3, 10).base_to_come == pytest.approx(355.0)


def test_a_period_that_has_not_begun() -> None:
    months = [PastMonth("2025-12", 90, 100)]
    found = measure_flow(at(date(2025, 12, 1)), 0, 0, months=months)
    # 100 a month of 30.4375 days are 1,199.2 in 365 days; 70 % of them 839.4.
    assert (found.standing, found.needed, found.rate) == (Standing.NOT_BEGUN, 840, None)
    nothing = measure_flow(at(date(2025, 12, 1)), 0, 0)
    assert (nothing.standing, nothing.needed, nothing.required) == (Standing.NO_BASE, 0, None)


def test_the_last_day_says_met_or_missed() -> None:
    last = date(2026, 12, 31)
    assert measure_flow(at(last), 70, 100).standing is Standing.MET
    missed = measure_flow(at(last), 69, 100)
    assert (missed.standing, missed.needed, missed.per_week) == (Standing.MISSED, 1, None)
    assert measure_flow(at(last), 0, 0).standing is Standing.NO_BASE
    assert measure_flow(at(last + timedelta(days=9)), 69, 100).term.days_left == 0


def test_a_base_that_stands_in_the_books_is_known() -> None:
    # 60 of 80 renewed; 40 more lines end this year, 6 of them renewed early. 70 % of 120 are 84: 84 - 60 - 6 = 18,
    # which is 18 / 34 = 52.9 % of those that end and are not renewed yet.
    found = measure_flow(YEAR, 60, 80, known_base=40, booked=6)
    assert (found.base_to_come, found.needed, found.required) == (40.0, 18, pytest.approx(18 / 34))
    # Four that ended are still in their grace: 18 of 38.
    assert measure_flow(YEAR, 60, 80, known_base=40, booked=6, open_base=4).required == pytest.approx(18 / 38)
    # Nothing ends any more: what is missing stays missing.
    over = measure_flow(YEAR, 50, 80, known_base=0)
    assert (over.standing, over.required, over.needed) == (Standing.OUT_OF_REACH, None, 6)


def test_whole_numbers_are_not_rounded_up_by_floating_point() -> None:
    # 0.1 * 3 is 0.30000000000000004 to a computer: of 30 that is still 3.
    assert measure_flow(at(date(2026, 12, 31), 0.1), 3, 30).standing is Standing.MET


def test_a_level_is_raised_to_its_target() -> None:
    # 40 of 100, wanted 65: 25 more in 73 days, 2.397 a week, 10.42 a month. From 30 % at the year's beginning the
    # straight line stands at 30 + 35 * 4/5 = 58.
    months = [PastMonth("2026-07", 30, 100), PastMonth("2026-08", 41, 100), PastMonth("2026-09", 40, 100)]
    found = measure_level(at(date(2026, 10, 19), 0.65), 40, 100, start_rate=0.3, months=months)
    assert (found.needed, found.expected, found.required) == (25, pytest.approx(58.0), None)
    assert found.per_week == pytest.approx(25 / 73 * 7)
    # The best month gained 11 points: 10.42 a month were done before.
    assert (found.standing, found.best, found.best_month) == (Standing.OPEN, pytest.approx(0.11), "2026-08")
    assert describe_progress("coverage", found).endswith(
        "The best month, Aug 2026, went from 30 of 100 to 41 of 100 (+11.0 points)."
    )
    # 60 machines are not covered, which are enough for 25: that no month did as much puts nothing out of reach.
    slower = [PastMonth("2026-07", 30, 100), PastMonth("2026-08", 40, 100)]
    beyond = measure_level(at(date(2026, 10, 19), 0.65), 40, 100, months=slower)
    assert (beyond.standing, beyond.expected) == (Standing.OPEN, None)
    assert describe_progress("coverage", beyond).endswith(
        "No month so far did as much: the best, Aug 2026, went from 30 of 100 to 40 of 100 (+10.0 points)."
    )
    falling = measure_level(at(date(2026, 10, 19), 0.65), 40, 100, months=slower[::-1])
    assert describe_progress("coverage", falling).endswith("It has not risen in any of the last 12 months.")


def test_a_level_that_began_above_its_target_need_only_be_at_it() -> None:
    # From 80 % the line would fall to 65 % by way of 80 - 15 * 4/5 = 68; on target is 65, so 40 lack 25.
    found = measure_level(at(date(2026, 10, 19), 0.65), 40, 100, start_rate=0.8)
    assert (found.expected, found.needed) == (pytest.approx(65.0), 25)


def test_a_level_is_measured_by_the_base_that_is_expected_by_the_end() -> None:
    # 65 % of 120 are 78, of which there are 40; the straight line to the target stays that of today's base.
    found = measure_level(at(date(2026, 10, 19), 0.65), 40, 100, start_rate=0.3, base_by_end=120.4)
    flat = measure_level(at(date(2026, 10, 19), 0.65), 40, 100, start_rate=0.3)
    assert (found.needed, flat.needed) == (39, 25)
    assert found.base_to_come == pytest.approx(20.4)
    assert found.expected == flat.expected
    # 73 days are left: 39 / 73 * 7.
    assert found.per_week == pytest.approx(39 / 73 * 7)
    said = describe_progress("coverage", found)
    assert "it takes 39 more machines (of about 120 by then), about 3.7 a week" in said
    assert "by then" not in describe_progress("coverage", flat)
    # A base that shrinks asks for less, and on the last day it is what it is.
    assert measure_level(at(date(2026, 10, 19), 0.65), 40, 100, base_by_end=80.0).needed == 12
    assert measure_level(at(date(2026, 12, 31), 0.65), 64, 100, base_by_end=80.0).needed == 1
    assert measure_level(at(date(2026, 10, 19), 0.65), 0, 0, base_by_end=80.0).standing is Standing.NO_BASE


def test_a_levels_edges() -> None:
    assert measure_level(at(date(2026, 5, 1), 0.65), 65, 100).standing is Standing.REACHED
    assert measure_level(at(date(2026, 5, 1), 0.65), 0, 0).standing is Standing.NO_BASE
    assert measure_level(at(date(2026, 12, 31), 0.65), 64, 100).standing is Standing.MISSED
    assert measure_level(at(date(2026, 12, 31), 0.65), 65, 100).standing is Standing.MET
    assert measure_level(at(date(2026, 5, 1), 1.1), 90, 100).standing is Standing.OUT_OF_REACH
