"""What people fill in: every input stands in a block of its own, and its element is always called the same."""

from collections.abc import Mapping
from typing import Any

FIELD = "field"


def read_field(values: Mapping[str, Any], block_id: str) -> str:
    """Return what was filled in or chosen in a block of a view's state, "" for nothing."""
    held = values[block_id][FIELD]
    option = held.get("selected_option")
    chosen = option["value"] if option else None
    return str(
        chosen or held.get("value") or held.get("selected_date") or held.get("selected_conversation") or ""
    )
