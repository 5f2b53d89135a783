"""From a delivered message to a delivered answer: claimed once, shown as being worked on, then perhaps an offer."""

import logging
from dataclasses import asdict, dataclass
from typing import Any

from bot.delivery import SLACK_FAILURES, Place
from bot.deps import Deps
from bot.errors import apologise
from bot.inbox import Claim
from bot.threads import find_thread, get_turn
from bot.turn import Answered, Asked, answer_question, find_offer_after
from bot.views.answer import build_answer
from bot.views.brief import describe_asset
from bot.views.notes import build_note
from bot.views.offer import build_offer
from knowledge.documents import Audience

logger = logging.getLogger(__name__)

KIND = "question"


@dataclass(frozen=True, slots=True)
class IncomingQuestion:
    """A person's message that asks the bot something."""

    channel: str
    ts: str
    thread_ts: str
    user: str
    team: str | None
    text: str

    @property
    def key(self) -> str:
        """One message is one question, however often and by however many event types it is delivered."""
        return f"question:{self.channel}:{self.ts}"

    @property
    def place(self) -> Place:
        """Where the answer goes: the message's thread."""
        return Place(self.channel, self.thread_ts, team_id=self.team, user_id=self.user)

    def as_payload(self) -> dict[str, Any]:
        """Return what is needed to work on this question again after a crash."""
        return asdict(self)


def take_question(question: IncomingQuestion, deps: Deps) -> None:
    """Work on the question unless somebody already does or did."""
    claim = deps.inbox.claim(question.key, KIND, question.as_payload())
    if claim is not None:
        work_on(claim, deps)


def work_on(claim: Claim, deps: Deps) -> None:
    """Answer a claimed question; when that fails, the person is told, with a reference."""
    question = IncomingQuestion(**claim.payload)

    def tell(sentence: str) -> None:
        deps.delivery.reply(question.place, build_note(sentence), key=claim.key)

    try:
        with deps.inbox.working(claim), apologise(tell, unless=SLACK_FAILURES):
            if claim.attempt > 1 and deps.delivery.find_reply(question.place, key=claim.key):
                return
            _answer(question, deps, key=claim.key)
    except SLACK_FAILURES:
        logger.warning("Slack can't be reached; %s stays open for a later try", claim.key)


def is_thread_of_ours(channel: str, thread_ts: str, deps: Deps) -> bool:
    """Return whether the bot takes part in this thread, so that it needn't be mentioned again."""
    with deps.read_scope() as session:
        return find_thread(session, channel, thread_ts) is not None


def _answer(question: IncomingQuestion, deps: Deps, *, key: str) -> None:
    is_direct = question.channel.startswith("D")
    audience = Audience.INTERNAL if is_direct else deps.channel_audience.of(question.channel)
    asked = Asked(question.text, question.user, question.channel, question.thread_ts, audience)
    with deps.delivery.processing(question.place, title=question.text[:100] or "Question"):
        answered = answer_question(
            asked,
            knowledge=deps.knowledge,
            session_scope=deps.session_scope,
            settings=deps.settings,
            now=deps.clock(),
        )
        if deps.delivery.was_stopped(question.place):
            deps.delivery.reply(question.place, build_note("Stopped. Ask again when you need it."), key=key)
            return
        bench = describe_asset(answered.asset) if answered.asset else None
        message = build_answer(answered.answer, turn_id=answered.turn_id, bench=bench)
        ts = deps.delivery.reply(question.place, message, key=key)
    _after(asked, answered, question.place, deps, ts=ts)


def _after(asked: Asked, answered: Answered, place: Place, deps: Deps, *, ts: str) -> None:
    now = deps.clock()
    with deps.session_scope() as session:
        turn = get_turn(session, answered.turn_id)
        if turn is not None:
            turn.reply_ts = ts
            session.add(turn)
        card = find_offer_after(session, asked, answered, settings=deps.settings, now=now)
    if card is not None:
        deps.delivery.post(Place(place.channel, place.thread_ts), build_offer(card))
