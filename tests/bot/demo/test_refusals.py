"""What Slack refuses, the workspace refuses with the same word."""

import time
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.workspace import Workspace
from tests.bot.demo.conftest import (
    APP,
    ELIF,
    ELSEWHERE,
    FAST,
    INGRID,
    MANIFEST,
    MARA,
    OFFICE,
    SERVICE,
    build_seed,
)

Json = dict[str, Any]


@pytest.fixture
def server(shared_server: WorkspaceServer) -> WorkspaceServer:
    """The shared workspace: most of what happens here changes nothing."""
    return shared_server


def refusal(client: WebClient, method: str, **args: Any) -> Json:
    """Return the body of the answer, which must be a refusal."""
    with pytest.raises(SlackApiError) as caught:
        client.api_call(method, json=args)
    body = caught.value.response.data
    assert isinstance(body, dict)
    return body


def without_scopes(*scopes: str) -> Json:
    """Return the manifest with scopes taken away."""
    kept = [one for one in MANIFEST["oauth_config"]["scopes"]["bot"] if one not in scopes]
    return {**MANIFEST, "oauth_config": {"scopes": {"bot": kept}}}


UNKNOWN_TS = "1700000000.000100"
CALLS = [
    ("bookmarks.add", {}, "unknown_method"),
    ("conversations.create", {}, "unknown_method"),
    ("apps.connections.open", {}, "not_allowed_token_type"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": ELSEWHERE, "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": SERVICE}, "no_text"),
    ("chat.postMessage", {"channel": SERVICE, "text": "   "}, "no_text"),
    ("chat.postMessage", {"channel": SERVICE, "text": "x" * 40_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": SERVICE, "markdown_text": "x" * 12_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": SERVICE, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ("chat.postMessage", {"channel": SERVICE, "text": "x", "thread_ts": UNKNOWN_TS}, "thread_not_found"),
    ("chat.postMessage", {"channel": SERVICE, "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
    ("chat.postMessage", {"channel": SERVICE, "text": "x", "blocks": "{"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": SERVICE, "text": "x", "username": "Boss"}, "missing_scope"),
    ("chat.postMessage", {"channel": SERVICE, "text": "x", "metadata": {}}, "invalid_metadata_format"),
    ("chat.postEphemeral", {"channel": SERVICE, "user": "U0NOBODY01", "text": "x"}, "user_not_found"),
    ("chat.postEphemeral", {"channel": SERVICE, "user": ELIF, "text": "x"}, "user_not_in_channel"),
    ("chat.update", {"channel": SERVICE, "ts": UNKNOWN_TS, "text": "x"}, "message_not_found"),
    ("chat.delete", {"channel": SERVICE, "ts": UNKNOWN_TS}, "message_not_found"),
    ("chat.getPermalink", {"channel": SERVICE, "message_ts": UNKNOWN_TS}, "message_not_found"),
    ("conversations.open", {"users": "U0NOBODY01"}, "user_not_found"),
    ("conversations.info", {"channel": "C0NOWHERE1"}, "channel_not_found"),
    ("conversations.replies", {"channel": SERVICE, "ts": UNKNOWN_TS}, "thread_not_found"),
    ("conversations.history", {"channel": ELSEWHERE}, "not_in_channel"),
    ("conversations.list", {"types": "shared"}, "invalid_types"),
    ("users.info", {"user": "U0NOBODY01"}, "user_not_found"),
    ("reactions.add", {"channel": SERVICE, "timestamp": UNKNOWN_TS, "name": "eyes"}, "message_not_found"),
    ("views.open", {"view": {}}, "invalid_arguments"),
    ("views.update", {"view_id": "V0NONE", "view": {}}, "not_found"),
    ("views.publish", {"user_id": "U0NOBODY01", "view": {}}, "user_not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "F0NONE"}]}, "file_not_found"),
    ("agents.sessions.setStatus", {"channel_id": SERVICE, "status": "busy"}, "invalid_arguments"),
    ("agents.sessions.setStatus", {"channel_id": SERVICE, "status": "active"}, "invalid_thread_ts"),
    ("assistant.threads.setStatus", {"channel_id": SERVICE, "status": "x"}, "invalid_arguments"),
    ("chat.startStream", {"channel": SERVICE}, "missing_recipient_team_id"),
    (
        "chat.startStream",
        {"channel": SERVICE, "recipient_team_id": "T0NORVANE1"},
        "missing_recipient_user_id",
    ),
]


@pytest.mark.parametrize(("method", "args", "error"), CALLS, ids=[f"{m}-{e}" for m, _a, e in CALLS])
def test_a_wrong_call_gets_slacks_error(client: WebClient, method: str, args: Json, error: str) -> None:
    assert refusal(client, method, **args)["error"] == error


def test_tokens_are_checked(server: WorkspaceServer) -> None:
    stranger = WebClient(token="xoxb-other", base_url=server.api_url)
    assert refusal(stranger, "auth.test")["error"] == "invalid_auth"
    nobody = WebClient(base_url=server.api_url)
    assert refusal(nobody, "auth.test")["error"] == "not_authed"
    assert nobody.api_test()["ok"]


@pytest.mark.parametrize(
    ("method", "args", "needed"),
    [
        ("chat.postMessage", {"channel": SERVICE, "text": "x"}, "chat:write"),
        ("users.info", {"user": MARA}, "users:read"),
        ("reactions.add", {"channel": SERVICE, "timestamp": UNKNOWN_TS, "name": "eyes"}, "reactions:write"),
        ("conversations.open", {"users": MARA}, "im:write"),
        ("assistant.threads.setSuggestedPrompts", {"channel_id": SERVICE}, "assistant:write"),
        ("agents.sessions.setStatus", {"channel_id": SERVICE, "status": "active"}, "chat:write"),
    ],
)
def test_a_method_outside_the_manifests_scopes_names_what_it_needs(
    method: str, args: Json, needed: str
) -> None:
    with WorkspaceServer(build_seed(without_scopes(needed)), timing=FAST) as server:
        client = WebClient(token=server.bot_token, base_url=server.api_url)
        body = refusal(client, method, **args)
    assert (body["error"], body["needed"]) == ("missing_scope", needed)
    assert needed not in body["provided"].split(",")


def test_conversation_scopes_depend_on_the_kind_of_conversation(workspace: Workspace) -> None:
    with WorkspaceServer(build_seed(without_scopes("groups:read", "im:history")), timing=FAST) as server:
        client = WebClient(token=server.bot_token, base_url=server.api_url)
        assert client.conversations_info(channel=SERVICE)["channel"]["name"] == "service-desk"
        assert refusal(client, "conversations.info", channel=OFFICE)["needed"] == "groups:read"
        dm = server.workspace.open_dm(MARA)
        assert refusal(client, "conversations.history", channel=dm)["needed"] == "im:history"


def test_an_app_that_is_no_agent_has_no_sessions() -> None:
    features = {key: value for key, value in MANIFEST["features"].items() if key != "agent_view"}
    with WorkspaceServer(build_seed({**MANIFEST, "features": features}), timing=FAST) as server:
        client = WebClient(token=server.bot_token, base_url=server.api_url)
        ts = server.workspace.post_as(MARA, SERVICE, "hello")
        body = refusal(client, "agents.sessions.setStatus", channel_id=SERVICE, thread_ts=ts, status="active")
    assert body["error"] == "not_authorized"


def test_processing_without_the_stop_event_is_warned_about() -> None:
    settings = {"event_subscriptions": {"bot_events": ["message.channels"]}}
    with WorkspaceServer(build_seed({**MANIFEST, "settings": settings}), timing=FAST) as server:
        client = WebClient(token=server.bot_token, base_url=server.api_url)
        ts = server.workspace.post_as(MARA, SERVICE, "hello")
        answer = client.agents_sessions_setStatus(channel_id=SERVICE, thread_ts=ts, status="processing")
    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"
    assert answer["agent_status"] == "processing"


def test_only_the_apps_own_messages_can_be_changed(client: WebClient, workspace: Workspace) -> None:
    ts = workspace.post_as(MARA, SERVICE, "mine")
    assert refusal(client, "chat.update", channel=SERVICE, ts=ts, text="x")["error"] == "cant_update_message"
    assert refusal(client, "chat.delete", channel=SERVICE, ts=ts)["error"] == "cant_delete_message"
    own = client.chat_postMessage(channel=SERVICE, text="own")["ts"]
    too_long = refusal(client, "chat.update", channel=SERVICE, ts=own, text="x" * 4001)
    assert too_long["error"] == "msg_too_long"
    client.chat_update(channel=SERVICE, ts=own, text="changed")
    last = workspace.messages(SERVICE)[-1]
    assert (last["text"], last["edited"]["user"]) == ("changed", APP)
    client.chat_delete(channel=SERVICE, ts=own)
    assert workspace.messages(SERVICE)[-1]["text"] == "mine"


def test_a_reply_cannot_be_replied_to(client: WebClient, workspace: Workspace) -> None:
    root = workspace.post_as(MARA, SERVICE, "root")
    reply = client.chat_postMessage(channel=SERVICE, text="reply", thread_ts=root)["ts"]
    body = refusal(client, "chat.postMessage", channel=SERVICE, text="x", thread_ts=reply)
    assert body["error"] == "invalid_thread_ts"


def section(text: str = "x", **fields: Any) -> Json:
    """Return a section."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **fields}


def plain(text: str) -> Json:
    """Return a plain text object."""
    return {"type": "plain_text", "text": text}


def button(**fields: Any) -> Json:
    """Return a button."""
    return {"type": "button", "action_id": "go", "text": plain("Go"), **fields}


def actions(*elements: Json) -> Json:
    """Return an actions block."""
    return {"type": "actions", "elements": list(elements)}


def select(**fields: Any) -> Json:
    """Return a menu."""
    options = [{"text": plain("One"), "value": "1"}]
    return {"type": "static_select", "action_id": "pick", "options": options, **fields}


def option(number: int = 1) -> Json:
    """Return an option."""
    return {"text": plain(f"Option {number}"), "value": str(number)}


def chart(**fields: Any) -> Json:
    """Return a bar chart of one series."""
    body = {
        "type": "bar",
        "series": [{"name": "North", "data": [{"label": "Q1", "value": 3}]}],
        "axis_config": {"categories": ["Q1"]},
    }
    return {"type": "data_visualization", "title": "Attach rate", "chart": {**body, **fields}}


CELL = {"type": "raw_text", "text": "1"}
FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "rate",
    "positive_button": {"text": plain("Good"), "value": "good"},
    "negative_button": {"text": plain("Bad"), "value": "bad"},
}
REFUSED_BLOCKS: list[tuple[str, list[Json], str]] = [
    (
        "section text",
        [section("x" * 3001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    ("empty text", [section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ("no text", [{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
    (
        "field text",
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (
        "eleven fields",
        [{"type": "section", "fields": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        "header",
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "header in mrkdwn",
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "failed to match all allowed schemas [json-pointer:/blocks/0/text]",
    ),
    (
        "context",
        [{"type": "context", "elements": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        "actions",
        [actions(*[button(action_id=f"a{n}") for n in range(26)])],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        "button text",
        [actions(button(text=plain("x" * 76)))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        "button value",
        [actions(button(value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        "button url",
        [actions(button(url="https://x/" + "x" * 3000))],
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    (
        "button style",
        [actions(button(style="loud"))],
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        "action id",
        [actions(button(action_id="x" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        "same action id",
        [actions(button(), button())],
        "`action_id` go already exists for this block [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    (
        "block id",
        [section(block_id="x" * 256)],
        "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
    ),
    (
        "same block id",
        [section(block_id="b"), section(block_id="b")],
        "`block_id` b already exists [json-pointer:/blocks/1/block_id]",
    ),
    (
        "option text",
        [actions(select(options=[{"text": plain("x" * 76), "value": "1"}]))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        "option value",
        [actions(select(options=[{"text": plain("x"), "value": "x" * 151}]))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        "101 options",
        [actions(select(options=[option(n) for n in range(101)]))],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        "foreign initial option",
        [actions(select(initial_option=option(9)))],
        "must match exactly one of the available options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    (
        "overflow",
        [section(accessory={"type": "overflow", "options": [option(n) for n in range(6)]})],
        "no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]",
    ),
    (
        "confirm",
        [actions(button(confirm={"title": plain("x" * 101), "text": plain("Sure?")}))],
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    ("51 blocks", [section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ("unknown block", [{"type": "hologram"}], "unsupported type: hologram [json-pointer:/blocks/0]"),
    (
        "unknown property",
        [section(colour="red")],
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    (
        "input in a message",
        [{"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}],
        "unsupported type: input [json-pointer:/blocks/0]",
    ),
    (
        "feedback in actions",
        [actions(FEEDBACK)],
        "unsupported type: feedback_buttons [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "button in context actions",
        [{"type": "context_actions", "elements": [button()]}],
        "unsupported type: button [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "image without alt text",
        [{"type": "image", "image_url": "https://x/y.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    (
        "101 rows",
        [{"type": "table", "rows": [[CELL]] * 101}],
        "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
    ),
    (
        "21 columns",
        [{"type": "table", "rows": [[CELL] * 21]}],
        "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
    ),
    (
        "two tables",
        [{"type": "table", "rows": [[CELL]]}] * 2,
        "no more than 1 table blocks allowed [json-pointer:/blocks]",
    ),
    (
        "102 data rows",
        [{"type": "data_table", "caption": "x", "rows": [[CELL]] * 102}],
        "no more than 101 items allowed [json-pointer:/blocks/0/rows]",
    ),
    (
        "uneven data rows",
        [{"type": "data_table", "caption": "x", "rows": [[CELL], [CELL, CELL]]}],
        "all rows must have the same number of cells [json-pointer:/blocks/0/rows]",
    ),
    (
        "chart title",
        [{**chart(), "title": "x" * 51}],
        "must be less than 51 characters [json-pointer:/blocks/0/title]",
    ),
    (
        "seven series",
        [chart(series=[{"name": f"s{n}", "data": [{"label": "Q1", "value": 1}]} for n in range(7)])],
        "no more than 6 items allowed [json-pointer:/blocks/0/chart/series]",
    ),
    (
        "chart labels",
        [chart(axis_config={"categories": ["Q2"]})],
        "labels must match axis_config categories [json-pointer:/blocks/0/chart/series/0/data]",
    ),
    (
        "task status",
        [{"type": "task_card", "task_id": "t", "title": "Read", "status": "done"}],
        "must be a valid enum value [json-pointer:/blocks/0/status]",
    ),
    (
        "card body",
        [{"type": "card", "body": plain("x" * 201)}],
        "must be less than 201 characters [json-pointer:/blocks/0/body/text]",
    ),
    (
        "alert in a message",
        [{"type": "alert", "text": plain("Hot")}],
        "unsupported type: alert [json-pointer:/blocks/0]",
    ),
]


@pytest.mark.parametrize(
    ("blocks", "problem"), [row[1:] for row in REFUSED_BLOCKS], ids=[r[0] for r in REFUSED_BLOCKS]
)
def test_blocks_over_a_limit_are_refused_with_a_pointer(
    client: WebClient, workspace: Workspace, blocks: list[Json], problem: str
) -> None:
    before = workspace.messages(SERVICE)
    body = refusal(client, "chat.postMessage", channel=SERVICE, text="x", blocks=blocks)
    assert body["error"] == "invalid_blocks"
    assert f"[ERROR] {problem}" in body["response_metadata"]["messages"]
    assert workspace.messages(SERVICE) == before


def test_markdown_blocks_count_together(client: WebClient) -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    assert client.chat_postMessage(channel=SERVICE, text="x", blocks=[half, half])["ok"]
    more = [half, {**half, "text": "x" * 6001}]
    body = refusal(client, "chat.postMessage", channel=SERVICE, text="x", blocks=more)
    assert body["error"] == "msg_blocks_too_long"


ACCEPTED_BLOCKS: list[Json] = [
    section("x" * 3000, accessory=select()),
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider"},
    {
        "type": "context",
        "elements": [plain("x"), {"type": "image", "image_url": "https://x/y", "alt_text": "x"}],
    },
    {"type": "image", "image_url": "https://x/y.png", "alt_text": "x"},
    actions(*[button(action_id=f"a{n}", value="x" * 2000) for n in range(25)]),
    actions(select(options=[option(n) for n in range(100)])),
    {
        "type": "context_actions",
        "elements": [FEEDBACK, {"type": "icon_button", "icon": "trash", "text": plain("x")}],
    },
    {"type": "table", "rows": [[CELL] * 20] * 100, "column_settings": [{"align": "right"}, None]},
    {"type": "data_table", "caption": "x", "rows": [[CELL]] * 101, "page_size": 10},
    chart(),
    {
        "type": "data_visualization",
        "title": "x",
        "chart": {"type": "pie", "segments": [{"label": "x", "value": 1}]},
    },
    {"type": "task_card", "task_id": "t", "title": "Read", "status": "complete"},
    {"type": "plan", "title": "Plan", "tasks": [{"task_id": "t", "title": "Read", "status": "pending"}]},
    {"type": "card", "title": plain("x"), "actions": [button()]},
    {"type": "carousel", "elements": [{"type": "card", "title": plain("x")}]},
    {"type": "container", "title": plain("x"), "child_blocks": [section()]},
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    },
]


@pytest.mark.parametrize("block", ACCEPTED_BLOCKS, ids=[str(one["type"]) for one in ACCEPTED_BLOCKS])
def test_blocks_at_their_limit_are_taken_and_get_ids(
    client: WebClient, workspace: Workspace, block: Json
) -> None:
    client.chat_postMessage(channel=SERVICE, text="x", blocks=[block])
    assert workspace.messages(SERVICE)[-1]["blocks"][0]["block_id"]


def view(**fields: Any) -> Json:
    """Return a modal without inputs."""
    return {"type": "modal", "title": plain("Visit"), "blocks": [section()], **fields}


REFUSED_VIEWS: list[tuple[str, Json, str]] = [
    ("title", view(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (
        "submit",
        view(submit=plain("x" * 25)),
        "must be less than 25 characters [json-pointer:/view/submit/text]",
    ),
    ("close", view(close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
    (
        "private metadata",
        view(private_metadata="x" * 3001),
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ),
    (
        "callback id",
        view(callback_id="x" * 256),
        "must be less than 256 characters [json-pointer:/view/callback_id]",
    ),
    (
        "101 blocks",
        view(blocks=[section()] * 101),
        "no more than 100 items allowed [json-pointer:/view/blocks]",
    ),
    (
        "block",
        view(blocks=[section("x" * 3001)]),
        "must be less than 3001 characters [json-pointer:/view/blocks/0/text/text]",
    ),
    (
        "markdown in a modal",
        view(blocks=[{"type": "markdown", "text": "x"}]),
        "unsupported type: markdown [json-pointer:/view/blocks/0]",
    ),
    (
        "input without submit",
        view(blocks=[{"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}]),
        "missing required field: submit [json-pointer:/view]",
    ),
    ("home as modal", {"type": "home", "blocks": []}, "must be a modal view [json-pointer:/view/type]"),
    ("no title", {"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
]


@pytest.mark.parametrize(
    ("body", "problem"), [row[1:] for row in REFUSED_VIEWS], ids=[r[0] for r in REFUSED_VIEWS]
)
def test_views_over_a_limit_are_refused_with_a_pointer(
    client: WebClient, server: WorkspaceServer, body: Json, problem: str
) -> None:
    trigger = server.workspace.core.triggers.issue(MARA)
    answer = refusal(client, "views.open", trigger_id=trigger, view=body)
    assert answer["error"] == "invalid_arguments"
    assert f"[ERROR] {problem}" in answer["response_metadata"]["messages"]
    # A view that was refused did not use its trigger up.
    assert client.views_open(trigger_id=trigger, view=view())["ok"]


def test_a_view_over_its_size_is_too_large(client: WebClient, server: WorkspaceServer) -> None:
    trigger = server.workspace.core.triggers.issue(MARA)
    blocks = [section("x" * 3000) for _number in range(90)]
    assert (
        refusal(client, "views.open", trigger_id=trigger, view=view(blocks=blocks))["error"]
        == "view_too_large"
    )


def test_triggers_live_three_seconds_and_once(client: WebClient, server: WorkspaceServer) -> None:
    issue = server.workspace.core.triggers.issue
    trigger = issue(MARA)
    client.views_open(trigger_id=trigger, view=view())
    assert refusal(client, "views.open", trigger_id=trigger, view=view())["error"] == "exchanged_trigger_id"
    assert refusal(client, "views.open", trigger_id="1.2.3", view=view())["error"] == "invalid_trigger_id"
    old = issue(MARA)
    time.sleep(0.55)  # The lifetime in these tests is 0.5 s.
    assert refusal(client, "views.open", trigger_id=old, view=view())["error"] == "expired_trigger_id"


def test_modals_stack_three_high_and_hashes_guard_updates(client: WebClient, server: WorkspaceServer) -> None:
    issue = server.workspace.core.triggers.issue
    first = client.views_open(trigger_id=issue(MARA), view=view(external_id="E1"))["view"]
    second = client.views_push(trigger_id=issue(MARA, view_id=first["id"]), view=view())["view"]
    client.views_push(trigger_id=issue(MARA, view_id=second["id"]), view=view())
    full = refusal(client, "views.push", trigger_id=issue(MARA, view_id=second["id"]), view=view())
    assert full["error"] == "push_limit_reached"
    stale = refusal(client, "views.update", view_id=first["id"], hash="1.old", view=view())
    assert stale["error"] == "hash_conflict"
    new = client.views_update(external_id="E1", hash=first["hash"], view=view(title=plain("New")))["view"]
    assert new["hash"] != first["hash"]
    server.workspace.close_view(MARA, first["id"])
    assert refusal(client, "views.update", view_id=second["id"], view=view())["error"] == "not_found"
    outside = refusal(client, "views.push", trigger_id=issue(MARA), view=view())
    assert outside["error"] == "not_found"


def test_a_home_can_be_published_conditionally(client: WebClient) -> None:
    home = {"type": "home", "blocks": [section()]}
    first = client.views_publish(user_id=INGRID, view=home)["view"]
    second = client.views_publish(user_id=INGRID, view=home, hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    stale = refusal(client, "views.publish", user_id=INGRID, view=home, hash=first["hash"])
    assert stale["error"] == "hash_conflict"
