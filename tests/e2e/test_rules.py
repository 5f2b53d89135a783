"""Plays in Slack: marketing writes one, somebody else tries it out and approves it, and it is what is offered."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.database import build_engine, build_read_scope
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.workspace import Workspace
from offers.deciding.proposals import evaluate
from offers.vocabulary import Play
from tests.e2e.conftest import INGRID, MARA, Stage, has_action, text_of

LENA = "U0MKTG0001"
ROOFTOP = "NV-BOR090-00233"
NAME = "Boreal: cover after a repair"


def open_list(stage: Stage, person: str) -> dict[str, Any]:
    """Open Home and from there the plays."""
    space = stage.workspace
    space.open_home(person)
    home = space.wait_for(lambda now: now.home_of(person), timeout_s=20)
    space.click_view(person, home["id"], "rules_open")
    return dict(wait_for_view(space, person, "rule_list"))


def wait_for_view(space: Workspace, person: str, callback_id: str, said: str = "") -> dict[str, Any]:
    """The form on top, once it is the one that is waited for and says it."""

    def look(now: Workspace) -> dict[str, Any] | None:
        view = now.open_view_of(person)
        return view if view and view["callback_id"] == callback_id and said in text_of(view) else None

    return dict(space.wait_for(look, timeout_s=20))


def open_rule(stage: Stage, person: str, rule_id: str) -> dict[str, Any]:
    """Open one rule from the list."""
    listed = open_list(stage, person)
    stage.workspace.click_view(person, listed["id"], "rule_open", block_id=f"rule-{rule_id}")
    return wait_for_view(stage.workspace, person, "rule_details")


def write_rule(stage: Stage) -> str:
    """Let Lena write a rule; return its id."""
    space = stage.workspace
    listed = open_list(stage, LENA)
    assert "Contract renewal" in text_of(listed)
    space.click_view(LENA, listed["id"], "rule_new")
    form = wait_for_view(space, LENA, "rule_form")
    values: dict[str, Any] = {
        "name": {"field": NAME},
        "play": {"field": "coverage_gap"},
        "families": {"field": ["Boreal"]},
        "term_months": {"field": "24"},
    }
    refused = space.submit_view(LENA, form["id"], {**values, "window_days": {"field": "30"}})
    assert refused == {
        "response_action": "errors",
        "errors": {"window_days": "coverage_gap has no parameter window_days"},
    }
    space.submit_view(LENA, form["id"], {**values, "window_days": {"field": ""}})
    saved = wait_for_view(space, LENA, "rule_details", "Saved as a draft")
    assert "product family Boreal" in text_of(saved)
    assert "Written by Lena Fischer" in text_of(saved)
    return "boreal-cover-after-a-repair"


def test_marketing_writes_a_play_and_a_manager_tries_it_out_and_approves_it(
    stage: Stage, tmp_path: Path
) -> None:
    space = stage.workspace
    rule_id = write_rule(stage)
    own = wait_for_view(space, LENA, "rule_details")
    space.click_view(LENA, own["id"], "rule_approve")
    wait_for_view(space, LENA, "rule_details", "Nobody approves their own rule")

    details = open_rule(stage, INGRID, rule_id)
    assert "Not tried out yet" in text_of(details)
    space.click_view(INGRID, details["id"], "rule_simulate")
    tried = wait_for_view(space, INGRID, "rule_details", "it would have shown")
    assert "Why not the others" in text_of(tried)
    assert "the rule is for product family Boreal, not Aurora" in text_of(tried)
    space.click_view(INGRID, tried["id"], "rule_approve")
    approved = wait_for_view(space, INGRID, "rule_details", "It is in force now")
    assert not has_action(approved, "rule_approve")
    assert "approved by Ingrid Solberg" in text_of(approved)
    assert "it would have shown" in text_of(approved)
    space.close_view(INGRID, approved["id"])
    listed = wait_for_view(space, INGRID, "rule_list")
    assert f"{NAME}*\nNew contract · in force" in text_of(listed)

    # At a Boreal machine without a contract the new play goes before the built-in one.
    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    with build_read_scope(engine)() as session:
        offered = evaluate(session, ROOFTOP, as_of=datetime.now(UTC))
    gaps = [one for one in offered.offers if one.play is Play.COVERAGE_GAP]
    assert {(one.rule.rule_id, one.term_months) for one in gaps} == {(rule_id, 24)}
    beaten = {one.reason for one in offered.rejected if one.rule.rule_id == "coverage-gap-standard"}
    assert f"rule {rule_id} offers the same and is more special" in beaten
    engine.dispose()


def test_an_edit_is_a_new_draft_and_what_was_seen_before_it_is_not_approved(stage: Stage) -> None:
    space = stage.workspace
    rule_id = write_rule(stage)
    seen = open_rule(stage, INGRID, rule_id)
    own = wait_for_view(space, LENA, "rule_details")
    space.click_view(LENA, own["id"], "rule_edit")
    form = wait_for_view(space, LENA, "rule_form")
    space.submit_view(LENA, form["id"], {"name": {"field": "Boreal cover"}, "families": {"field": []}})
    edited = wait_for_view(space, LENA, "rule_details", "version 2")
    assert "every machine" in text_of(edited)
    assert "24 months" in text_of(edited)
    space.click_view(INGRID, seen["id"], "rule_approve")
    told = wait_for_view(space, INGRID, "rule_details", "Somebody changed")
    assert "version 2" in text_of(told)
    space.click_view(INGRID, told["id"], "rule_archive")
    archived = wait_for_view(space, INGRID, "rule_details", "It is archived")
    assert not has_action(archived, "rule_archive")
    assert not has_action(archived, "rule_approve")


def test_who_closes_the_form_gets_the_outcome_as_a_message(stage: Stage) -> None:
    space = stage.workspace
    details = open_rule(stage, INGRID, "coverage-gap-standard")
    # What is shown meanwhile takes a second to arrive, so that the form is surely closed before the outcome is there.
    stage.faults.inject(Fault(method="views.update", delay_s=1.0, times=1))
    space.click_view(INGRID, details["id"], "rule_simulate")
    for view in reversed(space.view_stack_of(INGRID)):
        space.close_view(INGRID, view["id"])
    dm = space.open_dm(INGRID)

    def told(now: Workspace) -> list[dict[str, Any]]:
        return [one for one in now.messages(dm) if "it would have shown" in text_of(one)]

    assert len(space.wait_for(told, timeout_s=30)) == 1
    assert "it would have shown" in text_of(open_rule(stage, LENA, "coverage-gap-standard"))


def test_a_technician_is_shown_no_plays(stage: Stage) -> None:
    space = stage.workspace
    space.open_home(MARA)
    home = space.wait_for(lambda now: now.home_of(MARA), timeout_s=20)
    assert not has_action(home, "rules_open")
