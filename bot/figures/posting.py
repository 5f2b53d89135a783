"""Figures that are posted from a claim of work: once, for the person whom they are for, asked for or not."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from bot.access import get_person
from bot.delivery import SLACK_FAILURES, Place
from bot.deps import Deps
from bot.errors import apologise
from bot.inbox import Claim
from bot.records import AlertChoice, DigestChoice
from bot.settings import Settings
from bot.views.message import Message
from bot.views.notes import build_note
from offers.people import PersonFacts

Choice = type[AlertChoice] | type[DigestChoice]
"""The table of those who want no such messages."""
T = TypeVar("T")


def reply_once(
    claim: Claim,
    deps: Deps,
    look: Callable[[Session, PersonFacts], T],
    show: Callable[[T, Place, str], None],
) -> None:
    """Answer what was asked in a direct message, in its thread: `look` at it, then `show` it to the Slack user."""
    facts = claim.payload
    user = str(facts["user"])
    place = Place(facts["channel"], facts["thread_ts"], after_ts=facts["ts"])
    if claim.attempt > 1 and deps.delivery.sent.find_reply(place, key=claim.key):
        return

    def tell(sentence: str) -> None:
        deps.delivery.whisper(place.channel, user, build_note(sentence), thread_ts=place.thread_ts)

    with apologise(tell, unless=SLACK_FAILURES):
        with deps.read_scope() as session:
            found = look(session, get_person(session, user))
        show(found, place, user)


def post_once(claim: Claim, deps: Deps, compose: Callable[[Session, PersonFacts], Message | None]) -> None:
    """Send somebody what nobody asked for, in their own messages; nothing where there is nothing to say."""
    user = str(claim.payload["user"])
    place = Place(deps.delivery.open_dm(user), None)
    if claim.attempt > 1 and deps.delivery.sent.find_post(place, key=claim.key):
        return
    with apologise(lambda _sentence: None, unless=SLACK_FAILURES):
        with deps.read_scope() as session:
            message = compose(session, get_person(session, user))
        if message is not None:
            deps.delivery.show(place, user, message, key=claim.key)


def is_waking_hour(now: datetime, settings: Settings) -> bool:
    """Tell whether figures may be sent unasked at this hour (UTC)."""
    return settings.digest_from_hour <= now.hour < settings.digest_until_hour


def list_stopped(session: Session, choice: Choice) -> set[str]:
    """Return the Slack users who want none."""
    return set(session.exec(select(col(choice.slack_user_id))).all())


def stop(choice: Choice, slack_user_id: str, deps: Deps) -> None:
    """Send this person no more of them."""
    with deps.session_scope() as session:
        if session.get(choice, slack_user_id) is None:
            session.add(choice(slack_user_id=slack_user_id, stopped_at=deps.clock()))


def start(choice: Choice, slack_user_id: str, deps: Deps) -> None:
    """Send them to this person again."""
    with deps.session_scope() as session:
        row = session.get(choice, slack_user_id)
        if row is not None:
            session.delete(row)
