"""Accepting in two taps: the form, its price, the quote as PDF, and discounts that somebody has to say yes to."""

from typing import Any

import httpx
import pypdfium2
from sqlmodel import Session, select

from bot.database import build_engine
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.workspace import Workspace
from bot.settings import Settings
from offers.models import DiscountRequest, OrderLine, OutboxMessage, PricebookEntry, Quote
from tests.e2e.conftest import (
    ELIF,
    INGRID,
    JONAS,
    MARA,
    OpenStage,
    Stage,
    accept,
    has_action,
    open_acceptance,
    text_of,
)
from tests.e2e.test_stories import find_card, open_visit

ADMIN = "U0ADMN0001"
SAID = {"said_by": {"field": "Ada Weiß"}}


def find_bundle(stage: Stage, person: str = ELIF) -> dict[str, Any]:
    """Ask for bundles for a customer and return the first card."""
    space = stage.workspace
    dm = space.open_dm(person)
    space.run_command(person, dm, "/bundle", "Fjordview Clinic")
    cards = space.wait_for(
        lambda now: [one for one in now.messages(dm) if has_action(one, "offer_accept")], timeout_s=15
    )
    return {**cards[0], "channel": dm}


def wait_view(stage: Stage, person: str, text: str) -> dict[str, Any]:
    """Wait until the person's form holds a text, and return it."""
    return dict(
        stage.workspace.wait_for(
            lambda now: [one for one in [now.open_view_of(person)] if one and text in text_of(one)],
            timeout_s=10,
        )[0]
    )


def wait_text(stage: Stage, channel: str, text: str) -> dict[str, Any]:
    """Wait for a message with a text and return it."""

    def found(now: Workspace) -> list[dict[str, Any]]:
        return [
            one for one in now.all_messages(channel) if text in text_of(one) or text in one.get("text", "")
        ]

    return dict(stage.workspace.wait_for(found, timeout_s=15)[0])


def rows(home: Any, model: Any) -> list[Any]:
    """Every row of a table of the company."""
    engine = build_engine(Settings(home=home).effective_database_url)
    with Session(engine) as session:
        found = list(session.exec(select(model)).all())
    engine.dispose()
    return found


def sales(home: Any) -> list[OrderLine]:
    """The order lines that came of offers accepted here."""
    return [row for row in rows(home, OrderLine) if row.source == "own"]


def test_what_the_form_shows_is_what_is_booked(open_stage: OpenStage, tmp_path: Any) -> None:
    with open_stage(tax_rates="North=19", company_name="Norvane Klima") as stage:
        card = find_bundle(stage)
        form = open_acceptance(stage, ELIF, card)
        text = text_of(form)
        assert "Tax 19 %" in text
        assert "Total *EUR" in text
        assert "Valid until" in text
        given = {
            **SAID,
            "email": {"field": "ada@example.org"},
            "purchase_order": {"field": "PO 4711"},
        }
        assert stage.workspace.submit_view(ELIF, form["id"], given) is None
        done = wait_text(stage, card["channel"], "Accepted")
        assert has_action(done, "quote_pdf")
        assert not has_action(done, "offer_accept")
        quote = rows(tmp_path / "home", Quote)[0]
        assert (quote.said_by, quote.email, quote.purchase_order, quote.status) == (
            "Ada Weiß", "ada@example.org", "PO 4711", "accepted",
        )  # fmt: skip
        assert [row.unit_amount_minor for row in sales(tmp_path / "home")] == [quote.subtotal_minor]
        assert quote.tax_minor == (quote.subtotal_minor * 1_900 + 5_000) // 10_000
        assert len(rows(tmp_path / "home", OutboxMessage)) == 1
        assert stage.workspace.problems == []


def test_a_form_without_a_name_or_with_a_wrong_address_is_not_sent(stage: Stage) -> None:
    card = find_bundle(stage)
    form = open_acceptance(stage, ELIF, card)
    empty = stage.workspace.submit_view(ELIF, form["id"], {})
    assert empty is not None
    assert "said_by" in empty["errors"]
    wrong = stage.workspace.submit_view(ELIF, form["id"], {**SAID, "email": {"field": "a,b@example.org"}})
    assert wrong is not None
    assert wrong["errors"] == {"email": "This is no e-mail address."}


def test_a_discount_is_shown_before_it_is_booked(open_stage: OpenStage, tmp_path: Any) -> None:
    with open_stage() as stage:
        card = find_bundle(stage)
        form = open_acceptance(stage, ELIF, card)
        assert "Discount %" in text_of(form)
        given = {**SAID, "discount": {"acceptance_discount": "5"}}
        # The form showed the full price: it is shown the other one before anything is booked.
        answer = stage.workspace.submit_view(ELIF, form["id"], given)
        assert answer == {"response_action": "update"}
        again = wait_view(stage, ELIF, "Confirm once more")
        assert "5 % off" in text_of(again)
        assert sales(tmp_path / "home") == []
        assert stage.workspace.submit_view(ELIF, again["id"], given) is None
        wait_text(stage, card["channel"], "5 % off EUR")
        assert len(sales(tmp_path / "home")) == 1


def test_the_price_follows_a_discount_as_it_is_typed(stage: Stage) -> None:
    card = find_bundle(stage)
    form = open_acceptance(stage, ELIF, card)
    stage.workspace.click_view(ELIF, form["id"], "acceptance_discount", option="5")
    priced = wait_view(stage, ELIF, "5 % off")
    assert stage.workspace.submit_view(ELIF, priced["id"], SAID) is None
    wait_text(stage, card["channel"], "Accepted")


def test_a_sent_quote_is_a_pdf_in_the_cards_thread_once(stage: Stage) -> None:
    space = stage.workspace
    card = find_bundle(stage)
    form = open_acceptance(stage, ELIF, card)
    for _ in range(2):
        space.click_view(ELIF, form["id"], "quote_send")
        form = wait_view(stage, ELIF, "is in the thread")
    posted = space.wait_for(lambda now: _files(now, card), timeout_s=10)
    assert len(posted) == 1
    file = posted[0]
    assert file["name"].startswith("quote-QU-")
    pdf = httpx.get(file["url_private"], headers={"authorization": f"Bearer {stage.bot_token}"}).content
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "Fjordview Clinic" in text
    assert "plus tax" in text
    assert space.submit_view(ELIF, form["id"], SAID) is None
    done = wait_text(stage, card["channel"], "Accepted")
    space.click(ELIF, card["channel"], done["ts"], "quote_pdf")
    both = space.wait_for(lambda now: found if len(found := _files(now, card)) == 2 else None, timeout_s=10)
    assert both[0]["name"] != both[1]["name"]


def _files(space: Workspace, card: dict[str, Any]) -> list[dict[str, Any]]:
    thread = card.get("thread_ts") or card["ts"]
    return [file for one in space.messages(card["channel"], thread) for file in one.get("files") or []]


def test_a_form_that_cannot_be_opened_says_so(stage: Stage) -> None:
    card = find_bundle(stage)
    stage.faults.inject(Fault(method="views.open", error="expired_trigger_id", times=1))
    stage.workspace.click(ELIF, card["channel"], card["ts"], "offer_accept")
    wait_text(stage, card["channel"], "could not be opened in time")
    accept(stage, ELIF, card)
    wait_text(stage, card["channel"], "Accepted")


def test_two_forms_and_a_second_submission_are_one_sale(open_stage: OpenStage, tmp_path: Any) -> None:
    with open_stage() as stage:
        space = stage.workspace
        card = find_bundle(stage)
        late = open_acceptance(stage, ELIF, card)
        payload = {**SAID}
        stage.faults.inject(Fault(method="chat.update", delay_s=0.5, times=1))
        assert space.submit_view(ELIF, late["id"], payload) is None
        space.click(ELIF, card["channel"], card["ts"], "offer_accept")
        wait_text(stage, card["channel"], "It counts once")
        assert len(sales(tmp_path / "home")) == 1


def test_the_customer_chooses_another_plan_and_that_one_is_booked(
    open_stage: OpenStage, tmp_path: Any
) -> None:
    with open_stage() as stage:
        space = stage.workspace
        dm, thread = open_visit(stage, JONAS, "NV-DEL200-00310")
        space.click(JONAS, dm, thread, "visit_close")
        card = {**find_card(stage, dm, thread), "channel": dm}
        assert "Care Premium for Delta" in text_of(card)
        assert "or Care Basic for Delta · EUR 390" in text_of(card)
        form = open_acceptance(stage, JONAS, card)
        block_id = next(block["block_id"] for block in form["blocks"] if "acceptance_option" in str(block))
        space.click_view(JONAS, form["id"], "acceptance_option", option="CARE-BASIC-DEL")
        priced = wait_view(stage, JONAS, "Total *EUR 390*")
        chosen = {**SAID, block_id: {"acceptance_option": "CARE-BASIC-DEL"}}
        assert space.submit_view(JONAS, priced["id"], chosen) is None
        done = wait_text(stage, dm, "Accepted")
        assert "Care Basic for Delta* · *EUR 390" in text_of(done)
        assert [(row.sku, row.unit_amount_minor) for row in sales(tmp_path / "home")] == [
            ("CARE-BASIC-DEL", 39_000)
        ]


def ask_for(stage: Stage, person: str, card: dict[str, Any], percent: str) -> dict[str, Any]:
    """Type a discount above the limit, confirm, and say why."""
    space = stage.workspace
    form = open_acceptance(stage, person, card)
    given = {**SAID, "discount": {"acceptance_discount": percent}}
    assert space.submit_view(person, form["id"], given) == {"response_action": "update"}
    form = wait_view(stage, person, "somebody has to say yes")
    space.submit_view(person, form["id"], {"reason": {"field": "They order three more"}})
    return wait_view(stage, person, "Asked: ")


def test_a_manager_approves_a_discount_and_the_card_has_the_new_price(
    open_stage: OpenStage, tmp_path: Any
) -> None:
    with open_stage() as stage:
        space = stage.workspace
        card = find_bundle(stage, MARA)
        assert "Ingrid Solberg" in text_of(ask_for(stage, MARA, card, "12"))
        desk = space.open_dm(INGRID)
        question = wait_text(stage, desk, "Mara Lindqvist asks for 12 % off")
        assert "They order three more" in text_of(question)
        space.click(INGRID, desk, question["ts"], "discount_approve")
        wait_text(stage, desk, "Approved by Ingrid Solberg")
        wait_text(stage, card["channel"], "The offer's card shows the new price")
        fresh = wait_text(stage, card["channel"], "12 % off EUR")
        accept(stage, MARA, {**fresh, "channel": card["channel"]})
        wait_text(stage, card["channel"], "Accepted")
        request = rows(tmp_path / "home", DiscountRequest)[0]
        assert [row.unit_amount_minor for row in sales(tmp_path / "home")] == [request.amount_minor]


def test_a_refusal_is_told_with_its_reason_and_nobody_decides_for_themselves(
    open_stage: OpenStage, tmp_path: Any
) -> None:
    with open_stage() as stage:
        space = stage.workspace
        card = find_bundle(stage, MARA)
        ask_for(stage, MARA, card, "12")
        desk = space.open_dm(INGRID)
        question = wait_text(stage, desk, "asks for 12 % off")
        space.click(INGRID, desk, question["ts"], "discount_refuse")
        form = wait_view(stage, INGRID, "Why")
        assert space.submit_view(INGRID, form["id"], {"reason": {"field": "Not this month"}}) is None
        wait_text(stage, card["channel"], "Refused by Ingrid Solberg: Not this month")
        wait_text(stage, desk, "Refused by Ingrid Solberg")
        again = [one for one in space.messages(card["channel"]) if has_action(one, "offer_accept")]
        assert again
        assert [row.decision for row in rows(tmp_path / "home", DiscountRequest)] == ["refused"]


def test_a_question_that_was_cut_off_is_asked_after_a_restart_and_once(
    open_stage: OpenStage, tmp_path: Any
) -> None:
    with open_stage(work_lease_s=5) as stage:
        card = find_bundle(stage, MARA)
        # What is posted to the manager is lost; the request is written, and is asked when its lease is over.
        stage.faults.inject(Fault(method="conversations.open", error="http_503", times=3))
        ask_for(stage, MARA, card, "12")
        desk = stage.workspace.open_dm(INGRID)
        wait_text(stage, desk, "asks for 12 % off")
        found = [one for one in stage.workspace.messages(desk) if "asks for 12 %" in text_of(one)]
        assert len(found) == 1


def test_an_admin_is_asked_for_what_managers_may_not_give(stage: Stage) -> None:
    card = find_bundle(stage, MARA)
    assert "Sam Reyes" in text_of(ask_for(stage, MARA, card, "30"))
    wait_text(stage, stage.workspace.open_dm(ADMIN), "asks for 30 % off")


def raise_costs(home: Any) -> None:
    """Let everything cost us a cent more than it is listed at."""
    engine = build_engine(Settings(home=home).effective_database_url)
    with Session(engine) as session:
        for entry in session.exec(select(PricebookEntry)).all():
            entry.unit_cost_minor = entry.unit_amount_minor + 1
            session.add(entry)
        session.commit()
    engine.dispose()


def test_a_price_that_came_to_lie_below_cost_takes_an_admins_yes(
    open_stage: OpenStage, tmp_path: Any
) -> None:
    with open_stage() as stage:
        space = stage.workspace
        card = find_bundle(stage, MARA)
        raise_costs(tmp_path / "home")
        form = open_acceptance(stage, MARA, card)
        assert "This price is below cost" in text_of(form)
        assert space.submit_view(MARA, form["id"], SAID) == {"response_action": "update"}
        form = wait_view(stage, MARA, "For this price somebody has to say yes")
        space.submit_view(MARA, form["id"], {"reason": {"field": "We promised it"}})
        assert "Asked: Sam Reyes" in text_of(wait_view(stage, MARA, "Asked: "))
        assert sales(tmp_path / "home") == []
        desk = space.open_dm(ADMIN)
        question = wait_text(stage, desk, "asks to sell at the list price, which is below cost")
        space.click(ADMIN, desk, question["ts"], "discount_approve")
        wait_text(stage, card["channel"], "at its list price")
        shown = next(one for one in space.messages(card["channel"]) if one["ts"] == card["ts"])
        accept(stage, MARA, {**shown, "channel": card["channel"]})
        wait_text(stage, card["channel"], "Accepted")
        assert len(sales(tmp_path / "home")) == 1


def test_a_partner_is_not_told_where_the_cost_lies_and_gets_no_paper(
    open_stage: OpenStage, tmp_path: Any
) -> None:
    with open_stage() as stage:
        space = stage.workspace
        card = find_bundle(stage)
        raise_costs(tmp_path / "home")
        form = open_acceptance(stage, ELIF, card)
        assert "cost" not in text_of(form)
        space.click_view(ELIF, form["id"], "quote_send")
        form = wait_view(stage, ELIF, "has to be approved before it is put on paper")
        assert rows(tmp_path / "home", Quote) == []
        assert space.submit_view(ELIF, form["id"], SAID) == {"response_action": "update"}
        assert "cost" not in text_of(wait_view(stage, ELIF, "For this price somebody has to say yes"))
        assert sales(tmp_path / "home") == []
