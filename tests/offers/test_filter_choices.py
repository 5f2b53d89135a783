"""What conversions can be filtered by: exactly what stands among those that the reader sees."""

from dataclasses import replace
from pathlib import Path

import pytest

from offers.people import PersonFacts
from offers.rules import ensure_default_rules
from offers.sales.conversion_filter import ConversionFilter
from offers.sales.conversions import list_conversions
from offers.sales.filter_choices import FilterChoices, find_filter_choices, list_filter_choices, name_chosen
from tests.offers.company import COMPANY, NOW, load, load_company
from tests.offers.conftest import Store, person
from tests.offers.test_conversions import sell

# Sold before there were offers of ours: one is an order of the account in the North, one nothing on record, by somebody
# who is in no file any more and through no partner; the last was shown and never accepted.
HISTORY = [
    {"event_id": "E-1", "offer_id": "H-1", "play": "renewal", "event": "accepted",
     "account_id": "A-1", "person_id": "K-1",
     "partner_id": "P-1", "occurred_at": "2025-05-01T10:00:00Z"},
    {"event_id": "E-2", "offer_id": "H-2", "play": "renewal", "event": "accepted",
     "account_id": "A-3", "person_id": "T-2",
     "occurred_at": "2025-05-02T10:00:00Z"},
    {"event_id": "E-3", "offer_id": "H-3", "play": "renewal", "event": "surfaced",
     "account_id": "A-4", "person_id": "M-1",
     "occurred_at": "2025-05-03T10:00:00Z"},
]  # fmt: skip


@pytest.fixture
def sold(store: Store, folder: Path) -> Store:
    """The company with two sales of its own and two imported ones."""
    more = [
        {"account_id": "A-3", "name": "Quiet Inn", "segment": "hotel", "region": "West"},
        {"account_id": "A-4", "name": "Loud Inn", "segment": "hotel", "region": "East"},
    ]
    load_company(store.scope, folder, accounts=more, offer_events=HISTORY)
    order = {"order_line_id": "H-1", "order_id": "H", "account_id": "A-1", "sku": "GATE", "quantity": 1,
             "ordered_at": "2025-05-01T10:00:00Z", "offer_id": "H-1"}  # fmt: skip
    load(store.scope, folder / "orders", {"orders": [order]})

    with store.scope() as session:
        ensure_default_rules(session, NOW)
    sell(store, "M-CHILL", "UTECH", 1)
    sell(store, "M-ROOF", "UPART2", 2)
    return store


READERS = ("UMGR", "UTECH", "UTECH2", "UPART1", "UPART2")


def list_readers(store: Store) -> list[PersonFacts]:
    with store.scope() as session:
        people = [person(session, one) for one in READERS]
    managers = [replace(people[0], region=region) for region in ("North", "South", "West", "East", "Nowhere")]
    return [*people, *managers, replace(people[3], partner_id=None), replace(people[1], role="marketing")]


def test_there_is_a_choice_for_what_is_listed_and_for_nothing_else(sold: Store) -> None:
    families = {str(one["sku"]): str(one["family"]) for one in COMPANY["products"]}
    seen = set()
    for reader in list_readers(sold):
        with sold.scope() as session:
            choices = list_filter_choices(session, reader=reader)
            listed = list_conversions(session, reader=reader, limit=99)
        assert {value for value, _ in choices.families} == {families[one.sku] for one in listed if one.sku}
        assert {value for value, _ in choices.regions} == {one.region for one in listed}
        assert dict(choices.people) == {one.person_id: one.person_name for one in listed}
        assert {name for _, name in choices.partners} == {one.partner_name for one in listed} - {None}
        seen.add((len(listed), reader.role, reader.region))
    # Three that are a manager's whole view, and readers who see some of it or nothing: the test has looked at all.
    assert {count for count, _, _ in seen} == {0, 1, 2, 4}


def test_the_products_to_choose_from_are_those_that_the_reader_sees_sold(sold: Store) -> None:
    names = {str(one["sku"]): str(one["name"]) for one in COMPANY["products"]}
    for reader in list_readers(sold):
        with sold.scope() as session:
            found = find_filter_choices(session, "sku", "", reader=reader, limit=99)
            listed = list_conversions(session, reader=reader, limit=99)
        assert dict(found) == {one.sku: names[one.sku] for one in listed if one.sku}


def test_what_is_looked_for_is_found_by_name_or_number_and_what_begins_with_it_is_first(sold: Store) -> None:
    with sold.scope() as session:
        manager = person(session, "UMGR")

        def find(field: str, text: str, limit: int = 9) -> list[str]:
            return [
                value for value, _ in find_filter_choices(session, field, text, reader=manager, limit=limit)
            ]

        everything = find("sku", "")
        assert len(everything) > 1
        assert find("sku", "", 1) == everything[:1]
        assert find("sku", " plus  CARE ") == ["CARE"]
        assert find("sku", "care plus two") == []
        assert find("sku", "gate") == ["GATE"]
        # "a" stands in all four names, and one begins with it: Elif, Jonas, Mara, Tom by name; their ids are no help.
        assert find("person_id", "a") == ["T-2", "T-1"]
        assert find("person_id", "ma") == ["T-1"]
        assert find("person_id", "t-1") == ["T-1"]
        assert find("family", "ext") == ["Extras"]
        assert find("region", "so") == ["South"]
        # Umlauts, and what begins with the text before what has it inside.
        assert find("partner_id", "KÄLTE") == ["P-1"]
        assert find("partner_id", "n") == ["P-1", "P-2"]


def test_they_are_in_the_order_of_their_names(sold: Store) -> None:
    with sold.scope() as session:
        choices = list_filter_choices(session, reader=person(session, "UMGR"))
    assert choices.people == (("K-1", "Elif"), ("T-2", "Jonas"), ("T-1", "Mara"), ("K-2", "Tom"))
    assert choices.partners == (("P-2", "Alpenluft"), ("P-1", "Nordkälte"))


def test_what_is_chosen_is_named_as_in_the_list(sold: Store) -> None:
    with sold.scope() as session:
        choices = list_filter_choices(session, reader=person(session, "UMGR"))
        for people in choices.people:
            assert name_chosen(session, ConversionFilter(person_id=people[0])).people == (people,)
        chosen = ConversionFilter(family="Care", region="North", partner_id="P-1", days=30)
        assert name_chosen(session, chosen) == FilterChoices(
            (("Care", "Care"),), (("North", "North"),), (("P-1", "Nordkälte"),)
        )
        assert name_chosen(session, ConversionFilter(sku="GATE")).products == (("GATE", "Gateway"),)
        assert name_chosen(session, ConversionFilter(person_id="gone", sku="gone")) == FilterChoices()
        assert name_chosen(session, ConversionFilter()) == FilterChoices()
