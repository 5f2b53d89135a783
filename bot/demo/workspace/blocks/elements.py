"""Block elements: buttons, menus, pickers and inputs."""

import re
from collections.abc import Callable, Collection
from typing import Any

from bot.demo.workspace.blocks.checking import PLAIN, Checker, Json
from bot.demo.workspace.blocks.objects import (
    check_confirm,
    check_dispatch,
    check_image_fields,
    check_option,
    check_option_groups,
    check_options,
)

Rule = Callable[[Checker, Json, str], None]
SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
MULTI_SELECTS = tuple(f"multi_{name}" for name in SELECTS)
MENUS = (*SELECTS, *MULTI_SELECTS)
TEXT_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
PICKERS = ("datepicker", "timepicker", "datetimepicker")
CHOICES = ("checkboxes", "radio_buttons")
ACTION_ELEMENTS = ("button", "overflow", "rich_text_input", "workflow_button", *MENUS, *PICKERS, *CHOICES)
ACCESSORIES = ("button", "image", "overflow", "workflow_button", "datepicker", "timepicker", *MENUS, *CHOICES)
INPUT_ELEMENTS = ("rich_text_input", "file_input", *TEXT_INPUTS, *MENUS, *PICKERS, *CHOICES)
CONTEXT_ACTION_ELEMENTS = ("feedback_buttons", "icon_button")

COMMON = {"type", "action_id"}
MENU = {*COMMON, "placeholder", "confirm", "focus_on_load"}
INPUT = {*COMMON, "placeholder", "focus_on_load", "initial_value", "dispatch_action_config"}
KEYS: dict[str, set[str]] = {
    "button": {
        *COMMON,
        "text",
        "url",
        "value",
        "style",
        "confirm",
        "accessibility_label",
        "visible_to_user_ids",
    }
    | {"agent_prompt", "agent_prompt_display"},
    "checkboxes": {*COMMON, "options", "initial_options", "confirm", "focus_on_load"},
    "radio_buttons": {*COMMON, "options", "initial_option", "confirm", "focus_on_load"},
    "overflow": {*COMMON, "options", "confirm"},
    "image": {"type", "alt_text", "image_url", "slack_file"},
    "feedback_buttons": {*COMMON, "positive_button", "negative_button"},
    "icon_button": {
        *COMMON,
        "icon",
        "text",
        "accessibility_label",
        "value",
        "visible_to_user_ids",
        "confirm",
    },
    "workflow_button": {*COMMON, "text", "workflow", "style", "accessibility_label"},
    "datepicker": {*MENU, "initial_date"},
    "timepicker": {*MENU, "initial_time", "timezone"},
    "datetimepicker": {*COMMON, "initial_date_time", "confirm", "focus_on_load"},
    "plain_text_input": {*INPUT, "multiline", "min_length", "max_length"},
    "email_text_input": INPUT,
    "url_text_input": INPUT,
    "number_input": {*INPUT, "is_decimal_allowed", "min_value", "max_value"},
    "rich_text_input": {*INPUT, "min_lines", "max_lines"},
    "file_input": {*COMMON, "filetypes", "max_files"},
    "static_select": {*MENU, "options", "option_groups", "initial_option"},
    "external_select": {*MENU, "min_query_length", "initial_option"},
    "users_select": {*MENU, "initial_user"},
    "conversations_select": {*MENU, "initial_conversation", "default_to_current_conversation"}
    | {"response_url_enabled", "filter"},
    "channels_select": {*MENU, "initial_channel", "response_url_enabled"},
    "multi_static_select": {*MENU, "options", "option_groups", "initial_options", "max_selected_items"},
    "multi_external_select": {*MENU, "min_query_length", "initial_options", "max_selected_items"},
    "multi_users_select": {*MENU, "initial_users", "max_selected_items"},
    "multi_conversations_select": {*MENU, "initial_conversations", "max_selected_items"}
    | {"default_to_current_conversation", "filter"},
    "multi_channels_select": {*MENU, "initial_channels", "max_selected_items"},
}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME = re.compile(r"\d{2}:\d{2}")


def check_element(checker: Checker, value: Any, pointer: str, *, allowed: Collection[str]) -> Json | None:
    """Check one element, which must be of an `allowed` type; return it."""
    body = checker.mapping(value, pointer)
    if body is None:
        return None
    kind = str(body.get("type"))
    if kind not in allowed or kind not in KEYS:
        checker.report(pointer, f"unsupported type: {kind}")
        return None
    checker.keys(body, pointer, allowed=KEYS[kind])
    checker.string(body, "action_id", pointer, maximum=255)
    checker.text(body, "placeholder", pointer, maximum=150, kinds=PLAIN)
    if "confirm" in body:
        check_confirm(checker, body["confirm"], f"{pointer}/confirm")
    check_dispatch(checker, body, pointer)
    RULES.get(kind, _check_nothing)(checker, body, pointer)
    return body


def _check_nothing(_checker: Checker, _body: Json, _pointer: str) -> None:
    return


def _check_button(checker: Checker, body: Json, pointer: str) -> None:
    checker.text(body, "text", pointer, maximum=75, kinds=PLAIN, required=True)
    checker.string(body, "url", pointer, maximum=3000)
    checker.string(body, "value", pointer, maximum=2000)
    checker.string(body, "accessibility_label", pointer, maximum=75)
    checker.string(body, "agent_prompt", pointer, maximum=4000)
    checker.choice(body, "style", pointer, options=("primary", "danger"))


def _check_choice(checker: Checker, body: Json, pointer: str) -> None:
    values = check_options(checker, body, pointer, maximum=10, rich=True)
    _check_initial(checker, body, pointer, values=values, rich=True)


def _check_overflow(checker: Checker, body: Json, pointer: str) -> None:
    check_options(checker, body, pointer, maximum=5)


def _check_static_select(checker: Checker, body: Json, pointer: str) -> None:
    if "options" in body and "option_groups" in body:
        checker.report(pointer, "only one of options and option_groups is allowed")
    if "option_groups" in body:
        values = check_option_groups(checker, body, pointer)
    else:
        values = check_options(checker, body, pointer, maximum=100)
    _check_initial(checker, body, pointer, values=values)
    checker.integer(body, "max_selected_items", pointer, minimum=1)


def _check_external_select(checker: Checker, body: Json, pointer: str) -> None:
    checker.integer(body, "min_query_length", pointer, minimum=0)
    checker.integer(body, "max_selected_items", pointer, minimum=1)
    _check_initial(checker, body, pointer, values=None)


def _check_initial(
    checker: Checker, body: Json, pointer: str, *, values: list[str] | None, rich: bool = False
) -> None:
    if "initial_option" in body:
        chosen = [(f"{pointer}/initial_option", body["initial_option"])]
    else:
        options = checker.items(body, "initial_options", pointer, maximum=100, required=False)
        chosen = [(f"{pointer}/initial_options/{index}", option) for index, option in enumerate(options)]
    for at, option in chosen:
        check_option(checker, option, at, rich=rich)
        if values is not None and isinstance(option, dict) and option.get("value") not in values:
            checker.report(at, "must match exactly one of the available options")


def _check_text_input(checker: Checker, body: Json, pointer: str) -> None:
    checker.boolean(body, "multiline", pointer)
    checker.integer(body, "min_length", pointer, minimum=0, maximum=3000)
    checker.integer(body, "max_length", pointer, minimum=1, maximum=3000)
    initial = body.get("initial_value")
    if initial is not None and not isinstance(initial, str):
        checker.report(f"{pointer}/initial_value", "must provide a string")
    elif initial is not None and len(initial) > int(body.get("max_length", 3000)):
        checker.report(
            f"{pointer}/initial_value",
            f"must be less than {int(body.get('max_length', 3000)) + 1} characters",
        )


def _check_number(checker: Checker, body: Json, pointer: str) -> None:
    if not isinstance(body.get("is_decimal_allowed"), bool):
        checker.report(pointer, "missing required field: is_decimal_allowed")
    for key in ("initial_value", "min_value", "max_value"):
        checker.string(body, key, pointer)


def _check_date(checker: Checker, body: Json, pointer: str) -> None:
    value = body.get("initial_date")
    if value is not None and not (isinstance(value, str) and DATE.fullmatch(value)):
        checker.report(f"{pointer}/initial_date", "must be a valid date")


def _check_time(checker: Checker, body: Json, pointer: str) -> None:
    value = body.get("initial_time")
    if value is not None and not (isinstance(value, str) and TIME.fullmatch(value)):
        checker.report(f"{pointer}/initial_time", "must be a valid time")


def _check_feedback(checker: Checker, body: Json, pointer: str) -> None:
    for key in ("positive_button", "negative_button"):
        if key not in body:
            checker.report(pointer, f"missing required field: {key}")
            continue
        button = checker.mapping(body[key], f"{pointer}/{key}")
        if button is None:
            continue
        checker.keys(button, f"{pointer}/{key}", allowed={"text", "value", "accessibility_label"})
        checker.text(button, "text", f"{pointer}/{key}", maximum=75, kinds=PLAIN, required=True)
        checker.string(button, "value", f"{pointer}/{key}", maximum=2000, required=True)
        checker.string(button, "accessibility_label", f"{pointer}/{key}", maximum=75)


def _check_icon_button(checker: Checker, body: Json, pointer: str) -> None:
    checker.choice(body, "icon", pointer, options=("trash",), required=True)
    checker.text(body, "text", pointer, maximum=75, kinds=PLAIN, required=True)
    checker.string(body, "value", pointer, maximum=2000)
    checker.string(body, "accessibility_label", pointer, maximum=75)


RULES: dict[str, Rule] = {
    "button": _check_button,
    "checkboxes": _check_choice,
    "radio_buttons": _check_choice,
    "overflow": _check_overflow,
    "image": check_image_fields,
    "static_select": _check_static_select,
    "multi_static_select": _check_static_select,
    "external_select": _check_external_select,
    "multi_external_select": _check_external_select,
    "plain_text_input": _check_text_input,
    "number_input": _check_number,
    "datepicker": _check_date,
    "timepicker": _check_time,
    "feedback_buttons": _check_feedback,
    "icon_button": _check_icon_button,
}
