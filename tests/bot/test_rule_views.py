"""Views of the plays: Slack takes them whatever a rule says, and what a form brings back is what a file says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.workspace.form_values import initial_values
from bot.views.fields import FIELD
from bot.views.rule_form import RuleChoices, build_rule_form, find_block, read_rule_form
from bot.views.rule_words import describe_simulation, describe_terms, describe_when
from bot.views.rules import Tried, build_rule_details, build_rule_list, build_simulation_note
from offers.incentives import IncentiveTerms, Reward
from offers.money import Money
from offers.playbook.conditions import Conditions
from offers.playbook.parameters import complete_parameters
from offers.rulebook.shape import read_shape, write_shape
from offers.rulebook.shelf import RuleEntry
from offers.rulebook.simulation import Simulation
from offers.rules import DEFAULT_RULES, RuleFacts
from offers.vocabulary import Play, RuleStatus
from tests.bot.test_learning_views import accept_view
from tests.bot.test_views import accept_blocks, hostile

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
RULE = RuleFacts(
    "aurora-renewal",
    3,
    Play.RENEWAL,
    "Aurora renewal",
    complete_parameters(Play.RENEWAL, {"window_days": 60}),
    Conditions(families=("Aurora",), fault_families=("filter", "belt")),
    ("CARE",),
    525,
    None,
    date(2026, 12, 31),
)
TRIED = Simulation(
    "aurora-renewal",
    3,
    "Aurora renewal",
    date(2026, 11, 22),
    machines=1_200,
    accounts_seen=90,
    offers=41,
    accounts=1,
    value={"EUR": 123_456_00, "GBP": 50},
    wins=38,
    held=2,
    reasons=(("there is no contract to renew", 900),),
)
ENTRY = RuleEntry(RULE, RuleStatus.DRAFT, replace(RULE, version=2), "E-1", "Lena", NOW, "Lena")

texts = st.one_of(hostile, st.text(min_size=1, max_size=120))
named = st.lists(texts.filter(bool), max_size=4).map(tuple)
rules = st.builds(
    replace,
    st.sampled_from([RULE, *DEFAULT_RULES]),
    name=texts,
    conditions=st.builds(Conditions, families=named, regions=named, work_order_types=named, parts_used=named),
    offer=named,
)


@given(rule=rules, who=texts, status=st.sampled_from(RuleStatus), is_tried=st.booleans())
@settings(max_examples=60, deadline=None)
def test_slack_takes_a_rule_whatever_it_says(
    rule: RuleFacts, who: str, status: RuleStatus, is_tried: bool
) -> None:
    entry = RuleEntry(rule, status, None, "E-1", who, NOW, who)
    tried = Tried(1, replace(TRIED, name=rule.name, reasons=((who, 3),))) if is_tried else None
    accept_view(build_rule_details(entry, tried, notice=who))
    accept_view(build_rule_list([replace(entry, rule=replace(rule, rule_id=f"r-{n}")) for n in range(60)]))
    accept_blocks(build_simulation_note(entry, Tried(1, TRIED)).blocks)


@given(rule=st.none() | rules, known=named)
@settings(max_examples=60, deadline=None)
def test_slack_takes_the_form_whatever_is_known(rule: RuleFacts | None, known: tuple[str, ...]) -> None:
    accept_view(build_rule_form(rule, RuleChoices(known, known * 60, ())))


def test_a_form_that_nobody_touched_says_what_the_rule_says() -> None:
    form = accept_view(build_rule_form(RULE, RuleChoices(("Aurora", "Boreal"), ("North",), ())))
    written = read_rule_form(initial_values(form["blocks"]))
    whole = write_shape(RULE)
    assert written == {
        "name": "Aurora renewal",
        # Words of faults are not in the form and therefore not in what it says; no type of work is known.
        "when": {"families": ["Aurora"], "regions": []},
        "parameters": {"window_days": "60", "term_months": "12"},
        "valid_until": "2026-12-31",
        "incentive": None,
    }
    same, problems = read_shape({**whole, **written, "when": {**whole["when"], **written["when"]}})
    assert problems == []
    assert same == replace(RULE, version=0)


def test_a_reward_in_the_form_is_a_share_or_an_amount_and_what_is_wrong_is_told_at_its_field() -> None:
    terms = IncentiveTerms(partner=Reward(share_bps=750), technician=Reward(fixed=Money(1_250, "EUR")))
    rule = replace(RULE, incentive=terms)
    values = initial_values(accept_view(build_rule_form(rule, RuleChoices()))["blocks"])
    assert (values["partner"][FIELD]["value"], values["technician"][FIELD]["value"]) == ("7.5 %", "12.50 EUR")
    same, _ = read_shape({**write_shape(rule), **read_rule_form(values)})
    assert same is not None
    assert same.incentive == terms
    for text, reason in (
        ("15 EUX", "'EUX' is no currency's code"),
        ("101", "'101' is not a percentage from 0 to 100 with at most two decimals"),
        ("much", "'much' is not a percentage from 0 to 100 with at most two decimals"),
    ):
        values["technician"][FIELD]["value"] = text
        found, ((path, said),) = read_shape({**write_shape(rule), **read_rule_form(values)})
        assert (found, said, find_block(path, shown=values)) == (None, reason, "technician")
    values["technician"][FIELD]["value"] = " eur 20 "
    changed, _ = read_shape({**write_shape(rule), **read_rule_form(values)})
    assert changed is not None
    assert changed.incentive.technician == Reward(fixed=Money(2_000, "EUR"))


@pytest.mark.parametrize(
    ("path", "block"),
    [
        (("when", "families", 0), "families"),
        (("parameters", "window_days"), "window_days"),
        (("valid_until",), "valid_until"),
        (("offer", 1), "name"),
    ],
)
def test_a_problem_is_told_at_its_field_or_at_the_name(path: tuple[Any, ...], block: str) -> None:
    shown = {"name": {}, "families": {}, "window_days": {}, "valid_until": {}}
    assert find_block(path, shown=shown) == block


def test_a_rule_reads_as_a_person_would_say_it() -> None:
    assert describe_when(RULE) == ["product family Aurora", "a call about filter or belt"]
    assert describe_when(DEFAULT_RULES[0]) == ["every machine"]
    terms = IncentiveTerms(Reward(share_bps=525), Reward(fixed=Money(1_500, "EUR")))
    assert describe_terms(replace(RULE, incentive=terms))[6:8] == [
        "reward for a partner: 5.25 % of the net price",
        "reward for a technician: EUR 15 a sale",
    ]
    assert describe_terms(RULE) == [
        "offers only CARE",
        "from so long before a contract's end: 60 days",
        "so long after its end a contract is still renewed: 30 days",
        "from so long before the last day for notice: 30 days",
        "how long a new contract runs for the price in the price book: 12 months",
        "discount 5.25 %",
        "until 31 Dec 2026",
    ]


def test_a_simulation_is_told_with_its_figures_and_currencies_apart() -> None:
    assert describe_simulation(TRIED) == (
        "On 22 Nov 2026 it would have shown 41 offers to 1 account (value EUR 123,456, GBP 0.50), 2 held back by "
        "restraint; it would have been the one shown for 38 of them. Looked at: 1,200 machines of 90 accounts."
    )


def test_a_draft_shows_what_stays_in_force_and_can_be_approved_an_archived_rule_neither() -> None:
    draft = repr(build_rule_details(ENTRY, Tried(2, TRIED)).to_dict())
    assert "version 2 stays in force until this one is approved" in draft
    assert "Tried out (version 2)" in draft
    assert "'rule_approve'" in draft
    archived = repr(build_rule_details(replace(ENTRY, status=RuleStatus.ARCHIVED), None).to_dict())
    assert "'rule_approve'" not in archived
    assert "'rule_archive'" not in archived
    assert "'rule_edit'" in archived
