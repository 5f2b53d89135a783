"""Getting a message to Slack, streamed, posted or updated, whatever Slack accepts; never silent, never double."""

import logging
import threading
from collections.abc import Callable
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

from bot.conduct.live_reply import LiveReply, Stream
from bot.conduct.places import Place
from bot.conduct.sent_messages import SentMessages, name_work
from bot.conduct.slack_failures import SLACK_FAILURES, is_passing
from bot.conduct.working_signs import WorkingSigns
from bot.views.message import Message

logger = logging.getLogger(__name__)

__all__ = ["REFUSED_BLOCKS", "SLACK_FAILURES", "Delivery", "Place", "add_retries", "is_passing"]

REFUSED_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_arguments"}


def add_retries(client: WebClient) -> WebClient:
    """Return the client after it was told to wait and retry when Slack says so (its defaults leave that out)."""
    client.retry_handlers = [
        ConnectionErrorRetryHandler(max_retry_count=2),
        RateLimitErrorRetryHandler(max_retry_count=4),
        ServerErrorRetryHandler(max_retry_count=2),
    ]
    return client


class Delivery:
    """Sends messages for one app. `sent` looks up what was sent, `signs` shows that work goes on."""

    def __init__(self, client: WebClient, *, streaming: bool) -> None:
        self._client = client
        # Streams and status lines have another way or may be left out: waiting for a rate limit to pass would only
        # keep the answer back.
        self._hasty = WebClient(token=client.token, base_url=client.base_url, timeout=10)
        self._hasty.retry_handlers = []
        self._streaming = streaming
        self.sent = SentMessages(client, hasty=self._hasty)
        self.signs = WorkingSigns(self._hasty)
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
                `sent.find_reply` can tell after a crash that the reply had arrived.
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
        metadata = name_work(key)
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
            on_stopped=lambda: self.signs.stop(channel, thread_ts),
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

        `key` is found again by `sent.find_reply`.

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
            send(metadata=name_work(key) if key else None)
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

    def share_file(self, place: Place, content: bytes, *, name: str, title: str) -> None:
        """Post a file in a conversation or thread.

        Raises:
            SLACK_FAILURES: Slack doesn't take it.
        """
        self._client.files_upload_v2(
            channel=place.channel, thread_ts=place.thread_ts, filename=name, title=title, content=content
        )

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
