"""Winning back and replacing: which machines, what, and why not the other plays. Pure values, no database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from offers.engine import decide
from offers.money import Money
from offers.playbook.candidates import Stage
from offers.playbook.obstacles import Basis, find_obstacle
from offers.playbook.situations import (
    Catalogue,
    OfferMemory,
    PriceFacts,
    ProductFacts,
    Refusal,
    RelationFacts,
)
from offers.rules import DEFAULT_RULES
from offers.vocabulary import AssetStatus, Play, ProductKind, RelationType
from tests.offers.test_engine import CATALOGUE, NOW, TODAY, line, machine, offered, rejected, situation

PRICE = PriceFacts(Money(2_000_000, "EUR"), "standard")
SUCCEEDED = replace(
    CATALOGUE,
    products={
        **CATALOGUE.products,
        "CHILL2": ProductFacts("CHILL2", "Chiller Two", "Aurora", ProductKind.CORE, replaces_sku="CHILL"),
    },
    prices={**CATALOGUE.prices, "CHILL2": PRICE},
)


def with_relations(*more: RelationFacts, catalogue: Catalogue = SUCCEEDED) -> Catalogue:
    relations: Mapping[str, tuple[RelationFacts, ...]] = {"CHILL": (*catalogue.relations["CHILL"], *more)}
    return replace(catalogue, relations=relations)


@pytest.mark.parametrize(("ended_ago", "is_due"), [(30, False), (31, True), (730, True), (731, False)])
def test_a_contract_is_won_back_from_31_days_to_two_years_after_its_end(ended_ago: int, is_due: bool) -> None:
    of = machine(line(-ended_ago, starts_in=-ended_ago - 365))
    assert (("win_back", "CARE") in offered(of)) is is_due


def test_a_machine_is_won_back_or_has_a_gap_never_both_and_the_other_says_why() -> None:
    lapsed = machine(line(-200, starts_in=-565))
    assert ("win_back", "CARE") in offered(lapsed)
    assert ("coverage_gap", "CARE") not in offered(lapsed)
    assert rejected(lapsed)["coverage_gap", "CARE"] == "a win-back of this machine goes first"
    long_gone = machine(line(-900, starts_in=-1265))
    assert ("coverage_gap", "CARE") in offered(long_gone)
    assert "too long to be won back" in rejected(long_gone)["win_back", None]
    assert rejected(machine())["win_back", None] == "it never had a contract with us"
    assert ("coverage_gap", "CARE") in offered(machine())


def test_without_a_win_back_rule_the_gap_is_offered_as_before() -> None:
    rules = [rule for rule in DEFAULT_RULES if rule.play is not Play.WIN_BACK]
    verdict = decide(situation(machine(line(-200, starts_in=-565))), rules)
    assert (Play.COVERAGE_GAP, "CARE") in {(one.play, one.sku) for one in verdict.candidates}


def test_a_no_to_winning_back_is_not_followed_by_the_same_under_another_name() -> None:
    lapsed = machine(line(-200, starts_in=-565))
    no = OfferMemory(refusals={("M", Play.WIN_BACK): Refusal(NOW - timedelta(days=1), None, None)})
    plays = {play for play, _ in offered(lapsed, memory=no)}
    assert not plays & {"win_back", "coverage_gap"}


def test_winning_back_offers_the_plan_they_had_in_their_own_facts() -> None:
    catalogue = with_relations(RelationFacts("BASIC", RelationType.SERVICE))
    catalogue = replace(
        catalogue,
        products={
            **catalogue.products,
            "BASIC": ProductFacts("BASIC", "CARE-BASIC", "Care", ProductKind.SERVICE),
        },
        prices={**catalogue.prices, "BASIC": PRICE},
    )
    lapsed = machine(line(-200, starts_in=-565), visits_last_12m=2)
    verdict = decide(situation(lapsed, catalogue=catalogue), DEFAULT_RULES)
    (won,) = (one for one in verdict.candidates if one.play is Play.WIN_BACK)
    assert won.sku == "CARE"
    # 200 days before 22 November 2026 is 6 May 2026; 200 days are 6 months. 270 days before is 25 February 2026.
    assert won.reasons == (
        "CARE-PLUS contract C-10234 ended on 6 May 2026, 6 months ago",
        "Its warranty ended on 25 Feb 2026",
        "3 of your 4 Aurora machines are covered; this one is not and had 2 call-outs in the last 12 months",
    )


def test_a_competitors_machine_is_replaced_where_something_of_ours_does() -> None:
    theirs = machine(status=AssetStatus.COMPETITOR, is_serviceable=False)
    nothing = rejected(theirs)["win_back", None]
    assert nothing == "the machine is a competitor's, and nothing of ours replaces it"
    assert offered(theirs, catalogue=SUCCEEDED) == {("win_back", "CHILL2")}
    assert rejected(theirs, catalogue=SUCCEEDED)["upgrade", None] == "the machine is a competitor's"
    substitute = with_relations(RelationFacts("CHILL2", RelationType.SUBSTITUTE, min_age_days=1_001))
    assert "this one is 1000 days old" in rejected(theirs, catalogue=substitute)["win_back", "CHILL2"]


def test_a_replaced_competitors_machine_can_be_accepted_and_a_retired_one_not() -> None:
    theirs = machine(status=AssetStatus.COMPETITOR)
    now = situation(theirs, catalogue=SUCCEEDED)
    for play, status, obstacle in (
        (Play.WIN_BACK, AssetStatus.COMPETITOR, None),
        (Play.WIN_BACK, AssetStatus.RETIRED, "machine_retired"),
        (Play.UPGRADE, AssetStatus.COMPETITOR, "machine_retired"),
    ):
        of = replace(theirs, status=status)
        assert find_obstacle(now, of, Basis(play, ["CHILL2"])) == obstacle


@pytest.mark.parametrize(("age_days", "is_old"), [(1_824, False), (1_825, True)])
def test_a_superseded_product_is_replaced_when_it_is_old(age_days: int, is_old: bool) -> None:
    of = machine(line(200), install_date=TODAY - timedelta(days=age_days))
    assert (("upgrade", "CHILL2") in offered(of, catalogue=SUCCEEDED)) is is_old
    if not is_old:
        assert "from 1825 days on" in rejected(of, catalogue=SUCCEEDED)["upgrade", "CHILL2"]


def test_a_substitute_brings_its_own_ages_and_is_offered_once() -> None:
    young = machine(line(200), install_date=TODAY - timedelta(days=400))
    substitute = with_relations(RelationFacts("CHILL2", RelationType.SUBSTITUTE, min_age_days=365))
    verdict = decide(situation(young, catalogue=substitute), DEFAULT_RULES)
    (upgrade,) = (one for one in verdict.candidates if one.play is Play.UPGRADE)
    assert upgrade.reasons == ("Chiller Two takes the place of this Chiller", "Installed 1 year ago")
    assert (upgrade.term_months, upgrade.starts_on) == (None, None)
    there = machine(line(200), installed_skus=frozenset({"CHILL2"}))
    assert "on this machine already" in rejected(there, catalogue=substitute)["upgrade", "CHILL2"]


def test_without_a_price_the_successor_is_rejected_for_that() -> None:
    unpriced = replace(SUCCEEDED, prices=CATALOGUE.prices)
    verdict = decide(
        situation(machine(install_date=TODAY - timedelta(days=4_000)), catalogue=unpriced), DEFAULT_RULES
    )
    (lost,) = (one for one in verdict.rejections if one.sku == "CHILL2")
    assert (lost.stage, lost.reason) == (Stage.APPLICABLE, "no price")
