"""Composition objects: confirmations, options, dispatch settings, images, rich text."""

import re
from typing import Any

from bot.demo.workspace.blocks.checking import ANY_TEXT, PLAIN, Checker, Json

RICH_PARENTS = {
    "rich_text_section": {"type", "elements"},
    "rich_text_list": {"type", "elements", "style", "indent", "offset", "border"},
    "rich_text_preformatted": {"type", "elements", "border", "language"},
    "rich_text_quote": {"type", "elements", "border"},
}
RICH_LEAVES = {
    "text": {"type", "text", "style"},
    "link": {"type", "url", "text", "style", "unsafe"},
    "user": {"type", "user_id", "style"},
    "usergroup": {"type", "usergroup_id", "style"},
    "channel": {"type", "channel_id", "style"},
    "emoji": {"type", "name", "skin_tone", "unicode", "style"},
    "broadcast": {"type", "range", "style"},
    "color": {"type", "value", "style"},
    "date": {"type", "timestamp", "format", "url", "fallback", "style"},
    "team": {"type", "team_id", "style"},
}
RICH_REQUIRED = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "emoji": "name",
    "broadcast": "range",
    "color": "value",
    "team": "team_id",
}


def check_confirm(checker: Checker, value: Any, pointer: str) -> None:
    """Check a confirmation dialogue."""
    body = checker.mapping(value, pointer)
    if body is None:
        return
    checker.keys(body, pointer, allowed={"title", "text", "confirm", "deny", "style"})
    checker.text(body, "title", pointer, maximum=100, kinds=PLAIN, required=True)
    checker.text(body, "text", pointer, maximum=300, required=True)
    checker.text(body, "confirm", pointer, maximum=30, kinds=PLAIN)
    checker.text(body, "deny", pointer, maximum=30, kinds=PLAIN)
    checker.choice(body, "style", pointer, options=("primary", "danger"))


def check_option(
    checker: Checker, value: Any, pointer: str, *, rich: bool = False, linked: bool = False
) -> None:
    """Check one option; `rich` ones (checkboxes, radio buttons) may use mrkdwn, `linked` ones a URL."""
    body = checker.mapping(value, pointer)
    if body is None:
        return
    checker.keys(body, pointer, allowed={"text", "value", "description", *(("url",) if linked else ())})
    checker.text(body, "text", pointer, maximum=75, kinds=ANY_TEXT if rich else PLAIN, required=True)
    checker.string(body, "value", pointer, maximum=150, required=not linked)
    checker.text(body, "description", pointer, maximum=75, kinds=ANY_TEXT if rich else PLAIN)
    checker.string(body, "url", pointer, maximum=3000)


def check_options(
    checker: Checker, owner: Json, pointer: str, *, maximum: int, minimum: int = 1, rich: bool = False
) -> list[str]:
    """Check `options`; return their values."""
    options = checker.items(owner, "options", pointer, maximum=maximum, minimum=minimum)
    values: list[str] = []
    for index, option in enumerate(options):
        check_option(
            checker, option, f"{pointer}/options/{index}", rich=rich, linked=owner["type"] == "overflow"
        )
        if isinstance(option, dict):
            if option.get("value") in values and owner["type"] != "overflow":
                checker.report(f"{pointer}/options/{index}/value", "options must have unique values")
            values.append(str(option.get("value")))
    return values


def check_option_groups(checker: Checker, owner: Json, pointer: str) -> list[str]:
    """Check `option_groups`; return the values of all their options."""
    values: list[str] = []
    for index, group in enumerate(checker.items(owner, "option_groups", pointer, maximum=100)):
        at = f"{pointer}/option_groups/{index}"
        body = checker.mapping(group, at)
        if body is None:
            continue
        checker.keys(body, at, allowed={"label", "options"})
        checker.text(body, "label", at, maximum=75, kinds=PLAIN, required=True)
        for number, option in enumerate(checker.items(body, "options", at, maximum=100)):
            check_option(checker, option, f"{at}/options/{number}")
            if isinstance(option, dict):
                values.append(str(option.get("value")))
    return values


def check_dispatch(checker: Checker, owner: Json, pointer: str) -> None:
    """Check `dispatch_action_config`."""
    value = owner.get("dispatch_action_config")
    if value is None:
        return
    body = checker.mapping(value, f"{pointer}/dispatch_action_config")
    if body is None:
        return
    for trigger in checker.items(body, "trigger_actions_on", f"{pointer}/dispatch_action_config", maximum=2):
        if trigger not in ("on_enter_pressed", "on_character_entered"):
            checker.report(
                f"{pointer}/dispatch_action_config/trigger_actions_on", "must be a valid enum value"
            )


def check_image_fields(checker: Checker, owner: Json, pointer: str) -> None:
    """Check what image blocks and image elements share: one source, and a text for who cannot see it."""
    checker.string(owner, "alt_text", pointer, maximum=2000, required=True)
    url = checker.string(owner, "image_url", pointer, maximum=3000)
    if url is None and "slack_file" not in owner:
        checker.report(pointer, "missing required field: image_url")
    if url is not None and not url.startswith(("https://", "http://")):
        checker.report(f"{pointer}/image_url", "invalid url")
    if "slack_file" in owner:
        _check_slack_file(checker, owner, pointer)


def _check_slack_file(checker: Checker, owner: Json, pointer: str) -> None:
    at = f"{pointer}/slack_file"
    if owner.get("image_url") is not None:
        checker.report(pointer, "only one of image_url, slack_file may be provided")
    body = checker.mapping(owner["slack_file"], at)
    if body is None:
        return
    checker.keys(body, at, allowed={"id", "url"})
    if ("id" in body) == ("url" in body):
        checker.report(at, "must provide one of id, url")
    name = checker.string(body, "id", at)
    checker.string(body, "url", at, maximum=3000)
    if name is not None and not re.fullmatch(r"F[A-Z0-9]{8,}", name):
        checker.report(f"{at}/id", "input must match regex pattern: ^[F][A-Z0-9]{8,}$")


def check_rich_text(checker: Checker, elements: list[Any], pointer: str) -> None:
    """Check the elements of rich text, however deep."""
    for index, element in enumerate(elements):
        at = f"{pointer}/{index}"
        body = checker.mapping(element, at)
        if body is None:
            continue
        kind = str(body.get("type"))
        if kind in RICH_PARENTS:
            checker.keys(body, at, allowed=RICH_PARENTS[kind])
            if kind == "rich_text_list":
                checker.choice(body, "style", at, options=("bullet", "ordered"), required=True)
            check_rich_text(
                checker, checker.items(body, "elements", at, maximum=1000, minimum=0), f"{at}/elements"
            )
        elif kind in RICH_LEAVES:
            checker.keys(body, at, allowed=RICH_LEAVES[kind])
            if kind in RICH_REQUIRED:
                checker.string(body, RICH_REQUIRED[kind], at, required=True)
        else:
            checker.report(at, f"unsupported type: {kind}")


def check_rich_text_block(checker: Checker, value: Any, pointer: str) -> None:
    """Check a rich text block that stands inside something else."""
    body = checker.mapping(value, pointer)
    if body is None:
        return
    if body.get("type") != "rich_text":
        checker.report(pointer, "failed to match all allowed schemas")
        return
    checker.keys(body, pointer, allowed={"type", "elements", "block_id"})
    check_rich_text(checker, checker.items(body, "elements", pointer, maximum=1000), f"{pointer}/elements")
