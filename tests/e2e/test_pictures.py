"""Home, its filter, a conversion, the digest and figures, on a phone and on a desk: kept as pictures, and measured."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.e2e import pictures
from tests.e2e.browser import DESKTOP, PHONE, Visitors, say, sideways, visiting
from tests.e2e.conftest import INGRID, OpenStage
from tests.e2e.pictures import CHARTS, FOLDER, find_misplaced, keep_picture
from tests.e2e.test_browser import act, messages_of

SIZES = {"phone": PHONE, "desktop": DESKTOP}


@pytest.fixture
def digesting(browser: Browser, open_stage: OpenStage) -> Iterator[Visitors]:
    """Opens pages of a workspace in which it is the digest's day and hour."""
    today = f"{datetime.now(UTC):%A}".lower()
    with (
        open_stage(digest_weekday=today, digest_from_hour=0, digest_until_hour=24) as stage,
        visiting(browser, stage.url) as opened,
    ):
        yield opened


def assert_sound(
    page: Page, name: str, place: Locator, *, scroller: str | None = None, charts: int = 0
) -> None:
    """Keep a picture of the place; nothing in it is cut or out of its card, and its charts are drawn."""
    picture = keep_picture(page, name, place, scroller)
    assert sideways(page) == [], name
    assert find_misplaced(place) == [], name
    assert len(picture.charts) >= charts, name
    assert picture.find_blank() == [], name
    width = round((place.bounding_box() or {"width": 0})["width"])
    with Image.open(picture.path) as kept:
        # What stands still is one colour; a page that was drawn has hundreds.
        assert len(kept.convert("RGB").getcolors(maxcolors=1 << 24) or []) > 50, name
        assert kept.width >= width, name


@pytest.mark.parametrize("width", SIZES)
def test_what_a_manager_looks_at_is_whole_and_its_picture_is_kept(digesting: Visitors, width: str) -> None:
    size = SIZES[width]
    look_at_home(digesting, width, size)
    look_at_messages(digesting, width, size)
    kept = {path.name for path in FOLDER.glob(f"*-{width}.png")}
    assert {
        f"{name}-{width}.png" for name in ("home", "filter", "conversion", "digest", "forecast", "figure")
    } <= kept


def look_at_home(visitors: Visitors, width: str, size: ViewportSize) -> None:
    home = visitors.open(INGRID, at="home", size=size).get_by_test_id("home")
    # The first picture on a machine waits for its fonts to be listed.
    expect(home.locator("img.picture")).to_be_visible(timeout=60_000)
    expect(home.locator("img.picture")).to_have_js_property("complete", True)
    content = home.locator(".home-content")
    assert_sound(home.page, f"home-{width}", content, scroller=".home-scroll", charts=1)
    form = home.page.get_by_test_id("modal")
    for button, name in (("home_filter", "filter"), ("home_conversion", "conversion")):
        act(home, button).click()
        expect(form).to_be_visible()
        assert_sound(home.page, f"{name}-{width}", form, scroller=".modal .dialog-body")
        home.page.get_by_test_id("modal-x").click()
        expect(form).to_have_count(0)


def look_at_messages(visitors: Visitors, width: str, size: ViewportSize) -> None:
    page = visitors.open(INGRID, size=size)
    digest = messages_of(page, "conversation-pane").filter(has_text="The week of").first
    expect(digest).to_be_visible(timeout=60_000)
    assert_sound(page, f"digest-{width}", digest, scroller=".conversation .list")
    for words, said, name in (
        ("forecast coverage next quarter", "most likely", "forecast"),
        ("coverage by region this quarter", "Coverage by region", "figure"),
    ):
        say(page, f"/attach {words}")
        shown = (
            messages_of(page, "conversation-pane").filter(has=page.locator(CHARTS)).filter(has_text=said).last
        )
        expect(shown).to_be_visible(timeout=20_000)
        assert_sound(page, f"{name}-{width}", shown, scroller=".conversation .list", charts=1)


def test_a_chart_on_which_nothing_is_drawn_and_words_that_are_cut_are_found(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "FOLDER", tmp_path)
    page = browser.new_page()
    chart = (
        '<svg class="chart-picture" viewBox="0 0 200 100" width="200" aria-label="{}">'
        '<text x="{}" y="50">March</text>{}</svg>'
    )
    beside = '<text x="30" y="55">April</text>'
    line = '<path d="M0 60 L200 20" fill="none" stroke="#1769aa" stroke-width="2.2"/>'
    page.set_content(
        f"<main><div>{chart.format('drawn', 20, line + beside)}{chart.format('blank', 190, '')}</div>"
        '<p style="width: 40px; overflow: hidden; white-space: nowrap">Cut in the middle</p>'
        '<section class="card" style="width: 90px"><b style="display: block; width: 200px">'
        "Too wide</b></section></main>"
    )
    kept = keep_picture(page, "found", page.locator("main"))
    assert [name for name, _ in kept.charts] == ["drawn", "blank"]
    assert kept.find_blank() == ["blank"]
    found = find_misplaced(page.locator("main"))
    assert [one.split(":")[0] for one in found] == [
        "cut at its side",
        "outside its card",
        "over another word of the chart",
        "cut at the chart's edge",
    ]
    page.close()
