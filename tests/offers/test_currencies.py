"""A contract is renewed in the currency that it is paid in, and an offer stays in the one that it was made in."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from offers.deciding.proposals import propose
from offers.deciding.replay import replay
from offers.ledger import Accepted, accept
from offers.models import ContractLine, OrderLine
from offers.rulebook.simulation import simulate
from offers.rules import DEFAULT_RULES
from offers.vocabulary import Play
from tests.offers.company import COMPANY, NOW, load
from tests.offers.conftest import Store, person

DOLLARS = {
    "pricebook": "standard",
    "sku": "CARE",
    "currency": "USD",
    "unit_price": "980.00",
    "valid_from": "2024-01-01",
}
RENEWAL = next(rule for rule in DEFAULT_RULES if rule.play is Play.RENEWAL)


def bring(
    store: Store, folder: Path, *, prices: Sequence[Mapping[str, object]], bought_in: str = "EUR"
) -> None:
    """Let the chiller's contract be paid in dollars, while the customer bought something else since."""
    line = {**COMPANY["contract_lines"][0], "currency": "USD"}
    order = {"order_line_id": "O-1", "order_id": "O", "account_id": "A-1", "sku": "GATE", "quantity": 1}
    orders = [{**order, "unit_price": "300.00", "currency": bought_in, "ordered_at": "2026-02-01"}]
    tables = {"contract_lines": [line], "orders": orders, "pricebook": prices}
    load(store.scope, folder, tables, recorded_at=NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("prices", "asked"), [([DOLLARS], (98_000, "USD")), ([], (90_000, "EUR"))], ids=["sold", "not sold"]
)
def test_a_contract_in_another_currency_than_the_last_order_is_renewed_in_its_own(
    company: Store, tmp_path: Path, prices: Sequence[Mapping[str, object]], asked: tuple[int, str]
) -> None:
    bring(company, tmp_path / "books", prices=prices)
    with company.scope() as session:
        assert simulate(session, RENEWAL, as_of=NOW).value == {asked[1]: asked[0]}
        mara = person(session, "UTECH")
        found = propose(session, asset_id="M-CHILL", person=mara, now=NOW, thread_ref=None)
        card = found.offer
        assert card is not None
        assert (card.play, card.price.amount_minor, card.price.currency) == ("renewal", *asked)
        assert replay(session, found.decision_id, reader=person(session, "UMGR")).differences == ()
    with company.scope() as session:
        done = accept(
            session, card.offer_id, version=1, person=mara, now=NOW + timedelta(hours=1), idempotency_key="k"
        )
    assert isinstance(done, Accepted)
    with company.scope() as session:
        for model in (OrderLine, ContractLine):
            sold = select(model.unit_amount_minor, model.currency).where(col(model.offer_id) == card.offer_id)
            assert session.exec(sold).all() == [asked]


def test_an_offer_stays_in_the_currency_that_it_was_made_in(company: Store, tmp_path: Path) -> None:
    with company.scope() as session:
        mara = person(session, "UTECH")
        card = propose(session, asset_id="M-CHILL", person=mara, now=NOW, thread_ref=None).offer
    assert card is not None
    assert card.price.currency == "EUR"
    bring(company, tmp_path / "books", prices=[DOLLARS], bought_in="USD")
    with company.scope() as session:
        done = accept(session, card.offer_id, version=1, person=mara, now=NOW, idempotency_key="k")
    assert isinstance(done, Accepted)
