"""Work that must reach Slack: claimed durably, done once, taken up again after a crash."""

import logging
from dataclasses import asdict
from functools import partial
from typing import Any

from sqlmodel import Session

from bot.access import OPERATOR
from bot.conduct.aside import put_people_first, show_in_private
from bot.conduct.claims import BUNDLE, QUESTION, WALK, IncomingQuestion
from bot.conduct.inbox import Claim
from bot.conduct.threads import get_turn
from bot.delivery import SLACK_FAILURES, Place, is_passing
from bot.deps import Deps
from bot.errors import apologise
from bot.experts.keeping import NOTE, work_on_note
from bot.experts.questions import EXPERT_QUESTION, work_on_expert_question
from bot.experts.replies import ASKED_BACK, EXPERT_REPLY, work_on_asked_back, work_on_expert_reply
from bot.figures.alerts import ALERT, work_on_alert
from bot.figures.answering import FIGURE, work_on_figure
from bot.figures.digest import DIGEST, work_on_digest
from bot.figures.directs import FIGURE_WORDS, work_on_words
from bot.figures.forecasting import FORECAST, work_on_forecast
from bot.figures.insights import INSIGHT, work_on_insight
from bot.figures.opportunities import (
    ASSET_OFFER,
    OPPORTUNITIES,
    REFERRAL,
    work_on_asset_offer,
    work_on_list,
    work_on_referral,
)
from bot.files.quotes import QUOTE_FILE, work_on_quote_file
from bot.lookups.answering import LOOKUP, work_on_lookup
from bot.mrkdwn import heading
from bot.selling.acceptance import OUTCOME, work_on_outcome
from bot.selling.deals import show_bundles
from bot.selling.discounting import (
    DISCOUNT_ASKED,
    DISCOUNT_DECIDED,
    work_on_discount_asked,
    work_on_discount_decided,
)
from bot.selling.ruling import SIMULATION, work_on_simulation
from bot.selling.wording import word_offer
from bot.turn import Answered, Asked, Goodwill, Suggestion, answer_question, find_offer_after
from bot.views.answer import build_answer, build_stopped, render_parts
from bot.views.brief import describe_asset
from bot.views.message import Message
from bot.views.notes import build_note
from bot.views.offer import build_offer
from bot.visits.guiding import place_card
from bot.visits.walking import (
    Clicked,
    apply_click,
    may_be_shown,
    open_card,
    say_where_it_stands,
    show_set_aside,
    show_walk,
    tell_refusal,
)
from knowledge.documents import Audience
from knowledge.replies import Notice, Statement
from offers.sales.cards import get_offer_card

logger = logging.getLogger(__name__)

CARD, GOODWILL = "card", "goodwill"


def claim_walk_click(click: Clicked, deps: Deps) -> Claim | None:
    """Claim a click on a walk's card, or return None when it was delivered before."""
    return deps.inbox.claim(click.key, WALK, asdict(click))


def enlist_card(
    session: Session, card: Suggestion, place: Place, deps: Deps, *, remark: str | None = None
) -> Claim | None:
    """Enlist the showing of an offer in the transaction that surfaced it: what is logged as shown gets shown."""
    if isinstance(card, Goodwill):
        owed = {"sentence": card.sentence, "channel": place.channel, "thread_ts": place.thread_ts}
        return deps.inbox.enlist(session, f"goodwill:{card.visit_id}", GOODWILL, owed)
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
        if claim.attempt > 1 and deps.delivery.sent.find_reply(question.place, key=claim.key):
            return
        put_people_first(question.text, question.place, deps, key=claim.key, is_again=claim.attempt > 1)
        answered = _answer(question, deps, key=claim.key, begun_ts=begun_ts)
    if answered is not None:
        # The person has the answer: what goes wrong from here on is ours to log, not theirs to read.
        with apologise(logger.error, unless=SLACK_FAILURES):
            _offer(answered, question.place, deps)
            show_in_private(answered, _asked(question, deps), deps)


def _tell(place: Place, key: str, deps: Deps, sentence: str) -> None:
    deps.delivery.reply(place, build_note(sentence), key=key)


def _asked(question: IncomingQuestion, deps: Deps) -> Asked:
    is_direct = question.channel.startswith("D")
    audience = Audience.INTERNAL if is_direct else deps.channel_audience.of(question.channel)
    return Asked(question.text, question.user, question.channel, question.thread_ts, audience)


def _answer(question: IncomingQuestion, deps: Deps, *, key: str, begun_ts: str | None) -> Answered | None:
    """Answer and return what was answered; None when it was stopped on the way."""
    place = question.place
    reply = deps.delivery.begin(
        place,
        key=key,
        begun_ts=begun_ts,
        on_begin=lambda stream_ts: deps.inbox.note(key, stream_ts=stream_ts),
    )
    parts: list[Notice | Statement] = []

    def show(part: Notice | Statement) -> None:
        parts.append(part)
        reply.show(render_parts(parts))

    with deps.delivery.signs.processing(place, title=heading(question.text, 100) or "Question"):
        answered = answer_question(
            _asked(question, deps),
            knowledge=deps.knowledge,
            session_scope=deps.session_scope,
            settings=deps.settings,
            now=deps.clock(),
            on_part=show,
            should_stop=lambda: deps.delivery.signs.was_stopped(place),
        )
        if deps.delivery.signs.was_stopped(place):
            reply.finish(build_stopped(reply.shown))
            return None
        guide = answered.answer.guide
        walk = open_card(answered, guide, place, deps) if guide is not None else None
        ts = reply.finish(walk.card if walk is not None else _build_answer(answered))
    with deps.session_scope() as session:
        turn = get_turn(session, answered.turn_id)
        if turn is not None:
            turn.reply_ts = ts
            session.add(turn)
        is_ahead = walk is not None and place_card(session, walk.run_id, message_ts=ts)
    if walk is not None:
        if is_ahead:
            show_walk(walk.run_id, place.channel, ts, deps)
        show_set_aside(walk, deps)
    return answered


def _build_answer(answered: Answered) -> Message:
    bench = describe_asset(answered.asset) if answered.asset else None
    return build_answer(answered.answer, turn_id=answered.turn_id, bench=bench)


def _offer(answered: Answered, place: Place, deps: Deps) -> None:
    with deps.session_scope() as session:
        card = find_offer_after(session, answered, settings=deps.settings, now=deps.clock())
        claim = enlist_card(session, card, place, deps) if card is not None else None
    if claim is not None:
        work_on(claim, deps)


def _work_on_card(claim: Claim, deps: Deps) -> None:
    facts: dict[str, Any] = claim.payload
    place = Place(facts["channel"], facts["thread_ts"])
    if claim.attempt > 1 and deps.delivery.sent.find_reply(place, key=claim.key):
        return
    with deps.read_scope() as session:
        card = get_offer_card(session, facts["offer_id"], reader=OPERATOR, now=deps.clock())
    card = word_offer(card, deps)
    deps.delivery.reply(place, build_offer(card, remark=facts["remark"]), key=claim.key)


def _work_on_goodwill(claim: Claim, deps: Deps) -> None:
    place = Place(claim.payload["channel"], claim.payload["thread_ts"])
    if claim.attempt > 1 and deps.delivery.sent.find_reply(place, key=claim.key):
        return
    deps.delivery.reply(place, build_note(claim.payload["sentence"]), key=claim.key)


def _work_on_bundle(claim: Claim, deps: Deps) -> None:
    facts: dict[str, Any] = claim.payload

    def tell(sentence: str) -> None:
        deps.delivery.whisper(facts["channel"], facts["user"], build_note(sentence))

    with apologise(tell, unless=SLACK_FAILURES):
        show_bundles(facts["account_id"], facts["user"], deps)


def _work_on_walk(claim: Claim, deps: Deps) -> None:
    click = Clicked(**claim.payload)
    offer: Claim | None = None

    def tell(sentence: str) -> None:
        deps.delivery.whisper(click.channel, click.user, build_note(sentence), thread_ts=click.thread_ts)

    with apologise(tell, unless=SLACK_FAILURES):
        if not may_be_shown(click, deps):
            tell_refusal("readers", click, deps)
            return
        with deps.session_scope() as session:
            stepped, card = apply_click(session, click, deps)
            place = Place(click.channel, click.thread_ts)
            offer = enlist_card(session, card, place, deps) if card is not None else None
        show_walk(click.run_id, click.channel, click.ts, deps)
        if stepped.refused is not None:
            tell_refusal(stepped.refused, click, deps, by=stepped.by)
        elif click.is_typed:
            say_where_it_stands(click, deps, key=claim.key, is_again=claim.attempt > 1)
    if offer is not None:
        work_on(offer, deps)


_WORK = {
    QUESTION: _work_on_question,
    CARD: _work_on_card,
    GOODWILL: _work_on_goodwill,
    BUNDLE: _work_on_bundle,
    FIGURE: work_on_figure,
    FORECAST: work_on_forecast,
    FIGURE_WORDS: work_on_words,
    LOOKUP: work_on_lookup,
    DIGEST: work_on_digest,
    ALERT: work_on_alert,
    OPPORTUNITIES: work_on_list,
    INSIGHT: work_on_insight,
    REFERRAL: work_on_referral,
    ASSET_OFFER: work_on_asset_offer,
    WALK: _work_on_walk,
    EXPERT_QUESTION: work_on_expert_question,
    EXPERT_REPLY: work_on_expert_reply,
    ASKED_BACK: work_on_asked_back,
    NOTE: work_on_note,
    OUTCOME: work_on_outcome,
    QUOTE_FILE: work_on_quote_file,
    DISCOUNT_ASKED: work_on_discount_asked,
    DISCOUNT_DECIDED: work_on_discount_decided,
    SIMULATION: work_on_simulation,
}
