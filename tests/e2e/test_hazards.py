"""While something dangerous is open nothing is booked, whatever card or form was there before; then it is again."""

from typing import Any

from offers.models import Account, Asset
from tests.e2e.conftest import (
    ELIF,
    JONAS,
    MARA,
    OpenStage,
    Stage,
    accept,
    has_action,
    open_acceptance,
    text_of,
)
from tests.e2e.test_acceptance import SAID, find_bundle, rows, sales, wait_text, wait_view
from tests.e2e.test_conduct import TORQUE
from tests.e2e.test_stories import CHILLER, ask, find_card, open_visit

GAS = "Es riecht hier stark nach Gas"
HELD = "Something dangerous was reported"


def _find_offer(stage: Stage, person: str = MARA) -> dict[str, Any]:
    dm, thread = open_visit(stage, person, CHILLER)
    ask(stage, person, dm, TORQUE, thread)
    ask(stage, person, dm, "And what does alarm E12 mean?", thread)
    return {**find_card(stage, dm, thread), "channel": dm, "thread_ts": thread}


def _report(stage: Stage, card: dict[str, Any]) -> None:
    """Report a danger and wait for all that is said to it."""
    place = card["channel"], card["thread_ts"]
    stage.workspace.post_as(MARA, place[0], GAS, thread_ts=place[1])
    first = wait_text(stage, place[0], "Menschen zuerst")
    stage.workspace.wait_for(
        lambda now: [one for one in now.messages(*place) if one["ts"] > first["ts"]], timeout_s=15
    )


def test_a_card_shown_before_the_danger_opens_no_form_until_the_visit_is_over(
    open_stage: OpenStage, tmp_path: Any
) -> None:
    with open_stage() as stage:
        space = stage.workspace
        card = _find_offer(stage)
        _report(stage, card)
        space.click(MARA, card["channel"], card["ts"], "offer_accept")
        wait_text(stage, card["channel"], HELD)
        assert space.open_view_of(MARA) is None
        assert sales(tmp_path / "home") == []
        space.click(MARA, card["channel"], card["thread_ts"], "visit_close")
        wait_text(stage, card["channel"], "Visit closed")
        accept(stage, MARA, card)
        wait_text(stage, card["channel"], "Accepted")
        assert len(sales(tmp_path / "home")) == 1


def test_a_form_that_was_open_when_the_danger_came_books_nothing(
    open_stage: OpenStage, tmp_path: Any
) -> None:
    with open_stage() as stage:
        card = _find_offer(stage)
        form = open_acceptance(stage, MARA, card)
        _report(stage, card)
        assert stage.workspace.submit_view(MARA, form["id"], SAID) == {"response_action": "update"}
        assert HELD in text_of(wait_view(stage, MARA, "dangerous"))
        assert sales(tmp_path / "home") == []


def _report_on_visit(stage: Stage) -> tuple[str, str]:
    dm, thread = open_visit(stage, MARA, CHILLER)
    _report(stage, {"channel": dm, "thread_ts": thread})
    return dm, thread


def _visit_without_offer(stage: Stage, person: str) -> None:
    """Work through a visit to the machine to its end, and see that nothing is offered on it."""
    dm, thread = open_visit(stage, person, CHILLER)
    ask(stage, person, dm, TORQUE, thread)
    ask(stage, person, dm, "And what does alarm E12 mean?", thread)
    stage.workspace.click(person, dm, thread, "visit_close")
    # An offer would be written before this, and is posted before anything that comes later.
    wait_text(stage, dm, "Visit closed")
    ask(stage, person, dm, "What does alarm E02 mean?", thread)
    assert not [one for one in stage.workspace.all_messages(dm) if has_action(one, "offer_accept")]


def test_while_a_danger_is_open_on_a_machine_nobody_who_works_on_it_is_shown_an_offer(stage: Stage) -> None:
    dm, thread = _report_on_visit(stage)
    _visit_without_offer(stage, JONAS)
    stage.workspace.click(MARA, dm, thread, "visit_close")
    wait_text(stage, dm, "Visit closed")
    assert _find_offer(stage, JONAS)


def test_to_open_a_visit_again_is_not_the_end_of_a_danger(stage: Stage) -> None:
    _report_on_visit(stage)
    # The visit is opened anew and closed as done; the one after that is another day's work.
    _visit_without_offer(stage, MARA)
    assert _find_offer(stage, MARA)


def test_a_bundle_is_not_priced_while_a_danger_is_open_at_the_customer(
    open_stage: OpenStage, tmp_path: Any
) -> None:
    with open_stage() as stage:
        space = stage.workspace
        find_bundle(stage)
        clinic = next(one for one in rows(tmp_path / "home", Account) if one.name == "Fjordview Clinic")
        serial = next(
            one.serial_number
            for one in rows(tmp_path / "home", Asset)
            if one.account_id == clinic.account_id and one.status == "active"
        )
        dm, thread = open_visit(stage, MARA, serial)
        _report(stage, {"channel": dm, "thread_ts": thread})
        # The bundle that was shown stays where it is; asked again, nobody is shown it.
        asked = space.open_dm(ELIF)
        space.run_command(ELIF, asked, "/bundle", "Fjordview Clinic")
        wait_text(stage, asked, "No bundle for Fjordview Clinic now: a hazard is open")
        assert len([one for one in space.messages(asked) if has_action(one, "offer_accept")]) == 1
