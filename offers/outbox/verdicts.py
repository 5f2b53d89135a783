"""What an answer means for a message, and when the next try is due. Pure: no clock, no chance, no network."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Standard Webhooks, "Deliverability and reliability": the delay before each try, from the try before it.
DELAYS = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
ATTEMPTS = len(DELAYS)
JITTER = 0.1
"""A delay grows by up to this share of itself, so that what failed together doesn't come back together."""

_LONGEST_PATIENCE = timedelta(hours=24)
_GONE = 410
_PATIENCE = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: a status, or the `problem` that no answer came; `retry_after` is the header's text."""

    status: int | None
    problem: str | None = None
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """It is tried again then. `patience_until`: until when the receiver wants nothing at all."""

    until: datetime
    reason: str
    patience_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dead:
    """It is not tried any more. `is_gone`: the receiver wants nothing ever again."""

    reason: str
    is_gone: bool = False


Verdict = Delivered | Postponed | Dead


def judge(response: Response, *, attempt: int, now: datetime, chance: float) -> Verdict:
    """Return what becomes of a message after its try number `attempt` (from 1).

    Args:
        chance: A random number of 0..1, for the jitter.
    """
    status = response.status
    if status is not None and 200 <= status < 300:
        return Delivered()
    if status == _GONE:
        return Dead("HTTP 410: the receiver wants no messages any more", is_gone=True)
    reason = _describe(response)
    if attempt >= ATTEMPTS:
        return Dead(f"{reason}, after {attempt} attempts")
    due = now + DELAYS[attempt] * (1 + JITTER * chance)
    patience = read_retry_after(response.retry_after, now=now) if status in _PATIENCE else None
    return Postponed(max(due, patience) if patience else due, reason, patience)


def read_retry_after(text: str | None, *, now: datetime) -> datetime | None:
    """Return the instant that a Retry-After header names, at most a day ahead; None for none that makes sense.

    RFC 9110, 10.2.3: seconds, or an HTTP date.
    """
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), _LONGEST_PATIENCE.total_seconds()))
        return now + wait if wait else None
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    instant = instant.replace(tzinfo=instant.tzinfo or UTC)
    return min(instant, now + _LONGEST_PATIENCE) if instant > now else None


def _describe(response: Response) -> str:
    if response.status is None:
        return response.problem or "no answer"
    if 300 <= response.status < 400:
        return f"HTTP {response.status}: redirects are not followed"
    return f"HTTP {response.status}"
