"""Offer cards: accept, not now, no with a reason."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.deals import accept_offer, decline_offer, snooze_offer
from bot.deps import Deps
from bot.views.payloads import OfferRef


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_accept(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        ref = OfferRef.model_validate_json(action["value"])
        accept_offer(client, ref, **_clicked(action, body), deps=deps)

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


def _clicked(action: dict[str, Any], body: dict[str, Any]) -> dict[str, str]:
    """Return who clicked where, and a key that is the same when Slack delivers the click again."""
    user = body["user"]["id"]
    return {
        "slack_user_id": user,
        "channel": body["container"]["channel_id"],
        "ts": body["container"]["message_ts"],
        "key": f"{action['action_id']}:{user}:{action['action_ts']}",
    }
