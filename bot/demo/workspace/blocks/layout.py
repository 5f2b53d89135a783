"""Blocks: which exist, on which surface, and what each holds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.demo.workspace.blocks.checking import PLAIN, Checker, Json, Surface
from bot.demo.workspace.blocks.data import (
    TASK_KEYS,
    check_chart,
    check_data_table,
    check_plan,
    check_table,
    check_task_card,
)
from bot.demo.workspace.blocks.elements import (
    ACCESSORIES,
    ACTION_ELEMENTS,
    CONTEXT_ACTION_ELEMENTS,
    INPUT_ELEMENTS,
    check_element,
)
from bot.demo.workspace.blocks.objects import check_image_fields, check_rich_text, check_rich_text_block

EVERYWHERE: tuple[Surface, ...] = ("message", "modal", "home")
MESSAGES: tuple[Surface, ...] = ("message",)
MARKDOWN_CHARACTERS = 12_000


@dataclass(frozen=True, slots=True)
class BlockRule:
    """The properties of one block type beside `type` and `block_id`, where it may stand, and its check."""

    keys: frozenset[str]
    surfaces: tuple[Surface, ...]
    check: Callable[[Checker, Json, str], None]


def check_block(checker: Checker, value: Any, pointer: str) -> None:
    """Check one block."""
    body = checker.mapping(value, pointer)
    if body is None:
        return
    kind = str(body.get("type"))
    rule = BLOCKS.get(kind)
    if rule is None or checker.surface not in rule.surfaces:
        checker.report(pointer, f"unsupported type: {kind}")
        return
    checker.keys(body, pointer, allowed={"type", "block_id", *rule.keys})
    checker.string(body, "block_id", pointer, maximum=255)
    rule.check(checker, body, pointer)


def _check_section(checker: Checker, body: Json, pointer: str) -> None:
    if "text" not in body and not body.get("fields"):
        checker.report(pointer, "missing required field: text")
    checker.text(body, "text", pointer, maximum=3000)
    checker.boolean(body, "expand", pointer)
    for index, field in enumerate(checker.items(body, "fields", pointer, maximum=10, required=False)):
        checker.text_object(field, f"{pointer}/fields/{index}", maximum=2000)
    if "accessory" in body:
        check_element(checker, body["accessory"], f"{pointer}/accessory", allowed=ACCESSORIES)


def _check_elements(
    checker: Checker, body: Json, pointer: str, *, maximum: int, allowed: tuple[str, ...]
) -> None:
    seen: set[str] = set()
    for index, element in enumerate(checker.items(body, "elements", pointer, maximum=maximum)):
        checked = check_element(checker, element, f"{pointer}/elements/{index}", allowed=allowed)
        action_id = (checked or {}).get("action_id")
        if action_id in seen:
            checker.report(
                f"{pointer}/elements/{index}/action_id",
                f"`action_id` {action_id} already exists for this block",
            )
        elif action_id is not None:
            seen.add(str(action_id))


def _check_actions(checker: Checker, body: Json, pointer: str) -> None:
    _check_elements(checker, body, pointer, maximum=25, allowed=ACTION_ELEMENTS)


def _check_context_actions(checker: Checker, body: Json, pointer: str) -> None:
    _check_elements(checker, body, pointer, maximum=5, allowed=CONTEXT_ACTION_ELEMENTS)


def _check_context(checker: Checker, body: Json, pointer: str) -> None:
    for index, element in enumerate(checker.items(body, "elements", pointer, maximum=10)):
        at = f"{pointer}/elements/{index}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_element(checker, element, at, allowed=("image",))
        else:
            checker.text_object(element, at, maximum=2000)


def _check_input(checker: Checker, body: Json, pointer: str) -> None:
    checker.text(body, "label", pointer, maximum=2000, kinds=PLAIN, required=True)
    checker.text(body, "hint", pointer, maximum=2000, kinds=PLAIN)
    checker.boolean(body, "optional", pointer)
    checker.boolean(body, "dispatch_action", pointer)
    if "element" not in body:
        checker.report(pointer, "missing required field: element")
    else:
        check_element(checker, body["element"], f"{pointer}/element", allowed=INPUT_ELEMENTS)


def _check_header(checker: Checker, body: Json, pointer: str) -> None:
    checker.text(body, "text", pointer, maximum=150, kinds=PLAIN, required=True)


def _check_divider(_checker: Checker, _body: Json, _pointer: str) -> None:
    return


def _check_image(checker: Checker, body: Json, pointer: str) -> None:
    check_image_fields(checker, body, pointer)
    checker.text(body, "title", pointer, maximum=2000, kinds=PLAIN)


def _check_markdown(checker: Checker, body: Json, pointer: str) -> None:
    text = checker.string(body, "text", pointer, required=True)
    checker.markdown_characters += len(text or "")


def _check_rich_text(checker: Checker, body: Json, pointer: str) -> None:
    check_rich_text(checker, checker.items(body, "elements", pointer, maximum=1000), f"{pointer}/elements")


def _check_alert(checker: Checker, body: Json, pointer: str) -> None:
    checker.text(body, "text", pointer, maximum=200, required=True)
    checker.choice(body, "level", pointer, options=("default", "info", "warning", "error", "success"))


def _check_card(checker: Checker, body: Json, pointer: str) -> None:
    if not any(body.get(key) for key in ("hero_image", "title", "actions", "body")):
        checker.report(pointer, "at least one of hero_image, title, actions, or body is required")
    checker.text(body, "title", pointer, maximum=150)
    checker.text(body, "subtitle", pointer, maximum=150)
    checker.text(body, "body", pointer, maximum=200)
    for key in ("hero_image", "icon"):
        if key in body:
            check_element(checker, body[key], f"{pointer}/{key}", allowed=("image",))
    for index, action in enumerate(checker.items(body, "actions", pointer, maximum=5, required=False)):
        check_element(checker, action, f"{pointer}/actions/{index}", allowed=("button",))


def _check_carousel(checker: Checker, body: Json, pointer: str) -> None:
    for index, card in enumerate(checker.items(body, "elements", pointer, maximum=10)):
        if isinstance(card, dict) and card.get("type") == "card":
            check_block(checker, card, f"{pointer}/elements/{index}")
        else:
            checker.report(f"{pointer}/elements/{index}", "must provide a card")


def _check_container(checker: Checker, body: Json, pointer: str) -> None:
    if "title" not in body and "rich_text_title" not in body:
        checker.report(pointer, "missing required field: title")
    checker.text(body, "title", pointer, maximum=150, kinds=PLAIN)
    checker.text(body, "subtitle", pointer, maximum=150)
    checker.choice(body, "width", pointer, options=("narrow", "standard", "wide", "full"))
    if "rich_text_title" in body:
        check_rich_text_block(checker, body["rich_text_title"], f"{pointer}/rich_text_title")
    if body.get("is_collapsible") is True and body.get("has_header_divider") is True:
        checker.report(pointer, "has_header_divider cannot be set when is_collapsible is true")
    for index, child in enumerate(checker.items(body, "child_blocks", pointer, maximum=10)):
        at = f"{pointer}/child_blocks/{index}"
        if isinstance(child, dict) and child.get("type") == "container":
            checker.report(at, "unsupported type: container")
        else:
            check_block(checker, child, at)


CONTAINER_KEYS = frozenset(
    {"title", "rich_text_title", "subtitle", "child_blocks", "width", "icon", "is_collapsible"}
    | {"default_collapsed", "has_header_divider"}
)
BLOCKS: dict[str, BlockRule] = {
    "section": BlockRule(frozenset({"text", "fields", "accessory", "expand"}), EVERYWHERE, _check_section),
    "divider": BlockRule(frozenset(), EVERYWHERE, _check_divider),
    "header": BlockRule(frozenset({"text"}), EVERYWHERE, _check_header),
    "image": BlockRule(frozenset({"alt_text", "image_url", "slack_file", "title"}), EVERYWHERE, _check_image),
    "actions": BlockRule(frozenset({"elements"}), EVERYWHERE, _check_actions),
    "context": BlockRule(frozenset({"elements"}), EVERYWHERE, _check_context),
    "rich_text": BlockRule(frozenset({"elements"}), EVERYWHERE, _check_rich_text),
    "input": BlockRule(
        frozenset({"label", "element", "hint", "optional", "dispatch_action"}),
        ("modal", "home"),
        _check_input,
    ),
    "context_actions": BlockRule(frozenset({"elements"}), MESSAGES, _check_context_actions),
    "markdown": BlockRule(frozenset({"text"}), MESSAGES, _check_markdown),
    "table": BlockRule(frozenset({"rows", "column_settings"}), MESSAGES, check_table),
    "data_table": BlockRule(
        frozenset({"caption", "rows", "page_size", "row_header_column_index"}), MESSAGES, check_data_table
    ),
    "data_visualization": BlockRule(frozenset({"title", "chart"}), MESSAGES, check_chart),
    "task_card": BlockRule(frozenset(TASK_KEYS), MESSAGES, check_task_card),
    "plan": BlockRule(frozenset({"title", "tasks"}), MESSAGES, check_plan),
    # https://docs.slack.dev/blocks.json lists the surfaces: alerts in modals only, cards everywhere.
    "alert": BlockRule(frozenset({"text", "level"}), ("modal",), _check_alert),
    "card": BlockRule(
        frozenset({"hero_image", "icon", "title", "subtitle", "body", "actions"}), EVERYWHERE, _check_card
    ),
    "carousel": BlockRule(frozenset({"elements"}), ("message", "home"), _check_carousel),
    "container": BlockRule(CONTAINER_KEYS, MESSAGES, _check_container),
}
