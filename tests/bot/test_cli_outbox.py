"""The command line of the outbox: what waits, what failed, putting it back, and settings that can't work."""

import json
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.clock import utc_now
from bot.database import SessionScope, build_engine, build_session_scope, upgrade_schema
from bot.settings import Settings
from offers.models import OutboxMessage
from offers.outbox.messages import write_message
from tests.bot.test_cli import Attache, attache
from tests.offers.outbox.receiver import SECRET

__all__ = ["attache"]


@pytest.fixture
def scope(tmp_path: Path) -> SessionScope:
    """The data directory's database, with one message that waits and two that failed."""
    (tmp_path / "home").mkdir()
    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    upgrade_schema(engine)
    scope = build_session_scope(engine)
    with scope() as session:
        ids = [
            write_message(session, "offer.accepted", offer_id=f"OF-{number}", payload={}, now=utc_now())
            for number in range(3)
        ]
        for row in session.exec(select(OutboxMessage).where(col(OutboxMessage.message_id) != ids[0])).all():
            row.dead_at, row.last_error, row.attempts = utc_now(), "HTTP 500, after 10 attempts", 10
    return scope


def test_without_an_address_everything_waits_and_that_is_said(attache: Attache) -> None:
    done = attache("outbox")
    assert done.exit_code == 0
    assert "Nothing is sent: no ATTACHE_WEBHOOK_URL is set." in done.stdout
    assert "0 waiting; 0 delivered; 0 failed." in done.stdout


def test_json_says_what_waits_and_what_failed(
    attache: Attache, scope: SessionScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTACHE_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("ATTACHE_WEBHOOK_URL", "https://crm.example/hooks/s3cret?key=1")
    shown = attache("outbox", "--json")
    document = json.loads(shown.stdout)
    assert document["endpoint"] == "https://crm.example"
    assert (document["pending"], document["delivered"], document["dead"]) == (1, 0, 2)
    assert {one["offer_id"] for one in document["failed"]} == {"OF-1", "OF-2"}
    assert {one["reason"] for one in document["failed"]} == {"HTTP 500, after 10 attempts"}
    assert "s3cret" not in attache("outbox").stdout + shown.stdout


def test_what_failed_is_put_back_by_id_or_all_at_once(attache: Attache, scope: SessionScope) -> None:
    failed = [one["message_id"] for one in json.loads(attache("outbox", "--json").stdout)["failed"]]
    assert "1 hand-over will be sent again." in attache("outbox", "retry", failed[0]).stdout
    again = attache("outbox", "retry", failed[0])
    assert again.exit_code == 1
    assert f"No failed hand-over is called {failed[0]}." in again.output
    assert "1 hand-over will be sent again." in attache("outbox", "retry", "--all-dead").stdout
    assert json.loads(attache("outbox", "--json").stdout)["pending"] == 3


@pytest.mark.parametrize("arguments", [(), ("MS-1", "--all-dead")])
def test_retry_needs_to_know_which(attache: Attache, arguments: tuple[str, ...]) -> None:
    assert attache("outbox", "retry", *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("ATTACHE_WEBHOOK_SECRET", "hunter2", "a secret begins with whsec_"),
        ("ATTACHE_WEBHOOK_URL", "http://crm.example/", "it has to be https://"),
        ("ATTACHE_WEBHOOK_URL", "https://10.1.2.3/", "an address of this kind: private"),
        ("ATTACHE_WEBHOOK_URL", "https://crm.example/", "needs ATTACHE_WEBHOOK_SECRET=whsec_"),
    ],
)
def test_a_setting_that_cannot_work_ends_the_command_with_a_sentence(
    attache: Attache, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str
) -> None:
    monkeypatch.setenv(setting, value)
    done = attache("outbox")
    assert done.exit_code == 1
    assert f"The setting {setting} is not usable" in done.output
    assert said in done.output
    assert "hunter2" not in done.output


def test_several_secrets_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTACHE_WEBHOOK_SECRET", f"{SECRET} {SECRET}")
    monkeypatch.setenv("ATTACHE_WEBHOOK_URL", "https://crm.example/")
    endpoint = Settings().webhook_endpoint
    assert endpoint is not None
    assert endpoint.secrets == (SECRET, SECRET)
    assert Settings(webhook_url=None).webhook_endpoint is None


def test_doctor_looks_the_host_up_and_sends_nothing(
    attache: Attache, scope: SessionScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTACHE_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("ATTACHE_WEBHOOK_URL", "https://localhost/")
    assert "note  Webhook: https://localhost: nothing is sent to an address of this kind: loopback" in (
        attache("doctor").stdout
    )
    monkeypatch.setenv("ATTACHE_WEBHOOK_ALLOW_PRIVATE", "true")
    assert "note  Webhook: 2 hand-overs failed" in attache("doctor").stdout
    attache("outbox", "retry", "--all-dead")
    assert "ok    Webhook: https://localhost, signed with 1 secret, 3 waiting" in attache("doctor").stdout
