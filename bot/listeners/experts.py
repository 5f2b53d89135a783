"""Experts: asking them, asking back, keeping what they say, and where their questions go."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.conduct.work import work_on
from bot.deps import Deps
from bot.errors import AttacheError, explain
from bot.experts.keeping import Refused, claim_note, find_note_form, find_review_form
from bot.experts.questions import Click, claim_expert_question
from bot.experts.replies import claim_asked_back
from bot.experts.settings import choose_channel, find_channel_form
from bot.home.page import publish_home
from bot.views.expert import build_ask_back_form
from bot.views.fields import read_field
from bot.views.notes import build_note
from bot.views.payloads import NoteRef, ReplyRef, read_turn_id


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""
    _register_questions(app, deps)
    _register_notes(app, deps)
    _register_channels(app, deps)


def _register_questions(app: App, deps: Deps) -> None:
    def handle_ask(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        user, place = body["user"]["id"], body["container"]
        click = Click(user, place["channel_id"], action["action_ts"])
        outcome = claim_expert_question(read_turn_id(action["value"]), click, deps)
        ack()
        if isinstance(outcome, str):
            thread_ts = place.get("thread_ts") or place.get("message_ts")
            deps.delivery.whisper(place["channel_id"], user, build_note(outcome), thread_ts=thread_ts)
        elif outcome is not None:
            work_on(outcome, deps)

    def handle_ask_back(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        ref = ReplyRef.model_validate_json(action["value"])
        client.views_open(trigger_id=body["trigger_id"], view=build_ask_back_form(ref))

    def handle_asked_back(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        ref = ReplyRef.model_validate_json(view["private_metadata"])
        text = read_field(view["state"]["values"], "question")
        claim = claim_asked_back(ref, text, body["user"]["id"], view["id"], deps)
        ack()
        if claim is not None:
            work_on(claim, deps)

    app.action("ask_expert")(handle_ask)
    app.action("expert_ask_back")(handle_ask_back)
    app.view("ask_back_form")(handle_asked_back)


def _register_notes(app: App, deps: Deps) -> None:
    def handle_open(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        user, place = body["user"]["id"], body["container"]
        form = find_note_form(ReplyRef.model_validate_json(action["value"]), user, deps)
        if isinstance(form, str):
            deps.delivery.whisper(
                place["channel_id"], user, build_note(form), thread_ts=place.get("thread_ts")
            )
        else:
            client.views_open(trigger_id=body["trigger_id"], view=form)

    def handle_review(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        user = body["user"]["id"]
        form = find_review_form(NoteRef.model_validate_json(action["value"]).note_id, user, deps)
        if isinstance(form, str):
            publish_home(user, deps)
        else:
            client.views_open(trigger_id=body["trigger_id"], view=form)

    def handle_form(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        ref, user = NoteRef.model_validate_json(view["private_metadata"]), body["user"]["id"]
        outcome = claim_note(ref, view["state"]["values"], user, view["id"], deps)
        if isinstance(outcome, Refused):
            ack(response_action="errors", errors=outcome.errors)
            return
        ack()
        if outcome is not None:
            work_on(outcome, deps)
        if ref.reply is None:
            publish_home(user, deps)

    app.action("note_open")(handle_open)
    app.action("note_review")(handle_review)
    app.view("note_form")(handle_form)


def _register_channels(app: App, deps: Deps) -> None:
    def handle_open(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=find_channel_form(body["user"]["id"], deps))

    def handle_form(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        values = view["state"]["values"]
        family, channel = read_field(values, "family"), read_field(values, "channel")
        try:
            why_not = choose_channel(family, channel, body["user"]["id"], deps)
        except AttacheError as error:
            why_not = explain(error)
        if why_not is not None:
            ack(response_action="errors", errors={"channel": why_not})
            return
        ack()

    app.action("experts_open")(handle_open)
    app.view("experts_form")(handle_form)
