"""chat.*: messages that are posted whole."""

from bot.demo.workspace.core import Core
from bot.demo.workspace.messages import add_ephemeral, add_message, delete_message, note_change
from bot.demo.workspace.records import Message
from bot.demo.workspace.refusals import Json, Refusal
from bot.demo.workspace.rendering import render_stored
from bot.demo.workspace.web_api.arguments import Arguments, find_thread, get_own_message, get_posting_channel
from bot.demo.workspace.web_api.content import UPDATE_CHARACTERS, check_identity, read_content, read_metadata


def post_message(core: Core, args: Arguments) -> Json:
    """chat.postMessage."""
    conversation = get_posting_channel(core, args)
    content = read_content(core, args)
    message = add_message(
        core,
        Message(
            ts=core.mint.ts(),
            channel=conversation.id,
            user=core.seed.bot_user_id,
            text=content.text,
            markdown=content.markdown,
            blocks=content.blocks,
            attachments=content.attachments,
            thread_ts=find_thread(core, args, conversation.id),
            from_app=True,
            username=check_identity(core, args),
            metadata=read_metadata(args),
            is_broadcast=args.flag("reply_broadcast") and args.has("thread_ts"),
        ),
    )
    return {"channel": conversation.id, "ts": message.ts, "message": render_stored(core, message)}


def post_ephemeral(core: Core, args: Arguments) -> Json:
    """chat.postEphemeral."""
    conversation = get_posting_channel(core, args)
    user_id = args.get("user")
    if user_id not in core.state.users:
        raise Refusal("user_not_found")
    if user_id not in conversation.members:
        raise Refusal("user_not_in_channel")
    content = read_content(core, args)
    message = add_ephemeral(
        core,
        Message(
            ts=core.mint.ts(),
            channel=conversation.id,
            user=core.seed.bot_user_id,
            text=content.text,
            markdown=content.markdown,
            blocks=content.blocks,
            attachments=content.attachments,
            thread_ts=find_thread(core, args, conversation.id),
            from_app=True,
            username=check_identity(core, args),
            ephemeral_to=user_id,
        ),
    )
    return {"message_ts": message.ts}


def update_message(core: Core, args: Arguments) -> Json:
    """chat.update: what is not sent is retained; `blocks: []` takes the blocks away.

    Streamed text counts as blocks: new `text` alone does not replace it.
    """
    conversation = core.state.get_conversation(args.get("channel"))
    message = get_own_message(core, args, conversation.id, not_mine="cant_update_message")
    if message.is_streaming:
        raise Refusal("streaming_state_conflict")
    content = read_content(core, args, maximum=UPDATE_CHARACTERS)
    previous = render_stored(core, message)
    message.text = content.text or message.text
    if message.stream is None or args.has("markdown_text") or "blocks" in args.values:
        message.markdown = content.markdown
    if "blocks" in args.values or args.has("markdown_text"):
        message.blocks = content.blocks
    if "attachments" in args.values:
        message.attachments = content.attachments
    message.state_values = {}
    message.edited_ts = core.mint.ts()
    if args.has("metadata"):
        message.metadata = read_metadata(args)
    note_change(core, message, previous=previous)
    return {
        "channel": conversation.id,
        "ts": message.ts,
        "text": message.text,
        "message": render_stored(core, message),
    }


def remove_message(core: Core, args: Arguments) -> Json:
    """chat.delete."""
    conversation = core.state.get_conversation(args.get("channel"))
    message = get_own_message(core, args, conversation.id, not_mine="cant_delete_message")
    if message.is_streaming:
        raise Refusal("cant_delete_message")
    delete_message(core, message)
    return {"channel": conversation.id, "ts": message.ts}


def get_permalink(core: Core, args: Arguments) -> Json:
    """chat.getPermalink: a link that opens the page at that message."""
    conversation = core.state.get_conversation(args.get("channel"))
    message = core.state.find_message(conversation.id, args.get("message_ts"))
    if message is None:
        raise Refusal("message_not_found")
    link = f"{core.base_url}/archives/{conversation.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts not in (None, message.ts):
        link += f"?thread_ts={message.thread_ts}&cid={conversation.id}"
    return {"channel": conversation.id, "permalink": link}
