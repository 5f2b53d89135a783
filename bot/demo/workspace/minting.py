"""Timestamps and ids of the shape Slack gives them."""

import itertools
import secrets
import threading
import time

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Mint:
    """Hands out strictly increasing message timestamps and unique ids. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_us = 0
        self._numbers = itertools.count(1)

    def ts(self) -> str:
        """Return the next timestamp, such as `1700000000.000100`; later calls sort after earlier ones."""
        with self._lock:
            self._last_us = max(self._last_us + 1, time.time_ns() // 1000)
            seconds, micros = divmod(self._last_us, 1_000_000)
        return f"{seconds}.{micros:06d}"

    def id(self, prefix: str) -> str:
        """Return a new id of eleven characters that starts with `prefix`."""
        with self._lock:
            number = next(self._numbers)
        digits = ""
        while number:
            number, digit = divmod(number, len(ALPHABET))
            digits = ALPHABET[digit] + digits
        return prefix + digits.rjust(11 - len(prefix), "0")

    def trigger(self, team_id: str) -> str:
        """Return a new trigger id."""
        with self._lock:
            number = next(self._numbers)
        return f"{number}.{team_id[1:]}.{secrets.token_hex(16)}"

    def hash(self) -> str:
        """Return a view hash, new at every change of a view."""
        return f"{time.time():.0f}.{secrets.token_hex(4)}"

    def name(self, length: int = 5) -> str:
        """Return a short random name, as Slack gives blocks and elements that have none."""
        return "".join(secrets.choice(ALPHABET) for _ in range(length))
