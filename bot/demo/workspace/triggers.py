"""Trigger ids and response URLs: short-lived rights that an interaction gives the app."""

import secrets
import threading
import time
from dataclasses import dataclass
from typing import Literal

from bot.demo.workspace.minting import Mint
from bot.demo.workspace.refusals import Refusal
from bot.demo.workspace.timing import Timing


@dataclass(slots=True)
class Trigger:
    """The right to open one modal for `user`; `view_id` is the modal it was given in, if any."""

    user: str
    view_id: str | None
    issued_at_s: float
    is_used: bool = False


class Triggers:
    """Every trigger that was issued. Thread-safe."""

    def __init__(self, *, team_id: str, mint: Mint, timing: Timing) -> None:
        self._team_id = team_id
        self._mint = mint
        self._timing = timing
        self._lock = threading.Lock()
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, *, view_id: str | None = None) -> str:
        """Return a new trigger id."""
        trigger_id = self._mint.trigger(self._team_id)
        with self._lock:
            self._issued[trigger_id] = Trigger(user, view_id, time.monotonic())
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger up.

        Raises:
            Refusal: `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`.
        """
        with self._lock:
            trigger = self._issued.get(trigger_id)
            if trigger is None:
                raise Refusal("invalid_trigger_id")
            if trigger.is_used:
                raise Refusal("exchanged_trigger_id")
            if time.monotonic() - trigger.issued_at_s > self._timing.trigger_lifetime_s:
                raise Refusal("expired_trigger_id")
            trigger.is_used = True
            return trigger


@dataclass(slots=True)
class ResponseUrl:
    """The right to answer in one conversation; `message_ts` is the message that was acted on, if any."""

    channel: str
    user: str
    source: Literal["command", "action"]
    issued_at_s: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class ResponseUrls:
    """Every response URL that was issued. Thread-safe."""

    def __init__(self, *, timing: Timing) -> None:
        self._timing = timing
        self._lock = threading.Lock()
        self._issued: dict[str, ResponseUrl] = {}
        self.base_url = ""

    def issue(
        self,
        channel: str,
        *,
        user: str,
        source: Literal["command", "action"],
        message_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """Return a new URL."""
        key = secrets.token_urlsafe(18)
        with self._lock:
            self._issued[key] = ResponseUrl(channel, user, source, time.monotonic(), message_ts, thread_ts)
        return f"{self.base_url}/response/{key}"

    def use(self, key: str) -> ResponseUrl:
        """Count one use.

        Raises:
            Refusal: `invalid_url`, `expired_url` or `used_url`.
        """
        with self._lock:
            right = self._issued.get(key)
            if right is None:
                raise Refusal("invalid_url")
            if time.monotonic() - right.issued_at_s > self._timing.response_url_lifetime_s:
                raise Refusal("expired_url")
            if right.uses >= self._timing.response_url_uses:
                raise Refusal("used_url")
            right.uses += 1
            return right
