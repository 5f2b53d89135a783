"""Socket Mode: envelopes to the app, acknowledgements back, redelivery of what was not acknowledged."""

import secrets
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from bot.demo.workspace.timing import Timing

Json = dict[str, Any]
# How long an app that was asked to reconnect keeps its old socket.
GRACE_S = 0.3
Later = Callable[[float, Callable[[], None]], None]


class Socket(Protocol):
    """One connected app; both calls may come from any thread."""

    def send(self, message: Json) -> None:
        """Queue a message for the app."""

    def close(self) -> None:
        """Close the connection."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a request ended: `payload` is what the acknowledgement carried.

    `error` is None, `operation_timeout` (no acknowledgement in time) or `dispatch_failed` (no app connected).
    """

    error: str | None
    payload: Json | None = None


@dataclass(slots=True)
class Envelope:
    """One delivery that is under way."""

    id: str
    kind: str
    payload: Json
    attempt: int = 0
    reason: str = ""
    forced_left: int = 0
    socket: Socket | None = None
    answer: "Future[Json | None] | None" = None

    def as_json(self) -> Json:
        """Return the envelope as Slack sends it."""
        message: Json = {
            "envelope_id": self.id,
            "type": self.kind,
            "payload": self.payload,
            "accepts_response_payload": self.kind != "events_api",
        }
        if self.kind == "events_api":
            message["retry_attempt"] = self.attempt
            message["retry_reason"] = self.reason
        return message


class SocketHub:
    """Every connected socket and every unacknowledged envelope. Thread-safe."""

    def __init__(self, *, timing: Timing, app_id: str) -> None:
        self._timing = timing
        self._app_id = app_id
        self._lock = threading.Lock()
        self._tickets: dict[str, float] = {}
        self._sockets: list[Socket] = []
        self._turn = 0
        self._pending: dict[str, Envelope] = {}
        self._waiting: deque[Envelope] = deque(maxlen=timing.waiting_envelopes)
        self.later: Later = lambda _delay_s, _run: None
        self.log: list[Json] = []

    @property
    def connections(self) -> int:
        """How many sockets are connected."""
        with self._lock:
            return len(self._sockets)

    def issue_ticket(self) -> str:
        """Return a key that opens one socket, once."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._tickets[ticket] = time.monotonic()
        return ticket

    def redeem(self, ticket: str) -> bool:
        """Use a ticket up; return whether it was good."""
        with self._lock:
            issued_at_s = self._tickets.pop(ticket, None)
        return (
            issued_at_s is not None
            and time.monotonic() - issued_at_s <= self._timing.socket_ticket_lifetime_s
        )

    def attach(self, socket: Socket) -> None:
        """Greet a new socket and hand it what waited."""
        with self._lock:
            self._sockets.append(socket)
            count = len(self._sockets)
            waiting = list(self._waiting)
            self._waiting.clear()
        socket.send(
            {
                "type": "hello",
                "num_connections": count,
                "debug_info": {"host": "local", "approximate_connection_time": 3600},
                "connection_info": {"app_id": self._app_id},
            }
        )
        for envelope in waiting:
            self._send(envelope)

    def detach(self, socket: Socket) -> None:
        """Forget a socket that went away."""
        with self._lock:
            if socket in self._sockets:
                self._sockets.remove(socket)

    def drop_all(self, graceful: bool) -> int:
        """Close every socket; return how many there were."""
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for socket in sockets:
            if graceful:
                socket.send(
                    {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "local"}}
                )
                self.later(GRACE_S, socket.close)
            else:
                socket.close()
        return len(sockets)

    def post_event(self, payload: Json, *, forced_redeliveries: int = 0) -> None:
        """Deliver an event, again and again until it is acknowledged in time or the attempts are used up."""
        self._send(Envelope(str(uuid.uuid4()), "events_api", payload, forced_left=forced_redeliveries))

    def request(self, kind: str, payload: Json) -> Reply:
        """Deliver an interaction or a command, once, and wait for its acknowledgement."""
        envelope = Envelope(str(uuid.uuid4()), kind, payload, answer=Future())
        self._send(envelope)
        assert envelope.answer is not None  # noqa: S101 - it was given a line above.
        try:
            return Reply(None, envelope.answer.result(timeout=self._timing.ack_timeout_s))
        except TimeoutError:
            with self._lock:
                self._pending.pop(envelope.id, None)
                was_sent = envelope not in self._waiting
                if not was_sent:
                    self._waiting.remove(envelope)
            return Reply("operation_timeout" if was_sent else "dispatch_failed")

    def acknowledge(self, envelope_id: str, payload: Json | None) -> None:
        """Take an acknowledgement; one that comes too late changes nothing."""
        with self._lock:
            envelope = self._pending.pop(envelope_id, None)
        if envelope is None:
            return
        if envelope.answer is not None:
            envelope.answer.set_result(payload or None)
        elif envelope.forced_left > 0:
            again = self._repeat(envelope, reason="timeout")
            again.forced_left = envelope.forced_left - 1
            self.later(self._timing.forced_redelivery_gap_s, lambda: self._send(again))

    def _repeat(self, envelope: Envelope, *, reason: str) -> Envelope:
        return Envelope(
            str(uuid.uuid4()),
            envelope.kind,
            envelope.payload,
            attempt=envelope.attempt + 1,
            reason=reason,
            forced_left=envelope.forced_left,
        )

    def _send(self, envelope: Envelope) -> None:
        with self._lock:
            if not self._sockets:
                self._waiting.append(envelope)
                return
            self._turn += 1
            socket = self._sockets[self._turn % len(self._sockets)]
            envelope.socket = socket
            self._pending[envelope.id] = envelope
            message = envelope.as_json()
            self.log.append(message)
            del self.log[:-1000]
        socket.send(message)
        if envelope.answer is None:
            self.later(self._timing.ack_timeout_s, lambda: self._miss(envelope))

    def _miss(self, envelope: Envelope) -> None:
        with self._lock:
            is_missed = self._pending.pop(envelope.id, None) is not None
        delays = self._timing.redelivery_delays_s
        if is_missed and envelope.attempt < len(delays):
            again = self._repeat(envelope, reason="timeout")
            self.later(delays[envelope.attempt], lambda: self._send(again))
