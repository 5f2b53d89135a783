"""What was sent before: after a crash it is looked up in Slack instead of being sent again."""

import logging
from collections.abc import Sequence
from typing import Any

from slack_sdk import WebClient

from bot.conduct.places import Place
from bot.conduct.slack_failures import SLACK_FAILURES

logger = logging.getLogger(__name__)

_EVENT_TYPE = "attache_reply"


def name_work(key: str) -> dict[str, Any]:
    """Return the metadata by which a message tells what work it finished."""
    return {"event_type": _EVENT_TYPE, "event_payload": {"key": key}}


class SentMessages:
    """Looks up messages and files that this app sent; where Slack won't say, there are none."""

    def __init__(self, client: WebClient, *, hasty: WebClient) -> None:
        """Prepare; `hasty` does not wait for a rate limit to pass."""
        self._client = client
        self._hasty = hasty
        self._workspace_url: str | None = None

    def find_reply(self, place: Place, *, key: str) -> str | None:
        """Find the reply that an interrupted try had already sent; None when there is none or Slack won't say."""
        if place.thread_ts is None:
            return None
        try:
            answer = self._client.conversations_replies(
                channel=place.channel,
                ts=place.thread_ts,
                oldest=place.after_ts or place.thread_ts,
                include_all_metadata=True,
                limit=200,
            )
        except SLACK_FAILURES:
            logger.info("could not look for an earlier reply")
            return None
        return _find_keyed(answer.get("messages") or [], key)

    def find_post(self, place: Place, *, key: str) -> str | None:
        """Find what an interrupted try had already posted to a channel itself, no older than `place.after_ts`."""
        try:
            answer = self._client.conversations_history(
                channel=place.channel, oldest=place.after_ts or "0", include_all_metadata=True, limit=200
            )
        except SLACK_FAILURES:
            logger.info("could not look for an earlier post")
            return None
        return _find_keyed(answer.get("messages") or [], key)

    def has_file(self, place: Place, name: str) -> bool:
        """Return whether a file of this name stands in the thread; False when Slack won't say."""
        if place.thread_ts is None:
            return False
        try:
            answer = self._client.conversations_replies(channel=place.channel, ts=place.thread_ts, limit=200)
        except SLACK_FAILURES:
            logger.info("could not look for a file")
            return False
        messages = answer.get("messages") or []
        return any(file.get("name") == name for message in messages for file in message.get("files") or [])

    def find_key(self, channel: str, ts: str) -> str | None:
        """Return the key of the work that a message of ours finished; None for any other, or when Slack won't say."""
        try:
            answer = self._client.conversations_replies(
                channel=channel, ts=ts, include_all_metadata=True, limit=1
            )
        except SLACK_FAILURES:
            logger.info("could not look at a thread's root")
            return None
        roots = [message for message in answer.get("messages") or [] if message.get("ts") == ts]
        return _key_of(roots[0]) if roots and roots[0].get("bot_id") else None

    def permalink(self, channel: str, ts: str) -> str | None:
        """Return the link to a message, or None when the workspace's address is unknown.

        It is put together as Slack does (`WORKSPACE/archives/CHANNEL/pTS`), because a list of conversions would
        otherwise cost one call a row.
        """
        if self._workspace_url is None:
            try:
                self._workspace_url = str(self._hasty.auth_test()["url"]).rstrip("/")
            except SLACK_FAILURES:
                logger.info("the workspace's address is unknown")
                return None
        return f"{self._workspace_url}/archives/{channel}/p{ts.replace('.', '')}"


def _find_keyed(messages: Sequence[dict[str, Any]], key: str) -> str | None:
    return next((str(message["ts"]) for message in messages if _key_of(message) == key), None)


def _key_of(message: dict[str, Any]) -> str | None:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    key = payload.get("key")
    return str(key) if key is not None else None
