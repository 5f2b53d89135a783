"""Plays: the list from Home, one rule, its steps, its form, and trying it out."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.conduct.work import work_on
from bot.deps import Deps
from bot.selling.ruling import (
    SAVED,
    claim_simulation,
    find_rule_form,
    find_rule_list,
    find_rule_view,
    find_waiting_view,
    save_form,
    take_step,
)
from bot.views.payloads import RuleRef


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""
    _register_looks(app, deps)
    _register_steps(app, deps)
    _register_form(app, deps)


def _register_looks(app: App, deps: Deps) -> None:
    def handle_list(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=find_rule_list(body["user"]["id"], deps))

    def handle_open(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        ref = RuleRef.model_validate_json(action["value"])
        view = find_rule_view(ref.rule_id, body["user"]["id"], deps)
        client.views_push(trigger_id=body["trigger_id"], view=view)

    app.action("rules_open")(handle_list)
    app.action("rule_open")(handle_open)


def _register_steps(app: App, deps: Deps) -> None:
    def handle_step(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        ref, user = RuleRef.model_validate_json(action["value"]), body["user"]["id"]
        view = take_step(action["action_id"].removeprefix("rule_"), ref, user, deps)
        # The list beneath first: whoever goes back finds it as it is now.
        deps.delivery.update_view(body["view"]["root_view_id"], find_rule_list(user, deps))
        deps.delivery.update_view(body["view"]["id"], view)

    def handle_simulate(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        ack()
        ref, user = RuleRef.model_validate_json(action["value"]), body["user"]["id"]
        claim = claim_simulation(ref, body["view"], user, deps)
        if claim is not None:
            deps.delivery.update_view(body["view"]["id"], find_waiting_view(ref, user, deps))
            work_on(claim, deps)

    app.action("rule_approve")(handle_step)
    app.action("rule_archive")(handle_step)
    app.action("rule_simulate")(handle_simulate)


def _register_form(app: App, deps: Deps) -> None:
    def handle_new(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        view = find_rule_form(None, body["user"]["id"], deps)
        client.views_push(trigger_id=body["trigger_id"], view=view)

    def handle_edit(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        ref = RuleRef.model_validate_json(action["value"])
        view = find_rule_form(ref.rule_id, body["user"]["id"], deps)
        client.views_push(trigger_id=body["trigger_id"], view=view)

    def handle_form(ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
        user, meta = body["user"]["id"], view["private_metadata"]
        ref = RuleRef.model_validate_json(meta) if meta else None
        saved = save_form(ref, view["state"]["values"], user, deps)
        if isinstance(saved, dict):
            ack(response_action="errors", errors=saved)
            return
        details = find_rule_view(saved.rule_id, user, deps, notice=SAVED)
        if ref is None:
            ack(response_action="update", view=details)
        else:
            ack()
            deps.delivery.update_view(view["previous_view_id"], details)
        deps.delivery.update_view(view["root_view_id"], find_rule_list(user, deps))

    app.action("rule_new")(handle_new)
    app.action("rule_edit")(handle_edit)
    app.view("rule_form")(handle_form)
