"""The buttons that send a list as a file."""

from typing import Any

from slack_bolt import Ack, App

from bot.deps import Deps
from bot.files.exports import share_list
from bot.views.file_buttons import CSV, EXCEL
from bot.views.payloads import ListRef


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_file(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        ref = ListRef.model_validate_json(action["value"])
        share_list(ref, body["user"]["id"], deps, is_workbook=action["action_id"] == EXCEL)

    app.action(EXCEL)(handle_file)
    app.action(CSV)(handle_file)
