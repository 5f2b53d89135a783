"""The things a workspace holds."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass(slots=True)
class Conversation:
    """A channel, or the direct messages of one person with the app."""

    id: str
    name: str
    kind: Literal["channel", "dm"]
    members: set[str]
    is_private: bool = False
    created: int = 0


@dataclass(slots=True)
class Stream:
    """The progress of a message that is being streamed."""

    started_at_s: float
    mode: str = "timeline"
    appends: int = 0
    plan_title: str | None = None
    tasks: dict[str, Json] = field(default_factory=dict)
    ended_by: Literal["app", "person", "age"] | None = None


@dataclass(slots=True)
class Message:
    """One message; `ephemeral_to` is set for what only one person sees."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    from_app: bool = False
    username: str | None = None
    markdown: str = ""
    file_ids: list[str] = field(default_factory=list)
    metadata: Json | None = None
    edited_ts: str | None = None
    is_deleted: bool = False
    is_broadcast: bool = False
    ephemeral_to: str | None = None
    stream: Stream | None = None
    state_values: Json = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_streaming(self) -> bool:
        """Whether text may still be appended."""
        return self.stream is not None and self.stream.ended_by is None

    @property
    def root_ts(self) -> str:
        """The timestamp of the thread it belongs to or would start."""
        return self.thread_ts or self.ts


@dataclass(slots=True)
class View:
    """A modal or a Home tab of one person; `body` is the view as the app sent it, ids filled in."""

    id: str
    user: str
    body: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    state_values: Json = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """`modal` or `home`."""
        return str(self.body["type"])


@dataclass(slots=True)
class Session:
    """An agent session: the state of one thread that the app works in."""

    channel: str
    thread_ts: str | None
    status: str
    title: str = ""


@dataclass(slots=True)
class ThreadStatus:
    """The line under a thread that says what the app is doing."""

    text: str
    loading_messages: list[str]
    set_at_s: float


@dataclass(slots=True)
class StoredFile:
    """An uploaded file; `content` is None until its bytes arrived.

    `ready_at_s` is when Slack has looked through it, so that blocks may show it; `viewers` saw it on a surface.
    """

    id: str
    name: str
    length: int
    upload_key: str
    mimetype: str
    title: str = ""
    content: bytes | None = None
    is_complete: bool = False
    ready_at_s: float = 0.0
    is_deleted: bool = False
    channels: set[str] = field(default_factory=set)
    viewers: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One Web API call as it was answered."""

    method: str
    args: Json
    ok: bool
    error: str | None


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a person saw after a slash command.

    `error` is Slack's code when the app did not take it in time; `response` is the message that the
    acknowledgement carried, if any.
    """

    acked: bool
    error: str | None = None
    response: Json | None = None
