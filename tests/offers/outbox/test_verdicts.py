"""What an answer means, and when the next try is due."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.outbox.verdicts import ATTEMPTS, Dead, Delivered, Postponed, Response, judge, read_retry_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# "Example retry schedule" of the specification: the time since the start, in seconds, before each try.
SINCE_START = [
    0,
    5,
    5 * 60 + 5,
    35 * 60 + 5,
    (2 * 60 + 35) * 60 + 5,
    (7 * 60 + 35) * 60 + 5,
    (17 * 60 + 35) * 60 + 5,
    (31 * 60 + 35) * 60 + 5,
    (51 * 60 + 35) * 60 + 5,
    (75 * 60 + 35) * 60 + 5,
]


def test_the_tries_lie_where_the_specification_has_them() -> None:
    at, times = NOW, [0.0]
    for attempt in range(1, ATTEMPTS):
        verdict = judge(Response(500), attempt=attempt, now=at, chance=0.0)
        assert isinstance(verdict, Postponed)
        assert verdict.reason == "HTTP 500"
        at = verdict.until
        times.append((at - NOW).total_seconds())
    assert times == SINCE_START
    last = judge(Response(500), attempt=ATTEMPTS, now=at, chance=0.0)
    assert last == Dead("HTTP 500, after 10 attempts")


def test_jitter_makes_a_delay_longer_by_up_to_a_tenth() -> None:
    # 5 minutes come after the second try; half of a tenth of 300 s are 15 s.
    verdict = judge(Response(None, "no answer"), attempt=2, now=NOW, chance=0.5)
    assert verdict == Postponed(NOW + timedelta(seconds=315), "no answer")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_delivered(status: int) -> None:
    assert judge(Response(status), attempt=ATTEMPTS, now=NOW, chance=0.0) == Delivered()


@pytest.mark.parametrize("status", [100, 301, 302, 307, 400, 401, 404, 413, 500, 502])
def test_everything_else_is_a_failure(status: int) -> None:
    assert isinstance(judge(Response(status), attempt=1, now=NOW, chance=0.0), Postponed)


def test_410_ends_it_at_once() -> None:
    verdict = judge(Response(410), attempt=1, now=NOW, chance=0.0)
    assert isinstance(verdict, Dead)
    assert verdict.is_gone


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_asks_for_patience_gets_it(status: int) -> None:
    later = NOW + timedelta(seconds=90)
    assert judge(Response(status, retry_after="90"), attempt=1, now=NOW, chance=0.0) == Postponed(
        later, f"HTTP {status}", patience_until=later
    )


def test_patience_never_brings_a_try_forward() -> None:
    # The second failure waits 5 minutes, whatever the receiver would take earlier.
    verdict = judge(Response(429, retry_after="1"), attempt=2, now=NOW, chance=0.0)
    assert verdict == Postponed(
        NOW + timedelta(minutes=5), "HTTP 429", patience_until=NOW + timedelta(seconds=1)
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", None),
        ("999999999999", 24 * 3600),
        (format_datetime(NOW + timedelta(hours=1), usegmt=True), 3600),
        (format_datetime(NOW + timedelta(days=9), usegmt=True), 24 * 3600),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str | None, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert read_retry_after(text, now=NOW) == expected


@given(st.text(max_size=60))
def test_whatever_the_header_says_patience_is_a_day_at_most(text: str) -> None:
    until = read_retry_after(text, now=NOW)
    assert until is None or NOW < until <= NOW + timedelta(days=1)
