"""Home: whose conversions are on it, and what they lead to."""

import time

from tests.e2e.conftest import ELIF, GUEST, INGRID, MARA, Stage, text_of
from tests.e2e.test_stories import ask, find_card, open_details, open_visit

CHILLER = "NV-AUR240-00417"
ESCALATED = "NV-AUR480-00088"
MARKETING, EXPERT = "U0MKTG0001", "U0EXPT0001"


def home_text(stage: Stage, person: str) -> str:
    """Open Home and return what it says."""
    stage.workspace.open_home(person)
    return text_of(stage.workspace.wait_for(lambda now: now.home_of(person)))


def test_everybody_finds_their_own_conversions_and_no_others(stage: Stage) -> None:
    of_mara = home_text(stage, MARA).split("Your conversions")[1]
    assert "Mara Lindqvist" in of_mara
    assert "Nils Hansen" not in of_mara
    of_partner = home_text(stage, ELIF).split("Conversions of Nordklima Service")[1]
    assert "Nordklima Service" in of_partner
    assert "Mara Lindqvist" not in of_partner
    assert "Henrik Dahl" not in of_partner
    for person in (MARKETING, EXPERT):
        assert "onversions" not in home_text(stage, person)


def test_a_manager_reads_on_with_show_more(stage: Stage) -> None:
    space = stage.workspace
    home_text(stage, INGRID)
    home = space.home_of(INGRID) or {}
    assert repr(home["blocks"]).count("'home_conversion'") == 15
    space.click_view(INGRID, home["id"], "home_more")
    space.wait_for(
        lambda now: repr((now.home_of(INGRID) or {}).get("blocks")).count("'home_conversion'") == 30
    )


def test_units_attach_is_explained(stage: Stage) -> None:
    said = home_text(stage, INGRID)
    assert "units sold with 100 core units; may exceed 100 %" in said
    assert "core units" in said.split("Conversions")[0]


def test_a_conversion_from_imported_history_has_details_too(stage: Stage) -> None:
    home_text(stage, MARA)
    open_details(stage, MARA, "Mara Lindqvist")
    details = text_of(stage.workspace.wait_for(lambda now: now.open_view_of(MARA)))
    assert "Accepted" in details
    assert "direct messages" not in details


def test_every_suggested_question_is_answered_and_fits_the_person(stage: Stage) -> None:
    space = stage.workspace
    for person in (MARA, ELIF, INGRID, GUEST):
        dm = space.open_messages_tab(person)
        prompts = space.wait_for(lambda now, dm=dm: now.prompts(dm), timeout_s=30)
        assert len(prompts) == 2
        for prompt in prompts:
            assert "Not in our documents" not in text_of(ask(stage, person, dm, prompt["message"]))


def test_a_manager_asks_why_something_was_offered_and_why_not(stage: Stage) -> None:
    for serial in (CHILLER, ESCALATED):
        dm, thread = open_visit(stage, MARA, serial)
        ask(stage, MARA, dm, "How do I change the filter drier?", thread)
        ask(stage, MARA, dm, "And the torque for it?", thread)
        if serial == CHILLER:
            find_card(stage, dm, thread)
    # The decision comes after the answer: the page is read until it stands there.
    said = ""
    deadline = time.monotonic() + 20
    while "*Nothing shown*" not in said and time.monotonic() < deadline:
        time.sleep(0.5)
        said = home_text(stage, INGRID).split("Decisions")[-1]
    assert "Renewal: Care Plus for Aurora" in said
    assert "*Nothing shown*: an escalated case" in said
    assert "Held back in 90 days" in said
    why = [open_decision(stage, INGRID, place) for place in (0, 1)]
    assert "an escalated case" in why[0]
    assert "Shown" in why[1]
    assert "Ranked below" in why[1]
    assert all("propensity" in one and "made again, it comes out the same" in one for one in why)


def open_decision(stage: Stage, person: str, place: int) -> str:
    """Press Why on one of the latest decisions; return what the form says."""
    home = stage.workspace.home_of(person) or {}
    rows = [
        block
        for block in home["blocks"]
        if (block.get("accessory") or {}).get("action_id") == "home_decision"
    ]
    stage.workspace.click_view(person, home["id"], "home_decision", block_id=rows[place]["block_id"])
    found = text_of(
        stage.workspace.wait_for(
            lambda now: (
                (now.open_view_of(person) or {})
                if "Policy" in text_of(now.open_view_of(person) or {})
                else None
            )
        )
    )
    stage.workspace.close_view(person, str((stage.workspace.open_view_of(person) or {})["id"]))
    return found
