"""chat.startStream, appendStream, stopStream: messages that grow while they are read."""

import time
from typing import Any

from bot.demo.workspace.blocks.checking import Checker
from bot.demo.workspace.blocks.data import TASK_STATUSES, check_source
from bot.demo.workspace.blocks.layout import MARKDOWN_CHARACTERS
from bot.demo.workspace.blocks.surfaces import check_message_blocks, complete_blocks
from bot.demo.workspace.core import Core
from bot.demo.workspace.messages import add_message, note_change
from bot.demo.workspace.records import Conversation, Message, Stream
from bot.demo.workspace.refusals import Json, Refusal
from bot.demo.workspace.rendering import render_stored
from bot.demo.workspace.sessions import set_session
from bot.demo.workspace.web_api.arguments import Arguments, find_thread, get_own_message, get_posting_channel
from bot.demo.workspace.web_api.assistant import SESSION_STATUSES, require_agent
from bot.demo.workspace.web_api.content import check_identity, read_metadata

CHUNK_KEYS = {
    "markdown_text": {"type", "text"},
    "task_update": {"type", "id", "title", "status", "details", "output", "sources"},
    "plan_update": {"type", "title"},
    "blocks": {"type", "blocks"},
}


def start_stream(core: Core, args: Arguments) -> Json:
    """chat.startStream."""
    conversation = get_posting_channel(core, args)
    _check_recipient(core, args, conversation)
    thread_ts = find_thread(core, args, conversation.id, missing="invalid_thread_ts")
    if thread_ts is None and conversation.kind == "dm":
        raise Refusal("invalid_thread_ts")
    mode = args.find("task_display_mode") or "timeline"
    if mode not in ("timeline", "plan"):
        raise Refusal("invalid_arguments", problems=["must be a valid enum value: task_display_mode"])
    chunks = _read_chunks(core, args)
    message = Message(
        ts=core.mint.ts(),
        channel=conversation.id,
        user=core.seed.bot_user_id,
        thread_ts=thread_ts,
        from_app=True,
        username=check_identity(core, args),
        stream=Stream(time.monotonic(), mode=mode),
    )
    _apply(message, chunks)
    add_message(core, message)
    core.hub.later(core.timing.stream_lifetime_s, lambda: _expire(core, message))
    return {"channel": conversation.id, "ts": message.ts}


def append_stream(core: Core, args: Arguments) -> Json:
    """chat.appendStream."""
    message, stream = _get_stream(core, args)
    chunks = _read_chunks(core, args)
    if not chunks:
        raise Refusal("no_text")
    if stream.ended_by == "person":
        raise Refusal("stopped_by_user")
    if not core.faults.take_append():
        stream.ended_by = "age"
        note_change(core, message)
    if stream.ended_by is not None:
        raise Refusal("message_not_in_streaming_state")
    stream.appends += 1
    _apply(message, chunks)
    note_change(core, message)
    return {"channel": message.channel, "ts": message.ts}


def stop_stream(core: Core, args: Arguments) -> Json:
    """chat.stopStream. A stream that a person stopped can still be finished."""
    message, stream = _get_stream(core, args)
    chunks = _read_chunks(core, args)
    blocks = complete_blocks(
        check_message_blocks(args.structure("blocks", error="invalid_blocks_format") or []), core.mint
    )
    status = args.find("session_status")
    if status is not None:
        require_agent(core)
        if status not in SESSION_STATUSES:
            raise Refusal("invalid_arguments", problems=["must be a valid enum value: session_status"])
    if stream.ended_by in ("app", "age"):
        raise Refusal("message_not_in_streaming_state")
    previous = render_stored(core, message)
    _apply(message, chunks)
    message.blocks = [*message.blocks, *blocks]
    message.metadata = read_metadata(args) or message.metadata
    stream.ended_by = "app"
    note_change(core, message, previous=previous)
    if status is not None:
        set_session(core, message.channel, message.thread_ts, status=status, title=None)
    return {"channel": message.channel, "ts": message.ts, "message": render_stored(core, message)}


def _check_recipient(core: Core, args: Arguments, conversation: Conversation) -> None:
    if conversation.kind == "dm":
        return
    if not args.has("recipient_team_id"):
        raise Refusal("missing_recipient_team_id")
    if not args.has("recipient_user_id"):
        raise Refusal("missing_recipient_user_id")
    if args.get("recipient_team_id") != core.seed.team_id:
        raise Refusal("team_not_found")
    if args.get("recipient_user_id") not in core.state.users:
        raise Refusal("user_not_found")


def _get_stream(core: Core, args: Arguments) -> tuple[Message, Stream]:
    conversation = core.state.get_conversation(args.get("channel"))
    message = get_own_message(core, args, conversation.id, not_mine="message_not_owned_by_app")
    if message.stream is None:
        raise Refusal("message_not_in_streaming_state")
    return message, message.stream


def _expire(core: Core, message: Message) -> None:
    with core.state.changed:
        if message.is_streaming and message.stream is not None:
            message.stream.ended_by = "age"
            note_change(core, message)


def _read_chunks(core: Core, args: Arguments) -> list[Json]:
    chunks = args.structure("chunks", error="invalid_chunks") or []
    markdown = args.find("markdown_text")
    if markdown is not None and chunks:
        raise Refusal("invalid_arguments", problems=["only one of markdown_text and chunks is allowed"])
    if markdown is not None:
        chunks = [{"type": "markdown_text", "text": markdown}]
    if not isinstance(chunks, list):
        raise Refusal("invalid_chunks")
    checker = Checker("message")
    for index, chunk in enumerate(chunks):
        _check_chunk(checker, chunk, f"/chunks/{index}")
    if checker.problems:
        raise Refusal("invalid_chunks", problems=checker.problems)
    for chunk in chunks:
        if chunk["type"] == "markdown_text" and len(chunk["text"]) > MARKDOWN_CHARACTERS:
            raise Refusal("msg_too_long")
        if chunk["type"] == "blocks":
            chunk["blocks"] = complete_blocks(check_message_blocks(chunk.get("blocks")), core.mint)
    return chunks


def _check_chunk(checker: Checker, value: Any, pointer: str) -> None:
    chunk = checker.mapping(value, pointer)
    if chunk is None:
        return
    kind = str(chunk.get("type"))
    if kind not in CHUNK_KEYS:
        checker.report(pointer, f"unsupported type: {kind}")
        return
    checker.keys(chunk, pointer, allowed=CHUNK_KEYS[kind])
    if kind == "markdown_text":
        checker.string(chunk, "text", pointer, required=True)
    elif kind == "plan_update":
        checker.string(chunk, "title", pointer, maximum=256, required=True)
    elif kind == "task_update":
        checker.string(chunk, "id", pointer, required=True)
        checker.string(chunk, "title", pointer, maximum=256, required=True)
        checker.choice(chunk, "status", pointer, options=TASK_STATUSES, required=True)
        for key in ("details", "output"):
            checker.string(chunk, key, pointer, maximum=256)
        for index, source in enumerate(chunk.get("sources") or ()):
            check_source(checker, source, f"{pointer}/sources/{index}")


def _apply(message: Message, chunks: list[Json]) -> None:
    stream = message.stream
    if stream is None:
        return
    for chunk in chunks:
        kind = chunk["type"]
        if kind == "markdown_text":
            message.markdown += chunk["text"]
        elif kind == "plan_update":
            stream.plan_title = chunk["title"]
        elif kind == "task_update":
            _apply_task(stream, chunk)
        else:
            message.blocks = [*message.blocks, *chunk["blocks"]]
    message.text = message.markdown
    progress = _progress_blocks(stream)
    message.blocks = progress + [
        block for block in message.blocks if not str(block["block_id"]).startswith("progress")
    ]


def _apply_task(stream: Stream, chunk: Json) -> None:
    """Title and status replace what was there, details and output are appended (observed)."""
    task = stream.tasks.setdefault(chunk["id"], {"details": "", "output": "", "sources": []})
    task["title"] = chunk["title"]
    task["status"] = chunk["status"]
    task["details"] += chunk.get("details") or ""
    task["output"] += chunk.get("output") or ""
    task["sources"] = [*task["sources"], *(chunk.get("sources") or ())]


def _progress_blocks(stream: Stream) -> list[Json]:
    cards = [
        _task_card(task_id, task, f"progress_{number}")
        for number, (task_id, task) in enumerate(stream.tasks.items())
    ]
    if stream.mode == "plan" and (cards or stream.plan_title):
        title = stream.plan_title or str(cards[0]["title"])
        return [{"type": "plan", "block_id": "progress", "title": title, "tasks": cards}]
    return cards


def _task_card(task_id: str, task: Json, block_id: str) -> Json:
    card: Json = {
        "type": "task_card",
        "block_id": block_id,
        "task_id": task_id,
        "title": task["title"],
        "status": task["status"],
    }
    for key in ("details", "output"):
        if task[key]:
            section = {"type": "rich_text_section", "elements": [{"type": "text", "text": task[key]}]}
            card[key] = {"type": "rich_text", "elements": [section]}
    if task["sources"]:
        card["sources"] = task["sources"]
    return card
