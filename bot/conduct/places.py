"""Where in Slack a reply goes."""

from dataclasses import dataclass


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
