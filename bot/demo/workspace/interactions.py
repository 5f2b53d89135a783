"""What people do with blocks: clicks, choices, menus that ask the app, slash commands."""

from dataclasses import dataclass
from typing import Any

from bot.demo.workspace.blocks.checking import Checker
from bot.demo.workspace.blocks.objects import check_option, check_option_groups
from bot.demo.workspace.blocks.surfaces import iter_elements
from bot.demo.workspace.core import Core
from bot.demo.workspace.form_values import (
    VALUE_KEYS,
    coerce_value,
    find_option,
    keep_values,
    merge_values,
)
from bot.demo.workspace.records import CommandResult, Json, Message, View
from bot.demo.workspace.refusals import InteractionFailed, Refusal
from bot.demo.workspace.rendering import render_stored, render_view
from bot.demo.workspace.responses import respond

COPIED = {"button": ("text", "value", "style"), "icon_button": ("text", "value"), "feedback_buttons": ()}


@dataclass(frozen=True, slots=True)
class Container:
    """The message or view in which a person used something."""

    message: Message | None = None
    view: View | None = None

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, as they are now."""
        if self.view is not None:
            blocks: list[Json] = self.view.body["blocks"]
            return blocks
        return self.message.blocks if self.message else []


def find_container(core: Core, user_id: str, where: Json) -> Container:
    """Return the message or view that a page or a test names.

    Raises:
        Refusal: `not_found`, also for what this person cannot see.
    """
    if where.get("type") == "view":
        view = core.state.views.get(str(where.get("view_id")))
        if view is None or view.user != user_id or not core.state.is_open(view):
            raise Refusal("not_found")
        return Container(view=view)
    channel, ts = str(where.get("channel")), str(where.get("ts"))
    message = core.state.find_message(channel, ts) or core.state.ephemerals.get(ts)
    if message is None or message.channel != channel or user_id not in core.audience(message):
        raise Refusal("not_found")
    return Container(message=message)


def find_element(container: Container, action_id: str, *, block_id: str | None) -> tuple[Json, Json]:
    """Return the element and the block it stands in; raises Refusal `action_not_found`."""
    for block, element in iter_elements(container.blocks):
        if element.get("action_id") == action_id and block_id in (None, block["block_id"]):
            return block, element
    raise Refusal("action_not_found")


def describe(core: Core, user_id: str, container: Container) -> Json:
    """Return the fields that say who did something, and where."""
    body: Json = {
        "user": core.user_json(user_id),
        "api_app_id": core.seed.app_id,
        "token": "local-verification-token",
        "team": {"id": core.seed.team_id, "domain": core.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if container.view is not None:
        body["container"] = {"type": "view", "view_id": container.view.id}
        body["view"] = render_view(core, container.view)
    elif container.message is not None:
        body.update(_describe_message(core, container.message))
    return body


def _describe_message(core: Core, message: Message) -> Json:
    conversation = core.state.conversations[message.channel]
    where: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts is not None:
        where["thread_ts"] = message.thread_ts
    name = "directmessage" if conversation.kind == "dm" else conversation.name
    body: Json = {"container": where, "channel": {"id": conversation.id, "name": name}}
    if message.ephemeral_to is None:
        body["message"] = render_stored(core, message)
    body["state"] = {"values": message.state_values}
    return body


def act(
    core: Core,
    user_id: str,
    where: Json,
    *,
    action_id: str,
    block_id: str | None = None,
    given: Json | None = None,
    state: Json | None = None,
) -> None:
    """Click or choose something and wait for the app to take it.

    An input that does not dispatch only remembers the value.

    Raises:
        Refusal: `not_found`, `action_not_found` or `invalid_option`.
        InteractionFailed: the app did not acknowledge in time.
    """
    with core.state.changed:
        container = find_container(core, user_id, where)
        block, element = find_element(container, action_id, block_id=block_id)
        action = build_action(core, block, element, given or {})
        _remember(container, block, element, action=action, state=state or {})
        core.state.touch()
        if block["type"] == "input" and not block.get("dispatch_action", False):
            return
        payload = {"type": "block_actions", **describe(core, user_id, container), "actions": [action]}
        payload["trigger_id"] = core.triggers.issue(
            user_id, view_id=container.view.id if container.view else None
        )
        if container.message is not None:
            payload["response_url"] = core.response_urls.issue(
                container.message.channel,
                user=user_id,
                source="action",
                message_ts=container.message.ts,
                thread_ts=container.message.thread_ts,
            )
    reply = core.hub.request("interactive", payload)
    if reply.error is not None:
        raise InteractionFailed(reply.error)


def build_action(core: Core, block: Json, element: Json, given: Json) -> Json:
    """Return one entry of `actions`; what the app itself had put there is taken from its block."""
    kind = element["type"]
    action: Json = {
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": core.mint.ts(),
    }
    try:
        if kind == "feedback_buttons":
            action.update(_choose_feedback(element, given))
        elif kind in COPIED:
            action.update({key: element[key] for key in COPIED[kind] if key in element})
        elif kind == "overflow":
            action["selected_option"] = find_option(element, given.get("selected_option"))
        else:
            name = VALUE_KEYS[kind][0]
            action[name] = coerce_value(element, given.get(name))[name]
    except LookupError as failure:
        raise Refusal("invalid_option") from failure
    return action


def _choose_feedback(element: Json, given: Json) -> Json:
    for key in ("positive_button", "negative_button"):
        button: Json = element[key]
        if given.get("value") == button["value"]:
            return {"text": button["text"], "value": button["value"]}
    raise LookupError("feedback_buttons")


def shorthand(element: Json, option: Any) -> Json:
    """Return what a test means by `option`: an option's value, or positive/negative for feedback."""
    kind = element["type"]
    if kind == "feedback_buttons":
        button = element.get(f"{option}_button")
        return {"value": button["value"] if button else option}
    if kind == "overflow":
        return {"selected_option": option}
    return {} if kind in COPIED else {VALUE_KEYS[kind][0]: option}


def _remember(container: Container, block: Json, element: Json, *, action: Json, state: Json) -> None:
    posted = dict(state.get("values") or {})
    if element["type"] in VALUE_KEYS:
        name = VALUE_KEYS[element["type"]][0]
        held = {"type": element["type"], name: action[name]}
        posted = {
            **posted,
            block["block_id"]: {**posted.get(block["block_id"], {}), element["action_id"]: held},
        }
    if container.view is not None:
        merge_values(container.view.state_values, posted)
    elif container.message is not None:
        container.message.state_values = keep_values(container.blocks, container.message.state_values)
        merge_values(container.message.state_values, posted)


def ask_options(
    core: Core, user_id: str, where: Json, *, action_id: str, block_id: str | None, text: str
) -> Json:
    """Ask the app what a menu offers for `text`; return `options` or `option_groups`.

    Raises:
        Refusal: `not_found`, `action_not_found`, or `invalid_options` when the app's answer has none.
        InteractionFailed: the app did not acknowledge in time.
    """
    with core.state.changed:
        container = find_container(core, user_id, where)
        block, element = find_element(container, action_id, block_id=block_id)
        payload = {
            "type": "block_suggestion",
            **describe(core, user_id, container),
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": text,
        }
    reply = core.hub.request("interactive", payload)
    if reply.error is not None:
        raise InteractionFailed(reply.error)
    return _check_options(core, reply.payload or {})


def _check_options(core: Core, answer: Json) -> Json:
    checker = Checker("modal")
    body: Json = {"type": "external_select", **answer}
    if "option_groups" in answer:
        check_option_groups(checker, body, "")
    else:
        options = checker.items(body, "options", "", maximum=100, minimum=0)
        for index, option in enumerate(options):
            check_option(checker, option, f"/options/{index}")
    if checker.problems:
        core.state.problems.extend(f"block_suggestion: {problem}" for problem in checker.problems)
        raise Refusal("invalid_options", problems=checker.problems)
    return {key: answer[key] for key in ("options", "option_groups") if key in answer}


def run_command(core: Core, user_id: str, channel_id: str, *, command: str, text: str) -> CommandResult:
    """Send a slash command and show what its acknowledgement carries.

    Raises:
        Refusal: `unknown_command` for what the manifest does not declare, `channel_not_found`.
    """
    if command not in {one.command for one in core.manifest.commands}:
        raise Refusal("unknown_command")
    with core.state.changed:
        conversation = core.state.get_conversation(channel_id)
        if user_id not in conversation.members:
            raise Refusal("channel_not_found")
        response_url = core.response_urls.issue(channel_id, user=user_id, source="command")
        payload: Json = {
            "token": "local-verification-token",
            "team_id": core.seed.team_id,
            "team_domain": core.team_domain,
            "channel_id": channel_id,
            "channel_name": "directmessage" if conversation.kind == "dm" else conversation.name,
            "user_id": user_id,
            "user_name": core.user_json(user_id)["name"],
            "command": command,
            "text": text,
            "api_app_id": core.seed.app_id,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": core.triggers.issue(user_id),
        }
    reply = core.hub.request("slash_commands", payload)
    if reply.error is not None:
        return CommandResult(acked=False, error=reply.error)
    if not reply.payload:
        return CommandResult(acked=True)
    try:
        shown = respond(core, response_url.rsplit("/", 1)[1], reply.payload)
    except Refusal as refusal:
        core.state.problems.append(f"{command}: {refusal}")
        return CommandResult(acked=True, error=refusal.error)
    return CommandResult(acked=True, response=render_stored(core, shown) if shown else None)
