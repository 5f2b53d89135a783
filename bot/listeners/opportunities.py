"""What could be sold or lost: the lists, handing a machine on, and its offer."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.conduct.work import work_on
from bot.deps import Deps
from bot.errors import AttacheError, explain
from bot.figures.opportunities import claim_asset_offer, claim_referral, open_list, refresh_list
from bot.views.notes import build_note
from bot.views.payloads import OpportunityRef
from offers.errors import OfferError
from offers.steering.opportunities import Kind


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_open(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        open_list(Kind(action["value"]), body["user"]["id"], body["trigger_id"], client, deps)

    def handle_refer(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        ref, user = OpportunityRef.model_validate_json(action["value"]), body["user"]["id"]
        try:
            claim, said = claim_referral(ref, user, deps)
            work_on(claim, deps)
        except (AttacheError, OfferError) as error:
            said = explain(error)
        if "view" in body:
            refresh_list(Kind(ref.kind), user, body["view"]["id"], deps, said=said)
        else:
            deps.delivery.whisper(body["channel"]["id"], user, build_note(said))

    def handle_offer(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        ref = OpportunityRef.model_validate_json(action["value"])
        claim = claim_asset_offer(ref, body["user"]["id"], action["action_ts"], deps)
        if claim is not None:
            work_on(claim, deps)

    for kind in Kind:
        app.action(f"opportunities_{kind.value}")(handle_open)
    app.action("opportunity_refer")(handle_refer)
    app.action("opportunity_offer")(handle_offer)
