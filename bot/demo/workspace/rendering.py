"""How messages and views look from outside: as Slack stores them, and as the page draws them."""

from bot.demo.workspace.core import BOT_ID, Core
from bot.demo.workspace.pictures import show_pictures
from bot.demo.workspace.records import Json, Message, StoredFile, View


def render_stored(core: Core, message: Message) -> Json:
    """Return a message as Slack's own methods return it, with `streaming`, `deleted` and `markdown` added."""
    body: Json = {
        "type": "message",
        "user": message.user,
        "team": core.seed.team_id,
        "text": message.text,
        "ts": message.ts,
        "channel": message.channel,
        "blocks": message.blocks,
        "streaming": message.is_streaming,
        "deleted": message.is_deleted,
        "markdown": message.markdown,
    }
    if message.from_app:
        body["bot_id"] = BOT_ID
        body["app_id"] = core.seed.app_id
        body["bot_profile"] = {"id": BOT_ID, "app_id": core.seed.app_id, "name": core.seed.app_name}
    if message.username:
        body["username"] = message.username
    if message.attachments:
        body["attachments"] = message.attachments
    if message.edited_ts:
        body["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.metadata:
        body["metadata"] = message.metadata
    if message.file_ids:
        body["files"] = [
            render_file(core, core.state.files[file_id]) for file_id in _kept_files(core, message)
        ]
    if message.reactions:
        body["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    body.update(render_thread_fields(core, message))
    return body


def render_thread_fields(core: Core, message: Message) -> Json:
    """Return `thread_ts` and, for a root with replies, their count and the newest; {} outside threads."""
    if message.thread_ts is not None and message.thread_ts != message.ts:
        root = core.state.messages[message.channel].get(message.thread_ts)
        return {"thread_ts": message.thread_ts, "parent_user_id": root.user if root else None}
    replies = [] if message.ephemeral_to else core.state.list_replies(message.channel, message.ts)
    if not replies:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": sorted({reply.user for reply in replies}),
        "latest_reply": replies[-1].ts,
    }


def render_file(core: Core, file: StoredFile) -> Json:
    """Return a file object."""
    url = f"{core.base_url}/files/{file.id}/{file.name}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "size": len(file.content or b""),
        "mode": "hosted",
        "user": core.seed.bot_user_id,
        "url_private": url,
        "url_private_download": url,
        "permalink": url,
        "channels": sorted(file.channels),
    }


def render_for_page(core: Core, message: Message, *, viewer: str) -> Json:
    """Return a message as the page draws it for `viewer`."""
    thread = render_thread_fields(core, message)
    return {
        "ts": message.ts,
        "user": message.user,
        "username": message.username or core.display_name(message.user),
        "is_app": message.from_app,
        "text": message.text,
        "blocks": show_pictures(core, message.blocks, viewer=viewer),
        "markdown": message.markdown,
        "thread_ts": message.thread_ts or thread.get("thread_ts"),
        "reply_count": thread.get("reply_count", 0),
        "latest_reply": thread.get("latest_reply"),
        "edited": message.edited_ts is not None,
        "streaming": message.is_streaming,
        "ephemeral": message.ephemeral_to is not None,
        "reactions": [{"name": name, "count": len(users)} for name, users in message.reactions.items()],
        "files": [
            {
                "id": file_id,
                "name": core.state.files[file_id].name,
                "mimetype": core.state.files[file_id].mimetype,
                "size": len(core.state.files[file_id].content or b""),
                "url": f"/page/files/{file_id}?as={viewer}",
            }
            for file_id in _kept_files(core, message)
        ],
    }


def _kept_files(core: Core, message: Message) -> list[str]:
    return [file_id for file_id in message.file_ids if not core.state.files[file_id].is_deleted]


def render_view(core: Core, view: View) -> Json:
    """Return a view as the Web API and interactions carry it."""
    body: Json = {
        "id": view.id,
        "team_id": core.seed.team_id,
        "app_id": core.seed.app_id,
        "app_installed_team_id": core.seed.team_id,
        "bot_id": BOT_ID,
        "title": None,
        "submit": None,
        "close": None,
        "callback_id": "",
        "external_id": "",
        "private_metadata": "",
        "clear_on_close": False,
        "notify_on_close": False,
    }
    body.update(view.body)
    body.update(
        {
            "hash": view.hash,
            "root_view_id": view.root_view_id,
            "previous_view_id": view.previous_view_id,
            "state": {"values": view.state_values},
        }
    )
    return body


def render_view_for_page(core: Core, view: View) -> Json:
    """Return a view as the page draws it; what is private to the app stays out."""
    body = render_view(core, view)
    body["blocks"] = show_pictures(core, body["blocks"], viewer=view.user)
    return {
        key: body[key]
        for key in (
            "id",
            "type",
            "title",
            "submit",
            "close",
            "blocks",
            "callback_id",
            "hash",
            "notify_on_close",
            "state",
        )
        if key in body
    }
