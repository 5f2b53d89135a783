"""Restraint, chance and margin in a decision. Pure values, no database."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.deciding.snapshots import Grounds, pack, unpack
from offers.engine import arbitrate, decide
from offers.money import Money
from offers.playbook.candidates import Restraint
from offers.playbook.contact_policy import find_goodwill
from offers.playbook.experiment import choose, draw, is_held_out
from offers.playbook.policy import MAX_EXPLORATION_SHARE, Caps, Policy, Weights
from offers.playbook.scoring import expect_margin
from offers.playbook.situations import (
    OfferMemory,
    PriceFacts,
    Refusal,
    count_fleets,
)
from offers.playbook.track_record import PlayHistory, PlayRecord
from offers.rules import DEFAULT_RULES
from offers.vocabulary import AssetStatus, Play
from tests.offers.test_engine import CATALOGUE, NOW, TODAY, line, machine, situation

GREEDY = Policy(exploration_share=0.0)


def restraints(policy: Policy = GREEDY, **more: object) -> dict[str, Restraint | None]:
    verdict = decide(situation(machine(), **more), DEFAULT_RULES, policy)
    return {one.play.value: one.restraint for one in verdict.rejections if one.price is not None}


@pytest.mark.parametrize(
    ("reason", "days"),
    [
        (None, 90),
        ("too_expensive", 90),
        ("no_need", 180),
        ("has_alternative", 270),
        ("budget_later", 60),
        ("not_decision_maker", 14),
    ],
)
def test_a_no_holds_as_long_as_its_reason_says(reason: str | None, days: int) -> None:
    subject = ("M", Play.ADD_ON)
    for ago, is_held in ((timedelta(days=days, seconds=-1), True), (timedelta(days=days), False)):
        memory = OfferMemory(refusals={subject: Refusal(NOW - ago, reason)})
        held = restraints(memory=memory)
        assert (held.get("add_on") is Restraint.DECLINED_RECENTLY) is is_held
        assert "coverage_gap" not in held


def test_bad_service_lets_the_whole_account_rest_for_60_days() -> None:
    def held(days: int) -> dict[str, Restraint | None]:
        refusal = Refusal(NOW - timedelta(days=days), "bad_service")
        return restraints(memory=OfferMemory(refusals={("OTHER", Play.RENEWAL): refusal}))

    assert held(59)["coverage_gap"] is held(59)["add_on"] is Restraint.DECLINED_RECENTLY
    assert held(60) == {}


def test_what_was_too_expensive_may_be_offered_cheaper() -> None:
    def held(paid: int) -> dict[str, Restraint | None]:
        refusal = Refusal(NOW - timedelta(days=1), "too_expensive", paid)
        return restraints(memory=OfferMemory(refusals={("M", Play.ADD_ON): refusal}))

    # The gateway costs 300.00.
    assert held(30_001) == {}
    assert held(30_000)["add_on"] is Restraint.DECLINED_RECENTLY


def test_a_machine_that_keeps_failing_is_owed_goodwill_and_sold_nothing() -> None:
    failing = machine(repeat_failures=2)
    verdict = decide(situation(failing), DEFAULT_RULES)
    assert verdict.candidates == ()
    priced = [one for one in verdict.rejections if one.price is not None]
    assert {one.restraint for one in priced} == {Restraint.REPEAT_FAILURES}
    assert "inspection" in (find_goodwill(failing) or "")
    once = machine(repeat_failures=1)
    assert find_goodwill(once) is None
    assert decide(situation(once), DEFAULT_RULES).candidates
    # Who asks is told the same: service comes first.
    assert decide(situation(failing, is_asked=True), DEFAULT_RULES).candidates == ()


@pytest.mark.parametrize(
    "memory",
    [
        OfferMemory(shown_to_asset={"M": 3}),
        OfferMemory(shown_to_account=12),
        OfferMemory(shown_by_person=12),
    ],
)
def test_enough_is_enough_unless_somebody_asks(memory: OfferMemory) -> None:
    assert set(restraints(memory=memory).values()) == {Restraint.ENOUGH_SHOWN}
    wider = Policy(caps=Caps(4, 13, 13), exploration_share=0)
    assert restraints(wider, memory=memory) == {}
    assert restraints(memory=memory, is_asked=True) == {}


def test_nothing_is_sold_below_cost_and_margin_is_what_counts() -> None:
    assert expect_margin(PriceFacts(Money(10_000, "EUR"), "standard"), 0.4) == Money(4_000, "EUR")
    assert expect_margin(PriceFacts(Money(10_000, "EUR"), "standard", 9_500), 0.4) == Money(500, "EUR")
    loss = replace(
        CATALOGUE, prices={**CATALOGUE.prices, "GATE": PriceFacts(Money(30_000, "EUR"), "s", 30_001)}
    )
    verdict = decide(situation(machine(), catalogue=loss), DEFAULT_RULES, GREEDY)
    assert ("GATE", "it would be sold below cost") in {(one.sku, one.reason) for one in verdict.rejections}
    even = replace(
        CATALOGUE, prices={**CATALOGUE.prices, "GATE": PriceFacts(Money(30_000, "EUR"), "s", 30_000)}
    )
    kept = {one.sku: one for one in decide(situation(machine(), catalogue=even), DEFAULT_RULES).candidates}
    assert kept["GATE"].score["value"] == 0


@pytest.mark.parametrize(
    ("care_cost", "own_cost", "is_sold"),
    [
        # The bundle sells at 1,250.00; its parts cost 950.00 and 300.00, then a cent more.
        (95_000, None, True),
        (95_001, None, False),
        # Its own cost goes before that of its parts, and what is unknown forbids nothing.
        (95_001, 125_000, True),
        (None, None, True),
        (0, 125_001, False),
    ],
)
def test_a_bundle_costs_what_is_in_it(care_cost: int | None, own_cost: int | None, is_sold: bool) -> None:
    def price(amount: int, cost: int | None) -> PriceFacts:
        return PriceFacts(Money(amount, "EUR"), "s", cost)

    prices = {
        "CARE": price(99_000, care_cost),
        "GATE": price(30_000, 30_000),
        "BUN": price(125_000, own_cost),
    }
    verdict = decide(situation(machine(), catalogue=replace(CATALOGUE, prices=prices)), DEFAULT_RULES, GREEDY)
    assert ("BUN" in {one.sku for one in verdict.candidates}) == is_sold
    lost = ("BUN", "it would be sold below cost")
    assert (lost in {(one.sku, one.reason) for one in verdict.rejections}) != is_sold


def test_what_is_in_a_bundle_costs_as_often_as_it_is_in_it() -> None:
    prices = {sku: PriceFacts(Money(1, "EUR"), "s", cost) for sku, cost in (("CARE", 500), ("GATE", 30))}
    catalogue = replace(CATALOGUE, prices=prices)
    # 500 + 3 * 30, and nothing that is unknown is guessed.
    assert catalogue.add_costs([("CARE", 1), ("GATE", 3)]) == 590
    assert catalogue.add_costs([("CARE", 1), ("CHILL", 1)]) is None


@pytest.mark.parametrize(("currency", "rate"), [("EUR", 1), ("SEK", 11), ("HUF", 400)])
def test_what_earns_more_ranks_higher_in_a_currency_of_small_units_too(currency: str, rate: int) -> None:
    def price(amount: int) -> PriceFacts:
        return PriceFacts(Money(amount * rate, currency), "s", amount * rate * 6 // 10)

    # The margins are 396.00, 120.00 and 500.00 euros, which is 158,400, 48,000 and 200,000 forints.
    catalogue = replace(
        CATALOGUE, prices={"CARE": price(99_000), "GATE": price(30_000), "BUN": price(125_000)}
    )
    flat = Policy(weights=Weights(propensity=0, value=1, urgency=0), exploration_share=0)
    verdict = decide(situation(machine(), catalogue=catalogue), DEFAULT_RULES, flat)
    assert [one.sku for one in verdict.candidates] == ["BUN", "CARE", "GATE"]
    assert verdict.candidates[0].score["total"] > verdict.candidates[1].score["total"] > 0
    assert verdict.candidates[0].score["value"] < 1


def test_a_fleet_is_what_could_be_covered_and_what_is() -> None:
    fleet = [
        machine(line(200)),
        machine(line(-1)),
        # Coming cover is none yet; what can't be covered, is retired or another maker's is no part of the fleet.
        machine(line(400, starts_in=10)),
        machine(line(200), is_serviceable=False),
        machine(line(200), status=AssetStatus.RETIRED),
        machine(status=AssetStatus.COMPETITOR),
        machine(line(200), line(300), family=None),
    ]
    assert count_fleets(fleet, TODAY) == {"Aurora": (1, 3), None: (1, 1)}


def test_a_weight_of_nought_switches_a_term_off() -> None:
    policy = Policy(weights=Weights(propensity=0, value=1, urgency=0))
    for one in decide(situation(machine()), DEFAULT_RULES, policy).candidates:
        assert one.score["total"] == one.score["value"]


def test_held_out_accounts_are_shown_nothing_and_are_the_stated_share() -> None:
    policy = Policy(hold_out_share=0.3, hold_out_name="spring")
    drawn = [is_held_out(f"A-{number}", policy) for number in range(4_000)]
    # 4,000 draws at .3 have a standard deviation of .0072; four of them are .029.
    assert sum(drawn) / len(drawn) == pytest.approx(0.3, abs=0.029)
    other = [is_held_out(f"A-{number}", replace(policy, hold_out_name="autumn")) for number in range(4_000)]
    assert other != drawn
    everybody = Policy(hold_out_share=1.0)
    assert set(restraints(everybody).values()) == {Restraint.HOLD_OUT}
    assert restraints(everybody, is_asked=True) == {}


def test_chance_shows_another_of_the_good_ones_as_often_as_is_logged() -> None:
    candidates = decide(situation(machine()), DEFAULT_RULES).candidates
    assert len(candidates) >= 3
    policy = Policy(exploration_share=0.2, exploration_floor=0.0)
    choices = [choose(candidates, policy, seed=f"DE-{number}") for number in range(5_000)]
    shown = Counter(choice.index for choice in choices if choice)
    assert choices[0] is not None
    for index, probability in enumerate(choices[0].probabilities):
        # The standard deviation of a share of 5,000 is at most .0071.
        assert shown[index] / 5_000 == pytest.approx(probability, abs=0.029)
    assert sum(choices[0].probabilities) == pytest.approx(1)


def test_chance_never_shows_what_is_much_worse_and_never_more_often_than_the_limit() -> None:
    candidates = decide(situation(machine()), DEFAULT_RULES).candidates
    policy = Policy(exploration_share=1.0, exploration_floor=1.0)
    lone = choose(candidates, policy, seed="x")
    assert lone is not None
    assert lone.probabilities[0] == 1
    eager = choose(candidates, replace(policy, exploration_floor=0.0), seed="x")
    assert eager is not None
    assert 1 - eager.probabilities[0] <= MAX_EXPLORATION_SHARE
    assert choose((), policy, seed="x") is None


def test_draws_depend_on_every_name() -> None:
    assert draw("a", "bc") != draw("ab", "c")
    assert 0 <= draw("a") < 1


def test_what_gave_way_says_so() -> None:
    verdict = decide(situation(machine()), DEFAULT_RULES)
    policy = Policy(exploration_share=0.2, exploration_floor=0.0)
    seeds = (f"DE-{number}" for number in range(1_000))
    exploring = next(
        (choice, losers)
        for choice, losers in (arbitrate(verdict, policy, seed=seed) for seed in seeds)
        if choice is not None and choice.index > 0
    )
    choice, losers = exploring
    chosen = verdict.candidates[choice.index]
    assert losers[0].reason == f"gave way, by chance, to {chosen.play.value} {chosen.sku}"
    assert len(losers) == len(verdict.candidates) - 1


@given(
    ends=st.lists(st.integers(-400, 400), max_size=3),
    visits=st.integers(0, 9),
    counts=st.dictionaries(
        st.tuples(
            st.sampled_from(Play),
            st.sampled_from(["Aurora", "Boreas", None]),
            st.sampled_from(["hotel", None]),
        ),
        st.builds(PlayRecord, st.integers(0, 500), st.integers(0, 500)),
        max_size=12,
    ),
    unrelated=st.integers(0, 5),
)
def test_a_packed_decision_comes_out_the_same(
    ends: list[int], visits: int, counts: dict[object, PlayRecord], unrelated: int
) -> None:
    others = {
        f"X-{number}": replace(CATALOGUE.products["GATE"], sku=f"X-{number}") for number in range(unrelated)
    }
    of = situation(
        machine(
            *(line(end, contract_line_id=f"L-{index}") for index, end in enumerate(ends)),
            visits_last_12m=visits,
        ),
        catalogue=replace(CATALOGUE, products={**CATALOGUE.products, **others}),
        history=PlayHistory(counts),  # type: ignore[arg-type]
        memory=OfferMemory(refusals={("M", Play.ADD_ON): Refusal(NOW - timedelta(days=100), "no_need", 5)}),
    )
    grounds = Grounds(of, DEFAULT_RULES, Policy(), "DE-1")
    again = unpack(pack(grounds))
    assert decide(again.situation, again.rules, again.policy) == decide(of, DEFAULT_RULES, Policy())
    assert (again.rules, again.policy, again.seed) == (grounds.rules, grounds.policy, grounds.seed)
    assert not others.keys() & again.situation.catalogue.products.keys()
