"""A sale opened from Home: its details, its decision, its quote, and what becomes of it."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.conduct.work import work_on
from bot.deps import Deps
from bot.errors import AttacheError, explain
from bot.home.page import publish_to_readers
from bot.home.sale_details import claim_quote, find_sale_details
from bot.home.sale_steps import find_sale_step_form, mark_booked, take_step
from bot.selling.deciding import find_decision_view
from bot.views.payloads import SaleRef
from offers.errors import OfferError


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_step(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ref = SaleRef.model_validate_json(action["value"])
        form = find_sale_step_form(ref, body["user"]["id"], deps)
        ack()
        client.views_push(trigger_id=body["trigger_id"], view=form)

    def handle_step_form(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        ref, user = SaleRef.model_validate_json(view["private_metadata"]), body["user"]["id"]
        try:
            done = take_step(ref, view["state"]["values"], user, view["id"], deps)
        except (AttacheError, OfferError) as error:
            ack(response_action="errors", errors={"reason": explain(error)})
            return
        ack(response_action="update", view=done)
        publish_to_readers(deps)

    def handle_book(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        ref, user, view = SaleRef.model_validate_json(action["value"]), body["user"]["id"], body["view"]
        mark_booked(ref, user, view["id"], deps)
        client.views_update(view_id=view["id"], view=find_sale_details(ref.offer_id, user, deps))
        publish_to_readers(deps)

    def handle_open(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        view = find_sale_details(action["value"], body["user"]["id"], deps)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def handle_decision(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        view = find_decision_view(action["value"], body["user"]["id"], deps)
        client.views_push(trigger_id=body["trigger_id"], view=view)

    def handle_quote(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        ref, user, view = SaleRef.model_validate_json(action["value"]), body["user"]["id"], body["view"]
        claim, details = claim_quote(ref, user, view["id"], deps)
        if claim is not None:
            work_on(claim, deps)
        deps.delivery.update_view(view["id"], details)

    app.action("home_conversion")(handle_open)
    app.action("sale_decision")(handle_decision)
    app.action("sale_quote")(handle_quote)
    app.action("sale_book")(handle_book)
    app.action("sale_step")(handle_step)
    app.view("sale_step_form")(handle_step_form)
