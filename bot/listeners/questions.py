"""Questions: direct messages, mentions, and replies in threads that the bot takes part in.

Bolt acknowledges an event before its listener runs, and Slack never redelivers what was acknowledged. So the claim is
made in a listener middleware, before the acknowledgement: once Slack is told, the work is in the database.
"""

import re
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext

from bot.conduct.claims import (
    IncomingQuestion,
    claim_bundle,
    claim_figure,
    claim_figure_words,
    claim_insight,
    claim_list,
    claim_lookup,
    claim_question,
)
from bot.conduct.inbox import Claim
from bot.conduct.threads import find_thread
from bot.conduct.work import work_on
from bot.deps import Deps
from bot.errors import AttacheError
from bot.experts.replies import IncomingReply, claim_expert_reply, may_be_expert_thread
from bot.figures.directs import refer_to, sort_direct
from bot.figures.forecasting import refer_to_forecast
from bot.figures.questions import Subject
from bot.lookups.answering import find_lookup
from bot.mrkdwn import read_text
from bot.selling.bundle_requests import read_bundle_request
from bot.selling.deals import find_account_named

# What people write also comes with these subtypes; all others are notices, edits and deletions.
_SPOKEN = {None, "file_share", "thread_broadcast"}
_CLAIM = "claim"


def register(app: App, deps: Deps) -> None:
    """Register the handlers."""

    def claim_message(event: dict[str, Any], context: BoltContext, next: Callable[[], None]) -> None:
        question = _parse(event, context)
        if question is not None and _is_in_expert_thread(question, deps):
            context[_CLAIM] = _claim_reply(event, context, question, deps)
        elif question is not None and _is_for_us(event, context, question, deps):
            is_direct = event.get("channel_type") == "im"
            context[_CLAIM] = _claim_direct(question, deps) if is_direct else _claim_here(question, deps)
        next()

    def claim_mention(event: dict[str, Any], context: BoltContext, next: Callable[[], None]) -> None:
        question = _parse(event, context)
        if question is not None:
            context[_CLAIM] = _claim_here(question, deps)
        next()

    def handle_claim(context: BoltContext) -> None:
        claim: Claim | None = context.get(_CLAIM)
        if claim is not None:
            work_on(claim, deps)

    def handle_stop(event: dict[str, Any]) -> None:
        deps.delivery.signs.stop(event["channel"], event["thread_ts"])

    app.event("message", middleware=[claim_message])(handle_claim)
    app.event("app_mention", middleware=[claim_mention])(handle_claim)
    app.event("agent_session_stopped")(handle_stop)


def _claim_direct(question: IncomingQuestion, deps: Deps) -> Claim | None:
    wanted = read_bundle_request(question.text)
    if wanted:
        try:
            account = find_account_named(wanted, question.user, deps)
        except AttacheError:
            # Whoever may not ask for bundles gets an answer from the documents like anybody else.
            account = None
        if account is not None:
            return claim_bundle(question, account.account_id, deps)
    # "Is it covered?" on a visit asks about that machine, not for the coverage of all.
    return (
        _claim_lookup(question, deps)
        or _claim_about_figures(question, deps)
        or claim_question(question, deps)
    )


def _claim_here(question: IncomingQuestion, deps: Deps) -> Claim | None:
    return _claim_lookup(question, deps) or claim_question(question, deps)


def _claim_lookup(question: IncomingQuestion, deps: Deps) -> Claim | None:
    """Claim what the records answer; None where they don't, or it was claimed before."""
    asked = find_lookup(
        question.text, user=question.user, channel=question.channel, thread_ts=question.thread_ts, deps=deps
    )
    return None if asked is None else claim_lookup(question, asked, deps)


def _claim_about_figures(question: IncomingQuestion, deps: Deps) -> Claim | None:
    """Claim what is asked about figures; None where the documents are asked, or it was claimed before."""
    try:
        asked = sort_direct(question.text, question.user, deps)
    except AttacheError:
        # To somebody unknown it is a question like any other.
        return None
    if asked.kind is not None:
        return claim_list(question, asked.kind, deps)
    if asked.insight is not None:
        return claim_insight(question, asked.insight, deps)
    if asked.subject is Subject.FORECAST and asked.forecast is not None:
        return claim_figure(question, refer_to_forecast(asked.forecast), deps)
    if asked.subject is Subject.FIGURE and asked.figure is not None:
        return claim_figure(question, refer_to(asked.figure), deps)
    return None if asked.subject is Subject.DOCUMENTS else claim_figure_words(question, deps)


def _is_in_expert_thread(question: IncomingQuestion, deps: Deps) -> bool:
    if question.thread_ts == question.ts or question.channel.startswith("D"):
        return False
    with deps.read_scope() as session:
        return may_be_expert_thread(session, question.channel, question.thread_ts, now=deps.clock())


def _claim_reply(
    event: dict[str, Any], context: BoltContext, question: IncomingQuestion, deps: Deps
) -> Claim | None:
    """Claim an expert's reply; one that mentions the bot is a question to it and comes as `app_mention` too."""
    text = event.get("text") or ""
    if f"<@{context.bot_user_id}" in text:
        return None
    files = len(event.get("files") or [])
    reply = IncomingReply(question.channel, question.ts, question.thread_ts, question.user, text, files)
    return claim_expert_reply(reply, deps)


def _is_for_us(event: dict[str, Any], context: BoltContext, question: IncomingQuestion, deps: Deps) -> bool:
    """Return whether a message is meant for the bot: direct, or in a thread of its own without a mention.

    A mention comes as `app_mention` too and is answered there.
    """
    if event.get("channel_type") == "im":
        return True
    is_reply = bool(event.get("thread_ts")) and event["thread_ts"] != event["ts"]
    if not is_reply or f"<@{context.bot_user_id}" in (event.get("text") or ""):
        return False
    with deps.read_scope() as session:
        return find_thread(session, question.channel, question.thread_ts) is not None


def _parse(event: dict[str, Any], context: BoltContext) -> IncomingQuestion | None:
    """Return the question of a person's message; None for the bot's own, edits, deletions and other bots."""
    if event.get("bot_id") or event.get("hidden") or event.get("subtype") not in _SPOKEN:
        return None
    user = event.get("user")
    if not user or user == context.bot_user_id:
        return None
    text = re.sub(rf"<@{context.bot_user_id}(\|[^>]*)?>", " ", event.get("text") or "")
    return IncomingQuestion(
        channel=event["channel"],
        ts=event["ts"],
        thread_ts=event.get("thread_ts") or event["ts"],
        user=user,
        team=context.team_id,
        text=" ".join(read_text(text).split()),
    )
