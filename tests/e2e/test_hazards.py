"""While something dangerous is open nothing is booked, whatever card or form was there before; then it is again."""

from typing import Any

from tests.e2e.conftest import MARA, OpenStage, Stage, accept, open_acceptance, text_of
from tests.e2e.test_acceptance import SAID, sales, wait_text, wait_view
from tests.e2e.test_conduct import TORQUE
from tests.e2e.test_stories import CHILLER, ask, find_card, open_visit

GAS = "Es riecht hier stark nach Gas"
HELD = "Something dangerous was reported"


def _find_offer(stage: Stage) -> dict[str, Any]:
    dm, thread = open_visit(stage, MARA, CHILLER)
    ask(stage, MARA, dm, TORQUE, thread)
    ask(stage, MARA, dm, "And what does alarm E12 mean?", thread)
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
