"""The form that narrows the conversions on Home, and the line that says how they are narrowed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DatePickerElement,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, flatten, format_day, shorten
from bot.views.fields import FIELD
from bot.views.home_conversions import build_table_buttons
from bot.views.message import cell
from offers.sales.conversion_filter import ConversionFilter
from offers.sales.filter_choices import FilterChoices

OPTIONS_AT_MOST = 100
SEARCH = "filter_search"
"""The menus whose options are looked for while somebody types: what may be more than a menu holds."""
_PERIODS = (
    ("7", "the last 7 days"),
    ("30", "the last 30 days"),
    ("90", "the last 90 days"),
    ("365", "the last year"),
)
_LABELS = {
    "family": "Product family",
    "sku": "Product",
    "region": "Region",
    "partner_id": "Partner",
    "person_id": "Technician or partner's person",
    "days": "Period",
}
_DAYS = {"first_day": "From", "last_day": "To"}
_OPTION = 75


def build_filter_form(choices: FilterChoices, only: ConversionFilter) -> View:
    """Build the form; what can't be chosen from at least two is left out, unless it is chosen."""
    blocks: list[Block] = []
    for name, options in _options(choices).items():
        chosen = getattr(only, name)
        if name != "sku" and len(options) < 2 and chosen is None:
            continue
        first = next((one for one in options if one[0] == str(chosen)), None)
        menu = _build_search(name, first) if _is_searched(name, options) else _build_menu(options, first)
        blocks.append(InputBlock(block_id=name, label=_LABELS[name], optional=True, element=menu))
    blocks += [_build_day(name, getattr(only, name)) for name in _DAYS]
    return View(
        type="modal",
        callback_id="filter_form",
        title="Filter conversions",
        submit="Show",
        close="Cancel",
        blocks=blocks,
    )


def build_filter_options(found: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Build what a menu of the form suggests, best first."""
    return [_option(*one).to_dict() for one in found[:OPTIONS_AT_MOST]]


def read_filter(values: dict[str, Any]) -> ConversionFilter:
    """Return what was chosen in the form, from a submission's `state.values`; days go before a period."""
    chosen: dict[str, Any] = {}
    for name in _LABELS:
        held = values.get(name) or {}
        option = next((one["selected_option"] for one in held.values() if one.get("selected_option")), None)
        if option:
            chosen[name] = int(option["value"]) if name == "days" else option["value"]
    for name in _DAYS:
        day = (values.get(name) or {}).get(FIELD, {}).get("selected_date")
        if day:
            chosen[name] = date.fromisoformat(day)
            chosen.pop("days", None)
    return ConversionFilter(**chosen)


def find_filter_faults(only: ConversionFilter) -> dict[str, str]:
    """Return what is wrong with what was chosen, by block of the form; {} when nothing is."""
    if only.first_day is None or only.last_day is None or only.first_day <= only.last_day:
        return {}
    return {"last_day": f"This is before {format_day(only.first_day)}."}


def _is_searched(name: str, options: Sequence[tuple[str, str]]) -> bool:
    return name == "sku" or len(options) > OPTIONS_AT_MOST


def _build_search(name: str, first: tuple[str, str] | None) -> ExternalDataSelectElement:
    return ExternalDataSelectElement(
        action_id=SEARCH,
        placeholder="Name or number" if name == "sku" else "Name",
        min_query_length=0,
        initial_option=_option(*first) if first is not None else None,
    )


def _build_menu(options: Sequence[tuple[str, str]], first: tuple[str, str] | None) -> StaticSelectElement:
    return StaticSelectElement(
        action_id=FIELD,
        options=[_option(*one) for one in options],
        initial_option=_option(*first) if first is not None else None,
        placeholder="All",
    )


def _build_day(name: str, day: date | None) -> InputBlock:
    element = DatePickerElement(
        action_id=FIELD, initial_date=day.isoformat() if day is not None else None, placeholder="Any day"
    )
    hint = "Instead of a period. Days are UTC, both included." if name == "last_day" else None
    return InputBlock(block_id=name, label=_DAYS[name], optional=True, element=element, hint=hint)


def _option(value: str, label: str) -> Option:
    return Option(text=shorten(flatten(label), _OPTION), value=value)


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
    return [*names, *_name_days(only)]


def _name_days(only: ConversionFilter) -> list[str]:
    first = format_day(only.first_day) if only.first_day is not None else None
    last = format_day(only.last_day) if only.last_day is not None else None
    if first and last:
        return [first if first == last else f"{first} to {last}"]
    return [f"from {first}"] if first else [f"until {last}"] if last else []


def name_products(named: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return products with their numbers behind their names: several may have one name."""
    return [(sku, f"{name} ({sku})" if name != sku else sku) for sku, name in named]


def _options(choices: FilterChoices) -> dict[str, Sequence[tuple[str, str]]]:
    return {
        "family": choices.families,
        "sku": name_products(choices.products),
        "region": choices.regions,
        "partner_id": choices.partners,
        "person_id": choices.people,
        "days": _PERIODS,
    }
