"""The calls that succeed: messages, streams, files, people, response URLs, faults."""

import http.client
import json
import time
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.models.messages.chunk import MarkdownTextChunk, PlanUpdateChunk, TaskUpdateChunk
from slack_sdk.webhook import WebhookClient

from bot.demo.workspace.faults import Fault
from bot.demo.workspace.server import PortInUse, WorkspaceServer
from bot.demo.workspace.workspace import Workspace
from tests.bot.demo.conftest import APP, ELIF, ELSEWHERE, INGRID, MARA, OFFICE, SERVICE, build_seed

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
BUTTONS = {
    "type": "actions",
    "block_id": "offer",
    "elements": [{"type": "button", "action_id": "no", "text": {"type": "plain_text", "text": "No"}}],
}


def error_of(call: Any, **args: Any) -> str:
    """Return the error code of a call, which must fail."""
    with pytest.raises(SlackApiError) as caught:
        call(**args)
    return str(caught.value.response["error"])


def fetch(
    server: WorkspaceServer, path: str, headers: dict[str, str] | None = None
) -> tuple[int, str, bytes]:
    """Return status, content type and content of a GET."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    found = answer.status, answer.headers["content-type"], answer.read()
    connection.close()
    return found


def response_url(server: WorkspaceServer, ts: str) -> str:
    """Return a response URL as a click of Mara's on that message would give it."""
    return server.workspace.core.response_urls.issue(SERVICE, user=MARA, source="action", message_ts=ts)


def test_a_message_reads_back_as_it_was_sent_form_encoded_or_json(
    client: WebClient, workspace: Workspace
) -> None:
    first = client.chat_postMessage(channel=SERVICE, text="Hello", blocks=[SECTION])
    form = {"channel": SERVICE, "text": "Form", "blocks": json.dumps([SECTION]), "thread_ts": first["ts"]}
    second = client.api_call("chat.postMessage", params=form)
    assert float(second["ts"]) > float(first["ts"])
    replies = client.conversations_replies(channel=SERVICE, ts=first["ts"])["messages"]
    assert [one["text"] for one in replies] == ["Hello", "Form"]
    assert replies[0]["reply_count"] == 1
    history = client.conversations_history(channel=SERVICE)["messages"]
    assert [one["ts"] for one in history] == [first["ts"]]
    link = client.chat_getPermalink(channel=SERVICE, message_ts=first["ts"])["permalink"]
    assert link.endswith(f"/archives/{SERVICE}/p{first['ts'].replace('.', '')}")
    assert [call.method for call in workspace.calls][:2] == ["chat.postMessage", "chat.postMessage"]


def test_a_persons_id_stands_for_their_direct_messages(client: WebClient, workspace: Workspace) -> None:
    dm = client.conversations_open(users=MARA)["channel"]["id"]
    assert dm == workspace.open_dm(MARA)
    assert client.chat_postMessage(channel=MARA, text="Hello")["channel"] == dm
    assert client.conversations_info(channel=dm)["channel"]["user"] == MARA


def test_an_ephemeral_message_is_for_one_person(client: WebClient, workspace: Workspace) -> None:
    client.chat_postEphemeral(channel=SERVICE, user=MARA, text="Only you")
    assert [one["text"] for one in workspace.ephemerals(MARA, SERVICE)] == ["Only you"]
    assert workspace.ephemerals(INGRID, SERVICE) == []
    assert workspace.messages(SERVICE) == []


def test_an_update_keeps_blocks_until_it_sends_others(client: WebClient, workspace: Workspace) -> None:
    ts = client.chat_postMessage(channel=SERVICE, text="a", blocks=[SECTION])["ts"]
    client.chat_update(channel=SERVICE, ts=ts, text="b")
    message = workspace.messages(SERVICE)[0]
    assert (message["text"], len(message["blocks"])) == ("b", 1)
    client.chat_update(channel=SERVICE, ts=ts, text="c", blocks=[])
    message = workspace.messages(SERVICE)[0]
    assert (message["text"], message["blocks"]) == ("c", [])


def test_streamed_text_stays_until_an_update_replaces_it(client: WebClient, workspace: Workspace) -> None:
    dm = workspace.open_dm(MARA)
    root = workspace.post_as(MARA, dm, "Torque?")
    ts = client.chat_startStream(channel=dm, thread_ts=root, markdown_text="**24 Nm**")["ts"]
    client.chat_stopStream(channel=dm, ts=ts)
    client.chat_update(channel=dm, ts=ts, text="25 Nm")
    assert workspace.messages(dm, root)[1]["markdown"] == "**24 Nm**"
    client.chat_update(channel=dm, ts=ts, markdown_text="**25 Nm**")
    assert workspace.messages(dm, root)[1]["markdown"] == "**25 Nm**"


def test_people_and_conversations_can_be_looked_up(client: WebClient) -> None:
    assert client.auth_test()["user_id"] == APP
    assert client.users_info(user=MARA)["user"]["profile"]["email"] == "mara@norvane.example"
    assert {one["id"] for one in client.users_list()["members"]} >= {MARA, INGRID, APP}
    public = client.conversations_list()["channels"]
    assert {(one["id"], one["is_member"]) for one in public} == {(SERVICE, True), (ELSEWHERE, False)}
    assert [one["id"] for one in client.conversations_list(types="private_channel")["channels"]] == [OFFICE]
    assert client.conversations_members(channel=SERVICE)["members"] == sorted([APP, MARA, INGRID])


def test_a_reaction_is_counted_once(client: WebClient, workspace: Workspace) -> None:
    ts = workspace.post_as(MARA, SERVICE, "hello")
    client.reactions_add(channel=SERVICE, timestamp=ts, name="eyes")
    assert error_of(client.reactions_add, channel=SERVICE, timestamp=ts, name="eyes") == "already_reacted"
    assert workspace.messages(SERVICE)[0]["reactions"] == [{"name": "eyes", "users": [APP], "count": 1}]


def test_a_stream_grows_with_text_and_tasks_and_ends_with_blocks(
    client: WebClient, workspace: Workspace
) -> None:
    dm = workspace.open_dm(MARA)
    root = workspace.post_as(MARA, dm, "Torque?")
    stream = client.chat_stream(channel=dm, thread_ts=root, task_display_mode="plan", buffer_size=1)
    stream.append(
        chunks=[PlanUpdateChunk(title="Looking"), TaskUpdateChunk(id="t", title="Read", status="in_progress")]
    )
    stream.append(markdown_text="**24")
    message = workspace.messages(dm, root)[1]
    assert message["streaming"]
    assert error_of(client.chat_update, channel=dm, ts=message["ts"], text="x") == "streaming_state_conflict"
    assert error_of(client.chat_delete, channel=dm, ts=message["ts"]) == "cant_delete_message"
    done = TaskUpdateChunk(id="t", title="Read", status="complete", output="p. 4")
    stream.stop(markdown_text=" Nm**", chunks=[done], blocks=[SECTION], session_status="active")
    message = workspace.messages(dm, root)[1]
    assert (message["streaming"], message["text"]) == (False, "**24 Nm**")
    plan, section = message["blocks"]
    assert (plan["title"], plan["tasks"][0]["status"]) == ("Looking", "complete")
    assert plan["tasks"][0]["output"]["elements"][0]["elements"][0]["text"] == "p. 4"
    assert section["type"] == "section"
    assert workspace.session(dm, root) == {"status": "active", "title": ""}
    late = error_of(client.chat_appendStream, channel=dm, ts=message["ts"], markdown_text="x")
    assert late == "message_not_in_streaming_state"
    assert client.chat_update(channel=dm, ts=message["ts"], text="changed")["ok"]


def test_a_stream_in_a_channel_needs_its_reader(client: WebClient, workspace: Workspace) -> None:
    root = workspace.post_as(MARA, SERVICE, "Torque?")
    team = workspace.core.seed.team_id
    ts = client.chat_startStream(
        channel=SERVICE, thread_ts=root, recipient_team_id=team, recipient_user_id=MARA, markdown_text="a"
    )["ts"]
    assert client.chat_stopStream(channel=SERVICE, ts=ts)["message"]["text"] == "a"


@pytest.mark.parametrize(
    ("chunks", "error"),
    [
        ([{"type": "song"}], "invalid_chunks"),
        ([{"type": "task_update", "id": "t", "title": "x" * 257, "status": "complete"}], "invalid_chunks"),
        ([{"type": "task_update", "id": "t", "title": "x", "status": "done"}], "invalid_chunks"),
        ([{"type": "markdown_text", "text": "x" * 12_001}], "msg_too_long"),
        ([{"type": "blocks", "blocks": [{"type": "hologram"}]}], "invalid_blocks"),
    ],
)
def test_wrong_chunks_are_refused(
    shared_server: WorkspaceServer, chunks: list[dict[str, Any]], error: str
) -> None:
    client = WebClient(token=shared_server.bot_token, base_url=shared_server.api_url)
    workspace = shared_server.workspace
    dm = workspace.open_dm(MARA)
    root = workspace.post_as(MARA, dm, "Torque?")
    assert error_of(client.chat_startStream, channel=dm, thread_ts=root, chunks=chunks) == error


def test_a_stream_dies_of_age_and_of_a_fault(
    client: WebClient, workspace: Workspace, server: WorkspaceServer
) -> None:
    dm = workspace.open_dm(MARA)
    root = workspace.post_as(MARA, dm, "Torque?")
    chunk = MarkdownTextChunk(text="a")
    server.faults.kill_streams_after(1)
    killed = client.chat_startStream(channel=dm, thread_ts=root)["ts"]
    client.chat_appendStream(channel=dm, ts=killed, chunks=[chunk])
    dead = error_of(client.chat_appendStream, channel=dm, ts=killed, chunks=[chunk])
    assert dead == "message_not_in_streaming_state"
    server.faults.clear()
    aged = client.chat_startStream(channel=dm, thread_ts=root)["ts"]
    workspace.wait_for(lambda w: not w.messages(dm, root)[-1]["streaming"], 3)  # 0.5 s in these tests.
    old = error_of(client.chat_stopStream, channel=dm, ts=aged)
    assert old == "message_not_in_streaming_state"


def test_a_status_goes_when_the_app_answers_or_time_passes(client: WebClient, workspace: Workspace) -> None:
    root = workspace.post_as(MARA, SERVICE, "Torque?")
    held = workspace.core.state.statuses
    client.assistant_threads_setStatus(channel_id=SERVICE, thread_ts=root, status="is reading…")
    assert (SERVICE, root) in held
    client.chat_postMessage(channel=SERVICE, thread_ts=root, text="24 Nm")
    assert (SERVICE, root) not in held
    client.assistant_threads_setStatus(channel_id=SERVICE, thread_ts=root, status="is reading…")
    workspace.wait_for(lambda _w: (SERVICE, root) not in held, 3)  # 0.3 s in these tests.


def test_prompts_for_a_thread_do_nothing_in_an_agent(client: WebClient, workspace: Workspace) -> None:
    dm = workspace.open_dm(MARA)
    prompts = [{"title": "More", "message": "Tell me more"}]
    client.assistant_threads_setSuggestedPrompts(
        channel_id=dm, prompts=prompts, thread_ts="1700000000.000100"
    )
    assert workspace.prompts(dm) == []
    client.assistant_threads_setSuggestedPrompts(channel_id=dm, prompts=prompts)
    assert workspace.prompts(dm) == prompts


def test_a_session_has_a_title_that_can_be_changed(client: WebClient, workspace: Workspace) -> None:
    root = workspace.post_as(MARA, SERVICE, "Torque?")
    missing = error_of(client.agents_sessions_rename, channel_id=SERVICE, thread_ts=root, title="New")
    assert missing == "not_authorized"
    client.agents_sessions_setStatus(channel_id=SERVICE, thread_ts=root, status="processing", title="Old")
    client.agents_sessions_setStatus(channel_id=SERVICE, thread_ts=root, status="closed", title="Ignored")
    assert workspace.session(SERVICE, root) == {"status": "closed", "title": "Old"}
    client.agents_sessions_rename(channel_id=SERVICE, thread_ts=root, title="New")
    assert workspace.session(SERVICE, root) == {"status": "closed", "title": "New"}


def test_a_file_goes_up_in_three_steps_and_comes_down_for_members_only(
    client: WebClient, workspace: Workspace, server: WorkspaceServer
) -> None:
    done = client.files_upload_v2(
        channel=SERVICE,
        filename="quote.pdf",
        content=b"%PDF-1.7 quote",
        title="Quote",
        initial_comment="Here",
    )
    file = done["file"]
    message = workspace.messages(SERVICE)[0]
    assert (message["text"], message["files"][0]["title"]) == ("Here", "Quote")
    private = file["url_private"].removeprefix(server.url)
    for_page = f"/page/files/{file['id']}"
    token = {"Authorization": f"Bearer {server.bot_token}"}
    assert fetch(server, private, token) == (200, "application/pdf", b"%PDF-1.7 quote")
    assert fetch(server, f"{for_page}?as={MARA}")[:2] == (200, "application/pdf")
    assert fetch(server, private)[0] == 401
    assert fetch(server, f"{for_page}?as={ELIF}")[0] == 404
    assert error_of(client.files_completeUploadExternal, files=[{"id": file["id"]}]) == "file_not_found"


def test_a_response_url_posts_replaces_and_deletes(
    client: WebClient, workspace: Workspace, server: WorkspaceServer
) -> None:
    ts = client.chat_postMessage(channel=SERVICE, text="Offer", blocks=[BUTTONS])["ts"]
    hook = WebhookClient(response_url(server, ts))
    assert hook.send(text="Only you").status_code == 200
    assert hook.send(text="Everyone", response_type="in_channel").body == "ok"
    assert hook.send(text="Changed", replace_original=True).status_code == 200
    assert [one["text"] for one in workspace.messages(SERVICE)] == ["Changed", "Everyone"]
    assert workspace.ephemerals(MARA, SERVICE)[0]["text"] == "Only you"
    assert hook.send(blocks=[{"type": "hologram"}], text="x").status_code == 400
    assert hook.send(delete_original=True).status_code == 200
    assert [one["text"] for one in workspace.messages(SERVICE)] == ["Everyone"]
    used = hook.send(text="Sixth")
    assert (used.status_code, json.loads(used.body)["error"]) == (404, "used_url")


def test_a_response_url_expires(client: WebClient, server: WorkspaceServer) -> None:
    ts = client.chat_postMessage(channel=SERVICE, text="Offer")["ts"]
    url = response_url(server, ts)
    time.sleep(0.65)  # The lifetime in these tests is 0.6 s.
    late = WebhookClient(url).send(text="Late")
    assert (late.status_code, json.loads(late.body)["error"]) == (404, "expired_url")


def test_an_ephemeral_message_can_be_replaced_and_deleted(
    client: WebClient, workspace: Workspace, server: WorkspaceServer
) -> None:
    ts = client.chat_postEphemeral(channel=SERVICE, user=MARA, text="Offer", blocks=[BUTTONS])["message_ts"]
    hook = WebhookClient(response_url(server, ts))
    hook.send(text="Thanks", replace_original=True)
    assert [one["text"] for one in workspace.ephemerals(MARA, SERVICE)] == ["Thanks"]
    hook.send(delete_original=True)
    assert workspace.ephemerals(MARA, SERVICE) == []


@pytest.mark.parametrize(
    "error", ["internal_error", "unknown_method", "missing_scope", "http_500", "ratelimited"]
)
def test_a_fault_fails_one_call(
    client: WebClient, workspace: Workspace, server: WorkspaceServer, error: str
) -> None:
    server.faults.inject(Fault("chat.postMessage", error, retry_after_s=7))
    assert client.users_list()["ok"]
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=SERVICE, text="x")
    response = caught.value.response
    assert response.status_code == {"http_500": 500, "ratelimited": 429}.get(error, 200)
    if error == "ratelimited":
        assert response.headers["Retry-After"] == "7"
    assert workspace.messages(SERVICE) == []
    assert client.chat_postMessage(channel=SERVICE, text="y")["ok"]
    assert [(call.ok, call.error) for call in workspace.calls][-2:] == [(False, error), (True, None)]


def test_slacks_client_waits_out_a_rate_limit(server: WorkspaceServer, workspace: Workspace) -> None:
    patient = WebClient(
        token=server.bot_token, base_url=server.api_url, retry_handlers=[RateLimitErrorRetryHandler()]
    )
    server.faults.inject(Fault("*", "ratelimited", retry_after_s=0))
    assert patient.chat_postMessage(channel=SERVICE, text="x")["ok"]
    assert len(workspace.calls) == 2


def test_a_slow_call_only_takes_longer(client: WebClient, server: WorkspaceServer) -> None:
    server.faults.inject(Fault("auth.test", delay_s=0.15))
    started_s = time.monotonic()
    assert client.auth_test()["ok"]
    assert time.monotonic() - started_s >= 0.15


def test_a_port_in_use_is_named(server: WorkspaceServer) -> None:
    with pytest.raises(PortInUse) as caught:
        WorkspaceServer(build_seed(), port=server.port).start()
    assert caught.value.port == server.port


def test_a_stopped_server_frees_its_port() -> None:
    with WorkspaceServer(build_seed()) as first:
        port = first.port
    with WorkspaceServer(build_seed(), port=port) as second:
        assert second.url == f"http://127.0.0.1:{port}"


def test_waiting_in_vain_names_the_last_calls(client: WebClient, workspace: Workspace) -> None:
    client.auth_test()
    with pytest.raises(TimeoutError, match=r"auth\.test: ok"):
        workspace.wait_for(lambda _w: False, timeout_s=0.05)
