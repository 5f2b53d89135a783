"""What is posted from a claim of work: once, for the person whom it is for, asked for or not."""

from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from bot.access import get_person
from bot.conduct.inbox import Claim
from bot.delivery import SLACK_FAILURES, Place
from bot.deps import Deps
from bot.errors import apologise
from bot.views.message import Message
from bot.views.notes import build_note
from offers.people import PersonFacts

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
