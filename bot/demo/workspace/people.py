"""What people do outside of blocks: writing, opening tabs, pressing Stop."""

from bot.demo.workspace.core import Core
from bot.demo.workspace.events import emit_home_opened, emit_session_stopped
from bot.demo.workspace.messages import add_message, escape_typed, note_change
from bot.demo.workspace.records import Conversation, Message
from bot.demo.workspace.refusals import Refusal
from bot.demo.workspace.rendering import render_stored


def get_joined(core: Core, user_id: str, channel_id: str) -> Conversation:
    """Return a conversation that the person is in; raises Refusal `channel_not_found`."""
    conversation = core.state.get_conversation(channel_id)
    if user_id not in conversation.members:
        raise Refusal("channel_not_found")
    return conversation


def write(core: Core, user_id: str, channel_id: str, *, text: str, thread_ts: str | None = None) -> Message:
    """Post what a person typed.

    Raises:
        Refusal: `channel_not_found`, `no_text` or `thread_not_found`.
    """
    with core.state.changed:
        conversation = get_joined(core, user_id, channel_id)
        if not text.strip():
            raise Refusal("no_text")
        root = core.state.find_message(channel_id, thread_ts) if thread_ts else None
        if thread_ts and root is None:
            raise Refusal("thread_not_found")
        message = Message(
            ts=core.mint.ts(),
            channel=conversation.id,
            user=user_id,
            text=escape_typed(core, text),
            thread_ts=root.root_ts if root else None,
        )
        return add_message(core, message)


def edit(core: Core, user_id: str, channel_id: str, *, ts: str, text: str) -> Message:
    """Change a message of one's own.

    Raises:
        Refusal: `channel_not_found`, `message_not_found`, `cant_update_message` or `no_text`.
    """
    with core.state.changed:
        get_joined(core, user_id, channel_id)
        message = core.state.find_message(channel_id, ts)
        if message is None:
            raise Refusal("message_not_found")
        if message.user != user_id or message.from_app:
            raise Refusal("cant_update_message")
        if not text.strip():
            raise Refusal("no_text")
        previous = render_stored(core, message)
        message.text = escape_typed(core, text)
        message.edited_ts = core.mint.ts()
        note_change(core, message, previous=previous)
        return message


def open_messages_tab(core: Core, user_id: str) -> str:
    """Open the conversation with the app; return its channel id."""
    with core.state.changed:
        dm = core.state.get_dm(user_id)
        emit_home_opened(core, user_id, tab="messages")
        return dm.id


def stop_session(core: Core, user_id: str, channel_id: str, *, thread_ts: str | None) -> None:
    """Press Stop: open streams of the thread end, and the app is told. The status stays until it moves it.

    Raises:
        Refusal: `channel_not_found`, or `session_not_found` when nothing is being processed.
    """
    with core.state.changed:
        get_joined(core, user_id, channel_id)
        session = core.state.sessions.get((channel_id, thread_ts))
        if session is None or session.status != "processing":
            raise Refusal("session_not_found")
        streams: list[str] = []
        for message in core.state.messages[channel_id].values():
            if message.is_streaming and message.thread_ts == thread_ts and message.stream is not None:
                message.stream.ended_by = "person"
                streams.append(message.ts)
                note_change(core, message)
        emit_session_stopped(core, channel_id, thread_ts=thread_ts, user_id=user_id, streams=streams)
