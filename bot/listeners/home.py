"""Home and the messages tab."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.deciding import find_decision_view
from bot.deps import Deps
from bot.errors import AttacheError, explain
from bot.hand_overs import retry_hand_overs
from bot.home import find_conversion_view, open_home, publish_home, publish_to_readers
from bot.sale_steps import find_sale_step_form, take_step
from bot.views.payloads import SaleRef, Shown
from bot.welcome import welcome
from offers.errors import OfferError


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_opened(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab") == "messages":
            welcome(client, event["user"], event["channel"], deps)
        else:
            open_home(client, event["user"], deps)

    def handle_refresh(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        publish_home(client, body["user"]["id"], deps)

    def handle_more(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        shown = Shown.model_validate_json(action["value"]).count
        publish_home(client, body["user"]["id"], deps, shown=shown)

    def handle_conversion(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        view = find_conversion_view(action["value"], body["user"]["id"], deps)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def handle_decision(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        view = find_decision_view(action["value"], body["user"]["id"], deps)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def handle_retry(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        chosen = (action["value"],) if action["action_id"] == "outbox_retry" else None
        retry_hand_overs(client, chosen, body["user"]["id"], deps)

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

    def handle_link(ack: Ack) -> None:
        ack()

    app.event("app_home_opened")(handle_opened)
    app.action("home_refresh")(handle_refresh)
    app.action("home_more")(handle_more)
    app.action("home_conversion")(handle_conversion)
    app.action("home_decision")(handle_decision)
    app.action("outbox_retry")(handle_retry)
    app.action("outbox_retry_all")(handle_retry)
    app.action("sale_step")(handle_step)
    app.view("sale_step_form")(handle_step_form)
    app.action("thread_link")(handle_link)
