"""The last net: whatever a handler raises reaches the person as a sentence, never as silence."""

import logging
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltResponse

from bot.delivery import SLACK_FAILURES
from bot.deps import Deps
from bot.errors import explain
from bot.views.notes import build_note

logger = logging.getLogger(__name__)


class LastingAck(Ack):
    """An acknowledgement that stays given.

    Bolt forgets that a handler acknowledged when the handler then fails before Bolt has looked, within 10 ms on an
    idle machine (`ThreadListenerRunner.run` sets `ack.response` to None): Slack would hear nothing and show a warning.
    """

    def __init__(self) -> None:
        self._given: BoltResponse | None = None  # All that Bolt's own sets is `response`, which is this.

    @property
    def response(self) -> BoltResponse | None:
        """What Slack is told, None before anything is."""
        return self._given

    @response.setter
    def response(self, response: BoltResponse | None) -> None:
        if self._given is None:
            self._given = response


def register(app: App, deps: Deps) -> None:
    """Register the handler, and see to it that what was acknowledged stays acknowledged."""

    def handle_failure(
        error: Exception, body: dict[str, Any], response: BoltResponse | None
    ) -> BoltResponse | None:
        sentence = explain(error)
        user, channel, thread_ts = _who_and_where(body)
        if user is not None:
            try:
                where = channel or deps.delivery.open_dm(user)
                deps.delivery.whisper(where, user, build_note(sentence), thread_ts=thread_ts)
            except SLACK_FAILURES:
                logger.exception("a failure could not be told")
        # A click or a command was answered by that sentence. A form stays unacknowledged, and so open with all that was
        # typed; an event comes again.
        is_answered = body.get("type") == "block_actions" or "command" in body
        return BoltResponse(status=200) if is_answered and response is not None else None

    def give_lasting_ack(context: BoltContext, next: Callable[[], None]) -> None:
        context["ack"] = LastingAck()
        next()

    app.use(give_lasting_ack)
    app.error(handle_failure)


def _who_and_where(body: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Return user, channel and thread of whatever was delivered; None where it has none."""
    event = body.get("event") or {}
    container = body.get("container") or {}
    user = event.get("user") or (body.get("user") or {}).get("id") or body.get("user_id")
    channel = event.get("channel") or container.get("channel_id") or body.get("channel_id")
    thread_ts = event.get("thread_ts") or container.get("thread_ts")
    if isinstance(user, dict):
        user = user.get("id")
    return user, channel if isinstance(channel, str) else None, thread_ts
