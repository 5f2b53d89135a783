"""response_url: answering an interaction without a token."""

from bot.demo.workspace.core import Core
from bot.demo.workspace.messages import add_ephemeral, add_message, delete_message, note_change
from bot.demo.workspace.records import Json, Message
from bot.demo.workspace.refusals import Refusal
from bot.demo.workspace.rendering import render_stored
from bot.demo.workspace.triggers import ResponseUrl
from bot.demo.workspace.web_api.arguments import Arguments
from bot.demo.workspace.web_api.content import Content, read_content


def respond(core: Core, key: str, body: Json) -> Message | None:
    """Do what an app asks for through a response URL; return the message it made or changed.

    Raises:
        Refusal: the URL is not good any more, or the content is refused.
    """
    right = core.response_urls.use(key)
    args = Arguments(body)
    with core.state.changed:
        original = _find_original(core, right)
        if args.flag("delete_original"):
            if original is not None:
                delete_message(core, original)
            return None
        content = read_content(core, args)
        if args.flag("replace_original") and original is not None:
            return _replace(core, original, content)
        return _post(core, right, args, content)


def _find_original(core: Core, right: ResponseUrl) -> Message | None:
    if right.message_ts is None:
        return None
    ephemeral = core.state.ephemerals.get(right.message_ts)
    return ephemeral or core.state.find_message(right.channel, right.message_ts)


def _replace(core: Core, original: Message, content: Content) -> Message:
    if original.is_streaming:
        raise Refusal("streaming_state_conflict")
    previous = render_stored(core, original)
    original.text = content.text
    original.markdown = content.markdown
    original.blocks = content.blocks
    original.attachments = content.attachments
    original.state_values = {}
    original.edited_ts = core.mint.ts()
    note_change(core, original, previous=None if original.ephemeral_to else previous)
    return original


def _post(core: Core, right: ResponseUrl, args: Arguments, content: Content) -> Message:
    is_public = args.find("response_type") == "in_channel"
    message = Message(
        ts=core.mint.ts(),
        channel=right.channel,
        user=core.seed.bot_user_id,
        text=content.text,
        markdown=content.markdown,
        blocks=content.blocks,
        attachments=content.attachments,
        thread_ts=args.find("thread_ts"),
        from_app=True,
        ephemeral_to=None if is_public else right.user,
    )
    return add_message(core, message) if is_public else add_ephemeral(core, message)
