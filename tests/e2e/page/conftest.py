"""The workspace's page in a real browser, and a small app that it talks with."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from bot.demo.launch import hang_up
from bot.demo.workspace.seed import SeedChannel, SeedStory, SeedUser, WorkspaceSeed
from bot.demo.workspace.server import WorkspaceServer
from tests.e2e.browser import Visitors, visiting

MARA, JONAS, TRICKY, APP = "U0TECH0001", "U0TECH0002", "U0TRICKY01", "U0ATTACHE1"
DESK, YARD = "C0SERVICE1", "C0YARD0001"
TRICKY_NAME = "<img src=x onerror=alert(1)></script>"
SCOPES = [
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "im:history",
    "im:write",
]
MANIFEST: dict[str, Any] = {
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "agent_view": {"suggested_prompts": [{"title": "Start a visit", "message": "/visit"}]},
        "slash_commands": [
            {"command": "/visit", "description": "Open a service call", "usage_hint": "[serial number]"},
        ],
    },
    "oauth_config": {"scopes": {"bot": [*SCOPES, "assistant:write"]}},
    "settings": {
        "event_subscriptions": {
            "bot_events": ["agent_session_stopped", "app_home_opened", "app_mention", "message.im"],
        },
    },
}


def build_seed() -> WorkspaceSeed:
    """A workspace of three people, one of whom has a name that tries to be markup."""
    people = (MARA, JONAS, TRICKY, APP)
    return WorkspaceSeed(
        manifest=MANIFEST,
        users=(
            SeedUser(MARA, "Mara Lindqvist", "technician"),
            SeedUser(JONAS, "Jonas Weber", "technician"),
            SeedUser(TRICKY, TRICKY_NAME, '"><script>alert(2)</script>'),
        ),
        channels=(SeedChannel(DESK, "service-desk", people), SeedChannel(YARD, "yard", people)),
        stories=(
            SeedStory("Mara at a chiller", "Open a <b>visit</b>.", MARA, draft="/visit NV-1"),
            SeedStory("Jonas in the yard", "Ask for help.", JONAS, at=YARD, draft="Who can help?"),
            SeedStory("Jonas at his figures", "Look.", JONAS, at="home"),
        ),
    )


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    """A running workspace."""
    with WorkspaceServer(build_seed()) as running:
        yield running


@pytest.fixture
def client(server: WorkspaceServer) -> WebClient:
    """The app's Web API client."""
    return WebClient(token=server.bot_token, base_url=server.api_url)


@pytest.fixture
def visitors(browser: Browser, server: WorkspaceServer) -> Iterator[Visitors]:
    """Opens pages of this workspace."""
    with visiting(browser, server.url) as opened:
        yield opened


@pytest.fixture
def run_app(server: WorkspaceServer, client: WebClient) -> Iterator[Callable[[Callable[[App], None]], App]]:
    """Connect a Bolt app over Socket Mode; the argument registers its listeners."""
    handlers: list[SocketModeHandler] = []

    def run(register: Callable[[App], None]) -> App:
        app = App(client=client, token_verification_enabled=False)
        register(app)
        handler = SocketModeHandler(app, server.app_token, web_client=client)
        handler.connect()
        handlers.append(handler)
        return app

    yield run
    for handler in handlers:
        hang_up(handler, server)
