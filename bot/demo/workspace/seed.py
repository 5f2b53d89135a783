"""Who and what exists in a workspace when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SeedUser:
    """One person of the workspace."""

    id: str
    name: str
    title: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class SeedChannel:
    """One channel. The app is a member when its bot user id is among `members`, as in Slack."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class SeedStory:
    """Something to try, which the page suggests at first.

    Attributes:
        text: What to do, in a sentence or two.
        as_user: Who tries it.
        at: Where: "dm" (the messages with the app), "home", or a channel's id.
        draft: What then stands in the message field, for the person to send; "" for nothing.
    """

    title: str
    text: str
    as_user: str
    at: str = "dm"
    draft: str = ""


@dataclass(frozen=True, slots=True)
class WorkspaceSeed:
    """The whole workspace at its start; `manifest` is the parsed Slack app manifest."""

    manifest: Mapping[str, Any] = field(default_factory=dict)
    users: tuple[SeedUser, ...] = ()
    channels: tuple[SeedChannel, ...] = ()
    stories: tuple[SeedStory, ...] = ()
    team_id: str = "T0NORVANE1"
    team_name: str = "Norvane Climate"
    app_name: str = "Attaché"
    app_id: str = "A0ATTACHE1"
    bot_user_id: str = "U0ATTACHE1"
