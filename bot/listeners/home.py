"""Home and the messages tab."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.deps import Deps
from bot.errors import AttacheError
from bot.files.conversions import send_conversion_table
from bot.home.page import find_filter_form, narrow_home, open_home, publish_home, search_filter_options
from bot.home.welcome import welcome
from bot.selling.deciding import find_decision_view
from bot.selling.hand_overs import retry_hand_overs
from bot.views.home_filter import SEARCH, find_filter_faults, read_filter
from bot.views.payloads import Shown
from offers.sales.conversion_filter import ConversionFilter


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""
    _register_filter(app, deps)

    def handle_opened(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab") == "messages":
            welcome(client, event["user"], event["channel"], deps)
        else:
            open_home(event["user"], deps)

    def handle_refresh(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        publish_home(body["user"]["id"], deps)

    def handle_more(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        shown = Shown.model_validate_json(action["value"]).count
        publish_home(body["user"]["id"], deps, shown=shown)

    def handle_table(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        send_conversion_table(body["user"]["id"], deps)

    def handle_decision(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        view = find_decision_view(action["value"], body["user"]["id"], deps)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def handle_retry(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        chosen = (action["value"],) if action["action_id"] == "outbox_retry" else None
        retry_hand_overs(chosen, body["user"]["id"], deps)

    def handle_link(ack: Ack) -> None:
        ack()

    app.event("app_home_opened")(handle_opened)
    app.action("home_refresh")(handle_refresh)
    app.action("home_more")(handle_more)
    app.action("home_table")(handle_table)
    app.action("home_decision")(handle_decision)
    app.action("outbox_retry")(handle_retry)
    app.action("outbox_retry_all")(handle_retry)
    app.action("thread_link")(handle_link)


def _register_filter(app: App, deps: Deps) -> None:
    def handle_filter(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        form = find_filter_form(body["user"]["id"], deps)
        client.views_open(trigger_id=body["trigger_id"], view=form)

    def handle_clear(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        narrow_home(ConversionFilter(), body["user"]["id"], deps)

    def handle_filter_search(ack: Ack, payload: dict[str, Any], body: dict[str, Any]) -> None:
        try:
            options = search_filter_options(
                payload["block_id"], payload.get("value") or "", body["user"]["id"], deps
            )
        except AttacheError:
            # A message for every keystroke helps nobody; the form was for managers alone.
            options = []
        ack(options=options)

    def handle_filter_form(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        only = read_filter(view["state"]["values"])
        faults = find_filter_faults(only)
        if faults:
            ack(response_action="errors", errors=faults)
            return
        ack()
        narrow_home(only, body["user"]["id"], deps)

    app.action("home_filter")(handle_filter)
    app.action("home_filter_clear")(handle_clear)
    app.options(SEARCH)(handle_filter_search)
    app.view("filter_form")(handle_filter_form)
