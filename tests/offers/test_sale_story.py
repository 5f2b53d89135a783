"""A sale whole: its life in order, its quote and discount, why it was chosen, and nothing for whom it isn't."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from offers.deciding.proposals import propose
from offers.errors import UnknownOffer
from offers.ledger import Accepted, accept
from offers.people import PersonFacts
from offers.sales.agreements import Agreement
from offers.sales.discounts import Asked, Decided, ask_for_discount, decide_discount
from offers.sales.fulfilment import Notice, book, cancel
from offers.sales.story import read_sale_story
from tests.offers.company import NOW
from tests.offers.conftest import Store, person
from tests.offers.test_conversions import sell


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_the_life_of_a_sale_is_told_in_order_with_who_and_why(company: Store) -> None:
    sold = sell(company, "M-CHILL", "UTECH", 1)
    offer_id = sold.card.offer_id
    with company.scope() as session:
        manager = person(session, "UMGR")
        book(session, offer_id, Notice(person=manager, now=NOW + timedelta(hours=2), idempotency_key="b"))
        late = Notice(
            person=manager, now=NOW + timedelta(days=3), idempotency_key="c", reason="Budget was cut"
        )
        cancel(session, offer_id, late)
        story = read_sale_story(session, offer_id, reader=manager, shows_decision=True)
    assert [(one.event, one.person_name, one.reason) for one in story.events] == [
        ("surfaced", "Mara", None),
        ("accepted", "Mara", None),
        ("booked", manager.name, None),
        ("cancelled", manager.name, "Budget was cut"),
    ]
    assert [one.occurred_at - NOW for one in story.events] == [
        timedelta(0),
        timedelta(hours=1),
        timedelta(hours=2),
        timedelta(days=3),
    ]
    assert story.offer is not None
    assert story.offer.reasons == sold.card.reasons
    assert [one.topic for one in story.hand_overs] == ["offer.accepted", "offer.booked", "offer.cancelled"]


def test_the_decision_shows_what_was_chosen_over_what_to_whoever_manages(company: Store) -> None:
    offer_id = sell(company, "M-CHILL", "UTECH", 1).card.offer_id
    with company.scope() as session:
        whole = read_sale_story(session, offer_id, reader=person(session, "UMGR"), shows_decision=True)
        own = read_sale_story(session, offer_id, reader=person(session, "UTECH"), shows_decision=False)
    assert whole.decision is not None
    (chosen,) = [one for one in whole.decision.considered if one.is_chosen]
    assert (chosen.sku, whole.sale.product_name) == ("CARE", "CARE-PLUS")
    assert {"propensity", "value", "urgency", "total"} <= set(chosen.score)
    assert set(whole.names) == {one.sku for one in whole.decision.considered if one.sku}
    assert (own.decision, own.names, own.hand_overs) == (None, {}, ())
    assert own.events == whole.events


def foreign_manager(reader: PersonFacts) -> PersonFacts:
    return replace(reader, region="Elsewhere")


def test_nobody_reads_the_story_of_a_sale_that_is_not_theirs(company: Store) -> None:
    offer_id = sell(company, "M-CHILL", "UTECH", 1).card.offer_id
    with company.scope() as session:
        strangers = [person(session, one) for one in ("UTECH2", "UPART1", "UPART2")]
        for stranger in (*strangers, foreign_manager(person(session, "UMGR"))):
            with pytest.raises(UnknownOffer):
                read_sale_story(session, offer_id, reader=stranger, shows_decision=True)
        near = replace(person(session, "UMGR"), region="North")
        assert read_sale_story(session, offer_id, reader=near, shows_decision=True).sale.region == "North"


def sell_for_less(store: Store, asset_id: str, seller: str) -> str:
    """Let somebody sell with a discount of ten percent that a manager approved; return the offer's id."""
    agreement, later = Agreement(discount_bps=1_000), NOW + timedelta(hours=1)
    with store.scope() as session:
        actor, manager = person(session, seller), person(session, "UMGR")
        card = propose(session, asset_id=asset_id, person=actor, now=NOW, thread_ref="C:1").offer
        assert card is not None
        asked = ask_for_discount(
            session, card.offer_id, version=1, agreement=agreement, reason="They order three more", card_ref=None,
            person=actor, now=later,
        )  # fmt: skip
        assert isinstance(asked, Asked)
        decided = decide_discount(
            session, asked.request.request_id, is_approved=True, reason="Once", person=manager, now=later,
            conditions=agreement.conditions,
        )  # fmt: skip
        assert isinstance(decided, Decided)
        sold = accept(session, card.offer_id, version=2, person=actor, now=later, idempotency_key="k")
    assert isinstance(sold, Accepted)
    return card.offer_id


def test_who_allowed_a_discount_is_told_to_our_own_people_alone(company: Store) -> None:
    offer_id = sell_for_less(company, "M-ROOF", "UPART2")
    with company.scope() as session:
        ours = read_sale_story(session, offer_id, reader=person(session, "UMGR"), shows_decision=True)
        seller = person(session, "UPART2")
        theirs = read_sale_story(session, offer_id, reader=seller, shows_decision=False)
    assert ours.offer is not None
    assert ours.quote is not None
    assert ours.allowance is not None
    assert (ours.offer.version, ours.quote.figures.discount_bps) == (2, 1_000)
    assert (ours.allowance.decided_by_name, ours.allowance.remark) == ("Ingrid", "Once")
    assert ours.decision is not None  # the decision that surfaced the first version
    assert theirs.allowance == replace(ours.allowance, decided_by_name=None, remark=None)
    assert (theirs.allowance.asked_by_name, theirs.allowance.asked_for) == (
        seller.name,
        "They order three more",
    )


def test_a_story_costs_a_fixed_and_small_number_of_statements(company: Store) -> None:
    offer_id = sell(company, "M-CHILL", "UTECH", 1).card.offer_id
    with company.scope() as session:
        manager = person(session, "UMGR")
        with counting(company.engine) as sent:
            read_sale_story(session, offer_id, reader=manager, shows_decision=True)
    # The sale and its ends, events, offer, decision and its lines, product names, quote, discount, hand-overs.
    assert len(sent) == 10
