"""What a person sees and does on the workspace's page."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.demo.workspace.server import WorkspaceServer
from tests.e2e.browser import PHONE, Visitors, say, sideways
from tests.e2e.page.conftest import DESK, JONAS, MARA, TRICKY, TRICKY_NAME, YARD

RunApp = Callable[[Callable[[App], None]], App]


def plain(text: str) -> dict[str, str]:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def test_what_people_write_is_shown_as_text(
    visitors: Visitors, server: WorkspaceServer, client: WebClient
) -> None:
    page = visitors.open(TRICKY, at=DESK)
    say(page, "<img src=x onerror=alert(3)> </script><script>alert(4)</script>")
    messages = page.get_by_test_id("message")
    expect(messages).to_have_count(1)
    client.chat_postMessage(
        channel=DESK,
        text="brief",
        blocks=[
            {"type": "header", "text": plain("<b onclick=alert(5)>head</b>")},
            {"type": "markdown", "text": "<iframe src='javascript:alert(6)'></iframe> **bold**"},
        ],
    )
    expect(messages.nth(0)).to_contain_text("<img src=x onerror=alert(3)> </script><script>alert(4)</script>")
    expect(messages.nth(0).locator("h2")).to_have_text(TRICKY_NAME)
    expect(messages.nth(1)).to_contain_text("<b onclick=alert(5)>head</b>")
    expect(messages.nth(1).locator("strong")).to_have_text("bold")
    assert page.locator("main img, main iframe, main script").count() == 0


def test_only_web_and_mail_addresses_become_links(visitors: Visitors, client: WebClient) -> None:
    page = visitors.open(MARA, at=DESK)
    client.chat_postMessage(
        channel=DESK,
        text="links",
        blocks=[
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "<https://example.com/a?b=1&amp;c=2|web> <mailto:a@example.com|mail> "
                    "<javascript:alert(1)|script> <data:text/html,x|data>",
                },
            },
            {"type": "markdown", "text": "[web2](http://example.com) [script2](javascript:alert(2))"},
        ],
    )
    links = page.locator("[data-testid=message] a")
    expect(links).to_have_text(["web", "mail", "web2"])
    expect(links.first).to_have_attribute("href", "https://example.com/a?b=1&c=2")
    expect(links.first).to_have_attribute("rel", "noopener noreferrer")
    expect(page.get_by_test_id("message")).to_contain_text("script data")


def test_an_answer_opens_its_thread_and_grows(
    visitors: Visitors, server: WorkspaceServer, client: WebClient
) -> None:
    page = visitors.open(MARA, at=DESK)
    say(page, "What does E14 mean?")
    mine = page.get_by_test_id("conversation-pane").get_by_test_id("message")
    expect(mine).to_have_count(1)
    ts = str(mine.get_attribute("data-ts"))

    stream = client.chat_stream(
        channel=DESK, thread_ts=ts, recipient_team_id="T0NORVANE1", recipient_user_id=MARA, buffer_size=1
    )
    stream.append(markdown_text="3. Lock the **isolator**")
    answer = page.get_by_test_id("thread").get_by_test_id("message").nth(1)
    expect(answer).to_have_attribute("data-streaming", "true")
    expect(answer.locator("li .caret")).to_be_visible()
    stream.append(markdown_text=" and wait.\n4. Measure.")
    stream.stop()
    expect(answer).to_have_attribute("data-streaming", "false")
    expect(answer.locator(".caret")).to_have_count(0)
    expect(answer.locator("li")).to_have_text(["Lock the isolator and wait.", "Measure."])
    expect(answer.locator("li").first).to_have_attribute("value", "3")
    expect(page.get_by_test_id("conversation-pane").get_by_test_id("open-thread")).to_contain_text("1 reply")

    page.get_by_test_id("close-thread").click()
    client.chat_postMessage(channel=DESK, thread_ts=ts, text="One more thing")
    expect(page.get_by_test_id("conversation-pane").get_by_test_id("open-thread")).to_contain_text(
        "2 replies"
    )
    expect(page.get_by_test_id("thread")).to_be_hidden()


def test_a_stranger_to_the_thread_is_not_taken_into_it(
    visitors: Visitors, server: WorkspaceServer, client: WebClient
) -> None:
    ts = server.workspace.post_as(JONAS, DESK, "Anyone at Quay 4?")
    page = visitors.open(MARA, at=DESK)
    client.chat_postMessage(channel=DESK, thread_ts=ts, text="Mara is")
    expect(page.get_by_test_id("open-thread")).to_contain_text("1 reply")
    expect(page.get_by_test_id("thread")).to_be_hidden()


def test_a_command_that_fails_says_so_and_is_not_lost(visitors: Visitors) -> None:
    page = visitors.open(MARA, at=DESK)
    page.get_by_test_id("composer").fill("/v")
    expect(page.get_by_test_id("completion")).to_contain_text("/visit[serial number]Open a service call")
    page.get_by_test_id("composer").press("Tab")
    expect(page.get_by_test_id("composer")).to_have_value("/visit ")
    page.get_by_test_id("composer").press("Enter")  # No app is connected.
    expect(page.get_by_test_id("composer-note")).to_be_visible()
    expect(page.get_by_test_id("composer")).to_have_value("/visit")


FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "visit",
    "title": plain("Open a visit"),
    "submit": plain("Open"),
    "blocks": [
        {
            "type": "input",
            "block_id": "serial",
            "label": plain("Serial number"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "reason",
            "optional": True,
            "label": plain("Reason"),
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [
                    {"text": plain("Breakdown"), "value": "b"},
                    {"text": plain("Check"), "value": "c"},
                ],
            },
        },
    ],
}
NEXT_STEP = {
    "type": "modal",
    "title": plain("Second step"),
    "blocks": [{"type": "section", "text": plain("Look")}],
}


def test_a_form_is_checked_corrected_stacked_and_sent(visitors: Visitors, run_app: RunApp) -> None:
    sent: list[Any] = []

    def register(app: App) -> None:
        @app.command("/visit")
        def open_form(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
            ack()
            client.views_open(trigger_id=command["trigger_id"], view=FORM)

        @app.view("visit")
        def receive(ack: Ack, view: dict[str, Any]) -> None:
            values = view["state"]["values"]
            serial = values["serial"]["text"]["value"]
            if serial == "NV-?":
                ack(response_action="errors", errors={"serial": "No machine has this number."})
            elif serial == "NV-NEXT":
                ack(response_action="push", view=NEXT_STEP)
            else:
                sent.append((serial, values["reason"]["pick"]["selected_option"]["value"]))
                ack()

    run_app(register)
    page = visitors.open(MARA, at=DESK)
    say(page, "/visit ")
    modal = page.get_by_test_id("modal")
    serial = modal.locator("[data-action-id=text]")
    expect(serial).to_be_focused()
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("input-error").first).to_have_text("Please fill in this field.")
    serial.fill("NV-?")
    modal.locator("[data-action-id=pick]").select_option("c")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("input-error").first).to_have_text("No machine has this number.")
    serial.fill("NV-NEXT")
    modal.get_by_test_id("modal-submit").click()
    expect(modal).to_contain_text("Second step")
    page.keyboard.press("Escape")
    expect(serial).to_have_value("NV-NEXT")
    serial.fill("NV-1")
    serial.press("Enter")
    expect(modal).to_have_count(0)
    assert sent == [("NV-1", "c")]


def test_a_button_asks_first_when_it_should(visitors: Visitors, run_app: RunApp, client: WebClient) -> None:
    clicked: list[str] = []

    def register(app: App) -> None:
        @app.action("decline")
        def decline(ack: Ack, payload: dict[str, Any], body: dict[str, Any]) -> None:
            ack()
            clicked.append(payload["value"])
            client.chat_update(
                channel=body["channel"]["id"], ts=body["message"]["ts"], text="Declined", blocks=[]
            )

    run_app(register)
    page = visitors.open(MARA, at=DESK)
    confirm = {
        "title": plain("Decline?"),
        "text": plain("It won't come back."),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    button = {
        "type": "button",
        "action_id": "decline",
        "value": "o-1",
        "text": plain("No"),
        "confirm": confirm,
    }
    client.chat_postMessage(
        channel=DESK, text="Offer", blocks=[{"type": "actions", "block_id": "offer", "elements": [button]}]
    )
    page.locator("[data-block-id=offer] [data-action-id=decline]").click()
    page.get_by_test_id("confirm-no").click()
    expect(page.get_by_test_id("confirm")).to_have_count(0)
    assert clicked == []
    page.locator("[data-action-id=decline]").click()
    page.get_by_test_id("confirm-yes").click()
    expect(page.get_by_test_id("message")).to_contain_text("Declined")
    assert clicked == ["o-1"]


def test_what_only_one_person_sees_is_said_to_be_so(visitors: Visitors, client: WebClient) -> None:
    page = visitors.open(MARA, at=DESK)
    other = visitors.open(JONAS, at=DESK)
    client.chat_postEphemeral(channel=DESK, user=MARA, text="Not your customer")
    message = page.get_by_test_id("message")
    expect(message).to_contain_text("Only visible to you")
    expect(other.get_by_test_id("message")).to_have_count(0)
    message.get_by_test_id("dismiss").click()
    expect(message).to_have_count(0)
    page.locator(f"[data-conversation-id={YARD}]").click()
    with page.expect_response(lambda one: "/page/api/messages" in one.url and DESK in one.url):
        page.locator(f"[data-conversation-id={DESK}]").click()
    expect(message).to_have_count(0)


def test_a_phone_shows_the_thread_alone_and_never_scrolls_sideways(
    visitors: Visitors, server: WorkspaceServer, client: WebClient
) -> None:
    ts = server.workspace.post_as(MARA, DESK, "NV-" + "X" * 300)
    cells = [[{"type": "raw_text", "text": f"a rather wide cell {n}"} for n in range(8)]] * 2
    client.chat_postMessage(channel=DESK, text="table", blocks=[{"type": "table", "rows": cells}])
    client.chat_postMessage(channel=DESK, thread_ts=ts, text="`" + "Y" * 300 + "`")
    page = visitors.open(MARA, at=DESK, size=PHONE)
    expect(page.get_by_test_id("message")).to_have_count(2)
    assert sideways(page) == []
    page.get_by_test_id("open-thread").first.click()
    expect(page.get_by_test_id("thread").get_by_test_id("message")).to_have_count(2)
    box = page.get_by_test_id("thread").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    assert sideways(page) == []
    page.get_by_test_id("close-thread").click()
    page.get_by_test_id("tab-home").click()
    expect(page.get_by_test_id("home")).to_be_visible()
