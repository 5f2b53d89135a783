"""The arguments of one Web API call, whether they came as a form or as JSON."""

import json
import re
from typing import Any

from bot.demo.workspace.core import Core
from bot.demo.workspace.records import Conversation, Message
from bot.demo.workspace.refusals import Json, Refusal, missing_field

TIMESTAMP = re.compile(r"\d{9,11}\.\d{6}")


class Arguments:
    """What a caller sent; in forms, lists and objects are JSON strings."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def has(self, name: str) -> bool:
        """Return whether `name` was sent with a value."""
        return self.values.get(name) not in (None, "")

    def find(self, name: str) -> str | None:
        """Return a text argument, None when it is missing or empty."""
        value = self.values.get(name)
        return None if value in (None, "") else str(value)

    def get(self, name: str) -> str:
        """Return a required text argument; raises Refusal `invalid_arguments`."""
        value = self.find(name)
        if value is None:
            raise missing_field(name)
        return value

    def structure(self, name: str, *, error: str = "invalid_arguments") -> Any:
        """Return a list or object argument, None when it is missing; raises Refusal `error`."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError as failure:
            raise Refusal(error) from failure

    def flag(self, name: str) -> bool:
        """Return a true/false argument, false when it is missing."""
        return str(self.values.get(name, "")).lower() in ("1", "true")

    def count(self, name: str, *, default: int) -> int:
        """Return a number argument; raises Refusal `invalid_arguments`."""
        value = self.values.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError as failure:
            raise Refusal("invalid_arguments", problems=[f"must provide a number: {name}"]) from failure


def get_posting_channel(core: Core, args: Arguments, *, name: str = "channel") -> Conversation:
    """Return the conversation to write to; a person's id stands for their direct messages.

    Raises:
        Refusal: `channel_not_found` or `not_in_channel`.
    """
    channel_id = args.get(name)
    if channel_id in core.state.users:
        return core.state.get_dm(channel_id)
    conversation = core.state.get_conversation(channel_id)
    if core.seed.bot_user_id not in conversation.members:
        is_open = not conversation.is_private and core.manifest.allows("chat:write.public")
        if conversation.is_private:
            raise Refusal("channel_not_found")
        if not is_open:
            raise Refusal("not_in_channel")
    return conversation


def find_thread(
    core: Core, args: Arguments, channel_id: str, *, missing: str = "thread_not_found"
) -> str | None:
    """Return the thread to write to, None for none; `missing` is the error when there is no such root.

    Raises:
        Refusal: `invalid_thread_ts` for what is no timestamp or is a reply, else `missing`.
    """
    thread_ts = args.find("thread_ts")
    if thread_ts is None:
        return None
    if TIMESTAMP.fullmatch(thread_ts) is None:
        raise Refusal("invalid_thread_ts")
    root = core.state.find_message(channel_id, thread_ts)
    if root is None:
        raise Refusal(missing)
    if root.thread_ts not in (None, root.ts):
        raise Refusal("invalid_thread_ts")
    return thread_ts


def get_own_message(core: Core, args: Arguments, channel_id: str, *, not_mine: str) -> Message:
    """Return a message of the app; raises Refusal `message_not_found` or `not_mine`."""
    message = core.state.find_message(channel_id, args.get("ts"))
    if message is None:
        raise Refusal("message_not_found")
    if not message.from_app:
        raise Refusal(not_mine)
    return message
