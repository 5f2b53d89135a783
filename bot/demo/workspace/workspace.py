"""What a test or the demo can do in a workspace, as any of its people."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from bot.demo.workspace import forms, interactions, modals, people
from bot.demo.workspace.core import Core
from bot.demo.workspace.records import ApiCall, CommandResult, Json, Message
from bot.demo.workspace.refusals import Refusal
from bot.demo.workspace.rendering import render_stored, render_view

T = TypeVar("T")


class Workspace:
    """A running workspace seen by its people. Thread-safe; what Slack would refuse raises Refusal."""

    def __init__(self, core: Core) -> None:
        self.core = core

    @property
    def calls(self) -> list[ApiCall]:
        """Every Web API call so far, oldest first."""
        with self.core.state.changed:
            return list(self.core.state.calls)

    @property
    def problems(self) -> list[str]:
        """What the app did that no answer could tell it: acknowledgements that Slack would not take."""
        with self.core.state.changed:
            return list(self.core.state.problems)

    def open_dm(self, user_id: str) -> str:
        """Return the channel of that person's direct messages with the app."""
        return self.core.state.get_dm(user_id).id

    def post_as(self, user_id: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Post what a person typed; return its timestamp."""
        return people.write(self.core, user_id, channel, text=text, thread_ts=thread_ts).ts

    def edit_as(self, user_id: str, channel: str, ts: str, text: str) -> None:
        """Change what a person posted."""
        people.edit(self.core, user_id, channel, ts=ts, text=text)

    def run_command(self, user_id: str, channel: str, command: str, text: str = "") -> CommandResult:
        """Type a slash command."""
        return interactions.run_command(self.core, user_id, channel, command=command, text=text)

    def click(
        self,
        user_id: str,
        channel: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        option: Any = None,
    ) -> None:
        """Click or choose something in a message; `option` is the value chosen.

        Raises:
            InteractionFailed: the app did not acknowledge in time.
        """
        self._use({"type": "message", "channel": channel, "ts": ts}, user_id, action_id, block_id, option)

    def click_view(
        self, user_id: str, view_id: str, action_id: str, *, block_id: str | None = None, option: Any = None
    ) -> None:
        """Click or choose something in a modal or on Home; raises InteractionFailed like `click`."""
        self._use({"type": "view", "view_id": view_id}, user_id, action_id, block_id, option)

    def _use(self, where: Json, user_id: str, action_id: str, block_id: str | None, option: Any) -> None:
        with self.core.state.changed:
            container = interactions.find_container(self.core, user_id, where)
            _block, element = interactions.find_element(container, action_id, block_id=block_id)
            given = interactions.shorthand(element, option)
        interactions.act(self.core, user_id, where, action_id=action_id, block_id=block_id, given=given)

    def suggest(self, user_id: str, container: Json, action_id: str, text: str) -> list[Json]:
        """Return the options that a menu shows for `text`; those of groups one after the other."""
        answer = interactions.ask_options(
            self.core, user_id, container, action_id=action_id, block_id=None, text=text
        )
        groups = answer.get("option_groups", [])
        return list(answer.get("options", [])) + [option for group in groups for option in group["options"]]

    def open_view_of(self, user_id: str) -> Json | None:
        """Return the modal that a person looks at."""
        with self.core.state.changed:
            view = self.core.state.top_view(user_id)
            return render_view(self.core, view) if view else None

    def view_stack_of(self, user_id: str) -> list[Json]:
        """Return every open modal of a person, the lowest first."""
        with self.core.state.changed:
            stack = self.core.state.stacks.get(user_id, [])
            return [render_view(self.core, self.core.state.views[one]) for one in stack]

    def submit_view(
        self, user_id: str, view_id: str, values: dict[str, dict[str, Any]] | None = None
    ) -> Json | None:
        """Send a form; values are texts, option values, lists of them, or whole state values.

        Returns the `response_action` that followed, None when the view simply closed.

        Raises:
            InteractionFailed: the app did not acknowledge in time.
        """
        with self.core.state.changed:
            view = self.core.state.views.get(view_id)
            if view is None:
                raise Refusal("not_found")
            expanded = forms.expand_values(view, values or {})
        return forms.submit(self.core, user_id, view_id, expanded)

    def close_view(self, user_id: str, view_id: str) -> None:
        """Close a modal without sending it."""
        forms.close(self.core, user_id, view_id)

    def open_home(self, user_id: str) -> None:
        """Open the app's Home tab."""
        modals.open_home(self.core, user_id)

    def home_of(self, user_id: str) -> Json | None:
        """Return the Home tab as it was last published for that person."""
        with self.core.state.changed:
            home = self.core.state.homes.get(user_id)
            return render_view(self.core, self.core.state.views[home]) if home else None

    def open_messages_tab(self, user_id: str) -> str:
        """Open the conversation with the app; return its channel id."""
        return people.open_messages_tab(self.core, user_id)

    def stop_session(self, user_id: str, channel: str, thread_ts: str | None) -> None:
        """Press Stop in a thread."""
        people.stop_session(self.core, user_id, channel, thread_ts=thread_ts)

    def messages(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        """Return what the channel shows (no replies), or a thread: its root, then the replies."""
        with self.core.state.changed:
            self.core.state.get_conversation(channel)
            if thread_ts is None:
                return self._render(self.core.state.list_roots(channel))
            root = self.core.state.find_message(channel, thread_ts)
            replies = self.core.state.list_replies(channel, thread_ts)
            return self._render([root, *replies] if root else replies)

    def all_messages(self, channel: str) -> list[Json]:
        """Return every message of a channel in order, replies and deleted ones too."""
        with self.core.state.changed:
            return self._render(list(self.core.state.messages[channel].values()))

    def ephemerals(self, user_id: str, channel: str) -> list[Json]:
        """Return what only that person sees in the channel, oldest first."""
        with self.core.state.changed:
            return self._render(
                [
                    message
                    for message in self.core.state.ephemerals.values()
                    if message.ephemeral_to == user_id and message.channel == channel
                ]
            )

    def statuses(self, channel: str, thread_ts: str) -> list[Json]:
        """Return every status that was set in a thread: `text` ("" clears) and `loading_messages`."""
        with self.core.state.changed:
            return [
                body
                for at_channel, at_thread, body in self.core.state.status_log
                if (at_channel, at_thread) == (channel, thread_ts)
            ]

    def session(self, channel: str, thread_ts: str | None) -> Json | None:
        """Return status and title of a thread's agent session."""
        with self.core.state.changed:
            session = self.core.state.sessions.get((channel, thread_ts))
            return {"status": session.status, "title": session.title} if session else None

    def prompts(self, channel: str) -> list[Json]:
        """Return the prompts that the app last suggested in a conversation."""
        with self.core.state.changed:
            return list(self.core.state.prompts.get(channel, {}).get("prompts", ()))

    def wait_for(self, predicate: "Callable[[Workspace], T]", timeout_s: float = 10.0) -> T:
        """Return the first true value of `predicate`, asked again at every change.

        Raises:
            TimeoutError: it stayed false; the message names the last calls.
        """
        deadline_s = time.monotonic() + timeout_s
        with self.core.state.changed:
            while True:
                value = predicate(self)
                if value:
                    return value
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    raise TimeoutError(self._describe_calls(timeout_s))
                self.core.state.changed.wait(min(left_s, 0.25))

    def _describe_calls(self, timeout_s: float) -> str:
        last = [
            f"{call.method}: {'ok' if call.ok else call.error}" for call in list(self.core.state.calls)[-10:]
        ]
        return f"nothing after {timeout_s:g} s; last calls: {', '.join(last) or 'none'}"

    def _render(self, messages: list[Message]) -> list[Json]:
        return [render_stored(self.core, message) for message in messages]
