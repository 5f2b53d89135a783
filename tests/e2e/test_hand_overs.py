"""Hand-overs to the CRM: the running bot sends them, and managers put those that failed back."""

from pathlib import Path

from sqlmodel import Session, col, select

from bot.clock import utc_now
from bot.database import build_engine, build_session_scope
from offers.models import OutboxMessage, Person
from offers.outbox.messages import write_message
from offers.tables.versions import current
from tests.e2e.conftest import INGRID, MARA, OpenStage, Stage, has_action, text_of
from tests.offers.outbox.receiver import SECRET, Reply, receiving


def act(home: Path, *, messages: int = 0, demoted: str | None = None) -> None:
    """Write messages into the bot's database, or make somebody a technician."""
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    with build_session_scope(engine)() as session:
        for number in range(messages):
            write_message(session, "offer.accepted", offer_id=f"OF-{number}", payload={}, now=utc_now())
        if demoted is not None:
            person = session.exec(
                select(Person).where(col(Person.slack_user_id) == demoted, current(Person))
            ).one()
            person.role = "technician"
            session.add(person)
    engine.dispose()


def waiting(home: Path) -> int:
    """Count what is neither delivered nor dead."""
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    with Session(engine) as session:
        rows = session.exec(select(OutboxMessage)).all()
    engine.dispose()
    return sum(row.delivered_at is None and row.dead_at is None for row in rows)


def home_of(stage: Stage, person: str) -> str:
    """Open Home and return what it says."""
    stage.workspace.open_home(person)
    return text_of(stage.workspace.wait_for(lambda now: now.home_of(person)))


def test_the_running_bot_hands_over_and_a_manager_retries_what_failed(
    open_stage: OpenStage, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with receiving() as crm:
        crm.replies = [Reply(410)]
        before = waiting(home)
        act(home, messages=2)
        hook = {"webhook_url": crm.url, "webhook_secret": SECRET, "webhook_allow_private": True}
        with open_stage(**hook) as stage:
            space = stage.workspace
            space.wait_for(lambda _now: len(crm.received) == 1)
            space.wait_for(lambda _now: waiting(home) == before + 1)
            said = home_of(stage, INGRID)
            assert "Hand-overs that failed" in said
            assert "HTTP 410: the receiver wants no messages any more" in said
            assert "Hand-overs that failed" not in home_of(stage, MARA)
            view = space.home_of(INGRID) or {}
            assert not has_action(view, "outbox_retry_all")
            space.click_view(INGRID, view["id"], "outbox_retry")
            space.wait_for(lambda _now: waiting(home) == 0)
            space.wait_for(lambda now: "Hand-overs that failed" not in text_of(now.home_of(INGRID) or {}))
            assert crm.ids[0] in crm.ids[1:]
            assert all(one.is_genuine for one in crm.received)
            assert space.problems == []


def test_who_is_no_manager_any_more_retries_nothing(open_stage: OpenStage, tmp_path: Path) -> None:
    home = tmp_path / "home"
    act(home, messages=2)
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    with build_session_scope(engine)() as session:
        for row in session.exec(select(OutboxMessage)).all():
            row.dead_at, row.last_error = utc_now(), "HTTP 500, after 10 attempts"
    with open_stage() as stage:
        home_of(stage, INGRID)
        view = stage.workspace.home_of(INGRID) or {}
        act(home, demoted=INGRID)
        stage.workspace.click_view(INGRID, view["id"], "outbox_retry_all")
        stage.workspace.wait_for(lambda now: "Your conversions" in text_of(now.home_of(INGRID) or {}))
        assert waiting(home) == 0
    engine.dispose()
