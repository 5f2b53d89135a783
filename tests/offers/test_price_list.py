"""List prices: the product that is meant, on the day, in the standard book alone."""

from datetime import date
from pathlib import Path

from offers.money import Money
from offers.quoting.price_list import find_prices, find_products
from tests.offers.conftest import Store
from tests.offers.rows import BASE, DAY, fill, price

KITS = [
    {"sku": f"KIT-{number}", "name": f"Filter kit {number}", "family": "Kits", "kind": "attach"}
    for number in range(1, 4)
]


def load_kits(store: Store, folder: Path) -> None:
    many = [{**KITS[0], "sku": f"SEAL-{number}", "name": f"Seal {number}"} for number in range(7)]
    fill(
        store,
        folder,
        products=[*BASE["products"], *KITS, *many],
        pricebook=[
            price("KIT-1", "80.00", valid_to="2026-02-28"),
            price("KIT-1", "90.00", valid_from="2026-03-01"),
            price("KIT-1", "99.00", "USD"),
            price("KIT-1", "10.00", pricebook="friends"),
            price("KIT-2", "70.00", valid_from="2026-04-01"),
        ],
    )


def names(store: Store, words: str) -> list[str]:
    with store.scope() as session:
        return [one.name for one in find_products(session, words)]


def test_a_product_is_meant_by_its_name_its_number_or_words_of_its_name(store: Store, folder: Path) -> None:
    load_kits(store, folder)
    assert names(store, "filter KIT 2") == ["Filter kit 2"]
    assert names(store, "kit-3") == ["Filter kit 3"]
    assert names(store, "kit filter") == ["Filter kit 1", "Filter kit 2", "Filter kit 3"]
    assert names(store, "care plus") == ["CARE-PLUS"]
    # A word that fits too many names none of them, and an article is no word.
    assert names(store, "seal") == names(store, "of") == names(store, "") == names(store, "pump kit") == []


def test_the_standard_price_of_the_day_counts_in_each_currency(store: Store, folder: Path) -> None:
    load_kits(store, folder)
    with store.scope() as session:
        first, second, third = find_prices(session, ["KIT-3", "KIT-2", "KIT-1"], day=DAY)
        (before, *_) = find_prices(session, ["KIT-1"], day=date(2026, 2, 28))
    assert (first.name, first.prices) == ("Filter kit 1", (Money(9000, "EUR"), Money(9900, "USD")))
    assert (second.prices, third.prices) == ((), ())
    assert before.prices[0] == Money(8000, "EUR")
