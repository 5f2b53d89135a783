"""What the app manifest allows: scopes, events, commands, agent view."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EVENT_SCOPES = {
    "agent_session_stopped": "chat:write",
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
}


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """One slash command as declared."""

    command: str
    description: str
    usage_hint: str


@dataclass(frozen=True, slots=True)
class SuggestedPrompt:
    """One prompt that the agent's empty conversation offers."""

    title: str
    message: str


@dataclass(frozen=True, slots=True)
class AppManifest:
    """The parts of a manifest that decide what the app may do and hear."""

    scopes: tuple[str, ...]
    bot_events: frozenset[str]
    commands: tuple[SlashCommand, ...]
    prompts: tuple[SuggestedPrompt, ...]
    is_agent: bool
    has_home: bool
    has_messages_tab: bool

    def allows(self, *scopes: str) -> bool:
        """Return whether any of `scopes` is granted; no scope at all is always granted."""
        return not scopes or any(scope in self.scopes for scope in scopes)

    def subscribes(self, event: str) -> bool:
        """Return whether the app hears `event`: it must be subscribed and its scope granted."""
        scope = EVENT_SCOPES.get(event)
        return event in self.bot_events and (scope is None or scope in self.scopes)

    def unheard_events(self) -> dict[str, str]:
        """Return the subscribed events that lack a scope, each with that scope."""
        return {
            event: scope
            for event, scope in EVENT_SCOPES.items()
            if event in self.bot_events and scope not in self.scopes
        }


def parse_manifest(manifest: Mapping[str, Any]) -> AppManifest:
    """Read a manifest in Slack's JSON format; what is missing is not allowed."""
    features = manifest.get("features", {})
    home = features.get("app_home", {})
    agent = features.get("agent_view")
    return AppManifest(
        scopes=tuple(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
        bot_events=frozenset(
            manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", ())
        ),
        commands=tuple(
            SlashCommand(
                command=entry["command"],
                description=entry.get("description", ""),
                usage_hint=entry.get("usage_hint", ""),
            )
            for entry in features.get("slash_commands", ())
        ),
        prompts=tuple(
            SuggestedPrompt(title=entry["title"], message=entry["message"])
            for entry in (agent or {}).get("suggested_prompts", ())
        ),
        is_agent=agent is not None,
        has_home=bool(home.get("home_tab_enabled", False)),
        has_messages_tab=bool(home.get("messages_tab_enabled", False)),
    )
