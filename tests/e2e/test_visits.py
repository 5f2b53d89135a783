"""Visits and bundles among people: what is closed says so, and a result elsewhere is pointed to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from bot.database import build_engine, build_session_scope
from offers.models import Asset, AuditEntry, WorkOrder
from tests.e2e.conftest import ELIF, JONAS, MARA, PARTNER_CHANNEL, Stage, has_action, text_of
from tests.e2e.test_stories import CHILLER, ask, open_visit

HEAT_PUMP = "NV-BOR090-00233"


def test_a_second_visit_says_that_it_closes_the_first_and_so_does_the_first(stage: Stage) -> None:
    space = stage.workspace
    dm, first = open_visit(stage, MARA, CHILLER)
    assert "is closed by this" not in text_of(space.messages(dm, first)[0])
    _, second = open_visit(stage, MARA, HEAT_PUMP)
    assert "Your visit at Harbour Grand Hotel is closed by this." in text_of(space.messages(dm, second)[0])
    old = space.wait_for(
        lambda now: [one for one in now.messages(dm, first)[:1] if "Closed" in text_of(one)]
    )[0]
    assert not has_action(old, "visit_close")
    assert has_action(space.messages(dm, second)[0], "visit_close")


def test_opening_and_closing_visits_is_audited_with_the_thread(stage: Stage, tmp_path: Path) -> None:
    space = stage.workspace
    dm, first = open_visit(stage, MARA, CHILLER)
    _, second = open_visit(stage, MARA, HEAT_PUMP)
    for _ in range(2):
        space.click(MARA, dm, second, "visit_close")
    space.wait_for(
        lambda now: (
            [one for one in now.messages(dm, second) if "already closed" in text_of(one)]
            or [one for one in now.ephemerals(MARA, dm) if "already closed" in text_of(one)]
        )
    )
    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    with Session(engine) as session:
        entries = session.exec(
            select(AuditEntry).where(col(AuditEntry.subject_kind) == "visit").order_by(col(AuditEntry.row_id))
        ).all()
    engine.dispose()
    # A visit's thread begins with its brief, which is posted after the visit was written down.
    assert [(one.action, one.thread_ref, one.origin) for one in entries] == [
        ("visit.opened", None, "thread"),
        ("visit.opened", None, "thread"),
        ("visit.closed", f"{dm}:{first}", "thread"),
        ("visit.closed", f"{dm}:{second}", "thread"),
    ]
    assert len({one.subject_id for one in entries}) == 2


def test_job_done_takes_its_button_away_and_says_when(stage: Stage) -> None:
    space = stage.workspace
    dm, thread = open_visit(stage, JONAS, HEAT_PUMP)
    space.click(JONAS, dm, thread, "visit_close")
    brief = space.wait_for(
        lambda now: [one for one in now.messages(dm, thread)[:1] if "Closed <!date^" in text_of(one)]
    )[0]
    assert not has_action(brief, "visit_close")


def test_a_bundle_asked_for_in_a_channel_is_pointed_to_there(stage: Stage) -> None:
    space = stage.workspace
    dm = space.open_dm(ELIF)
    space.run_command(ELIF, PARTNER_CHANNEL, "/bundle", "Fjordview Clinic")
    space.wait_for(lambda now: [one for one in now.messages(dm) if has_action(one, "offer_accept")])
    pointer = space.wait_for(lambda now: now.ephemerals(ELIF, PARTNER_CHANNEL))[0]
    assert "in your messages with me" in text_of(pointer)
    assert f"/archives/{dm}/p" in repr(pointer["blocks"])
    assert "EUR" not in text_of(pointer)
    assert space.messages(PARTNER_CHANNEL) == []


def test_a_mistyped_serial_number_is_looked_for_as_soon_as_the_form_is_open(stage: Stage) -> None:
    space = stage.workspace
    space.run_command(MARA, space.open_dm(MARA), "/visit", "NV-AUR240-0417")
    form = space.wait_for(lambda now: now.open_view_of(MARA))
    options = space.suggest(MARA, {"type": "view", "view_id": form["id"]}, "asset_search", "")
    assert options[0]["text"]["text"].startswith(CHILLER)


def test_where_a_machine_keeps_failing_goodwill_is_proposed_once_and_nothing_is_sold(
    stage: Stage, tmp_path: Path
) -> None:
    space = stage.workspace
    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    with build_session_scope(engine)() as session:
        asset = session.exec(
            select(Asset).where(col(Asset.serial_number) == CHILLER, col(Asset.superseded_at).is_(None))
        ).one()
        for number, days in enumerate((50, 35, 10)):
            opened = datetime.now(UTC) - timedelta(days=days)
            session.add(
                WorkOrder(
                    work_order_id=f"W-AGAIN-{number}",
                    account_id=asset.account_id,
                    asset_id=asset.asset_id,
                    opened_at=opened,
                    closed_at=opened + timedelta(hours=3),
                    type="Breakdown",
                    recorded_at=opened,
                )
            )
    engine.dispose()
    dm, thread = open_visit(stage, MARA, CHILLER)
    for question in (
        "How do I change the filter drier?",
        "And the torque for it?",
        "Which oil does it need?",
    ):
        ask(stage, MARA, dm, question, thread)
    owed = space.wait_for(
        lambda now: [one for one in now.messages(dm, thread) if "inspection as goodwill" in text_of(one)],
        timeout_s=10,
    )
    space.click(MARA, dm, thread, "visit_close")
    space.wait_for(
        lambda now: [one for one in now.messages(dm, thread)[:1] if "Closed <!date^" in text_of(one)]
    )
    said = space.messages(dm, thread)
    assert len([one for one in said if "inspection as goodwill" in text_of(one)]) == len(owed) == 1
    assert not [one for one in said if has_action(one, "offer_accept")]


def test_a_question_may_name_the_customer(stage: Stage) -> None:
    dm, thread = open_visit(stage, MARA, CHILLER)
    answer = ask(stage, MARA, dm, "How do I change the filter drier here at the Harbour Grand Hotel?", thread)
    assert "NP-10-2230" in text_of(answer)
