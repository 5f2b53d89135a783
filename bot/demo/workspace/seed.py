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
class WorkspaceSeed:
    """The whole workspace at its start; `manifest` is the parsed Slack app manifest."""

    manifest: Mapping[str, Any] = field(default_factory=dict)
    users: tuple[SeedUser, ...] = ()
    channels: tuple[SeedChannel, ...] = ()
    team_id: str = "T0NORVANE1"
    team_name: str = "Norvane Climate"
    app_name: str = "Attaché"
    app_id: str = "A0ATTACHE1"
    bot_user_id: str = "U0ATTACHE1"
