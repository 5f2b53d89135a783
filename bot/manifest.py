"""The Slack app's manifest: what the code listens to and calls, declared once; `make manifest` writes the file."""

import json
import sys
from typing import Any

NAME = "Attaché"

# What each scope is for stands beside it; an unused one is a defect.
_SCOPES = (
    "app_mentions:read",  # hear mentions
    "assistant:write",  # agent sessions, status, suggested prompts, streaming
    "channels:history",  # follow a thread in a public channel without being mentioned again
    "channels:read",  # who reads along in a public channel
    "chat:write",  # answer
    "commands",  # /visit, /bundle, /attach
    "files:write",  # quotes as PDF, figures as workbooks, the chart on Home
    "groups:history",  # follow a thread in a private channel
    "groups:read",  # who reads along in a private channel
    "im:history",  # direct messages
    "im:write",  # open the direct messages for a visit
)
_EVENTS = (
    "agent_session_stopped",
    "app_home_opened",
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
)


def build_manifest() -> dict[str, Any]:
    """Return the manifest in Slack's JSON form (https://docs.slack.dev/reference/app-manifest)."""
    return {
        "display_information": {
            "name": NAME,
            "description": "Answers from your own manuals, with the page. The right offer at the right moment.",
            "background_color": "#1f3a3a",
        },
        "features": {
            "agent_view": {
                "agent_description": "Ask about the machine in front of you. I answer from the documents.",
                "suggested_prompts": [
                    {"title": "What does an error code mean?", "message": "What does error E14 mean?"},
                    {"title": "Which torque is right?", "message": "What is the tightening torque?"},
                ],
            },
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "slash_commands": [
                {
                    "command": "/visit",
                    "description": "Open a service call for a machine",
                    "usage_hint": "[serial number]",
                    "should_escape": False,
                },
                {
                    "command": "/bundle",
                    "description": "Price a bundle for one of your customers",
                    "usage_hint": "[customer]",
                    "should_escape": False,
                },
                {
                    "command": "/attach",
                    "description": "A figure in words: coverage by region this quarter",
                    "usage_hint": "[figure] by [what] [period]",
                    "should_escape": False,
                },
            ],
        },
        "oauth_config": {"scopes": {"bot": list(_SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(_EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build_manifest(), indent=2, ensure_ascii=False) + "\n")
