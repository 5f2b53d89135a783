"""The manifest says what the code does."""

import json
import re
from pathlib import Path

from bot.manifest import build_manifest

ROOT = Path(__file__).parents[2]


def source(folder: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).glob("*.py")))


def test_the_file_is_what_the_code_declares() -> None:
    stored = json.loads((ROOT / "deploy" / "manifest.json").read_text(encoding="utf-8"))
    assert stored == build_manifest()


def test_every_command_is_declared_and_handled() -> None:
    declared = {entry["command"] for entry in build_manifest()["features"]["slash_commands"]}
    assert set(re.findall(r'app\.command\("(/\w+)"\)', source("bot/listeners"))) == declared


def test_every_event_is_subscribed_and_handled() -> None:
    handled = set(re.findall(r'app\.event\("(\w+)"', source("bot/listeners")))
    subscribed = {
        event.split(".")[0] for event in build_manifest()["settings"]["event_subscriptions"]["bot_events"]
    }
    assert subscribed == handled


def test_every_button_that_is_shown_is_handled() -> None:
    shown = set(re.findall(r'action_id="(\w+)"', source("bot/views")))
    handled = set(re.findall(r'app\.(?:action|options)\("(\w+)"\)', source("bot/listeners")))
    assert shown == handled
