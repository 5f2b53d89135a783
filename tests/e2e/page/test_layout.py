"""Nothing lies over what a person needs, on a desk and on a phone."""

import re
from typing import Any

from playwright.sync_api import Locator, expect
from slack_bolt import Ack, App
from slack_sdk import WebClient

from tests.e2e.browser import DESKTOP, PHONE, Visitors, say
from tests.e2e.page.conftest import DESK, MARA
from tests.e2e.page.test_page import RunApp, plain


def test_a_forms_search_field_stays_in_sight_above_its_list(
    visitors: Visitors, client: WebClient, run_app: RunApp
) -> None:
    def register(app: App) -> None:
        def handle(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
            ack()
            client.views_open(trigger_id=command["trigger_id"], view=FORM)

        def suggest(ack: Ack) -> None:
            ack(options=[{"text": plain(f"NV-AUR240-{at:05}"), "value": str(at)} for at in range(20)])

        app.command("/visit")(handle)
        app.options("machine")(suggest)

    run_app(register)
    for size in (DESKTOP, PHONE):
        page = visitors.open(MARA, size=size)
        say(page, "/visit")
        form = page.get_by_test_id("modal")
        field = form.locator("[data-action-id=machine]")
        field.press_sequentially("NV")
        expect(form.get_by_role("option").first).to_be_visible()
        for _ in range(12):
            field.press("ArrowDown")
        expect(form.get_by_role("option").nth(12)).to_be_in_viewport()
        for seen in (form.get_by_text("I know no machine"), form.get_by_text("Serial number"), field):
            assert is_whole(seen, within=form.locator(".dialog-body"))
        assert is_whole(form.get_by_role("listbox"), within=form.locator(".dialog-body"))


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Open a visit"),
    "submit": plain("Open"),
    "blocks": [
        {"type": "section", "text": plain("I know no machine with this number.")},
        {
            "type": "input",
            "block_id": "asset",
            "label": plain("Serial number"),
            "element": {"type": "external_select", "action_id": "machine", "min_query_length": 2},
        },
    ],
}


def is_whole(part: Locator, *, within: Locator) -> bool:
    """Whether nothing of the part is scrolled or cut off by what it stands in."""
    inner, outer = part.bounding_box(), within.bounding_box()
    assert inner is not None
    assert outer is not None
    return inner["y"] >= outer["y"] - 1 and inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1


def test_only_changed_words_are_marked_as_edited(visitors: Visitors, client: WebClient) -> None:
    page = visitors.open(MARA, at=DESK)
    card = [{"type": "section", "text": plain("A card")}]
    for text, blocks in (("words", None), ("card", card)):
        ts = client.chat_postMessage(channel=DESK, text="first")["ts"]
        client.chat_update(channel=DESK, ts=ts, text=f"new {text}", blocks=blocks)
    messages = page.get_by_test_id("message")
    expect(messages.nth(0)).to_contain_text("(edited)")
    expect(messages.nth(1)).to_contain_text("A card")
    expect(messages.nth(1)).not_to_contain_text("(edited)")


def test_a_long_title_leaves_the_threads_close_button_its_size(visitors: Visitors, client: WebClient) -> None:
    root = client.chat_postMessage(channel=DESK, text="first")["ts"]
    client.chat_postMessage(channel=DESK, text="second", thread_ts=root)
    for size in (DESKTOP, PHONE):
        page = visitors.open(MARA, at=DESK, size=size)
        page.get_by_test_id("open-thread").first.click()
        page.locator(".thread-head h1").evaluate("(title) => { title.textContent = 'torque '.repeat(60); }")
        box = page.get_by_test_id("close-thread").bounding_box()
        assert box is not None
        assert box["width"] >= 36
        assert box["height"] >= 36
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]


def test_on_a_phone_the_way_to_the_end_lies_over_no_button(visitors: Visitors, client: WebClient) -> None:
    button = {"type": "button", "text": plain("Job done"), "action_id": "done"}
    for number in range(14):
        blocks = [
            {"type": "section", "text": plain(f"Line {number}")},
            {"type": "actions", "elements": [button]},
        ]
        client.chat_postMessage(channel=DESK, text="brief", blocks=blocks)
    page = visitors.open(MARA, at=DESK, size=PHONE)
    jump = page.get_by_test_id("conversation-pane").get_by_test_id("jump")
    # Shown and measured in one step: the page hides it again as soon as it has scrolled to the end.
    box = jump.evaluate(
        "(jump) => { jump.hidden = false; const { x, width } = jump.getBoundingClientRect(); return { x, width }; }"
    )
    assert box["width"] > 0
    for one in page.locator("[data-action-id=done]").all():
        other = one.bounding_box()
        assert other is not None
        assert other["x"] >= box["x"] + box["width"]


def test_days_are_written_as_the_app_writes_them(visitors: Visitors, client: WebClient) -> None:
    page = visitors.open(MARA, at=DESK)
    # 30 August 2026, 15:59 UTC.
    text = "<!date^1788105540^{date_short_pretty} {time}|then>"
    client.chat_postMessage(channel=DESK, text=text)
    expect(page.get_by_test_id("message").last).to_contain_text(re.compile(r"30 Aug 2026 \d\d:59"))
