"""The conversions on Home narrowed to a product that is looked for and to free days: in the browser, and by region."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, expect

from bot.mrkdwn import format_day
from tests.e2e.browser import PHONE, Visitors, sideways
from tests.e2e.conftest import INGRID, MARC, Stage, text_of
from tests.e2e.test_browser import act as find_button
from tests.e2e.test_conversions import wait_files
from tests.e2e.test_exports import click_on_home
from tests.e2e.test_hand_overs import act, home_of

SEARCH = "filter_search"


def open_form(stage: Stage, person: str) -> dict[str, Any]:
    """Press Filter on somebody's Home and return the form."""
    home_of(stage, person)
    home = stage.workspace.home_of(person) or {}
    stage.workspace.click_view(person, home["id"], "home_filter")
    return dict(stage.workspace.wait_for(lambda now: now.open_view_of(person)))


def look_for(stage: Stage, person: str, form: dict[str, Any], text: str) -> list[str]:
    """Type in the form's menu of products and return what it suggests."""
    options = stage.workspace.suggest(person, {"type": "view", "view_id": form["id"]}, SEARCH, text)
    return [option["text"]["text"] for option in options]


def read_csv(stage: Stage, person: str) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The rows of the CSV file that somebody has been sent, and the file."""
    (file,) = wait_files(stage, person, ".csv")
    headers = {"authorization": f"Bearer {stage.bot_token}"}
    text = httpx.get(file["url_private"], headers=headers).text
    return list(csv.DictReader(io.StringIO(text))), file


def test_a_manager_narrows_the_list_to_a_product_and_days_on_a_phone(
    visitors: Visitors, stage: Stage
) -> None:
    home = visitors.open(INGRID, at="home", size=PHONE).get_by_test_id("home")
    find_button(home, "home_filter").tap()
    form = home.page.get_by_test_id("modal")

    def field(name: str) -> Locator:
        return form.locator(f"input[data-block-id={name}]")

    field("sku").press_sequentially("aurora plus")
    option = form.locator(".listbox").get_by_role("option").first
    expect(option).to_contain_text("Care Plus for Aurora")
    option.tap()
    today = datetime.now(UTC).date()
    field("first_day").fill(str(today - timedelta(days=200)))
    field("last_day").fill(str(today - timedelta(days=201)))
    form.get_by_test_id("modal-submit").tap()
    expect(form).to_contain_text("This is before")
    field("last_day").fill(str(today))
    form.get_by_test_id("modal-submit").tap()
    expect(form).to_have_count(0)
    expect(home).to_contain_text("Only Care Plus for Aurora")
    assert sideways(home.page) == []
    expect(find_button(home, "home_filter_clear")).to_be_visible()
    assert stage.workspace.problems == []


def test_the_list_and_its_files_are_of_the_product_and_the_days_and_say_so(stage: Stage) -> None:
    space = stage.workspace
    form = open_form(stage, INGRID)
    (sku, *_) = space.suggest(INGRID, {"type": "view", "view_id": form["id"]}, SEARCH, "care plus aurora")
    last = datetime.now(UTC).date() - timedelta(days=30)
    first = last - timedelta(days=300)
    values = {
        "sku": {SEARCH: sku},
        "first_day": {"field": str(first)},
        "last_day": {"field": str(last)},
    }
    assert space.submit_view(INGRID, form["id"], values) is None
    said = f"{sku['text']['text']} · {format_day(first)} to {format_day(last)}"
    space.wait_for(lambda now: f"Only {said}" in text_of(now.home_of(INGRID) or {}))
    again = open_form(stage, INGRID)
    chosen = {block["block_id"]: block["element"] for block in again["blocks"]}
    assert chosen["sku"]["initial_option"]["value"] == sku["value"]
    assert chosen["first_day"]["initial_date"] == str(first)
    space.close_view(INGRID, again["id"])
    click_on_home(stage, INGRID, "list_csv", "conversions")
    rows, file = read_csv(stage, INGRID)
    assert len(rows) > 1
    assert {row["sku"] for row in rows} == {sku["value"]}
    assert all(str(first) <= row["accepted"] <= str(last) for row in rows)
    assert file["title"] == f"Conversions, {said.replace(' · ', ', ')}"


def test_a_regional_manager_finds_products_of_the_region_and_whoever_is_none_any_more_none(
    stage: Stage, tmp_path: Path
) -> None:
    form, all_form = (open_form(stage, person) for person in (MARC, INGRID))
    found = look_for(stage, MARC, form, "")
    stage.workspace.close_view(MARC, form["id"])
    click_on_home(stage, MARC, "list_csv", "conversions")
    rows, _ = read_csv(stage, MARC)
    assert {row["region"] for row in rows} == {"South"}
    assert set(found) == {f"{row['product']} ({row['sku']})" for row in rows if row["sku"]}
    assert set(found) < set(look_for(stage, INGRID, all_form, ""))
    act(tmp_path / "home", demoted=INGRID)
    assert look_for(stage, INGRID, all_form, "") == []
