"""A reply that is read while it is written, and that ends as one whole message whatever Slack does meanwhile."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.messages.chunk import MarkdownTextChunk

from bot.conduct.slack_failures import SLACK_FAILURES
from bot.views.message import Message

logger = logging.getLogger(__name__)

# Slack takes about 100 calls a minute; a statement that comes sooner after another waits for the next.
_PAUSE_S = 0.8
_BUFFER_CHARACTERS = 200


class Stream:
    """A message that grows. Once Slack has refused it or let it die it takes nothing more, and says so."""

    def __init__(
        self,
        client: WebClient,
        *,
        channel: str,
        thread_ts: str,
        team_id: str,
        user_id: str,
        on_begin: Callable[[str], None] | None,
        on_stopped: Callable[[], None],
    ) -> None:
        self._client = client
        self._channel = channel
        self._start_arguments = {
            "thread_ts": thread_ts,
            "recipient_team_id": team_id,
            "recipient_user_id": user_id,
        }
        self._on_begin = on_begin
        self._on_stopped = on_stopped
        self._buffer = ""
        self._sent_at_s = -_PAUSE_S
        self.ts: str | None = None
        self.is_dead = False

    def show(self, text: str) -> None:
        """Append text, at once unless something was sent just now; a rate limit leaves it for the next time."""
        self._buffer += text
        if time.monotonic() - self._sent_at_s >= _PAUSE_S:
            self._send(may_wait=True)

    def append(self, text: str) -> None:
        """Append text, in calls of some length."""
        self._buffer += text
        if len(self._buffer) >= _BUFFER_CHARACTERS:
            self._send(may_wait=False)

    def stop(self, *, blocks: Sequence[dict[str, Any]], metadata: dict[str, Any]) -> bool:
        """Close the message with these blocks; False when it could not be."""
        if self.ts is None:
            self._send(may_wait=False)
        if self.is_dead or self.ts is None:
            return False
        try:
            self._client.chat_stopStream(
                channel=self._channel,
                ts=self.ts,
                chunks=[MarkdownTextChunk(text=self._buffer)] if self._buffer else [],
                blocks=list(blocks),
                metadata=metadata,
            )
        except SLACK_FAILURES as error:
            self._give_up(error)
            return False
        return True

    def _send(self, *, may_wait: bool) -> None:
        if self.is_dead:
            return
        chunks = [MarkdownTextChunk(text=self._buffer)]
        try:
            if self.ts is None:
                started = self._client.chat_startStream(
                    channel=self._channel, chunks=chunks, **self._start_arguments
                )
                self.ts = str(started["ts"])
                if self._on_begin is not None:
                    self._on_begin(self.ts)
            else:
                self._client.chat_appendStream(channel=self._channel, ts=self.ts, chunks=chunks)
            self._buffer = ""
        except SLACK_FAILURES as error:
            if not (may_wait and _is_rate_limit(error)):
                self._give_up(error)
        self._sent_at_s = time.monotonic()

    def _give_up(self, error: Exception) -> None:
        self.is_dead = True
        reason = error.response.get("error") if isinstance(error, SlackApiError) else type(error).__name__
        logger.info("stream refused or cut off: %s", reason)
        if reason == "stopped_by_user":
            self._on_stopped()


class LiveReply:
    """One reply: shown piece by piece where Slack streams, and in the end whole, once, in the form that Slack takes."""

    def __init__(
        self,
        stream: Stream | None,
        *,
        metadata: dict[str, Any],
        begun_ts: str | None,
        complete: Callable[[str, Message], bool],
        post: Callable[[Message], str],
    ) -> None:
        """Prepare.

        Args:
            stream: None where nothing is streamed: then the reply appears when it is finished.
            begun_ts: A stream that an interrupted try had begun; it becomes the reply.
            complete: Turns a stream that is not as it should be into the whole message; False when it can't.
            post: Sends the whole message and returns its timestamp.
        """
        self._stream = stream if begun_ts is None else None
        self._metadata = metadata
        self._begun_ts = begun_ts
        self._complete = complete
        self._post = post
        self._shown: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The pieces that were handed out for reading."""
        return self._shown

    def show(self, pieces: Sequence[str]) -> None:
        """Show what there is so far; all pieces are given, those that are shown already are not sent again."""
        if self._stream is None or self._stream.is_dead or tuple(pieces[: len(self._shown)]) != self._shown:
            return
        new = "".join(pieces[len(self._shown) :])
        self._shown = tuple(pieces)
        if new:
            self._stream.show(new)

    def finish(self, message: Message) -> str:
        """Make the reply this message and return its timestamp.

        What was shown is continued; where the message begins otherwise, it takes the place of what was shown.

        Raises:
            SLACK_FAILURES: Slack took it in no form.
        """
        if self._begun_ts is not None and self._complete(self._begun_ts, message):
            return self._begun_ts
        if self._stream is not None:
            ts = self._continue(self._stream, message)
            if ts is not None:
                return ts
        return self._post(message)

    def _continue(self, stream: Stream, message: Message) -> str | None:
        begins_alike = message.stream[: len(self._shown)] == self._shown
        if message.stream and begins_alike:
            for piece in message.stream[len(self._shown) :]:
                stream.append(piece)
            if stream.stop(blocks=message.closing, metadata=self._metadata):
                return stream.ts
        if stream.ts is not None and self._complete(stream.ts, message):
            return stream.ts
        return None


def _is_rate_limit(error: Exception) -> bool:
    return isinstance(error, SlackApiError) and error.response.get("error") == "ratelimited"
