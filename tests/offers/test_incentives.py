"""What a sale accrues and what becomes of it: by hand, and whatever a sale's life is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.incentives import (
    Accrual,
    IncentiveTerms,
    Life,
    Reward,
    RewardState,
    accrue,
    find_standing,
    read_terms,
)
from offers.money import Money, divide_half_even
from offers.people import PersonFacts

SOLD = date(2026, 1, 1)
# Ninety days from 1 January 2026 on end on 1 April: from the 2nd on the window is over.
LAST, OVER = date(2026, 4, 1), date(2026, 4, 2)
ACCRUAL = Accrual(Money(1_000, "EUR"))
BUNDLE = Accrual(Money(1_000, "EUR"), service_minor=750)


def facts(role: str, partner_id: str | None = None) -> PersonFacts:
    return PersonFacts("X", None, "X", None, role, partner_id, None, None)


def standing(life: Life, day: date, accrual: Accrual = ACCRUAL) -> tuple[str, int, int, int]:
    found = find_standing(accrual, life, day=day, cancellation_days=90)
    return found.state.value, found.pending_minor, found.earned_minor, found.lost_minor


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(5, 2, 2), (7, 2, 4), (15, 10, 2), (25, 10, 2), (26, 10, 3), (24, 10, 2), (0, 7, 0)],
)
def test_halves_are_rounded_to_the_even(numerator: int, denominator: int, rounded: int) -> None:
    assert divide_half_even(numerator, denominator) == rounded


def test_a_share_is_of_the_net_price_in_the_currency_s_own_minor_units() -> None:
    # 5 % of 900.10 euros is 45.005: half a cent, to the even 45.00. Of 900.30 it is 45.015, to the even 45.02.
    assert accrue(Reward(500), net=Money(90_010, "EUR"), service_net_minor=0).amount == Money(4_500, "EUR")
    assert accrue(Reward(500), net=Money(90_030, "EUR"), service_net_minor=0).amount == Money(4_502, "EUR")
    # A yen has no smaller part: 2.5 % of 1,234 yen is 30.85, which is 31.
    assert accrue(Reward(250), net=Money(1_234, "JPY"), service_net_minor=0).amount == Money(31, "JPY")


def test_a_fixed_amount_is_what_it_says_in_its_own_currency() -> None:
    reward = Reward(fixed=Money(1_500, "EUR"))
    assert accrue(reward, net=Money(90_000, "GBP"), service_net_minor=0) == Accrual(Money(1_500, "EUR"))


def test_of_services_and_goods_sold_together_the_services_part_is_kept() -> None:
    # 10 % of 1,100 is 110; 825 of the 1,100 are for the service, so 82.50 of the reward.
    net = Money(110_000, "EUR")
    assert accrue(Reward(1_000), net=net, service_net_minor=82_500) == Accrual(Money(11_000, "EUR"), 8_250)
    assert accrue(Reward(1_000), net=net, service_net_minor=110_000).service_minor is None


def test_partners_and_technicians_are_promised_apart_and_nobody_else_anything() -> None:
    terms = IncentiveTerms(partner=Reward(500), technician=Reward(fixed=Money(1_500, "EUR")))
    assert terms.find_reward(facts("partner", "P-1")) == terms.partner
    # A partner's technician is the partner's.
    assert terms.find_reward(facts("technician", "P-1")) == terms.partner
    assert terms.find_reward(facts("technician")) == terms.technician
    for nobody in (facts("manager"), facts("admin"), facts("expert"), facts("partner")):
        assert terms.find_reward(nobody) is None
    assert read_terms(terms.as_json()) == terms
    assert read_terms({}) == read_terms(None) == IncentiveTerms()


def test_a_reward_is_pending_until_it_is_booked_and_the_window_is_over() -> None:
    assert standing(Life(SOLD), date(2027, 1, 1)) == ("pending", 1_000, 0, 0)
    booked = Life(SOLD, booked_on=date(2026, 1, 5))
    assert standing(booked, LAST) == ("pending", 1_000, 0, 0)
    assert standing(booked, OVER) == ("earned", 0, 1_000, 0)
    late = Life(SOLD, booked_on=date(2026, 6, 1))
    assert standing(late, date(2026, 5, 31)) == ("pending", 1_000, 0, 0)
    assert standing(late, date(2026, 6, 1)) == ("earned", 0, 1_000, 0)


@pytest.mark.parametrize("what", ["cancelled_on", "returned_on", "reversed_on"])
def test_what_is_undone_is_lost_and_taken_back_once_it_was_earned(what: str) -> None:
    booked = {"booked_on": date(2026, 1, 5)}
    inside = Life(SOLD, **booked, **{what: LAST})
    assert standing(inside, date(2026, 3, 31)) == ("pending", 1_000, 0, 0)
    assert standing(inside, LAST) == standing(inside, date(2027, 1, 1)) == ("lost", 0, 0, 1_000)
    after = Life(SOLD, **booked, **{what: date(2026, 7, 1)})
    assert standing(after, date(2026, 6, 30)) == ("earned", 0, 1_000, 0)
    assert standing(after, date(2026, 7, 1)) == ("taken back", 0, 0, 1_000)
    # It was never in the books: never earned, and so not taken back.
    assert standing(Life(SOLD, **{what: date(2026, 7, 1)}), date(2026, 7, 1)) == ("lost", 0, 0, 1_000)


def test_a_partial_return_takes_its_share_off() -> None:
    # One of three came back: a third of 10.00 is 3.33; then another: two thirds are 6.67.
    back = ((date(2026, 2, 1), 1), (date(2026, 5, 1), 1))
    life = Life(SOLD, booked_on=SOLD, units=3, units_back=back)
    assert standing(life, date(2026, 1, 31)) == ("pending", 1_000, 0, 0)
    assert standing(life, date(2026, 2, 1)) == ("pending", 667, 0, 333)
    assert standing(life, OVER) == ("earned", 0, 667, 333)
    assert standing(life, date(2026, 5, 1)) == ("earned", 0, 333, 667)
    whole = Life(SOLD, booked_on=SOLD, units=3, units_back=(*back, (date(2026, 6, 1), 1)))
    assert standing(whole, date(2026, 6, 1)) == ("taken back", 0, 0, 1_000)


def test_of_a_bundle_each_of_cancellation_and_return_takes_its_part_and_both_take_all() -> None:
    cancelled = Life(SOLD, cancelled_on=date(2026, 2, 1), units=1)
    assert standing(cancelled, OVER, BUNDLE) == ("pending", 250, 0, 750)
    returned = Life(SOLD, returned_on=date(2026, 2, 1), units=1, units_back=((date(2026, 2, 1), 1),))
    assert standing(returned, OVER, BUNDLE) == ("pending", 750, 0, 250)
    both = Life(SOLD, cancelled_on=date(2026, 2, 1), returned_on=date(2026, 3, 1))
    assert standing(both, date(2026, 2, 15), BUNDLE) == ("pending", 250, 0, 750)
    assert standing(both, date(2026, 3, 1), BUNDLE) == ("lost", 0, 0, 1_000)


DAYS = st.integers(0, 400).map(lambda days: SOLD + timedelta(days=days))
LIVES = st.builds(
    Life,
    st.just(SOLD),
    booked_on=st.none() | DAYS,
    cancelled_on=st.none() | DAYS,
    returned_on=st.none() | DAYS,
    reversed_on=st.none() | DAYS,
    units=st.integers(0, 5),
    units_back=st.lists(st.tuples(DAYS, st.integers(1, 4)), max_size=4).map(tuple),
)
AMOUNTS = st.integers(0, 10**9)
ACCRUALS = AMOUNTS.flatmap(
    lambda minor: st.builds(Accrual, st.just(Money(minor, "EUR")), st.none() | st.integers(0, minor))
)


@given(accrual=ACCRUALS, life=LIVES, day=DAYS, window=st.integers(0, 400))
def test_pending_earned_and_lost_are_all_that_was_accrued(
    accrual: Accrual, life: Life, day: date, window: int
) -> None:
    found = find_standing(accrual, life, day=day, cancellation_days=window)
    parts = (found.pending_minor, found.earned_minor, found.lost_minor)
    assert sum(parts) == accrual.amount.amount_minor
    assert min(parts) >= 0
    assert found.pending_minor == 0 or found.earned_minor == 0
    if found.state in (RewardState.LOST, RewardState.TAKEN_BACK):
        assert found.lost_minor == accrual.amount.amount_minor
        assert found.since is not None
        assert found.since <= day


@given(accrual=ACCRUALS, life=LIVES, day=DAYS, later=DAYS, window=st.integers(0, 400))
def test_what_happens_after_a_day_changes_nothing_of_it(
    accrual: Accrual, life: Life, day: date, later: date, window: int
) -> None:
    def until(happened_on: date | None) -> date | None:
        return happened_on if happened_on is not None and happened_on <= day else None

    known = Life(
        life.accepted_on,
        until(life.booked_on),
        until(life.cancelled_on),
        until(life.returned_on),
        until(life.reversed_on),
        life.units,
        tuple(one for one in life.units_back if one[0] <= day),
    )
    then = find_standing(accrual, known, day=day, cancellation_days=window)
    assert find_standing(accrual, life, day=day, cancellation_days=window) == then
    if later >= day:
        # What is lost is never found again.
        after = find_standing(accrual, life, day=later, cancellation_days=window)
        assert after.lost_minor >= then.lost_minor


@given(rate=st.integers(1, 10_000), net=AMOUNTS, share=st.integers(0, 100))
def test_no_reward_is_more_than_the_sale_and_no_part_more_than_the_reward(
    rate: int, net: int, share: int
) -> None:
    accrual = accrue(Reward(rate), net=Money(net, "EUR"), service_net_minor=net * share // 100)
    assert 0 <= accrual.amount.amount_minor <= net
    assert 0 <= (accrual.service_minor or 0) <= accrual.amount.amount_minor
    # Within half a minor unit of the exact share.
    assert abs(accrual.amount.amount_minor * 10_000 - net * rate) <= 5_000
