"""Figures asked for in words: who sees what, with which chart, and as which file."""

import io
import re

import httpx
from openpyxl import load_workbook

from bot.demo.workspace.faults import Fault
from bot.demo.workspace.workspace import Workspace
from tests.e2e.conftest import ELIF, INGRID, MARA, MARC, SERVICE_DESK, Stage, text_of


def ask_command(stage: Stage, person: str, words: str, channel: str = SERVICE_DESK) -> dict:
    """Run /attach; return the last thing that the person alone was shown there."""
    before = len(stage.workspace.ephemerals(person, channel))
    stage.workspace.run_command(person, channel, "/attach", words)
    shown = stage.workspace.wait_for(lambda now: now.ephemerals(person, channel)[before:], timeout_s=20)
    return shown[-1]


def kinds(message: dict) -> list[str]:
    return [block["type"] for block in message["blocks"]]


def test_a_manager_asks_in_a_channel_and_nobody_else_sees_the_figure(stage: Stage) -> None:
    before = len(stage.workspace.messages(SERVICE_DESK))
    shown = ask_command(stage, INGRID, "coverage by region this quarter")
    said = text_of(shown)
    assert "Coverage by region" in said
    assert "95 % interval" in said
    assert "target 65.0 %" in said
    assert "Active, serviceable assets with a live contract line" in said
    assert "Beside it" in said
    assert "margin" in said
    assert {"data_visualization", "data_table"} <= set(kinds(shown))
    assert len(stage.workspace.messages(SERVICE_DESK)) == before
    assert stage.workspace.ephemerals(MARA, SERVICE_DESK) == []


def test_words_that_mean_nothing_are_named_with_examples(stage: Stage) -> None:
    said = text_of(ask_command(stage, INGRID, "coverage by colour"))
    assert "colour" in said
    assert "/attach coverage by region this quarter" in said


def test_a_technician_sees_their_own_and_not_the_companys(stage: Stage) -> None:
    assert "the whole company's" in text_of(ask_command(stage, MARA, "coverage by region"))
    own = text_of(ask_command(stage, MARA, "conversion by technician this year"))
    assert "Mara Lindqvist" in own
    assert "Nils Hansen" not in own


def test_a_region_that_is_not_theirs_is_no_empty_figure(stage: Stage) -> None:
    for words in ("coverage in North", "coverage North vs South", "forecast coverage in North"):
        said = text_of(ask_command(stage, MARC, words))
        assert "You see South: no other region's figures." in said
        assert "%" not in said


def test_a_partner_sees_their_own_partners_figures(stage: Stage) -> None:
    dm = stage.workspace.open_dm(ELIF)
    stage.workspace.run_command(ELIF, dm, "/attach", "coverage by partner")
    messages = stage.workspace.wait_for(lambda now: now.messages(dm))
    said = text_of(messages[-1])
    assert "Nordklima Service" in said
    assert "peer 1" in said
    # Their own guardrails, and never what our sales leave us.
    assert "machines that keep failing" in said
    assert "margin" not in said
    assert "Zentral Klimabau" not in said


def test_plain_words_in_a_direct_message_get_a_figure_and_others_the_documents(stage: Stage) -> None:
    dm = stage.workspace.open_dm(INGRID)
    ts = stage.workspace.post_as(INGRID, dm, "What is our attach rate by quarter this year?")
    (reply,) = stage.workspace.wait_for(lambda now: now.messages(dm, ts)[1:], timeout_s=20)
    assert "Units attach by quarter" in text_of(reply)
    ts = stage.workspace.post_as(INGRID, dm, "Is the compressor covered by the warranty?")
    (answer, *_) = stage.workspace.wait_for(lambda now: now.messages(dm, ts)[1:], timeout_s=20)
    assert "Coverage" not in text_of(answer)


def ask_direct(stage: Stage, person: str, words: str) -> dict:
    """Send a direct message; return the first reply in its thread."""
    dm = stage.workspace.open_dm(person)
    ts = stage.workspace.post_as(person, dm, words)
    return stage.workspace.wait_for(lambda now: now.messages(dm, ts)[1:], timeout_s=20)[0]


def test_what_is_unclear_gets_a_manager_a_sentence_and_a_figure_to_click(stage: Stage) -> None:
    reply = ask_direct(stage, INGRID, "coverage by regoin in nrth")
    said = text_of(reply)
    assert "No region in the records is “nrth”. Known, the nearest first: North" in said
    assert "/attach coverage by region this quarter" in said
    dm = stage.workspace.open_dm(INGRID)
    stage.workspace.click(INGRID, dm, reply["ts"], "figure_ready")
    shown = stage.workspace.wait_for(lambda now: now.messages(dm)[1:], timeout_s=20)[-1]
    assert "Coverage" in text_of(shown)
    assert "North" in text_of(shown)
    # Whoever sees no figures of the company asks the documents, as ever.
    assert "in the records is" not in text_of(ask_direct(stage, MARA, "coverage by regoin in nrth"))


def test_why_targets_and_days_to_come_are_answered(stage: Stage) -> None:
    assert "Coverage by region" in text_of(ask_direct(stage, INGRID, "why is coverage down?"))
    assert "Units attach." in text_of(ask_direct(stage, INGRID, "are we going to hit the target?"))
    assert "lies in the future" in text_of(ask_direct(stage, INGRID, "coverage 2090"))
    assert "lies in the future" in text_of(ask_command(stage, INGRID, "coverage 2090"))
    assert "is not told by customer (Kassel Furniture Store)" in text_of(
        ask_command(stage, INGRID, "attach rate of Kassel Furniture Store")
    )


def test_two_windows_are_set_against_each_other_with_their_days_and_intervals(stage: Stage) -> None:
    said = text_of(ask_command(stage, INGRID, "coverage now vs 3 months ago"))
    assert re.search(r"\*Coverage (rose|fell|is the same)", said)
    assert len(re.findall(r"• \d+ \w+ \d{4}: \*[\d.]+ %\* \(\d+ of \d+\), 95 % interval", said)) == 2
    quarters = text_of(ask_command(stage, INGRID, "conversion by region this quarter vs last quarter"))
    assert len(re.findall(r"• \d+ \w+ \d{4} to \d+ \w+ \d{4}: \*", quarters)) == 2
    assert re.search(r"• North: .*, then ", quarters)
    # Their own alone, also in both windows; and a partner's peers, who are others each time, are not set side by side.
    dm = stage.workspace.open_dm(ELIF)
    stage.workspace.run_command(ELIF, dm, "/attach", "coverage by partner now vs 3 months ago")
    own = text_of(stage.workspace.wait_for(lambda now: now.messages(dm))[-1])
    assert "Nordklima Service" in own
    assert ", then " not in own
    assert "the whole company's" in text_of(ask_command(stage, MARA, "coverage this week vs last week"))


def test_contracts_are_told_by_the_day_they_were_cancelled_and_come_as_a_file(stage: Stage) -> None:
    shown = ask_command(stage, INGRID, "which customers cancelled this year?")
    said = text_of(shown)
    assert "The Excel file has each contract." in said
    stage.workspace.click(INGRID, SERVICE_DESK, shown["ts"], "figure_xlsx")
    dm = stage.workspace.open_dm(INGRID)
    files = stage.workspace.wait_for(
        lambda now: [file for message in now.all_messages(dm) for file in message.get("files", ())],
        timeout_s=20,
    )
    headers = {"authorization": f"Bearer {stage.bot_token}"}
    book = load_workbook(io.BytesIO(httpx.get(files[-1]["url_private"], headers=headers).content))
    header, *rows = book["contracts cancelled"].iter_rows(values_only=True)
    listed = [dict(zip(header, row, strict=True)) for row in rows]
    assert len(listed) > 0
    customers = {row["customer"] for row in listed}
    assert f"{len(listed)} contracts of {len(customers)} customers were cancelled" in said
    # A rate of what was sold in these days has how many were cancelled in them beside it.
    rate = text_of(ask_command(stage, INGRID, "cancellation rate this year"))
    assert f"{len(listed)} contracts of {len(customers)} customers were cancelled" in rate


def test_who_sells_the_most_is_partners_and_our_own_people(stage: Stage) -> None:
    said = text_of(ask_command(stage, INGRID, "who sells the most add-ons this year"))
    named = re.findall(r"(?:^|, )([^,(]+) \(\d+\)", said.split("Most add-on units sold:* ")[1].split("\n")[0])
    table = text_of(ask_command(stage, INGRID, "attached units by technician this year"))
    own_people = [name for name in named if name in table]
    assert own_people
    assert len(own_people) < len(named)
    partners = text_of(ask_command(stage, INGRID, "which partner sells the most add-ons this year"))
    assert all(name not in partners for name in own_people)
    assert "sold by no partner" in partners
    # A partner's person sees themselves and peers without names.
    dm = stage.workspace.open_dm(ELIF)
    stage.workspace.run_command(ELIF, dm, "/attach", "who sells the most add-ons this year")
    own = text_of(stage.workspace.wait_for(lambda now: now.messages(dm))[-1])
    assert "Nordklima Service" in own
    assert all(name not in own for name in named)


def test_what_has_become_of_a_past_figure_is_told_with_its_reasons_and_as_a_file(stage: Stage) -> None:
    shown = ask_command(stage, INGRID, "restated renewal rate last quarter")
    said = text_of(shown)
    assert "restated*" in said
    told = re.search(r"\((\d+) of (\d+)\) then, .*?\((\d+) of (\d+)\) as it is known now\. (\d+) entr", said)
    assert told is not None
    stage.workspace.click(INGRID, SERVICE_DESK, shown["ts"], "figure_xlsx")
    dm = stage.workspace.open_dm(INGRID)
    files = stage.workspace.wait_for(
        lambda now: [file for message in now.all_messages(dm) for file in message.get("files", ())],
        timeout_s=20,
    )
    headers = {"authorization": f"Bearer {stage.bot_token}"}
    book = load_workbook(io.BytesIO(httpx.get(files[-1]["url_private"], headers=headers).content))
    _, *rows, total = book["restated"].iter_rows(values_only=True)
    assert [str(cell) for cell in total[2:6]] == list(told.groups()[:4])
    assert len(rows) == int(told[5])
    # Each entry that is shown stands in the file with the same reasons.
    assert rows[0][0] in said
    assert rows[0][-1] in said
    dm = stage.workspace.open_dm(ELIF)
    stage.workspace.run_command(ELIF, dm, "/attach", "restated renewal rate last quarter")
    refused = text_of(stage.workspace.wait_for(lambda now: now.messages(dm) or now.ephemerals(ELIF, dm))[-1])
    assert "our own people alone" in refused


def test_where_slack_refuses_charts_the_figure_comes_in_words_and_as_a_picture(stage: Stage) -> None:
    stage.faults.inject(Fault(method="chat.postEphemeral", error="invalid_blocks"))
    shown = ask_command(stage, INGRID, "conversion by play this year")
    assert "data_visualization" not in kinds(shown)
    assert "•" in text_of(shown)
    dm = stage.workspace.open_dm(INGRID)
    files = stage.workspace.wait_for(
        lambda now: [file for message in now.all_messages(dm) for file in message.get("files", ())],
        timeout_s=60,  # The first picture on a machine waits for its fonts to be listed.
    )
    assert files[-1]["name"] == "conversion.png"


def test_excel_has_the_figure_its_rows_and_its_definition(stage: Stage) -> None:
    shown = ask_command(stage, INGRID, "conversion by region this year")
    stage.workspace.click(INGRID, SERVICE_DESK, shown["ts"], "figure_xlsx")
    dm = stage.workspace.open_dm(INGRID)
    files = stage.workspace.wait_for(
        lambda now: [file for message in now.all_messages(dm) for file in message.get("files", ())],
        timeout_s=20,
    )
    headers = {"authorization": f"Bearer {stage.bot_token}"}
    book = load_workbook(io.BytesIO(httpx.get(files[-1]["url_private"], headers=headers).content))
    assert book.sheetnames == ["conversion", "rows", "definition"]
    figures = book["conversion"]
    header = [cell.value for cell in figures[1]]
    total = {name: cell.value for name, cell in zip(header, figures[figures.max_row], strict=True)}
    rows = list(book["rows"].iter_rows(min_row=2, values_only=True))
    told = stage.workspace.wait_for(lambda now: now.ephemerals(INGRID, SERVICE_DESK)[1:])
    assert "The file is in your messages with me." in text_of(told[-1])
    assert total["denominator"] == len(rows)
    assert isinstance(total["rate"], float)


def test_excel_of_two_windows_has_both(stage: Stage) -> None:
    shown = ask_command(stage, INGRID, "conversion last 90 days vs the 90 days before")
    stage.workspace.click(INGRID, SERVICE_DESK, shown["ts"], "figure_xlsx")
    dm = stage.workspace.open_dm(INGRID)
    files = stage.workspace.wait_for(
        lambda now: [file for message in now.all_messages(dm) for file in message.get("files", ())],
        timeout_s=20,
    )
    headers = {"authorization": f"Bearer {stage.bot_token}"}
    book = load_workbook(io.BytesIO(httpx.get(files[-1]["url_private"], headers=headers).content))
    told = [said for name, said, *_ in book["definition"].values if name == "two windows"]
    # What is told of both, then each with its days; no marks of Slack's.
    assert len(told) == 3
    assert "*" not in "".join(told)
    assert "Conversion" in told[0]


def test_a_manager_narrows_the_conversions_and_they_stay_narrow(stage: Stage) -> None:
    space = stage.workspace
    space.open_home(INGRID)
    home = space.wait_for(lambda now: now.home_of(INGRID))
    space.click_view(INGRID, home["id"], "home_filter")
    form = space.wait_for(lambda now: now.open_view_of(INGRID))
    assert "Region" in text_of(form)
    chosen = {"region": {"field": "South"}, "days": {"field": "365"}}
    assert space.submit_view(INGRID, form["id"], chosen) is None
    narrow = space.wait_for(lambda now: _home_saying(now, "Only South · the last year"), timeout_s=20)
    assert "Kassel Furniture Store" not in text_of(narrow)
    space.open_home(INGRID)
    again = space.wait_for(lambda now: _home_saying(now, "Only South"), timeout_s=20)
    space.click_view(INGRID, again["id"], "home_filter_clear")
    space.wait_for(
        lambda now: "Only South" not in text_of(now.home_of(INGRID)) and now.home_of(INGRID), timeout_s=20
    )


def _home_saying(space: Workspace, words: str) -> dict | None:
    home = space.home_of(INGRID)
    return home if home and words in text_of(home) else None


def test_a_chart_chosen_on_home_comes_as_a_message(stage: Stage) -> None:
    space = stage.workspace
    space.open_home(INGRID)
    home = space.wait_for(lambda now: now.home_of(INGRID))
    value = '{"metric":"units_attach","by":["month"],"date_from":null,"date_to":null,"as_of":null,"only":{}}'
    space.click_view(INGRID, home["id"], "home_chart", option=value)
    dm = space.open_dm(INGRID)
    shown = space.wait_for(lambda now: now.messages(dm), timeout_s=20)[-1]
    assert "Units attach by month" in text_of(shown)
    assert "data_visualization" in kinds(shown)
