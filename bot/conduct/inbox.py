"""Durable claims: everything that must reach Slack is worked on once, and after a crash once more."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.database import SessionScope
from bot.records import WorkItem

logger = logging.getLogger(__name__)

_GIVE_UP_AFTER = timedelta(hours=24)
_LONGEST_PAUSE = timedelta(minutes=30)
_KEEP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Claim:
    """Work that this process may do now.

    Attributes:
        key: Names the work; the same message, however often delivered, has the same key.
        attempt: 1 the first time, higher when an earlier try was cut off.
    """

    key: str
    kind: str
    payload: dict[str, Any]
    attempt: int


class Inbox:
    """Claims work by key in the database, so that redelivery and replicas never do it twice."""

    def __init__(self, session_scope: SessionScope, *, clock: Clock, lease_s: int) -> None:
        self._session_scope = session_scope
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def claim(self, key: str, kind: str, payload: dict[str, Any]) -> Claim | None:
        """Claim new work, or return None when it was claimed before (by whomever, finished or not)."""
        try:
            with self._session_scope() as session:
                return self.enlist(session, key, kind, payload)
        except IntegrityError:
            return None

    def enlist(self, session: Session, key: str, kind: str, payload: dict[str, Any]) -> Claim | None:
        """Claim new work in the caller's transaction, so that it is there if and only if the rest is."""
        now = self._clock()
        if session.get(WorkItem, key) is not None:
            return None
        session.add(
            WorkItem(key=key, kind=kind, payload=payload, received_at=now, lease_until=now + self._lease)
        )
        session.flush()
        return Claim(key, kind, payload, attempt=1)

    def defer(
        self, session: Session, key: str, kind: str, payload: dict[str, Any], *, until: datetime
    ) -> None:
        """Write down new work for a later moment, in the caller's transaction: `reclaim` brings it up then."""
        if session.get(WorkItem, key) is None:
            session.add(
                WorkItem(
                    key=key, kind=kind, payload=payload, attempts=0, received_at=until, lease_until=until
                )
            )

    def mark(self, session: Session, key: str, kind: str) -> bool:
        """Note in the caller's transaction that work is done with it; False when it was noted before."""
        claim = self.enlist(session, key, kind, {})
        if claim is not None:
            session.get_one(WorkItem, key).finished_at = self._clock()
        return claim is not None

    def is_known(self, key: str) -> bool:
        """Return whether work was claimed or noted under this key."""
        with self._session_scope() as session:
            return session.get(WorkItem, key) is not None

    def reclaim(self) -> Claim | None:
        """Claim the oldest work whose earlier try was cut off: unfinished, its lease over, not running here."""
        now = self._clock()
        with self._session_scope() as session:
            self._extend_leases(session, now)
            row = session.exec(
                select(WorkItem)
                .where(col(WorkItem.finished_at).is_(None), col(WorkItem.lease_until) < now)
                .order_by(col(WorkItem.received_at))
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if row is None:
                return None
            session.add(row)
            if now - row.received_at > _GIVE_UP_AFTER:
                logger.error("gave up on %s after %d attempts", row.key, row.attempts)
                row.finished_at, row.payload = now, {}
                return None
            row.attempts += 1
            row.lease_until = now + min(self._lease * 2 ** min(row.attempts - 1, 8), _LONGEST_PAUSE)
            return Claim(row.key, row.kind, dict(row.payload), row.attempts)

    def note(self, key: str, **facts: Any) -> None:
        """Add facts to the payload that a later try needs, such as how far this one came."""
        with self._session_scope() as session:
            row = session.get(WorkItem, key)
            if row is not None:
                row.payload = {**row.payload, **facts}
                session.add(row)

    @contextmanager
    def working(self, claim: Claim) -> Iterator[None]:
        """Mark the claim as running here; finished when the block ends, left for a later try when it fails."""
        with self._lock:
            self._running.add(claim.key)
        try:
            yield
            self.finish(claim.key)
        finally:
            with self._lock:
                self._running.discard(claim.key)

    def finish(self, key: str) -> None:
        """Mark work as done and forget its payload."""
        with self._session_scope() as session:
            row = session.get(WorkItem, key)
            if row is not None:
                row.finished_at, row.payload = self._clock(), {}
                session.add(row)

    def forget_old(self) -> None:
        """Delete finished work that is older than Slack could ever redeliver."""
        limit = self._clock() - _KEEP
        with self._session_scope() as session:
            session.execute(
                delete(WorkItem).where(
                    or_(col(WorkItem.finished_at) < limit, col(WorkItem.received_at) < limit - _KEEP)
                )
            )

    def _extend_leases(self, session: Session, now: datetime) -> None:
        with self._lock:
            running = list(self._running)
        if running:
            session.execute(
                update(WorkItem).where(col(WorkItem.key).in_(running)).values(lease_until=now + self._lease)
            )
