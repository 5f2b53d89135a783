"""The list of conversions: newest first, complete, and only what the reader may see."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import insert

from offers.deciding.proposals import propose
from offers.errors import UnknownOffer
from offers.ledger import Accepted, accept
from offers.models import OfferEvent, OrderLine
from offers.sales.conversion_filter import ConversionFilter
from offers.sales.conversions import count_conversions, get_conversion, list_conversions
from tests.offers.company import NOW
from tests.offers.conftest import Store, person


def sell(store: Store, asset_id: str, slack_user: str, hours: int) -> Accepted:
    with store.scope() as session:
        actor = person(session, slack_user)
        proposal = propose(
            session,
            asset_id=asset_id,
            person=actor,
            now=NOW,
            thread_ref=f"C:{asset_id}",
            work_order_id=f"W-{asset_id}",
        )
        card = proposal.offer
        assert card is not None
        result = accept(
            session,
            card.offer_id,
            version=1,
            person=actor,
            now=NOW + timedelta(hours=hours),
            idempotency_key="k",
        )
    assert isinstance(result, Accepted)
    return result


def test_a_conversion_says_who_what_where_when_and_in_which_thread(company: Store) -> None:
    sold = sell(company, "M-CHILL", "UTECH", 1)
    sell(company, "M-ROOF", "UPART2", 2)
    with company.scope() as session:
        newest, first = list_conversions(session, reader=person(session, "UMGR"), limit=10)
        assert newest.partner_name == "Alpenluft"
        assert (
            first.person_name,
            first.product_name,
            first.account_name,
            first.serial_number,
            first.region,
        ) == (
            "Mara",
            "CARE-PLUS",
            "Harbour Hotel",
            "NV-AUR240-00417",
            "North",
        )
        assert first.amount is not None
        assert (first.amount.amount_minor, first.thread_ref) == (90_000, "C:M-CHILL")
        assert (first.order_line_id, first.contract_line_id) == (sold.order_line_id, sold.contract_line_id)
        assert first.offered_at == NOW
        assert first.work_order_id == "W-M-CHILL"
        assert first.accepted_at == NOW + timedelta(hours=1)
        since = NOW + timedelta(hours=2)
        assert list_conversions(session, reader=person(session, "UMGR"), limit=10, since=since) == [newest]


def test_everybody_sees_what_they_or_their_company_sold_and_managers_see_all(company: Store) -> None:
    sold = sell(company, "M-CHILL", "UTECH", 1)
    sell(company, "M-ROOF", "UPART2", 2)
    with company.scope() as session:
        seen = {
            user: len(list_conversions(session, reader=person(session, user), limit=10))
            for user in ("UTECH", "UTECH2", "UPART1", "UPART2", "UMGR")
        }
        # The chiller's account is P-1's own, but Mara made the sale; Jonas had no part in either.
        assert seen == {"UTECH": 1, "UTECH2": 0, "UPART1": 0, "UPART2": 1, "UMGR": 2}
        (of_partner,) = list_conversions(session, reader=person(session, "UPART2"), limit=10)
        assert of_partner.person_id == person(session, "UPART2").person_id
        for stranger in ("UPART1", "UPART2", "UTECH2"):
            with pytest.raises(UnknownOffer):
                get_conversion(session, sold.card.offer_id, person(session, stranger))


@pytest.mark.parametrize("role", ["marketing", "expert"])
def test_whoever_neither_sells_nor_manages_sees_no_conversions(company: Store, role: str) -> None:
    sold = sell(company, "M-CHILL", "UTECH", 1)
    with company.scope() as session:
        reader = replace(person(session, "UTECH"), role=role)
        assert list_conversions(session, reader=reader, limit=10) == []
        with pytest.raises(UnknownOffer):
            get_conversion(session, sold.card.offer_id, reader)


def test_the_count_is_of_what_the_list_would_hold(company: Store) -> None:
    sell(company, "M-CHILL", "UTECH", 1)
    sell(company, "M-ROOF", "UPART2", 2)
    with company.scope() as session:
        manager, partner = person(session, "UMGR"), person(session, "UPART2")
        assert [count_conversions(session, reader=one) for one in (manager, partner)] == [2, 1]
        late = NOW + timedelta(hours=2)
        assert count_conversions(session, reader=manager, since=late) == 1
        north, nowhere = ConversionFilter(region="North"), ConversionFilter(region="Nowhere")
        for only in (north, nowhere):
            listed = list_conversions(session, reader=manager, limit=10, only=only)
            assert count_conversions(session, reader=manager, only=only) == len(listed)
        assert count_conversions(session, reader=manager, only=nowhere, since=late) == 0


def test_it_is_narrowed_to_a_product_and_to_days_that_are_both_included(company: Store) -> None:
    # Two are sold today; of an imported one, in the last second of tomorrow, an order says what it was.
    sold = sell(company, "M-CHILL", "UTECH", 1)
    later = sell(company, "M-ROOF", "UPART2", 2)
    today = NOW.date()
    next_midnight = datetime.combine(today + timedelta(days=2), time(), UTC)
    with company.scope() as session:
        for name, at in (("LAST", next_midnight - timedelta(seconds=1)), ("AFTER", next_midnight)):
            session.add(
                OfferEvent(
                    event_id=name, offer_id=name, event="accepted", account_id="A-1", occurred_at=at,
                    recorded_at=at, idempotency_key=name,
                )
            )  # fmt: skip
        session.add(
            OrderLine(
                order_line_id="H", order_id="H", account_id="A-1", sku="GATE", quantity=1, ordered_at=NOW,
                recorded_at=NOW, offer_id="LAST",
            )
        )  # fmt: skip
    with company.scope() as session:
        manager = person(session, "UMGR")

        def find(**only: Any) -> list[str]:
            wanted = ConversionFilter(**only)
            found = [one.offer_id for one in list_conversions(session, reader=manager, limit=9, only=wanted)]
            assert count_conversions(session, reader=manager, only=wanted) == len(found)
            return found

        assert find(sku="CARE") == [later.card.offer_id, sold.card.offer_id]
        assert find(sku="CARE", person_id="T-1") == [sold.card.offer_id]
        assert find(sku="GATE") == ["LAST"]
        assert find(sku="GAT") == []
        tomorrow = today + timedelta(days=1)
        assert find(first_day=tomorrow) == ["AFTER", "LAST"]
        assert find(first_day=tomorrow, last_day=tomorrow) == ["LAST"]
        assert len(find(last_day=tomorrow)) == 3
        assert len(find(last_day=today)) == 2
        assert find(last_day=today - timedelta(days=1)) == []


def test_a_file_of_them_has_more_than_one_statement_may_name(company: Store) -> None:
    # What SQLite takes where it was built with its own defaults; the last offer is the one that was booked.
    most, many = 32_766, 33_000
    rows = [
        {
            "event_id": f"EV-{number}", "offer_id": f"OF-{number}", "event": "accepted", "account_id": "A-1",
            "occurred_at": NOW - timedelta(seconds=number), "recorded_at": NOW, "idempotency_key": f"K-{number}",
        }
        for number in range(many)
    ]  # fmt: skip
    booked = {
        **rows[-1],
        "event_id": "EV-BOOKED",
        "event": "booked",
        "occurred_at": NOW,
        "idempotency_key": "K",
    }
    with company.scope() as session:
        session.execute(insert(OfferEvent), [*rows, booked])
    with company.scope() as session:
        driver = session.connection().connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)
        found = list_conversions(session, reader=person(session, "UMGR"), limit=2 * many)
    assert len(found) == many
    assert [one.offer_id for one in found if one.booked is not None] == [f"OF-{many - 1}"]
