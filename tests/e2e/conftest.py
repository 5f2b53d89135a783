"""The stage: the local workspace, the sample company and the real Bolt app over Socket Mode."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.app import running_app
from bot.demo.launch import build_seed, connect, hang_up, prepare_sample
from bot.demo.workspace.server import WorkspaceServer
from bot.demo.workspace.timing import Timing
from bot.settings import Settings
from offers.people import PersonFacts
from tests.e2e.browser import ARGUMENTS, Visitors, find_chromium, visiting

MARA, JONAS = "U0TECH0001", "U0TECH0002"
ELIF, TOM = "U0PART0001", "U0PART0002"
INGRID, MARC = "U0MGR00001", "U0MGR00002"
GUEST = "U0GUEST001"
SERVICE_DESK, PARTNER_CHANNEL, LOBBY = "C0SERVICE1", "C0NORDKLI1", "C0LOBBY001"

# Slack waits three seconds. A machine that runs all tests at once may stop for as long, and no test is about that.
PATIENT = Timing(ack_timeout_s=15.0, trigger_lifetime_s=15.0)

Stage = WorkspaceServer
OpenStage = Callable[..., AbstractContextManager[Stage]]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[PersonFacts, ...]]:
    """The sample company, brought in once for all test processes; tests work on copies."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(shared / "sample.lock"):  # Opened, the database has files beside it that come and go.
        return shared / "sample", prepare_sample(Settings(home=shared / "sample"))


@pytest.fixture
def open_stage(sample: tuple[Path, tuple[PersonFacts, ...]], tmp_path: Path) -> OpenStage:
    """Open a stage over this test's own copy of the company; opened again, it is the same company."""
    home = tmp_path / "home"
    with FileLock(sample[0].with_suffix(".lock")):
        shutil.copytree(sample[0], home)

    @contextmanager
    def opened(**changes: Any) -> Iterator[Stage]:
        # Chance, which now and then shows the second best, and the day of the week are tested where they decide.
        quiet = {"digest_weekday": "off", "alert_days": "off"}
        settings = Settings(home=home, **{"offer_exploration_share": 0.0, **quiet, **changes})
        with (
            WorkspaceServer(build_seed(sample[1]), timing=PATIENT) as server,
            running_app(connect(settings, server)) as app,
        ):
            for listener in app._listeners:  # Bolt gives a listener up after Slack's three seconds as well.
                listener.ack_timeout = int(PATIENT.ack_timeout_s)
            token = server.app_token
            handler = SocketModeHandler(app, app_token=token, web_client=app.client, concurrency=20)
            handler.connect()
            try:
                yield server
            finally:
                hang_up(handler, server)

    return opened


@pytest.fixture
def stage(open_stage: OpenStage) -> Iterator[Stage]:
    """A stage that is open for the whole test."""
    with open_stage() as opened:
        yield opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium is installed here; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def visitors(browser: Browser, stage: Stage) -> Iterator[Visitors]:
    """Opens pages of the stage's workspace."""
    with visiting(browser, stage.url) as opened:
        yield opened


def text_of(message: dict[str, Any]) -> str:
    """Everything a person reads in a message or view: its blocks' texts and a stream's Markdown."""
    found: list[str] = [message.get("markdown") or ""]

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "text" and isinstance(value, str):
                    found.append(value)
                elif key not in {"value", "placeholder"}:
                    walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(message.get("blocks") or [])
    return "\n".join(found).replace("\u2060", "").replace("\\", "")


def has_action(message: dict[str, Any], action_id: str) -> bool:
    """Whether a message or view has an element with this action."""
    return f"'action_id': '{action_id}'" in repr(message.get("blocks"))


def accept(stage: Stage, person: str, card: dict[str, Any], name: str = "Ada Weiß") -> dict[str, Any]:
    """Press Accept on a card, say who said yes, confirm, and return the form as it was."""
    form = open_acceptance(stage, person, card)
    assert stage.workspace.submit_view(person, form["id"], {"said_by": {"field": name}}) is None
    return form


def open_acceptance(stage: Stage, person: str, card: dict[str, Any]) -> dict[str, Any]:
    """Press Accept on a card and return the form that opens."""
    space = stage.workspace
    before = (space.open_view_of(person) or {}).get("id")
    space.click(person, card["channel"], card["ts"], "offer_accept")
    return dict(
        space.wait_for(
            lambda now: [
                one
                for one in [now.open_view_of(person)]
                if one and one["id"] != before and one["callback_id"] == "acceptance_form"
            ],
            timeout_s=10,
        )[0]
    )
