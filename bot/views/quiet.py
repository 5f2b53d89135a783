"""The form for what is sent to somebody unasked: what they want of it, and their quiet hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    CheckboxesElement,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.views.fields import FIELD, read_field
from bot.views.message import prose

SEARCH = "quiet_zone_search"
_TITLE = "Quiet hours"
_KINDS = (("digest", "My figures, once a week"), ("alerts", "A target that comes to be missed"))


@dataclass(frozen=True, slots=True)
class Quiet:
    """Full hours (0..23) of an IANA time zone in which nothing is sent unasked."""

    from_hour: int
    until_hour: int
    zone: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants to be sent unasked, and when not; `quiet` None is as the company has set it."""

    digest: bool
    alerts: bool
    quiet: Quiet | None


def build_quiet_button() -> ButtonElement:
    """Build the button that opens the form."""
    return ButtonElement(text=_TITLE, action_id="quiet_open")


def build_quiet_form(wishes: Wishes, *, company: Quiet, has_alerts: bool, names: Mapping[str, str]) -> View:
    """Build the form.

    Args:
        company: When nothing is sent to those who chose nothing.
        has_alerts: The reader answers for targets.
        names: What time zones are called.
    """
    kinds = [Option(text=words, value=kind) for kind, words in _list_kinds(has_alerts=has_alerts)]
    wanted = [kind for kind in kinds if getattr(wishes, str(kind.value))]
    quiet = wishes.quiet
    blocks: list[Block] = [
        InputBlock(
            block_id="wanted",
            label="What I send you unasked",
            optional=True,
            element=CheckboxesElement(action_id=FIELD, options=kinds, initial_options=wanted or None),
        ),
        _build_hour("from_hour", "Quiet from", quiet.from_hour if quiet is not None else None),
        _build_hour("until_hour", "Quiet until", quiet.until_hour if quiet is not None else None),
        InputBlock(
            block_id="zone",
            label="Time zone",
            optional=True,
            hint=f"Without hours of your own it is {describe_quiet(company, names)}, as your company has set it.",
            element=ExternalDataSelectElement(
                action_id=SEARCH,
                placeholder="Your city, or one near it",
                min_query_length=1,
                initial_option=_zone(quiet.zone, names) if quiet is not None else None,
            ),
        ),
    ]
    return View(
        type="modal", callback_id="quiet_form", title=_TITLE, submit="Save", close="Cancel", blocks=blocks
    )


def build_zone_options(zones: Sequence[str], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Build what the menu of time zones suggests, best first."""
    return [_zone(zone, names).to_dict() for zone in zones]


def build_quiet_saved(wishes: Wishes, *, company: Quiet, has_alerts: bool, names: Mapping[str, str]) -> View:
    """Build what stands there afterwards: what was chosen, in words."""
    quiet = wishes.quiet or company
    said = [f"Saved. Quiet hours: {describe_quiet(quiet, names)}."]
    wanted = [words for kind, words in _list_kinds(has_alerts=has_alerts) if getattr(wishes, kind)]
    said.append(f"Sent unasked: {'; '.join(wanted) or 'nothing'}.")
    return View(type="modal", title=_TITLE, close="Close", blocks=[SectionBlock(text=prose("\n".join(said)))])


def describe_quiet(quiet: Quiet, names: Mapping[str, str]) -> str:
    """Return quiet hours in words: "18:00 to 08:00, Berlin (Europe)"; "none" where they end as they begin."""
    if quiet.from_hour == quiet.until_hour:
        return "none"
    return f"{_hour(quiet.from_hour)} to {_hour(quiet.until_hour)}, {names.get(quiet.zone, quiet.zone)}"


def read_wishes(values: dict[str, Any]) -> Wishes:
    """Return what was chosen in the form, from a submission's `state.values`."""
    chosen = {one["value"] for one in values["wanted"][FIELD].get("selected_options") or ()}
    first, last = read_field(values, "from_hour"), read_field(values, "until_hour")
    option = values["zone"][SEARCH].get("selected_option")
    quiet = Quiet(int(first), int(last), option["value"] if option else "UTC") if first and last else None
    return Wishes("digest" in chosen, "alerts" in chosen, quiet)


def find_quiet_faults(values: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong with what was chosen, by block of the form; {} when nothing is."""
    first, last = read_field(values, "from_hour"), read_field(values, "until_hour")
    if bool(first) != bool(last):
        return {"until_hour" if first else "from_hour": "Quiet hours take both."}
    if first and first == last:
        return {"until_hour": "That would be all day. To be sent nothing, clear the boxes above."}
    if not first and values["zone"][SEARCH].get("selected_option"):
        return {"from_hour": "A time zone takes hours of your own."}
    return {}


def _list_kinds(*, has_alerts: bool) -> list[tuple[str, str]]:
    return [(kind, words) for kind, words in _KINDS if has_alerts or kind != "alerts"]


def _build_hour(name: str, label: str, hour: int | None) -> InputBlock:
    options = [Option(text=_hour(one), value=str(one)) for one in range(24)]
    element = StaticSelectElement(
        action_id=FIELD,
        options=options,
        initial_option=options[hour] if hour is not None else None,
        placeholder="As the company",
    )
    return InputBlock(block_id=name, label=label, optional=True, element=element)


def _zone(zone: str, names: Mapping[str, str]) -> Option:
    return Option(text=names.get(zone, zone), value=zone)


def _hour(hour: int) -> str:
    return f"{hour:02}:00"
