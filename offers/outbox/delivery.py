"""Sending what is due: the claim is committed, then the network is used, then the result is committed."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from offers.outbox.endpoint import Endpoint
from offers.outbox.envelope import Envelope
from offers.outbox.messages import bury_cut_off, claim_next, is_open, settle
from offers.outbox.verdicts import Dead, Delivered, Response, judge
from offers.outbox.webhook import post

SessionScope = Callable[[], AbstractContextManager[Session]]

_BATCH = 20


class Send(Protocol):
    """Sends one message and says what came back."""

    def __call__(self, envelope: Envelope, endpoint: Endpoint, *, at: datetime) -> Response:
        """Send it."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: messages that arrived, that will be tried again, and that ended undelivered."""

    delivered: int = 0
    postponed: int = 0
    dead: int = 0


def deliver_due(
    session_scope: SessionScope,
    endpoint: Endpoint,
    *,
    clock: Callable[[], datetime],
    send: Send = post,
    chance: Callable[[], float] = random.random,
    until: Callable[[], bool] = lambda: False,
    limit: int = _BATCH,
) -> Round:
    """Send up to `limit` messages that are due, one after the other, and return what became of them.

    Any number of processes may run it. Whoever is killed between claim and result leaves a message that is sent
    again when the lease is over, with the same id: at least once, never two at a time.

    Args:
        send: How; no transaction is open while it runs.
        chance: Random numbers of 0..1 for the jitter.
        until: Asked before each message; True ends the round.
    """
    counts: dict[type[object], int] = {}
    buried = 0
    for _ in range(limit):
        if until():
            break
        with session_scope() as session:
            now = clock()
            buried += bury_cut_off(session, now=now)
            claim = claim_next(session, now=now) if is_open(session, endpoint, now=now) else None
        if claim is None:
            break
        response = send(claim.envelope, endpoint, at=now)
        now = clock()
        verdict = judge(response, attempt=claim.attempt, now=now, chance=chance())
        with session_scope() as session:
            settle(session, claim, verdict, endpoint=endpoint, now=now)
        counts[type(verdict)] = counts.get(type(verdict), 0) + 1
    delivered, dead = counts.get(Delivered, 0), counts.get(Dead, 0)
    return Round(delivered, sum(counts.values()) - delivered - dead, dead + buried)
