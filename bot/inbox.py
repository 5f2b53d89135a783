"""Durable claims: every question that reaches the bot is worked on once, and after a crash once more."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from bot.clock import Clock
from bot.database import SessionScope
from bot.records import WorkItem

logger = logging.getLogger(__name__)

_ATTEMPTS = 3
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
        now = self._clock()
        try:
            with self._session_scope() as session:
                if session.get(WorkItem, key) is not None:
                    return None
                session.add(
                    WorkItem(
                        key=key, kind=kind, payload=payload, received_at=now, lease_until=now + self._lease
                    )
                )
        except IntegrityError:
            return None
        return Claim(key, kind, payload, attempt=1)

    def reclaim(self, limit: int = 20) -> list[Claim]:
        """Claim work whose earlier try was cut off: unfinished, its lease over, not running here."""
        now = self._clock()
        claims = []
        with self._session_scope() as session:
            rows = session.exec(
                select(WorkItem)
                .where(col(WorkItem.finished_at).is_(None), col(WorkItem.lease_until) < now)
                .order_by(col(WorkItem.received_at))
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).all()
            for row in rows:
                if self._is_running(row.key):
                    row.lease_until = now + self._lease
                elif row.attempts >= _ATTEMPTS:
                    logger.error("gave up on %s after %d attempts", row.key, row.attempts)
                    row.finished_at, row.payload = now, {}
                else:
                    row.attempts += 1
                    row.lease_until = now + self._lease
                    claims.append(Claim(row.key, row.kind, dict(row.payload), row.attempts))
                session.add(row)
        return claims

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

    def _is_running(self, key: str) -> bool:
        with self._lock:
            return key in self._running
