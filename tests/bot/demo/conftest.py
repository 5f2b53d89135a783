"""A running workspace, and an app that is connected to it."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from bot.demo.workspace.seed import SeedChannel, SeedUser, WorkspaceSeed
from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.timing import Timing
from bot.demo.workspace.workspace import Workspace
from bot.serving import hang_up

MARA, ELIF, INGRID = "U0TECH0001", "U0PART0001", "U0MGR00001"
APP = "U0ATTACHE1"
SERVICE, OFFICE, ELSEWHERE = "C0SERVICE1", "C0OFFICE01", "C0ELSEWHR1"
FAST = Timing(
    ack_timeout_s=0.4,
    redelivery_delays_s=(0.02, 0.05, 0.1),
    forced_redelivery_gap_s=0.01,
    trigger_lifetime_s=0.5,
    response_url_lifetime_s=0.6,
    stream_lifetime_s=0.5,
    status_lifetime_s=0.3,
    feed_heartbeat_s=0.2,
    file_scan_s=0.0,
)
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Attaché"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Attaché"},
        "agent_view": {
            "agent_description": "Answers from the manuals.",
            "suggested_prompts": [{"title": "Start a visit", "message": "Start a visit"}],
        },
        "slash_commands": [
            {"command": "/visit", "description": "Open a visit", "usage_hint": "SERIAL"},
            {"command": "/bundle", "description": "Ask for a bundle"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "assistant:write",
                "channels:history",
                "channels:read",
                "chat:write",
                "commands",
                "files:read",
                "files:write",
                "groups:history",
                "groups:read",
                "im:history",
                "im:read",
                "im:write",
                "reactions:write",
                "users:read",
                "users:read.email",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "agent_session_stopped",
                "app_home_opened",
                "app_mention",
                "message.channels",
                "message.groups",
                "message.im",
            ]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}
USERS = (
    SeedUser(MARA, "Mara Lindqvist", "Technician", "mara@norvane.example"),
    SeedUser(ELIF, "Elif Kaya", "Partner"),
    SeedUser(INGRID, "Ingrid Solberg", "Manager"),
)
CHANNELS = (
    SeedChannel(SERVICE, "service-desk", (MARA, INGRID, APP)),
    SeedChannel(OFFICE, "office", (INGRID, APP), is_private=True),
    SeedChannel(ELSEWHERE, "elsewhere", (MARA, INGRID)),
)


def build_seed(manifest: dict[str, Any] | None = None) -> WorkspaceSeed:
    """Return three people, three channels, and the manifest."""
    return WorkspaceSeed(manifest=manifest or MANIFEST, users=USERS, channels=CHANNELS)


def close_apps(server: WorkspaceServer, handlers: list[SocketModeHandler]) -> None:
    """Disconnect apps without the seconds that the SDK waits for its socket and its queue."""
    for handler in handlers:
        handler.client.auto_reconnect_enabled = False
    server.faults.drop_sockets()
    for handler in handlers:
        deadline_s = time.monotonic() + 3
        while handler.client.is_connected() and time.monotonic() < deadline_s:
            time.sleep(0.01)
        handler.client.closed = True
        handler.client.message_queue.put(None)
        hang_up(handler)


@pytest.fixture(scope="session")
def shared_server() -> Iterator[WorkspaceServer]:
    """One workspace for the tests that leave no trace, or none that matters."""
    with WorkspaceServer(build_seed(), timing=FAST) as running:
        yield running


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    """A workspace that waits little."""
    with WorkspaceServer(build_seed(), timing=FAST) as running:
        yield running


@pytest.fixture
def workspace(server: WorkspaceServer) -> Workspace:
    """What people can do in it."""
    return server.workspace


@pytest.fixture
def client(server: WorkspaceServer) -> WebClient:
    """Slack's own client with the app's token; it retries nothing."""
    return WebClient(token=server.bot_token, base_url=server.api_url, retry_handlers=[])


@pytest.fixture
def app(server: WorkspaceServer) -> App:
    """A Bolt app of this workspace without listeners."""
    quiet = logging.getLogger("tests.bot.demo.app")
    quiet.setLevel(logging.CRITICAL)
    return App(client=WebClient(token=server.bot_token, base_url=server.api_url, logger=quiet), logger=quiet)


@pytest.fixture
def connect(server: WorkspaceServer, app: App) -> Iterator[Callable[[], SocketModeHandler]]:
    """Connect the app over Socket Mode, after its listeners were added."""
    handlers: list[SocketModeHandler] = []

    def start() -> SocketModeHandler:
        handler = SocketModeHandler(app, server.app_token, ping_interval=1)
        handler.connect()
        handlers.append(handler)
        return handler

    yield start
    close_apps(server, handlers)
