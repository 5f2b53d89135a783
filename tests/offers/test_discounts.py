"""Asking for a discount and deciding on it, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlmodel import col, select

from offers.deciding.proposals import propose
from offers.errors import DiscountNotYours, NobodyMayApprove, OwnDiscount, UnknownDiscountRequest
from offers.ledger import Accepted, AcceptResult, AlreadyAccepted, Refreshed, accept
from offers.models import AuditEntry, DiscountRequest, Offer, OrderLine
from offers.sales.agreements import Agreement
from offers.sales.cards import OfferCard
from offers.sales.discounts import (
    Asked,
    AskedBefore,
    Decided,
    DecidedBefore,
    ask_for_discount,
    decide_discount,
)
from offers.vocabulary import DiscountDecision
from tests.offers.company import COMPANY, NOW, RECORDED, load
from tests.offers.conftest import Store, person

LATER = NOW + timedelta(hours=1)
STAFF = [
    {"person_id": "M-2", "slack_user_id": "UMGR2", "name": "Noor", "role": "manager", "region": "North"},
    {"person_id": "B-1", "slack_user_id": "UBOSS", "name": "Sam", "role": "admin"},
]


@pytest.fixture
def staffed(company: Store, tmp_path: Path) -> Store:
    """The company, with a manager of the region North and an admin."""
    load(company.scope, tmp_path / "staff", {"people": STAFF}, recorded_at=RECORDED)
    return company


def surface(store: Store) -> OfferCard:
    with store.scope() as session:
        offer = propose(
            session, asset_id="M-CHILL", person=person(session, "UTECH"), now=NOW, thread_ref="C:1"
        ).offer
    assert offer is not None
    return offer


def ask(
    store: Store, card: OfferCard, bps: int = 1_000, who: str = "UTECH"
) -> Asked | AskedBefore | AcceptResult:
    with store.scope() as session:
        return ask_for_discount(
            session,
            card.offer_id,
            version=card.version,
            agreement=Agreement(discount_bps=bps),
            reason="They order three more next month",
            card_ref="C1:2.0",
            person=person(session, who),
            now=LATER,
        )


def request(store: Store, card: OfferCard, bps: int = 1_000) -> Asked:
    asked = ask(store, card, bps)
    assert isinstance(asked, Asked), asked
    return asked


def decide(
    store: Store, asked: Asked, who: str = "UMGR", *, is_approved: bool = True, reason: str | None = None
) -> Decided | DecidedBefore:
    with store.scope() as session:
        return decide_discount(
            session,
            asked.request.request_id,
            is_approved=is_approved,
            reason=reason,
            person=person(session, who),
            now=LATER + timedelta(minutes=5),
            conditions=Agreement().conditions,
        )


def take(store: Store, card: OfferCard, bps: int | None = None, key: str = "view-1") -> AcceptResult:
    with store.scope() as session:
        return accept(
            session,
            card.offer_id,
            version=card.version,
            person=person(session, "UTECH"),
            now=LATER + timedelta(minutes=9),
            idempotency_key=key,
            agreement=Agreement(discount_bps=bps),
        )


def test_an_approved_discount_is_the_offers_next_version_and_books_as_such(staffed: Store) -> None:
    card = surface(staffed)
    asked = request(staffed, card)
    # 900.00 less 10 % is 810.00.
    assert (asked.request.amount.amount_minor, asked.request.card_ref) == (81_000, "C1:2.0")
    decided = decide(staffed, asked)
    assert isinstance(decided, Decided)
    fresh = decided.request.card
    assert fresh.listed is not None
    assert (fresh.version, fresh.price.amount_minor, fresh.listed.amount_minor, fresh.discount_bps) == (
        2, 81_000, 90_000, 1_000,
    )  # fmt: skip
    assert (decided.request.decision, decided.request.decided_by_name) == ("approved", "Ingrid")
    assert isinstance(take(staffed, card), Refreshed)  # the price that was shown before is not booked
    assert isinstance(take(staffed, fresh), Accepted)
    with staffed.scope() as session:
        assert session.exec(select(OrderLine.unit_amount_minor)).one() == 81_000
        actions = session.exec(
            select(AuditEntry.action).where(col(AuditEntry.action).startswith("disc"))
        ).all()
        assert sorted(actions) == ["discount.approved", "discount.asked"]


def test_the_managers_of_the_region_are_asked_all_where_it_has_none_and_admins_beyond_them(
    staffed: Store, tmp_path: Path
) -> None:
    card = surface(staffed)
    near = request(staffed, card)
    assert [one.name for one in near.approvers] == ["Noor"]  # the account is in North
    decide(staffed, near, is_approved=False)
    elsewhere = [row | {"region": "East"} for row in STAFF if row["person_id"] == "M-2"]
    load(staffed.scope, tmp_path / "moved", {"people": elsewhere}, recorded_at=NOW)
    far = request(staffed, card)
    assert [one.name for one in far.approvers] == ["Ingrid", "Noor"]
    decide(staffed, far, is_approved=False)
    # A manager's limit is 20 %.
    assert [one.name for one in request(staffed, card, 2_001).approvers] == ["Sam"]


def test_a_refusal_keeps_the_offer_as_it_is_and_its_reason(staffed: Store) -> None:
    card = surface(staffed)
    decided = decide(staffed, request(staffed, card), is_approved=False, reason="  Too early in the year ")
    assert isinstance(decided, Decided)
    assert (decided.request.decision, decided.request.decision_reason) == ("refused", "Too early in the year")
    assert decided.request.card.version == 1
    assert isinstance(ask(staffed, card), Asked)  # it may be asked again


def test_nobody_approves_their_own_discount(staffed: Store) -> None:
    card = surface(staffed)
    asked = ask(staffed, card, 2_500, who="UMGR")
    assert isinstance(asked, Asked)
    assert "Ingrid" not in [one.name for one in asked.approvers]
    with pytest.raises(OwnDiscount):
        decide(staffed, asked, "UMGR")
    with staffed.scope() as session:
        assert session.exec(select(DiscountRequest.decision)).one() is None


@pytest.mark.parametrize("who", ["UTECH2", "UMGR"])
def test_who_may_not_give_it_may_not_approve_it(staffed: Store, who: str) -> None:
    asked = request(staffed, surface(staffed), 2_001)
    with pytest.raises(DiscountNotYours):
        decide(staffed, asked, who)
    assert isinstance(decide(staffed, asked, "UBOSS"), Decided)


def test_a_partner_sees_no_request_of_another_ones_customer(staffed: Store) -> None:
    asked = request(staffed, surface(staffed))
    with pytest.raises(UnknownDiscountRequest):
        decide(staffed, asked, "UPART2")
    with pytest.raises(DiscountNotYours):
        decide(staffed, asked, "UPART1")


def test_below_cost_only_an_admin_approves(staffed: Store, tmp_path: Path) -> None:
    prices = [row | {"unit_cost": "830.00"} for row in COMPANY["pricebook"] if row["sku"] == "CARE"]
    load(staffed.scope, tmp_path / "costs", {"pricebook": prices}, recorded_at=RECORDED)
    asked = request(staffed, surface(staffed))  # 810.00
    assert [one.name for one in asked.approvers] == ["Sam"]
    with pytest.raises(DiscountNotYours):
        decide(staffed, asked, "UMGR")
    decided = decide(staffed, asked, "UBOSS")
    assert isinstance(take(staffed, decided.request.card), Accepted)  # approved is approved


def test_without_anybody_to_approve_it_is_not_asked(company: Store) -> None:
    card = surface(company)
    with pytest.raises(NobodyMayApprove):
        ask(company, card, 2_500)
    with company.scope() as session:
        assert session.exec(select(DiscountRequest)).all() == []


def test_one_request_waits_at_a_time(staffed: Store) -> None:
    card = surface(staffed)
    first = request(staffed, card)
    again = ask(staffed, card, 1_500)
    assert isinstance(again, AskedBefore)
    assert again.request.request_id == first.request.request_id


def test_a_request_lapses_with_the_offer_it_was_about(staffed: Store) -> None:
    card = surface(staffed)
    asked = request(staffed, card)
    assert isinstance(take(staffed, card), Accepted)
    decided = decide(staffed, asked)
    assert isinstance(decided, Decided)
    assert (decided.request.decision, decided.request.card.version) == (DiscountDecision.LAPSED.value, 1)
    assert isinstance(ask(staffed, card), AlreadyAccepted)


def test_two_approvals_at_once_are_one(staffed: Store) -> None:
    card = surface(staffed)
    asked = request(staffed, card)
    together = Barrier(6)

    def click(number: int) -> object:
        together.wait()
        return decide(staffed, asked, ("UMGR", "UBOSS", "UMGR2")[number % 3], is_approved=number % 2 == 0)

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(click, range(6)))
    assert [type(one) for one in outcomes].count(Decided) == 1
    with staffed.scope() as session:
        row = session.exec(select(DiscountRequest)).one()
        versions = session.exec(select(Offer.version).where(col(Offer.offer_id) == card.offer_id)).all()
        assert len(versions) == (2 if row.decision == "approved" else 1)


def test_a_new_list_price_ends_an_approved_discount(staffed: Store, tmp_path: Path) -> None:
    decided = decide(staffed, request(staffed, surface(staffed)))
    prices = [row | {"unit_price": "950.00"} for row in COMPANY["pricebook"] if row["sku"] == "CARE"]
    load(staffed.scope, tmp_path / "prices", {"pricebook": prices}, recorded_at=NOW)
    refused = take(staffed, decided.request.card)
    assert isinstance(refused, Refreshed)
    assert (refused.why, refused.card.price.amount_minor, refused.card.discount_bps) == (
        "repriced",
        95_000,
        0,
    )
