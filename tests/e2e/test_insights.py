"""What goes together and what products lack, asked for in Slack: by managers, of all that they look over."""

from typing import Any

import pytest

from bot.demo.workspace.faults import Fault
from tests.e2e.conftest import ELIF, INGRID, MARA, MARC, PARTNER_CHANNEL, SERVICE_DESK, Stage, text_of
from tests.e2e.test_exports import read_book, read_rows
from tests.e2e.test_figures import ask_command, kinds


def table_of(message: dict[str, Any]) -> list[list[str]]:
    """The rows of a message's table as they are read."""
    (table,) = [block for block in message["blocks"] if block["type"] == "data_table"]
    return [[cell["text"] for cell in row] for row in table["rows"]]


@pytest.mark.parametrize(
    ("words", "column", "sheet"),
    [("affinity", "Add-on", "affinity"), ("needs by product", "Declined", "needs")],
)
def test_a_manager_gets_a_table_and_all_of_it_as_files(
    stage: Stage, words: str, column: str, sheet: str
) -> None:
    shown = ask_command(stage, INGRID, words)
    header, *rows = table_of(shown)
    assert column in header
    assert rows
    for action_id in ("list_xlsx", "list_csv"):
        stage.workspace.click(INGRID, SERVICE_DESK, shown["ts"], action_id)
    listed = read_rows(stage, INGRID)
    assert len(listed) == len(rows)
    assert read_book(stage, INGRID)[sheet].max_row == len(rows) + 1
    assert stage.workspace.problems == []


def test_a_regional_manager_is_told_of_the_region(stage: Stage) -> None:
    whole, south = (ask_command(stage, person, "needs") for person in (INGRID, MARC))
    assert ", South" in text_of(south)
    refused = {row[0]: int(row[1]) for row in table_of(whole)[1:]}
    assert all(int(row[1]) < refused[row[0]] for row in table_of(south)[1:])
    stage.workspace.click(MARC, SERVICE_DESK, south["ts"], "list_csv")
    assert [row["family"] for row in read_rows(stage, MARC)] == [row[0] for row in table_of(south)[1:]]
    # The sample company's South has too few customers for a pair.
    said = text_of(ask_command(stage, MARC, "affinity"))
    assert "Add-ons that go with core products, South" in said
    assert "No pair is owned by 5 customers" in said


@pytest.mark.parametrize(("person", "channel"), [(MARA, SERVICE_DESK), (ELIF, PARTNER_CHANNEL)])
def test_nobody_else_is_told(stage: Stage, person: str, channel: str) -> None:
    for words in ("affinity", "needs"):
        assert "the whole company's" in text_of(ask_command(stage, person, words, channel))
    # In a direct message the documents are asked, like for anything else.
    dm = stage.workspace.open_dm(person)
    ts = stage.workspace.post_as(person, dm, "What do our products lack?")
    (reply, *_) = stage.workspace.wait_for(lambda now: now.messages(dm, ts)[1:], timeout_s=20)
    assert "whole company's" not in text_of(reply)


def test_plain_words_in_a_direct_message_get_them_once_in_the_thread(stage: Stage) -> None:
    dm = stage.workspace.open_dm(INGRID)
    for words, said in (
        ("What goes with what?", "Add-ons that go with core products"),
        ("What do our products lack?", "What products lack, by product family"),
    ):
        ts = stage.workspace.post_as(INGRID, dm, words)
        (reply,) = stage.workspace.wait_for(lambda now, ts=ts: now.messages(dm, ts)[1:], timeout_s=20)
        assert said in text_of(reply)


def test_where_slack_refuses_the_table_a_line_stands_for_each_row(stage: Stage) -> None:
    stage.faults.inject(Fault(method="chat.postEphemeral", error="invalid_blocks"))
    shown = ask_command(stage, INGRID, "affinity")
    assert "data_table" not in kinds(shown)
    assert "times chance" in text_of(shown)
