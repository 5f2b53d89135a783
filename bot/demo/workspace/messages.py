"""Putting messages into the workspace: posting, changing, deleting, and telling the pages and the app."""

import html
import re

from bot.demo.workspace.core import Core
from bot.demo.workspace.events import emit_change, emit_message
from bot.demo.workspace.records import Json, Message
from bot.demo.workspace.rendering import render_for_page, render_stored
from bot.demo.workspace.sessions import clear_thread_status

TOKEN = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+(?:\|[^<>]*)?|!(?:here|channel|everyone)|https?://[^<>\s]+)>"
)


def announce(core: Core, kind: str, message: Message) -> None:
    """Tell the pages of everyone who sees `message`; hold the state's lock."""
    core.feed.publish(
        core.audience(message),
        lambda viewer: {
            "type": kind,
            "channel": message.channel,
            "thread_ts": message.thread_ts,
            "message": render_for_page(core, message, viewer=viewer),
        },
    )


def add_message(core: Core, message: Message) -> Message:
    """Store a message, tell the pages, and deliver it to the app."""
    with core.state.changed:
        core.state.messages[message.channel][message.ts] = message
        if message.from_app:
            clear_thread_status(core, message.channel, message.root_ts)
        announce(core, "message", message)
        if message.thread_ts not in (None, message.ts):
            root = core.state.find_message(message.channel, str(message.thread_ts))
            if root is not None:
                announce(core, "message_changed", root)
        emit_message(core, message)
        core.state.touch()
    return message


def add_ephemeral(core: Core, message: Message) -> Message:
    """Store what only one person sees; no event tells of it."""
    with core.state.changed:
        core.state.ephemerals[message.ts] = message
        announce(core, "ephemeral", message)
        core.state.touch()
    return message


def note_change(core: Core, message: Message, *, previous: Json | None = None) -> None:
    """Tell the pages, and with `previous` the app too, that a message is not what it was."""
    announce(core, "message_changed", message)
    if previous is not None:
        emit_change(core, message, previous=previous)
    core.state.touch()


def delete_message(core: Core, message: Message) -> None:
    """Take a message away, ephemeral or not."""
    with core.state.changed:
        previous = render_stored(core, message)
        message.is_deleted = True
        if message.ephemeral_to is not None:
            core.state.ephemerals.pop(message.ts, None)
        core.feed.publish(
            core.audience(message),
            lambda _viewer: {"type": "message_deleted", "channel": message.channel, "ts": message.ts},
        )
        emit_change(core, message, previous=previous)
        core.state.touch()


def escape_typed(core: Core, text: str) -> str:
    """Return what a person typed as Slack stores it: `&`, `<`, `>` escaped, `@Name` turned into a mention."""
    names = {core.seed.app_name: core.seed.bot_user_id}
    names.update({user.name: user.id for user in core.state.users.values()})
    parts: list[str] = []
    position = 0
    for token in TOKEN.finditer(text):
        parts.append(html.escape(text[position : token.start()], quote=False))
        parts.append(token.group(0))
        position = token.end()
    parts.append(html.escape(text[position:], quote=False))
    typed = "".join(parts)
    for name, user_id in sorted(names.items(), key=lambda item: -len(item[0])):
        typed = re.sub(rf"@{re.escape(html.escape(name, quote=False))}(?!\w)", f"<@{user_id}>", typed)
    return typed
