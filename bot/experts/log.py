"""What is known of questions to experts: their threads, their replies, those that wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, true
from sqlmodel import Session, col, select

from bot.records import ExpertQuestion, ExpertReply, Turn
from offers.models import Person
from offers.tables.versions import current

_EARLIER = 3
# As long as interrupted work is tried again.
HANDING_OVER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many questions no expert has answered yet, and since when the oldest waits."""

    count: int
    since: datetime | None


def find_expert_question(session: Session, channel: str, thread_ts: str) -> ExpertQuestion | None:
    """Return the question whose experts' thread this is."""
    return session.exec(
        select(ExpertQuestion).where(
            col(ExpertQuestion.expert_channel) == channel, col(ExpertQuestion.expert_ts) == thread_ts
        )
    ).first()


def is_handing_over(session: Session, channel: str, *, now: datetime) -> bool:
    """Return whether a question is on its way to this channel: a thread there may be its own before that is written."""
    return (
        session.exec(
            select(ExpertQuestion.turn_id).where(
                col(ExpertQuestion.expert_channel) == channel,
                col(ExpertQuestion.expert_ts).is_(None),
                col(ExpertQuestion.asked_at) > now - HANDING_OVER,
            )
        ).first()
        is not None
    )


def place_expert_question(session: Session, turn_id: str, expert_ts: str) -> ExpertQuestion | None:
    """Write where a question's thread is, unless that is known; return the question, None when it was withdrawn."""
    question = session.get(ExpertQuestion, turn_id)
    if question is not None and question.expert_ts is None:
        question.expert_ts = expert_ts
        session.add(question)
    return question


def find_waiting(session: Session, *, region: str | None = None) -> Waiting:
    """Return what waits for an expert; with `region` only what its people asked."""
    count, since = session.exec(
        select(func.count(), func.min(col(ExpertQuestion.asked_at))).where(
            col(ExpertQuestion.answered_at).is_(None),
            col(ExpertQuestion.expert_ts).is_not(None),
            is_asked_in(region, col(ExpertQuestion.slack_user_id)),
        )
    ).one()
    return Waiting(count, since)


def is_asked_in(region: str | None, asker: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """SQL: the Slack user is one of the region's people; anybody where it is None."""
    if region is None:
        return true()
    return asker.in_(select(Person.slack_user_id).where(current(Person), col(Person.region) == region))


def list_replies_until(session: Session, reply: ExpertReply) -> list[ExpertReply]:
    """Return what the same person answered to the same question up to this reply, the oldest first.

    What is in a note already is left out, but for this reply itself.
    """
    rows = session.exec(
        select(ExpertReply)
        .where(
            col(ExpertReply.turn_id) == reply.turn_id,
            col(ExpertReply.slack_user_id) == reply.slack_user_id,
            col(ExpertReply.channel) == reply.channel,
        )
        .order_by(col(ExpertReply.ts))
    ).all()
    return [row for row in rows if row.ts == reply.ts or (row.ts < reply.ts and row.note_id is None)]


def list_questions_before(session: Session, turn: Turn) -> tuple[str, ...]:
    """Return the last questions that were asked in a turn's thread before it, oldest first."""
    newest = session.exec(
        select(Turn.question)
        .where(
            col(Turn.channel) == turn.channel,
            col(Turn.thread_ts) == turn.thread_ts,
            col(Turn.asked_at) < turn.asked_at,
            col(Turn.redacted_at).is_(None),
        )
        .order_by(col(Turn.asked_at).desc())
        .limit(_EARLIER)
    ).all()
    return tuple(reversed(newest))
