"""Signs that work goes on in a thread, and the Stop button beside them."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from slack_sdk import WebClient

from bot.conduct.places import Place
from bot.conduct.slack_failures import SLACK_FAILURES

logger = logging.getLogger(__name__)

_LOADING = ["Reading the manuals …", "Checking the hazard notices …", "Finding the page …"]


class WorkingSigns:
    """Shows what Slack has for that, which may be nothing, and knows which threads were told to stop."""

    def __init__(self, hasty: WebClient) -> None:
        """Prepare; `hasty` does not wait for a rate limit to pass: a sign may be left out."""
        self._hasty = hasty
        self._stopped: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def processing(self, place: Place, *, title: str) -> Iterator[None]:
        """Show that work goes on, with a Stop button where Slack has one, until the block ends."""
        self._forget_stop(place)
        self._session(place, "processing", title=title)
        self._status(place, "is reading the manuals …", loading_messages=_LOADING)
        try:
            yield
        finally:
            self._status(place, "")
            self._session(place, "active")

    def stop(self, channel: str, thread_ts: str) -> None:
        """Remember that somebody pressed Stop in this thread."""
        with self._lock:
            self._stopped.add((channel, thread_ts))

    def was_stopped(self, place: Place) -> bool:
        """Return whether Stop was pressed since the work began."""
        with self._lock:
            return (place.channel, place.thread_ts or "") in self._stopped

    def _forget_stop(self, place: Place) -> None:
        with self._lock:
            self._stopped.discard((place.channel, place.thread_ts or ""))

    def _session(self, place: Place, status: str, *, title: str | None = None) -> None:
        if place.thread_ts is None:
            return
        try:
            self._hasty.agents_sessions_setStatus(
                channel_id=place.channel,
                thread_ts=place.thread_ts,
                status=status,
                title=title,
                initiator_user_id=place.user_id if status == "processing" else None,
            )
        except SLACK_FAILURES:
            logger.debug("no agent session here")

    def _status(self, place: Place, status: str, *, loading_messages: list[str] | None = None) -> None:
        if place.thread_ts is None:
            return
        try:
            self._hasty.assistant_threads_setStatus(
                channel_id=place.channel,
                thread_ts=place.thread_ts,
                status=status,
                loading_messages=loading_messages,
            )
        except SLACK_FAILURES:
            logger.debug("no status line here")
