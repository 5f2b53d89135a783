"""Work is claimed once, and again only when it was cut off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy.exc import IntegrityError

from bot.conduct.inbox import Inbox
from bot.database import SessionScope
from bot.records import WorkItem


class MovableClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def inbox(session_scope: SessionScope, clock: MovableClock) -> Inbox:
    return Inbox(session_scope, clock=clock, lease_s=60)


def test_work_is_claimed_once(inbox: Inbox) -> None:
    assert inbox.claim("question:D1:1.1", "question", {"text": "?"}) is not None
    assert inbox.claim("question:D1:1.1", "question", {"text": "?"}) is None


def test_work_for_later_is_begun_then_for_the_first_time(
    inbox: Inbox, session_scope: SessionScope, clock: MovableClock
) -> None:
    # Longer than work that was cut off is tried again.
    later = clock.now + timedelta(hours=63)
    for payload in ({"user": "U1"}, {"user": "never"}):
        with session_scope() as session:
            inbox.defer(session, "alert:1", "target_alert", payload, until=later)
    assert inbox.claim("alert:1", "target_alert", {}) is None
    assert inbox.reclaim() is None
    clock.now = later + timedelta(seconds=1)
    claim = inbox.reclaim()
    assert claim is not None
    assert (claim.payload, claim.attempt) == ({"user": "U1"}, 1)
    assert inbox.reclaim() is None


def test_of_sixteen_that_claim_at_once_one_wins(inbox: Inbox) -> None:
    with ThreadPoolExecutor(16) as pool:
        claims = list(pool.map(lambda _: inbox.claim("question:D1:2.2", "question", {}), range(16)))
    assert sum(claim is not None for claim in claims) == 1


def test_finished_work_is_forgotten_in_content_but_stays_claimed(
    inbox: Inbox, session_scope: SessionScope
) -> None:
    claim = inbox.claim("k", "question", {"text": "secret"})
    assert claim is not None
    with inbox.working(claim):
        pass
    with session_scope() as session:
        row = session.get(WorkItem, "k")
        assert row is not None
        assert row.payload == {}
        assert row.finished_at is not None
    assert inbox.claim("k", "question", {}) is None


def test_work_that_was_cut_off_is_taken_up_again_after_its_lease(inbox: Inbox, clock: MovableClock) -> None:
    assert inbox.claim("k", "question", {"text": "torque?"}) is not None
    clock.now += timedelta(seconds=59)
    assert inbox.reclaim() is None
    clock.now += timedelta(seconds=2)
    again = inbox.reclaim()
    assert again is not None
    assert (again.key, again.payload, again.attempt) == ("k", {"text": "torque?"}, 2)
    assert inbox.reclaim() is None


def test_work_that_still_runs_here_is_not_taken_up_twice(inbox: Inbox, clock: MovableClock) -> None:
    claim = inbox.claim("k", "question", {})
    assert claim is not None
    with inbox.working(claim):
        clock.now += timedelta(seconds=61)
        assert inbox.reclaim() is None


def test_pauses_between_tries_grow_and_after_a_day_it_is_given_up(inbox: Inbox, clock: MovableClock) -> None:
    inbox.claim("k", "question", {})
    tries = []
    for minute in range(26 * 60):
        clock.now += timedelta(minutes=1)
        if inbox.reclaim() is not None:
            tries.append(minute)
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    # A lease of 60 s doubles with each attempt (2, 4, 8, 16 min) up to half an hour; a minute's grid rounds up.
    assert pauses[:5] == [3, 5, 9, 17, 31]
    assert tries[-1] <= 24 * 60


def test_facts_that_a_later_try_needs_are_kept(inbox: Inbox, clock: MovableClock) -> None:
    inbox.claim("k", "question", {"text": "?"})
    inbox.note("k", stream_ts="1.1")
    clock.now += timedelta(seconds=61)
    again = inbox.reclaim()
    assert again is not None
    assert again.payload == {"text": "?", "stream_ts": "1.1"}


def test_old_work_is_deleted(inbox: Inbox, clock: MovableClock, session_scope: SessionScope) -> None:
    inbox.claim("k", "question", {})
    inbox.finish("k")
    clock.now += timedelta(days=8)
    inbox.forget_old()
    with session_scope() as session:
        assert session.get(WorkItem, "k") is None


def test_what_is_marked_is_known_if_and_only_if_the_rest_was_written(
    inbox: Inbox, session_scope: SessionScope, clock: MovableClock
) -> None:
    def mark_and_fail() -> None:
        with session_scope() as session:
            assert inbox.mark(session, "targets:2026-11-22", "target_check")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        mark_and_fail()
    assert not inbox.is_known("targets:2026-11-22")
    with session_scope() as session:
        assert inbox.mark(session, "targets:2026-11-22", "target_check")
    assert inbox.is_known("targets:2026-11-22")
    with session_scope() as session:
        assert not inbox.mark(session, "targets:2026-11-22", "target_check")
    # There is nothing to do for it any more, so nobody takes it up.
    clock.now += timedelta(hours=1)
    assert inbox.reclaim() is None


def test_of_eight_that_mark_the_same_day_one_goes_on(inbox: Inbox, session_scope: SessionScope) -> None:
    def mark(number: int) -> bool:
        try:
            with session_scope() as session:
                return (
                    inbox.mark(session, "day", "check")
                    and inbox.enlist(session, f"to:{number}", "k", {}) is not None
                )
        except IntegrityError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(mark, range(8))) == 1
    assert sum(inbox.is_known(f"to:{number}") for number in range(8)) == 1
