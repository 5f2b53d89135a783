"""Sending and closing modals, and doing what the app's acknowledgement says."""

from typing import Any

from bot.demo.workspace.blocks.surfaces import check_view
from bot.demo.workspace.core import Core
from bot.demo.workspace.form_values import coerce_value, find_form_problems, merge_values
from bot.demo.workspace.interactions import Container, describe, find_container, find_element
from bot.demo.workspace.modals import change_view, close_all, close_view, push_view
from bot.demo.workspace.records import Json, View
from bot.demo.workspace.refusals import InteractionFailed, Refusal


def expand_values(view: View, values: dict[str, dict[str, Any]]) -> Json:
    """Return values given in short as `state.values`; raises Refusal for unknown ids or options."""
    container = Container(view=view)
    expanded: Json = {}
    for block_id, actions in values.items():
        for action_id, value in actions.items():
            _block, element = find_element(container, action_id, block_id=block_id)
            try:
                expanded.setdefault(block_id, {})[action_id] = coerce_value(element, value)
            except LookupError as failure:
                raise Refusal("invalid_option") from failure
    return expanded


def submit(core: Core, user_id: str, view_id: str, values: Json) -> Json | None:
    """Send a form; return the app's `response_action` (`errors` also for what never reached it), or None.

    Raises:
        Refusal: `not_found` when the view is not the one on top.
        InteractionFailed: the app did not acknowledge in time, or with a view that Slack refuses.
    """
    with core.state.changed:
        view = find_container(core, user_id, {"type": "view", "view_id": view_id}).view
        if view is None or view is not core.state.top_view(user_id):
            raise Refusal("not_found")
        merge_values(view.state_values, values)
        problems = find_form_problems(view.body["blocks"], view.state_values)
        if problems:
            return {"response_action": "errors", "errors": problems}
        payload = {
            "type": "view_submission",
            **describe(core, user_id, Container(view=view)),
            "response_urls": [],
        }
        payload["trigger_id"] = core.triggers.issue(user_id, view_id=view_id)
        del payload["container"]
    reply = core.hub.request("interactive", payload)
    if reply.error is not None:
        raise InteractionFailed(reply.error)
    return _follow(core, view, reply.payload or {})


def _follow(core: Core, view: View, answer: Json) -> Json | None:
    action = answer.get("response_action")
    if action == "errors":
        return _check_errors(core, view, answer)
    if action == "clear":
        close_all(core, view.user)
        return {"response_action": "clear"}
    if action in ("update", "push"):
        try:
            body = check_view(answer.get("view"), surface="modal")
            if action == "update":
                change_view(core, view, body)
            else:
                push_view(core, view.user, body)
        except Refusal as refusal:
            core.state.problems.append(f"view_submission {action}: {refusal}")
            raise InteractionFailed(refusal.error) from refusal
        return {"response_action": action}
    if action is not None:
        core.state.problems.append(f"view_submission: unknown response_action {action}")
        raise InteractionFailed("invalid_response_action")
    close_view(core, view)
    return None


def _check_errors(core: Core, view: View, answer: Json) -> Json:
    errors = answer.get("errors")
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        core.state.problems.append(f"view_submission errors: not about inputs of the view: {errors}")
        raise InteractionFailed("invalid_response_errors")
    return {"response_action": "errors", "errors": errors}


def close(core: Core, user_id: str, view_id: str) -> None:
    """Close a modal (all of them with `clear_on_close`) and tell the app when it asked for that.

    Raises:
        Refusal: `not_found`.
    """
    with core.state.changed:
        view = find_container(core, user_id, {"type": "view", "view_id": view_id}).view
        if view is None or view.kind != "modal":
            raise Refusal("not_found")
        payload = {"type": "view_closed", **describe(core, user_id, Container(view=view))}
        is_cleared = bool(view.body.get("clear_on_close", False))
        payload["is_cleared"] = is_cleared
        if is_cleared:
            close_all(core, user_id)
        else:
            close_view(core, view)
    if view.body.get("notify_on_close", False):
        core.hub.request("interactive", payload)
