"""Events API: what the app is told, in Slack's shapes and only as far as its manifest subscribes."""

import re
import time

from bot.demo.workspace.core import BOT_ID, Core
from bot.demo.workspace.records import Conversation, Json, Message
from bot.demo.workspace.rendering import render_file, render_stored, render_thread_fields, render_view

MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")


def emit(core: Core, subscription: str, event: Json, *, by_person: bool) -> bool:
    """Deliver `event` when the manifest subscribes to `subscription`; return whether it was sent."""
    if not core.manifest.subscribes(subscription):
        return False
    event.setdefault("event_ts", core.mint.ts())
    payload: Json = {
        "token": "local-verification-token",
        "team_id": core.seed.team_id,
        "context_team_id": core.seed.team_id,
        "context_enterprise_id": None,
        "api_app_id": core.seed.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": core.mint.id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": core.seed.team_id,
                "user_id": core.seed.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{core.mint.name(32)}",
    }
    forced = core.faults.take_redeliveries() if by_person else 0
    core.hub.post_event(payload, forced_redeliveries=forced)
    return True


def message_subscription(conversation: Conversation) -> tuple[str, str]:
    """Return the subscription that covers messages of a conversation, and its `channel_type`."""
    if conversation.kind == "dm":
        return "message.im", "im"
    return ("message.groups", "group") if conversation.is_private else ("message.channels", "channel")


def emit_message(core: Core, message: Message) -> None:
    """Tell the app about a new message, and about being mentioned in it. Its own messages carry `bot_id`."""
    conversation = core.state.conversations[message.channel]
    if core.seed.bot_user_id not in conversation.members:
        return
    subscription, channel_type = message_subscription(conversation)
    event = _message_event(core, message)
    emit(core, subscription, {**event, "channel_type": channel_type}, by_person=not message.from_app)
    is_mention = f"<@{core.seed.bot_user_id}>" in message.text
    if is_mention and conversation.kind == "channel" and not message.from_app:
        mention = {key: value for key, value in event.items() if key != "files"}
        emit(core, "app_mention", {**mention, "type": "app_mention"}, by_person=True)


def emit_change(core: Core, message: Message, *, previous: Json) -> None:
    """Tell the app that a message was changed or deleted."""
    conversation = core.state.conversations[message.channel]
    if message.ephemeral_to is not None or core.seed.bot_user_id not in conversation.members:
        return
    subscription, channel_type = message_subscription(conversation)
    event: Json = {
        "type": "message",
        "subtype": "message_deleted" if message.is_deleted else "message_changed",
        "channel": message.channel,
        "channel_type": channel_type,
        "ts": core.mint.ts(),
        "hidden": True,
        "previous_message": previous,
    }
    if message.is_deleted:
        event["deleted_ts"] = message.ts
    else:
        event["message"] = render_stored(core, message)
    emit(core, subscription, event, by_person=False)


def emit_home_opened(core: Core, user_id: str, *, tab: str) -> None:
    """Tell the app that a person opened its Home or its messages."""
    event: Json = {
        "type": "app_home_opened",
        "user": user_id,
        "channel": core.state.get_dm(user_id).id,
        "tab": tab,
    }
    home = core.state.homes.get(user_id)
    if tab == "home" and home is not None:
        event["view"] = render_view(core, core.state.views[home])
    emit(core, "app_home_opened", event, by_person=True)


def emit_session_stopped(
    core: Core, channel: str, *, thread_ts: str | None, user_id: str, streams: list[str]
) -> None:
    """Tell the app that a person pressed Stop."""
    event: Json = {
        "type": "agent_session_stopped",
        "channel": channel,
        "user": user_id,
        "streaming_message_ts": streams,
    }
    if thread_ts is not None:
        event["thread_ts"] = thread_ts
    emit(core, "agent_session_stopped", event, by_person=True)


def build_rich_text(text: str) -> Json:
    """Return what a person typed as the rich text block that Slack puts beside `text`."""
    parts: list[Json] = []
    position = 0
    for mention in MENTION.finditer(text):
        if mention.start() > position:
            parts.append({"type": "text", "text": _unescape(text[position : mention.start()])})
        parts.append({"type": "user", "user_id": mention.group(1)})
        position = mention.end()
    if position < len(text):
        parts.append({"type": "text", "text": _unescape(text[position:])})
    return {
        "type": "rich_text",
        "block_id": "b0001",
        "elements": [{"type": "rich_text_section", "elements": parts}],
    }


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _message_event(core: Core, message: Message) -> Json:
    event: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": core.seed.team_id,
        "channel": message.channel,
        "event_ts": message.ts,
    }
    if message.from_app:
        event["bot_id"] = BOT_ID
        event["app_id"] = core.seed.app_id
        event["bot_profile"] = {"id": BOT_ID, "app_id": core.seed.app_id, "name": core.seed.app_name}
        event["blocks"] = message.blocks
    else:
        event["client_msg_id"] = f"local-{message.ts}"
        event["blocks"] = [build_rich_text(message.text)]
    if message.file_ids:
        event["subtype"] = "file_share"
        event["files"] = [render_file(core, core.state.files[file_id]) for file_id in message.file_ids]
    if message.is_broadcast:
        event["subtype"] = "thread_broadcast"
    if message.thread_ts is not None:
        event.update(render_thread_fields(core, message))
    return event
