"""A sale whole: its life in order, its quote and discount, why it was chosen, and nothing for whom it isn't."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from offers.errors import UnknownOffer
from offers.fulfilment import Notice, book, cancel
from offers.people import PersonFacts
from offers.sale_story import read_sale_story
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


def test_a_story_costs_a_fixed_and_small_number_of_statements(company: Store) -> None:
    offer_id = sell(company, "M-CHILL", "UTECH", 1).card.offer_id
    with company.scope() as session:
        manager = person(session, "UMGR")
        with counting(company.engine) as sent:
            read_sale_story(session, offer_id, reader=manager, shows_decision=True)
    # The sale and its ends, events, offer, decision and its lines, product names, quote, discount, hand-overs.
    assert len(sent) == 10
