"""Several people, one offer, the same instant: two connections and threads, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlmodel import col, select

from offers.deciding.proposals import propose, propose_bundles
from offers.ledger import Accepted, AlreadyAccepted, Refreshed, Withdrawn, accept
from offers.models import ContractLine, Offer, OfferEvent, OrderLine, OutboxMessage
from tests.offers.company import NOW
from tests.offers.conftest import Store, person

CLICKS = 8


def race(store: Store, offers: list[tuple[str, int]], *, days: int = 0) -> list[object]:
    """Click accept on the offers in turn, from threads that start together."""
    together = Barrier(CLICKS)

    def click(number: int) -> object:
        offer_id, version = offers[number % len(offers)]
        together.wait()
        with store.scope() as session:
            return accept(
                session,
                offer_id,
                version=version,
                person=person(session, "UTECH" if number % 2 else "UMGR"),
                now=NOW + timedelta(days=days, seconds=number),
                idempotency_key=f"click-{number // 2}",
            )

    with ThreadPoolExecutor(CLICKS) as pool:
        return list(pool.map(click, range(CLICKS)))


def test_eight_clicks_on_one_offer_are_one_sale(company: Store) -> None:
    with company.scope() as session:
        card = propose(
            session, asset_id="M-CHILL", person=person(session, "UTECH"), now=NOW, thread_ref=None
        ).offer
    assert card is not None
    results = race(company, [(card.offer_id, 1)])
    assert [type(result) for result in results].count(Accepted) == 1
    assert [type(result) for result in results].count(AlreadyAccepted) == CLICKS - 1
    with company.scope() as session:
        for model in (OrderLine, ContractLine, OutboxMessage):
            assert len(session.exec(select(model).where(col(model.offer_id) == card.offer_id)).all()) == 1
        accepted = select(OfferEvent).where(col(OfferEvent.event) == "accepted")
        assert len(session.exec(accepted).all()) == 1


def test_two_offers_for_one_machine_taken_at_once_cover_it_once(company: Store) -> None:
    with company.scope() as session:
        gap = propose(
            session, asset_id="M-ROOF", person=person(session, "UTECH"), now=NOW, thread_ref=None
        ).offer
        bundle = propose_bundles(
            session, account_id="A-2", person=person(session, "UPART2"), now=NOW, thread_ref=None
        ).offers[0]
    assert gap is not None
    results = race(company, [(gap.offer_id, 1), (bundle.offer_id, 1)])
    assert [type(result) for result in results].count(Accepted) == 1
    assert any(isinstance(result, Withdrawn) for result in results)
    with company.scope() as session:
        assert (
            len(session.exec(select(ContractLine).where(col(ContractLine.asset_id) == "M-ROOF")).all()) == 1
        )


def test_an_expired_offer_clicked_at_once_is_refreshed_once(company: Store) -> None:
    with company.scope() as session:
        card = propose(
            session, asset_id="M-CHILL", person=person(session, "UTECH"), now=NOW, thread_ref=None
        ).offer
    assert card is not None
    results = race(company, [(card.offer_id, 1)], days=20)
    assert all(isinstance(result, Refreshed) and result.card.version == 2 for result in results)
    with company.scope() as session:
        versions = (
            select(Offer.version).where(col(Offer.offer_id) == card.offer_id).order_by(col(Offer.version))
        )
        assert session.exec(versions).all() == [1, 2]
