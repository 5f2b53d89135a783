"""What goes with what, counted by hand."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offers.errors import NotYourFigure
from offers.steering.affinity import count_pairs, find_affinities
from tests.offers.company import COMPANY, NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import fill, order


def test_a_pair_is_found_with_its_share_and_lift(store: Store, folder: Path) -> None:
    accounts = [{"account_id": f"C-{number}", "name": f"Customer {number}"} for number in range(10)]
    orders = []
    for number in range(10):
        core = "CHILL" if number < 6 else "ROOF"
        orders.append(order(f"{number}a", core, "2026-01-05", account_id=f"C-{number}"))
        if number in (0, 1, 2, 3, 9):
            orders.append(order(f"{number}b", "GATE", "2026-01-06", account_id=f"C-{number}"))
    # What all came back is nobody's: customer 5 owns no gateway.
    orders.append(order("5b", "GATE", "2026-01-06", account_id="C-5", returned_at="2026-01-20"))
    # The bundle brings the plan and the gateway: customer 4 owns both.
    orders.append(order("4c", "BUN", "2026-01-07", account_id="C-4"))
    relations = [row for row in COMPANY["product_relations"] if row["core_sku"] == "ROOF"]
    fill(
        store,
        folder,
        accounts=[*COMPANY["accounts"], *accounts],
        orders=orders,
        bundle_items=COMPANY["bundle_items"],
        pricebook=COMPANY["pricebook"],
        product_relations=relations,
    )
    with store.scope() as session:
        (found,) = find_affinities(session, now=NOW, least_together=3)
        nothing = find_affinities(session, now=NOW, least_together=6)
    assert (found.core_sku, found.attach_sku, found.together, found.owners) == ("CHILL", "GATE", 5, 6)
    # 5 of 6 chiller customers against 6 of 10 at large: (5/6) / (6/10) = 1.39.
    assert round(found.lift, 2) == 1.39
    assert not found.is_related
    assert nothing == []


def test_a_regional_managers_pairs_are_of_the_regions_customers_and_nobody_elses(
    store: Store, folder: Path
) -> None:
    # In the North six chiller customers, three of them with a gateway, and three roof customers without; in the South
    # nine with both, of whom the North's manager learns nothing.
    accounts = [
        {
            "account_id": f"C-{number}",
            "name": f"Customer {number}",
            "region": "North" if number < 9 else "South",
        }
        for number in range(18)
    ]
    orders = []
    for number in range(18):
        core = "ROOF" if 6 <= number < 9 else "CHILL"
        orders.append(
            order(f"a{number}", core, "2026-01-05", account_id=f"C-{number}", order_id=f"O-{number}")
        )
        if number < 3 or number >= 9:
            orders.append(
                order(f"b{number}", "GATE", "2026-01-06", account_id=f"C-{number}", order_id=f"O-{number}")
            )
    fill(store, folder, accounts=[*COMPANY["accounts"], *accounts], orders=orders)
    with store.scope() as session:
        manager = person(session, "UMGR")
        readers = [manager, replace(manager, region="North")]
        whole, north = (find_affinities(session, now=NOW, least_together=3, reader=one) for one in readers)
        for slack_user_id in ("UTECH", "UPART1"):
            with pytest.raises(NotYourFigure):
                find_affinities(session, now=NOW, reader=person(session, slack_user_id))
    # Twelve of fifteen chiller customers against 12 of 18; three of six against 3 of 9.
    assert [(one.core_sku, one.attach_sku, one.together, one.owners) for one in whole] == [
        ("CHILL", "GATE", 12, 15)
    ]
    assert [(one.together, one.owners, round(one.lift, 2)) for one in north] == [(3, 6, 1.5)]


BASKET = st.frozensets(st.sampled_from("abcdef"), max_size=5)


@settings(deadline=None)  # The first example loads pandas.
@given(baskets=st.lists(BASKET, max_size=25), least=st.integers(1, 6))
def test_pairs_are_those_of_a_plain_count(baskets: list[frozenset[str]], least: int) -> None:
    plain = {
        (first, second): count
        for first in "abcdef"
        for second in "abcdef"
        if first < second and (count := sum({first, second} <= basket for basket in baskets)) >= least
    }
    assert count_pairs(baskets, least_together=least) == plain
