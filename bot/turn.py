"""One question, one thread, one person: one reply, and perhaps, after it, one offer."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session

from bot.access import audience_of, narrower
from bot.conduct.threads import (
    find_latest_visit,
    find_visit,
    is_danger_open,
    join_thread,
    list_questions,
    new_turn_id,
)
from bot.database import SessionScope
from bot.records import Thread, Turn, Visit
from bot.settings import Settings
from bot.visits.guiding import has_open_walk
from knowledge.answering.composing import Listener
from knowledge.documents import Audience
from knowledge.knowledge_base import KnowledgeBase
from knowledge.replies import Answer, ProductScope, Question
from knowledge.safety import reports_danger
from offers.deciding.proposals import propose
from offers.families import find_family_in
from offers.installed_base.machines import AssetFacts, get_asset
from offers.people import PersonFacts, find_person_by_slack_id
from offers.sales.cards import OfferCard

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Goodwill:
    """What the customer of a visit is owed instead of an offer, as a sentence for whoever is there."""

    visit_id: str
    sentence: str


Suggestion = OfferCard | Goodwill


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came in, whatever the surface.

    Attributes:
        place_audience: What may be said in this place, whoever asks there.
    """

    text: str
    slack_user_id: str
    channel: str
    thread_ts: str
    place_audience: Audience


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a question: the answer, for whom, and the machine on the bench if there is one."""

    turn_id: str
    answer: Answer
    asset: AssetFacts | None
    visit_id: str | None
    slack_user_id: str
    audience: Audience


@dataclass(frozen=True, slots=True)
class _Bench:
    """Who asks, and what lies on the bench."""

    person: PersonFacts | None
    audience: Audience
    asset: AssetFacts | None
    family: str | None
    visit_id: str | None
    previous: tuple[str, ...]


def answer_question(
    asked: Asked,
    *,
    knowledge: KnowledgeBase,
    session_scope: SessionScope,
    settings: Settings,
    now: datetime,
    on_part: Listener | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Answered:
    """Answer the question and log the turn.

    Args:
        on_part: Told what a language model's answer will hold as soon as it is certain; see `KnowledgeBase.answer`.
        should_stop: Asked meanwhile whether nobody wants the answer any more.
    """
    started = time.perf_counter()
    with session_scope() as session:
        bench = _find_bench(session, asked, settings=settings, now=now)
    answer = knowledge.answer(
        build_question(asked.text, bench.audience, asset=bench.asset, previous=bench.previous),
        on_part=on_part,
        should_stop=should_stop,
    )
    turn_id = new_turn_id()
    latency_ms = round((time.perf_counter() - started) * 1000)
    with session_scope() as session:
        session.add(_log(asked, answer, bench, turn_id=turn_id, latency_ms=latency_ms, now=now))
    logger.info(
        "turn %s answered=%s in %d ms, model=%s prompt=%s short_form=%s",
        turn_id,
        not answer.abstained,
        latency_ms,
        answer.composed_by,
        answer.prompt_version,
        answer.short_form,
    )
    return Answered(turn_id, answer, bench.asset, bench.visit_id, asked.slack_user_id, bench.audience)


def build_question(
    text: str, audience: Audience, *, asset: AssetFacts | None, previous: tuple[str, ...] = ()
) -> Question:
    """Return the question as the documents are asked it, with what is known of the machine on the bench."""
    if asset is None:
        return Question(text, audience, previous=previous)
    return Question(
        text,
        audience,
        ProductScope(sku=asset.sku, family=asset.family, model=asset.model, firmware=asset.firmware),
        previous,
        names=tuple(name for name in (asset.account_name, asset.site_name, asset.site_address) if name),
    )


def find_offer_after(
    session: Session, answered: Answered, *, settings: Settings, now: datetime
) -> Suggestion | None:
    """Return the one offer that may follow this answer now, or what is owed instead of one, or None.

    Nothing commercial is said before questions were answered, after a danger was reported, while a fault is being
    looked for, where others than the customer's own people read along, or twice on a visit.
    """
    visit = find_visit(session, answered.visit_id, for_update=True)
    if visit is None or answered.answer.abstained:
        return None
    visit.answers += 1
    session.add(visit)
    if visit.answers < settings.offer_after_answers:
        return None
    return propose_on_visit(session, visit, slack_user_id=answered.slack_user_id, settings=settings, now=now)


def propose_on_visit(
    session: Session, visit: Visit, *, slack_user_id: str, settings: Settings, now: datetime
) -> Suggestion | None:
    """Return the offer of this visit, once; None when it is closed, had one, is held by a walk, or nothing fits.

    Where the machine keeps failing there is no offer but goodwill to show.
    """
    person = find_person_by_slack_id(session, slack_user_id)
    if person is None or visit.offered_at is not None or visit.closed_at is not None:
        return None
    if has_open_walk(session, visit.visit_id):
        logger.info("no offer: a fault is being looked for, check by check")
        return None
    # The own visit's is looked at in itself: it may be closing in this transaction.
    has_danger = visit.danger_reported_at is not None or is_danger_open(
        session, slack_user_id, [visit.asset_id], now=now, lasts_h=settings.visit_lasts_h
    )
    proposal = propose(
        session,
        asset_id=visit.asset_id,
        person=person,
        now=now,
        thread_ref=f"{visit.channel}:{visit.thread_ts}",
        work_order_id=visit.work_order_id,
        has_open_hazard=has_danger,
        policy=settings.offer_policy,
        talked_about=list_questions(session, visit.channel, visit.thread_ts),
    )
    suggestion = proposal.offer or (
        Goodwill(visit.visit_id, proposal.goodwill) if proposal.goodwill is not None else None
    )
    if suggestion is None:
        logger.info("no offer: %s", proposal.held or "nothing suitable")
        return None
    visit.offered_at = now
    session.add(visit)
    return suggestion


def _find_bench(session: Session, asked: Asked, *, settings: Settings, now: datetime) -> _Bench:
    person = find_person_by_slack_id(session, asked.slack_user_id)
    audience = narrower(audience_of(person), asked.place_audience)
    thread = join_thread(session, asked.channel, asked.thread_ts, now=now)
    visit = _find_visit(session, thread, asked, settings=settings, now=now)
    asset = get_asset(session, visit.asset_id) if visit is not None else None
    if visit is not None and reports_danger(asked.text):
        # Written down before anything else can end this turn: what follows must stay silent about sales.
        visit.danger_reported_at = now
        session.add(visit)
    family = asset.family if asset is not None else find_family_in(session, asked.text)
    previous = list_questions(session, asked.channel, asked.thread_ts)
    return _Bench(person, audience, asset, family, visit.visit_id if visit else None, previous)


def _find_visit(
    session: Session, thread: Thread, asked: Asked, *, settings: Settings, now: datetime
) -> Visit | None:
    visit = find_visit(session, thread.visit_id)
    if visit is None and asked.channel.startswith("D"):
        visit = find_latest_visit(session, asked.slack_user_id, now=now, lasts_h=settings.visit_lasts_h)
        if visit is not None:
            thread.visit_id = visit.visit_id
            session.add(thread)
    return visit


def _log(
    asked: Asked, answer: Answer, bench: _Bench, *, turn_id: str, latency_ms: int, now: datetime
) -> Turn:
    return Turn(
        turn_id=turn_id,
        channel=asked.channel,
        thread_ts=asked.thread_ts,
        slack_user_id=asked.slack_user_id,
        person_id=bench.person.person_id if bench.person else None,
        asset_id=bench.asset.asset_id if bench.asset else None,
        audience=bench.audience.value,
        question=answer.question,
        answer=answer.text,
        rest=[asdict(statement) for statement in answer.rest],
        citations=[asdict(citation) for citation in answer.citations],
        abstained=answer.abstained,
        reason=answer.reason,
        latency_ms=latency_ms,
        stages_ms={stage: round(ms) for stage, ms in answer.timings_ms.items()},
        composed_by=answer.composed_by,
        prompt_version=answer.prompt_version,
        short_form=answer.short_form,
        asked_at=now,
        family=bench.family,
        searched=answer.trace.searched,
        codes=list(answer.trace.codes),
        typed_codes=list(answer.unknown_codes),
        passages=[asdict(passage) for passage in answer.trace.passages],
        nearest=[asdict(citation) for citation in answer.nearest],
    )
