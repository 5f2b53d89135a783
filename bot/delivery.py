"""Getting a message to Slack, streamed, posted or updated, whatever Slack accepts; never silent, never double."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)
from slack_sdk.models.blocks import ImageBlock
from slack_sdk.models.views import View

from bot.live_reply import LiveReply, Stream
from bot.slack_failures import SLACK_FAILURES, is_passing
from bot.views.message import Message

logger = logging.getLogger(__name__)

__all__ = ["REFUSED_BLOCKS", "SLACK_FAILURES", "Delivery", "Place", "add_retries", "is_passing"]

REFUSED_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_arguments"}
_EVENT_TYPE = "attache_reply"
_LOADING = ["Reading the manuals …", "Checking the hazard notices …", "Finding the page …"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply goes.

    Attributes:
        team_id: Needed to stream; None makes the reply a plain post.
        user_id: Whom a stream is for.
        after_ts: The message that is replied to; no reply can be older.
    """

    channel: str
    thread_ts: str | None
    team_id: str | None = None
    user_id: str | None = None
    after_ts: str | None = None


def add_retries(client: WebClient) -> WebClient:
    """Return the client after it was told to wait and retry when Slack says so (its defaults leave that out)."""
    client.retry_handlers = [
        ConnectionErrorRetryHandler(max_retry_count=2),
        RateLimitErrorRetryHandler(max_retry_count=4),
        ServerErrorRetryHandler(max_retry_count=2),
    ]
    return client


class Delivery:
    """Sends messages for one app, and knows which threads were told to stop."""

    def __init__(self, client: WebClient, *, streaming: bool) -> None:
        self._client = client
        # Streams and status lines have another way or may be left out: waiting for a rate limit to pass would only
        # keep the answer back.
        self._hasty = WebClient(token=client.token, base_url=client.base_url, timeout=10)
        self._hasty.retry_handlers = []
        self._streaming = streaming
        self._workspace_url: str | None = None
        self._stopped: set[tuple[str, str]] = set()
        self._publishing: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def reply(
        self,
        place: Place,
        message: Message,
        *,
        key: str,
        begun_ts: str | None = None,
        on_begin: Callable[[str], None] | None = None,
    ) -> str:
        """Send the reply and return its timestamp.

        Args:
            key: Names the work that this reply finishes; it travels in the message's metadata so that
                `find_reply` can tell after a crash that the reply had arrived.
            begun_ts: A stream that an interrupted try had begun: it is completed instead of sending another.
            on_begin: Told the timestamp of a stream as soon as there is one.

        Raises:
            SLACK_FAILURES: Slack took it in no form.
        """
        live = self.begin(place, key=key, begun_ts=begun_ts, on_begin=on_begin)
        return live.finish(message)

    def begin(
        self,
        place: Place,
        *,
        key: str,
        begun_ts: str | None = None,
        on_begin: Callable[[str], None] | None = None,
    ) -> LiveReply:
        """Return a reply that can be shown while it is written; nothing is sent yet. Arguments as for `reply`."""
        metadata = {"event_type": _EVENT_TYPE, "event_payload": {"key": key}}
        return LiveReply(
            self._build_stream(place, on_begin=on_begin),
            metadata=metadata,
            begun_ts=begun_ts,
            complete=lambda ts, message: self._complete(place, ts, message, metadata=metadata),
            post=lambda message: self.post(place, message, metadata=metadata),
        )

    def _build_stream(self, place: Place, *, on_begin: Callable[[str], None] | None) -> Stream | None:
        if not (self._streaming and place.thread_ts and place.team_id and place.user_id):
            return None
        channel, thread_ts = place.channel, place.thread_ts
        return Stream(
            self._hasty,
            channel=channel,
            thread_ts=thread_ts,
            team_id=place.team_id,
            user_id=place.user_id,
            on_begin=on_begin,
            on_stopped=lambda: self.stop(channel, thread_ts),
        )

    def post(self, place: Place, message: Message, *, metadata: dict[str, Any] | None = None) -> str:
        """Post the message, as text alone when its blocks are refused, and return its timestamp."""
        send = partial(
            self._client.chat_postMessage,
            channel=place.channel,
            thread_ts=place.thread_ts,
            text=message.text,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
        try:
            posted = send(blocks=message.blocks)
        except SlackApiError as error:
            if error.response.get("error") not in REFUSED_BLOCKS:
                raise
            logger.warning("blocks refused, sending text: %s", error.response.get("response_metadata"))
            posted = send()
        return str(posted["ts"])

    def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message that was sent before; a message that is gone is left gone."""
        try:
            self._client.chat_update(channel=channel, ts=ts, text=message.text, blocks=message.blocks)
        except SlackApiError as error:
            if error.response.get("error") not in {"message_not_found", "cant_update_message"}:
                raise
            logger.info("could not update a message: %s", error.response.get("error"))

    def update_view(self, view_id: str, view: View) -> bool:
        """Replace what an open form shows; returns False when the person has closed it."""
        try:
            self._client.views_update(view_id=view_id, view=view)
        except SlackApiError as error:
            if error.response.get("error") not in {"not_found", "view_not_found", "expired_trigger_id"}:
                raise
            return False
        return True

    def whisper(self, channel: str, user_id: str, message: Message, *, thread_ts: str | None = None) -> None:
        """Show a message to one person only; where Slack refuses that, it is posted to their messages with us."""
        try:
            if channel.startswith("D"):
                self.post(Place(channel, thread_ts), message)
                return
            self._client.chat_postEphemeral(
                channel=channel, user=user_id, text=message.text, blocks=message.blocks, thread_ts=thread_ts
            )
        except SlackApiError as error:
            logger.info("could not whisper there: %s", error.response.get("error"))
            self.post(Place(self.open_dm(user_id), None), message)

    def show(self, place: Place, user_id: str, message: Message, *, key: str | None = None) -> None:
        """Show a message to one person only: posted in their messages with us, elsewhere seen by nobody else.

        `key` is found again by `find_reply`.

        Raises:
            SlackApiError: Slack refuses it, or its blocks.
        """
        send = partial(
            self._client.chat_postMessage
            if place.channel.startswith("D")
            else self._client.chat_postEphemeral,
            channel=place.channel,
            thread_ts=place.thread_ts,
            text=message.text,
            blocks=message.blocks,
        )
        if place.channel.startswith("D"):
            send(metadata={"event_type": _EVENT_TYPE, "event_payload": {"key": key}} if key else None)
        else:
            send(user=user_id)

    def publish(self, user_id: str, build: Callable[[], View]) -> bool:
        """Build and publish somebody's Home, one at a time: an older page never takes the place of a newer one.

        Returns False when Slack took the page only without its pictures.
        """
        with self._lock:
            turn = self._publishing.setdefault(user_id, threading.Lock())
        with turn:
            view = build()
            try:
                self._client.views_publish(user_id=user_id, view=view)
            except SlackApiError as error:
                plain = [block for block in view.blocks or () if not isinstance(block, ImageBlock)]
                if error.response.get("error") not in REFUSED_BLOCKS or len(plain) == len(view.blocks or ()):
                    raise
                logger.info("a Home page was refused with its picture: %s", error.response.get("error"))
                self._client.views_publish(user_id=user_id, view=View(type="home", blocks=plain))
                return False
        return True

    def open_dm(self, user_id: str) -> str:
        """Return the channel of the direct messages with this person."""
        return str(self._client.conversations_open(users=[user_id])["channel"]["id"])

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

    def share_file(self, place: Place, content: bytes, *, name: str, title: str) -> None:
        """Post a file in a conversation or thread.

        Raises:
            SLACK_FAILURES: Slack doesn't take it.
        """
        self._client.files_upload_v2(
            channel=place.channel, thread_ts=place.thread_ts, filename=name, title=title, content=content
        )

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

    def _complete(self, place: Place, ts: str, message: Message, *, metadata: dict[str, Any]) -> bool:
        """Turn a stream that died on the way into the whole message; the torso never stays beside it."""
        try:
            # Slack updates or deletes no message that still streams; one that died already can't be stopped.
            self._hasty.chat_stopStream(channel=place.channel, ts=ts)
        except SLACK_FAILURES:
            logger.debug("the stream was closed already")
        try:
            self._client.chat_update(
                channel=place.channel, ts=ts, text=message.text, blocks=message.blocks, metadata=metadata
            )
        except SLACK_FAILURES:
            try:
                self._client.chat_delete(channel=place.channel, ts=ts)
            except SLACK_FAILURES:
                logger.warning("a cut-off stream could not be replaced or deleted")
            return False
        return True

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


def _find_keyed(messages: Sequence[dict[str, Any]], key: str) -> str | None:
    return next((str(message["ts"]) for message in messages if _key_of(message) == key), None)


def _key_of(message: dict[str, Any]) -> str | None:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    key = payload.get("key")
    return str(key) if key is not None else None
