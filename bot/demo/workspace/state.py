"""Everything the workspace remembers, behind one lock."""

import threading
import time
from collections import deque

from bot.demo.workspace.minting import Mint
from bot.demo.workspace.records import (
    ApiCall,
    Conversation,
    Json,
    Message,
    Session,
    StoredFile,
    ThreadStatus,
    View,
)
from bot.demo.workspace.refusals import Refusal
from bot.demo.workspace.seed import SeedUser, WorkspaceSeed

MAX_CALLS = 5000


class State:
    """The workspace's memory. Hold `changed` while reading or writing, call `touch` after writing."""

    def __init__(self, seed: WorkspaceSeed, mint: Mint) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.users: dict[str, SeedUser] = {user.id: user for user in seed.users}
        self.conversations: dict[str, Conversation] = {}
        self.messages: dict[str, dict[str, Message]] = {}
        self.ephemerals: dict[str, Message] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, str] = {}
        self.sessions: dict[tuple[str, str | None], Session] = {}
        self.statuses: dict[tuple[str, str], ThreadStatus] = {}
        self.status_log: list[tuple[str, str, Json]] = []
        # By conversation, as the pages are told.
        self.prompts: dict[str, Json] = {}
        self.files: dict[str, StoredFile] = {}
        self.calls: deque[ApiCall] = deque(maxlen=MAX_CALLS)
        self.problems: list[str] = []
        created = int(time.time())
        for channel in seed.channels:
            self._add(
                Conversation(
                    channel.id, channel.name, "channel", set(channel.members), channel.is_private, created
                )
            )
        for user in seed.users:
            self._add(
                Conversation(mint.id("D"), seed.app_name, "dm", {user.id, seed.bot_user_id}, True, created)
            )

    def _add(self, conversation: Conversation) -> None:
        self.conversations[conversation.id] = conversation
        self.messages[conversation.id] = {}

    def touch(self) -> None:
        """Wake everyone who waits for a change."""
        with self.changed:
            self.changed.notify_all()

    def find_dm(self, user_id: str) -> Conversation | None:
        """Return the direct messages of `user_id` with the app."""
        for conversation in self.conversations.values():
            if conversation.kind == "dm" and user_id in conversation.members:
                return conversation
        return None

    def get_dm(self, user_id: str) -> Conversation:
        """Return the direct messages of `user_id`; raises Refusal `user_not_found`."""
        dm = self.find_dm(user_id) if user_id in self.users else None
        if dm is None:
            raise Refusal("user_not_found")
        return dm

    def get_conversation(self, channel_id: str) -> Conversation:
        """Return the conversation; raises Refusal `channel_not_found`."""
        conversation = self.conversations.get(channel_id)
        if conversation is None:
            raise Refusal("channel_not_found")
        return conversation

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        """Return the message, None when there is none or it was deleted."""
        message = self.messages.get(channel_id, {}).get(ts)
        return None if message is None or message.is_deleted else message

    def list_roots(self, channel_id: str) -> list[Message]:
        """Return what a channel shows outside its threads, oldest first."""
        return [
            message
            for message in self.messages[channel_id].values()
            if not message.is_deleted and (message.thread_ts in (None, message.ts) or message.is_broadcast)
        ]

    def list_replies(self, channel_id: str, thread_ts: str) -> list[Message]:
        """Return the replies of a thread without its root, oldest first."""
        return [
            message
            for message in self.messages[channel_id].values()
            if message.thread_ts == thread_ts and message.ts != thread_ts and not message.is_deleted
        ]

    def top_view(self, user_id: str) -> View | None:
        """Return the modal that `user_id` looks at."""
        stack = self.stacks.get(user_id)
        return self.views[stack[-1]] if stack else None

    def is_open(self, view: View) -> bool:
        """Return whether the view can still be seen by its person."""
        return view.id in self.stacks.get(view.user, ()) or self.homes.get(view.user) == view.id
