"""Messages from the queue to the receiver, on both databases: at least once, in order, never two at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from bot.access import OPERATOR
from bot.clock import utc_now
from offers.errors import HandOverNotFailed
from offers.models import AuditEntry, OutboxMessage
from offers.outbox.delivery import Round, deliver_due
from offers.outbox.endpoint import Endpoint
from offers.outbox.envelope import Envelope
from offers.outbox.failures import count_failed, list_failed, read_state, retry_failed
from offers.outbox.messages import LEASE, claim_next
from offers.outbox.verdicts import ATTEMPTS, Response
from offers.vocabulary import Origin
from tests.children import spawn
from tests.offers.conftest import Store
from tests.offers.outbox.conftest import write
from tests.offers.outbox.receiver import OLDER, SECRET, Receiver, Reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Script:
    """Stands for the network: answers with what it is told, and notes what was sent when."""

    answers: list[Response] = field(default_factory=list)
    sent: list[tuple[str, datetime]] = field(default_factory=list)
    urls: set[str] = field(default_factory=set)

    def __call__(self, envelope: Envelope, endpoint: Endpoint, *, at: datetime) -> Response:
        self.sent.append((envelope.message_id, at))
        self.urls.add(endpoint.url)
        return self.answers.pop(0) if self.answers else Response(204)


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


CRM = Endpoint("https://crm.example/hook", (SECRET,))


def run(store: Store, script: Script, clock: Clock, endpoint: Endpoint = CRM) -> Round:
    return deliver_due(store.scope, endpoint, clock=clock, send=script, chance=lambda: 0.0)


def rows(session: Session) -> dict[str, OutboxMessage]:
    return {row.message_id: row for row in session.exec(select(OutboxMessage)).all()}


def audited(store: Store, message_id: str) -> list[tuple[str, int]]:
    """What the audit says of a message, in order, each with how many attempts it had had."""
    with store.scope() as session:
        query = select(AuditEntry).where(col(AuditEntry.subject_id) == message_id)
        entries = session.exec(query.order_by(col(AuditEntry.row_id))).all()
        return [(one.action, one.details["attempts"]) for one in entries]


def test_what_was_written_arrives_once_and_is_genuine(
    store: Store, receiver: Receiver, endpoint: Endpoint
) -> None:
    ids = write(store, "OF-1", "OF-2", None)
    assert deliver_due(store.scope, endpoint, clock=utc_now) == Round(delivered=3)
    assert deliver_due(store.scope, endpoint, clock=utc_now) == Round()
    assert receiver.ids == ids
    assert all(one.is_genuine for one in receiver.received)
    with store.scope() as session:
        assert (read_state(session, endpoint).delivered, read_state(session, endpoint).pending) == (3, 0)


def test_a_failed_try_is_made_again_when_it_is_due_with_the_same_id(store: Store, clock: Clock) -> None:
    (message_id,) = write(store, "OF-1")
    script = Script([Response(500)])
    assert run(store, script, clock) == Round(postponed=1)
    clock.now = NOW + timedelta(seconds=4.9)
    assert run(store, script, clock) == Round()
    clock.now = NOW + timedelta(seconds=5)
    assert run(store, script, clock) == Round(delivered=1)
    assert script.sent == [(message_id, NOW), (message_id, NOW + timedelta(seconds=5))]
    assert audited(store, message_id) == [("outbox.failed", 1), ("outbox.delivered", 2)]


def test_after_the_last_try_a_message_is_dead_with_its_reason(store: Store, clock: Clock) -> None:
    (message_id,) = write(store, "OF-1")
    script = Script([Response(500)] * 20)
    for _ in range(20):
        run(store, script, clock)
        clock.now += timedelta(days=2)
    assert len(script.sent) == ATTEMPTS
    assert audited(store, message_id)[-2:] == [("outbox.failed", ATTEMPTS - 1), ("outbox.dead", ATTEMPTS)]
    with store.scope() as session:
        (failed,) = list_failed(session, reader=OPERATOR)
    assert (failed.message_id, failed.attempts, failed.reason) == (
        message_id,
        10,
        "HTTP 500, after 10 attempts",
    )


def test_a_later_message_of_an_offer_waits_for_the_earlier_and_others_do_not(
    store: Store, clock: Clock
) -> None:
    first, second, other = write(store, "OF-1", "OF-1", "OF-2")
    script = Script([Response(500)])
    run(store, script, clock)
    assert [sent for sent, _ in script.sent] == [first, other]
    clock.now += timedelta(seconds=5)
    run(store, script, clock)
    assert [sent for sent, _ in script.sent] == [first, other, first, second]


def test_a_dead_message_lets_the_later_ones_of_its_offer_go(store: Store, clock: Clock) -> None:
    first, second = write(store, "OF-1", "OF-1")
    with store.scope() as session:
        rows(session)[first].attempts = ATTEMPTS - 1
    script = Script([Response(404)])
    assert run(store, script, clock) == Round(delivered=1, dead=1)
    assert [sent for sent, _ in script.sent] == [first, second]


def test_410_stops_the_endpoint_until_somebody_retries(store: Store, clock: Clock) -> None:
    first, second = write(store, "OF-1", "OF-2")
    script = Script([Response(410)])
    assert run(store, script, clock) == Round(dead=1)
    clock.now += timedelta(days=3)
    assert run(store, script, clock) == Round()
    with store.scope() as session:
        state = read_state(session, CRM)
        assert (state.pending, state.dead, state.gone_since) == (1, 1, NOW)
        assert retry_failed(
            session, [first], person=OPERATOR, origin=Origin.COMMAND_LINE, now=clock.now
        ) == 1  # fmt: skip
    assert run(store, script, clock) == Round(delivered=2)
    assert [sent for sent, _ in script.sent] == [first, first, second]


def test_another_address_is_not_gone(store: Store, clock: Clock) -> None:
    write(store, "OF-1", "OF-2")
    script = Script([Response(410)])
    run(store, script, clock)
    assert run(store, script, clock, Endpoint("https://new.example/", (SECRET,))) == Round(delivered=1)
    assert script.urls == {CRM.url, "https://new.example/"}


@pytest.mark.parametrize("status", [429, 503])
def test_patience_is_for_everything_that_goes_there(store: Store, clock: Clock, status: int) -> None:
    first, second = write(store, "OF-1", "OF-2")
    script = Script([Response(status, retry_after="60")])
    assert run(store, script, clock) == Round(postponed=1)
    clock.now = NOW + timedelta(seconds=59)
    assert run(store, script, clock) == Round()
    clock.now = NOW + timedelta(seconds=60)
    assert run(store, script, clock) == Round(delivered=2)
    assert [sent for sent, _ in script.sent] == [first, first, second]


def test_no_transaction_is_open_while_the_network_is_used(store: Store, clock: Clock) -> None:
    write(store, "OF-1")

    def send(_envelope: Envelope, _endpoint: Endpoint, *, at: datetime) -> Response:
        # A second writer would wait here for as long as the first one is open.
        with store.scope() as session:
            assert session.exec(select(OutboxMessage.lease_until)).one() == NOW + LEASE
            assert store.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
        return Response(204)

    assert deliver_due(store.scope, CRM, clock=clock, send=send) == Round(delivered=1)


def test_a_claim_keeps_others_away_until_its_lease_is_over(store: Store) -> None:
    (message_id,) = write(store, "OF-1")
    with store.scope() as session:
        first = claim_next(session, now=NOW)
    with store.scope() as session:
        assert claim_next(session, now=NOW + LEASE) is None
    with store.scope() as session:
        second = claim_next(session, now=NOW + LEASE + timedelta(seconds=1))
    assert first is not None
    assert second is not None
    assert (second.envelope.message_id, second.attempt) == (message_id, 2)
    assert first.envelope.body == second.envelope.body


def late(store: Store, clock: Clock, response: Response) -> Callable[..., Response]:
    """A try that comes back only when another process has claimed the message."""

    def send(_envelope: Envelope, _endpoint: Endpoint, *, at: datetime) -> Response:
        clock.now += LEASE + timedelta(seconds=1)
        with store.scope() as session:
            assert claim_next(session, now=clock.now) is not None
        return response

    return send


def test_a_failure_that_comes_back_late_leaves_the_message_to_whoever_has_it(
    store: Store, clock: Clock
) -> None:
    (message_id,) = write(store, "OF-1")
    deliver_due(store.scope, CRM, clock=clock, send=late(store, clock, Response(500)), limit=1)
    with store.scope() as session:
        row = rows(session)[message_id]
        assert (row.attempts, row.next_attempt_at, row.last_error) == (2, None, None)
        assert row.lease_token is not None


def test_a_delivery_that_comes_back_late_counts(store: Store, clock: Clock) -> None:
    (message_id,) = write(store, "OF-1")
    deliver_due(store.scope, CRM, clock=clock, send=late(store, clock, Response(204)), limit=1)
    with store.scope() as session:
        assert rows(session)[message_id].delivered_at == clock.now


def test_a_last_try_that_was_cut_off_is_told_as_such(store: Store, clock: Clock) -> None:
    (message_id,) = write(store, "OF-1")
    with store.scope() as session:
        rows(session)[message_id].attempts = ATTEMPTS - 1
    with store.scope() as session:
        assert claim_next(session, now=NOW) is not None
    clock.now = NOW + LEASE + timedelta(seconds=1)
    assert run(store, Script(), clock) == Round(dead=1)
    with store.scope() as session:
        assert [one.reason for one in list_failed(session, reader=OPERATOR)] == [
            "the last attempt was cut off"
        ]


@pytest.mark.parametrize("moment", ["before sending", "before the result"])
def test_a_killed_sender_leaves_a_message_that_is_sent_again_with_the_same_id(
    store: Store, receiver: Receiver, endpoint: Endpoint, moment: str
) -> None:
    ids = write(store, "OF-1", "OF-1")
    url = store.engine.url.render_as_string(hide_password=False)
    child = spawn("tests.offers.outbox.crash_child", url, receiver.url, moment)
    child.communicate(timeout=60)
    assert child.returncode == 9
    sent_before = [] if moment == "before sending" else [ids[0]]
    assert receiver.ids == sent_before
    assert deliver_due(store.scope, endpoint, clock=utc_now) == Round()
    later = utc_now() + LEASE + timedelta(seconds=1)
    assert deliver_due(store.scope, endpoint, clock=lambda: later) == Round(delivered=2)
    assert receiver.ids == [*sent_before, *ids]


def test_workers_side_by_side_send_everything_once_in_order_and_never_two_at_a_time(
    store: Store, receiver: Receiver, endpoint: Endpoint
) -> None:
    # Four offers with three messages each; every answer takes a moment, so that workers meet.
    ids = write(store, *[f"OF-{number % 4}" for number in range(12)])
    receiver.replies = [Reply(wait_s=0.02)] * 12

    def work(_number: int) -> int:
        return sum(deliver_due(store.scope, endpoint, clock=utc_now).delivered for _ in range(12))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 12
    assert sorted(receiver.ids) == sorted(ids)
    assert receiver.most_at_once == 1
    for offer in range(4):
        of_offer = [
            one.message_id for one in receiver.received if one.document["data"]["offer_id"] == f"OF-{offer}"
        ]
        assert of_offer == ids[offer::4]


def test_a_retry_gives_all_attempts_again_and_is_audited(store: Store, clock: Clock) -> None:
    first, second, _ = write(store, "OF-1", "OF-2", "OF-3")
    with store.scope() as session:
        for message_id in (first, second):
            row = rows(session)[message_id]
            row.attempts, row.dead_at, row.last_error = ATTEMPTS, NOW, "HTTP 500, after 10 attempts"
    with store.scope() as session:
        assert count_failed(session, reader=OPERATOR) == 2
        assert retry_failed(session, None, person=OPERATOR, origin=Origin.COMMAND_LINE, now=NOW) == 2
        assert count_failed(session, reader=OPERATOR) == 0
        entries = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "outbox.retried")).all()
        assert [(one.subject_id, one.person_id, one.origin) for one in entries] == [
            (first, "operator", "command_line"),
            (second, "operator", "command_line"),
        ]
        assert {row.attempts for row in rows(session).values()} == {0}
    assert run(store, Script(), clock) == Round(delivered=3)


def test_what_is_not_dead_is_not_put_back_and_nothing_else_either(store: Store) -> None:
    dead, waiting = write(store, "OF-1", "OF-2")
    with store.scope() as session:
        rows(session)[dead].dead_at = NOW
    with pytest.raises(HandOverNotFailed, match=waiting), store.scope() as session:
        retry_failed(session, [dead, waiting], person=OPERATOR, origin=Origin.HOME, now=NOW)
    with store.scope() as session:
        assert count_failed(session, reader=OPERATOR) == 1


def test_no_secret_and_no_answer_is_kept(store: Store, receiver: Receiver) -> None:
    write(store, "OF-1")
    endpoint = Endpoint(receiver.url, (SECRET, OLDER), allows_private=True)
    receiver.replies = [Reply(500, {"X-Secret": "hunter2"})]
    deliver_due(store.scope, endpoint, clock=utc_now)
    with store.scope() as session:
        kept = repr(rows(session))
    assert "HTTP 500" in kept
    for secret in ("hunter2", "whsec", "key=k1"):
        assert secret not in kept
