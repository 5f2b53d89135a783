"""One Web API call: fault, method, token, scope, handler, record."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.demo.workspace.core import Core
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.records import ApiCall
from bot.demo.workspace.refusals import Json, Refusal
from bot.demo.workspace.web_api import assistant, chat, conversations, files, streaming, views
from bot.demo.workspace.web_api.arguments import Arguments
from bot.demo.workspace.web_api.content import require_scope


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its handler, the token it takes, and the scopes of which it needs one."""

    handle: Callable[[Core, Arguments], Json]
    scopes: tuple[str, ...] = ()
    token: Literal["bot", "app", "none"] = "bot"  # noqa: S105 - a kind of token, not a token.


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP; `body` is None where a server error sends no JSON."""

    status: int
    body: Json | None
    headers: dict[str, str] = field(default_factory=dict)


METHODS: dict[str, Method] = {
    "api.test": Method(conversations.echo, token="none"),  # noqa: S106 - as above.
    "auth.test": Method(conversations.identify),
    "apps.connections.open": Method(conversations.open_connection, token="app"),  # noqa: S106 - as above.
    "conversations.open": Method(conversations.open_conversation, ("im:write",)),
    "conversations.info": Method(conversations.get_info, ("channels:read", "groups:read", "im:read")),
    "conversations.list": Method(
        conversations.list_conversations, ("channels:read", "groups:read", "im:read")
    ),
    "conversations.members": Method(conversations.list_members, ("channels:read", "groups:read", "im:read")),
    "conversations.history": Method(
        conversations.get_history, ("channels:history", "groups:history", "im:history")
    ),
    "conversations.replies": Method(
        conversations.get_replies, ("channels:history", "groups:history", "im:history")
    ),
    "users.info": Method(conversations.get_user, ("users:read",)),
    "users.list": Method(conversations.list_users, ("users:read",)),
    "reactions.add": Method(conversations.add_reaction, ("reactions:write",)),
    "chat.postMessage": Method(chat.post_message, ("chat:write",)),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",)),
    "chat.update": Method(chat.update_message, ("chat:write",)),
    "chat.delete": Method(chat.remove_message, ("chat:write",)),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.startStream": Method(streaming.start_stream, ("chat:write",)),
    "chat.appendStream": Method(streaming.append_stream, ("chat:write",)),
    "chat.stopStream": Method(streaming.stop_stream, ("chat:write",)),
    "views.open": Method(views.open_modal),
    "views.push": Method(views.push_modal),
    "views.update": Method(views.update_modal),
    "views.publish": Method(views.publish_view),
    # Either scope does since March 2026.
    "assistant.threads.setStatus": Method(assistant.set_status, ("chat:write", "assistant:write")),
    "assistant.threads.setTitle": Method(assistant.set_title, ("assistant:write",)),
    "assistant.threads.setSuggestedPrompts": Method(assistant.set_suggested_prompts, ("assistant:write",)),
    "agents.sessions.setStatus": Method(assistant.set_session_status, ("chat:write",)),
    "agents.sessions.rename": Method(assistant.rename_session, ("chat:write",)),
    "files.getUploadURLExternal": Method(files.get_upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(files.complete_upload, ("files:write",)),
    "files.delete": Method(files.delete_file, ("files:write",)),
    "files.info": Method(files.get_file, ("files:read",)),
}


def call_method(core: Core, name: str, *, values: Json, token: str | None) -> Answer:
    """Answer one call and remember it."""
    fault = core.faults.take(name)
    if fault is not None and fault.delay_s:
        time.sleep(fault.delay_s)
    if fault is not None and fault.error:
        answer = _fail(fault)
    else:
        try:
            answer = Answer(200, _run(core, name, values, token))
        except Refusal as refusal:
            answer = Answer(200, refusal.as_json())
    answer.headers["x-oauth-scopes"] = ",".join(core.manifest.scopes)
    body = answer.body or {"ok": False, "error": fault.error if fault else None}
    with core.state.changed:
        core.state.calls.append(ApiCall(name, values, bool(body["ok"]), body.get("error")))
        core.state.touch()
    return answer


def _run(core: Core, name: str, values: Json, token: str | None) -> Json:
    method = METHODS.get(name)
    if method is None:
        raise Refusal("unknown_method", req_method=name)
    _check_token(core, method, token)
    require_scope(core, *method.scopes)
    with core.state.changed:
        return {"ok": True, **method.handle(core, Arguments(values))}


def _check_token(core: Core, method: Method, token: str | None) -> None:
    if method.token == "none":  # noqa: S105 - a kind of token, not a token.
        return
    if not token:
        raise Refusal("not_authed")
    if token not in (core.bot_token, core.app_token):
        raise Refusal("invalid_auth")
    if (token == core.app_token) != (method.token == "app"):  # noqa: S105 - as above.
        raise Refusal("not_allowed_token_type")


def _fail(fault: Fault) -> Answer:
    body: Json = {"ok": False, "error": fault.error}
    if fault.error == "ratelimited":
        return Answer(429, body, {"Retry-After": str(fault.retry_after_s)})
    if fault.error.startswith("http_"):
        return Answer(int(fault.error.removeprefix("http_")), None)
    if fault.error == "missing_scope":
        body.update(needed="chat:write", provided="none")
    return Answer(200, body)
