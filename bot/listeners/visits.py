"""Visits: the command, its form, and the button that closes a visit."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.delivery import Place
from bot.deps import Deps
from bot.errors import AttacheError
from bot.mrkdwn import read_text
from bot.views.forms import build_asset_options, build_visit_form
from bot.views.payloads import AssetRef, Origin, VisitRef
from bot.visits.opening import close_visit, find_chosen_asset, find_visit_asset, search_assets, start_visit
from offers.errors import UnknownAsset


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""
    _register_form(app, deps)
    _register_buttons(app, deps)


def _register_form(app: App, deps: Deps) -> None:
    def handle_command(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        ack()
        text, user, origin = read_text(command.get("text") or ""), command["user_id"], command["channel_id"]
        asset = find_visit_asset(text, user, deps)
        if asset is None:
            form = build_visit_form(origin=origin, wrong=text.strip() or None)
            client.views_open(trigger_id=command["trigger_id"], view=form)
        else:
            start_visit(asset, user, origin, deps)

    def handle_home_button(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        origin = deps.delivery.open_dm(body["user"]["id"])
        client.views_open(trigger_id=body["trigger_id"], view=build_visit_form(origin=origin, wrong=None))

    def handle_search(ack: Ack, payload: dict[str, Any], body: dict[str, Any]) -> None:
        try:
            typed = Origin.model_validate_json(body["view"]["private_metadata"]).typed
            found = search_assets(payload.get("value") or typed or "", body["user"]["id"], deps)
        except AttacheError:
            # A message for every keystroke helps nobody; the form itself says why when it is sent.
            found = []
        ack(options=build_asset_options(found))

    def handle_form(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        chosen = view["state"]["values"]["asset"]["asset_search"]["selected_option"]
        asset = find_chosen_asset(chosen["value"], body["user"]["id"], deps)
        if asset is None:
            ack(response_action="errors", errors={"asset": "This machine is not one that you may see."})
            return
        ack()
        start_visit(
            asset, body["user"]["id"], Origin.model_validate_json(view["private_metadata"]).channel, deps
        )

    app.command("/visit")(handle_command)
    app.action("home_visit")(handle_home_button)
    app.options("asset_search")(handle_search)
    app.view("visit_form")(handle_form)


def _register_buttons(app: App, deps: Deps) -> None:
    def handle_start(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        asset_id = AssetRef.model_validate_json(action["value"]).asset_id
        user = body["user"]["id"]
        asset = find_chosen_asset(asset_id, user, deps)
        if asset is None:
            raise UnknownAsset(asset_id)
        start_visit(asset, user, body["container"]["channel_id"], deps)

    def handle_close(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        visit_id = VisitRef.model_validate_json(action["value"]).visit_id
        brief = Place(body["container"]["channel_id"], body["container"]["message_ts"])
        close_visit(visit_id, body["user"]["id"], brief, deps)

    app.action("visit_start")(handle_start)
    app.action("visit_close")(handle_close)
