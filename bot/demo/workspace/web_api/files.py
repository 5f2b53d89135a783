"""files.*: uploads in Slack's three steps."""

import mimetypes
import secrets
import time

from bot.demo.workspace.core import Core
from bot.demo.workspace.messages import add_message
from bot.demo.workspace.records import Message, StoredFile
from bot.demo.workspace.refusals import Json, Refusal, missing_field
from bot.demo.workspace.rendering import render_file
from bot.demo.workspace.web_api.arguments import Arguments, find_thread, get_posting_channel


def get_upload_url(core: Core, args: Arguments) -> Json:
    """files.getUploadURLExternal."""
    name = args.get("filename").replace("/", "_")
    length = args.count("length", default=0)
    if length <= 0:
        raise missing_field("length")
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    # An app may remember a file of a workspace that is gone: no other file ever has its id.
    file = StoredFile(f"F{core.mint.name(10)}", name, length, secrets.token_urlsafe(18), mimetype)
    core.state.files[file.id] = file
    return {"upload_url": f"{core.base_url}/upload/v1/{file.upload_key}", "file_id": file.id}


def store_upload(core: Core, key: str, content: bytes) -> bool:
    """Take the bytes of an upload; return whether the URL was good and the length as announced."""
    with core.state.changed:
        for file in core.state.files.values():
            if file.upload_key == key and not file.is_complete and len(content) == file.length:
                file.content = content
                return True
    return False


def complete_upload(core: Core, args: Arguments) -> Json:
    """files.completeUploadExternal: makes the uploads visible, as one message where a channel is given."""
    entries = args.structure("files")
    if not isinstance(entries, list) or not entries:
        raise missing_field("files")
    files: list[StoredFile] = []
    for entry in entries:
        file = core.state.files.get(str(entry.get("id"))) if isinstance(entry, dict) else None
        if file is None or file.content is None or file.is_complete:
            raise Refusal("file_not_found")
        file.title = str(entry.get("title") or file.name)
        files.append(file)
    channels = [one for one in (args.find("channels") or "").split(",") if one]
    if args.has("channel_id"):
        channels.append(args.get("channel_id"))
    for channel_id in channels:
        _share(core, args, files, channel_id)
    for file in files:
        file.is_complete = True
        file.ready_at_s = time.monotonic() + core.timing.file_scan_s
    return {"files": [render_file(core, file) for file in files]}


def _share(core: Core, args: Arguments, files: list[StoredFile], channel_id: str) -> None:
    conversation = get_posting_channel(core, Arguments({**args.values, "channel": channel_id}))
    thread_ts = find_thread(core, args, conversation.id)
    for file in files:
        file.channels.add(conversation.id)
    add_message(
        core,
        Message(
            ts=core.mint.ts(),
            channel=conversation.id,
            user=core.seed.bot_user_id,
            text=args.find("initial_comment") or "",
            thread_ts=thread_ts,
            from_app=True,
            file_ids=[file.id for file in files],
        ),
    )


def get_file(core: Core, args: Arguments) -> Json:
    """files.info."""
    return {"file": render_file(core, _get(core, args)), "comments": []}


def delete_file(core: Core, args: Arguments) -> Json:
    """files.delete: gone from every message and page that showed it."""
    file = _get(core, args)
    file.is_deleted, file.content = True, None
    core.state.touch()
    return {}


def _get(core: Core, args: Arguments) -> StoredFile:
    file = core.state.files.get(args.get("file"))
    if file is None or not file.is_complete:
        raise Refusal("file_not_found")
    if file.is_deleted:
        raise Refusal("file_deleted")
    return file
