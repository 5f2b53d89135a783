"""A manager takes a sale back: through the details on Home, with a reason, checked again when the form is sent."""

from pathlib import Path

from sqlmodel import col, select

from bot.database import build_engine, build_session_scope
from offers.models import AuditEntry, OfferEvent, OrderLine, OutboxMessage
from offers.tables.versions import current
from tests.e2e.conftest import ELIF, INGRID, Stage, accept, has_action, text_of
from tests.e2e.test_hand_overs import act, home_of
from tests.e2e.test_stories import open_details

CUSTOMER = "Fjordview Clinic"


def sell_bundle(stage: Stage) -> str:
    """Let the partner accept a bundle for its customer; return the offer's id."""
    space = stage.workspace
    dm = space.open_dm(ELIF)
    space.run_command(ELIF, dm, "/bundle", CUSTOMER)
    card = space.wait_for(lambda now: [one for one in now.messages(dm) if has_action(one, "offer_accept")])[0]
    offer_id = next(
        block["block_id"].split(":")[1]
        for block in card["blocks"]
        if str(block.get("block_id")).startswith("offer:")
    )
    accept(stage, ELIF, card)
    space.wait_for(lambda now: [one for one in now.messages(dm) if "Accepted" in text_of(one)])
    return str(offer_id)


def open_form(stage: Stage) -> str:
    """Open the form from the details of the newest sale to the customer; return its view id."""
    space = stage.workspace
    home_of(stage, INGRID)
    open_details(stage, INGRID, CUSTOMER)
    details = space.wait_for(lambda now: now.open_view_of(INGRID))
    space.click_view(INGRID, details["id"], "sale_step")
    form = space.wait_for(
        lambda now: next(
            (one for one in now.view_stack_of(INGRID) if one["callback_id"] == "sale_step_form"), None
        )
    )
    return str(form["id"])


def test_a_manager_reverses_a_sale_and_home_says_so(stage: Stage, tmp_path: Path) -> None:
    offer_id = sell_bundle(stage)
    form = open_form(stage)
    space = stage.workspace
    filled = {"step": {"field": "reversed"}, "reason": {"field": "Clicked by <mistake>"}}
    assert space.submit_view(INGRID, form, filled) == {"response_action": "update"}
    assert "This sale is reversed" in text_of(space.open_view_of(INGRID) or {})
    space.wait_for(lambda now: "*reversed*" in text_of(now.home_of(INGRID) or {}))
    open_details(stage, INGRID, CUSTOMER)
    details = space.wait_for(
        lambda now: next(
            (one for one in now.view_stack_of(INGRID) if "Clicked by &lt;mistake&gt;" in text_of(one)), None
        )
    )
    assert not has_action(details, "sale_step")
    assert space.problems == []
    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    with build_session_scope(engine)() as session:
        sold = select(OrderLine).where(col(OrderLine.offer_id) == offer_id, current(OrderLine))
        (line,) = session.exec(sold).all()
        assert line.returned_quantity == line.quantity  # What was ordered stays; all of it is back.
        topics = select(OutboxMessage.topic).where(col(OutboxMessage.offer_id) == offer_id)
        assert session.exec(topics).all() == ["offer.accepted", "offer.reversed"]
        (entry,) = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "offer.reversed")).all()
        assert entry.origin == "home"
    engine.dispose()


def test_who_is_no_manager_any_more_when_the_form_is_sent_takes_nothing_back(
    stage: Stage, tmp_path: Path
) -> None:
    offer_id = sell_bundle(stage)
    form = open_form(stage)
    act(tmp_path / "home", demoted=INGRID)
    filled = {"step": {"field": "reversed"}, "reason": {"field": "Clicked by mistake"}}
    refused = stage.workspace.submit_view(INGRID, form, filled) or {}
    assert refused["errors"] == {"reason": "Your role (technician) may not take a sale back."}
    engine = build_engine(f"sqlite:///{tmp_path / 'home' / 'attache.db'}")
    with build_session_scope(engine)() as session:
        events = select(OfferEvent.event).where(col(OfferEvent.offer_id) == offer_id)
        assert "reversed" not in session.exec(events).all()
    engine.dispose()


def test_a_partner_sees_details_without_the_button(stage: Stage) -> None:
    sell_bundle(stage)
    home_of(stage, ELIF)
    open_details(stage, ELIF, CUSTOMER)
    details = stage.workspace.wait_for(lambda now: now.open_view_of(ELIF))
    assert CUSTOMER in text_of(details)
    assert not has_action(details, "sale_step")
