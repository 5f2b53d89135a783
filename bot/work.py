"""Work that must reach Slack: claimed durably, done once, taken up again after a crash."""

import logging
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from sqlmodel import Session

from bot.access import OPERATOR
from bot.deals import show_bundles
from bot.delivery import SLACK_FAILURES, Place, is_passing
from bot.deps import Deps
from bot.errors import apologise
from bot.inbox import Claim
from bot.mrkdwn import heading
from bot.threads import get_turn
from bot.turn import Answered, Asked, answer_question, find_offer_after
from bot.views.answer import build_answer
from bot.views.brief import describe_asset
from bot.views.notes import build_note
from bot.views.offer import build_offer
from knowledge.documents import Audience
from offers.cards import OfferCard, get_offer_card

logger = logging.getLogger(__name__)

QUESTION, CARD, BUNDLE = "question", "card", "bundle"


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
        return Place(self.channel, self.thread_ts, team_id=self.team, user_id=self.user, after_ts=self.ts)


def claim_question(question: IncomingQuestion, deps: Deps) -> Claim | None:
    """Claim the question, or return None when somebody already works or worked on it."""
    return deps.inbox.claim(question.key, QUESTION, asdict(question))


def claim_bundle(question: IncomingQuestion, account_id: str, deps: Deps) -> Claim | None:
    """Claim a bundle that was asked for in words, or return None when it was claimed before."""
    payload = {"account_id": account_id, "user": question.user, "channel": question.channel}
    return deps.inbox.claim(question.key, BUNDLE, payload)


def enlist_card(
    session: Session, card: OfferCard, place: Place, deps: Deps, *, remark: str | None = None
) -> Claim | None:
    """Enlist the showing of an offer in the transaction that surfaced it: what is logged as shown gets shown."""
    payload = {
        "offer_id": card.offer_id,
        "channel": place.channel,
        "thread_ts": place.thread_ts,
        "remark": remark,
    }
    return deps.inbox.enlist(session, f"card:{card.offer_id}:{card.version}", CARD, payload)


def work_on(claim: Claim, deps: Deps) -> None:
    """Do claimed work. What Slack refuses for good ends here; while Slack is out of reach it stays open."""
    try:
        with deps.inbox.working(claim):
            _WORK[claim.kind](claim, deps)
    except SLACK_FAILURES as error:
        if is_passing(error):
            logger.warning("Slack can't be reached; %s stays open for a later try", claim.key)
            return
        logger.error("Slack refuses %s for good (%s)", claim.key, type(error).__name__)
        deps.inbox.finish(claim.key)


def _work_on_question(claim: Claim, deps: Deps) -> None:
    facts = dict(claim.payload)
    begun_ts = facts.pop("stream_ts", None)
    question = IncomingQuestion(**facts)
    answered: Answered | None = None
    with apologise(partial(_tell, question.place, claim.key, deps), unless=SLACK_FAILURES):
        if claim.attempt > 1 and deps.delivery.find_reply(question.place, key=claim.key):
            return
        answered = _answer(question, deps, key=claim.key, begun_ts=begun_ts)
    if answered is not None:
        # The person has the answer: what goes wrong from here on is ours to log, not theirs to read.
        with apologise(logger.error, unless=SLACK_FAILURES):
            _offer(answered, question.place, deps)


def _tell(place: Place, key: str, deps: Deps, sentence: str) -> None:
    deps.delivery.reply(place, build_note(sentence), key=key)


def _answer(question: IncomingQuestion, deps: Deps, *, key: str, begun_ts: str | None) -> Answered | None:
    """Answer and return what was answered; None when it was stopped on the way."""
    place = question.place
    with deps.delivery.processing(place, title=heading(question.text, 100) or "Question"):
        is_direct = question.channel.startswith("D")
        audience = Audience.INTERNAL if is_direct else deps.channel_audience.of(question.channel)
        answered = answer_question(
            Asked(question.text, question.user, question.channel, question.thread_ts, audience),
            knowledge=deps.knowledge,
            session_scope=deps.session_scope,
            settings=deps.settings,
            now=deps.clock(),
        )
        if deps.delivery.was_stopped(place):
            note = build_note("Stopped. Ask again when you need it.")
            deps.delivery.reply(place, note, key=key, begun_ts=begun_ts)
            return None
        bench = describe_asset(answered.asset) if answered.asset else None
        ts = deps.delivery.reply(
            place,
            build_answer(answered.answer, turn_id=answered.turn_id, bench=bench),
            key=key,
            begun_ts=begun_ts,
            on_begin=lambda stream_ts: deps.inbox.note(key, stream_ts=stream_ts),
        )
    with deps.session_scope() as session:
        turn = get_turn(session, answered.turn_id)
        if turn is not None:
            turn.reply_ts = ts
            session.add(turn)
    return answered


def _offer(answered: Answered, place: Place, deps: Deps) -> None:
    with deps.session_scope() as session:
        card = find_offer_after(session, answered, settings=deps.settings, now=deps.clock())
        claim = enlist_card(session, card, place, deps) if card is not None else None
    if claim is not None:
        work_on(claim, deps)


def _work_on_card(claim: Claim, deps: Deps) -> None:
    facts: dict[str, Any] = claim.payload
    place = Place(facts["channel"], facts["thread_ts"])
    if claim.attempt > 1 and deps.delivery.find_reply(place, key=claim.key):
        return
    with deps.read_scope() as session:
        card = get_offer_card(session, facts["offer_id"], reader=OPERATOR, now=deps.clock())
    deps.delivery.reply(place, build_offer(card, remark=facts["remark"]), key=claim.key)


def _work_on_bundle(claim: Claim, deps: Deps) -> None:
    facts: dict[str, Any] = claim.payload

    def tell(sentence: str) -> None:
        deps.delivery.whisper(facts["channel"], facts["user"], build_note(sentence))

    with apologise(tell, unless=SLACK_FAILURES):
        show_bundles(facts["account_id"], facts["user"], deps)


_WORK = {QUESTION: _work_on_question, CARD: _work_on_card, BUNDLE: _work_on_bundle}
