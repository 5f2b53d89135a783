"""Discounts above one's limit: the request, and the two buttons of whoever decides."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.conduct.work import work_on
from bot.deps import Deps
from bot.errors import explain
from bot.selling.discounting import decide, submit_request
from bot.views.discount import build_refusal_form
from bot.views.fields import read_field
from bot.views.payloads import DiscountRef
from offers.errors import OfferError


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_request(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        submitted = submit_request(view, body["user"]["id"], deps)
        ack(**submitted.as_ack())
        if submitted.claim is not None:
            work_on(submitted.claim, deps)

    def handle_approve(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        claim = decide(_clicked(action, body), body["user"]["id"], deps, is_approved=True)
        if claim is not None:
            work_on(claim, deps)

    def handle_refuse(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=build_refusal_form(_clicked(action, body)))

    def handle_refusal(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        ref = DiscountRef.model_validate_json(view["private_metadata"])
        reason = read_field(view["state"]["values"], "reason")
        try:
            claim = decide(ref, body["user"]["id"], deps, is_approved=False, reason=reason)
        except OfferError as error:
            ack(response_action="errors", errors={"reason": explain(error)})
            return
        ack()
        if claim is not None:
            work_on(claim, deps)

    app.view("discount_form")(handle_request)
    app.action("discount_approve")(handle_approve)
    app.action("discount_refuse")(handle_refuse)
    app.view("discount_refusal")(handle_refusal)


def _clicked(action: dict[str, Any], body: dict[str, Any]) -> DiscountRef:
    ref, where = DiscountRef.model_validate_json(action["value"]), body["container"]
    return ref.model_copy(update={"channel": where["channel_id"], "ts": where["message_ts"]})
