"""The formulas, against numbers worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.attach_rate import (
    Acceptance,
    OpportunityKey,
    Sighting,
    count_funnel,
    divide,
    find_opportunities,
    wilson_interval,
)
from offers.resampling import bootstrap_interval, find_tail

KEY = OpportunityKey("A", "M", "renewal")
DAY = datetime(2026, 1, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [(0, 5, 0.0, 0.4345), (3, 4, 0.3006, 0.9544), (62, 100, 0.5221, 0.7090), (22, 50, 0.3116, 0.5769)],
)
def test_wilson_intervals_are_the_published_ones(
    numerator: int, denominator: int, low: float, high: float
) -> None:
    interval = wilson_interval(numerator, denominator)
    assert interval is not None
    assert interval == pytest.approx((low, high), abs=5e-5)


def test_a_zero_denominator_has_no_rate_and_no_interval() -> None:
    assert divide(0, 0) is None
    assert wilson_interval(0, 0) is None
    assert bootstrap_interval([]) is None
    assert bootstrap_interval([((3, 0), 1), ((1, 0), 1)]) is None


def test_a_single_account_has_no_bootstrap_interval() -> None:
    assert bootstrap_interval([((3, 4), 1)]) is None


def test_fewer_than_eight_accounts_with_a_base_have_no_interval() -> None:
    seven = [((number % 3, 3), 1) for number in range(7)]
    assert bootstrap_interval(seven) is None
    assert bootstrap_interval(seven, is_share=True) is None
    # Nor with three more that bought attached units and no core; with an eighth that bought core they have one.
    assert bootstrap_interval([*seven, ((2, 0), 3)]) is None
    assert bootstrap_interval([*seven, ((1, 3), 1)]) is not None


def test_a_ratio_of_equal_accounts_has_no_interval() -> None:
    # Every resample of (1, 2), eight times, is 8/16: they say nothing of the next account, which may have any ratio.
    assert bootstrap_interval([((1, 2), 8)]) is None
    assert bootstrap_interval([((0, 1), 9)]) is None


@pytest.mark.parametrize(
    ("accounts", "low", "high"),
    [
        # 8 accounts, rate 1/2: z²/n = 3.8415/8 = .48018; middle (.5 + .24009)/1.48018 = .5;
        # half 1.96 * sqrt(.25/8 + .48018/32)/1.48018 = 1.96 * .21507/1.48018 = .28478.
        ([((1, 2), 8)], 0.2152, 0.7848),
        # As 1/2, 2/4 to 8/16: eight accounts with the same share, however many units each has.
        ([((size, 2 * size), 1) for size in range(1, 9)], 0.2152, 0.7848),
        # None of 8 and none of 10 accounts: z²/(n + z²) = 3.8415/11.8415 and 3.8415/13.8415; the units don't count.
        ([((0, 1), 8)], 0.0, 0.3244),
        ([((0, 7), 10)], 0.0, 0.2775),
        # All of eight accounts: the same from the other end. An account without a base says nothing.
        ([((100, 100), 3), ((30, 30), 5), ((0, 0), 5)], 0.6756, 1.0),
    ],
)
def test_a_share_of_equal_accounts_has_the_wilson_interval_of_the_accounts(
    accounts: list[tuple[tuple[int, int], int]], low: float, high: float
) -> None:
    assert bootstrap_interval(accounts, is_share=True) == pytest.approx((low, high), abs=5e-5)


def test_many_different_accounts_that_all_have_everything_have_an_interval_too() -> None:
    # 6000 accounts, more than are resampled, and all of each: 6000/(6000 + 3.8415) = .99936.
    pairs = [((size, size), 1) for size in range(1, 6001)]
    assert bootstrap_interval(pairs, is_share=True) == pytest.approx((0.99936, 1.0), abs=5e-6)


def test_the_bootstrap_of_twelve_accounts_ends_where_students_point_and_their_number_put_it() -> None:
    # Six times (0, 1) and six times (1, 1): of a draw k of 12 have one, binomial with 1/2: P(k <= 1) = 13/4096 = .0032,
    # P(k <= 2) = 79/4096 = .0193. Student's point of 11 is 2.2010, times sqrt(12/11) is 2.2989, beyond which the normal
    # curve has .0108: 2 of 12 and 10 of 12. The quantiles .025 and .975 would be 3 and 9.
    assert find_tail(12) == pytest.approx(0.0108, abs=5e-5)
    assert bootstrap_interval([((0, 1), 6), ((1, 1), 6)]) == pytest.approx((2 / 12, 10 / 12))


def test_the_bootstrap_prints_the_same_interval_twice_whatever_the_order() -> None:
    pairs = [((number % 3, 1 + number % 4), 1) for number in range(40)]
    assert bootstrap_interval(pairs) == bootstrap_interval(reversed(pairs))


def sight(at: datetime = DAY, person: str = "T", offer: str | None = "O") -> Sighting:
    return Sighting(KEY, at, person, None, offer)


def accept(at: datetime, offer: str = "O", *, was_surfaced: bool = True) -> Acceptance:
    return Acceptance(KEY, at, "X", None, offer, was_surfaced)


def settle(sightings: list[Sighting], acceptances: list[Acceptance]) -> list[tuple[str | None, bool]]:
    found = find_opportunities(
        sightings,
        acceptances,
        attribution_days=90,
        first_day=date(2026, 1, 1),
        last_day=date(2026, 1, 31),
    )
    return [(one.person_id, one.is_accepted) for one in found]


def test_an_opportunity_seen_many_times_counts_once() -> None:
    assert settle([sight(), sight(DAY + timedelta(days=1)), sight(DAY + timedelta(days=2))], []) == [
        ("T", False)
    ]


@pytest.mark.parametrize(("days", "is_accepted"), [(0, True), (90, True), (91, False)])
def test_the_attribution_window_includes_its_last_day(days: int, is_accepted: bool) -> None:
    assert settle([sight()], [accept(DAY + timedelta(days=days))]) == [("T", is_accepted)]


def test_a_sale_before_the_opportunity_was_seen_is_not_its_sale() -> None:
    assert settle([sight()], [accept(DAY - timedelta(days=1))]) == [("T", False)]


def test_a_sale_counts_for_who_surfaced_the_accepted_offer() -> None:
    sightings = [sight(person="first", offer="O-1"), sight(DAY + timedelta(days=5), "second", "O-2")]
    assert settle(sightings, [accept(DAY + timedelta(days=9), "O-1")]) == [("first", True)]
    assert settle(sightings, [accept(DAY + timedelta(days=9), "O-9")]) == [("second", True)]


def test_a_sale_counts_for_who_surfaced_it_before_the_window_too() -> None:
    shown = (
        sight(DAY - timedelta(days=20), "first", "O-1"),
        sight(DAY - timedelta(days=95), "long ago", "O-1"),
    )
    sale = replace(accept(DAY + timedelta(days=5), "O-1"), surfaced=shown)
    assert settle([sight(person="second", offer="O-2")], [sale]) == [("first", True)]
    # Both too long before the sale, 91 and 100 days: it counts for who saw the opportunity inside the ninety.
    late = [replace(one, at=one.at - timedelta(days=66 if one is shown[0] else 0)) for one in shown]
    assert settle([sight(person="second", offer="O-2")], [replace(sale, surfaced=tuple(late))]) == [
        ("second", True)
    ]
    # Surfaced before the window and in no other way, it is no opportunity of the window.
    assert settle([], [sale]) == []


def test_an_acceptance_that_was_never_surfaced_brings_its_own_denominator() -> None:
    assert settle([], [accept(DAY, was_surfaced=False)]) == [("X", True)]
    # Outside the window, or surfaced in an earlier one, it belongs elsewhere.
    assert settle([], [accept(DAY + timedelta(days=60), was_surfaced=False)]) == []
    assert settle([], [accept(DAY)]) == []


STAGES = ["surfaced", "viewed", "accepted", "booked", "declined", "snoozed", "expired", "cancelled"]


@given(
    st.lists(st.tuples(st.sampled_from(["O-1", "O-2", "O-3", "O-4"]), st.sampled_from(STAGES)), max_size=60)
)
def test_a_funnel_never_rises(events: list[tuple[str, str]]) -> None:
    counts = list(count_funnel(events).values())
    assert counts == sorted(counts, reverse=True)


def test_a_funnel_counts_each_offer_to_the_stage_it_reached() -> None:
    events = [
        ("O-1", "surfaced"),
        ("O-1", "surfaced"),
        ("O-1", "accepted"),
        ("O-2", "surfaced"),
        ("O-2", "viewed"),
    ]
    # O-1 accepted, so it was seen; O-2 was viewed.
    assert count_funnel(events) == {"surfaced": 2, "viewed": 2, "accepted": 1, "booked": 0}


def test_a_reversed_sale_was_shown_and_no_more_whatever_came_before_or_after() -> None:
    events = [("a", "reversed"), ("a", "surfaced"), ("a", "accepted"), ("a", "booked"), ("b", "surfaced")]
    for order in (events, events[::-1]):
        assert count_funnel(order) == {"surfaced": 2, "viewed": 1, "accepted": 0, "booked": 0}
    assert count_funnel([("a", "surfaced"), ("a", "accepted"), ("a", "cancelled")])["accepted"] == 1
