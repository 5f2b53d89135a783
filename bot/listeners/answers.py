"""Under an answer: more of it, and whether it helped."""

from typing import Any

from slack_bolt import Ack, App

from bot.deps import Deps
from bot.reactions import react, show_rest
from bot.views.payloads import Reaction, TurnRef


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_more(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        turn_id = TurnRef.model_validate_json(action["value"]).turn_id
        show_rest(turn_id, body["user"]["id"], body["container"]["channel_id"], deps)

    def handle_feedback(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        reaction = Reaction.model_validate_json(action["value"])
        react(reaction, body["user"]["id"], body["container"]["channel_id"], deps)

    app.action("answer_more")(handle_more)
    app.action("answer_feedback")(handle_feedback)
