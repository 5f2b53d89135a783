"""The command line of rules: checked with their lines, loaded as drafts, tried out, approved by a person."""

import json
from pathlib import Path

import pytest

import offers.rulebook
from bot.clock import utc_now
from bot.demo.company.simulator import write_import_files
from tests.bot.test_cli import Attache, attache

__all__ = ["attache"]

GOOD = """\
rule: boreal-gap
play: coverage_gap
name: Boreal machines without a contract
when:
  families: [Boreal]
offer: [CARE-PLUS-BOR]
"""


@pytest.fixture
def company(attache: Attache, tmp_path: Path) -> Attache:
    """The command line over the sample company."""
    write_import_files(tmp_path / "company", today=utc_now().date())
    assert attache("import", tmp_path / "company").exit_code == 0
    return attache


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "boreal.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_check_names_every_problem_and_fails(attache: Attache, tmp_path: Path, good: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("rule: a\nplay: renewl\nname: A\nwhen: {families: Aurora}\n", encoding="utf-8")
    done = attache("rules", "check", good, bad)
    assert done.exit_code == 1
    assert done.stdout == f"{good}: 1 rule, no problem\n"
    assert f"{bad} line 2: play is not one of" in done.stderr
    assert f"{bad} line 4: families must be a list" in done.stderr
    assert "1 file was refused" in done.stderr
    assert attache("rules", "check", good).exit_code == 0
    assert "There is no file or folder" in attache("rules", "check", tmp_path / "none").stderr


def test_a_name_that_nothing_has_is_a_warning_with_its_line_until_approval(
    company: Attache, tmp_path: Path
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(GOOD.replace("[Boreal]", "[Boreall]"), encoding="utf-8")
    done = company("rules", "load", path)
    assert done.exit_code == 0
    said = "there is no product family Boreall; did you mean Boreal?"
    assert f"warning: {path} line 5: {said}" in done.stderr
    refused = company("rules", "approve", "boreal-gap", "--by", "E-206")
    assert refused.exit_code == 1
    assert f"boreal-gap can't be approved yet: {said}." in refused.stderr


def test_a_rule_is_loaded_tried_out_approved_and_archived(company: Attache, good: Path) -> None:
    assert company("rules", "load", good).stdout == f"{good}: boreal-gap: draft, version 1\n"
    assert company("rules", "load", good).stdout == f"{good}: boreal-gap: unchanged\n"
    first = company("rules", "list").stdout.splitlines()[0]
    assert first.split()[:3] == ["boreal-gap", "coverage_gap", "draft"]
    assert first.endswith("Boreal machines without a contract: product family Boreal")

    tried = company("rules", "simulate", "boreal-gap")
    assert "it would have shown" in tried.stdout
    (document,) = json.loads(company("rules", "simulate", good, "--json").stdout)
    assert document["offers"] > 0
    assert document["wins"] <= document["offers"]
    assert {one["currency"] for one in document["value"]} <= {"EUR", "GBP"}
    assert "the rule is for product family Boreal, not Aurora" in [
        one["reason"] for one in document["reasons"]
    ]

    # Whoever loaded it can't approve it, nor can a technician or somebody who doesn't exist.
    assert "Nobody approves their own rule" in company("rules", "approve", "boreal-gap").stderr
    assert "role (technician)" in company("rules", "approve", "boreal-gap", "--by", "E-101").stderr
    assert "nobody with the person_id X" in company("rules", "approve", "boreal-gap", "--by", "X").stderr
    assert (
        company("rules", "approve", "boreal-gap", "--by", "E-206").stdout
        == "boreal-gap is in force, as version 2.\n"
    )
    offered = json.loads(company("offers", "NV-BOR090-00233", "--json").stdout)["offers"]
    assert ("boreal-gap", "CARE-PLUS-BOR") in {(one["rule"], one["sku"]) for one in offered}
    listed = json.loads(company("rules", "list", "--json").stdout)
    (entry,) = (one for one in listed if one["rule"] == "boreal-gap")
    assert (entry["status"], entry["version"], entry["in_force"]) == ("approved", 2, 2)
    assert entry["when"] == {"families": ["Boreal"]}

    assert company("rules", "archive", "boreal-gap").exit_code == 0
    offered = json.loads(company("offers", "NV-BOR090-00233", "--json").stdout)["offers"]
    assert "boreal-gap" not in {one["rule"] for one in offered}
    assert "boreal-gap is archived: it can't be archived" in company("rules", "archive", "boreal-gap").stderr
    assert "There is no rule called nowhere" in company("rules", "simulate", "nowhere").stderr


def test_a_file_that_would_change_a_rules_play_changes_nothing(company: Attache, tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(GOOD + "---\nrule: renewal-standard\nplay: add_on\nname: Other\n", encoding="utf-8")
    done = company("rules", "load", path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{path} line 9: renewal-standard is a rule for renewal and stays one" in done.stderr
    assert "boreal-gap" not in company("rules", "list").stdout


def test_the_examples_that_come_along_are_good_rules(company: Attache) -> None:
    done = company("rules", "check", Path(offers.rulebook.__file__).parent / "examples")
    assert done.exit_code == 0
    assert done.stdout.count("no problem") == 3
    assert done.stderr == ""
