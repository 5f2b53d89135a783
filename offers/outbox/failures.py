"""What did not arrive: how much waits, what is dead and why, and putting it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func
from sqlmodel import Session, col, select

from offers.audit import write_audit_entry
from offers.errors import HandOverNotFailed
from offers.models import OutboxMessage, WebhookEndpoint
from offers.outbox.endpoint import Endpoint
from offers.people import PersonFacts
from offers.steering.oversight import is_overseen_offer
from offers.vocabulary import Origin


@dataclass(frozen=True, slots=True)
class FailedHandOver:
    """A message that is not tried any more. `reason` is short and holds nothing of what was answered."""

    message_id: str
    topic: str
    offer_id: str | None
    attempts: int
    created_at: datetime
    dead_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How many messages wait, arrived and failed. `gone_since`, `paused_until`: what the endpoint asked for."""

    pending: int
    delivered: int
    dead: int
    oldest_pending_at: datetime | None
    gone_since: datetime | None = None
    paused_until: datetime | None = None


def read_state(session: Session, endpoint: Endpoint | None) -> OutboxState:
    """Return the counts, and what the endpoint said of itself where one is set."""
    delivered = col(OutboxMessage.delivered_at).is_not(None)
    dead = and_(~delivered, col(OutboxMessage.dead_at).is_not(None))
    pending = and_(~delivered, col(OutboxMessage.dead_at).is_(None))
    counts = session.exec(
        select(
            func.count().filter(pending),
            func.count().filter(delivered),
            func.count().filter(dead),
            func.min(case((pending, col(OutboxMessage.created_at)))),
        ).select_from(OutboxMessage)
    ).one()
    row = session.get(WebhookEndpoint, endpoint.key) if endpoint is not None else None
    return OutboxState(
        *counts, gone_since=row.gone_at if row else None, paused_until=row.paused_until if row else None
    )


def count_failed(session: Session, *, reader: PersonFacts) -> int:
    """Return how many messages are dead, of the sales that the reader looks over."""
    query = select(func.count()).select_from(OutboxMessage).where(*_dead_before(reader))
    return session.exec(query).one()


def list_failed(session: Session, *, reader: PersonFacts, limit: int | None = None) -> list[FailedHandOver]:
    """Return the dead messages of the sales that the reader looks over, the newest first."""
    query = (
        select(OutboxMessage)
        .where(*_dead_before(reader))
        .order_by(col(OutboxMessage.dead_at).desc(), col(OutboxMessage.row_id).desc())
        .limit(limit)
    )
    return [
        FailedHandOver(
            row.message_id,
            row.topic,
            row.offer_id,
            row.attempts,
            row.created_at,
            row.dead_at,
            row.last_error or "unknown",
        )
        for row in session.exec(query).all()
        if row.dead_at is not None
    ]


def retry_failed(
    session: Session, message_ids: Sequence[str] | None, *, person: PersonFacts, origin: Origin, now: datetime
) -> int:
    """Put dead messages back, with all their attempts before them; returns how many.

    Whoever retries says that the endpoint is to be tried again, even one that is gone or asked for patience.

    Args:
        message_ids: Which; None is every dead one of the sales that the person looks over.

    Raises:
        HandOverNotFailed: One of the ids is not such a dead message's; nothing is put back then.
    """
    query = select(OutboxMessage).where(*_dead_before(person))
    if message_ids is not None:
        query = query.where(col(OutboxMessage.message_id).in_(list(message_ids)))
    rows = session.exec(query.order_by(col(OutboxMessage.row_id)).with_for_update()).all()
    found = {row.message_id for row in rows}
    for message_id in message_ids or ():
        if message_id not in found:
            raise HandOverNotFailed(message_id)
    for row in rows:
        write_audit_entry(
            session,
            "outbox.retried",
            subject=("outbox_message", row.message_id),
            at=now,
            person=person,
            offer_id=row.offer_id,
            origin=origin,
            details={"attempts": row.attempts, "reason": row.last_error},
        )
        row.dead_at, row.last_error, row.next_attempt_at, row.attempts = None, None, now, 0
        session.add(row)
    if rows:
        for endpoint in session.exec(select(WebhookEndpoint)).all():
            endpoint.gone_at, endpoint.paused_until = None, None
            session.add(endpoint)
    session.flush()
    return len(rows)


def _dead_before(reader: PersonFacts) -> tuple[ColumnElement[bool], ...]:
    """SQL: the dead messages that the reader looks over."""
    return col(OutboxMessage.dead_at).is_not(None), is_overseen_offer(col(OutboxMessage.offer_id), reader)
