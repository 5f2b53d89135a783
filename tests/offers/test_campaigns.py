"""What a rule takes off the list price is what is asked, shown, quoted and booked; on both databases."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from offers.deciding.proposals import propose
from offers.deciding.replay import replay
from offers.ledger import Accepted, AcceptResult, Open, Refreshed, accept, review
from offers.models import ContractLine, OrderLine, Quote
from offers.people import PersonFacts
from offers.playbook.conditions import Conditions
from offers.rulebook.lifecycle import approve, archive, save_draft
from offers.rules import RuleFacts
from offers.sales.agreements import Agreement
from offers.sales.cards import OfferCard
from offers.vocabulary import Play
from tests.offers.company import NOW, load
from tests.offers.conftest import Store, person

LENA = PersonFacts("P-LENA", "ULENA", "Lena", None, "marketing", None, None, None)
CAMPAIGN = RuleFacts(
    rule_id="spring",
    version=1,
    play=Play.COVERAGE_GAP,
    name="Spring campaign",
    conditions=Conditions(families=("Boreal",)),
    discount_bps=500,
    valid_until=date(2026, 3, 31),
)
# Dearer than CARE-PLUS, which is 900.00.
MAX = {
    "products": [{"sku": "MAX", "name": "CARE-MAX", "family": "Care", "kind": "service"}],
    "product_relations": [{"core_sku": "ROOF", "attach_sku": "MAX", "type": "service"}],
    "pricebook": [
        {
            "pricebook": "standard",
            "sku": "MAX",
            "currency": "EUR",
            "unit_price": "1200.00",
            "valid_from": "2024-01-01",
        }
    ],
}


@pytest.fixture
def campaign(company: Store) -> Store:
    with company.scope() as session:
        save_draft(session, CAMPAIGN, author=LENA, now=NOW)
        approve(session, "spring", by=person(session, "UMGR"), now=NOW)
        # The bundle would earn a little more.
        archive(session, "bundle-standard", by=None, now=NOW)
    return company


def show(store: Store) -> OfferCard:
    with store.scope() as session:
        proposal = propose(
            session, asset_id="M-ROOF", person=person(session, "UTECH"), now=NOW, thread_ref=None
        )
        assert proposal.offer is not None
        assert replay(session, proposal.decision_id, reader=person(session, "UMGR")).differences == ()
    return proposal.offer


def take(
    store: Store, card: OfferCard, *, now: datetime = NOW, agreement: Agreement | None = None
) -> AcceptResult:
    with store.scope() as session:
        mara = person(session, "UTECH")
        return accept(
            session,
            card.offer_id,
            version=card.version,
            person=mara,
            now=now,
            idempotency_key=f"{card.version}",
            agreement=agreement,
        )


def test_the_discount_of_a_campaign_is_shown_quoted_and_booked_without_asking_anybody(
    campaign: Store,
) -> None:
    card = show(campaign)
    # 900.00 less 5 % is 855.00.
    assert card.listed is not None
    assert (card.price.amount_minor, card.listed.amount_minor, card.discount_bps) == (85_500, 90_000, 500)
    with campaign.scope() as session:
        found = review(session, card.offer_id, version=1, person=person(session, "UTECH"), now=NOW)
    assert isinstance(found, Open)
    assert (found.quote.figures.subtotal_minor, found.needs_approval) == (85_500, False)
    assert isinstance(take(campaign, card), Accepted)
    with campaign.scope() as session:
        assert session.exec(select(OrderLine.unit_amount_minor)).one() == 85_500
        assert session.exec(select(Quote.discount_bps)).one() == 500
        own = select(ContractLine.unit_amount_minor).where(ContractLine.offer_id == card.offer_id)
        assert session.exec(own).one() == 85_500


def test_it_holds_for_whichever_of_the_plans_is_chosen(campaign: Store, tmp_path: Path) -> None:
    load(campaign.scope, tmp_path / "plan", MAX, recorded_at=NOW)
    card = show(campaign)
    # 1,200.00 less 5 % is 1,140.00, the dearer one first: more is earned with it.
    assert [(one.sku, one.price.amount_minor) for one in card.options] == [("MAX", 114_000), ("CARE", 85_500)]
    assert isinstance(take(campaign, card, agreement=Agreement(sku="CARE")), Accepted)
    with campaign.scope() as session:
        assert session.exec(select(OrderLine.sku, OrderLine.unit_amount_minor)).one() == ("CARE", 85_500)


@pytest.mark.parametrize(("days", "asked"), [(20, 85_500), (31, 90_000)])
def test_a_fresh_price_has_the_discount_as_long_as_the_campaign_lasts(
    campaign: Store, days: int, asked: int
) -> None:
    card = show(campaign)
    # The card holds for 14 days, the campaign until 31 March, day 30.
    fresh = take(campaign, card, now=NOW + timedelta(days=days))
    assert isinstance(fresh, Refreshed)
    assert (fresh.why, fresh.card.price.amount_minor) == ("expired", asked)


def test_a_campaign_sells_nothing_below_cost(campaign: Store, tmp_path: Path) -> None:
    # It costs 855.01: 900.00 would do, 855.00 does not.
    price = {"pricebook": "standard", "sku": "CARE", "currency": "EUR", "unit_price": "900.00"}
    cost = [{**price, "unit_cost": "855.01", "valid_from": "2024-01-01"}]
    load(campaign.scope, tmp_path / "cost", {"pricebook": cost}, recorded_at=NOW)
    with campaign.scope() as session:
        found = propose(session, asset_id="M-ROOF", person=person(session, "UTECH"), now=NOW, thread_ref=None)
    assert found.offer is None or found.offer.play != "coverage_gap"
