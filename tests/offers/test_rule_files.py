"""Rules in files: what they may say, and every problem with its line."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.errors import NoRuleFile, RulePathMissing
from offers.incentives import IncentiveTerms, Reward
from offers.money import Money
from offers.playbook.conditions import Conditions
from offers.rulebook.names import find_unknown_names, load_known_names
from offers.rulebook.reading import LARGEST_FILE, read_rule_files, read_rule_text
from offers.vocabulary import Play
from tests.offers.conftest import Store

WHOLE = """\
rule: chiller-renewal
play: renewal
name: Renewal of chiller contracts
when:
  families: [Aurora]
  skus: [0815]
  regions: [NO, North]
  segments:
    - hotel
  partner_tiers: [gold]
  work_order_types: [repair]
  fault_families: [filter]
  parts_used: [P-100]
offer: [CARE]
parameters: {window_days: 60}
discount_percent: 5.25
incentive:
  partner: {percent: 7.5}
  technician: {amount: 12.50, currency: eur}
valid_from: 2026-01-01
valid_until: 2026-12-31
"""
SMALL = "rule: {}\nplay: add_on\nname: Small\n"


def said(text: str) -> list[str]:
    """Every problem of a text, in order of its lines."""
    return [str(problem) for problem in sorted(read_rule_text(text, "rules.yaml").problems)]


def test_a_rule_says_everything_in_one_file() -> None:
    file = read_rule_text(WHOLE, "rules.yaml")
    assert file.problems == []
    (written,) = file.rules
    rule = written.rule
    assert (rule.rule_id, rule.play, rule.name) == (
        "chiller-renewal",
        Play.RENEWAL,
        "Renewal of chiller contracts",
    )
    # NO is a region and no "false"; 0815 keeps its nought.
    assert rule.conditions == Conditions(
        ("Aurora",), ("0815",), ("NO", "North"), ("hotel",), ("gold",), ("repair",), ("filter",), ("P-100",)
    )
    assert rule.offer == ("CARE",)
    assert rule.discount_bps == 525
    assert rule.incentive == IncentiveTerms(
        partner=Reward(share_bps=750), technician=Reward(fixed=Money(1_250, "EUR"))
    )
    assert (rule.valid_from, rule.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    # What is left out has the play's default.
    assert rule.parameters == {
        "window_days": 60,
        "recently_ended_days": 30,
        "notice_window_days": 30,
        "term_months": 12,
    }
    assert written.line_of("when", "skus") == 6
    assert written.line_of("when", "segments", 0) == 9


def test_nothing_in_a_table_or_list_asks_for_nothing() -> None:
    file = read_rule_text(SMALL.format("a") + "when:\noffer:\nparameters:\ndiscount_percent:\n", "rules.yaml")
    assert file.problems == []
    assert file.rules[0].rule.specificity == 0


@pytest.mark.parametrize("text", ["- {}\n- {}", "{}\n---\n{}"])
def test_a_file_may_hold_several_rules(text: str) -> None:
    one, two = ("{rule: " + name + ", play: add_on, name: Small}" for name in ("a", "b"))
    file = read_rule_text(text.format(one, two), "rules.yaml")
    assert [written.rule.rule_id for written in file.rules] == ["a", "b"]


def test_all_problems_are_named_with_their_lines() -> None:
    text = """\
# Spring campaign
rule: Chiller Renewal
play: renewl
nam: Renewal
when:
  familes: [Aurora]
  families: Aurora
  regions: [North, ""]
  window_days: 60
offer: CARE
discount_percent: 101
valid_from: 2026-13-01
segments: [hotel]
name: a
name: b
"""
    assert said(text) == [
        "rules.yaml line 2: rule must be of small letters, digits and dashes, at most 64",
        "rules.yaml line 3: play is not one of renewal, coverage_gap, warranty_end, add_on, upgrade, win_back, "
        "bundle; did you mean renewal?",
        "rules.yaml line 4: there is no nam in a rule; did you mean name?",
        "rules.yaml line 6: there is no familes in a rule; did you mean families?",
        "rules.yaml line 7: families must be a list",
        "rules.yaml line 8: an entry of regions is empty",
        "rules.yaml line 9: window_days belongs under parameters",
        "rules.yaml line 10: offer must be a list",
        "rules.yaml line 11: discount_percent must be from 0 to 100",
        "rules.yaml line 12: valid_from must be a day such as 2026-12-31",
        "rules.yaml line 13: segments belongs under when",
        "rules.yaml line 15: name stands here twice",
    ]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("parameters: {window_days: 3}", "line 4: add_on has no parameter window_days"),
        (
            "parameters:\n  term_month: 3",
            "line 5: add_on has no parameter term_month; did you mean term_months?",
        ),
        ("parameters: {term_months: long}", "line 4: term_months must be a whole number"),
        ("parameters: {term_months: 12.5}", "line 4: term_months must be a whole number"),
        ("parameters: {term_months: 121}", "line 4: term_months must be from 1 to 120"),
        ("parameters: [12]", "line 4: parameters must be a table of numbers"),
        ("when: [Aurora]", "line 4: when must be a table of conditions"),
        ("when: {skus: [[A]]}", "line 4: an entry of skus must be a text"),
        ("discount_percent: 5.255", "line 4: discount_percent has more than two decimals"),
        ("discount_percent: -1", "line 4: discount_percent must be from 0 to 100"),
        ("discount_percent: much", "line 4: discount_percent must be a number"),
        ("valid_from: soon", "line 4: valid_from must be a day such as 2026-12-31"),
        ("valid_from: 2026-02-01\nvalid_until: 2026-01-31", "line 5: valid_until is before valid_from"),
        ("incentive: 5", "line 4: incentive must be a table of partner and technician"),
        (
            "incentive:\n  partners: {percent: 5}",
            "line 5: there is no partners in an incentive; did you mean partner?",
        ),
        ("incentive:\n  partner: 5", "line 5: partner must be a table: a percent, or an amount"),
        ("incentive:\n  partner: {}", "line 5: partner needs a percent, or an amount and its currency"),
        (
            "incentive:\n  partner:\n    percnt: 5",
            "line 6: there is no percnt in a reward; did you mean percent?",
        ),
        (
            "incentive:\n  partner:\n    percent: 5\n    amount: 15\n    currency: EUR",
            "line 7: partner has a percent already: say that or an amount, not both",
        ),
        (
            "incentive:\n  partner:\n    percent: 101",
            "line 6: '101' is not a percentage from 0 to 100 with at most two decimals",
        ),
        ("incentive:\n  partner:\n    percent: -1", "line 6: '-1' is not a percentage from 0 to 100"),
        ("incentive:\n  partner:\n    percent: 5.255", "line 6: '5.255' is not a percentage from 0 to 100"),
        ("incentive:\n  partner:\n    percent: [5]", "line 6: \"['5']\" is not a percentage"),
        (
            "incentive:\n  partner:\n    percent: 0",
            "line 6: percent is nothing: leave the reward out instead",
        ),
        ("incentive:\n  technician:\n    amount: 15", "line 6: currency is missing"),
        ("incentive:\n  technician:\n    currency: EUR", "line 6: amount is missing"),
        (
            "incentive:\n  technician:\n    amount: 15\n    currency: EUX",
            "line 7: 'EUX' is no currency's code",
        ),
        (
            "incentive:\n  technician:\n    amount: 15.5\n    currency: JPY",
            "line 6: '15.5' has more decimals than JPY (0)",
        ),
        ("incentive:\n  technician:\n    amount: -5\n    currency: EUR", "line 6: '-5' is negative"),
        ("incentive:\n  technician:\n    amount: 0\n    currency: EUR", "line 6: amount is nothing"),
        (f"offer: [{'x' * 101}]", "line 4: an entry of offer is longer than 100 characters"),
        ("offer: [A", "line 4: this is not YAML: expected ',' or ']', but got '<stream end>'"),
        ("offer: &a [A]", "line 4: anchors and aliases (& and *) are not read"),
        ("offer: [*a]", "line 4: anchors and aliases (& and *) are not read"),
        ("offer: !!python/object:os.system [A]", "line 4: tags (!) are not read"),
        ("offer: !!str A", "line 4: tags (!) are not read"),
        ("? [a]\n: b", "line 4: a name is needed before the colon"),
        (f"offer: {'[' * 2_000}", "line 4: this is nested deeper than a rule"),
        ("offer: [\x07]", "line 4: this character can't stand in a text"),
    ],
)
def test_each_problem_stands_on_its_line(more: str, problem: str) -> None:
    assert said(SMALL.format("a") + more)[0].startswith(f"rules.yaml {problem}")


def test_a_reward_s_problems_are_named_beside_all_others() -> None:
    assert said("rule: a\nplay: ad_on\nname: A\nincentive:\n  partner: {percent: 120}\n") == [
        "rules.yaml line 2: play is not one of renewal, coverage_gap, warranty_end, add_on, upgrade, win_back, "
        "bundle; did you mean add_on?",
        "rules.yaml line 5: '120' is not a percentage from 0 to 100 with at most two decimals",
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n---\n", "~"])
def test_a_file_without_a_rule_says_so(text: str) -> None:
    assert said(text) == ["rules.yaml line 1: the file holds no rule"]


def test_what_is_missing_is_named_where_the_rule_begins() -> None:
    assert said("- rule: a\n  play: add_on\n  name: A\n- rule: b\n  name: B") == [
        "rules.yaml line 4: play is missing"
    ]


def test_a_few_bytes_that_would_unfold_to_billions_are_refused_at_once() -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    problems = said("\n".join(layers))
    assert problems
    assert all("anchors and aliases" in problem for problem in problems)


@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    file = read_rule_text(text, "rules.yaml")
    assert file.problems or file.rules
    assert all(1 <= problem.line <= text.count("\n") + text.count("\r") + 9 for problem in file.problems)


def test_a_file_with_a_problem_brings_nothing_and_the_others_all(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL.format("one"), encoding="utf-8")
    (tmp_path / "b.yml").write_text(SMALL.format("two") + "---\n" + SMALL.format("One"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text("---\n" + SMALL.format("one"), encoding="utf-8")
    (tmp_path / "d.yaml").write_bytes(b"\xff\xfe\xfa")
    (tmp_path / "e.yaml").write_text(" " * (LARGEST_FILE + 1), encoding="utf-8")
    (tmp_path / "readme.md").write_text("no rule", encoding="utf-8")
    files = {Path(file.source).name: file for file in read_rule_files([tmp_path, tmp_path / "a.yaml"])}
    assert {name: len(file.rules) for name, file in files.items()} == {
        "a.yaml": 1,
        "b.yml": 0,
        "c.yaml": 0,
        "d.yaml": 0,
        "e.yaml": 0,
    }
    assert str(files["b.yml"].problems[0]).endswith(
        "b.yml line 5: rule must be of small letters, digits and dashes, at most 64"
    )
    assert str(files["c.yaml"].problems[0]).endswith(
        f"line 2: rule one stands already in {tmp_path / 'a.yaml'} line 1"
    )
    assert str(files["d.yaml"].problems[0]).endswith("line 1: the file is not UTF-8 text")
    assert str(files["e.yaml"].problems[0]).endswith("line 1: the file is larger than 256 KB")


def test_paths_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    with pytest.raises(NoRuleFile):
        read_rule_files([tmp_path])
    with pytest.raises(RulePathMissing):
        read_rule_files([tmp_path / "none.yaml"])


def test_names_that_nothing_has_are_found_in_order_with_what_was_meant(company: Store) -> None:
    text = (
        SMALL.format("a")
        + "when: {families: [aurora, Boreel], regions: [EMEA], partner_tiers: [Gold]}\noffer: [GATES]"
    )
    (written,) = read_rule_text(text, "rules.yaml").rules
    with company.scope() as session:
        unknown = find_unknown_names(written.rule, load_known_names(session))
    assert [(one.path, one.reason) for one in unknown] == [
        (("when", "families", 1), "there is no product family Boreel; did you mean Boreal?"),
        (("when", "regions", 0), "there is no region EMEA"),
        (("offer", 0), "there is no product GATES; did you mean GATE?"),
    ]
