"""What people chose and typed: `state.values` of views and messages, and whether a form may be sent."""

import math
import re
from typing import Any

from bot.demo.workspace.blocks.surfaces import iter_elements
from bot.demo.workspace.records import Json

# Where each stateful element keeps its value, and where its first one comes from.
VALUE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", ""),
}
PLURAL = {"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
URL = re.compile(r"https?://[^\s]+")
REQUIRED = "Please complete this required field."


def initial_values(blocks: list[Json]) -> Json:
    """Return `state.values` of what nobody has touched."""
    values: Json = {}
    for block, element in iter_elements(blocks):
        keys = VALUE_KEYS.get(element["type"])
        if keys is None:
            continue
        name, initial = keys
        first = element.get(initial, [] if name in PLURAL else None)
        values.setdefault(block["block_id"], {})[element["action_id"]] = {
            "type": element["type"],
            name: first,
        }
    return values


def keep_values(blocks: list[Json], earlier: Json) -> Json:
    """Return `state.values` of changed blocks; inputs that are still there keep what they held."""
    values = initial_values(blocks)
    merge_values(values, earlier)
    return values


def merge_values(values: Json, posted: Json) -> None:
    """Put what was typed into `values`, as far as there are inputs for it."""
    for block_id, actions in posted.items():
        for action_id, value in actions.items():
            known = values.get(block_id, {}).get(action_id)
            if known is not None and isinstance(value, dict):
                name = VALUE_KEYS[known["type"]][0]
                if name in value and value.get("type", known["type"]) == known["type"]:
                    known[name] = value[name]


def list_options(element: Json) -> list[Json]:
    """Return every option that an element offers itself."""
    options = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        options.extend(group["options"])
    return options


def coerce_value(element: Json, value: Any) -> Json:
    """Return a value given in short (a text, an option's value, a list of them) as `state.values` holds it.

    Raises:
        LookupError: the element offers no such option.
    """
    if isinstance(value, dict) and "type" in value:
        return value
    name = VALUE_KEYS[element["type"]][0]
    if name == "selected_option":
        coerced: Any = None if value is None else find_option(element, value)
    elif name == "selected_options":
        coerced = [find_option(element, one) for one in value or ()]
    else:
        coerced = value
    return {"type": element["type"], name: coerced}


def find_option(element: Json, value: Any) -> Json:
    """Return the option with that value; menus that ask the app take any. Raises LookupError."""
    value_text = str(value.get("value") if isinstance(value, dict) else value)
    if element["type"] in ("external_select", "multi_external_select"):
        text = {"type": "plain_text", "text": value_text}
        return value if isinstance(value, dict) else {"text": text, "value": value_text}
    for option in list_options(element):
        if str(option.get("value")) == value_text:
            return option
    raise LookupError(f"{element['action_id']} offers no option {value_text!r}")


def find_form_problems(blocks: list[Json], values: Json) -> dict[str, str]:
    """Return what keeps a form from being sent, by block id; {} when nothing does."""
    problems: dict[str, str] = {}
    for block, element in iter_elements(blocks):
        if block["type"] != "input":
            continue
        held = values.get(block["block_id"], {}).get(element["action_id"], {})
        value = held.get(VALUE_KEYS[element["type"]][0])
        if value in (None, "", []):
            if not block.get("optional", False):
                problems[block["block_id"]] = REQUIRED
            continue
        problem = find_value_problem(element, value)
        if problem:
            problems[block["block_id"]] = problem
    return problems


def find_value_problem(element: Json, value: Any) -> str | None:
    """Return what is wrong with one value, None when nothing is."""
    kind = element["type"]
    if kind == "plain_text_input":
        return _find_length_problem(element, str(value))
    if kind == "number_input":
        return _find_number_problem(element, str(value))
    if kind == "email_text_input" and EMAIL.fullmatch(str(value)) is None:
        return "Please enter a valid email address."
    if kind == "url_text_input" and URL.fullmatch(str(value)) is None:
        return "Please enter a valid URL."
    most = element.get("max_selected_items")
    if most is not None and len(value) > most:
        return f"Please select no more than {most} items."
    return None


def _find_length_problem(element: Json, value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please enter no more than {element.get('max_length', 3000)} characters."
    return None


def _find_number_problem(element: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a valid number."
    if not math.isfinite(number):
        return "Please enter a valid number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
