"""What a customer is quoted: sums that add up, and an acceptance that books exactly what was shown, on both stores."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, func, select

from offers.conditions import Conditions, parse_tax_rates
from offers.deciding.proposals import propose, propose_bundles
from offers.errors import DiscountBelowCost, DiscountTooHigh, UnknownOption, UnknownQuote
from offers.ledger import Accepted, AcceptResult, AlreadyAccepted, Open, Refreshed, Withdrawn, accept, review
from offers.models import AuditEntry, ContractLine, Offer, OrderLine, OutboxMessage, Quote
from offers.money import Money, format_percent, parse_percent, take_share
from offers.playbook.policy import Policy
from offers.playbook.situations import PriceFacts
from offers.quoting.book import find_accepted_quote, get_quote, write_offered
from offers.quoting.sheets import Confirmation, compute_figures
from offers.sales.agreements import Agreement
from offers.sales.cards import OfferCard
from tests.offers.company import NOW, RECORDED, load
from tests.offers.conftest import Store, person

LATER = NOW + timedelta(hours=2)
GERMAN = Conditions(seller_name="Norvane", tax_bps_by_region={"south": 1_900}, tax_bps=0)
PLANS = {
    "products": [
        {"sku": sku, "name": name, "family": "Care", "kind": "service", "serviceable": "false"}
        for sku, name in [("BASIC", "CARE-BASIC"), ("FULL", "CARE-FULL"), ("TOP", "CARE-TOP")]
    ],
    "product_relations": [
        {"core_sku": "ROOF", "attach_sku": sku, "type": "service"} for sku in ("BASIC", "FULL", "TOP")
    ],
    "pricebook": [
        {
            "pricebook": "standard",
            "sku": sku,
            "currency": "EUR",
            "unit_price": price,
            "unit_cost": cost,
            "valid_from": "2026-01-01",
        }
        for sku, price, cost in [
            ("BASIC", "600.00", "100.00"),
            ("FULL", "699.99", "650.00"),
            ("TOP", "1900.00", ""),
        ]
    ],
}


@pytest.fixture
def plans(company: Store, tmp_path: Path) -> Store:
    """The company, with three more service plans for the rooftop unit, which has no contract."""
    load(company.scope, tmp_path / "plans", PLANS, recorded_at=RECORDED)
    return company


def surface(store: Store, asset_id: str = "M-ROOF") -> OfferCard:
    with store.scope() as session:
        offer = propose(
            session,
            asset_id=asset_id,
            person=person(session, "UTECH"),
            now=NOW,
            thread_ref="C:1",
            policy=Policy(exploration_share=0),
        ).offer
    assert offer is not None
    return offer


def confirm(
    store: Store,
    card: OfferCard,
    agreement: Agreement,
    *,
    who: str = "UTECH",
    key: str = "view-1",
    days: int = 0,
) -> AcceptResult:
    with store.scope() as session:
        return accept(
            session,
            card.offer_id,
            version=card.version,
            person=person(session, who),
            now=LATER + timedelta(days=days),
            idempotency_key=key,
            agreement=agreement,
        )


def look(store: Store, card: OfferCard, agreement: Agreement, who: str = "UTECH") -> Open:
    with store.scope() as session:
        found = review(
            session,
            card.offer_id,
            version=card.version,
            person=person(session, who),
            now=LATER,
            agreement=agreement,
        )
    assert isinstance(found, Open), found
    return found


def test_percentages_are_read_with_point_or_comma_and_nothing_else() -> None:
    assert [parse_percent(text) for text in ("5", "7.5", "7,25", " 19 % ", "100", "0")] == [
        500, 750, 725, 1_900, 10_000, 0,
    ]  # fmt: skip
    for text in ("", "-1", "100.01", "1.234", "5 5", "ten", "1e2"):
        with pytest.raises(ValueError, match="percentage"):
            parse_percent(text)
    assert [format_percent(bps) for bps in (0, 500, 725, 2_000)] == ["0 %", "5 %", "7.25 %", "20 %"]


def test_a_share_is_rounded_half_up_once() -> None:
    # 5 % of 0.10 is 0.005, which rounds up; of 0.09 it is 0.0045, which rounds down.
    assert (take_share(10, 500), take_share(9, 500), take_share(129_999, 1_900)) == (1, 0, 24_700)


def test_tax_is_by_region_however_it_is_written_and_the_default_elsewhere() -> None:
    conditions = Conditions(tax_bps=700, tax_bps_by_region=parse_tax_rates("DE=19, gb = 20%,"))
    assert [conditions.find_tax_bps(region) for region in ("de", "GB", "FR", None)] == [
        1_900, 2_000, 700, 700,
    ]  # fmt: skip
    for text in ("DE", "=19", "DE=many", "DE=190"):
        with pytest.raises(ValueError, match=r"REGION=PERCENT|percentage"):
            parse_tax_rates(text)


@given(
    price=st.integers(0, 10**9),
    items=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 10**7)), max_size=5),
    discount_bps=st.integers(0, 10_000),
    tax_bps=st.integers(0, 10_000),
)
def test_lines_always_add_up_to_the_total_less_the_tax(
    price: int, items: list[tuple[int, int]], discount_bps: int, tax_bps: int
) -> None:
    offer = Offer(
        offer_id="O", rule_id="R", rule_name="R", play="bundle", account_id="A", sku="S", unit_amount_minor=price,
        currency="EUR", pricebook="standard", expires_at=NOW, created_at=NOW,
        items=[
            {"sku": str(n), "name": str(n), "quantity": quantity, "list_unit_amount_minor": alone}
            for n, (quantity, alone) in enumerate(items)
        ],
    )  # fmt: skip
    figures = compute_figures(
        offer,
        "S",
        PriceFacts(Money(price, "EUR"), "standard"),
        name="S",
        discount_bps=discount_bps,
        tax_bps=tax_bps,
    )
    assert sum(line.net_minor for line in figures.lines) == figures.subtotal_minor
    assert figures.subtotal_minor + figures.tax_minor == figures.total_minor
    assert 0 <= figures.subtotal_minor <= price
    for line in figures.lines:
        assert line.quantity * line.unit_amount_minor - line.discount_minor == line.net_minor
        assert line.net_minor >= 0


def test_what_is_booked_is_what_was_quoted(plans: Store) -> None:
    card = surface(plans)
    # FULL at 699.99 less 5 % of it (35.00, from 34.9995): 664.99; 19 % of that are 126.35 (126.3481).
    chosen = Agreement(sku="FULL", discount_bps=500, conditions=GERMAN)
    shown = look(plans, card, chosen).quote
    assert (shown.figures.subtotal_minor, shown.figures.tax_minor, shown.figures.total_minor) == (
        66_499,
        12_635,
        79_134,
    )
    who = Confirmation("Ada Weiß", "ada@example.org", "PO 4711")
    result = confirm(plans, card, replace(chosen, confirmation=who, seen=shown.figures.total))
    assert isinstance(result, Accepted)
    assert (result.card.sku, result.card.version, result.card.price.amount_minor) == ("FULL", 2, 66_499)
    with plans.scope() as session:
        order = session.exec(select(OrderLine).where(col(OrderLine.offer_id) == card.offer_id)).one()
        line = session.exec(select(ContractLine).where(col(ContractLine.offer_id) == card.offer_id)).one()
        assert (order.sku, order.unit_amount_minor, line.sku, line.unit_amount_minor) == (
            "FULL", 66_499, "FULL", 66_499,
        )  # fmt: skip
        quote = find_accepted_quote(session, card.offer_id, reader=person(session, "UMGR"))
        assert quote is not None
        assert (quote.figures, quote.confirmation, quote.offer_version) == (shown.figures, who, 2)
        assert (quote.pricebook, quote.price_valid_from, quote.seller_name) == (
            "standard", date(2026, 1, 1), "Norvane",
        )  # fmt: skip
        assert (quote.buyer.account_name, quote.buyer.serial_number) == (
            "Larkfield Logistics", "NV-BOR090-00233",
        )  # fmt: skip
        told = session.exec(select(OutboxMessage.payload)).one()
        assert (told["quote_id"], told["purchase_order"], told["unit_amount_minor"], told["total_minor"]) == (
            quote.quote_id, "PO 4711", 66_499, 79_134,
        )  # fmt: skip
        assert "Ada" not in str(told)


def test_an_offer_has_its_own_plan_first_then_two_others_by_price(plans: Store) -> None:
    card = surface(plans)
    # The dearest has the highest margin and is the offer; of the others the two cheapest are shown.
    assert [option.sku for option in card.options] == [card.sku, "BASIC", "FULL"]
    assert card.sku == "TOP"
    assert [option.price.amount_minor for option in card.options] == [190_000, 60_000, 69_999]
    with pytest.raises(UnknownOption):
        confirm(plans, card, Agreement(sku="GATE"))


def test_a_renewal_leaves_no_choice(company: Store) -> None:
    assert surface(company, "M-CHILL").options == ()


def test_another_option_is_accepted_once_and_under_its_own_name(plans: Store) -> None:
    card = surface(plans)
    first = confirm(plans, card, Agreement(sku="BASIC"), key="view-1")
    again = confirm(plans, card, Agreement(sku="BASIC"), key="view-1")
    other = confirm(plans, card, Agreement(), who="UMGR", key="view-2")
    assert isinstance(first, Accepted)
    assert isinstance(again, AlreadyAccepted)
    assert isinstance(other, AlreadyAccepted)
    assert (other.card.product_name, other.card.price.amount_minor) == ("CARE-BASIC", 60_000)
    with plans.scope() as session:
        assert session.exec(select(Offer.version, Offer.sku).order_by(col(Offer.version))).all() == [
            (1, "TOP"),
            (2, "BASIC"),
        ]
        for model in (OrderLine, Quote, OutboxMessage):
            assert session.exec(select(func.count()).select_from(model)).one() == 1


def test_an_option_is_refused_when_the_machine_is_covered_meanwhile(plans: Store, tmp_path: Path) -> None:
    card = surface(plans)
    contract = {
        "contract_id": "C-9",
        "account_id": "A-2",
        "start_date": "2026-03-01",
        "end_date": "2027-02-28",
        "status": "active",
    }
    line = {
        "contract_line_id": "L-9",
        "contract_id": "C-9",
        "asset_id": "M-ROOF",
        "sku": "TOP",
        "quantity": 1,
    }
    covered = {"contracts": [contract], "contract_lines": [line]}
    load(plans.scope, tmp_path / "covered", covered, recorded_at=NOW)
    refused = confirm(plans, card, Agreement(sku="BASIC"))
    assert isinstance(refused, Withdrawn)
    assert refused.why == "already_covered"


def test_an_option_with_a_new_price_is_refused_and_the_others_are_not(plans: Store, tmp_path: Path) -> None:
    card = surface(plans)
    dearer = [row | {"unit_price": "650.00"} for row in PLANS["pricebook"] if row["sku"] == "BASIC"]
    load(plans.scope, tmp_path / "dearer", {"pricebook": dearer}, recorded_at=NOW)
    refused = confirm(plans, card, Agreement(sku="BASIC"))
    assert isinstance(refused, Refreshed)
    assert {option.sku: option.price.amount_minor for option in refused.card.options}["BASIC"] == 65_000
    assert isinstance(confirm(plans, refused.card, Agreement(sku="BASIC"), key="view-2"), Accepted)


def test_a_price_that_was_not_the_one_shown_is_never_booked(plans: Store) -> None:
    card = surface(plans)
    seen = look(plans, card, Agreement()).quote.figures.total
    for agreement in (
        Agreement(seen=seen, conditions=Conditions(tax_bps_by_region={"south": 100})),
        Agreement(seen=seen, discount_bps=100),
        Agreement(seen=seen, sku="BASIC"),
    ):
        refused = confirm(plans, card, agreement)
        assert isinstance(refused, Refreshed)
        assert refused.why == "unseen"
    with plans.scope() as session:
        assert session.exec(select(Offer.version)).all() == [1]
        assert session.exec(select(Quote)).all() == []


def test_an_expired_offer_is_shown_at_a_fresh_price_before_anybody_confirms(company: Store) -> None:
    card = surface(company)
    refused = confirm(company, card, Agreement(discount_bps=500), days=14)
    assert isinstance(refused, Refreshed)
    assert (refused.why, refused.card.version, refused.card.discount_bps) == ("expired", 2, 0)


@pytest.mark.parametrize(
    ("who", "most"),
    [("UTECH", 500), ("UPART2", 500), ("UMGR", 2_000)],
    ids=["technician", "partner", "manager"],
)
def test_a_discount_ends_at_the_persons_limit(company: Store, who: str, most: int) -> None:
    card = surface(company)
    assert look(company, card, Agreement(), who).allowed_bps == most
    with pytest.raises(DiscountTooHigh) as refused:
        confirm(company, card, Agreement(discount_bps=most + 1), who=who)
    assert refused.value.allowed == format_percent(most)
    assert isinstance(confirm(company, card, Agreement(discount_bps=most), who=who), Accepted)


def test_nobody_but_an_admin_sells_below_cost(plans: Store, tmp_path: Path) -> None:
    boss = {"person_id": "B-1", "slack_user_id": "UBOSS", "name": "Sam", "role": "admin"}
    load(plans.scope, tmp_path / "boss", {"people": [boss]}, recorded_at=RECORDED)
    card = surface(plans)
    # FULL costs 650.00 of 699.99: 8 % off (56.00) leave 643.99.
    with pytest.raises(DiscountBelowCost):
        confirm(plans, card, Agreement(sku="FULL", discount_bps=800), who="UMGR")
    assert isinstance(confirm(plans, card, Agreement(sku="FULL", discount_bps=800), who="UBOSS"), Accepted)


def test_a_bundles_parts_add_up_to_its_discounted_price(company: Store) -> None:
    with company.scope() as session:
        card = propose_bundles(
            session, account_id="A-2", person=person(session, "UPART2"), now=NOW, thread_ref=None
        ).offers[0]
    # 1,100.00 less 5 % is 1,045.00; CARE 900.00 and GATE 300.00 alone share it 3 to 1: 783.75 and 261.25.
    quote = look(company, card, Agreement(discount_bps=500)).quote
    assert [(line.sku, line.unit_amount_minor, line.net_minor) for line in quote.figures.lines] == [
        ("CARE", 90_000, 78_375),
        ("GATE", 30_000, 26_125),
    ]
    assert isinstance(confirm(company, card, Agreement(discount_bps=500), who="UPART2"), Accepted)
    with company.scope() as session:
        assert session.exec(select(OrderLine.unit_amount_minor)).one() == 104_500
        line = session.exec(select(ContractLine).where(col(ContractLine.offer_id) == card.offer_id)).one()
        assert line.unit_amount_minor == 78_375


def test_the_same_price_is_sent_as_the_same_quote_and_only_to_whom_may_see_it(company: Store) -> None:
    card = surface(company)
    quote = look(company, card, Agreement()).quote
    cheaper = look(company, card, Agreement(discount_bps=100)).quote
    with company.scope() as session:
        mara = person(session, "UTECH")
        sent = write_offered(session, quote, person=mara, thread_ref="C1:1.0")
        assert sent.quote_id is not None
        again = replace(quote, created_at=LATER + timedelta(minutes=5))
        assert write_offered(session, again, person=mara) == sent
        other = write_offered(session, cheaper, person=mara)
        assert other.quote_id != sent.quote_id
        written = select(AuditEntry).where(col(AuditEntry.action) == "quote.offered")
        told = [(one.subject_id, one.person_id, one.thread_ref) for one in session.exec(written).all()]
        assert told == [(sent.quote_id, "T-1", "C1:1.0"), (other.quote_id, "T-1", None)]
        assert get_quote(session, sent.quote_id, reader=person(session, "UPART2")) == sent
        with pytest.raises(UnknownQuote):
            get_quote(session, sent.quote_id, reader=person(session, "UPART1"))
    assert isinstance(confirm(company, card, Agreement()), Accepted)
    with company.scope() as session:
        assert get_quote(session, sent.quote_id, reader=person(session, "UMGR")) == sent
        assert find_accepted_quote(session, card.offer_id, reader=person(session, "UPART1")) is None
