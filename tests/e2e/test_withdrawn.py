"""A card whose reason is gone says so when somebody presses it, and nothing is booked."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.database import build_engine
from bot.settings import Settings
from offers.models import ContractLine, Offer, OfferEvent, ServiceContract
from offers.tables.versions import current
from offers.vocabulary import ContractStatus
from tests.e2e.conftest import MARA, Stage, has_action, open_acceptance
from tests.e2e.test_acceptance import SAID, rows, sales, wait_text, wait_view
from tests.e2e.test_stories import CHILLER, ask, find_card, open_visit

SENTENCE = "can't be accepted now: the contract was cancelled meanwhile."


def show_renewal(stage: Stage) -> dict[str, Any]:
    """Visit the chiller, ask twice, and return the card of the renewal."""
    dm, thread = open_visit(stage, MARA, CHILLER)
    ask(stage, MARA, dm, "How do I change the filter drier?", thread)
    ask(stage, MARA, dm, "And the torque for it?", thread)
    return {**find_card(stage, dm, thread), "channel": dm}


def cancel_contract(home: Any) -> None:
    """Let the contract that the offer would renew be cancelled from five days later on."""
    engine = build_engine(Settings(home=home).effective_database_url)
    with Session(engine) as session:
        offer = session.exec(select(Offer).where(col(Offer.predecessor_line_id).is_not(None))).one()
        line = session.exec(
            select(ContractLine).where(
                col(ContractLine.contract_line_id) == offer.predecessor_line_id, current(ContractLine)
            )
        ).one()
        contract = session.exec(
            select(ServiceContract).where(
                col(ServiceContract.contract_id) == line.contract_id, current(ServiceContract)
            )
        ).one()
        contract.status = ContractStatus.CANCELLED.value
        contract.cancelled_on = offer.created_at.date() + timedelta(days=5)
        session.add(contract)
        session.commit()
    engine.dispose()


def test_a_card_for_a_contract_that_was_cancelled_since_says_so_when_it_is_pressed(
    stage: Stage, tmp_path: Any
) -> None:
    card = show_renewal(stage)
    cancel_contract(tmp_path / "home")
    stage.workspace.click(MARA, card["channel"], card["ts"], "offer_accept")
    said = wait_text(stage, card["channel"], SENTENCE)
    assert said["ts"] == card["ts"]
    assert not has_action(said, "offer_accept")
    assert sales(tmp_path / "home") == []
    assert "accepted" not in {row.event for row in rows(tmp_path / "home", OfferEvent) if row.source == "own"}
    assert stage.workspace.problems == []


def test_a_form_that_was_open_meanwhile_says_so_instead_of_booking(stage: Stage, tmp_path: Any) -> None:
    card = show_renewal(stage)
    form = open_acceptance(stage, MARA, card)
    cancel_contract(tmp_path / "home")
    assert stage.workspace.submit_view(MARA, form["id"], SAID) == {"response_action": "update"}
    assert "Nothing is booked" in repr(wait_view(stage, MARA, SENTENCE))
    assert wait_text(stage, card["channel"], SENTENCE)["ts"] == card["ts"]
    assert sales(tmp_path / "home") == []
    assert stage.workspace.problems == []
