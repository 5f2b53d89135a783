"""Under an answer: more of it, whether it helped, and why not."""

from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot.deps import Deps
from bot.reactions import note_comment, note_complaint, react, show_rest
from bot.views.feedback import build_comment_form
from bot.views.fields import read_field
from bot.views.payloads import Complaint, Reaction, TurnRef


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

    def handle_reason(ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond) -> None:
        ack()
        complaint = Complaint.model_validate_json(action["value"])
        thanks = note_complaint(complaint, body["container"]["channel_id"], deps)
        if thanks is not None:
            respond(text=thanks.text, blocks=thanks.blocks, replace_original=True)

    def handle_comment(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        turn_id = TurnRef.model_validate_json(action["value"]).turn_id
        client.views_open(trigger_id=body["trigger_id"], view=build_comment_form(turn_id))

    def handle_commented(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        turn_id = TurnRef.model_validate_json(view["private_metadata"]).turn_id
        note_comment(turn_id, read_field(view["state"]["values"], "comment"), body["user"]["id"], deps)

    app.action("answer_more")(handle_more)
    app.action("answer_feedback")(handle_feedback)
    app.action("feedback_wrong")(handle_reason)
    app.action("feedback_outdated")(handle_reason)
    app.action("feedback_incomplete")(handle_reason)
    app.action("feedback_other_machine")(handle_reason)
    app.action("feedback_hard_to_read")(handle_reason)
    app.action("feedback_comment")(handle_comment)
    app.view("feedback_form")(handle_commented)
