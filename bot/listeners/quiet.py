"""Quiet hours: the button on Home and under what was sent unasked, and the form behind it."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.deps import Deps
from bot.figures.quiet import find_quiet_form, save_wishes, search_zones
from bot.views.quiet import SEARCH, find_quiet_faults, read_wishes


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_open(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=find_quiet_form(body["user"]["id"], deps))

    def handle_search(ack: Ack, payload: dict[str, Any]) -> None:
        ack(options=search_zones(payload.get("value") or ""))

    def handle_form(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        values = view["state"]["values"]
        faults = find_quiet_faults(values)
        if faults:
            ack(response_action="errors", errors=faults)
            return
        ack(response_action="update", view=save_wishes(read_wishes(values), body["user"]["id"], deps))

    app.action("quiet_open")(handle_open)
    app.options(SEARCH)(handle_search)
    app.view("quiet_form")(handle_form)
