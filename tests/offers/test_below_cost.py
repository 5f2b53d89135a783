"""A price that has come to lie below cost after it was shown: sold only with the yes of somebody who may lose money."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from offers.deciding.proposals import propose, propose_bundles
from offers.errors import DiscountBelowCost, DiscountNotYours
from offers.ledger import Accepted, AcceptResult, Open, Refreshed, accept, review
from offers.models import ContractLine, Offer, OfferEvent, OrderLine, OutboxMessage, Quote
from offers.sales.agreements import Agreement
from offers.sales.cards import OfferCard
from offers.sales.discounts import Asked, Decided, ask_for_discount, decide_discount
from tests.offers.company import COMPANY, NOW, RECORDED, load
from tests.offers.conftest import Store, person

LATER = NOW + timedelta(hours=1)
BOSS = {"person_id": "B-1", "slack_user_id": "UBOSS", "name": "Sam", "role": "admin"}


@pytest.fixture
def led(company: Store, tmp_path: Path) -> Store:
    """The company, with an admin."""
    load(company.scope, tmp_path / "boss", {"people": [BOSS]}, recorded_at=RECORDED)
    return company


def surface(store: Store) -> OfferCard:
    """Offer CARE at 900.00 for the chiller; nothing is known of its cost then."""
    with store.scope() as session:
        card = propose(
            session, asset_id="M-CHILL", person=person(session, "UTECH"), now=NOW, thread_ref=None
        ).offer
    assert card is not None
    assert (card.sku, card.price.amount_minor) == ("CARE", 90_000)
    return card


def change(store: Store, folder: Path, **cells: str) -> None:
    prices = [row | cells for row in COMPANY["pricebook"] if row["sku"] == "CARE"]
    load(store.scope, folder / "-".join(cells.values()), {"pricebook": prices}, recorded_at=NOW)


def take(store: Store, card: OfferCard, who: str = "UTECH", days: int = 0) -> AcceptResult:
    with store.scope() as session:
        return accept(
            session,
            card.offer_id,
            version=card.version,
            person=person(session, who),
            now=LATER + timedelta(days=days),
            idempotency_key=f"{who}-{card.version}",
        )


def look(store: Store, card: OfferCard, who: str = "UTECH") -> Open:
    with store.scope() as session:
        actor = person(session, who)
        found = review(session, card.offer_id, version=card.version, person=actor, now=LATER)
    assert isinstance(found, Open)
    return found


def ask(store: Store, card: OfferCard, bps: int = 0) -> Asked:
    with store.scope() as session:
        asked = ask_for_discount(
            session,
            card.offer_id,
            version=card.version,
            agreement=Agreement(discount_bps=bps),
            reason="We promised it",
            card_ref=None,
            person=person(session, "UTECH"),
            now=LATER,
        )
    assert isinstance(asked, Asked)
    return asked


def approve(store: Store, asked: Asked, who: str) -> OfferCard:
    with store.scope() as session:
        decided = decide_discount(
            session,
            asked.request.request_id,
            is_approved=True,
            reason=None,
            person=person(session, who),
            now=LATER,
            conditions=Agreement().conditions,
        )
    assert isinstance(decided, Decided)
    assert decided.request.decision == "approved"
    return decided.request.card


def count_sale_rows(store: Store) -> int:
    with store.scope() as session:
        accepted = select(func.count()).where(col(OfferEvent.event) == "accepted")
        tables = (OrderLine, OutboxMessage, Quote)
        return session.exec(accepted).one() + sum(
            session.exec(select(func.count()).select_from(table)).one() for table in tables
        )


@pytest.mark.parametrize("who", ["UTECH", "UMGR"])
def test_a_cost_that_rose_above_the_shown_price_is_refused_and_nothing_is_written(
    led: Store, tmp_path: Path, who: str
) -> None:
    card = surface(led)
    change(led, tmp_path, unit_cost="900.01")
    assert look(led, card, who).needs_approval
    with pytest.raises(DiscountBelowCost):
        take(led, card, who)
    assert count_sale_rows(led) == 0
    with led.scope() as session:
        assert session.exec(select(Offer.version)).all() == [1]


def test_at_cost_it_is_sold(led: Store, tmp_path: Path) -> None:
    card = surface(led)
    change(led, tmp_path, unit_cost="900.00")
    assert not look(led, card).needs_approval
    assert isinstance(take(led, card), Accepted)


def test_an_admin_may_lose_money_without_asking(led: Store, tmp_path: Path) -> None:
    card = surface(led)
    change(led, tmp_path, unit_cost="950.00")
    assert not look(led, card, "UBOSS").needs_approval
    assert isinstance(take(led, card, "UBOSS"), Accepted)


def test_an_admins_yes_to_the_list_price_lets_it_be_sold_by_whoever_asked(led: Store, tmp_path: Path) -> None:
    card = surface(led)
    change(led, tmp_path, unit_cost="950.00")
    asked = ask(led, card)
    assert [one.name for one in asked.approvers] == ["Sam"]
    with pytest.raises(DiscountNotYours):
        approve(led, asked, "UMGR")
    fresh = approve(led, asked, "UBOSS")
    assert (fresh.version, fresh.price.amount_minor, fresh.discount_bps) == (2, 90_000, 0)
    assert not look(led, fresh).needs_approval
    sold = take(led, fresh)
    assert isinstance(sold, Accepted)
    with led.scope() as session:
        assert session.exec(select(OrderLine.unit_amount_minor)).one() == 90_000
        line = session.exec(select(ContractLine).where(col(ContractLine.offer_id) == card.offer_id)).one()
        assert line.unit_amount_minor == 90_000


def test_a_managers_yes_was_to_a_price_above_cost(led: Store, tmp_path: Path) -> None:
    # 10 % off 900.00 leave 810.00: above a cost of 800.00, below one of 820.00.
    card = surface(led)
    change(led, tmp_path, unit_cost="800.00")
    fresh = approve(led, ask(led, card, 1_000), "UMGR")
    change(led, tmp_path, unit_cost="820.00")
    with pytest.raises(DiscountBelowCost):
        take(led, fresh)
    again = approve(led, ask(led, fresh, 1_000), "UBOSS")
    assert (again.version, again.price.amount_minor) == (3, 81_000)
    assert isinstance(take(led, again), Accepted)


def test_an_admins_yes_holds_no_longer_than_the_price(led: Store, tmp_path: Path) -> None:
    card = surface(led)
    change(led, tmp_path, unit_cost="950.00")
    fresh = approve(led, ask(led, card), "UBOSS")
    expired = take(led, fresh, days=15)
    assert isinstance(expired, Refreshed)
    assert expired.card.version == 3
    with pytest.raises(DiscountBelowCost):
        take(led, expired.card, days=15)


def test_a_list_price_that_fell_below_cost_is_shown_first_and_then_needs_a_yes(
    led: Store, tmp_path: Path
) -> None:
    card = surface(led)
    change(led, tmp_path, unit_price="700.00", unit_cost="750.00")
    refused = take(led, card)
    assert isinstance(refused, Refreshed)
    assert (refused.why, refused.card.price.amount_minor) == ("repriced", 70_000)
    with pytest.raises(DiscountBelowCost):
        take(led, refused.card)
    assert isinstance(take(led, refused.card, "UBOSS"), Accepted)


def test_a_bundle_whose_parts_cost_more_than_it_does_needs_a_yes(led: Store, tmp_path: Path) -> None:
    with led.scope() as session:
        card = propose_bundles(
            session, account_id="A-2", person=person(session, "UPART2"), now=NOW, thread_ref=None
        ).offers[0]
    costs = {"CARE": "850.00", "GATE": "250.01"}
    prices = [row | {"unit_cost": costs.get(str(row["sku"]), "")} for row in COMPANY["pricebook"]]
    load(led.scope, tmp_path / "costs", {"pricebook": prices}, recorded_at=NOW)
    # 850.00 and 250.01 are a cent more than 1,100.00.
    with pytest.raises(DiscountBelowCost):
        take(led, card, "UPART2")
    assert isinstance(take(led, card, "UBOSS"), Accepted)
