"""Steering by figures: a missed target is told once, Home says what it takes, and money leads to the next step."""

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.demo.workspace.faults import Fault
from bot.demo.workspace.workspace import Workspace
from tests.e2e.conftest import (
    ELIF,
    INGRID,
    MARA,
    SERVICE_DESK,
    TOM,
    OpenStage,
    Stage,
    accept,
    has_action,
    text_of,
)
from tests.e2e.test_figures import ask_command, kinds

ALERTING = {"alert_days": "daily", "digest_from_hour": 0, "digest_until_hour": 24}


def find_alerts(space: Workspace, dm: str) -> list[dict[str, Any]]:
    return [one for one in space.all_messages(dm) if has_action(one, "alerts_off")]


def test_a_missed_target_is_told_once_and_not_again(open_stage: OpenStage, tmp_path: Path) -> None:
    with open_stage(**ALERTING) as stage:
        space = stage.workspace
        dm = space.open_dm(INGRID)
        (alert,) = space.wait_for(lambda now: find_alerts(now, dm), timeout_s=60)
        said = text_of(alert)
        assert "misses its target by more than chance" in said
        assert "95 % interval" in said
        assert "What moved." in said
        assert "What it takes." in said
        assert "Next." in said
        space.click(INGRID, dm, alert["ts"], "opportunities_uncovered")
        space.wait_for(
            lambda now: "list price of service" in text_of(now.open_view_of(INGRID) or {}), timeout_s=20
        )
        for person in (ELIF, MARA):
            assert find_alerts(space, space.open_dm(person)) == []
    # Even where nobody knows any more that they were looked at today, what is missed is no news.
    assert ask_database(tmp_path, "SELECT count(*) FROM bot_work_item WHERE kind = 'target_alert'") == 1
    ask_database(tmp_path, "DELETE FROM bot_work_item WHERE kind = 'target_check'")
    with open_stage(**ALERTING) as stage:
        space = stage.workspace
        dm = space.open_dm(INGRID)
        checked = "SELECT count(*) FROM bot_work_item WHERE kind = 'target_check'"
        space.wait_for(lambda _: ask_database(tmp_path, checked), timeout_s=30)
        time.sleep(1)
        assert find_alerts(space, dm) == []
        space.run_command(INGRID, dm, "/attach", "alerts off")
        space.wait_for(
            lambda now: [
                one for one in now.all_messages(dm) if "No more word of missed targets" in text_of(one)
            ]
        )
    assert ask_database(tmp_path, "SELECT count(*) FROM bot_alert_choice") == 1
    assert ask_database(tmp_path, "SELECT count(*) FROM bot_work_item WHERE kind = 'target_alert'") == 1


def ask_database(folder: Path, statement: str) -> int | None:
    """Run a statement in the stage's database; return the first value of what it finds."""
    with closing(sqlite3.connect(folder / "home" / "attache.db")) as database, database:
        row = database.execute(statement).fetchone()
    return row[0] if row is not None else None


def test_home_says_how_far_targets_are_and_where_figures_are_heading(stage: Stage) -> None:
    space = stage.workspace
    space.open_home(INGRID)
    home = space.wait_for(lambda now: _home_saying(now, "such forecasts were off by"), timeout_s=60)
    said = text_of(home)
    assert "65.0 % by 31 Dec" in said
    # The base to come is said where the forecast reaches the end of the period.
    assert re.search(r"\d+ more machines(?: \(of about \d+ by then\))?, about \d", said)
    assert "Heading for" in said
    assert "*Uncovered*" in said
    assert "*At risk*" in said


def test_a_forecast_is_answered_to_a_command_and_to_plain_words(stage: Stage) -> None:
    shown = ask_command(stage, INGRID, "forecast coverage next quarter")
    assert "most likely" in text_of(shown)
    assert "the same as last month" in text_of(shown)
    assert "data_visualization" in kinds(shown)
    dm = stage.workspace.open_dm(INGRID)
    ts = stage.workspace.post_as(INGRID, dm, "What will our attach rate be next month?")
    (reply,) = stage.workspace.wait_for(lambda now: now.messages(dm, ts)[1:], timeout_s=20)
    assert "attached units with" in text_of(reply)


def test_where_slack_refuses_charts_the_forecast_comes_as_a_picture(stage: Stage) -> None:
    stage.faults.inject(Fault(method="chat.postEphemeral", error="invalid_blocks"))
    shown = ask_command(stage, INGRID, "forecast coverage this quarter")
    assert "data_visualization" not in kinds(shown)
    assert "most likely" in text_of(shown)
    dm = stage.workspace.open_dm(INGRID)
    files = stage.workspace.wait_for(
        lambda now: [file for message in now.all_messages(dm) for file in message.get("files", ())],
        timeout_s=60,  # The first picture on a machine waits for its fonts to be listed.
    )
    assert files[-1]["name"] == "coverage-forecast.png"


def test_a_manager_hands_a_machine_on_and_the_receiver_offers_and_sells(stage: Stage) -> None:
    space = stage.workspace
    listed = ask_command(stage, INGRID, "renewals at risk")
    space.open_home(INGRID)
    home = space.wait_for(lambda now: now.home_of(INGRID), timeout_s=20)
    space.click_view(INGRID, home["id"], "opportunities_renewal")
    view = space.wait_for(lambda now: _list_of(now, INGRID), timeout_s=20)
    row = next(
        block
        for block in view["blocks"]
        if (block.get("accessory") or {}).get("action_id") == "opportunity_refer"
        and "Mara Lindqvist" in str(block["accessory"])
    )
    space.click_view(INGRID, view["id"], "opportunity_refer", block_id=row["block_id"])
    done = space.wait_for(lambda now: _view_saying(now, INGRID, "Mara Lindqvist has it"), timeout_s=20)
    assert "with Mara Lindqvist since" in text_of(done)
    # The list from before still has the button: it says that she knows, and sends her nothing more.
    again = next(block for block in listed["blocks"] if "Hand to Mara Lindqvist" in str(block))
    space.click(INGRID, SERVICE_DESK, listed["ts"], "opportunity_refer", block_id=again["block_id"])
    space.wait_for(
        lambda now: [
            one for one in now.ephemerals(INGRID, SERVICE_DESK) if "this week already" in text_of(one)
        ],
        timeout_s=20,
    )
    dm = space.open_dm(MARA)
    (asked,) = space.wait_for(
        lambda now: [one for one in now.all_messages(dm) if has_action(one, "opportunity_offer")],
        timeout_s=20,
    )
    assert "Ingrid Solberg asks you to take this up" in text_of(asked)
    space.click(MARA, dm, asked["ts"], "opportunity_offer")
    (card,) = space.wait_for(
        lambda now: [one for one in now.all_messages(dm) if has_action(one, "offer_accept")], timeout_s=20
    )
    accept(stage, MARA, card)
    space.wait_for(
        lambda now: [one for one in now.all_messages(dm) if "Accepted" in text_of(one)], timeout_s=10
    )


def test_a_partner_finds_only_their_own_and_held_ones_have_no_button(stage: Stage) -> None:
    shown = {}
    for person in (ELIF, TOM):
        dm = stage.workspace.open_dm(person)
        before = len(stage.workspace.all_messages(dm))
        stage.workspace.run_command(person, dm, "/attach", "white space")
        found = stage.workspace.wait_for(
            lambda now, dm=dm, seen=before: now.all_messages(dm)[seen:], timeout_s=20
        )
        shown[person] = found[-1]
    own, others = (text_of(shown[person]) for person in (ELIF, TOM))
    assert "Uncovered value" in repr(shown[ELIF]["blocks"])
    accounts = {line for line in own.split("\n") if line.startswith("*")}
    assert accounts
    assert not accounts & {line for line in others.split("\n") if line.startswith("*")}
    assert not has_action(shown[ELIF], "opportunity_refer")
    for block in shown[ELIF]["blocks"]:
        assert "held:" not in text_of({"blocks": [block]}) or "accessory" not in block


def test_a_technician_asks_which_contracts_are_due(stage: Stage) -> None:
    dm = stage.workspace.open_dm(MARA)
    ts = stage.workspace.post_as(MARA, dm, "Which contracts are due?")
    (reply,) = stage.workspace.wait_for(lambda now: now.messages(dm, ts)[1:], timeout_s=20)
    assert "NV-AUR240-00417" in text_of(reply)
    assert has_action(reply, "opportunity_offer")
    assert "Renewals at risk" in repr(ask_command(stage, INGRID, "renewals at risk", SERVICE_DESK)["blocks"])


def _home_saying(space: Workspace, words: str) -> dict[str, Any] | None:
    home = space.home_of(INGRID)
    return home if home and words in text_of(home) else None


def _view_saying(space: Workspace, person: str, words: str) -> dict[str, Any] | None:
    view = space.open_view_of(person)
    return view if view and words in text_of(view) else None


def _list_of(space: Workspace, person: str) -> dict[str, Any] | None:
    view = space.open_view_of(person)
    return view if view and has_action(view, "opportunity_refer") else None


def test_a_card_that_is_open_is_not_shown_again_on_a_customer_who_wants_none(
    stage: Stage, tmp_path: Path
) -> None:
    space = stage.workspace
    dm = space.open_dm(ELIF)
    space.run_command(ELIF, dm, "/attach", "white space")
    (listed,) = space.wait_for(
        lambda now: [one for one in now.all_messages(dm) if has_action(one, "opportunity_offer")],
        timeout_s=20,
    )
    row = next(block for block in listed["blocks"] if "opportunity_offer" in str(block))

    def open_offer(wanted: str) -> None:
        space.click(ELIF, dm, listed["ts"], "opportunity_offer", block_id=row["block_id"])
        space.wait_for(
            lambda now: [
                one for one in now.all_messages(dm) if wanted in text_of(one) or has_action(one, wanted)
            ],
            timeout_s=20,
        )

    open_offer("offer_accept")
    ask_database(tmp_path, "UPDATE offers_account SET do_not_sell_until = '2999-01-01'")
    open_offer("this customer does not want offers for now")
