"""A real Bolt app lives in the workspace: what its listeners get, and what people see."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler

from bot.demo.workspace.refusals import InteractionFailed, Refusal
from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.workspace import Workspace
from tests.bot.demo.conftest import APP, ELSEWHERE, INGRID, MARA, OFFICE, SERVICE

Connect = Callable[[], SocketModeHandler]
BUTTON = {
    "type": "actions",
    "block_id": "offer",
    "elements": [
        {
            "type": "button",
            "action_id": "accept",
            "text": {"type": "plain_text", "text": "Accept"},
            "value": "O-1",
        }
    ],
}


def modal(title: str = "Visit", **fields: Any) -> dict[str, Any]:
    """Return a modal with one required text and one optional menu."""
    return {
        "type": "modal",
        "callback_id": "visit_form",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Open"},
        "blocks": [
            {
                "type": "input",
                "block_id": "serial",
                "label": {"type": "plain_text", "text": "Serial number"},
                "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3},
            },
            {
                "type": "input",
                "block_id": "kind",
                "optional": True,
                "label": {"type": "plain_text", "text": "Kind"},
                "element": {
                    "type": "static_select",
                    "action_id": "pick",
                    "options": [
                        {"text": {"type": "plain_text", "text": "Repair"}, "value": "repair"},
                        {"text": {"type": "plain_text", "text": "Check"}, "value": "check"},
                    ],
                },
            },
        ],
        **fields,
    }


def test_a_direct_message_reaches_the_app_with_slacks_fields_and_the_reply_stands_in_its_thread(
    app: App, connect: Connect, workspace: Workspace
) -> None:
    events: list[dict[str, Any]] = []

    @app.event("message")
    def answer(event: dict[str, Any], body: dict[str, Any], say: Any) -> None:
        events.append(body)
        say(text="Tighten to 24 Nm.", thread_ts=event.get("thread_ts") or event["ts"])

    connect()
    dm = workspace.open_dm(MARA)
    ts = workspace.post_as(MARA, dm, "What torque & how < soon?")
    thread = workspace.wait_for(lambda w: len(found := w.messages(dm, ts)) > 1 and found)
    assert [message["text"] for message in thread] == [
        "What torque &amp; how &lt; soon?",
        "Tighten to 24 Nm.",
    ]
    assert thread[0]["reply_count"] == 1
    assert thread[1]["bot_id"] == "B0ATTACHE1"
    body = events[0]
    assert body["type"] == "event_callback"
    assert body["authorizations"][0]["user_id"] == APP
    assert body["event"]["channel_type"] == "im"
    assert body["event"]["blocks"][0]["elements"][0]["elements"][0]["text"] == "What torque & how < soon?"
    time.sleep(0.1)
    assert len(workspace.messages(dm, ts)) == 2  # Bolt ignores the app's own message.


def test_a_mention_in_a_channel_comes_as_mention_and_as_message(
    app: App, connect: Connect, workspace: Workspace
) -> None:
    kinds: list[str] = []
    app.event("app_mention")(lambda event: kinds.append(event["type"] + event["text"]))
    app.event("message")(lambda event: kinds.append(event["type"] + event["channel_type"]))
    connect()
    workspace.post_as(MARA, SERVICE, "@Attaché what is E42?")
    workspace.wait_for(lambda _w: len(kinds) == 2)
    assert sorted(kinds) == [f"app_mention<@{APP}> what is E42?", "messagechannel"]


def test_a_channel_without_the_app_stays_unheard(app: App, connect: Connect, workspace: Workspace) -> None:
    heard: list[str] = []
    app.event("message")(lambda event: heard.append(event["channel"]))
    connect()
    workspace.post_as(MARA, ELSEWHERE, "@Attaché hello")
    workspace.post_as(MARA, SERVICE, "hello")
    workspace.wait_for(lambda _w: heard)
    assert heard == [SERVICE]


def test_a_command_answers_and_opens_a_form_that_closes_when_it_is_sent(
    app: App, connect: Connect, workspace: Workspace
) -> None:
    seen: dict[str, Any] = {}

    @app.command("/visit")
    def visit(ack: Any, body: dict[str, Any], client: Any) -> None:
        ack("Opening the visit.")
        seen["command"] = body
        client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("visit_form")
    def opened(ack: Any, view: dict[str, Any]) -> None:
        seen["values"] = view["state"]["values"]
        ack()

    connect()
    result = workspace.run_command(MARA, SERVICE, "/visit", "NV-1")
    assert result.acked
    assert workspace.ephemerals(MARA, SERVICE)[0]["text"] == "Opening the visit."
    assert seen["command"]["text"] == "NV-1"
    assert seen["command"]["channel_name"] == "service-desk"
    view = workspace.wait_for(lambda w: w.open_view_of(MARA))
    missing = workspace.submit_view(MARA, view["id"], {})
    assert missing == {
        "response_action": "errors",
        "errors": {"serial": "Please complete this required field."},
    }
    assert "values" not in seen
    assert (
        workspace.submit_view(MARA, view["id"], {"serial": {"text": "NV-1"}, "kind": {"pick": "check"}})
        is None
    )
    assert seen["values"]["serial"]["text"] == {"type": "plain_text_input", "value": "NV-1"}
    assert seen["values"]["kind"]["pick"]["selected_option"]["text"]["text"] == "Check"
    assert workspace.open_view_of(MARA) is None


def test_a_form_can_be_refused_updated_pushed_and_cleared_by_its_acknowledgement(
    app: App, connect: Connect, workspace: Workspace
) -> None:
    answers = iter(
        [
            {"response_action": "errors", "errors": {"serial": "No such unit."}},
            {"response_action": "update", "view": modal("Again")},
            {"response_action": "push", "view": modal("On top")},
            {"response_action": "clear"},
        ]
    )
    app.command("/visit")(
        lambda ack, body, client: (ack(), client.views_open(trigger_id=body["trigger_id"], view=modal()))
    )
    app.view("visit_form")(lambda ack: ack(**next(answers)))
    connect()
    workspace.run_command(MARA, SERVICE, "/visit")
    view = workspace.wait_for(lambda w: w.open_view_of(MARA))
    values = {"serial": {"text": "NV-77"}}
    assert workspace.submit_view(MARA, view["id"], values) == {
        "response_action": "errors",
        "errors": {"serial": "No such unit."},
    }
    assert workspace.submit_view(MARA, view["id"], values) == {"response_action": "update"}
    updated = workspace.open_view_of(MARA)
    assert updated is not None
    assert (updated["id"], updated["title"]["text"]) == (view["id"], "Again")
    assert updated["state"]["values"]["serial"]["text"]["value"] == "NV-77"
    assert workspace.submit_view(MARA, view["id"], values) == {"response_action": "push"}
    stack = workspace.view_stack_of(MARA)
    assert [one["title"]["text"] for one in stack] == ["Again", "On top"]
    assert stack[1]["previous_view_id"] == stack[1]["root_view_id"] == view["id"]
    assert workspace.submit_view(MARA, stack[1]["id"], values) == {"response_action": "clear"}
    assert workspace.view_stack_of(MARA) == []


def test_a_click_carries_message_value_and_a_response_url_that_replaces_the_message(
    app: App, connect: Connect, workspace: Workspace
) -> None:
    bodies: list[dict[str, Any]] = []

    @app.action("accept")
    def accept(ack: Any, body: dict[str, Any], respond: Any) -> None:
        ack()
        bodies.append(body)
        respond(text="Accepted.", replace_original=True)

    connect()
    ts = app.client.chat_postMessage(channel=SERVICE, text="An offer", blocks=[BUTTON])["ts"]
    workspace.click(MARA, SERVICE, ts, "accept")
    workspace.wait_for(lambda w: w.messages(SERVICE)[0]["text"] == "Accepted.")
    body = bodies[0]
    assert body["actions"][0]["value"] == "O-1"
    assert body["actions"][0]["block_id"] == "offer"
    assert body["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": SERVICE,
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == ts
    assert body["user"]["id"] == MARA


def test_a_click_that_nobody_takes_fails_like_in_slack(
    app: App, connect: Connect, workspace: Workspace
) -> None:
    ts = app.client.chat_postMessage(channel=SERVICE, text="An offer", blocks=[BUTTON])["ts"]
    with pytest.raises(InteractionFailed, match="dispatch_failed"):
        workspace.click(MARA, SERVICE, ts, "accept")
    connect()
    with pytest.raises(InteractionFailed, match="operation_timeout"):
        workspace.click(MARA, SERVICE, ts, "accept")


def test_nobody_uses_what_only_someone_else_sees(app: App, workspace: Workspace) -> None:
    client = app.client
    secret = client.chat_postMessage(channel=OFFICE, text="An offer", blocks=[BUTTON])["ts"]
    whisper = client.chat_postEphemeral(channel=SERVICE, user=INGRID, text="Psst", blocks=[BUTTON])[
        "message_ts"
    ]
    view = client.views_open(trigger_id=workspace.core.triggers.issue(INGRID), view=modal())["view"]
    for channel, ts in ((OFFICE, secret), (SERVICE, whisper)):
        with pytest.raises(Refusal, match="not_found"):
            workspace.click(MARA, channel, ts, "accept")
    with pytest.raises(Refusal, match="not_found"):
        workspace.submit_view(MARA, view["id"], {"serial": {"text": "NV-1"}})
    with pytest.raises(Refusal, match="not_found"):
        workspace.close_view(MARA, view["id"])
    assert workspace.open_view_of(INGRID) is not None


def test_the_apps_own_message_comes_back_with_its_bot_id(
    app: App, connect: Connect, workspace: Workspace
) -> None:
    handler = connect()
    heard: list[dict[str, Any]] = []
    handler.client.message_listeners.append(lambda _client, message, _raw: heard.append(message))
    app.client.chat_postMessage(channel=SERVICE, text="Mine")
    workspace.wait_for(lambda _w: any(one.get("type") == "events_api" for one in heard))
    event = next(one["payload"]["event"] for one in heard if one.get("type") == "events_api")
    assert (event["text"], event["user"], event["bot_id"]) == ("Mine", APP, "B0ATTACHE1")


def test_a_change_of_ones_own_words_comes_as_a_hidden_event_and_others_cannot_be_changed(
    connect: Connect, workspace: Workspace
) -> None:
    handler = connect()
    heard: list[dict[str, Any]] = []
    handler.client.message_listeners.append(lambda _client, message, _raw: heard.append(message))
    ts = workspace.post_as(MARA, SERVICE, "24 Nm")
    workspace.edit_as(MARA, SERVICE, ts, "42 Nm")

    def changes(_workspace: Workspace) -> list[dict[str, Any]]:
        events = [one["payload"]["event"] for one in heard if one.get("type") == "events_api"]
        return [event for event in events if event.get("subtype") == "message_changed"]

    (event,) = workspace.wait_for(changes)
    assert event["hidden"] is True
    assert (event["message"]["text"], event["previous_message"]["text"]) == ("42 Nm", "24 Nm")
    assert event["message"]["edited"]["user"] == MARA
    for person, at, text, word in (
        (INGRID, ts, "7 Nm", "cant_update_message"),
        (MARA, "1.000001", "7 Nm", "message_not_found"),
        (MARA, ts, " ", "no_text"),
        (MARA, ts, "7 Nm", "channel_not_found"),
    ):
        channel = "C0NOSUCH01" if word == "channel_not_found" else SERVICE
        with pytest.raises(Refusal, match=word):
            workspace.edit_as(person, channel, at, text)
    assert workspace.messages(SERVICE)[-1]["text"] == "42 Nm"


def test_a_command_that_nobody_takes_says_operation_timeout(connect: Connect, workspace: Workspace) -> None:
    connect()
    result = workspace.run_command(MARA, SERVICE, "/visit")
    assert (result.acked, result.error) == (False, "operation_timeout")


def test_events_wait_for_the_first_socket(app: App, connect: Connect, workspace: Workspace) -> None:
    heard: list[str] = []
    app.event("message")(lambda event: heard.append(event["text"]))
    workspace.post_as(MARA, SERVICE, "early")
    connect()
    workspace.wait_for(lambda _w: heard == ["early"])


def test_an_event_that_is_not_acknowledged_comes_again_with_its_number(
    app: App, connect: Connect, workspace: Workspace
) -> None:
    tries: list[tuple[str, str]] = []

    @app.middleware
    def slow(req: Any, body: dict[str, Any], next: Any) -> None:
        number = req.headers["x-slack-retry-num"][0]
        tries.append((number, body["event_id"]))
        if number == "0":
            time.sleep(0.6)
        next()

    app.event("message")(lambda: None)
    connect()
    workspace.post_as(MARA, SERVICE, "slow")
    workspace.wait_for(lambda _w: len(tries) == 2)
    time.sleep(0.6)
    assert [number for number, _id in tries] == ["0", "1"]
    assert len({event_id for _number, event_id in tries}) == 1


def test_a_fault_repeats_an_acknowledged_event(
    app: App, connect: Connect, workspace: Workspace, server: WorkspaceServer
) -> None:
    ids: list[str] = []
    app.event("message")(lambda body: ids.append(body["event_id"]))
    connect()
    server.faults.redeliver_next(times=2)
    workspace.post_as(MARA, SERVICE, "thrice")
    workspace.wait_for(lambda _w: len(ids) == 3)
    time.sleep(0.1)
    assert len(ids) == 3
    assert len(set(ids)) == 1


@pytest.mark.parametrize("graceful", [True, False])
def test_an_app_whose_sockets_drop_comes_back_and_hears_again(
    app: App, connect: Connect, workspace: Workspace, server: WorkspaceServer, graceful: bool
) -> None:
    heard: list[str] = []
    app.event("message")(lambda event: heard.append(event["text"]))
    connect()
    workspace.post_as(MARA, SERVICE, "before")
    workspace.wait_for(lambda _w: heard == ["before"])
    assert server.faults.drop_sockets(graceful=graceful) == 1
    workspace.post_as(MARA, SERVICE, "after")
    workspace.wait_for(lambda _w: "after" in heard)


def test_two_sockets_share_the_envelopes(app: App, connect: Connect, workspace: Workspace) -> None:
    heard: list[str] = []
    app.event("message")(lambda event: heard.append(event["text"]))
    connect()
    connect()
    for number in range(6):
        workspace.post_as(MARA, SERVICE, f"m{number}")
    workspace.wait_for(lambda _w: len(heard) == 6)
    time.sleep(0.1)
    assert sorted(heard) == ["m0", "m1", "m2", "m3", "m4", "m5"]


def test_home_is_published_when_it_is_opened(app: App, connect: Connect, workspace: Workspace) -> None:
    tabs: list[tuple[str, bool]] = []

    @app.event("app_home_opened")
    def show(event: dict[str, Any], client: Any) -> None:
        tabs.append((event["tab"], "view" in event))
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section]})

    connect()
    assert workspace.home_of(MARA) is None
    workspace.open_home(MARA)
    home = workspace.wait_for(lambda w: w.home_of(MARA))
    assert home["blocks"][0]["text"]["text"] == "Hello"
    workspace.open_home(MARA)
    workspace.wait_for(lambda _w: len(tabs) == 2)
    workspace.open_messages_tab(MARA)
    workspace.wait_for(lambda _w: len(tabs) == 3)
    assert tabs == [("home", False), ("home", True), ("messages", False)]


def test_a_menu_asks_the_app_for_its_options(app: App, connect: Connect, workspace: Workspace) -> None:
    ask = {
        "type": "input",
        "block_id": "unit",
        "label": {"type": "plain_text", "text": "Unit"},
        "element": {"type": "external_select", "action_id": "unit_pick", "min_query_length": 1},
    }
    values: list[Any] = []

    @app.options("unit_pick")
    def offer(ack: Any, payload: dict[str, Any]) -> None:
        ack(options=[{"text": {"type": "plain_text", "text": payload["value"] + "-1"}, "value": "x1"}])

    app.command("/visit")(
        lambda ack, body, client: (
            ack(),
            client.views_open(trigger_id=body["trigger_id"], view={**modal(), "blocks": [ask]}),
        )
    )
    app.view("visit_form")(lambda ack, view: (ack(), values.append(view["state"]["values"])))
    connect()
    workspace.run_command(MARA, SERVICE, "/visit")
    view = workspace.wait_for(lambda w: w.open_view_of(MARA))
    options = workspace.suggest(MARA, {"type": "view", "view_id": view["id"]}, "unit_pick", "NV")
    assert options == [{"text": {"type": "plain_text", "text": "NV-1"}, "value": "x1"}]
    workspace.submit_view(MARA, view["id"], {"unit": {"unit_pick": options[0]}})
    assert values[0]["unit"]["unit_pick"]["selected_option"] == options[0]


def test_closing_a_form_is_told_only_when_it_asked_for_that(
    app: App, connect: Connect, workspace: Workspace
) -> None:
    closed: list[bool] = []
    app.view_closed("visit_form")(lambda ack, body: (ack(), closed.append(body["is_cleared"])))
    views = iter([modal(), modal(notify_on_close=True), modal(notify_on_close=True, clear_on_close=True)])
    app.command("/visit")(
        lambda ack, body, client: (ack(), client.views_open(trigger_id=body["trigger_id"], view=next(views)))
    )
    connect()
    for _round in range(3):
        workspace.run_command(MARA, SERVICE, "/visit")
        view = workspace.wait_for(lambda w: w.open_view_of(MARA))
        workspace.close_view(MARA, view["id"])
        assert workspace.open_view_of(MARA) is None
    workspace.wait_for(lambda _w: len(closed) == 2)
    assert closed == [False, True]


def test_stop_ends_the_stream_and_tells_the_app(app: App, connect: Connect, workspace: Workspace) -> None:
    stopped = threading.Event()
    bodies: list[dict[str, Any]] = []

    @app.event("agent_session_stopped")
    def stop(event: dict[str, Any], client: Any) -> None:
        bodies.append(event)
        client.agents_sessions_setStatus(
            channel_id=event["channel"], thread_ts=event["thread_ts"], status="active"
        )
        stopped.set()

    app.event("message")(lambda: None)
    connect()
    dm = workspace.open_dm(MARA)
    ts = workspace.post_as(MARA, dm, "Long question")
    app.client.agents_sessions_setStatus(channel_id=dm, thread_ts=ts, status="processing", title="A question")
    stream = app.client.chat_startStream(channel=dm, thread_ts=ts, markdown_text="So ")
    workspace.stop_session(MARA, dm, ts)
    assert stopped.wait(5)
    assert bodies[0]["streaming_message_ts"] == [stream["ts"]]
    assert workspace.session(dm, ts) == {"status": "active", "title": "A question"}
    assert workspace.messages(dm, ts)[1]["streaming"] is False


def test_bolts_status_and_stream_helpers_work(app: App, connect: Connect, workspace: Workspace) -> None:
    @app.event("message")
    def answer(set_status: Any, say_stream: Any, set_suggested_prompts: Any) -> None:
        set_status("is reading manuals…", loading_messages=["Opening", "Reading"])
        stream = say_stream(buffer_size=1)
        stream.append(markdown_text="**24")
        stream.append(markdown_text=" Nm**")
        stream.stop(blocks=[BUTTON])
        set_suggested_prompts(prompts=[{"title": "More", "message": "Tell me more"}])

    connect()
    dm = workspace.open_dm(MARA)
    ts = workspace.post_as(MARA, dm, "Torque?")
    workspace.wait_for(lambda w: w.prompts(dm))
    reply = workspace.messages(dm, ts)[1]
    assert reply["markdown"] == "**24 Nm**"
    assert reply["streaming"] is False
    assert reply["blocks"][-1]["block_id"] == "offer"
    assert workspace.statuses(dm, ts) == [
        {"text": "is reading manuals…", "loading_messages": ["Opening", "Reading"]}
    ]
