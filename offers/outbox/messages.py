"""The queue of messages: writing, claiming and settling them. Nothing here touches the network or commits."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from offers.audit import write_audit_entry
from offers.identifiers import new_id
from offers.models import OutboxMessage, WebhookEndpoint
from offers.outbox.endpoint import Endpoint
from offers.outbox.envelope import Envelope
from offers.outbox.verdicts import ATTEMPTS, Dead, Delivered, Verdict
from offers.tables.writing import write_rows

LEASE = timedelta(minutes=3)
"""Longer than any try can take: looking a name up, connecting and waiting for the answer."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this process may send now, for the time of the lease. `attempt` counts from 1."""

    envelope: Envelope
    attempt: int
    token: str


def write_message(
    session: Session, topic: str, *, offer_id: str | None, payload: Mapping[str, Any], now: datetime
) -> str:
    """Write a message in the transaction of what it tells, and return its id."""
    message_id = new_id("MS")
    message = {
        "message_id": message_id,
        "topic": topic,
        "offer_id": offer_id,
        "payload": dict(payload),
        "created_at": now,
        "attempts": 0,
    }
    write_rows(session, OutboxMessage, message)
    return message_id


def claim_next(session: Session, *, now: datetime) -> Claim | None:
    """Claim the oldest message that is due, or return None; the try counts from here on.

    A later message of an offer waits until the earlier ones are delivered or dead. Committed before anything is
    sent, a claim keeps every other process away until its lease is over.
    """
    row = session.exec(
        select(OutboxMessage)
        .where(_is_due(now), ~_has_earlier())
        .order_by(col(OutboxMessage.row_id))
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxMessage)
    ).first()
    if row is None:
        return None
    token = secrets.token_hex(8)
    # The condition once more: SQLite has no row locks, and whoever comes second changes nothing.
    taken = session.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.row_id) == row.row_id, _is_due(now))
        .values(lease_until=now + LEASE, lease_token=token, attempts=OutboxMessage.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    envelope = Envelope(row.message_id, row.topic, row.created_at, dict(row.payload))
    return Claim(envelope, row.attempts + 1, token)


def bury_cut_off(session: Session, *, now: datetime) -> int:
    """End the messages whose last allowed try was cut off, so that nobody knows what came of it; returns how many."""
    reason = "the last attempt was cut off"
    buried = session.execute(
        update(OutboxMessage)
        .where(_is_waiting(), col(OutboxMessage.attempts) >= ATTEMPTS, col(OutboxMessage.lease_until) < now)
        .values(dead_at=now, last_error=reason, lease_until=None, lease_token=None)
        .returning(col(OutboxMessage.message_id))
        .execution_options(synchronize_session=False)
    ).all()
    for (message_id,) in buried:
        write_audit_entry(
            session,
            "outbox.dead",
            subject=("outbox_message", message_id),
            at=now,
            person=None,
            details={"attempts": ATTEMPTS, "reason": reason},
        )
    return len(buried)


def settle(session: Session, claim: Claim, verdict: Verdict, *, endpoint: Endpoint, now: datetime) -> None:
    """Write what became of a try.

    A delivery counts whoever made it. A failure counts only while the claim is still this one's: afterwards
    another process has the message.
    """
    message = and_(col(OutboxMessage.message_id) == claim.envelope.message_id, _is_waiting())
    released: dict[str, Any] = {"lease_until": None, "lease_token": None}
    if isinstance(verdict, Delivered):
        if _change(session, message, {**released, "delivered_at": now, "last_error": None}):
            _note(session, "delivered", claim, None, now=now)
        return
    mine = and_(message, col(OutboxMessage.lease_token) == claim.token)
    if isinstance(verdict, Dead):
        if _change(session, mine, {**released, "dead_at": now, "last_error": verdict.reason}):
            _note(session, "dead", claim, verdict.reason, now=now)
        if verdict.is_gone:
            _get_endpoint(session, endpoint).gone_at = now
    else:
        later = {**released, "next_attempt_at": verdict.until, "last_error": verdict.reason}
        if _change(session, mine, later):
            _note(session, "failed", claim, verdict.reason, now=now)
        if verdict.patience_until is not None:
            _get_endpoint(session, endpoint).paused_until = verdict.patience_until
    session.flush()


def is_open(session: Session, endpoint: Endpoint, *, now: datetime) -> bool:
    """Return whether the endpoint takes messages: it is not gone, and asked for no patience that lasts."""
    row = session.get(WebhookEndpoint, endpoint.key)
    return row is None or (row.gone_at is None and (row.paused_until is None or row.paused_until <= now))


def _get_endpoint(session: Session, endpoint: Endpoint) -> WebhookEndpoint:
    row = session.get(WebhookEndpoint, endpoint.key)
    if row is not None:
        return row
    row = WebhookEndpoint(endpoint=endpoint.key)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        # Another process heard from it at the same instant.
        return session.exec(select(WebhookEndpoint).where(WebhookEndpoint.endpoint == endpoint.key)).one()
    return row


def _change(session: Session, where: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
    changed = session.execute(
        update(OutboxMessage).where(where).values(**values).execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def _note(session: Session, what: str, claim: Claim, reason: str | None, *, now: datetime) -> None:
    write_audit_entry(
        session,
        f"outbox.{what}",
        subject=("outbox_message", claim.envelope.message_id),
        at=now,
        person=None,
        details={"attempts": claim.attempt, "reason": reason},
    )


def _is_waiting() -> ColumnElement[bool]:
    return and_(col(OutboxMessage.delivered_at).is_(None), col(OutboxMessage.dead_at).is_(None))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        _is_waiting(),
        col(OutboxMessage.attempts) < ATTEMPTS,
        or_(col(OutboxMessage.next_attempt_at).is_(None), col(OutboxMessage.next_attempt_at) <= now),
        or_(col(OutboxMessage.lease_until).is_(None), col(OutboxMessage.lease_until) < now),
    )


def _has_earlier() -> ColumnElement[bool]:
    earlier = aliased(OutboxMessage)
    return exists().where(
        col(earlier.offer_id) == col(OutboxMessage.offer_id),
        col(earlier.row_id) < col(OutboxMessage.row_id),
        col(earlier.delivered_at).is_(None),
        col(earlier.dead_at).is_(None),
    )
