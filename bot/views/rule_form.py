"""The form for a play: the fields that are changed often; what it doesn't show stays as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    DatePickerElement,
    InputBlock,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    StaticMultiSelectElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, flatten, shorten
from bot.views.fields import FIELD, read_field
from bot.views.message import cell
from bot.views.payloads import RuleRef
from bot.views.plays import PLAYS
from bot.views.reward_fields import build_reward_fields, read_reward_fields
from offers.playbook.parameters import PARAMETERS
from offers.rulebook.shape import NAME_LIMIT
from offers.rules import RuleFacts

_OPTIONS = 100
_OPTION_LIMIT = 75
_LISTS = (
    ("families", "Product families", "Empty: every family."),
    ("regions", "Regions", "Empty: everywhere."),
    ("work_order_types", "Only on service calls of these types", "Empty: on every call."),
)
_NUMBERS = (
    ("window_days", "From how many days before"),
    ("term_months", "Term of a new contract in months"),
)


@dataclass(frozen=True, slots=True)
class RuleChoices:
    """What there is to choose from."""

    families: Sequence[str] = ()
    regions: Sequence[str] = ()
    work_order_types: Sequence[str] = ()


def build_rule_form(rule: RuleFacts | None, choices: RuleChoices) -> View:
    """Build the form for a rule, or for a new one. What is sent becomes a draft."""
    blocks: list[Block] = [
        InputBlock(
            block_id="name",
            label="Name",
            element=PlainTextInputElement(
                action_id=FIELD,
                initial_value=(rule.name[:NAME_LIMIT] or None) if rule else None,
                max_length=NAME_LIMIT,
            ),
        )
    ]
    blocks.append(_fixed_play(rule) if rule else _play_choice())
    for name, label, hint in _LISTS:
        blocks += _list(name, label, hint, getattr(choices, name), _entries(rule, name))
    blocks += _numbers(rule)
    until = rule.valid_until.isoformat() if rule and rule.valid_until else None
    blocks.append(
        InputBlock(
            block_id="valid_until",
            label="Last day",
            optional=True,
            element=DatePickerElement(action_id=FIELD, initial_date=until),
        )
    )
    blocks += build_reward_fields(rule.incentive if rule else None)
    note = "It is saved as a draft. Somebody else has to approve it."
    if rule is not None and _has_more(rule):
        note += " What this form doesn't show stays as it is."
    blocks.append(ContextBlock(elements=[cell(note)]))
    ref = RuleRef(rule_id=rule.rule_id, version=rule.version) if rule else None
    return View(
        type="modal",
        callback_id="rule_form",
        title="Edit a play" if rule else "New play",
        submit="Save draft",
        close="Cancel",
        private_metadata=ref.encode() if ref else "",
        blocks=blocks,
    )


def read_rule_form(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in as a rule's file would say it; fields that the form didn't show are left out."""
    written: dict[str, Any] = {"name": read_field(values, "name")}
    if "play" in values:
        written["play"] = read_field(values, "play")
    written["when"] = {name: _read_list(values, name) for name, _, _ in _LISTS if name in values}
    written["parameters"] = {
        name: number for name, _ in _NUMBERS if name in values and (number := read_field(values, name))
    }
    written["valid_until"] = read_field(values, "valid_until") or None
    written |= read_reward_fields(values)
    return written


def find_block(path: Sequence[str | int], *, shown: Mapping[str, Any]) -> str:
    """Return the input under which a problem of that part of a rule is told."""
    return next((str(part) for part in reversed(path) if part in shown), "name")


def _play_choice() -> Block:
    options = [Option(text=label, value=play) for play, label in PLAYS.items()]
    element = StaticSelectElement(action_id=FIELD, options=options)
    return InputBlock(
        block_id="play", label="Kind of play", element=element, hint="It can't be changed later."
    )


def _fixed_play(rule: RuleFacts) -> Block:
    return ContextBlock(elements=[cell(f"{PLAYS[rule.play.value]} · `{fact(rule.rule_id)}`")])


def _entries(rule: RuleFacts | None, name: str) -> tuple[str, ...]:
    return getattr(rule.conditions, name) if rule else ()


def _list(name: str, label: str, hint: str, known: Sequence[str], chosen: Sequence[str]) -> list[Block]:
    """Build a menu of what is known and what is chosen, nothing where neither is there."""
    folded = {entry.casefold() for entry in chosen}
    entries = [*chosen, *(one for one in known if one.casefold() not in folded)]
    fitting = [one for one in dict.fromkeys(entries) if one.strip() and len(one) <= _OPTION_LIMIT][:_OPTIONS]
    if not fitting or any(len(one) > _OPTION_LIMIT for one in chosen):
        return []
    options = [Option(text=shorten(flatten(one), _OPTION_LIMIT), value=one) for one in fitting]
    initial = [option for option in options if option.value in chosen] or None
    element = StaticMultiSelectElement(action_id=FIELD, options=options, initial_options=initial)
    return [InputBlock(block_id=name, label=label, element=element, hint=hint, optional=True)]


def _numbers(rule: RuleFacts | None) -> list[Block]:
    known = {one.name: one for one in PARAMETERS[rule.play]} if rule else {}
    blocks: list[Block] = []
    for name, label in _NUMBERS:
        if rule is not None and name not in known:
            continue
        initial = str(rule.parameters[name]) if rule else None
        element = NumberInputElement(action_id=FIELD, is_decimal_allowed=False, initial_value=initial)
        hint = None if rule else "Empty: what is usual for the play."
        blocks.append(InputBlock(block_id=name, label=label, element=element, optional=True, hint=hint))
    return blocks


def _read_list(values: Mapping[str, Any], name: str) -> list[str]:
    return [option["value"] for option in values[name][FIELD].get("selected_options") or ()]


def _has_more(rule: RuleFacts) -> bool:
    shown = {name for name, _, _ in _LISTS}
    return bool(set(rule.conditions.as_json()) - shown or rule.offer or rule.discount_bps)
