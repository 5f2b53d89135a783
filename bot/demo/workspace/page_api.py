"""The page's own API: what a person's browser asks for and does."""

from collections.abc import Callable

from bot.demo.workspace import forms, interactions, modals, people
from bot.demo.workspace.core import Core
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.people import get_joined
from bot.demo.workspace.records import Conversation, Json
from bot.demo.workspace.refusals import InteractionFailed, Refusal
from bot.demo.workspace.rendering import render_for_page, render_view_for_page
from bot.demo.workspace.sessions import describe_status

COMMAND_ERROR = '{command} failed with the error "{error}"'


def get_person(core: Core, body: Json) -> str:
    """Return the person the page acts as; raises Refusal `user_not_found`."""
    user_id = str(body.get("as", ""))
    if user_id not in core.state.users:
        raise Refusal("user_not_found")
    return user_id


def require(body: Json, name: str) -> str:
    """Return a text of the request; raises Refusal `invalid_arguments`."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal("invalid_arguments", problems=[f"missing required field: {name}"])
    return value


def part(body: Json, name: str) -> Json:
    """Return an object of the request, {} when it is missing; raises Refusal `invalid_arguments`."""
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise Refusal("invalid_arguments", problems=[f"must provide an object: {name}"])
    return value


def bootstrap(core: Core, query: Json) -> Json:
    """Return everything the page shows first; a page that names nobody is the first person's."""
    user_id = get_person(core, query) if query.get("as") else next(iter(core.state.users))
    me = core.state.users[user_id]
    return {
        "ok": True,
        "team": {"id": core.seed.team_id, "name": core.seed.team_name},
        "app": {"name": core.seed.app_name, "user_id": core.seed.bot_user_id},
        "me": {"id": me.id, "name": me.name, "title": me.title},
        "people": [{"id": one.id, "name": one.name, "title": one.title} for one in core.state.users.values()],
        "conversations": [
            render_conversation(one) for one in core.state.conversations.values() if user_id in one.members
        ],
        "commands": [
            {"command": one.command, "description": one.description, "usage_hint": one.usage_hint}
            for one in core.manifest.commands
        ],
        "prompts": [{"title": one.title, "message": one.message} for one in core.manifest.prompts],
        "stories": [
            {"title": one.title, "text": one.text, "as": one.as_user, "at": one.at, "draft": one.draft}
            for one in core.seed.stories
        ],
    }


def render_conversation(conversation: Conversation) -> Json:
    """Return a conversation as the page lists it."""
    return {
        "id": conversation.id,
        "name": conversation.name,
        "kind": conversation.kind,
        "private": conversation.is_private,
    }


def list_messages(core: Core, query: Json) -> Json:
    """Return a channel without its replies, or one thread; with what only this person sees there."""
    user_id = get_person(core, query)
    channel_id, thread_ts = require(query, "channel"), query.get("thread_ts")
    get_joined(core, user_id, channel_id)
    if thread_ts:
        root = core.state.find_message(channel_id, str(thread_ts))
        shown = [*([root] if root else []), *core.state.list_replies(channel_id, str(thread_ts))]
    else:
        shown = core.state.list_roots(channel_id)
    shown += [
        one
        for one in core.state.ephemerals.values()
        if one.ephemeral_to == user_id and one.channel == channel_id and one.thread_ts == (thread_ts or None)
    ]
    shown.sort(key=lambda one: (one.ts != thread_ts, one.ts))
    return {"ok": True, "messages": [render_for_page(core, one, viewer=user_id) for one in shown]}


def post_message(core: Core, body: Json) -> Json:
    """Post what the person typed."""
    user_id = get_person(core, body)
    message = people.write(
        core,
        user_id,
        require(body, "channel"),
        text=require(body, "text"),
        thread_ts=body.get("thread_ts") or None,
    )
    return {"ok": True, "ts": message.ts}


def run_command(core: Core, body: Json) -> Json:
    """Run a slash command; what Slack would show the person comes as `error`."""
    user_id = get_person(core, body)
    command = require(body, "command")
    result = interactions.run_command(
        core, user_id, require(body, "channel"), command=command, text=str(body.get("text") or "")
    )
    if result.error is not None:
        return {"ok": False, "error": COMMAND_ERROR.format(command=command, error=result.error)}
    return {"ok": True}


def act(core: Core, body: Json) -> Json:
    """Pass a click or a choice on to the app."""
    interactions.act(
        core,
        get_person(core, body),
        part(body, "container"),
        action_id=require(body, "action_id"),
        block_id=body.get("block_id") or None,
        given=part(body, "action"),
        state=part(body, "state"),
    )
    return {"ok": True}


def suggest(core: Core, body: Json) -> Json:
    """Ask the app what a menu offers."""
    answer = interactions.ask_options(
        core,
        get_person(core, body),
        part(body, "container"),
        action_id=require(body, "action_id"),
        block_id=body.get("block_id") or None,
        text=str(body.get("value") or ""),
    )
    return {"ok": True, **answer}


def submit_view(core: Core, body: Json) -> Json:
    """Send a form; `errors` by block id when it stays open."""
    values = part(part(body, "state"), "values")
    answer = forms.submit(core, get_person(core, body), require(body, "view_id"), values)
    if answer is not None and answer["response_action"] == "errors":
        return {"ok": True, "errors": answer["errors"]}
    return {"ok": True}


def close_view(core: Core, body: Json) -> Json:
    """Close a modal."""
    forms.close(core, get_person(core, body), require(body, "view_id"))
    return {"ok": True}


def open_home(core: Core, body: Json) -> Json:
    """Open Home; the app usually publishes a newer view a moment later."""
    return {"ok": True, "view": modals.open_home(core, get_person(core, body))}


def open_dm(core: Core, body: Json) -> Json:
    """Open the conversation with the app."""
    return {"ok": True, "channel": people.open_messages_tab(core, get_person(core, body))}


def stop_session(core: Core, body: Json) -> Json:
    """Press Stop."""
    people.stop_session(
        core, get_person(core, body), require(body, "channel"), thread_ts=body.get("thread_ts") or None
    )
    return {"ok": True}


def snapshot(core: Core, user_id: str) -> list[Json]:
    """Return the feed items that bring a page up to date that connects in the middle of things."""
    with core.state.changed:
        stack = core.state.stacks.get(user_id, ())
        items: list[Json] = [
            {"type": "modal", "views": [render_view_for_page(core, core.state.views[one]) for one in stack]}
        ]
        home = core.state.homes.get(user_id)
        if home is not None:
            items.append({"type": "home", "view": render_view_for_page(core, core.state.views[home])})
        joined = {one.id for one in core.state.conversations.values() if user_id in one.members}
        items += [item for channel, item in core.state.prompts.items() if channel in joined]
        threads = {*core.state.sessions, *core.state.statuses}
        items += [describe_status(core, *thread) for thread in threads if thread[0] in joined]
        return items


def list_faults(core: Core, _query: Json) -> Json:
    """Return what is set to fail."""
    return {"ok": True, "connections": core.hub.connections, **core.faults.as_json()}


def inject_fault(core: Core, body: Json) -> Json:
    """Make something fail: a method, the next event's delivery, the sockets, or streams."""
    if "redeliver_next" in body:
        core.faults.redeliver_next(int(body["redeliver_next"]))
    elif "drop_sockets" in body:
        core.faults.drop_sockets(graceful=body["drop_sockets"] == "graceful")
    elif "kill_streams_after" in body:
        core.faults.kill_streams_after(int(body["kill_streams_after"]))
    else:
        core.faults.inject(
            Fault(
                method=require(body, "method"),
                error=str(body.get("error") or ""),
                retry_after_s=int(body.get("retry_after_s", 1)),
                times=int(body.get("times", 1)),
                delay_s=float(body.get("delay_s", 0)),
            )
        )
    return list_faults(core, {})


def clear_faults(core: Core, _body: Json) -> Json:
    """Let everything work again."""
    core.faults.clear()
    return list_faults(core, {})


Handler = Callable[[Core, Json], Json]
HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "bootstrap"): bootstrap,
    ("GET", "messages"): list_messages,
    ("GET", "faults"): list_faults,
    ("POST", "messages"): post_message,
    ("POST", "commands"): run_command,
    ("POST", "actions"): act,
    ("POST", "suggestions"): suggest,
    ("POST", "views/submit"): submit_view,
    ("POST", "views/close"): close_view,
    ("POST", "home"): open_home,
    ("POST", "dm"): open_dm,
    ("POST", "sessions/stop"): stop_session,
    ("POST", "faults"): inject_fault,
    ("DELETE", "faults"): clear_faults,
}
FORBIDDEN = {"user_not_found": 403, "channel_not_found": 404, "not_found": 404, "unknown_command": 404}


def answer_page(core: Core, method: str, path: str, body: Json) -> tuple[int, Json]:
    """Answer one request of the page: HTTP status and JSON."""
    handle = HANDLERS.get((method, path))
    if handle is None:
        return 404, {"ok": False, "error": "not_found"}
    try:
        if method == "GET":
            with core.state.changed:
                return 200, handle(core, body)
        return 200, handle(core, body)
    except Refusal as refusal:
        return FORBIDDEN.get(refusal.error, 400), {"ok": False, "error": refusal.error}
    except InteractionFailed as failure:
        return 400, {"ok": False, "error": failure.error}
    except (TypeError, ValueError):
        return 400, {"ok": False, "error": "invalid_arguments"}
