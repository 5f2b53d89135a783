"""What people fill in: every input stands in a block of its own, and its element is always called the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Option

FIELD = "field"
_OPTIONS = 100
_OPTION_LIMIT = 75


def read_field(values: Mapping[str, Any], block_id: str) -> str:
    """Return what was filled in or chosen in a block of a view's state, "" for nothing."""
    held = values[block_id][FIELD]
    option = held.get("selected_option")
    chosen = option["value"] if option else None
    return str(
        chosen or held.get("value") or held.get("selected_date") or held.get("selected_conversation") or ""
    )


def build_family_options(families: Sequence[str], *, first: Option) -> list[Option]:
    """Return the product families to choose from, each once, behind `first`; what Slack can't show is left out."""
    names = [name for name in dict.fromkeys(families) if name.strip() and len(name) <= _OPTION_LIMIT]
    return [first, *(Option(text=name, value=name) for name in names if name != first.value)][:_OPTIONS]
