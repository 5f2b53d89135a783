"""conversations.*, users.*, auth.*, reactions.*: who and what there is."""

from bot.demo.workspace.core import BOT_ID, Core
from bot.demo.workspace.events import emit
from bot.demo.workspace.messages import note_change
from bot.demo.workspace.records import Conversation, Message
from bot.demo.workspace.refusals import Json, Refusal, missing_field
from bot.demo.workspace.rendering import render_stored
from bot.demo.workspace.seed import SeedUser
from bot.demo.workspace.web_api.arguments import Arguments
from bot.demo.workspace.web_api.content import require_scope

KINDS = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
DONE: Json = {"response_metadata": {"next_cursor": ""}}


def echo(_core: Core, args: Arguments) -> Json:
    """api.test."""
    error = args.find("error")
    if error is not None:
        raise Refusal(error)
    return {"args": dict(args.values)}


def identify(core: Core, _args: Arguments) -> Json:
    """auth.test."""
    return {
        "url": f"{core.base_url}/",
        "team": core.seed.team_name,
        "user": core.seed.app_name.lower(),
        "team_id": core.seed.team_id,
        "user_id": core.seed.bot_user_id,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def open_connection(core: Core, _args: Arguments) -> Json:
    """apps.connections.open."""
    ticket = core.hub.issue_ticket()
    return {
        "url": f"{core.base_url.replace('http', 'ws', 1)}/socket?ticket={ticket}&app_id={core.seed.app_id}"
    }


def family(conversation: Conversation) -> str:
    """Return the word that the scopes of a conversation begin with."""
    if conversation.kind == "dm":
        return "im"
    return "groups" if conversation.is_private else "channels"


def get_readable(core: Core, args: Arguments, *, right: str) -> Conversation:
    """Return a conversation that the app may read; raises Refusal.

    A private one that the app is not in does not exist for it.
    """
    conversation = core.state.get_conversation(args.get("channel"))
    is_member = core.seed.bot_user_id in conversation.members
    if conversation.is_private and not is_member:
        raise Refusal("channel_not_found")
    require_scope(core, f"{family(conversation)}:{right}")
    if right == "history" and not is_member:
        raise Refusal("not_in_channel")
    return conversation


def render_conversation(core: Core, conversation: Conversation) -> Json:
    """Return a conversation object."""
    body: Json = {
        "id": conversation.id,
        "created": conversation.created,
        "is_im": conversation.kind == "dm",
        "is_channel": conversation.kind == "channel",
        "is_group": False,
        "is_mpim": False,
        "is_private": conversation.is_private,
        "is_archived": False,
        "context_team_id": core.seed.team_id,
    }
    if conversation.kind == "dm":
        body["user"] = next(iter(conversation.members - {core.seed.bot_user_id}))
        return body
    body.update(
        {
            "name": conversation.name,
            "name_normalized": conversation.name,
            "is_member": core.seed.bot_user_id in conversation.members,
            "num_members": len(conversation.members),
        }
    )
    return body


def open_conversation(core: Core, args: Arguments) -> Json:
    """conversations.open, for direct messages."""
    if args.has("channel"):
        conversation = core.state.get_conversation(args.get("channel"))
    else:
        users = [user for user in (args.find("users") or "").split(",") if user]
        if len(users) != 1:
            raise Refusal("users_list_not_supplied" if not users else "not_enough_users")
        conversation = core.state.get_dm(users[0])
    channel: Json = {"id": conversation.id}
    if args.flag("return_im"):
        channel = render_conversation(core, conversation)
    return {"channel": channel, "no_op": True, "already_open": True}


def get_info(core: Core, args: Arguments) -> Json:
    """conversations.info."""
    return {"channel": render_conversation(core, get_readable(core, args, right="read"))}


def list_conversations(core: Core, args: Arguments) -> Json:
    """conversations.list."""
    kinds = (args.find("types") or "public_channel").split(",")
    if any(kind not in KINDS for kind in kinds):
        raise Refusal("invalid_types")
    for kind in kinds:
        require_scope(core, f"{KINDS[kind]}:read")
    wanted = {KINDS[kind] for kind in kinds}
    found = [
        render_conversation(core, one)
        for one in core.state.conversations.values()
        if family(one) in wanted and (not one.is_private or core.seed.bot_user_id in one.members)
    ]
    return {"channels": found, **DONE}


def list_members(core: Core, args: Arguments) -> Json:
    """conversations.members."""
    return {"members": sorted(get_readable(core, args, right="read").members), **DONE}


def _page(messages: list[Message], args: Arguments) -> list[Message]:
    oldest = args.find("oldest") or "0"
    latest = args.find("latest")
    is_inclusive = args.flag("inclusive")
    kept = [
        message
        for message in messages
        if (float(message.ts) > float(oldest) or (is_inclusive and message.ts == oldest))
        and (latest is None or float(message.ts) < float(latest) or (is_inclusive and message.ts == latest))
    ]
    # Apps outside the Marketplace get at most 15 messages a call.
    return kept[-max(1, min(args.count("limit", default=15), 15)) :]


def get_history(core: Core, args: Arguments) -> Json:
    """conversations.history, newest first."""
    conversation = get_readable(core, args, right="history")
    kept = _page(core.state.list_roots(conversation.id), args)
    return {"messages": [render_stored(core, one) for one in reversed(kept)], "has_more": False, **DONE}


def get_replies(core: Core, args: Arguments) -> Json:
    """conversations.replies, root first."""
    conversation = get_readable(core, args, right="history")
    root = core.state.find_message(conversation.id, args.get("ts"))
    if root is None:
        raise Refusal("thread_not_found")
    kept = _page(core.state.list_replies(conversation.id, root.root_ts), args)
    first = core.state.find_message(conversation.id, root.root_ts)
    thread = [one for one in (first, *kept) if one is not None]
    return {"messages": [render_stored(core, one) for one in thread], "has_more": False, **DONE}


def render_user(core: Core, user: SeedUser) -> Json:
    """Return a user object; the e-mail address needs a scope of its own."""
    profile: Json = {
        "real_name": user.name,
        "display_name": user.name,
        "title": user.title,
        "team": core.seed.team_id,
    }
    if user.email and core.manifest.allows("users:read.email"):
        profile["email"] = user.email
    return {
        "id": user.id,
        "team_id": core.seed.team_id,
        "name": user.name.lower().replace(" ", "."),
        "real_name": user.name,
        "deleted": False,
        "is_bot": False,
        "is_app_user": False,
        "tz": "Etc/UTC",
        "tz_offset": 0,
        "profile": profile,
    }


def get_user(core: Core, args: Arguments) -> Json:
    """users.info."""
    user_id = args.get("user")
    if user_id == core.seed.bot_user_id:
        app = SeedUser(user_id, core.seed.app_name)
        return {"user": {**render_user(core, app), "is_bot": True}}
    user = core.state.users.get(user_id)
    if user is None:
        raise Refusal("user_not_found")
    return {"user": render_user(core, user)}


def list_users(core: Core, _args: Arguments) -> Json:
    """users.list."""
    members = [render_user(core, user) for user in core.state.users.values()]
    app = SeedUser(core.seed.bot_user_id, core.seed.app_name)
    return {"members": [*members, {**render_user(core, app), "is_bot": True}], **DONE}


def add_reaction(core: Core, args: Arguments) -> Json:
    """reactions.add."""
    conversation = core.state.get_conversation(args.get("channel"))
    name = args.get("name").strip(":")
    if not args.has("timestamp"):
        raise missing_field("timestamp")
    message = core.state.find_message(conversation.id, args.get("timestamp"))
    if message is None:
        raise Refusal("message_not_found")
    if core.seed.bot_user_id not in conversation.members:
        raise Refusal("not_in_channel")
    users = message.reactions.setdefault(name, [])
    if core.seed.bot_user_id in users:
        raise Refusal("already_reacted")
    users.append(core.seed.bot_user_id)
    note_change(core, message)
    item = {"type": "message", "channel": conversation.id, "ts": message.ts}
    event: Json = {
        "type": "reaction_added",
        "user": core.seed.bot_user_id,
        "reaction": name,
        "item": item,
        "item_user": message.user,
    }
    emit(core, "reaction_added", event, by_person=False)
    return {}
