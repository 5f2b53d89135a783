"""What a browser may ask for, and what it hears while it listens."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.workspace import Workspace
from tests.bot.demo.conftest import ELIF, ELSEWHERE, INGRID, MARA, OFFICE, SERVICE
from tests.bot.demo.test_stories import BUTTON, modal

Json = dict[str, Any]
Connect = Callable[[], SocketModeHandler]


def ask(
    server: WorkspaceServer, method: str, path: str, body: Json | None = None, **headers: str
) -> tuple[int, Json]:
    """Send one request of the page; return status and JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    sent = {"Content-Type": "application/json", **{key.title(): value for key, value in headers.items()}}
    connection.request(method, path, json.dumps(body) if body is not None else None, sent)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if content.startswith(b"{") else {}


@contextmanager
def listening(server: WorkspaceServer, user_id: str) -> Iterator[Callable[[str], Json]]:
    """Open the stream of a person; the function given returns the next item of a type."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", f"/page/api/stream?as={user_id}")
    answer = connection.getresponse()
    assert answer.headers["content-type"].startswith("text/event-stream")

    def next_item(kind: str) -> Json:
        while True:
            line = answer.readline().decode()
            if line.startswith("data: "):
                item: Json = json.loads(line.removeprefix("data: "))
                if item["type"] == kind:
                    return item
            assert line, "the stream ended"

    assert next_item("modal") == {"type": "modal", "views": []}
    yield next_item
    answer.close()
    connection.close()


def test_the_page_starts_with_what_its_person_may_see(shared_server: WorkspaceServer) -> None:
    status, body = ask(shared_server, "GET", f"/page/api/bootstrap?as={ELIF}")
    assert status == 200
    assert body["me"] == {"id": ELIF, "name": "Elif Kaya", "title": "Partner"}
    assert body["app"] == {"name": "Attaché", "user_id": "U0ATTACHE1"}
    assert [(one["name"], one["kind"]) for one in body["conversations"]] == [("Attaché", "dm")]
    assert [one["command"] for one in body["commands"]] == ["/visit", "/bundle"]
    assert body["prompts"] == [{"title": "Start a visit", "message": "Start a visit"}]
    mine = ask(shared_server, "GET", f"/page/api/bootstrap?as={MARA}")[1]["conversations"]
    assert [one["name"] for one in mine] == ["service-desk", "elsewhere", "Attaché"]
    assert len(body["people"]) == 3
    assert ask(shared_server, "GET", "/page/api/bootstrap")[1]["me"]["id"] == MARA


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", "bootstrap?as=U0NOBODY01", None, 403, "user_not_found"),
        ("GET", f"messages?as={MARA}&channel={OFFICE}", None, 404, "channel_not_found"),
        ("GET", f"messages?as={MARA}", None, 400, "invalid_arguments"),
        ("GET", "stream?as=U0NOBODY01", None, 403, "user_not_found"),
        ("GET", "secrets", None, 404, "not_found"),
        ("POST", "messages", {"as": MARA, "channel": OFFICE, "text": "x"}, 404, "channel_not_found"),
        ("POST", "messages", {"as": MARA, "channel": SERVICE}, 400, "invalid_arguments"),
        (
            "POST",
            "messages",
            {"as": MARA, "channel": SERVICE, "text": "x", "thread_ts": "1"},
            400,
            "thread_not_found",
        ),
        ("POST", "commands", {"as": MARA, "channel": SERVICE, "command": "/rm"}, 404, "unknown_command"),
        ("POST", "commands", {"as": MARA, "channel": OFFICE, "command": "/visit"}, 404, "channel_not_found"),
        (
            "POST",
            "actions",
            {"as": MARA, "container": {"type": "view", "view_id": "V"}, "action_id": "a"},
            404,
            "not_found",
        ),
        ("POST", "views/submit", {"as": MARA, "view_id": "V"}, 404, "not_found"),
        ("POST", "views/close", {"as": MARA, "view_id": "V"}, 404, "not_found"),
        ("POST", "sessions/stop", {"as": MARA, "channel": SERVICE}, 400, "session_not_found"),
        ("POST", "faults", {"method": "*", "error": "x", "times": "many"}, 400, "invalid_arguments"),
    ],
)
def test_a_wrong_request_is_refused(
    shared_server: WorkspaceServer, method: str, path: str, body: Json | None, status: int, error: str
) -> None:
    answer = ask(shared_server, method, f"/page/api/{path}", body)
    assert (answer[0], answer[1]["error"]) == (status, error)


def test_only_this_machine_and_this_page_are_let_in(shared_server: WorkspaceServer) -> None:
    path, body = "/page/api/messages", {"as": MARA, "channel": SERVICE, "text": "x"}
    assert ask(shared_server, "POST", path, body, host="evil.example")[0] == 403
    assert ask(shared_server, "GET", "/", host=f"evil.example:{shared_server.port}")[0] == 403
    assert (
        ask(shared_server, "POST", path, body, origin="http://evil.example")[1]["error"] == "invalid_origin"
    )
    assert ask(shared_server, "POST", path, body, origin="null")[0] == 403
    assert ask(shared_server, "POST", "/api/auth.test", {}, origin="http://evil.example")[0] == 403
    assert ask(shared_server, "POST", path, body, origin=shared_server.url)[0] == 200
    assert ask(shared_server, "POST", path, body, host=f"localhost:{shared_server.port}")[0] == 200


def test_the_page_comes_with_a_strict_policy(shared_server: WorkspaceServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", shared_server.port, timeout=10)
    for path in ("/", "/page/api/bootstrap", "/page/nothing.js"):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert answer.headers["x-content-type-options"] == "nosniff"
    connection.close()


def test_what_is_written_is_heard_by_members_only(
    server: WorkspaceServer, client: WebClient, workspace: Workspace
) -> None:
    with listening(server, MARA) as mara, listening(server, ELIF) as elif_hears:
        sent = ask(server, "POST", "/page/api/messages", {"as": INGRID, "channel": SERVICE, "text": "Hi"})[1]
        heard = mara("message")
        assert (heard["channel"], heard["thread_ts"], heard["message"]["ts"]) == (SERVICE, None, sent["ts"])
        assert heard["message"]["username"] == "Ingrid Solberg"
        client.chat_postMessage(channel=SERVICE, text="Reply", thread_ts=sent["ts"])
        assert mara("message")["thread_ts"] == sent["ts"]
        assert mara("message_changed")["message"]["reply_count"] == 1
        client.chat_postEphemeral(channel=SERVICE, user=MARA, text="Psst")
        assert mara("ephemeral")["message"]["ephemeral"] is True
        workspace.post_as(ELIF, workspace.open_dm(ELIF), "first thing Elif hears")
        assert elif_hears("message")["message"]["text"] == "first thing Elif hears"
    shown = ask(server, "GET", f"/page/api/messages?as={MARA}&channel={SERVICE}")[1]["messages"]
    assert [one["text"] for one in shown] == ["Hi", "Psst"]
    thread = ask(server, "GET", f"/page/api/messages?as={MARA}&channel={SERVICE}&thread_ts={sent['ts']}")[1]
    assert [one["text"] for one in thread["messages"]] == ["Hi", "Reply"]


def test_a_stream_a_status_and_a_session_are_heard_as_they_change(
    server: WorkspaceServer, client: WebClient, workspace: Workspace
) -> None:
    dm = workspace.open_dm(MARA)
    ts = workspace.post_as(MARA, dm, "Torque?")
    with listening(server, MARA) as hear:
        client.agents_sessions_setStatus(channel_id=dm, thread_ts=ts, status="processing", title="Torque")
        assert hear("session")["title"] == "Torque"
        assert hear("status")["stoppable"] is True
        client.assistant_threads_setStatus(
            channel_id=dm, thread_ts=ts, status="is reading…", loading_messages=["Page 1"]
        )
        status = hear("status")
        assert (status["text"], status["loading_messages"]) == ("is reading…", ["Page 1"])
        stream = client.chat_startStream(channel=dm, thread_ts=ts, markdown_text="So ")["ts"]
        assert hear("message")["message"]["streaming"] is True
        client.chat_appendStream(channel=dm, ts=stream, markdown_text="far")
        assert hear("message_changed")["message"]["markdown"] in ("", "So far")
        client.chat_stopStream(channel=dm, ts=stream, session_status="active")
        while hear("message_changed")["message"]["streaming"]:
            continue
        assert hear("session")["status"] == "active"
        client.chat_delete(channel=dm, ts=stream)
        assert hear("message_deleted")["ts"] == stream
        client.assistant_threads_setSuggestedPrompts(channel_id=dm, prompts=[{"title": "a", "message": "b"}])
        assert hear("prompts")["prompts"] == [{"title": "a", "message": "b"}]


def test_a_click_a_form_and_a_command_work_from_the_page(
    server: WorkspaceServer, app: App, connect: Connect, client: WebClient
) -> None:
    seen: list[Any] = []

    @app.action("accept")
    def accept(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("visit_form")
    def sent(ack: Any, view: Json) -> None:
        seen.append(view["state"]["values"]["serial"]["text"]["value"])
        ack()

    app.command("/visit")(lambda ack, body: (seen.append(body["text"]), ack("Opened")))
    connect()
    ts = client.chat_postMessage(channel=SERVICE, text="Offer", blocks=[BUTTON])["ts"]
    with listening(server, MARA) as hear:
        click = {
            "as": MARA,
            "container": {"type": "message", "channel": SERVICE, "ts": ts},
            "block_id": "offer",
            "action_id": "accept",
            "action": {"type": "button", "value": "forged"},
            "state": {"values": {}},
        }
        assert ask(server, "POST", "/page/api/actions", click) == (200, {"ok": True})
        view = hear("modal")["views"][0]
        assert (view["title"]["text"], "private_metadata" in view) == ("Visit", False)
        form: Json = {"as": MARA, "view_id": view["id"], "state": {"values": {}}}
        refused = ask(server, "POST", "/page/api/views/submit", form)[1]
        assert refused["errors"] == {"serial": "Please complete this required field."}
        typed = {"type": "plain_text_input", "value": "NV-9"}
        form["state"] = {"values": {"serial": {"text": typed}}}
        assert ask(server, "POST", "/page/api/views/submit", form) == (200, {"ok": True})
        assert hear("modal")["views"] == []
        command = {"as": MARA, "channel": SERVICE, "command": "/visit", "text": "NV-1"}
        assert ask(server, "POST", "/page/api/commands", command) == (200, {"ok": True})
        assert hear("ephemeral")["message"]["text"] == "Opened"
    assert seen == ["NV-9", "NV-1"]


def test_a_command_nobody_takes_says_so(server: WorkspaceServer, connect: Connect) -> None:
    connect()
    command = {"as": MARA, "channel": ELSEWHERE, "command": "/visit", "text": ""}
    status, body = ask(server, "POST", "/page/api/commands", command)
    assert (status, body["ok"]) == (200, False)
    assert body["error"] == '/visit failed with the error "operation_timeout"'


def test_home_and_the_messages_tab_tell_the_app(server: WorkspaceServer, app: App, connect: Connect) -> None:
    tabs: list[str] = []

    @app.event("app_home_opened")
    def opened(event: Json, client: WebClient) -> None:
        tabs.append(event["tab"])
        if event["tab"] == "home":
            client.views_publish(user_id=event["user"], view={"type": "home", "blocks": []})

    connect()
    with listening(server, MARA) as hear:
        assert ask(server, "POST", "/page/api/home", {"as": MARA})[1] == {"ok": True, "view": None}
        assert hear("home")["view"]["type"] == "home"
    dm = ask(server, "POST", "/page/api/dm", {"as": MARA})[1]["channel"]
    server.workspace.wait_for(lambda _w: len(tabs) == 2)
    assert tabs == ["home", "messages"]
    assert dm == server.workspace.open_dm(MARA)


def test_a_page_that_connects_late_is_brought_up_to_date(
    server: WorkspaceServer, client: WebClient, workspace: Workspace
) -> None:
    client.views_open(trigger_id=workspace.core.triggers.issue(MARA), view=modal("Open already"))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", f"/page/api/stream?as={MARA}")
    answer = connection.getresponse()
    lines = [answer.readline().decode() for _number in range(3)]
    assert "Open already" in lines[2]
    answer.close()
    connection.close()


def test_a_person_can_be_told_what_to_fail(server: WorkspaceServer) -> None:
    status, body = ask(
        server, "POST", "/page/api/faults", {"method": "users.list", "error": "internal_error", "times": 2}
    )
    assert (status, body["faults"][0]["times"]) == (200, 2)
    ask(server, "POST", "/page/api/faults", {"kill_streams_after": 3})
    ask(server, "POST", "/page/api/faults", {"redeliver_next": 2})
    shown = ask(server, "GET", "/page/api/faults")[1]
    assert (shown["kill_streams_after"], shown["redeliver_next"], shown["connections"]) == (3, 2, 0)
    assert ask(server, "DELETE", "/page/api/faults")[1]["faults"] == []
