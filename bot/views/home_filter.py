"""The form that narrows the conversions on Home, and the line that says how they are narrowed."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    InputBlock,
    Option,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, flatten, shorten
from bot.views.fields import FIELD
from bot.views.home_conversions import build_table_buttons
from bot.views.message import cell
from offers.conversions import ConversionFilter
from offers.filter_choices import FilterChoices

_OPTIONS_AT_MOST = 100
_PERIODS = (
    ("7", "the last 7 days"),
    ("30", "the last 30 days"),
    ("90", "the last 90 days"),
    ("365", "the last year"),
)
_LABELS = {
    "family": "Product family",
    "region": "Region",
    "partner_id": "Partner",
    "person_id": "Technician or partner's person",
    "days": "Period",
}


def build_filter_form(choices: FilterChoices, only: ConversionFilter) -> View:
    """Build the form; what can't be chosen from at least two is left out, unless it is chosen."""
    blocks: list[Block] = []
    for name, options in _options(choices).items():
        chosen = getattr(only, name)
        if len(options) < 2 and chosen is None:
            continue
        shown = [
            Option(text=shorten(flatten(label), 75), value=value)
            for value, label in options[:_OPTIONS_AT_MOST]
        ]
        first = next((option for option in shown if option.value == str(chosen)), None)
        blocks.append(
            InputBlock(
                block_id=name,
                label=_LABELS[name],
                optional=True,
                element=StaticSelectElement(
                    action_id=FIELD, options=shown, initial_option=first, placeholder="All"
                ),
            )
        )
    return View(
        type="modal",
        callback_id="filter_form",
        title="Filter conversions",
        submit="Show",
        close="Cancel",
        blocks=blocks,
    )


def read_filter(values: dict[str, Any]) -> ConversionFilter:
    """Return what was chosen in the form, from a submission's `state.values`."""
    chosen: dict[str, Any] = {}
    for name in _LABELS:
        option = (values.get(name) or {}).get(FIELD, {}).get("selected_option")
        if option:
            chosen[name] = int(option["value"]) if name == "days" else option["value"]
    return ConversionFilter(**chosen)


def build_filter_line(choices: FilterChoices | None, only: ConversionFilter) -> list[Block]:
    """Build the buttons above the conversions, and what they are narrowed to; [] without choices."""
    if choices is None:
        return []
    buttons = [
        ButtonElement(text="Filter", action_id="home_filter"),
        *build_table_buttons(),
    ]
    named = name_filter(choices, only)
    if named:
        buttons.append(ButtonElement(text="Show all", action_id="home_filter_clear"))
    line: list[Block] = [ActionsBlock(elements=buttons)]
    if named:
        line.append(ContextBlock(elements=[cell(f"Only {' · '.join(fact(name) for name in named)}")]))
    return line


def name_filter(choices: FilterChoices, only: ConversionFilter) -> list[str]:
    """Return what the conversions are narrowed to, in plain words; [] when they aren't."""
    names = []
    for name, options in _options(choices).items():
        chosen = getattr(only, name)
        if chosen is not None:
            names.append(next((label for value, label in options if value == str(chosen)), str(chosen)))
    return names


def _options(choices: FilterChoices) -> dict[str, Sequence[tuple[str, str]]]:
    return {
        "family": choices.families,
        "region": choices.regions,
        "partner_id": choices.partners,
        "person_id": choices.people,
        "days": _PERIODS,
    }
