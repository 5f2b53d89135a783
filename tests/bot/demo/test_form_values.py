"""Which forms may be sent, and what they hold."""

from typing import Any

import pytest

from bot.demo.workspace.form_values import coerce_value, find_form_problems, initial_values, keep_values

Json = dict[str, Any]


def ask(kind: str, *, optional: bool = False, **fields: Any) -> list[Json]:
    """Return one input block."""
    element = {"type": kind, "action_id": "a", **fields}
    return [{"type": "input", "block_id": "b", "optional": optional, "element": element}]


@pytest.mark.parametrize(
    ("blocks", "value", "problem"),
    [
        (ask("plain_text_input"), None, "Please complete this required field."),
        (ask("plain_text_input", optional=True), None, None),
        (ask("plain_text_input", min_length=3), "ab", "Please enter at least 3 characters."),
        (ask("plain_text_input", min_length=3), "abc", None),
        (ask("plain_text_input", max_length=3), "abcd", "Please enter no more than 3 characters."),
        (ask("plain_text_input"), "x" * 3001, "Please enter no more than 3000 characters."),
        (ask("number_input", is_decimal_allowed=False), "twelve", "Please enter a valid number."),
        (ask("number_input", is_decimal_allowed=False), "1.5", "Please enter a whole number."),
        (ask("number_input", is_decimal_allowed=True), "1.5", None),
        (
            ask("number_input", is_decimal_allowed=True, min_value="2"),
            "1.5",
            "Please enter a number of at least 2.",
        ),
        (
            ask("number_input", is_decimal_allowed=True, max_value="1"),
            "1.5",
            "Please enter a number of at most 1.",
        ),
        (ask("number_input", is_decimal_allowed=False), "nan", "Please enter a valid number."),
        (ask("number_input", is_decimal_allowed=False), "1e999", "Please enter a valid number."),
        (ask("email_text_input"), "mara", "Please enter a valid email address."),
        (ask("email_text_input"), "mara@norvane.example", None),
        (ask("url_text_input"), "norvane", "Please enter a valid URL."),
        (ask("url_text_input"), "https://norvane.example/x", None),
        (ask("checkboxes"), [], "Please complete this required field."),
        (
            ask("multi_users_select", max_selected_items=1),
            ["U1", "U2"],
            "Please select no more than 1 items.",
        ),
        (ask("datepicker"), "2026-02-28", None),
    ],
)
def test_a_form_is_sent_only_when_its_values_are_right(
    blocks: list[Json], value: Any, problem: str | None
) -> None:
    values = initial_values(blocks)
    held = values["b"]["a"]
    (name,) = set(held) - {"type"}
    held[name] = value
    assert find_form_problems(blocks, values) == ({"b": problem} if problem else {})


def test_first_values_come_from_the_blocks() -> None:
    option = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}
    assert initial_values(ask("static_select", options=[option], initial_option=option))["b"]["a"] == {
        "type": "static_select",
        "selected_option": option,
    }
    assert initial_values(ask("checkboxes", options=[option]))["b"]["a"]["selected_options"] == []


def test_typed_values_survive_an_update_that_keeps_the_input() -> None:
    before = {"b": {"a": {"type": "plain_text_input", "value": "typed"}}}
    assert keep_values(ask("plain_text_input"), before)["b"]["a"]["value"] == "typed"
    assert keep_values(ask("number_input"), before)["b"]["a"]["value"] is None


def test_an_option_that_is_not_offered_is_not_chosen() -> None:
    (block,) = ask("static_select", options=[])
    with pytest.raises(LookupError, match="offers no option"):
        coerce_value(block["element"], "1")
