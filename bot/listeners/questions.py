"""Questions: direct messages, mentions, and replies in threads that the bot takes part in."""

import re
from typing import Any

from slack_bolt import App

from bot.bundle_requests import read_bundle_request
from bot.deals import find_account_named, show_bundles
from bot.deps import Deps
from bot.questions import IncomingQuestion, is_thread_of_ours, take_question

# What people write also comes with these subtypes; all others are notices, edits and deletions.
_SPOKEN = {None, "file_share", "thread_broadcast"}


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def handle_message(event: dict[str, Any], context: dict[str, Any]) -> None:
        question = _parse(event, context)
        if question is None:
            return
        if event.get("channel_type") == "im":
            _take_direct(question, deps)
        elif (
            _is_thread_reply(event)
            and not _mentions(event, context)
            and is_thread_of_ours(question.channel, question.thread_ts, deps)
        ):
            take_question(question, deps)

    def handle_mention(event: dict[str, Any], context: dict[str, Any]) -> None:
        question = _parse(event, context)
        if question is not None:
            take_question(question, deps)

    def handle_stop(event: dict[str, Any]) -> None:
        deps.delivery.stop(event["channel"], event["thread_ts"])

    app.event("message")(handle_message)
    app.event("app_mention")(handle_mention)
    app.event("agent_session_stopped")(handle_stop)


def _take_direct(question: IncomingQuestion, deps: Deps) -> None:
    wanted = read_bundle_request(question.text)
    account = find_account_named(wanted, question.user, deps) if wanted else None
    if account is None:
        take_question(question, deps)
    elif deps.inbox.claim(question.key, "bundle", {}):
        show_bundles(account.account_id, account.name, question.user, deps)
        deps.inbox.finish(question.key)


def _parse(event: dict[str, Any], context: dict[str, Any]) -> IncomingQuestion | None:
    """Return the question of a person's message; None for the bot's own, edits, deletions and other bots."""
    if event.get("bot_id") or event.get("hidden") or event.get("subtype") not in _SPOKEN:
        return None
    user = event.get("user")
    if not user or user == context.get("bot_user_id"):
        return None
    text = re.sub(rf"<@{context.get('bot_user_id')}(\|[^>]*)?>", " ", event.get("text") or "")
    return IncomingQuestion(
        channel=event["channel"],
        ts=event["ts"],
        thread_ts=event.get("thread_ts") or event["ts"],
        user=user,
        team=context.get("team_id"),
        text=" ".join(text.split()),
    )


def _is_thread_reply(event: dict[str, Any]) -> bool:
    return bool(event.get("thread_ts")) and event["thread_ts"] != event["ts"]


def _mentions(event: dict[str, Any], context: dict[str, Any]) -> bool:
    """Return whether the bot is mentioned: then `app_mention` carries the same message."""
    return f"<@{context.get('bot_user_id')}" in (event.get("text") or "")
