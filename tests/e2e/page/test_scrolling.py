"""What of a list is in view: the beginning of what the app wrote, unless its reader is elsewhere."""

import re

from playwright.sync_api import Page, Route, expect
from slack_sdk import WebClient

from bot.demo.workspace.server import WorkspaceServer
from tests.e2e.browser import Visitors, say
from tests.e2e.page.conftest import DESK, JONAS, MARA


def paragraphs(count: int) -> str:
    """Markdown that is `count` paragraphs long."""
    return "".join(
        f"Step {number} takes a while and is described at some length here.\n\n" for number in range(count)
    )


def top_of(page: Page, index: int) -> float:
    """How far below the top of the thread's list a message begins, in pixels; negative when it is past it."""
    found: float = (
        page.get_by_test_id("thread")
        .locator(".list")
        .evaluate(
            "(list, index) => list.querySelectorAll('[data-testid=message]')[index].getBoundingClientRect().top"
            " - list.getBoundingClientRect().top",
            index,
        )
    )
    return found


def test_an_answer_is_read_from_its_beginning_however_long_it_grows(
    visitors: Visitors, server: WorkspaceServer, client: WebClient
) -> None:
    page = visitors.open(MARA, at=DESK)
    say(page, "How is the coil cleaned?")
    ts = str(page.get_by_test_id("conversation-pane").get_by_test_id("message").get_attribute("data-ts"))
    stream = client.chat_stream(
        channel=DESK, thread_ts=ts, recipient_team_id="T0NORVANE1", recipient_user_id=MARA, buffer_size=1
    )
    messages = page.get_by_test_id("thread").get_by_test_id("message")
    for part in range(3):
        stream.append(
            markdown_text=("> **WARNING** The fans can start.\n\n" if not part else "") + paragraphs(20)
        )
        expect(messages.nth(1).locator("p")).to_have_count(1 + 20 * (part + 1))
        assert 0 <= top_of(page, 1) < 20
    stream.stop()
    client.chat_postMessage(channel=DESK, thread_ts=ts, text="An offer")
    expect(messages).to_have_count(3)
    assert 0 <= top_of(page, 1) < 20
    more = page.get_by_test_id("thread").get_by_test_id("jump")
    more.click()
    expect(messages.nth(2)).to_be_in_viewport()
    expect(more).to_be_hidden()

    page.get_by_test_id("thread-composer").fill("And then?")
    page.get_by_test_id("thread-composer").press("Enter")
    expect(messages.nth(3)).to_be_in_viewport()
    client.chat_postMessage(
        channel=DESK, thread_ts=ts, text="long", blocks=[{"type": "markdown", "text": paragraphs(40)}]
    )
    expect(messages).to_have_count(5)
    expect(messages.nth(4).locator("p").first).to_be_in_viewport()
    assert 0 <= top_of(page, 4) < 20
    page.get_by_test_id("close-thread").click()
    page.get_by_test_id("open-thread").click()
    expect(messages.nth(4).locator("p").first).to_be_in_viewport()
    assert 0 <= top_of(page, 4) < 20


def test_who_asks_before_a_thread_has_loaded_sees_the_answer(
    visitors: Visitors, server: WorkspaceServer, client: WebClient
) -> None:
    long = [{"type": "markdown", "text": paragraphs(30)}]
    root = str(client.chat_postMessage(channel=DESK, text="A visit")["ts"])
    client.chat_postMessage(channel=DESK, thread_ts=root, text="A brief", blocks=long)
    page = visitors.open(MARA, at=DESK)
    held: dict[str, Route] = {}

    def hold(route: Route) -> None:
        held[route.request.method] = route

    page.route(re.compile("/messages"), hold)
    page.get_by_test_id("open-thread").click()
    messages = page.get_by_test_id("thread").get_by_test_id("message")
    say(page, "How is the coil cleaned?", "thread-composer")
    page.wait_for_timeout(100)
    held["GET"].continue_()  # What was there before comes behind the question's way out.
    expect(messages).to_have_count(2)
    page.wait_for_timeout(100)
    held["POST"].continue_()
    expect(messages).to_have_count(3)
    client.chat_postMessage(channel=DESK, thread_ts=root, text="An answer", blocks=long)
    expect(messages).to_have_count(4)
    expect(messages.nth(3).locator("p").first).to_be_in_viewport()
    assert 0 <= top_of(page, 3) < 20


def test_a_reader_who_has_scrolled_up_stays_there(
    visitors: Visitors, server: WorkspaceServer, client: WebClient
) -> None:
    ts = server.workspace.post_as(MARA, DESK, "How is the coil cleaned?")
    client.chat_postMessage(
        channel=DESK, thread_ts=ts, text="long", blocks=[{"type": "markdown", "text": paragraphs(40)}]
    )
    page = visitors.open(MARA, at=DESK)
    page.get_by_test_id("open-thread").click()
    messages = page.get_by_test_id("thread").get_by_test_id("message")
    expect(messages).to_have_count(2)
    page.get_by_test_id("thread").locator(".list").hover()
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => document.querySelector('#thread .list').scrollTop > 250")
    page.wait_for_timeout(200)  # The wheel turns smoothly.
    before = top_of(page, 1)
    client.chat_postMessage(channel=DESK, thread_ts=ts, text="An offer")
    expect(messages).to_have_count(3)
    expect(page.get_by_test_id("thread").get_by_test_id("jump")).to_be_visible()
    assert top_of(page, 1) == before


def test_a_conversation_stays_at_its_end_when_a_thread_takes_its_room(
    visitors: Visitors, server: WorkspaceServer
) -> None:
    for number in range(12):
        server.workspace.post_as(
            JONAS, DESK, f"Reading {number}: " + "all well at the pump and at the fan, " * 20
        )
    page = visitors.open(MARA, at=DESK)
    last = page.get_by_test_id("conversation-pane").get_by_test_id("message").last
    last.hover()
    last.get_by_test_id("open-thread").click()
    expect(page.get_by_test_id("thread")).to_be_visible()
    page.wait_for_timeout(200)  # Long enough for the list to be laid out anew and to be moved by that.
    gap = (
        page.get_by_test_id("conversation-pane")
        .locator(".list")
        .evaluate("(list) => list.scrollHeight - list.scrollTop - list.clientHeight")
    )
    assert gap <= 1
