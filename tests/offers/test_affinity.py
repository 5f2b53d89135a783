"""What goes with what, counted by hand."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from offers.affinity import count_pairs, find_affinities
from tests.offers.company import COMPANY, NOW
from tests.offers.conftest import Store
from tests.offers.rows import fill, order


def test_a_pair_is_found_with_its_share_and_lift(store: Store, folder: Path) -> None:
    accounts = [{"account_id": f"C-{number}", "name": f"Customer {number}"} for number in range(10)]
    orders = []
    for number in range(10):
        core = "CHILL" if number < 6 else "ROOF"
        orders.append(order(f"{number}a", core, "2026-01-05", account_id=f"C-{number}"))
        if number in (0, 1, 2, 3, 9):
            orders.append(order(f"{number}b", "GATE", "2026-01-06", account_id=f"C-{number}"))
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
