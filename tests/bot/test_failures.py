"""What a handler raises is told once, and never takes back what Slack was told."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.deps import Deps
from bot.listeners import failures
from offers.errors import UnknownOffer

CLICK = {
    "type": "block_actions",
    "user": {"id": "U0TECH0001"},
    "channel": {"id": "D0000001"},
    "actions": [{"action_id": "press", "block_id": "b", "type": "button"}],
}
FORM = {
    "type": "view_submission",
    "user": {"id": "U0TECH0001"},
    "view": {"type": "modal", "callback_id": "form"},
}
COMMAND = {"command": "/press", "user_id": "U0TECH0001", "channel_id": "D0000001"}


class Told:
    """Stands for Slack: keeps what people were told."""

    def __init__(self) -> None:
        self.sentences: list[tuple[str, str]] = []

    def open_dm(self, user: str) -> str:
        """Return the conversation with a person."""
        return f"D-{user}"

    def whisper(self, channel: str, _user: str, message: Any, **_: Any) -> None:
        """Keep a note."""
        self.sentences.append((channel, message.text))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def app(told: Told) -> App:
    def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_user_id="U0BOT")

    app = App(authorize=authorize, request_verification_enabled=False)
    failures.register(app, cast(Deps, SimpleNamespace(delivery=told)))
    return app


def send(app: App, body: dict[str, Any]) -> int:
    """Return the status that Slack gets."""
    return app.dispatch(BoltRequest(mode="socket_mode", body=body)).status


def fail() -> None:
    """A handler's work that comes to nothing at once."""
    raise UnknownOffer("O-1")


def acknowledge_and_fail(ack: Ack) -> None:
    """Acknowledge, then fail before Bolt has looked."""
    ack()
    fail()


@pytest.mark.parametrize("body", [CLICK, COMMAND, FORM])
def test_what_was_acknowledged_stays_so_when_the_handler_fails_at_once(
    app: App, told: Told, body: dict[str, Any]
) -> None:
    app.action("press")(acknowledge_and_fail)
    app.command("/press")(acknowledge_and_fail)
    app.view("form")(acknowledge_and_fail)
    assert send(app, body) == 200
    assert [text for _, text in told.sentences] == ["I know no offer O-1 that you may see."]


@pytest.mark.parametrize(("body", "status"), [(CLICK, 200), (COMMAND, 200), (FORM, 500)])
def test_a_click_that_failed_before_its_acknowledgement_was_answered_and_a_form_stays_open(
    app: App, told: Told, body: dict[str, Any], status: int
) -> None:
    app.action("press")(fail)
    app.command("/press")(fail)
    app.view("form")(fail)
    assert send(app, body) == status
    assert len(told.sentences) == 1


def test_the_first_acknowledgement_counts() -> None:
    ack = failures.LastingAck()
    first = ack(response_action="errors", errors={"field": "No."})
    ack()
    ack.response = None
    assert ack.response is first
