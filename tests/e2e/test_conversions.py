"""Conversions on Home, opened, as a table, and the chart beside them: in the browser and where Slack refuses."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from sqlmodel import col, select

from bot.database import build_engine, build_session_scope
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.workspace import Workspace
from bot.files.quotes import QUOTE_FILE
from bot.records import WorkItem
from tests.e2e.browser import Visitors
from tests.e2e.conftest import ELIF, INGRID, MARA, Stage, has_action, text_of
from tests.e2e.test_browser import accept as accept_in_page
from tests.e2e.test_browser import act as find_button
from tests.e2e.test_browser import ask, visit
from tests.e2e.test_figures import kinds
from tests.e2e.test_hand_overs import act, home_of
from tests.e2e.test_stories import CHILLER, open_details
from tests.e2e.test_taking_back import CUSTOMER, sell_bundle

REFUSED = Fault(method="chat.postMessage", error="invalid_blocks")


def wait_files(stage: Stage, person: str, ending: str) -> list[dict[str, Any]]:
    """Wait for files in somebody's messages whose names end so."""
    dm = stage.workspace.open_dm(person)

    def find(now: Workspace) -> list[dict[str, Any]]:
        sent = [file for message in now.all_messages(dm) for file in message.get("files", ())]
        return [file for file in sent if file["name"].endswith(ending)]

    return stage.workspace.wait_for(find, timeout_s=20)


def ask_table(stage: Stage, person: str, *faults: Fault) -> dict[str, Any]:
    """Press As a table on somebody's Home; return the message that comes."""
    home_of(stage, person)
    dm = stage.workspace.open_dm(person)
    before = len(stage.workspace.messages(dm))
    for fault in faults:
        stage.faults.inject(fault)
    home = stage.workspace.home_of(person) or {}
    stage.workspace.click_view(person, home["id"], "home_table")
    wait_files(stage, person, ".xlsx")
    return dict(stage.workspace.messages(dm)[before])


def chart_of(now: Workspace, person: str) -> dict[str, Any] | None:
    """The chart on somebody's Home, if it is there."""
    blocks = (now.home_of(person) or {}).get("blocks", ())
    return next((block for block in blocks if block["type"] == "image"), None)


def calls(stage: Stage, method: str) -> int:
    return sum(call.method == method for call in stage.workspace.calls)


def test_a_manager_opens_a_conversion_in_the_browser_and_sends_its_quote_and_the_table(
    visitors: Visitors, stage: Stage
) -> None:
    home = visitors.open(INGRID, at="home").get_by_test_id("home")
    chart = home.locator("img.picture")
    expect(chart).to_be_visible(
        timeout=60_000
    )  # The first picture on a machine waits for its fonts to be listed.
    expect(chart).to_have_js_property("complete", True)
    assert chart.evaluate("(one) => one.naturalWidth") == 1296
    assert "target 65.0 %" in (chart.get_attribute("alt") or "")
    page = visitors.open(MARA)
    visit(page, CHILLER)
    ask(page, "What torque for the compressor terminal nuts?")
    ask(page, "and what does alarm E12 mean?")
    accept_in_page(page)

    newest = home.locator("[data-block-type=section]").filter(has_text="Harbour Grand Hotel").first
    expect(newest).to_contain_text("accepted", timeout=5_000)
    find_button(newest, "home_conversion").click()
    details = home.page.get_by_test_id("modal")
    for words in (
        "EUR 5,400 for 12 months",
        "in 41 days",
        "Ada Weiß said yes",
        "price book standard",
        "Why this offer",
        "propensity",
        "Chosen over",
        "Life",
        "shown · Mara Lindqvist",
        "accepted · Mara Lindqvist",
    ):
        expect(details).to_contain_text(words)
    find_button(details, "sale_quote").click()
    expect(details).to_contain_text("The PDF of the quote is in your messages with me.")
    wait_files(stage, INGRID, ".pdf")
    find_button(details, "sale_decision").click()
    expect(home.page.get_by_test_id("modal")).to_contain_text("made again, it comes out the same")
    for _ in range(2):
        home.page.get_by_test_id("modal-x").last.click()
    expect(details).to_have_count(0)
    find_button(home, "home_table").click()
    wait_files(stage, INGRID, ".xlsx")
    messages = visitors.open(INGRID).get_by_test_id("conversation-pane")
    expect(messages.get_by_role("row").filter(has_text="Harbour Grand Hotel").first).to_contain_text(
        "EUR 5,400"
    )
    assert stage.workspace.problems == []


def test_the_table_is_as_home_is_filtered_and_the_workbook_has_all_of_it(stage: Stage) -> None:
    space = stage.workspace
    home_of(stage, INGRID)
    home = space.home_of(INGRID) or {}
    space.click_view(INGRID, home["id"], "home_filter")
    form = space.wait_for(lambda now: now.open_view_of(INGRID))
    assert space.submit_view(INGRID, form["id"], {"region": {"field": "South"}}) is None
    space.wait_for(lambda now: "Only South" in text_of(now.home_of(INGRID) or {}))
    shown = ask_table(stage, INGRID)
    assert "Conversions, South" in text_of(shown)
    (table,) = [block for block in shown["blocks"] if block["type"] == "data_table"]
    (file, *_) = wait_files(stage, INGRID, ".xlsx")
    headers = {"authorization": f"Bearer {stage.bot_token}"}
    book = load_workbook(io.BytesIO(httpx.get(file["url_private"], headers=headers).content))
    header, *rows = book["conversions"].iter_rows(values_only=True)
    assert len(rows) == len(table["rows"]) - 1 > 5
    assert {row[header.index("region")] for row in rows} == {"South"}
    days = [row[header.index("accepted")].date() for row in rows]
    assert days == sorted(days, reverse=True)
    assert all(isinstance(day, date) for day in days)
    assert dict(book["about"].iter_rows(values_only=True))["list"] == "Conversions, South"


@pytest.mark.parametrize(("refusals", "kind"), [(1, "table"), (2, "section")])
def test_where_slack_refuses_a_table_the_next_best_comes(stage: Stage, refusals: int, kind: str) -> None:
    shown = ask_table(stage, INGRID, *[REFUSED] * refusals)
    assert kinds(shown)[-1] == kind
    assert "data_table" not in kinds(shown)
    assert "Kassel Furniture Store" in text_of(shown)


def test_everybody_gets_the_table_of_their_own_sales_only(stage: Stage) -> None:
    said = text_of(ask_table(stage, MARA))
    assert "Mara Lindqvist" in said
    assert "Nils Hansen" not in said
    said = text_of(ask_table(stage, ELIF))
    assert "Nordklima Service" in said
    assert "Mara Lindqvist" not in said


def test_what_was_opened_while_one_might_shows_no_more_than_one_may_now(stage: Stage, tmp_path: Path) -> None:
    sell_bundle(stage)
    home_of(stage, INGRID)
    open_details(stage, INGRID, CUSTOMER)
    details = stage.workspace.wait_for(lambda now: now.open_view_of(INGRID))
    act(tmp_path / "home", demoted=INGRID)
    dm = stage.workspace.open_dm(INGRID)

    def wait_refusals(count: int) -> None:
        stage.workspace.wait_for(
            lambda now: sum("I know no offer" in text_of(one) for one in now.messages(dm)) == count
        )

    stage.workspace.click_view(INGRID, details["id"], "sale_quote")
    wait_refusals(1)
    stage.workspace.close_view(INGRID, details["id"])
    open_details(stage, INGRID, CUSTOMER)
    wait_refusals(2)
    assert stage.workspace.open_view_of(INGRID) is None
    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    with build_session_scope(engine)() as session:
        assert session.exec(select(WorkItem).where(col(WorkItem.kind) == QUOTE_FILE)).all() == []
    engine.dispose()


def test_a_partner_reads_quote_and_life_but_not_how_offers_are_ranked(stage: Stage) -> None:
    sell_bundle(stage)
    home_of(stage, ELIF)
    open_details(stage, ELIF, CUSTOMER)
    details = stage.workspace.wait_for(lambda now: now.open_view_of(ELIF))
    said = text_of(details)
    assert "Ada Weiß said yes" in said
    assert "*Life*" in said
    assert "Why this offer" not in said
    assert "Handed over" not in said
    assert not has_action(details, "sale_decision")
    for _ in range(2):
        stage.workspace.click_view(ELIF, details["id"], "sale_quote")
    stage.workspace.wait_for(lambda now: "is in your messages" in text_of(now.open_view_of(ELIF) or {}))
    assert len(wait_files(stage, ELIF, ".pdf")) == 1


def test_a_refused_picture_leaves_home_as_it_was_and_is_logged(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    space = stage.workspace
    stage.faults.inject(Fault(method="files.getUploadURLExternal", error="missing_scope"))
    before = home_of(stage, INGRID)
    space.wait_for(lambda _now: "a picture could not be uploaded: missing_scope" in caplog.text, timeout_s=60)
    published = calls(stage, "views.publish")
    space.open_home(INGRID)
    space.wait_for(lambda _now: calls(stage, "views.publish") > published)
    assert chart_of(space, INGRID) is None
    assert text_of(space.home_of(INGRID) or {}).split("Conversions")[1] == before.split("Conversions")[1]
    assert calls(stage, "files.completeUploadExternal") == 0


def test_a_picture_that_is_gone_takes_nothing_from_home_and_comes_back(
    stage: Stage, wait_chart: Callable[[], str]
) -> None:
    first = wait_chart()
    home_of(stage, INGRID)
    assert calls(stage, "files.completeUploadExternal") == 1
    stage.workspace.core.state.files[first].is_deleted = True
    # Opened once: the page comes without it, and then with a new one.
    assert wait_chart() != first
    assert "Attach rate" in text_of(stage.workspace.home_of(INGRID) or {})


@pytest.fixture
def wait_chart(stage: Stage) -> Callable[[], str]:
    """Open Home and wait for a chart that is there; return its file."""

    def wait() -> str:
        files = stage.workspace.core.state.files

        def find(now: Workspace) -> str | None:
            chart = chart_of(now, INGRID)
            file_id = chart["slack_file"]["id"] if chart else None
            return file_id if file_id and not files[file_id].is_deleted else None

        home_of(stage, INGRID)
        return str(stage.workspace.wait_for(find, timeout_s=60))

    return wait
