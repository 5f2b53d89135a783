"""The buttons that send a list as a file into the reader's own messages."""

from slack_sdk.models.blocks import ButtonElement

from bot.views.payloads import ListRef

EXCEL, CSV = "list_xlsx", "list_csv"


def build_file_buttons(ref: ListRef, *, of: str = "") -> list[ButtonElement]:
    """Build the two buttons of a list; `of` names it where they stand among others: "Figures: Excel"."""
    name = f"{of}: " if of else ""
    return [
        ButtonElement(text=f"{name}Excel", action_id=EXCEL, value=ref.encode()),
        ButtonElement(text=f"{name}CSV", action_id=CSV, value=ref.encode()),
    ]
