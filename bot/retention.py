"""How long words and names are kept: what is old enough is taken out, the counts and the sums stay."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.database import SessionScope
from bot.records import ExpertReply, Turn
from offers.retention import forget_names

_BATCH = 500


def redact_old_text(session_scope: SessionScope, *, keep_days: int, now: datetime) -> int:
    """Take the words out of turns and experts' replies older than `keep_days`; return how many were.

    Who asked, when, about which machine, which documents were cited and how it was taken stays: figures go on.
    """
    before = now - timedelta(days=keep_days)
    redacted = 0
    while True:
        with session_scope() as session:
            batch = _redact_turns(session, before=before, now=now) + _redact_replies(session, before=before)
        redacted += batch
        if not batch:
            return redacted


def forget_old_names(session_scope: SessionScope, *, keep_days: int, now: datetime) -> int:
    """Take the names out of quotes and hand-overs older than `keep_days`; return how many rows had any."""
    before = now - timedelta(days=keep_days)
    forgotten = 0
    while True:
        with session_scope() as session:
            batch = forget_names(session, before=before, limit=_BATCH, now=now)
        forgotten += batch
        if not batch:
            return forgotten


def _redact_turns(session: Session, *, before: datetime, now: datetime) -> int:
    turns = session.exec(
        select(Turn)
        .where(col(Turn.asked_at) < before, col(Turn.redacted_at).is_(None))
        .order_by(col(Turn.asked_at))
        .limit(_BATCH)
    ).all()
    for turn in turns:
        turn.question = turn.answer = turn.searched = ""
        turn.rest, turn.codes, turn.typed_codes = [], [], []
        turn.citations = [_without_quote(citation) for citation in turn.citations]
        turn.nearest = [_without_quote(citation) for citation in turn.nearest]
        turn.feedback_note = None
        turn.redacted_at = now
        session.add(turn)
    return len(turns)


def _redact_replies(session: Session, *, before: datetime) -> int:
    replies = session.exec(
        select(ExpertReply)
        .where(col(ExpertReply.received_at) < before, col(ExpertReply.text) != "")
        .limit(_BATCH)
    ).all()
    for reply in replies:
        reply.text = ""
        session.add(reply)
    return len(replies)


def _without_quote(citation: dict[str, Any]) -> dict[str, Any]:
    return {**citation, "quote": ""}
