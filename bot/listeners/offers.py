"""Offer cards: accept, not now, no with a reason."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.conduct.work import work_on
from bot.delivery import Place
from bot.deps import Deps
from bot.files.quotes import claim_accepted_quote, claim_offered_quote
from bot.home.page import publish_to_readers
from bot.selling.acceptance import open_form, refer_to_card, reprice_form, submit_form
from bot.selling.deals import decline_offer, snooze_offer
from bot.views.payloads import OfferRef


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_accept(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        ref, place = OfferRef.model_validate_json(action["value"]), body["container"]
        open_form(
            client,
            ref,
            trigger_id=body["trigger_id"],
            slack_user_id=body["user"]["id"],
            place=refer_to_card(ref, place["channel_id"], place["message_ts"], place.get("thread_ts")),
            deps=deps,
        )

    def handle_snooze(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        snooze_offer(OfferRef.model_validate_json(action["value"]), **_clicked(action, body), deps=deps)

    def handle_decline(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        _, offer_id, _ = action["block_id"].split(":")
        decline_offer(offer_id, action["selected_option"]["value"], **_clicked(action, body), deps=deps)

    app.action("offer_accept")(handle_accept)
    app.action("offer_snooze")(handle_snooze)
    app.action("offer_decline")(handle_decline)

    _register_form(app, deps)


def _register_form(app: App, deps: Deps) -> None:
    def handle_change(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        reprice_form(client, body["view"], body["user"]["id"], deps)

    def handle_form(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        submitted = submit_form(view, body["user"]["id"], deps)
        ack(**submitted.as_ack())
        if submitted.claim is not None:
            # The acceptance is written; whatever Slack makes of the card, Home shows it.
            publish_to_readers(deps)
            work_on(submitted.claim, deps)

    def handle_send(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        claim = claim_offered_quote(client, body["view"], body["user"]["id"], deps)
        if claim is not None:
            work_on(claim, deps)

    def handle_pdf(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        where = body["container"]
        place = Place(where["channel_id"], where.get("thread_ts") or where["message_ts"])
        claim = claim_accepted_quote(
            OfferRef.model_validate_json(action["value"]), place, body["user"]["id"], deps
        )
        if claim is not None:
            work_on(claim, deps)

    app.action("acceptance_option")(handle_change)
    app.action("acceptance_discount")(handle_change)
    app.action("quote_send")(handle_send)
    app.action("quote_pdf")(handle_pdf)
    app.view("acceptance_form")(handle_form)


def _clicked(action: dict[str, Any], body: dict[str, Any]) -> dict[str, str]:
    """Return who clicked where, and a key that is the same when Slack delivers the click again."""
    user = body["user"]["id"]
    return {
        "slack_user_id": user,
        "channel": body["container"]["channel_id"],
        "ts": body["container"]["message_ts"],
        "key": f"{action['action_id']}:{user}:{action['action_ts']}",
    }
