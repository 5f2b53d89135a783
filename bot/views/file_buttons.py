"""The buttons that send a list as a file into the reader's own messages."""

from slack_sdk.models.blocks import ButtonElement

from bot.views.payloads import ListRef

EXCEL, CSV = "list_xlsx", "list_csv"


def build_file_buttons(ref: ListRef) -> list[ButtonElement]:
    """Build the two buttons of a list."""
    return [
        ButtonElement(text="Excel", action_id=EXCEL, value=ref.encode()),
        ButtonElement(text="CSV", action_id=CSV, value=ref.encode()),
    ]
