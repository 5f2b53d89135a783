"""What is said beside an answer: people first when somebody is in danger, and in private what not all may read."""

import logging
from dataclasses import replace

from bot.access import audience_of
from bot.delivery import Place
from bot.deps import Deps
from bot.turn import Answered, Asked, answer_question
from bot.views.answer import build_answer
from bot.views.brief import describe_asset
from bot.views.notes import build_danger_note, with_remark
from knowledge.documents import Audience
from knowledge.safety import find_danger
from offers.people import find_person_by_slack_id

logger = logging.getLogger(__name__)


def put_people_first(text: str, place: Place, deps: Deps, *, key: str, is_again: bool) -> None:
    """Say at once what matters in its language, when a message reports a danger; documents come after it."""
    language = find_danger(text)
    if language is None:
        return
    danger_key = f"{key}:danger"
    if is_again and deps.delivery.sent.find_reply(place, key=danger_key):
        return
    note = build_danger_note(deps.settings.emergency_contact, language=language)
    deps.delivery.reply(place, note, key=danger_key)


def show_in_private(answered: Answered, asked: Asked, deps: Deps) -> None:
    """Where the place may not read what would answer, show it to the asker alone, who may."""
    if not answered.answer.abstained or asked.channel.startswith("D"):
        return
    with deps.read_scope() as session:
        own = audience_of(find_person_by_slack_id(session, asked.slack_user_id))
    if own is answered.audience or own is Audience.PUBLIC:
        return
    private = answer_question(
        replace(asked, place_audience=Audience.INTERNAL),
        knowledge=deps.knowledge,
        session_scope=deps.session_scope,
        settings=deps.settings,
        now=deps.clock(),
    )
    if private.answer.abstained:
        return
    # Its buttons would answer in the channel, where not everybody may read along.
    shown = replace(private.answer, more=(), guide=None)
    bench = describe_asset(private.asset) if private.asset else None
    message = with_remark(
        build_answer(shown, turn_id=private.turn_id, bench=bench),
        "Only you can see this: it is from documents that not everybody here may read.",
    )
    deps.delivery.whisper(asked.channel, asked.slack_user_id, message, thread_ts=asked.thread_ts)
