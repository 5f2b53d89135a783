"""A sale is marked as booked from its details on Home: by our own people, once, with its entry and its message."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from bot.database import build_engine, build_session_scope
from bot.demo.workspace.workspace import Workspace
from offers.models import AuditEntry, OfferEvent, OrderLine, OutboxMessage
from offers.people import find_person_by_slack_id
from offers.sales.fulfilment import Notice, reverse
from offers.tables.versions import current
from tests.e2e.conftest import ELIF, INGRID, MARA, Stage, accept, has_action, text_of
from tests.e2e.test_acceptance import find_bundle, wait_text
from tests.e2e.test_hand_overs import home_of
from tests.e2e.test_stories import open_details
from tests.e2e.test_taking_back import CUSTOMER, sell_bundle


def open_sale(stage: Stage, person: str, customer: str = CUSTOMER) -> dict[str, Any]:
    """Open the details of the newest sale to the customer."""
    home_of(stage, person)
    open_details(stage, person, customer)
    return dict(stage.workspace.wait_for(lambda now: now.open_view_of(person)))


def details_with(stage: Stage, person: str, text: str) -> dict[str, Any]:
    """Wait until the open details say a text."""

    def find(now: Workspace) -> dict[str, Any] | None:
        return next((one for one in now.view_stack_of(person) if text in text_of(one)), None)

    return dict(stage.workspace.wait_for(find))


def read_ledger(home: Path, offer_id: str) -> tuple[list[str], list[str], list[str | None]]:
    """Return the offer's events, the topics told of it, and from where its booking was said."""
    engine = build_engine(f"sqlite:///{home / 'attache.db'}")
    with build_session_scope(engine)() as session:
        events = select(OfferEvent.event).where(col(OfferEvent.offer_id) == offer_id)
        topics = select(OutboxMessage.topic).where(col(OutboxMessage.offer_id) == offer_id)
        entries = select(AuditEntry.origin).where(
            col(AuditEntry.offer_id) == offer_id, col(AuditEntry.action) == "offer.booked"
        )
        found = (
            list(session.exec(events).all()),
            list(session.exec(topics).all()),
            list(session.exec(entries).all()),
        )
        sold = select(OrderLine).where(col(OrderLine.offer_id) == offer_id, current(OrderLine))
        assert len(session.exec(sold).all()) == 1
    engine.dispose()
    return found


def test_a_manager_marks_a_sale_as_booked_once_whatever_is_clicked(stage: Stage, tmp_path: Path) -> None:
    offer_id = sell_bundle(stage)
    details = open_sale(stage, INGRID)
    assert has_action(details, "sale_book")
    for _ in range(2):
        stage.workspace.click_view(INGRID, details["id"], "sale_book")
    booked = details_with(stage, INGRID, "Ingrid Solberg")
    assert "*booked*" in text_of(booked)
    assert not has_action(booked, "sale_book")
    assert has_action(booked, "sale_step")
    events, topics, origins = read_ledger(tmp_path / "home", offer_id)
    assert events.count("booked") == 1
    assert topics == ["offer.accepted", "offer.booked"]
    assert origins == ["home"]
    assert stage.workspace.problems == []


def test_a_technician_marks_their_own_sale_as_booked(stage: Stage, tmp_path: Path) -> None:
    card = find_bundle(stage, MARA)
    accept(stage, MARA, card)
    wait_text(stage, card["channel"], "Accepted")
    details = open_sale(stage, MARA)
    stage.workspace.click_view(MARA, details["id"], "sale_book")
    booked = details_with(stage, MARA, "*booked*")
    assert not has_action(booked, "sale_book")
    assert not has_action(booked, "sale_step")


def test_a_partner_may_not_say_that_a_sale_is_booked(stage: Stage) -> None:
    sell_bundle(stage)
    assert not has_action(open_sale(stage, ELIF), "sale_book")


def test_what_was_taken_back_meanwhile_is_not_booked(stage: Stage, tmp_path: Path) -> None:
    offer_id = sell_bundle(stage)
    details = open_sale(stage, INGRID)
    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    with build_session_scope(engine)() as session:
        manager = find_person_by_slack_id(session, INGRID)
        assert manager is not None
        reverse(session, offer_id, Notice(manager, datetime.now(UTC), "elsewhere", reason="A mistake"))
    stage.workspace.click_view(INGRID, details["id"], "sale_book")
    dm = stage.workspace.open_dm(INGRID)
    stage.workspace.wait_for(lambda now: [one for one in now.messages(dm) if "reversed" in text_of(one)])
    with build_session_scope(engine)() as session:
        events = select(OfferEvent.event).where(col(OfferEvent.offer_id) == offer_id)
        assert "booked" not in session.exec(events).all()
    engine.dispose()
