"""Bundles: the command and the form that asks for which customer."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.deps import Deps
from bot.errors import AttacheError
from bot.mrkdwn import read_text
from bot.selling.deals import find_account_named, search_accounts, show_bundles
from bot.views.forms import build_account_options, build_bundle_form
from bot.views.payloads import Origin


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_command(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        ack()
        text, user = read_text(command.get("text") or "").strip(), command["user_id"]
        account = find_account_named(text, user, deps)
        if account is None:
            form = build_bundle_form(origin=command["channel_id"], wrong=text or None)
            client.views_open(trigger_id=command["trigger_id"], view=form)
        else:
            show_bundles(account.account_id, user, deps, origin=command["channel_id"])

    def handle_home_button(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        origin = deps.delivery.open_dm(body["user"]["id"])
        client.views_open(trigger_id=body["trigger_id"], view=build_bundle_form(origin=origin, wrong=None))

    def handle_search(ack: Ack, payload: dict[str, Any], body: dict[str, Any]) -> None:
        try:
            found = search_accounts(payload.get("value") or "", body["user"]["id"], deps)
        except AttacheError:
            # A message for every keystroke helps nobody; the form itself says why when it is sent.
            found = []
        ack(options=build_account_options(found))

    def handle_form(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        chosen = view["state"]["values"]["account"]["account_search"]["selected_option"]
        origin = Origin.model_validate_json(view["private_metadata"]).channel
        show_bundles(chosen["value"], body["user"]["id"], deps, origin=origin)

    app.command("/bundle")(handle_command)
    app.action("home_bundle")(handle_home_button)
    app.options("account_search")(handle_search)
    app.view("bundle_form")(handle_form)
