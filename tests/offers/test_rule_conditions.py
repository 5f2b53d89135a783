"""What a rule asks for, one condition each: nothing asked, matches, not met. Pure values, no database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.engine import decide
from offers.playbook.candidates import Stage
from offers.playbook.conditions import Conditions, read_conditions
from offers.playbook.parameters import complete_parameters
from offers.playbook.service import ServiceFacts
from offers.playbook.situations import CustomerFacts, Situation
from offers.rules import DEFAULT_RULES, RuleFacts
from offers.vocabulary import Play
from tests.offers.test_engine import TODAY, line, machine, situation

CUSTOMER = CustomerFacts("A", "Hotel", fleets={"Aurora": (3, 4)}, region="EMEA", segment="enterprise")
REPAIR = ServiceFacts("repair", ("E06, Filters at 280 Pa, changed the set with P-100",))


def rule(**more: object) -> RuleFacts:
    base = RuleFacts("special", 1, Play.RENEWAL, "Special", complete_parameters(Play.RENEWAL, {}))
    return replace(base, **more)  # type: ignore[arg-type]


def moment(**more: object) -> Situation:
    of = machine(line(41), partner_tier="gold")
    return situation(of, **{"customer": CUSTOMER, "service": REPAIR, **more})


def outcome(one: RuleFacts, **more: object) -> tuple[Stage, str] | None:
    """Where and why the rule's only line falls out; None when it is offered."""
    verdict = decide(moment(**more), [one])
    if verdict.candidates:
        assert [found.sku for found in verdict.candidates] == ["CARE"]
        return None
    (rejection,) = verdict.rejections
    return rejection.stage, rejection.reason


@pytest.mark.parametrize(
    ("condition", "matching", "other", "reason"),
    [
        ("families", " aurora ", "Boreal", "the rule is for product family Boreal, not Aurora"),
        ("skus", "chill", "ROOF", "the rule is for product ROOF, not CHILL"),
        ("regions", "emea", "APAC", "the rule is for region APAC, not EMEA"),
        ("segments", "Enterprise", "public", "the rule is for segment public, not enterprise"),
        ("partner_tiers", "Gold", "silver", "the rule is for partner tier silver, not gold"),
    ],
)
def test_what_the_machine_and_the_customer_are_makes_a_rule_eligible(
    condition: str, matching: str, other: str, reason: str
) -> None:
    assert outcome(rule(conditions=Conditions())) is None
    assert outcome(rule(conditions=Conditions(**{condition: (matching,)}))) is None
    assert outcome(rule(conditions=Conditions(**{condition: (other, matching)}))) is None
    assert outcome(rule(conditions=Conditions(**{condition: (other,)}))) == (Stage.ELIGIBLE, reason)


@pytest.mark.parametrize(
    ("condition", "matching", "other", "reason"),
    [
        (
            "work_order_types",
            "Repair",
            "inspection",
            "the rule waits for work of type inspection, not repair",
        ),
        ("fault_families", "filter", "belt", "the service at hand is not about belt"),
        ("parts_used", "p100", "P-1001", "no P-1001 was used in the service at hand"),
    ],
)
def test_the_service_at_hand_makes_a_rule_applicable(
    condition: str, matching: str, other: str, reason: str
) -> None:
    assert outcome(rule(conditions=Conditions(**{condition: (matching,)}))) is None
    assert outcome(rule(conditions=Conditions(**{condition: (other, matching)}))) is None
    assert outcome(rule(conditions=Conditions(**{condition: (other,)}))) == (Stage.APPLICABLE, reason)
    without = outcome(rule(conditions=Conditions(**{condition: (matching,)})), service=None)
    assert without is not None
    assert without[0] is Stage.APPLICABLE


def test_an_unknown_fact_matches_nothing() -> None:
    bare = CustomerFacts("A", "Hotel")
    said = outcome(rule(conditions=Conditions(regions=("EMEA",))), customer=bare)
    assert said == (Stage.ELIGIBLE, "the rule is for region EMEA, not an unknown one")


def test_all_conditions_must_hold() -> None:
    both = Conditions(families=("Aurora",), regions=("APAC",))
    assert outcome(rule(conditions=both)) is not None
    assert outcome(rule(conditions=replace(both, regions=("EMEA",)))) is None


@pytest.mark.parametrize(("from_day", "until_day", "holds"), [(0, 0, True), (1, 5, False), (-5, -1, False)])
def test_a_campaign_holds_from_its_first_to_its_last_day(from_day: int, until_day: int, holds: bool) -> None:
    one = rule(valid_from=TODAY + timedelta(days=from_day), valid_until=TODAY + timedelta(days=until_day))
    said = outcome(one)
    assert (said is None) is holds
    if said is not None:
        assert said[0] is Stage.ELIGIBLE
    assert outcome(rule(valid_until=date(2026, 11, 21))) == (
        Stage.ELIGIBLE,
        "the rule held until 21 Nov 2026",
    )


def test_a_rule_offers_only_what_it_names() -> None:
    assert outcome(rule(offer=("care", "GATE"))) is None
    assert outcome(rule(offer=("GATE",))) == (Stage.APPLICABLE, "the rule offers only GATE")


def test_of_two_rules_that_offer_the_same_the_more_special_one_does() -> None:
    special = rule(conditions=Conditions(families=("Aurora",)))
    for rules in ((*DEFAULT_RULES, special), (special, *DEFAULT_RULES)):
        verdict = decide(moment(), rules)
        renewals = [one.rule.rule_id for one in verdict.candidates if one.play is Play.RENEWAL]
        assert renewals == ["special"]
        reasons = [one.reason for one in verdict.rejections if one.rule.rule_id == "renewal-standard"]
        assert reasons == ["rule special offers the same and is more special"]


@pytest.mark.parametrize(
    ("text", "phrase", "said"),
    [
        ("Filters full again", "filter", True),
        ("The filter was full", "Filters", True),
        ("infiltration of water", "filter", False),
        ("high pressure trip", "high pressure", True),
        ("pressure was high", "high pressure", False),
        ("glass broken", "glas", False),
        ("", "filter", False),
        ("anything", "  ", False),
    ],
)
def test_a_fault_is_found_by_its_words(text: str, phrase: str, said: bool) -> None:
    assert ServiceFacts(texts=(text,)).is_about(phrase) is said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("changed P-100", True),
        ("changed p100.", True),
        ("changed P 100, tested", True),
        ("changed P-1001", False),
        ("changed XP-100", False),
        ("changed P-100-B", False),
        ("changed X-P-100", False),
    ],
)
def test_a_part_is_found_by_its_whole_number(text: str, said: bool) -> None:
    assert ServiceFacts(texts=(text,)).names_part("P-100") is said
    assert ServiceFacts(parts=("P-100",)).names_part("p-100")


words = st.text(st.characters(categories=("L", "N", "P", "Z")), max_size=12)
lists = st.lists(words, max_size=3).map(tuple)
conditions = st.builds(
    Conditions,
    families=lists, skus=lists, regions=lists, segments=lists,
    partner_tiers=lists, work_order_types=lists, fault_families=lists, parts_used=lists,
)  # fmt: skip


@given(asked=conditions)
def test_conditions_only_ever_narrow_down_and_each_loss_has_its_reason(asked: Conditions) -> None:
    verdict = decide(moment(), [rule(conditions=asked)])
    # Without conditions exactly one renewal is offered: with them it is offered still, or rejected once.
    assert len(verdict.candidates) + len(verdict.rejections) == 1
    assert all(one.reason for one in verdict.rejections)
    if not asked.count:
        assert verdict.candidates


@given(asked=conditions)
def test_conditions_are_stored_without_loss(asked: Conditions) -> None:
    assert read_conditions(asked.as_json()) == asked
