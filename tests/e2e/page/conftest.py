"""The workspace's page in a real browser, and a small app that it talks with."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from bot.demo.workspace.seed import SeedChannel, SeedUser, WorkspaceSeed
from bot.demo.workspace.server import WorkspaceServer

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MARA, JONAS, TRICKY, APP = "U0TECH0001", "U0TECH0002", "U0TRICKY01", "U0ATTACHE1"
DESK, YARD = "C0SERVICE1", "C0YARD0001"
TRICKY_NAME = "<img src=x onerror=alert(1)></script>"
PHONE, DESKTOP = (390, 844), (1280, 800)
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
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no browser: {CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    """A running workspace."""
    with WorkspaceServer(build_seed()) as running:
        yield running


@pytest.fixture
def client(server: WorkspaceServer) -> WebClient:
    """The app's Web API client."""
    return WebClient(token=server.bot_token, base_url=server.api_url)


@dataclass
class Visitors:
    """Opens pages, and collects everything that went wrong in them."""

    browser: Browser
    url: str
    problems: list[str] = field(default_factory=list)

    def open(self, user: str, *, path: str = "", size: tuple[int, int] = DESKTOP) -> Page:
        """The page as `user`, ready to be used."""
        is_phone = size == PHONE
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=is_phone, is_mobile=is_phone
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on(
            "dialog", lambda dialog: (self.problems.append(f"script ran: {dialog.message}"), dialog.dismiss())
        )
        page.on(
            "console",
            lambda said: (
                self.problems.append(f"refused: {said.text}")
                if "Content Security Policy" in said.text
                else None
            ),
        )
        page.goto(f"{self.url}/?as={user}{path}")
        page.wait_for_selector("[data-testid=composer], [data-testid=home]")
        return page


@pytest.fixture
def visitors(browser: Browser, server: WorkspaceServer) -> Iterator[Visitors]:
    """Opens pages; in the end no page may have thrown, run foreign script or hit the content policy."""
    opened = Visitors(browser, server.url)
    yield opened
    for context in browser.contexts:
        try:
            context.close()
        except Error as failure:
            opened.problems.append(str(failure))
    assert opened.problems == []


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
        handler.close()
