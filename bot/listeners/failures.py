"""The last net: whatever a handler raises reaches the person as a sentence, never as silence."""

import logging
from typing import Any

from slack_bolt import App

from bot.delivery import SLACK_FAILURES
from bot.deps import Deps
from bot.errors import explain
from bot.views.notes import build_note

logger = logging.getLogger(__name__)


def register(app: App, deps: Deps) -> None:
    """Register the handler."""

    def handle_failure(error: Exception, body: dict[str, Any]) -> None:
        sentence = explain(error)
        user, channel, thread_ts = _who_and_where(body)
        if user is None:
            return
        try:
            where = channel or deps.delivery.open_dm(user)
            deps.delivery.whisper(where, user, build_note(sentence), thread_ts=thread_ts)
        except SLACK_FAILURES:
            logger.exception("a failure could not be told")

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
