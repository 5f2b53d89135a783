"""Making the workspace misbehave the way Slack sometimes does."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

EVERY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail the next `times` calls of `method` (`*` for every method).

    `error` is `ratelimited` (HTTP 429 with Retry-After), `http_500` and the like (that status, no JSON),
    any Slack error code, or empty for a call that only takes `delay_s` longer.
    """

    method: str
    error: str = ""
    retry_after_s: int = 1
    times: int = 1
    delay_s: float = 0.0


class Faults:
    """The failures that are due. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._due: list[list[Any]] = []
        self._redeliveries = 0
        self._appends_left: int | None = None
        self.on_drop: Callable[[bool], int] = lambda _graceful: 0

    def inject(self, fault: Fault) -> None:
        """Fail the next calls that match."""
        with self._lock:
            self._due.append([fault, fault.times])

    def take(self, method: str) -> Fault | None:
        """Return the fault that this call of `method` has to suffer, and count it."""
        with self._lock:
            for entry in self._due:
                fault: Fault = entry[0]
                if fault.method in (method, EVERY_METHOD):
                    entry[1] -= 1
                    if entry[1] <= 0:
                        self._due.remove(entry)
                    return fault
        return None

    def redeliver_next(self, times: int = 2) -> None:
        """Send the next event that a person causes `times` more times, although the app acknowledged it."""
        with self._lock:
            self._redeliveries = times

    def take_redeliveries(self) -> int:
        """Return how often the event at hand is to be repeated, and reset."""
        with self._lock:
            times, self._redeliveries = self._redeliveries, 0
        return times

    def drop_sockets(self, *, graceful: bool = False) -> int:
        """Cut every Socket Mode connection, or ask it politely to come anew; return how many there were."""
        return self.on_drop(graceful)

    def kill_streams_after(self, appends: int) -> None:
        """Let streams end with `message_not_in_streaming_state` after that many appends, counted from now."""
        with self._lock:
            self._appends_left = appends

    def take_append(self) -> bool:
        """Count one append; return whether the stream may take it."""
        with self._lock:
            if self._appends_left is None:
                return True
            self._appends_left -= 1
            return self._appends_left >= 0

    def clear(self) -> None:
        """Forget everything that was to fail."""
        with self._lock:
            self._due.clear()
            self._redeliveries = 0
            self._appends_left = None

    def as_json(self) -> dict[str, Any]:
        """Return what is still due."""
        with self._lock:
            return {
                "faults": [{**asdict(fault), "times": left} for fault, left in self._due],
                "redeliver_next": self._redeliveries,
                "kill_streams_after": self._appends_left,
            }
